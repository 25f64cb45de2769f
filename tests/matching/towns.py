"""Invented towns for the engine's tests, and networks of them drawn by Hypothesis."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from kleinstadt_net.matching import features
from kleinstadt_net.matching.features import Statement, TownFacts, TownFeatures
from kleinstadt_net.vocabulary import SUBJECTS, THESES

ALL = tuple(SUBJECTS)

ELLERNRODE = TownFacts(
    ags="99000001",
    land="06",
    lat=50.5,
    lon=9.5,
    population=8_000,
    area_km2=80.0,
    growth=-0.006,
    urbanisation=2.0,
    tourism="Ellernwald",
    statements=(),
    focus=(),
    taking_part=True,
    active=True,
    figures_official=True,
)


def town(number: int, *, seeks: str = "", works: str = "", strong: str = "", **changes: object) -> TownFacts:
    """Ellernrode under another key, with statements given as subject keys separated by blanks."""
    stated = (("seeking", seeks), ("in_progress", works), ("strength", strong))
    statements = tuple(Statement(subject, state, 30) for state, keys in stated for subject in keys.split())
    return replace(ELLERNRODE, **{"ags": f"99{number:06d}", "statements": statements, **changes})  # type: ignore[arg-type]


def network(towns: Sequence[TownFacts]) -> TownFeatures:
    """Features of some towns on all subjects of the vocabulary."""
    return features.build(towns, ALL)


statements = st.lists(
    st.builds(
        Statement,
        subject=st.sampled_from([*ALL[:4], *ALL[10:16]]),
        state=st.sampled_from(["strength", "in_progress", "seeking"]),
        age_days=st.integers(0, 1500),
    ),
    unique_by=lambda statement: statement.subject,
    max_size=9,
).map(tuple)

facts = st.builds(
    TownFacts,
    ags=st.just(""),
    land=st.sampled_from(["01", "06", "09"]),
    lat=st.none() | st.floats(47.0, 55.0),
    lon=st.none() | st.floats(6.0, 15.0),
    population=st.none() | st.integers(0, 25_000),
    area_km2=st.none() | st.floats(0.0, 500.0),
    growth=st.none() | st.floats(-0.05, 0.05),
    urbanisation=st.none() | st.sampled_from([1.0, 2.0, 3.0]),
    tourism=st.none() | st.sampled_from(["Küste", "Wald"]),
    statements=statements,
    focus=st.lists(st.sampled_from(list(THESES)[:4]), max_size=3, unique=True).map(tuple),
    taking_part=st.booleans(),
    active=st.booleans(),
    figures_official=st.booleans(),
    networks=st.sets(st.sampled_from([("elbe", "Elbnetz"), ("harz", "Harznetz")])).map(tuple),
    indicators=st.fixed_dictionaries(
        {}, optional={"economy_tax": st.floats(-9.0, 2000.0), "economy_unemployment": st.floats(0.0, 30.0)}
    ).map(lambda told: tuple(sorted(told.items()))),
)


def numbered(drawn: Sequence[TownFacts]) -> list[TownFacts]:
    """Towns with a key each, in the order given."""
    return [replace(each, ags=f"99{number:06d}") for number, each in enumerate(drawn)]


networks = st.lists(facts, min_size=2, max_size=14).map(numbered)

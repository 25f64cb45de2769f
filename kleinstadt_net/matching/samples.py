"""Networks to try the engine on: figures as given or drawn, statements always drawn, from a fixed seed.

No statement is ever invented for a real town outside the memory of one process: benchmarks and simulations need
somebody who says something, and nothing made here is stored or shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from kleinstadt_net.matching.features import Statement, TownFacts
from kleinstadt_net.matching.figures import Floats
from kleinstadt_net.vocabulary import SUBJECTS, THESES, State

SEED = 20_261_122
# Statements a town makes, and the days since it confirmed them.
STATEMENTS = (3, 13)
OLDEST_DAYS = 1200
MOST_FOCUSES = 3
# Some subjects are on everybody's mind, some on few: that skew is what makes matching hard.
SKEW = 0.7
# Share of towns that have not said anything yet.
SILENT = 0.05
# The columns of the derived file of small towns that are read here, and the years its trend covers.
COLUMNS = ("ags", "lat", "lon", "population", "area_km2", "pop_change_2017_2023_pct", "degurb", "reisegebiet")
TREND_YEARS = 6


def network(
    count: int, known: Sequence[TownFacts] = (), *, silent: float = SILENT, seed: int = SEED
) -> list[TownFacts]:
    """``count`` active towns with statements drawn for all but a ``silent`` share; what towns say already is left out.

    Fewer than there are ``known`` ones are drawn among them, so that they lie all over the country; beyond them come
    slightly changed copies. Without known ones all figures are drawn. The same arguments give the same towns.
    """
    random = np.random.default_rng(seed)
    known = known or _invented(random, count)
    if count < len(known):
        known = [known[n] for n in sorted(random.choice(len(known), size=count, replace=False).tolist())]
    popularity = 1.0 / np.arange(1, len(SUBJECTS) + 1) ** SKEW
    chances = random.permutation(popularity) / popularity.sum()
    return [
        _declared(_varied(known[n % len(known)], n, len(known), random), chances, silent, random)
        for n in range(count)
    ]


def from_rows(rows: Iterable[Mapping[str, str]]) -> list[TownFacts]:
    """Towns of the derived file of small towns, one row each, without statements.

    Raises KeyError for a missing column and ValueError for a cell that is no number.
    """
    return [_from_row(row) for row in rows]


def _from_row(row: Mapping[str, str]) -> TownFacts:
    change = row["pop_change_2017_2023_pct"]
    return TownFacts(
        ags=row["ags"],
        land=row["ags"][:2],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        population=int(row["population"]),
        area_km2=float(row["area_km2"]),
        growth=float(change) / 100 / TREND_YEARS if change else None,
        urbanisation=float(row["degurb"]) if row["degurb"] else None,
        tourism=row["reisegebiet"] or None,
        statements=(),
        focus=(),
        taking_part=True,
        active=True,
        figures_official=True,
    )


def _invented(random: np.random.Generator, count: int) -> list[TownFacts]:
    return [
        TownFacts(
            ags=f"{n:08d}",
            land=f"{1 + n % 16:02d}",
            lat=float(random.uniform(47.5, 54.5)),
            lon=float(random.uniform(6.5, 14.5)),
            population=int(np.exp(random.uniform(8.5, 9.9))),
            area_km2=float(np.exp(random.normal(3.8, 0.9))),
            growth=float(random.normal(0.002, 0.006)),
            urbanisation=float(random.integers(1, 4)),
            tourism=f"Gebiet {int(random.integers(0, 140))}",
            statements=(),
            focus=(),
            taking_part=True,
            active=True,
            figures_official=True,
        )
        for n in range(count)
    ]


def _varied(town: TownFacts, number: int, known: int, random: np.random.Generator) -> TownFacts:
    town = replace(town, statements=(), focus=(), taking_part=True, active=True)
    if number < known:
        return town
    population = int((town.population or 1) * random.uniform(0.9, 1.1))
    return replace(town, ags=f"{town.ags}{number:06d}", population=population)


def _declared(town: TownFacts, chances: Floats, silent: float, random: np.random.Generator) -> TownFacts:
    if random.random() < silent:
        return town
    count = int(random.integers(*STATEMENTS))
    chosen = random.choice(list(SUBJECTS), size=count, replace=False, p=chances)
    states = tuple(State)
    statements = tuple(
        Statement(
            str(subject),
            str(states[int(random.integers(0, len(states)))]),
            int(random.integers(0, OLDEST_DAYS)),
        )
        for subject in chosen
    )
    theses = [str(subject) for subject in chosen if subject in THESES]
    focuses = theses[: int(random.integers(0, MOST_FOCUSES + 1))]
    return replace(town, statements=statements, focus=tuple(focuses))

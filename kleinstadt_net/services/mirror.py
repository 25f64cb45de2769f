"""The mirror: a town beside the fifteen that are built most like it. Never a ranking, and no need by name.

Which towns these are is decided by the structural part of the engine alone: what a town says of itself, and how
far away it lies, plays no part.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

import numpy as np
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.matching import similarity
from kleinstadt_net.matching.declarations import IN_PROGRESS, SEEKING, STRENGTH
from kleinstadt_net.models import Focus, Stance, Town, TownFigure
from kleinstadt_net.services import snapshot, towns
from kleinstadt_net.services.snapshot import Flags, Ints, Snapshot
from kleinstadt_net.services.towns import Figure
from kleinstadt_net.vocabulary import SUBJECTS, THESES

LIKE = 15
# Below this a number of towns is not told: a need would point at somebody, a share would say nothing.
FEWEST = 3
MEASURES = ("population", "area_km2", "density", "growth")


@dataclass(frozen=True)
class LikeTown:
    """A town built like one's own."""

    ags: str
    slug: str
    name: str
    land: str
    taking_part: bool


@dataclass(frozen=True)
class Measure:
    """One fact of the own town (None: unknown) beside those of the others as far as known, in ascending order."""

    key: str
    own: float | None
    others: tuple[float, ...]

    @property
    def median(self) -> float | None:
        return median(self.others) if self.others else None


@dataclass(frozen=True)
class Indicator:
    """What the register says in words: ``own`` value, and how many of ``known`` others have the same."""

    key: str
    own: str
    same: int
    known: int


@dataclass(frozen=True)
class Said:
    """A subject: the own state (None: nothing said), and how many others name it as what.

    ``seeking`` is None where it is too small to be told.
    """

    subject: str
    own: str | None
    strength: int
    in_progress: int
    seeking: int | None
    focus: int

    @property
    def is_named(self) -> bool:
        """Whether there is anything to tell of it."""
        return self.own is not None or bool(self.strength or self.in_progress or self.seeking or self.focus)


@dataclass(frozen=True)
class Mirror:
    """The whole page; ``sources`` are those of the others' figures.

    ``speaking`` are the towns whose statements are counted: those of ``like`` that take part, or, where these are too
    few, the ones most alike among all that take part, which ``is_wider`` says.
    """

    like: tuple[LikeTown, ...]
    speaking: tuple[LikeTown, ...]
    is_wider: bool
    figure: Figure | None
    estimates: int
    measures: tuple[Measure, ...]
    sources: tuple[tuple[str, date | None], ...]
    indicators: tuple[Indicator, ...]
    states: Mapping[str, str]
    focus: tuple[str, ...]
    said: tuple[Said, ...]

    @property
    def has_enough(self) -> bool:
        """Whether so many speak that their statements may be told."""
        return len(self.speaking) >= FEWEST

    @property
    def taking_part(self) -> int:
        """How many of the towns most alike take part."""
        return sum(town.taking_part for town in self.like)

    @property
    def shares(self) -> Mapping[str, float]:
        """By thesis, which part of those speaking can show something on it or works on it."""
        count = max(1, len(self.speaking))
        return {row.subject: (row.strength + row.in_progress) / count for row in self.said}


def of_town(town_id: int) -> Mirror:
    """The mirror of a town for its own people: five queries, however large the register is."""
    picture = snapshot.current()
    row = picture.rows[town_id]
    near = nearest(picture, row, picture.listed)
    speaking = near[picture.taking_part[near]]
    is_wider = len(speaking) < FEWEST
    if is_wider:
        speaking = nearest(picture, row, picture.listed & picture.taking_part)
    ids = picture.ids[near].tolist()
    wanted = [town_id, *ids, *picture.ids[speaking].tolist()]
    by_id = {town.id: town for town in db.session.scalars(select(Town).where(Town.id.in_(wanted)))}
    figures = _figures([town_id, *ids])
    known = [figure for one in ids if (figure := figures.get(one)) is not None]
    own, others = by_id[town_id], [by_id[one] for one in ids]
    states = _states(town_id)
    return Mirror(
        like=_by_name(picture, near, by_id),
        speaking=_by_name(picture, speaking, by_id),
        is_wider=is_wider,
        figure=figures.get(town_id),
        estimates=sum(figure.is_estimate for figure in known),
        measures=tuple(_measure(key, figures.get(town_id), known) for key in MEASURES),
        sources=tuple(sorted({_source(figure) for figure in known}, key=str)),
        indicators=(
            *_indicator("urbanisation", own.urbanisation, [town.urbanisation for town in others]),
            *_indicator("tourism_region", own.tourism_region, [town.tourism_region for town in others]),
        ),
        states=states,
        focus=tuple(
            db.session.scalars(select(Focus.thesis).where(Focus.town_id == town_id).order_by(Focus.thesis))
        ),
        said=tuple(_said(picture, speaking, subject, states.get(subject)) for subject in SUBJECTS),
    )


def nearest(picture: Snapshot, row: int, among: Flags, most: int = LIKE) -> Ints:
    """Rows of the others built most alike; those of which nothing comparable is known are left out."""
    rows = np.flatnonzero(among)
    rows = rows[rows != row]
    alike = similarity.parts(picture.features, row, rows).structure
    order = np.lexsort((picture.features.ags_rank[rows], -alike))[:most]
    found: Ints = rows[order[alike[order] > 0]]
    return found


def _by_name(picture: Snapshot, near: Ints, by_id: Mapping[int, Town]) -> tuple[LikeTown, ...]:
    found = [
        (by_id[town_id], taking_part)
        for town_id, taking_part in zip(
            picture.ids[near].tolist(), picture.taking_part[near].tolist(), strict=True
        )
    ]
    return tuple(
        LikeTown(town.ags, town.slug, town.name, town.land, taking_part)
        for town, taking_part in sorted(found, key=lambda one: (one[0].sort_key, one[0].ags))
    )


def _figures(ids: Sequence[int]) -> dict[int, Figure]:
    rows: dict[int, list[TownFigure]] = {}
    for figure in db.session.scalars(select(TownFigure).where(TownFigure.town_id.in_(ids))):
        rows.setdefault(figure.town_id, []).append(figure)
    found = {town_id: towns.figure_of(of_town) for town_id, of_town in rows.items()}
    return {town_id: figure for town_id, figure in found.items() if figure is not None}


def _measure(key: str, own: Figure | None, others: Sequence[Figure]) -> Measure:
    known = (getattr(figure, key) for figure in others)
    return Measure(
        key,
        None if own is None else getattr(own, key),
        tuple(sorted(float(value) for value in known if value is not None)),
    )


def _source(figure: Figure) -> tuple[str, date | None]:
    return figure.source, None if figure.is_estimate else figure.population_on


def _indicator(key: str, own: int | str | None, others: Sequence[int | str | None]) -> tuple[Indicator, ...]:
    """Empty where the register says nothing of the own town or of any other."""
    known = [value for value in others if value is not None]
    if own is None or not known:
        return ()
    return (Indicator(key, str(own), Counter(known)[own], len(known)),)


def _states(town_id: int) -> dict[str, str]:
    rows = db.session.execute(select(Stance.subject, Stance.state).where(Stance.town_id == town_id))
    return {row.subject: row.state for row in rows}


def _said(picture: Snapshot, speaking: Ints, subject: str, own: str | None) -> Said:
    declared = picture.features.declared
    row = picture.features.subjects.index(subject)
    states = declared.state[row, speaking]
    counts = {code: int(np.count_nonzero(states == code)) for code in (STRENGTH, IN_PROGRESS, SEEKING)}
    return Said(
        subject,
        own,
        counts[STRENGTH],
        counts[IN_PROGRESS],
        counts[SEEKING] if counts[SEEKING] >= FEWEST else None,
        int(np.count_nonzero(declared.focus[row, speaking])) if subject in THESES else 0,
    )

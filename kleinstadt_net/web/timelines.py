"""A town's projects as bars along the years, for a server-rendered SVG beside the words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from kleinstadt_net.profile.timeline import Project, projects

# In SVG units; the bar is stretched to the width of its place.
WIDTH = 1000
MARK = 14
SHORTEST_MONTHS = 24


class Told(Protocol):
    """What the timeline needs of a section."""

    @property
    def fields(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Bar:
    """A project with its place: ``left`` and ``width`` of the time it takes, ``mark`` where its result shows."""

    project: Project
    left: int | None
    width: int
    mark: int | None


@dataclass(frozen=True)
class Timeline:
    """All bars over the same years; ``years`` are the places where a year begins."""

    bars: tuple[Bar, ...]
    first_year: int
    last_year: int
    years: tuple[int, ...]


def timeline(sections: Mapping[str, Told]) -> Timeline | None:
    """The projects of the sections a reader may see; None where there is none."""
    found = projects({thesis: row.fields for thesis, row in sections.items()})
    if not found:
        return None
    months = [_number(text) for one in found for text in (one.begins, one.result_month) if text]
    first_year = min(months, default=0) // 12
    count = max(SHORTEST_MONTHS, (max(months, default=0) // 12 + 1 - first_year) * 12)
    start = first_year * 12
    return Timeline(
        bars=tuple(_bar(one, start, count) for one in found),
        first_year=first_year,
        last_year=first_year + count // 12 - 1,
        years=tuple(round(WIDTH * month / count) for month in range(12, count, 12)),
    )


def _bar(project: Project, start: int, count: int) -> Bar:
    begins, ends = (
        round(WIDTH * (_number(text) - start) / count) if text else None
        for text in (project.begins, project.result_month)
    )
    left = begins if begins is not None else ends
    width = 0 if left is None else max(MARK, (ends if ends is not None else WIDTH) - left)
    return Bar(project, left if begins is not None else None, width, ends)


def _number(month: str) -> int:
    """Months since the year 0."""
    year, of_year = month.split("-")
    return int(year) * 12 + int(of_year) - 1

"""The projects of a town in the order of time, from the sections on flagship projects and on what is going on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FLAGSHIP_THESIS, OTHER_THESIS = "t07", "t08"


@dataclass(frozen=True)
class Project:
    """A project; months are ``YYYY-MM`` or empty."""

    title: str
    aim: str
    state: str
    begins: str
    result: str
    result_month: str
    quick: bool
    flagship: bool

    @property
    def first_month(self) -> str:
        return self.begins or self.result_month


def projects(fields_by_thesis: Mapping[str, Mapping[str, Any]]) -> tuple[Project, ...]:
    """All projects, the earliest first; those without any month at the end, flagship projects before others."""
    found = [
        _project(row, flagship=thesis == FLAGSHIP_THESIS)
        for thesis in (FLAGSHIP_THESIS, OTHER_THESIS)
        for row in _rows(fields_by_thesis.get(thesis, {}))
    ]
    return tuple(sorted(found, key=lambda one: (not one.first_month, one.first_month, not one.flagship)))


def _rows(fields: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    rows: Iterable[Mapping[str, Any]] = fields.get("projects", ())
    return rows


def _project(row: Mapping[str, Any], *, flagship: bool) -> Project:
    texts = {key: row.get(key, "") for key in ("title", "aim", "state", "begins", "result", "result_month")}
    return Project(**texts, quick=bool(row.get("quick")), flagship=flagship)

"""What becomes of a table an operator brings: how many rows did what, and which were left out and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.importers.cells import BrokenRow, municipality_key
from kleinstadt_net.importers.records import RowProblem
from kleinstadt_net.importers.tables import Table
from kleinstadt_net.models import Town, TownCode
from kleinstadt_net.territory import is_key


@dataclass(frozen=True)
class TableReport:
    """``added``, ``changed`` and ``unchanged`` count rows; ``problems`` are those left out, by line."""

    added: int
    changed: int
    unchanged: int
    problems: tuple[RowProblem, ...]


def apply_rows(table: Table, store: Callable[[int, Mapping[str, str]], str]) -> TableReport:
    """Hand each row with its town's id to ``store``, which answers "added", "changed" or "unchanged".

    ``store`` raises BrokenRow for a row that cannot be used; the others are not held up by it.
    """
    ids = _town_ids()
    counts = dict.fromkeys(("added", "changed", "unchanged"), 0)
    problems = list(table.problems)
    for row in table.rows:
        try:
            counts[store(_town_id(ids, row.cells["ags"]), row.cells)] += 1
        except BrokenRow as broken:
            problems.append(RowProblem(row.line, str(broken)))
    problems.sort(key=lambda problem: problem.line)
    return TableReport(**counts, problems=tuple(problems))


def _town_ids() -> dict[str, int]:
    """All towns by today's key and, where nobody else has it, by their former ones."""
    former = db.session.execute(select(TownCode.ags, TownCode.town_id))
    today = db.session.execute(select(Town.ags, Town.id).where(Town.gone_on.is_(None)))
    return {**dict(former.all()), **dict(today.all())}


def _town_id(ids: Mapping[str, int], text: str) -> int:
    # A demonstration's keys belong to no Land, and are written in full.
    ags = text if is_key(text) else municipality_key(text, "ags")
    if ags not in ids:
        raise BrokenRow(f"there is no town with the key {ags}")
    return ids[ags]

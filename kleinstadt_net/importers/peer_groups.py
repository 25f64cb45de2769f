"""Groups of towns that people call alike: a CSV with the columns ``group`` and ``ags``, a town a row."""

from dataclasses import dataclass
from pathlib import Path

from kleinstadt_net.importers import cells
from kleinstadt_net.importers.cells import BrokenRow
from kleinstadt_net.importers.records import RowProblem, UnreadableFile
from kleinstadt_net.importers.tables import read_table

COLUMNS = ("group", "ags")
AGS_DIGITS = 8
PROBLEMS_TOLD = 10


@dataclass(frozen=True, slots=True)
class Member:
    """One row: a town's key, the group it belongs to, and where the file says so."""

    line: int
    group: str
    ags: str


def read_peer_groups(path: Path) -> tuple[Member, ...]:
    """All rows of the file. Raises UnreadableFile, which names the lines that are wrong: a part proves nothing."""
    table = read_table(path, COLUMNS)
    members: dict[tuple[str, str], Member] = {}
    problems = list(table.problems)
    for row in table.rows:
        try:
            member = Member(
                row.line, _group(row.cells["group"]), cells.digits(row.cells["ags"], AGS_DIGITS, "AGS")
            )
            known = members.get((member.group, member.ags))
            if known:
                raise BrokenRow(f"{member.ags} stands in this group in line {known.line} already")
        except BrokenRow as broken:
            problems.append(RowProblem(row.line, str(broken)))
            continue
        members[member.group, member.ags] = member
    refuse(problems)
    if not members:
        raise UnreadableFile("The file names no town.")
    return tuple(members.values())


def refuse(problems: list[RowProblem]) -> None:
    """Raise UnreadableFile with the lines of these problems, if there are any."""
    if not problems:
        return
    ordered = sorted(problems, key=lambda problem: problem.line)
    told = [f"line {problem.line}: {problem.reason}" for problem in ordered[:PROBLEMS_TOLD]]
    more = [f"and {len(ordered) - PROBLEMS_TOLD} more"] * (len(ordered) > PROBLEMS_TOLD)
    raise UnreadableFile("\n".join(["The file cannot be used.", *told, *more]))


def _group(written: str) -> str:
    if not written:
        raise BrokenRow("the group is missing")
    return written

"""A paper as a value: what stands in it and in which order, whatever file it becomes."""

import re
from dataclasses import dataclass
from datetime import date

from kleinstadt_net.vocabulary import DEMONSTRATION_NOTICE

# What stands among the facts of a paper made of invented data.
_WHAT, _, _SAID = DEMONSTRATION_NOTICE.partition(": ")
INVENTED = (_WHAT, _SAID)
BULLET = re.compile(r"^\s*[-*•]\s+")
STRESS = re.compile(r"\*\*(.+?)\*\*|\*(\S.*?)\*")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; a note is set smaller and says where something comes from."""

    text: str
    is_note: bool = False

    kind = "paragraph"


@dataclass(frozen=True)
class Items:
    """A list, numbered where the order matters."""

    texts: tuple[str, ...]
    is_numbered: bool = False

    kind = "items"


@dataclass(frozen=True)
class Grid:
    """A table with a head row; the first cell of each row says what stands in it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    kind = "grid"


@dataclass(frozen=True)
class Gap:
    """Empty lines to be filled in by hand or at the screen."""

    lines: int

    kind = "gap"


Block = Paragraph | Items | Grid | Gap


@dataclass(frozen=True)
class Section:
    """A heading of the second level and what follows it."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Paper:
    """A whole paper in German; ``facts`` stand below the title, such as ("Stadt", "Ellernrode")."""

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    author: str
    made_on: date


def text_blocks(written: str) -> list[Block]:
    """A text of several lines as paragraphs and lists, without the marks of Markdown."""
    made: list[Block] = []
    points: list[str] = []
    for line in written.splitlines():
        if BULLET.match(line):
            points.append(plain(BULLET.sub("", line)))
            continue
        if points:
            made.append(Items(tuple(points)))
            points = []
        if line.strip():
            made.append(Paragraph(plain(line)))
    return [*made, Items(tuple(points))] if points else made


def plain(line: str) -> str:
    """A line without the marks of Markdown."""
    return STRESS.sub(lambda hit: hit.group(1) or hit.group(2), line).strip()

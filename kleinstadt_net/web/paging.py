"""Long lists in pages: ``?seite=3``."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import abort

ARGUMENT = "seite"
PAGE_SIZE = 25
MAX_DIGITS = 6
# How many neighbours of the present page are offered directly.
NEIGHBOURS = 1


@dataclass(frozen=True)
class Page:
    """One page of a list: its number from 1, entries per page, entries in all."""

    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page; an empty list has one page too."""
        return max(1, -(-self.total // self.size))

    @property
    def first_entry(self) -> int:
        """The position of this page's first entry in the list, from 1; 0 in an empty list."""
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last_entry(self) -> int:
        return min(self.number * self.size, self.total)

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.last else None

    @property
    def offered(self) -> list[int | None]:
        """Page numbers to offer, None where some are left out: ``[1, None, 6, 7, 8, None, 40]``."""
        near = range(self.number - NEIGHBOURS, self.number + NEIGHBOURS + 1)
        numbers = sorted({1, self.last, *(n for n in near if 1 <= n <= self.last)})
        offered: list[int | None] = []
        for number in numbers:
            previous = offered[-1] if offered else number - 1
            if previous is not None and number - previous == 2:
                offered.append(number - 1)
            elif previous is not None and number - previous > 2:
                offered.append(None)
            offered.append(number)
        return offered

    def must_exist(self) -> "Page":
        """This page itself, or the page "not found" when the list ends before it."""
        if self.number > self.last:
            abort(404)
        return self


def requested_number(arguments: Mapping[str, str]) -> int:
    """The page asked for in the address; whatever is no page number is a page not found."""
    text = arguments.get(ARGUMENT, "1")
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS) or int(text) < 1:
        abort(404)
    return int(text)

"""A row of values as marks on a line, for a server-rendered SVG beside the table that says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

# In units of the drawing, with room for half a mark at both ends.
WIDTH, MARGIN = 600, 14


@dataclass(frozen=True)
class Marks:
    """Places on the line: one for each value, and those of the middle value and of one's own, None where unknown."""

    dots: tuple[float, ...]
    median: float | None
    own: float | None


def marks(values: Sequence[float], median: float | None, own: float | None) -> Marks | None:
    """The line from the smallest to the largest of all; None without any values."""
    everything = [value for value in (*values, own) if value is not None]
    if not everything:
        return None
    low, high = min(everything), max(everything)
    return Marks(
        tuple(_place(value, low, high) for value in values),
        None if median is None else _place(median, low, high),
        None if own is None else _place(own, low, high),
    )


def _place(value: float, low: float, high: float) -> float:
    """Where all are the same they stand in the middle."""
    share = (value - low) / (high - low) if high > low else 0.5
    return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

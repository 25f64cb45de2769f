"""Counts of a period for other people's eyes: none below five, and none that could be worked out from the others.

A count from one to four might point at somebody, so it reads "unter 5". That alone hides little where the total stands
beside it: one hidden count is the total less all the others. So further counts are withheld until the total leaves
open which of the four each small one is; where there are not enough of them, the total is withheld as well.

Whoever knows this file learns nothing from how it chose: which counts are withheld depends on their places, and when
there are enough of them on the sum of all hidden ones, which is known to everybody who can subtract.
"""

from collections.abc import Collection, Sequence
from enum import Enum

FEWEST = 5


class Hidden(Enum):
    """What stands in place of a number: it is from one to four, or it would give such a one away."""

    SMALL = "unter 5"
    WITHHELD = "nicht genannt"


Shown = int | Hidden


def protected(counts: Sequence[int]) -> tuple[tuple[Shown, ...], Shown]:
    """The counts of the parts and their total as they may be shown."""
    total = sum(counts)
    if 0 < total < FEWEST:
        # However many parts are hidden: so few cases can be told apart by which of the parts are none.
        return (Hidden.WITHHELD,) * len(counts), Hidden.SMALL
    small = sum(0 < count < FEWEST for count in counts)
    if not small:
        return tuple(counts), total
    large = [place for place, count in enumerate(counts) if count >= FEWEST]
    for withheld in range(len(large) + 1):
        parts = _parts(counts, large[:withheld])
        rest = total - sum(part for part in parts if isinstance(part, int))
        if _leaves_open(rest, small, withheld):
            return parts, total
    return _parts(counts, large), Hidden.WITHHELD


def _parts(counts: Sequence[int], withheld: Collection[int]) -> tuple[Shown, ...]:
    """The small ones hidden, and those at these places withheld."""
    return tuple(
        Hidden.WITHHELD if place in withheld else Hidden.SMALL if 0 < count < FEWEST else count
        for place, count in enumerate(counts)
    )


def _leaves_open(rest: int, small: int, withheld: int) -> bool:
    """Whether each of the small counts may be anything from one to four where all hidden ones make ``rest``."""
    highest = FEWEST - 1
    # For one of them to be the highest all others must have room to be the least they can, and the reverse.
    has_room = small - 1 + highest + FEWEST * withheld <= rest
    return has_room and (withheld > 0 or rest <= highest * (small - 1) + 1)

"""The questions a mayor asks of the same comparison, and weights of her own within bounds.

Every part is given 0 to POINTS_LIMIT points; weights are their shares of the sum. Only the order of a page follows
them: the round, the letter and the word for the fit keep to ``weights.WEIGHTS``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from kleinstadt_net.matching.weights import (
    FEWEST_SHARED_POINTS,
    POINTS_LIMIT,
    QUESTION_POINTS,
    WEIGHTS,
    Weights,
)

SAME_BOAT, SOLVED, LIKE_US, NEARBY = QUESTIONS = ("same_boat", "solved", "like_us", "nearby")
# Who has solved it asks for one's own use alone; all others look for what serves both.
ONE_SIDED = frozenset({SOLVED})
PARTS = tuple(one.name for one in fields(Weights))

Points = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Order:
    """How towns are put in order: by the use of both sides, or of the one who asks alone."""

    weights: Weights = WEIGHTS
    both_sides: bool = True


USUAL = Order()


def points_of(question: str) -> dict[str, int]:
    """The points a question gives each part. Raises KeyError for no such question."""
    return dict(zip(PARTS, QUESTION_POINTS[question], strict=True))


def order(question: str, own: Points | None = None) -> Order:
    """The order that answers a question, with some of its points replaced by one's ``own``.

    Raises ValueError for points out of bounds or on what is no part.
    """
    points = points_of(question) | dict(own or {})
    if set(points) != set(PARTS) or not all(0 <= value <= POINTS_LIMIT for value in points.values()):
        raise ValueError(f"points are 0 to {POINTS_LIMIT} for {', '.join(PARTS)}, not {own}")
    if points["shared"] < FEWEST_SHARED_POINTS:
        raise ValueError("a shared challenge always counts")
    total = sum(points.values())
    return Order(
        Weights(**{part: value / total for part, value in points.items()}), question not in ONE_SIDED
    )

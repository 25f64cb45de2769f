"""The wheel of the ten theses: a field for each, clockwise from the top, as paths for an SVG."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import cos, pi, sin

from kleinstadt_net.vocabulary import THESES

# In units of the drawing, whose middle is 0, 0.
INNER, OUTER, MARK, LABEL = 34.0, 88.0, 95.0, 107.0
SIZE = 120
# Between two fields, in radians: enough to see that they are ten.
GAP = 0.03


@dataclass(frozen=True)
class Field:
    """A thesis on the wheel; ``mark`` is the arc outside a focus, empty for the others.

    ``filled`` is the inner part of the field on a wheel of shares, as large as the share; empty where there is none.
    """

    key: str
    number: int
    state: str | None
    is_focus: bool
    path: str
    mark: str
    filled: str
    label_x: float
    label_y: float


def wheel(states: Mapping[str, str], focus: Collection[str]) -> tuple[Field, ...]:
    """The ten fields; a thesis missing among ``states`` has none. Other keys are left aside."""
    turn = 2 * pi / len(THESES)
    return tuple(
        _field(key, number, turn * number - turn / 2, turn, states.get(key), key in focus)
        for number, key in enumerate(THESES)
    )


def share_wheel(shares: Mapping[str, float]) -> tuple[Field, ...]:
    """The same fields, each filled from the middle outwards as far as its share, 0 to 1, reaches."""
    turn = 2 * pi / len(THESES)
    return tuple(
        _field(key, number, turn * number - turn / 2, turn, None, False, shares.get(key, 0.0))
        for number, key in enumerate(THESES)
    )


def _field(
    key: str, number: int, start: float, turn: float, state: str | None, is_focus: bool, share: float = 0.0
) -> Field:
    first, last = start + GAP / 2, start + turn - GAP / 2
    label_x, label_y = _point(start + turn / 2, LABEL)
    return Field(
        key=key,
        number=number + 1,
        state=state,
        is_focus=is_focus,
        path=_piece(first, last, OUTER),
        mark=f"M{_at(first, MARK)}{_arc(last, MARK, 1)}" if is_focus else "",
        filled=_piece(first, last, round(INNER + share * (OUTER - INNER), 1)) if share else "",
        label_x=label_x,
        label_y=label_y,
    )


def _piece(first: float, last: float, outer: float) -> str:
    outside = f"M{_at(first, INNER)}L{_at(first, outer)}{_arc(last, outer, 1)}"
    return f"{outside}L{_at(last, INNER)}{_arc(first, INNER, 0)}z"


def _point(angle: float, radius: float) -> tuple[float, float]:
    """From the top, clockwise."""
    return round(radius * sin(angle), 1), round(-radius * cos(angle), 1)


def _at(angle: float, radius: float) -> str:
    return "{} {}".format(*_point(angle, radius))


def _arc(angle: float, radius: float, clockwise: int) -> str:
    return f"A{radius} {radius} 0 0 {clockwise} {_at(angle, radius)}"

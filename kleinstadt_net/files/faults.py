"""Why a file somebody sent is not taken."""

from enum import StrEnum


class Fault(StrEnum):
    """The reasons, as codes; the sentences stand where forms live.

    ``active``: it does something, hides something or holds other files. ``unchecked``: the scanner gave no answer.
    """

    EMPTY = "empty"
    TOO_HEAVY = "too_heavy"
    TOO_MANY = "too_many"
    UNKNOWN = "unknown"
    NOT_WHAT_IT_SAYS = "not_what_it_says"
    BROKEN = "broken"
    BOMB = "bomb"
    ACTIVE = "active"
    INFECTED = "infected"
    UNCHECKED = "unchecked"


class Unfit(Exception):
    """The content is not taken; whoever knows the file's name says so to the person."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault

"""What may be done with a date, and by which of the two towns: one table; nothing else decides it."""

from typing import Final

PROPOSED, AGREED, CANCELLED, REPLACED = "proposed", "agreed", "cancelled", "replaced"
STATES: Final = (PROPOSED, AGREED, CANCELLED, REPLACED)

PICK, DECLINE, WITHDRAW, CANCEL = "pick", "decline", "withdraw", "cancel"
ACTIONS: Final = (PICK, DECLINE, WITHDRAW, CANCEL)

PROPOSER, OTHER = "proposer", "other"
_TABLE: Final = {
    (PROPOSED, PICK): frozenset({OTHER}),
    (PROPOSED, DECLINE): frozenset({OTHER}),
    (PROPOSED, WITHDRAW): frozenset({PROPOSER}),
    (AGREED, CANCEL): frozenset({PROPOSER, OTHER}),
}


def may(state: str, action: str, side: str) -> bool:
    """Whether the town on this side may do this now; whether the time has come or gone is not asked here."""
    return side in _TABLE.get((state, action), ())

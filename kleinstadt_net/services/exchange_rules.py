"""What may be done with an exchange: one table of state, action and role; nothing else decides it.

Who acts for a town, leads and editors alike, may do the same: an exchange belongs to the town.
"""

from collections.abc import Mapping
from typing import Final

REQUESTED, TALKING = "requested", "talking"
DECLINED, WITHDRAWN, LAPSED, CLOSED = "declined", "withdrawn", "lapsed", "closed"
STATES: Final = (REQUESTED, TALKING, DECLINED, WITHDRAWN, LAPSED, CLOSED)
# Two towns have at most one exchange in one of these.
OPEN: Final = (REQUESTED, TALKING)

ACTIONS: Final = (
    "accept",
    "decline",
    "ask_back",
    "reply",
    "hand_on",
    "withdraw",
    "remind",
    "lapse",
    "revoke",
    "close",
    "reopen",
)

ASKER_LEAD, ASKER_EDITOR = "asker_lead", "asker_editor"
ASKED_LEAD, ASKED_EDITOR = "asked_lead", "asked_editor"
# The timetable acts as SERVICE; operators look after reports, not after talks.
STRANGER, OPERATOR, SERVICE = "stranger", "operator", "service"
ROLES: Final = (ASKER_LEAD, ASKER_EDITOR, ASKED_LEAD, ASKED_EDITOR, STRANGER, OPERATOR, SERVICE)

_ASKER: Final = frozenset({ASKER_LEAD, ASKER_EDITOR})
_ASKED: Final = frozenset({ASKED_LEAD, ASKED_EDITOR})
_EITHER: Final = _ASKER | _ASKED
_SERVICE: Final = frozenset({SERVICE})

_TABLE: Final[Mapping[tuple[str, str], tuple[str, frozenset[str]]]] = {
    (REQUESTED, "accept"): (TALKING, _ASKED),
    (REQUESTED, "decline"): (DECLINED, _ASKED),
    (REQUESTED, "ask_back"): (REQUESTED, _ASKED),
    (REQUESTED, "hand_on"): (REQUESTED, _ASKED),
    (REQUESTED, "reply"): (REQUESTED, _ASKER),
    (REQUESTED, "withdraw"): (WITHDRAWN, _ASKER),
    (REQUESTED, "remind"): (REQUESTED, _SERVICE),
    (REQUESTED, "lapse"): (LAPSED, _SERVICE),
    (TALKING, "revoke"): (REQUESTED, _ASKED),
    (TALKING, "close"): (CLOSED, _EITHER),
    (CLOSED, "reopen"): (TALKING, _EITHER),
}


def allowed(state: str, action: str, role: str) -> str | None:
    """The state that follows where this role may do this now; None where it may not.

    Days and texts are not asked here: that a link may be revoked for a day only, and a question answered once.
    """
    followed = _TABLE.get((state, action))
    return followed[0] if followed is not None and role in followed[1] else None


def stands(state: str, action: str, role: str) -> bool:
    """Whether things stand as this action would leave them, for a role that may do it: clicked a second time."""
    return any(
        done == action and role in roles and following == state != before
        for (before, done), (following, roles) in _TABLE.items()
    )


def role_of(membership_role: str | None, *, is_asker: bool) -> str:
    """The role in an exchange of somebody who is "lead" or "editor" of one of its towns; None is a stranger."""
    if membership_role is None:
        return STRANGER
    if is_asker:
        return ASKER_LEAD if membership_role == "lead" else ASKER_EDITOR
    return ASKED_LEAD if membership_role == "lead" else ASKED_EDITOR

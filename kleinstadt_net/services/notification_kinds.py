"""Which letter belongs to which kind of news, and how each kind is told to whoever has chosen nothing.

Kinds are for people, who choose among a few and not among every letter there is. Few letters by default: at once only
where another town waits.
"""

from dataclasses import dataclass

AT_ONCE, DAILY, DIGEST, NEVER = "at_once", "daily", "digest", "never"
MODES = frozenset({AT_ONCE, DAILY, DIGEST, NEVER})

DEFAULTS = {
    "requests": AT_ONCE,
    "messages": AT_ONCE,
    "dates": AT_ONCE,
    "answers": DAILY,
    "questions": DIGEST,
    "practices": DIGEST,
    "events": DAILY,
    "outcomes": AT_ONCE,
}


@dataclass(frozen=True)
class Told:
    """The kind a letter belongs to. ``always``: nobody can do without it, so it goes out whatever was chosen.

    Such are letters that hold what no page shows (a link to answer, contact data, an invitation for the calendar) and
    those that bind whoever gets them.
    """

    kind: str
    always: bool = False


OF_LETTER = {
    "exchange_requested": Told("requests", always=True),
    "exchange_reply": Told("requests", always=True),
    "exchange_handed_on": Told("requests", always=True),
    "exchange_agreed": Told("requests", always=True),
    "exchange_revoked": Told("requests", always=True),
    "exchange_wish_ended": Told("requests", always=True),
    "exchange_query": Told("requests"),
    "exchange_declined": Told("requests"),
    "exchange_lapsed": Told("requests"),
    "peer_review_invited": Told("requests", always=True),
    "peer_review_answered": Told("requests"),
    "message_written": Told("messages"),
    "appointment_proposed": Told("dates"),
    "appointment_agreed": Told("dates", always=True),
    "appointment_cancelled": Told("dates", always=True),
    "appointment_reminder": Told("dates", always=True),
    "peer_review_dated": Told("dates", always=True),
    "peer_review_cancelled": Told("dates", always=True),
    "answer_written": Told("answers"),
    "answer_helped": Told("answers"),
    "question_closed": Told("answers"),
    "question_asked": Told("questions"),
    "practice_adopted": Told("practices"),
    "event_announced": Told("events"),
    "event_changed": Told("events", always=True),
    "event_reminder": Told("events", always=True),
    "outcome_asked": Told("outcomes", always=True),
    "outcome_helped": Told("outcomes", always=True),
}
# Kinds with nothing to choose are left out of the settings.
CHOOSABLE = tuple(
    kind for kind in DEFAULTS if any(t.kind == kind and not t.always for t in OF_LETTER.values())
)


def of_letter(letter_kind: str) -> Told:
    """The kind of a letter; raises KeyError for one nobody has placed."""
    return OF_LETTER[letter_kind]

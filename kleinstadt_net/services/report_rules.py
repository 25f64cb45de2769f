"""What a report may be about beside the page of a town, and how it may end: values, nothing stored."""

from dataclasses import dataclass
from hashlib import sha256

MESSAGE, PRACTICE, QUESTION = "message", "practice", "question"
ANSWER, EVENT, PEER_REVIEW = "question_answer", "event", "peer_review"
KINDS = (MESSAGE, PRACTICE, QUESTION, ANSWER, EVENT, PEER_REVIEW)
KEPT, REMOVED, TOWN_SUSPENDED = "kept", "removed", "town_suspended"
# A decision on a complaint that leaves everything as it was decided before.
UPHELD = "upheld"
# What a reporter is told instead of the last two where she may not learn whose content it is: a town that is suspended
# on that day would be known by it.
HIDDEN = "hidden"
MAY_BE_ANONYMOUS = frozenset({QUESTION, ANSWER})
# The largest number that PostgreSQL takes for an id.
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Target:
    """One object that somebody wrote, by its kind (one of KINDS) and its number."""

    kind: str
    target_id: int


def stamp(*texts: str) -> str:
    """A fingerprint of what stands there: another one as soon as a single character changes."""
    return sha256("\x1f".join(texts).encode()).hexdigest()


def outcome_for_reporter(kind: str | None, outcome: str) -> str:
    """The outcome of a report about this kind of object as whoever reported may know it."""
    return HIDDEN if kind in MAY_BE_ANONYMOUS and outcome in (REMOVED, TOWN_SUSPENDED) else outcome

"""One question about a statement of the reader's own town that nobody has confirmed for a year."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Question:
    """A stance of the reader's town and the day it was last confirmed."""

    stance_id: int
    subject: str
    state: str
    confirmed_on: date

    kind = "question"

    @property
    def key(self) -> str:
        # With the day, so that a statement confirmed and grown old again may be asked about again.
        return f"question:{self.stance_id}:{self.confirmed_on.isoformat()}"


def is_old(confirmed_on: date, today: date) -> bool:
    """Whether twelve calendar months have gone by; what is of 29 February is old on 1 March."""
    return (confirmed_on.year + 1, confirmed_on.month, confirmed_on.day) <= (
        today.year,
        today.month,
        today.day,
    )


def oldest(questions: Iterable[Question], today: date, told: Collection[str]) -> Question | None:
    """The question to put this month: about the statement that was confirmed longest ago."""
    due = [q for q in questions if is_old(q.confirmed_on, today) and q.key not in told]
    return min(due, key=lambda q: (q.confirmed_on, q.stance_id), default=None)

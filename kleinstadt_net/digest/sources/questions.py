"""Questions of other towns on which the reader's town is strong; who asks is told nowhere but on their pages."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class QuestionNews:
    """An open question with the subject (its key) the town is strong in; answers are taken up to ``deadline``."""

    question_id: int
    title: str
    subject: str
    deadline: date

    kind = "question"

    @property
    def key(self) -> str:
        return f"question:{self.question_id}"


def untold(questions: Iterable[QuestionNews], told: Collection[str], *, today: date) -> QuestionNews | None:
    """One not yet told and still open, the one with least time left first."""
    fresh = (one for one in questions if one.key not in told and one.deadline >= today)
    return min(fresh, key=lambda one: (one.deadline, -one.question_id), default=None)

"""Questions as the operator sees them: with who asks. What is taken out of the net goes the way of a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Question, QuestionAnswer, Town
from kleinstadt_net.services.question_rules import UnknownQuestionError

PAGE_SIZE = 25


@dataclass(frozen=True)
class Written:
    """A question or an answer with who wrote it; ``author`` is empty for an account that is gone."""

    number: int
    town: str
    town_ags: str
    author: str
    text: str
    written_at: datetime


@dataclass(frozen=True)
class DeskQuestion:
    """A question with who asked it and all answers; ``is_anonymous``: other towns do not learn who."""

    title: str
    is_anonymous: bool
    state: str
    question: Written
    answers: tuple[Written, ...]


def latest(number: int) -> tuple[Sequence[Any], int]:
    """One page of all questions (id, title, town, is_anonymous, asked_at), the newest first, and how many in all."""
    rows = db.session.execute(
        select(Question.id, Question.title, Town.name, Question.is_anonymous, Question.asked_at)
        .join(Town, Town.id == Question.town_id)
        .order_by(Question.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return rows, db.session.scalar(select(func.count(Question.id))) or 0


def page(question_id: int) -> DeskQuestion:
    """One question, whatever its town's standing. Raises UnknownQuestionError."""
    head = db.session.execute(
        select(Question.title, Question.is_anonymous, Question.state).where(Question.id == question_id)
    ).one_or_none()
    if head is None:
        raise UnknownQuestionError(question_id)
    (asked,) = _written(Question, Question.asked_at, Question.id == question_id)
    answers = _written(QuestionAnswer, QuestionAnswer.created_at, QuestionAnswer.question_id == question_id)
    return DeskQuestion(*head, asked, answers)


def _written(rows: Any, time: Any, condition: Any) -> tuple[Written, ...]:
    found = db.session.execute(
        select(rows.id, Town.name, Town.ags, Account.first_name, Account.last_name, rows.text, time)
        .join(Town, Town.id == rows.town_id)
        .outerjoin(Account, Account.id == rows.author_id)
        .where(condition)
        .order_by(rows.id)
    )
    return tuple(
        Written(number, town, ags, f"{first or ''} {last or ''}".strip(), text, written_at)
        for number, town, ags, first, last, text, written_at in found
    )

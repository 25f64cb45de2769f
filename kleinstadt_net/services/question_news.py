"""Open questions for the Monatsbrief: those on which the reader's town is strong and has not answered."""

from collections.abc import Collection

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.digest.sources.questions import QuestionNews
from kleinstadt_net.models import Question, QuestionAnswer, QuestionSubject, Stance, Town
from kleinstadt_net.services import questions
from kleinstadt_net.services.question_rules import OPEN
from kleinstadt_net.vocabulary import State

# The newest of all open questions; a letter has room for one or two of them.
LOOKED_AT = 300


def news(town_ids: Collection[int]) -> dict[int, tuple[QuestionNews, ...]]:
    """By town the open questions of others it could answer: four queries, however many towns; one without questions."""
    rows = db.session.execute(
        select(Question.id, Question.town_id, Question.title, Question.deadline)
        .join(Town, Town.id == Question.town_id)
        .where(Question.state == OPEN, Question.deadline >= clock.today(), *questions.VISIBLE)
        .order_by(Question.id.desc())
        .limit(LOOKED_AT)
    ).all()
    if not rows:
        return {}
    ids = [row.id for row in rows]
    about: dict[str, list[int]] = {}
    for question_id, subject in db.session.execute(
        select(QuestionSubject.question_id, QuestionSubject.subject).where(
            QuestionSubject.question_id.in_(ids)
        )
    ):
        about.setdefault(subject, []).append(question_id)
    strong: dict[int, dict[int, str]] = {}
    for town_id, subject in _strengths(town_ids, about):
        for question_id in about[subject]:
            strong.setdefault(town_id, {}).setdefault(question_id, subject)
    done = _answered(ids, town_ids) | {(row.town_id, row.id) for row in rows}
    return {
        town_id: fitting
        for town_id, by_question in strong.items()
        if (
            fitting := tuple(
                QuestionNews(row.id, row.title, by_question[row.id], row.deadline)
                for row in rows
                if row.id in by_question and (town_id, row.id) not in done
            )
        )
    }


def _strengths(town_ids: Collection[int], subjects: Collection[str]) -> list[tuple[int, str]]:
    found = db.session.execute(
        select(Stance.town_id, Stance.subject)
        .where(
            Stance.town_id.in_(list(town_ids)),
            Stance.state == State.STRENGTH.value,
            Stance.subject.in_(list(subjects)),
        )
        .order_by(Stance.town_id, Stance.subject)
    )
    return [(row.town_id, row.subject) for row in found]


def _answered(question_ids: Collection[int], town_ids: Collection[int]) -> set[tuple[int, int]]:
    found = db.session.execute(
        select(QuestionAnswer.town_id, QuestionAnswer.question_id)
        .where(QuestionAnswer.question_id.in_(question_ids), QuestionAnswer.town_id.in_(list(town_ids)))
        .group_by(QuestionAnswer.town_id, QuestionAnswer.question_id)
    )
    return {(row.town_id, row.question_id) for row in found}

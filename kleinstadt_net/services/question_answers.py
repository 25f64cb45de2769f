"""Answers to a question: written in the name of a town, marked as helpful by the asking one."""

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Question, QuestionAnswer, Town
from kleinstadt_net.services import audit, question_letters, questions
from kleinstadt_net.services.question_rules import (
    ANSWER_LENGTH,
    ANSWERS_A_QUESTION,
    RefusedError,
    TooLateError,
    TooManyError,
    UnknownQuestionError,
    is_open,
)


def answer(question_id: int, text: str, *, town_id: int, account_id: int) -> int:
    """Store an answer and tell the asker; answers its id; commits. The same one sent twice is one answer.

    Raises RefusedError, UnknownQuestionError, TooLateError where the question has ended, TooManyError.
    """
    if not text or len(text) > ANSWER_LENGTH:
        sentence = (
            f"Bitte höchstens {ANSWER_LENGTH} Zeichen." if text else "Bitte schreiben Sie eine Antwort."
        )
        raise RefusedError({"text": sentence})
    begin_writing(db.session)
    question = _question(question_id)
    if not is_open(question.state, question.deadline):
        db.session.rollback()
        raise TooLateError
    own = db.session.scalars(
        select(QuestionAnswer).where(
            QuestionAnswer.question_id == question_id, QuestionAnswer.town_id == town_id
        )
    ).all()
    known = next((row.id for row in own if row.text == text), None)
    if known is not None:
        db.session.rollback()
        return known
    if len(own) >= ANSWERS_A_QUESTION:
        db.session.rollback()
        raise TooManyError
    stored = QuestionAnswer(
        question_id=question_id, town_id=town_id, author_id=account_id, text=text, created_at=clock.now()
    )
    db.session.add(stored)
    db.session.flush()
    audit.record("question.answered", account_id=account_id, town_id=town_id, question=question_id)
    question_letters.answered(question, stored)
    db.session.commit()
    return stored.id


def helped(question_id: int, answer_id: int, *, town_id: int) -> None:
    """The asking town says that an answer of another town helped; its author is told; commits. Twice is once.

    Raises UnknownQuestionError.
    """
    begin_writing(db.session)
    question = _question(question_id)
    stored = db.session.scalar(
        select(QuestionAnswer)
        .where(QuestionAnswer.id == answer_id, QuestionAnswer.question_id == question_id)
        .with_for_update()
    )
    if stored is None or question.town_id != town_id or stored.town_id == town_id:
        db.session.rollback()
        raise UnknownQuestionError(question_id)
    if stored.helped_at is None:
        stored.helped_at = clock.now()
        question_letters.helped(question, stored)
    db.session.commit()


def withdraw(question_id: int, answer_id: int, *, town_id: int, account_id: int) -> None:
    """Take back an answer of one's own town; commits. Raises UnknownQuestionError."""
    begin_writing(db.session)
    stored = db.session.scalar(
        select(QuestionAnswer).where(
            QuestionAnswer.id == answer_id,
            QuestionAnswer.question_id == question_id,
            QuestionAnswer.town_id == town_id,
        )
    )
    if stored is None:
        db.session.rollback()
        raise UnknownQuestionError(question_id)
    db.session.delete(stored)
    audit.record("question.answer_withdrawn", account_id=account_id, town_id=town_id, question=question_id)
    db.session.commit()


def _question(question_id: int) -> Question:
    """A question that may be seen, locked in the running transaction."""
    question = db.session.scalar(
        select(Question)
        .join(Town, Town.id == Question.town_id)
        .where(Question.id == question_id, *questions.VISIBLE)
        .with_for_update(of=Question)
        .execution_options(populate_existing=True)
    )
    if question is None:
        db.session.rollback()
        raise UnknownQuestionError(question_id)
    return question

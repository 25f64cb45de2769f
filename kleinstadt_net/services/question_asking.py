"""Putting a question to all towns, and ending it: by its asker with a summary, or by the day it was asked for."""

from datetime import datetime

import structlog
from sqlalchemy import func, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Question, QuestionAnswer, QuestionSubject, Town
from kleinstadt_net.services import audit, question_anonymity, question_letters
from kleinstadt_net.services.question_rules import (
    CLOSED,
    MONTH,
    OPEN,
    QUESTIONS_A_MONTH,
    SUMMARY_LENGTH,
    NewQuestion,
    RefusedError,
    TooManyError,
    UnknownQuestionError,
    check,
    search_text,
)

# So many at a tick; the next one takes the rest.
CLOSED_AT_ONCE = 200
log = structlog.get_logger("questions")


def ask(new: NewQuestion, *, town_id: int, account_id: int) -> int:
    """Store a question, tell towns that are strong in it, and answer its id; commits.

    The same question sent twice is one question. Raises RefusedError, and TooManyError where the month is used up.
    """
    check(new)
    band = question_anonymity.size_band(town_id) if new.is_anonymous else None
    begin_writing(db.session)
    # Two at the same moment: the second waits here and finds the first one's question.
    db.session.execute(select(Town.id).where(Town.id == town_id).with_for_update())
    known = db.session.scalar(
        select(Question.id).where(
            Question.town_id == town_id,
            Question.title == new.title,
            Question.text == new.text,
            Question.is_anonymous == new.is_anonymous,
            Question.state == OPEN,
        )
    )
    if known is not None:
        db.session.rollback()
        return known
    if _asked_lately(town_id) >= QUESTIONS_A_MONTH:
        db.session.rollback()
        raise TooManyError
    question = _store(new, band, town_id, account_id)
    audit.record("question.asked", account_id=account_id, town_id=town_id, question=question.id)
    question_letters.asked(question, new.subjects)
    db.session.commit()
    return question.id


def close(question_id: int, summary: str, *, town_id: int, account_id: int) -> None:
    """End the town's question, or write the summary of one that has ended; commits. Who answered is told once.

    Raises UnknownQuestionError where it is not the town's or an operator has taken out its text, RefusedError for a
    summary that is too long.
    """
    if len(summary) > SUMMARY_LENGTH:
        raise RefusedError({"summary": f"Bitte höchstens {SUMMARY_LENGTH} Zeichen."})
    begin_writing(db.session)
    question = own_question(question_id, town_id)
    if not question.text:
        db.session.rollback()
        raise UnknownQuestionError(question_id)
    question.summary = summary
    if question.state == OPEN:
        question.state, question.closed_at = CLOSED, clock.now()
    audit.record("question.closed", account_id=account_id, town_id=town_id, question=question.id)
    question_letters.summarised(question)
    db.session.commit()


def withdraw(question_id: int, *, town_id: int, account_id: int) -> bool:
    """Take back a question no other town has answered; commits. False where one has: others' words stay.

    Raises UnknownQuestionError where it is not the town's.
    """
    begin_writing(db.session)
    question = own_question(question_id, town_id)
    of_others = QuestionAnswer.question_id == question_id, QuestionAnswer.town_id != town_id
    if db.session.scalar(select(func.count()).where(*of_others)):
        db.session.rollback()
        return False
    db.session.delete(question)
    audit.record("question.withdrawn", account_id=account_id, town_id=town_id, question=question_id)
    db.session.commit()
    return True


def close_due() -> int:
    """End the questions whose last day is over and tell the askers; answers how many, one commit each."""
    ids = db.session.scalars(
        select(Question.id)
        .where(Question.state == OPEN, Question.deadline < clock.today())
        .order_by(Question.deadline, Question.id)
        .limit(CLOSED_AT_ONCE)
    ).all()
    db.session.rollback()
    return sum(_close_due(question_id, clock.now()) for question_id in ids)


def own_question(question_id: int, town_id: int) -> Question:
    """A question of this town, locked in the running transaction. Raises UnknownQuestionError."""
    question = db.session.scalar(
        select(Question)
        .where(Question.id == question_id, Question.town_id == town_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if question is None:
        db.session.rollback()
        raise UnknownQuestionError(question_id)
    return question


def _close_due(question_id: int, now: datetime) -> bool:
    begin_writing(db.session)
    ended = db.session.execute(
        update(Question)
        .where(Question.id == question_id, Question.state == OPEN)
        .values(state=CLOSED, closed_at=now)
        .returning(Question.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if ended is None:
        db.session.rollback()
        return False
    question_letters.ended(db.session.get_one(Question, question_id, populate_existing=True))
    db.session.commit()
    log.info("question closed", question=question_id)
    return True


def _asked_lately(town_id: int) -> int:
    since = clock.now() - MONTH
    counted = select(func.count()).where(Question.town_id == town_id, Question.asked_at > since)
    return db.session.scalar(counted) or 0


def _store(new: NewQuestion, band: str | None, town_id: int, account_id: int) -> Question:
    question = Question(
        town_id=town_id,
        author_id=account_id,
        title=new.title,
        text=new.text,
        is_anonymous=new.is_anonymous,
        size_band=band,
        search_text=search_text(new.title, new.text),
        state=OPEN,
        asked_at=clock.now(),
        deadline=new.deadline,
        summary="",
    )
    db.session.add(question)
    db.session.flush()
    db.session.add_all(
        QuestionSubject(question_id=question.id, subject=key) for key in dict.fromkeys(new.subjects)
    )
    db.session.flush()
    return question

"""Who is told what about questions, in the running transaction.

What is told of a question names neither its town nor its people, so that it holds for one asked without the town's
name as well.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import func, or_, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Membership, Question, QuestionAnswer, Stance, Town
from kleinstadt_net.services import exchange_news, questions
from kleinstadt_net.vocabulary import State

# So many towns hear of a question before all others; the rest finds it in the list and in the Monatsbrief.
TOWNS_TOLD = 30
# Two primes that let other towns be first with every question.
_STEP, _ROUND = 7919, 104729


def asked(question: Question, subjects: Collection[str]) -> None:
    """Tell the leads of towns that are strong in it, those strong in most of its subjects first."""
    for town_id in strong_towns(question, subjects):
        exchange_news.tell(
            "question_asked",
            _people(town_id),
            town_id=town_id,
            key=str(question.id),
            path=_path(question),
            facts={"title": question.title, "subjects": sorted(subjects)},
            letter=lambda person: {"deadline": question.deadline},
        )


def answered(question: Question, answer: QuestionAnswer) -> None:
    """Tell who asked, or where nobody is known any more the town's leads; not of the town's own answer."""
    if answer.town_id == question.town_id:
        return
    exchange_news.tell(
        "answer_written",
        _people(question.town_id, question.author_id),
        town_id=question.town_id,
        key=f"{question.id}:{answer.id}",
        path=_path(question),
        facts={
            "title": question.title,
            "answerer": db.session.scalar(select(Town.name).where(Town.id == answer.town_id)),
        },
    )


def helped(question: Question, answer: QuestionAnswer) -> None:
    """Tell who wrote an answer that it helped."""
    exchange_news.tell(
        "answer_helped",
        _people(answer.town_id, answer.author_id),
        town_id=answer.town_id,
        key=f"{question.id}:{answer.id}",
        path=_path(question),
        facts={"title": question.title},
    )


def ended(question: Question) -> None:
    """Tell who asked that the last day is over and how many answers there are."""
    counted = select(func.count()).where(
        QuestionAnswer.question_id == question.id, QuestionAnswer.town_id != question.town_id
    )
    _closed(question, question.town_id, question.author_id, answers=db.session.scalar(counted) or 0)


def summarised(question: Question) -> None:
    """Tell who answered that the question is closed, and once that there is a summary, however late it comes."""
    rows = db.session.execute(
        select(QuestionAnswer.town_id, func.max(QuestionAnswer.author_id))
        .where(QuestionAnswer.question_id == question.id, QuestionAnswer.town_id != question.town_id)
        .group_by(QuestionAnswer.town_id)
    ).all()
    for town_id, author_id in rows:
        _closed(question, town_id, author_id, answers=None)


def strong_towns(question: Question, subjects: Collection[str]) -> list[int]:
    """The towns told first: taking part and not paused, strong in a subject, other towns first with every question."""
    matches = func.count(Stance.subject)
    turn = (Town.id * _STEP + question.id * _ROUND) % 10007
    query = (
        select(Town.id)
        .join(Stance, Stance.town_id == Town.id)
        .where(
            *questions.VISIBLE,
            or_(Town.paused_until.is_(None), Town.paused_until < clock.today()),
            Town.id != question.town_id,
            Stance.state == State.STRENGTH.value,
            Stance.subject.in_(list(subjects)),
        )
        .group_by(Town.id)
        .order_by(matches.desc(), turn, Town.id)
        .limit(TOWNS_TOLD)
    )
    return list(db.session.scalars(query))


def _closed(question: Question, town_id: int, author_id: int | None, *, answers: int | None) -> None:
    """``answers`` is for the asker, None for those who answered."""
    exchange_news.tell(
        "question_closed",
        _people(town_id, author_id),
        town_id=town_id,
        key=f"{question.id}:{_standing(question, answers)}",
        path=_path(question),
        facts={
            "title": question.title,
            "is_asker": answers is not None,
            "answers": answers or 0,
            "is_summarised": bool(question.summary),
        },
    )


def _standing(question: Question, answers: int | None) -> str:
    """What a reader of either side is told once."""
    if answers is not None:
        return "asked"
    return "summarised" if question.summary else "answered"


def _people(town_id: int, author_id: int | None = None) -> Iterable[Account]:
    """The one who wrote, while she acts for the town; else its leads."""
    query = (
        select(Account)
        .join(Membership, Membership.account_id == Account.id)
        .where(
            Membership.town_id == town_id,
            Membership.state == "confirmed",
            Account.confirmed_at.is_not(None),
        )
        .order_by(Account.id)
    )
    author = db.session.scalars(query.where(Account.id == author_id)).all() if author_id is not None else []
    return author or db.session.scalars(query.where(Membership.role == "lead")).all()


def _path(question: Question) -> str:
    return questions.PATH.format(question_id=question.id)

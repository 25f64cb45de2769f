"""The objects a report may be about, as they are now. Of a talk the one message is read and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import (
    Account,
    CircleTown,
    Event,
    Membership,
    Message,
    Network,
    PeerReview,
    Practice,
    Question,
    QuestionAnswer,
    Report,
    Town,
)
from kleinstadt_net.services import (
    attachments,
    events,
    exchanges,
    peer_reviews,
    practices,
    questions,
    removals,
)
from kleinstadt_net.services.practice_content import Content
from kleinstadt_net.services.report_rules import (
    ANSWER,
    EVENT,
    LARGEST_ID,
    MESSAGE,
    PEER_REVIEW,
    PRACTICE,
    QUESTION,
    Target,
    stamp,
)
from kleinstadt_net.vocabulary import SUBJECTS

# Who has it locked changes it; everybody else waits and then finds what has become of it.
_LOCKED: Mapping[str, Any] = {"populate_existing": True}


@dataclass(frozen=True)
class Occasion:
    """When and where an event is; ``organiser`` is the kind of who invites."""

    organiser: str
    starts_at: datetime
    ends_at: datetime
    place: str
    online_link: str | None
    is_cancelled: bool


@dataclass(frozen=True)
class Given:
    """An answer to a reported question, for the operator."""

    answer_id: int
    town: str
    text: str
    given_at: datetime


@dataclass(frozen=True)
class Reported:
    """One object as it is now. ``town_id`` is None where it is no single town's; ``title`` may be empty.

    ``is_closed``: it is for a few towns only, those of the talk or circle ``group_id``. ``is_anonymous``: other towns
    do not learn whose it is. ``is_shown``: its town takes part. ``author`` is for the operator.
    """

    target: Target
    path: str
    made_at: datetime
    stamp: str
    town_id: int | None
    town: str
    title: str = ""
    text: str = ""
    author: str = ""
    attachments: tuple[str, ...] = ()
    example: Content | None = None
    occasion: Occasion | None = None
    answers: tuple[Given, ...] = ()
    group_id: int | None = None
    is_anonymous: bool = False
    is_shown: bool = True

    @property
    def kind(self) -> str:
        return self.target.kind

    @property
    def is_closed(self) -> bool:
        return self.group_id is not None


def find(target: Target, *, lock: bool = False) -> Reported | None:
    """The object; None where there is none, or nothing of it can be read by others (any more)."""
    return _FINDERS[target.kind](target, lock) if 0 < target.target_id <= LARGEST_ID else None


def of_report(report: Report, *, lock: bool = False) -> Reported | None:
    """The object a report is about; one that was made later only has the number of another that is gone."""
    if report.target_kind is None or report.target_id is None:
        return None
    found = find(Target(report.target_kind, report.target_id), lock=lock)
    return found if found is not None and found.made_at <= report.created_at else None


def _message(target: Target, lock: bool) -> Reported | None:
    row = _first(
        select(Message, Town).join(Town, Town.id == Message.town_id).where(Message.id == target.target_id),
        Message,
        lock,
    )
    if row is None or row.Message.removed_at is not None:
        return None
    message: Message = row.Message
    names = tuple(one.name for one in attachments.of_messages([message.id]).get(message.id, ()))
    return Reported(
        target=target,
        path=exchanges.PATH.format(exchange_id=message.exchange_id),
        made_at=message.written_at,
        stamp=stamp(message.text, *names),
        town_id=message.town_id,
        town=row.Town.name,
        text=message.text,
        attachments=names,
        group_id=message.exchange_id,
    )


def _practice(target: Target, lock: bool) -> Reported | None:
    row = _first(
        select(Practice, Town).join(Town, Town.id == Practice.town_id).where(Practice.id == target.target_id),
        Practice,
        lock,
    )
    # A town brings back from its archive with one click what others read before; a draft nobody else has read.
    if row is None or row.Practice.state == practices.DRAFT:
        return None
    practice: Practice = row.Practice
    subjects = practices.subjects_of([practice.id]).get(practice.id, ())
    documents = attachments.of_practices([practice.id], with_waiting=False)
    return Reported(
        target=target,
        path=practices.PATH.format(practice_id=practice.id),
        made_at=practice.created_at,
        stamp=removals.stamp_of_practice(practice),
        town_id=practice.town_id,
        town=row.Town.name,
        title=practice.title,
        attachments=tuple(one.name for one in documents.get(practice.id, ())),
        example=Content.of(practice, subjects),
        is_shown=practice.state == practices.RELEASED and _takes_part(row.Town),
    )


def _question(target: Target, lock: bool) -> Reported | None:
    row = _first(
        select(Question, Town, Account)
        .join(Town, Town.id == Question.town_id)
        .outerjoin(Account, Account.id == Question.author_id)
        .where(Question.id == target.target_id),
        Question,
        lock,
    )
    # No question is asked without a text: this one was taken out.
    if row is None or not row.Question.text:
        return None
    question: Question = row.Question
    text = "\n\n".join(filter(None, (question.text, question.summary)))
    return Reported(
        target=target,
        path=questions.PATH.format(question_id=question.id),
        made_at=question.asked_at,
        stamp=stamp(question.title, text),
        town_id=question.town_id,
        town=row.Town.name,
        title=question.title,
        text=text,
        author=_name(row.Account),
        answers=_answers(question.id),
        is_anonymous=question.is_anonymous,
        is_shown=_takes_part(row.Town),
    )


def _answer(target: Target, lock: bool) -> Reported | None:
    row = _first(
        select(QuestionAnswer, Town, Account, Question)
        .join(Town, Town.id == QuestionAnswer.town_id)
        .join(Question, Question.id == QuestionAnswer.question_id)
        .outerjoin(Account, Account.id == QuestionAnswer.author_id)
        .where(QuestionAnswer.id == target.target_id),
        QuestionAnswer,
        lock,
    )
    if row is None:
        return None
    answer: QuestionAnswer = row.QuestionAnswer
    asker = db.session.get_one(Town, row.Question.town_id)
    return Reported(
        target=target,
        path=questions.PATH.format(question_id=answer.question_id),
        made_at=answer.created_at,
        stamp=stamp(answer.text),
        town_id=answer.town_id,
        town=row.Town.name,
        title=row.Question.title,
        text=answer.text,
        author=_name(row.Account),
        is_anonymous=row.Question.is_anonymous and answer.town_id == row.Question.town_id,
        is_shown=_takes_part(row.Town) and _takes_part(asker),
    )


def _event(target: Target, lock: bool) -> Reported | None:
    row = _first(select(Event).where(Event.id == target.target_id), Event, lock)
    # No event is announced without a place or a link: this one was taken out.
    if row is None or not (row.Event.place or row.Event.online_link):
        return None
    event: Event = row.Event
    town = db.session.get(Town, _town_of(event) or 0)
    own = db.session.get(Town, event.town_id or 0)
    return Reported(
        target=target,
        path=events.PATH.format(event_id=event.id),
        made_at=event.created_at,
        stamp=stamp(event.title, event.text, event.place, event.online_link or ""),
        town_id=town.id if town is not None else None,
        town=town.name if town is not None else "",
        title=event.title,
        text=event.text,
        occasion=Occasion(
            organiser=event.organiser,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            place=event.place,
            online_link=event.online_link,
            is_cancelled=event.state == events.CANCELLED,
        ),
        group_id=event.circle_id,
        is_shown=own is None or _takes_part(own),
    )


def _peer_review(target: Target, lock: bool) -> Reported | None:
    row = _first(
        select(PeerReview, Town)
        .join(Town, Town.id == PeerReview.host_id)
        .where(PeerReview.id == target.target_id, PeerReview.published_at.is_not(None)),
        PeerReview,
        lock,
    )
    if row is None:
        return None
    review: PeerReview = row.PeerReview
    return Reported(
        target=target,
        path=peer_reviews.LIST_PATH,
        made_at=review.created_at,
        stamp=stamp(review.public_text),
        town_id=review.host_id,
        town=row.Town.name,
        title=SUBJECTS[review.subject].title,
        text=review.public_text,
        is_shown=_takes_part(row.Town),
    )


_FINDERS: Mapping[str, Callable[[Target, bool], Reported | None]] = {
    MESSAGE: _message,
    PRACTICE: _practice,
    QUESTION: _question,
    ANSWER: _answer,
    EVENT: _event,
    PEER_REVIEW: _peer_review,
}


def _first(query: Any, of: Any, lock: bool) -> Any:
    if not lock:
        return db.session.execute(query).one_or_none()
    return db.session.execute(query.with_for_update(of=of), execution_options=_LOCKED).one_or_none()


def _answers(question_id: int) -> tuple[Given, ...]:
    rows = db.session.execute(
        select(QuestionAnswer.id, Town.name, QuestionAnswer.text, QuestionAnswer.created_at)
        .join(Town, Town.id == QuestionAnswer.town_id)
        .where(QuestionAnswer.question_id == question_id)
        .order_by(QuestionAnswer.id)
    )
    return tuple(Given(*row) for row in rows)


def _town_of(event: Event) -> int | None:
    """The town that invites or looks after the network that does; of a circle's event whoever wrote it acts for it."""
    if event.network_id is not None:
        return db.session.scalar(select(Network.contact_town_id).where(Network.id == event.network_id))
    if event.circle_id is None:
        return event.town_id
    return db.session.scalar(
        select(Membership.town_id)
        .join(CircleTown, CircleTown.town_id == Membership.town_id)
        .where(
            CircleTown.circle_id == event.circle_id,
            Membership.account_id == event.account_id,
            Membership.state == "confirmed",
        )
        .order_by(Membership.town_id)
        .limit(1)
    )


def _takes_part(town: Town) -> bool:
    return town.joined_on is not None and not (town.suspended_at or town.gone_on or town.hidden_on)


def _name(account: Account | None) -> str:
    return f"{account.first_name} {account.last_name}".strip() if account is not None else ""

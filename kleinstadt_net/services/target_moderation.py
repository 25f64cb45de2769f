"""What an operator may take out after a report about one object; what others wrote beside it stays.

All of it in the decision's transaction. Nothing that was taken out comes back with one click: an example waits as a
draft that only a lead releases, and only changed; a published text is not taken a second time; the rest is deleted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import (
    Event,
    Message,
    PeerReview,
    Practice,
    Question,
    QuestionAnswer,
    Report,
)
from kleinstadt_net.services import (
    attachments,
    audit,
    event_letters,
    exchange_news,
    installation,
    practice_editing,
    reported_objects,
)
from kleinstadt_net.services.events import ANNOUNCED, CANCELLED
from kleinstadt_net.services.exchange_letters import WRITTEN_KIND
from kleinstadt_net.services.moderation import ContentChanged, Removed
from kleinstadt_net.services.practice_content import Content
from kleinstadt_net.services.practices import DRAFT
from kleinstadt_net.services.question_rules import CLOSED
from kleinstadt_net.services.report_rules import ANSWER, EVENT, MESSAGE, PEER_REVIEW, PRACTICE, QUESTION
from kleinstadt_net.services.reported_objects import Reported
from kleinstadt_net.vocabulary import REMOVED_TITLES

# Letters and lines that repeat a question, an answer or an event.
OF_QUESTIONS = ("question_asked", "answer_written", "answer_helped", "question_closed")
OF_ANSWERS = ("answer_written", "answer_helped")
OF_EVENTS = ("event_announced", "event_changed", "event_reminder")


def take_out(report: Report, stamp: str, *, by_account_id: int) -> Removed | None:
    """Take out what a report is about; None where it is there no longer, as the operator saw (``stamp`` is empty).

    Raises ContentChanged when it is not what she saw.
    """
    found = reported_objects.of_report(report, lock=True)
    if stamp != (found.stamp if found is not None else ""):
        raise ContentChanged(f"{report.target_kind} {report.target_id}")
    if found is None:
        return None
    # The town may have become part of another one since.
    report.town_id, report.removed_stamp = found.town_id, found.stamp
    kind = _BY_KIND[found.kind]
    taken = kind.take(found.target.target_id)
    audit.record(
        kind.action, account_id=by_account_id, town_id=found.town_id, report=report.id, **taken.from_where
    )
    db.session.flush()
    return _removed(found, taken.files)


@dataclass(frozen=True)
class _Taken:
    """What the trail says of where it stood, by name and id, and the tokens of files that may go."""

    from_where: Mapping[str, int]
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Kind:
    """What the trail calls taking out such an object, and how it is done."""

    action: str
    take: Callable[[int], _Taken]


def _message(message_id: int) -> _Taken:
    """The row stays without its text, so that the talk does not close over the gap."""
    message = db.session.get_one(Message, message_id)
    message.text, message.removed_at = "", clock.now()
    documents = attachments.of_messages([message_id]).get(message_id, ())
    tokens = attachments.take_out([one.attachment_id for one in documents])
    exchange_news.forget([WRITTEN_KIND], f"{message.account_id or 0}:{message_id}")
    return _Taken({"exchange": message.exchange_id}, tokens)


def _practice(practice_id: int) -> _Taken:
    """A draft of its town again; a change that waited is left in its author's form."""
    practice = db.session.get_one(Practice, practice_id)
    practice.version += 1
    if practice.proposal is not None and practice.proposed_by_id is not None:
        proposal = Content.from_json(practice.proposal)
        practice_editing.keep_typed(practice, practice.proposed_by_id, proposal)
    practice.state, practice.submitted_at = DRAFT, None
    practice.proposal = practice.proposed_by_id = practice.proposed_at = None
    installation.touch_town(practice.town_id)
    return _Taken({"practice": practice_id})


def _question(question_id: int) -> _Taken:
    """Ended and without its text; the answers are others' words and stay."""
    question = db.session.get_one(Question, question_id)
    question.title, question.text = REMOVED_TITLES[QUESTION], ""
    question.summary, question.search_text = "", ""
    question.state, question.closed_at = CLOSED, question.closed_at or clock.now()
    exchange_news.forget(OF_QUESTIONS, str(question_id))
    return _Taken({"question": question_id})


def _answer(answer_id: int) -> _Taken:
    answer = db.session.get_one(QuestionAnswer, answer_id)
    exchange_news.forget(OF_ANSWERS, f"{answer.question_id}:{answer_id}")
    db.session.delete(answer)
    return _Taken({"question": answer.question_id})


def _event(event_id: int) -> _Taken:
    """Cancelled and without its text; whoever has registered learns that it does not take place."""
    event = db.session.get_one(Event, event_id)
    is_ahead = event.state == ANNOUNCED and event.ends_at > clock.now()
    exchange_news.forget(OF_EVENTS, str(event_id))
    event.title, event.text, event.place, event.online_link = REMOVED_TITLES[EVENT], "", "", None
    event.state, event.changed_at, event.version = CANCELLED, clock.now(), event.version + 1
    if is_ahead:
        event_letters.taken_out(event)
    return _Taken({"event": event_id})


def _peer_review(peer_review_id: int) -> _Taken:
    """What all towns could read; question, minutes and result stay among the towns that came."""
    review = db.session.get_one(PeerReview, peer_review_id)
    review.public_text, review.published_at = "", None
    review.version, review.changed_at = review.version + 1, clock.now()
    return _Taken({"peer_review": peer_review_id})


def _removed(found: Reported, files: tuple[str, ...]) -> Removed:
    return Removed(
        subject="",
        title=found.title,
        # An example is not gone: its town reads it among its drafts.
        sentence=found.text or None,
        whole=True,
        kind=found.kind,
        attachments=found.attachments,
        files=files,
    )


_BY_KIND: Mapping[str, _Kind] = {
    MESSAGE: _Kind("exchange.message_removed", _message),
    PRACTICE: _Kind("practice.removed", _practice),
    QUESTION: _Kind("question.removed", _question),
    ANSWER: _Kind("question.answer_removed", _answer),
    EVENT: _Kind("event.removed", _event),
    PEER_REVIEW: _Kind("peer_review.removed", _peer_review),
}

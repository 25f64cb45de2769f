"""What an operator may take out after a report about one object; what others wrote beside it stays.

All of it in the decision's transaction. Nothing that was taken out comes back with one click: an example waits as a
draft that only a lead releases, and only changed; a published text is not taken a second time; the rest is deleted.
"""

from collections.abc import Callable, Mapping

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
    removed = _BY_KIND[found.kind](found, by_account_id, report.id)
    db.session.flush()
    return removed


def _message(found: Reported, by_account_id: int, report_id: int) -> Removed:
    """The row stays without its text, so that the talk does not close over the gap."""
    message = db.session.get_one(Message, found.target.target_id)
    message.text, message.removed_at = "", clock.now()
    documents = attachments.of_messages([message.id]).get(message.id, ())
    tokens = attachments.take_out([one.attachment_id for one in documents])
    exchange_news.forget([WRITTEN_KIND], f"{message.account_id or 0}:{message.id}")
    audit.record(
        "exchange.message_removed",
        account_id=by_account_id,
        town_id=found.town_id,
        exchange=message.exchange_id,
        report=report_id,
    )
    return _removed(found, files=tokens)


def _practice(found: Reported, by_account_id: int, report_id: int) -> Removed:
    """A draft of its town again; a change that waited is left in its author's form."""
    practice = db.session.get_one(Practice, found.target.target_id)
    practice.version += 1
    if practice.proposal is not None and practice.proposed_by_id is not None:
        proposal = Content.from_json(practice.proposal)
        practice_editing.keep_typed(practice, practice.proposed_by_id, proposal)
    practice.state, practice.submitted_at = DRAFT, None
    practice.proposal = practice.proposed_by_id = practice.proposed_at = None
    audit.record(
        "practice.removed",
        account_id=by_account_id,
        town_id=practice.town_id,
        practice=practice.id,
        report=report_id,
    )
    installation.touch_town(practice.town_id)
    return _removed(found)


def _question(found: Reported, by_account_id: int, report_id: int) -> Removed:
    """Ended and without its text; the answers are others' words and stay."""
    question = db.session.get_one(Question, found.target.target_id)
    question.title, question.text = REMOVED_TITLES[QUESTION], ""
    question.summary, question.search_text = "", ""
    question.state, question.closed_at = CLOSED, question.closed_at or clock.now()
    exchange_news.forget(OF_QUESTIONS, str(question.id))
    audit.record(
        "question.removed",
        account_id=by_account_id,
        town_id=question.town_id,
        question=question.id,
        report=report_id,
    )
    return _removed(found)


def _answer(found: Reported, by_account_id: int, report_id: int) -> Removed:
    answer = db.session.get_one(QuestionAnswer, found.target.target_id)
    exchange_news.forget(OF_ANSWERS, f"{answer.question_id}:{answer.id}")
    audit.record(
        "question.answer_removed",
        account_id=by_account_id,
        town_id=answer.town_id,
        question=answer.question_id,
        report=report_id,
    )
    db.session.delete(answer)
    return _removed(found)


def _event(found: Reported, by_account_id: int, report_id: int) -> Removed:
    """Cancelled and without its text; whoever has registered learns that it does not take place."""
    event = db.session.get_one(Event, found.target.target_id)
    is_ahead = event.state == ANNOUNCED and event.ends_at > clock.now()
    exchange_news.forget(OF_EVENTS, str(event.id))
    event.title, event.text, event.place, event.online_link = REMOVED_TITLES[EVENT], "", "", None
    event.state, event.changed_at, event.version = CANCELLED, clock.now(), event.version + 1
    audit.record(
        "event.removed",
        account_id=by_account_id,
        town_id=found.town_id,
        event=event.id,
        report=report_id,
    )
    if is_ahead:
        event_letters.taken_out(event)
    return _removed(found)


def _peer_review(found: Reported, by_account_id: int, report_id: int) -> Removed:
    """What all towns could read; question, minutes and result stay among the towns that came."""
    review = db.session.get_one(PeerReview, found.target.target_id)
    review.public_text, review.published_at = "", None
    review.version, review.changed_at = review.version + 1, clock.now()
    audit.record(
        "peer_review.removed",
        account_id=by_account_id,
        town_id=review.host_id,
        peer_review=review.id,
        report=report_id,
    )
    return _removed(found)


def _removed(found: Reported, *, files: tuple[str, ...] = ()) -> Removed:
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


_BY_KIND: Mapping[str, Callable[[Reported, int, int], Removed]] = {
    MESSAGE: _message,
    PRACTICE: _practice,
    QUESTION: _question,
    ANSWER: _answer,
    EVENT: _event,
    PEER_REVIEW: _peer_review,
}

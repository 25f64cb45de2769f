"""A reported object taken out of the net: what goes, what stays, who is told, and that it does not come back."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.files import store
from kleinstadt_net.models import (
    Attachment,
    AuditEntry,
    Event,
    Letter,
    Message,
    Notification,
    PeerReview,
    Question,
    QuestionAnswer,
    Report,
    Typed,
)
from kleinstadt_net.services import (
    event_writing,
    exchange_messages,
    notifications,
    peer_review_writing,
    personal_data,
    practice_editing,
    practice_releases,
    practices,
    question_answers,
    question_asking,
    questions,
    report_decisions,
    report_desk,
    reported_objects,
    reports,
)
from kleinstadt_net.services.directory_filters import VISITOR
from kleinstadt_net.services.event_rights import Actor
from kleinstadt_net.services.moderation import ContentChanged
from kleinstadt_net.services.peer_review_writing import TakenOutError
from kleinstadt_net.services.practice_content import Content, Refused
from kleinstadt_net.services.practice_editing import NOW_RELEASED, SUBMITTED
from kleinstadt_net.services.question_rules import UnknownQuestionError
from kleinstadt_net.services.report_decisions import KEPT, REMOVED, TOWN_SUSPENDED, UPHELD, Decision
from kleinstadt_net.services.report_rules import (
    ANSWER,
    EVENT,
    KINDS,
    MESSAGE,
    PEER_REVIEW,
    PRACTICE,
    QUESTION,
    Target,
)
from kleinstadt_net.vocabulary import REMOVED_TITLES
from tests import factories as make
from tests.support.at_once import at_once
from tests.support.cast import Cast
from tests.support.letters import bodies, text_of

REASON = "Der Text beleidigt eine Person mit Namen."
OBJECTION = "Das ist ein Irrtum, bitte prüfen Sie es."
BAD = "Frau Muster lügt."
EMAIL = "nachbarin@post.example"


def _message(cast: Cast) -> Any:
    talk = make.ExchangeFactory(town=cast.town, peer=cast.other_town, state="talking")
    return make.MessageFactory(exchange=talk, text=BAD)


MADE: dict[str, Callable[[Cast], Any]] = {
    MESSAGE: _message,
    PRACTICE: lambda cast: make.PracticeFactory(town_id=cast.town.id, problem=BAD),
    QUESTION: lambda cast: make.QuestionFactory(town_id=cast.town.id, text=BAD),
    ANSWER: lambda cast: make.QuestionAnswerFactory(town_id=cast.town.id, text=BAD),
    EVENT: lambda cast: make.EventFactory(town_id=cast.town.id, text=BAD),
    PEER_REVIEW: lambda cast: make.PeerReviewFactory(
        host_id=cast.town.id, public_text=BAD, published_at=clock.now()
    ),
}
# What one changes of it while the operator reads.
CHANGED = {
    MESSAGE: ("text", "Etwas anderes."),
    PRACTICE: ("title", "Ein anderer Titel"),
    QUESTION: ("summary", "Wir nehmen viel mit."),
    ANSWER: ("text", "Etwas anderes."),
    EVENT: ("place", "Bürgerhaus"),
    PEER_REVIEW: ("public_text", "Etwas anderes."),
}


def reported(kind: str, row: Any, **given: Any) -> Report:
    """A report about this object."""
    found = reported_objects.find(Target(kind, row.id))
    given.setdefault("town_id", found.town_id if found else None)
    made: Report = make.ReportFactory(target_kind=kind, target_id=row.id, reporter_email=EMAIL, **given)
    return made


def seen(report: Report) -> str:
    """What the operator has before her."""
    found = reported_objects.of_report(report)
    return found.stamp if found is not None else ""


def remove(report: Report, cast: Cast, stamp: str | None = None) -> bool:
    decision = Decision(REMOVED, REASON, stamp=seen(report) if stamp is None else stamp)
    return report_decisions.decide(report.id, cast.operator.id, decision)


def taken_back(report: Report, cast: Cast) -> None:
    """The decision, after a complaint."""
    reports.complain_as_reporter(report.token, OBJECTION)
    decision = Decision(KEPT, "Wir haben uns geirrt.")
    assert report_decisions.decide(report.id, cast.operator.id, decision)


def letters(kind: str) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def actions() -> list[tuple[str, int | None]]:
    rows = db.session.execute(select(AuditEntry.action, AuditEntry.town_id).order_by(AuditEntry.id))
    return [(row.action, row.town_id) for row in rows]


def fresh(row: Any) -> Any:
    return db.session.get(type(row), row.id, populate_existing=True)


@pytest.mark.parametrize("kind", KINDS)
def test_both_sides_get_the_reasons_and_the_town_its_text(cast: Cast, kind: str) -> None:
    report = reported(kind, MADE[kind](cast))
    assert remove(report, cast)
    assert fresh(report).removed_stamp
    (to_town,), (to_reporter,) = letters("report_decided_town"), letters("report_decided")
    assert to_town.recipient == cast.mayor.email
    for body in bodies(to_town):
        assert REASON in body and "sechs Monaten" in body and EMAIL not in body
        # An example is not lost: its town reads it among its drafts.
        assert (BAD in body) == (kind != PRACTICE)
    assert all(REASON in body and BAD not in body for body in bodies(to_reporter))
    (deed, town_id), (decided, nobodys) = actions()
    assert deed.endswith("removed") and town_id == cast.town.id
    assert (decided, nobodys) == ("report.decided", None)
    assert BAD not in str(db.session.scalars(select(AuditEntry.detail)).all())


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_changed_while_the_operator_read_is_not_taken_out(cast: Cast, kind: str) -> None:
    row = MADE[kind](cast)
    report, (name, value) = reported(kind, row), CHANGED[kind]
    stamp = seen(report)
    setattr(row, name, value)
    db.session.commit()
    for wrong in (stamp, ""):
        with pytest.raises(ContentChanged):
            remove(report, cast, stamp=wrong)
    assert fresh(report).state == "open" and not letters("report_decided") and not actions()


@pytest.mark.parametrize("kind", KINDS)
def test_what_another_report_has_taken_out_is_settled_without_a_second_letter_to_the_town(
    cast: Cast, kind: str
) -> None:
    row = MADE[kind](cast)
    first, second = reported(kind, row), reported(kind, row)
    stamp = seen(second)
    assert remove(first, cast)
    with pytest.raises(ContentChanged):
        remove(second, cast, stamp=stamp)
    file = report_desk.find(second.id)
    assert file is not None and file.is_gone
    assert remove(second, cast)
    assert (fresh(second).outcome, fresh(second).removed_stamp) == ("removed", None)
    assert len(letters("report_decided_town")) == 1 and len(letters("report_decided")) == 2
    # Nothing was done to the town, so nothing is taken back either.
    taken_back(second, cast)
    assert len(letters("report_decided_town")) == 1


def test_a_message_leaves_a_gap_and_takes_its_documents_along(cast: Cast) -> None:
    row = MADE[MESSAGE](cast)
    other = make.MessageFactory(exchange_id=row.exchange_id, town_id=cast.other_town.id)
    for number, owner in enumerate((row, other)):
        store.write("attachments", f"token{number}", b"%PDF")
        db.session.add(
            Attachment(
                message_id=owner.id, token=f"token{number}", name=f"Plan {number}.pdf", kind="pdf", size=4,
                uploaded_at=clock.now(), released_at=clock.now(),
            )
        )  # fmt: skip
    db.session.commit()
    report = reported(MESSAGE, row)
    file = report_desk.find(report.id)
    assert file is not None and file.target is not None
    assert (file.target.text, file.target.attachments) == (BAD, ("Plan 0.pdf",))
    assert remove(report, cast)
    assert (fresh(row).text, fresh(row).removed_at is not None) == ("", True)
    assert db.session.scalars(select(Attachment.token)).all() == ["token1"]
    assert (store.read("attachments", "token0"), store.read("attachments", "token1")) == (None, b"%PDF")
    assert fresh(other).text == other.text
    assert "Plan 0.pdf" in text_of(letters("report_decided_town")[0])
    # The other town of the talk sees the gap; it is told nothing.
    assert {one.recipient for one in db.session.scalars(select(Letter))} == {cast.mayor.email, EMAIL}
    decided = report_desk.find(report.id)
    assert decided is not None and decided.target is None and not decided.is_gone


def test_a_message_not_yet_sent_by_letter_is_not_sent_any_more(cast: Cast) -> None:
    talk = make.ExchangeFactory(town=cast.town, peer=cast.other_town, state="talking")
    written = exchange_messages.write(talk.id, cast.town.id, cast.mayor.id, BAD)
    notifications.set_preferences(cast.stranger.id, {"messages": "at_once"})
    second = exchange_messages.write(talk.id, cast.town.id, cast.mayor.id, f"{BAD} Wirklich.")
    told = [text_of(one) for one in letters("message_written")]
    assert any(f"{BAD} Wirklich." in text for text in told)
    for message_id in (written, second):
        assert remove(reported(MESSAGE, db.session.get_one(Message, message_id)), cast)
    assert not letters("message_written")
    assert not [line for line in db.session.scalars(select(Notification)) if line.kind == "messages"]


def test_a_message_that_stays_is_read_by_the_operator_only_while_there_is_something_to_decide(
    cast: Cast,
) -> None:
    report = reported(MESSAGE, MADE[MESSAGE](cast))
    report_decisions.decide(report.id, cast.operator.id, Decision(KEPT, REASON))
    file = report_desk.find(report.id)
    assert file is not None and file.target is None
    reports.complain_as_reporter(report.token, OBJECTION)
    file = report_desk.find(report.id)
    assert file is not None and file.target is not None and file.target.text == BAD


def test_an_example_taken_out_comes_back_changed_and_by_a_lead_alone(cast: Cast) -> None:
    row = MADE[PRACTICE](cast)
    whose, report = (cast.town.id, cast.mayor.id, row.id), reported(PRACTICE, row)
    editors = (cast.town.id, cast.colleague.id, row.id)
    cast.town.needs_release = False
    db.session.commit()
    assert remove(report, cast)
    own = practice_editing.find(cast.town.id, row.id)
    assert (own.state, own.is_taken_out, own.content.problem) == ("draft", True, BAD)
    assert practices.page(row.id, VISITOR) is None

    with pytest.raises(Refused, match="problem"):
        practice_editing.save(*whose, own.content, own.version, release=True)
    # Where editors release by themselves they do not release this: the reasons went to the leads.
    assert practice_editing.save(*editors, own.content, own.version, release=True) == SUBMITTED
    with pytest.raises(Refused, match="problem"):
        practice_releases.release(*whose, fresh(row).version)
    better = replace(own.content, problem="Es standen sechs Läden leer.")
    assert practice_editing.save(*whose, better, fresh(row).version, release=True) == NOW_RELEASED
    now = practice_editing.find(cast.town.id, row.id)
    assert (now.state, now.is_taken_out) == ("released", False)
    # Nor does it come back as a change of what is out now.
    with pytest.raises(Refused, match="problem"):
        practice_editing.save(*whose, own.content, now.version, release=False)
    assert fresh(row).problem == "Es standen sechs Läden leer."


def test_an_example_whose_removal_was_a_mistake_comes_back_as_it_was(cast: Cast) -> None:
    row = MADE[PRACTICE](cast)
    report = reported(PRACTICE, row)
    assert remove(report, cast)
    taken_back(report, cast)
    assert "bei Ihren Entwürfen und darf" in text_of(letters("report_decided_town")[1])
    own = practice_editing.find(cast.town.id, row.id)
    assert not own.is_taken_out
    saved = practice_editing.save(cast.town.id, cast.mayor.id, row.id, own.content, own.version, release=True)
    assert saved == NOW_RELEASED


def test_an_example_in_the_archive_is_taken_out_too_and_a_waiting_change_stays_in_its_authors_form(
    cast: Cast,
) -> None:
    row = MADE[PRACTICE](cast)
    row.proposal = replace(Content.of(row, ("innenstadt",)), title="Ein neuer Titel").as_json()
    row.proposed_by_id, row.proposed_at = cast.colleague.id, clock.now()
    db.session.commit()
    report = reported(PRACTICE, row)
    assert remove(report, cast)
    assert (fresh(row).state, fresh(row).proposal) == ("draft", None)
    typed = db.session.scalars(select(Typed)).one()
    assert typed.account_id == cast.colleague.id and "Ein neuer Titel" in json.dumps(typed.content)

    archived = make.PracticeFactory(town_id=cast.town.id, state="archived", released_at=clock.now())
    assert remove(reported(PRACTICE, archived), cast)
    assert fresh(archived).state == "draft"


def test_a_question_ends_without_its_text_and_the_answers_stay(cast: Cast) -> None:
    row = make.QuestionFactory(town_id=cast.town.id, title="Wer kennt Frau Muster?", text=BAD)
    question_id, key = row.id, f"question_asked:{row.id}"
    make.LetterFactory(kind="question_asked", key=f"{key}:1")
    kept = [
        make.LetterFactory(kind="question_asked", key=f"{key}:2", state="sent"),
        make.LetterFactory(kind="question_asked", key=f"{key}1:1"),
    ]
    answer = question_answers.answer(
        question_id, "Wir.", town_id=cast.other_town.id, account_id=cast.stranger.id
    )
    assert "Muster" in str(db.session.scalars(select(Notification.detail)).all())

    assert remove(reported(QUESTION, row), cast)

    page = questions.page(question_id, cast.other_town.id)
    assert (page.row.title, page.text, page.row.is_open) == (REMOVED_TITLES["question"], "", False)
    assert [one.answer_id for one in page.answers] == [answer]
    assert [one.id for one in letters("question_asked")] == [one.id for one in kept]
    assert not db.session.scalars(select(Notification)).all()
    assert "muster" not in fresh(row).search_text
    with pytest.raises(UnknownQuestionError):
        question_asking.close(question_id, BAD, town_id=cast.town.id, account_id=cast.mayor.id)


def test_an_answer_is_deleted_and_its_question_stays(cast: Cast) -> None:
    row = MADE[ANSWER](cast)
    answer_id, question_id = row.id, row.question_id
    assert remove(reported(ANSWER, row), cast)
    assert db.session.get(QuestionAnswer, answer_id) is None
    assert db.session.get_one(Question, question_id).text


def test_a_report_about_a_question_is_given_to_one_of_its_answers(cast: Cast) -> None:
    question = make.QuestionFactory(town_id=cast.town.id)
    answer = make.QuestionAnswerFactory(question_id=question.id, town_id=cast.other_town.id, text=BAD)
    report = reported(QUESTION, question)
    file = report_desk.find(report.id)
    assert file is not None and file.target is not None
    assert [one.answer_id for one in file.target.answers] == [answer.id]
    foreign = make.QuestionAnswerFactory()
    assert not report_desk.narrow(report.id, foreign.id, cast.operator.id)
    assert report_desk.narrow(report.id, answer.id, cast.operator.id)
    assert not report_desk.narrow(report.id, answer.id, cast.operator.id)
    assert fresh(report).town_id == cast.other_town.id
    assert remove(report, cast)
    assert [one.recipient for one in letters("report_decided_town")] == [cast.stranger.email]


def test_who_comes_to_an_event_learns_that_it_does_not_take_place_and_nothing_of_its_text(
    cast: Cast,
) -> None:
    row = MADE[EVENT](cast)
    row.title = f"{BAD} Ein Abend"
    make.EventRegistrationFactory(event_id=row.id, account_id=cast.stranger.id, town_id=cast.other_town.id)
    db.session.commit()
    event_writing.change(
        row.id,
        Actor(cast.mayor.id, cast.town.id),
        replace(
            event_writing.for_editing(row.id, Actor(cast.mayor.id, cast.town.id)).content, place="Bürgerhaus"
        ),
        row.version,
    )
    assert len(letters("event_changed")) == 1

    assert remove(reported(EVENT, fresh(row)), cast)

    event: Event = fresh(row)
    assert (event.state, event.title, event.text) == ("cancelled", REMOVED_TITLES["event"], "")
    assert (event.place, event.online_link) == ("", None)
    (letter,) = letters("event_changed")
    assert letter.recipient == cast.stranger.email and letter.subject.startswith("Abgesagt: Ihr Termin am ")
    for body in bodies(letter):
        assert "Der Betreiber des Netzes hat ihn abgesagt." in body and BAD not in body
    (line,) = db.session.scalars(select(Notification))
    assert BAD not in line.title + line.detail


def test_an_event_that_is_over_and_one_of_nobodys_town_are_taken_out_quietly(cast: Cast) -> None:
    past = make.EventFactory(town_id=cast.town.id, starts_at=clock.now() - timedelta(days=3))
    make.EventRegistrationFactory(event_id=past.id, account_id=cast.stranger.id)
    operators = make.EventFactory(organiser="operator")
    for row in (past, operators):
        assert remove(reported(EVENT, row), cast)
        assert fresh(row).text == ""
    assert not letters("event_changed")
    assert len(letters("report_decided_town")) == 1 and len(letters("report_decided")) == 2


def test_a_published_text_is_not_taken_a_second_time(cast: Cast) -> None:
    row = MADE[PEER_REVIEW](cast)
    row.result = BAD
    db.session.commit()
    whose = {"town_id": cast.town.id, "account_id": cast.mayor.id}
    report = reported(PEER_REVIEW, row)
    assert remove(report, cast)
    review: PeerReview = fresh(row)
    assert (review.public_text, review.published_at, review.result) == ("", None, BAD)
    with pytest.raises(TakenOutError):
        peer_review_writing.publish(row.id, BAD, **whose)
    peer_review_writing.publish(row.id, "Es war gut.", **whose)
    taken_back(report, cast)
    peer_review_writing.publish(row.id, BAD, **whose)
    assert fresh(row).public_text == BAD


def test_who_asks_without_a_name_stays_unknown_to_whoever_reported(cast: Cast) -> None:
    who = make.AccountFactory(email=EMAIL)
    row = make.QuestionFactory(town_id=cast.town.id, text=BAD, is_anonymous=True)
    removed, suspended = reported(QUESTION, row), reported(QUESTION, row)
    file = report_desk.find(removed.id)
    assert (
        file is not None
        and file.town is not None
        and (file.town.name, file.hides_town)
        == (
            "Ellernrode",
            True,
        )
    )
    report_decisions.decide(suspended.id, cast.operator.id, Decision(TOWN_SUSPENDED, REASON))
    assert remove(removed, cast)
    told = [reports.find_for_reporter(one.token) for one in (removed, suspended)]
    # Which town was suspended on that day would say who asked.
    assert {one.outcome for one in told if one} == {"hidden"}
    assert {one.town_name for one in told if one} == {None}
    for letter in letters("report_decided"):
        for body in bodies(letter):
            assert "Der Inhalt ist nicht mehr zu sehen" in body
            assert "Ellernrode" not in body and "gesperrt" not in body
    kept = personal_data.as_json(who.id)
    assert "Ellernrode" not in kept and "town_suspended" not in kept and '"removed"' not in kept
    shown = str(personal_data.parts(who.id))
    assert "Frage in die Runde" in shown and "Ellernrode" not in shown
    (to_town, _) = letters("report_decided_town")
    assert "Ellernrode" in text_of(to_town)


def test_a_suspension_is_lifted_where_the_object_is_taken_out_instead(cast: Cast) -> None:
    report = reported(MESSAGE, MADE[MESSAGE](cast))
    report_decisions.decide(report.id, cast.operator.id, Decision(TOWN_SUSPENDED, REASON))
    reports.complain_as_reporter(report.token, OBJECTION)
    assert remove(report, cast)
    assert fresh(cast.town).suspended_at is None and fresh(report).final_outcome == "removed"


def test_a_removal_that_is_upheld_is_told_to_both(cast: Cast) -> None:
    report = reported(MESSAGE, MADE[MESSAGE](cast))
    assert remove(report, cast)
    reports.complain_as_reporter(report.token, OBJECTION)
    report_decisions.decide(report.id, cast.operator.id, Decision(UPHELD, "Es bleibt dabei."))
    assert "Es bleibt dabei." in text_of(letters("report_decided_town")[1])


def test_an_object_that_went_on_with_a_successor_is_decided_with_the_successor(cast: Cast) -> None:
    row = MADE[PRACTICE](cast)
    report = reported(PRACTICE, row)
    row.town_id = cast.other_town.id
    db.session.commit()
    assert remove(report, cast)
    assert [one.recipient for one in letters("report_decided_town")] == [cast.stranger.email]


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", KINDS)
def test_two_who_take_out_the_same_object_at_the_same_moment_do_it_once(
    app: Flask, cast: Cast, kind: str
) -> None:
    row = MADE[kind](cast)
    first, second = reported(kind, row), reported(kind, row)
    decision, by = Decision(REMOVED, REASON, stamp=seen(first)), cast.operator.id
    outcomes = at_once(
        app,
        partial(report_decisions.decide, first.id, by, decision),
        partial(report_decisions.decide, second.id, by, decision),
        refusals=(ContentChanged,),
    )
    assert sorted(outcomes) == ["ContentChanged", "done"]
    assert [deed for deed, _ in actions()].count("report.decided") == 1
    assert len(letters("report_decided_town")) == 1


@pytest.mark.both_databases
def test_the_same_report_decided_twice_at_the_same_moment_is_decided_once(app: Flask, cast: Cast) -> None:
    report = reported(MESSAGE, MADE[MESSAGE](cast))
    call = partial(
        report_decisions.decide, report.id, cast.operator.id, Decision(REMOVED, REASON, stamp=seen(report))
    )
    assert at_once(app, call, call) == ["done", "done"]
    assert len(letters("report_decided_town")) == len(letters("report_decided")) == 1

"""A reported content from the report to the last decision, and what each side is told."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import AuditEntry, Letter, Report, Town
from kleinstadt_net.services import (
    memberships,
    moderation,
    report_decisions,
    report_desk,
    report_letters,
    reports,
    stances,
)
from kleinstadt_net.services.report_decisions import Decision
from kleinstadt_net.services.reports import NewReport
from kleinstadt_net.vocabulary import REPORT_OUTCOMES, REPORT_REASONS
from tests.factories import ReportFactory, StanceFactory
from tests.support.cast import Cast
from tests.support.letters import html_of, text_of

EMAIL = "nachbarin@post.example"
REASON = "Der Satz nennt eine Person mit Namen."
OBJECTION = "Das ist ein Irrtum, bitte prüfen Sie es."


def new(cast: Cast, **given: Any) -> NewReport:
    about = {
        "path": f"/stadt/ellernrode-{cast.town.ags}",
        "ags": cast.town.ags,
        "subject": "innenstadt",
        "reason": "personal",
        "explanation": "Dort steht der Name meiner Nachbarin.",
        "name": "Rosa Geheim",
        "email": EMAIL,
    }
    return NewReport(**{**about, **given})


def letters(kind: str) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def report() -> Report:
    return db.session.scalars(select(Report).execution_options(populate_existing=True)).one()


def link_in(letter: Letter) -> str:
    return next(word for word in text_of(letter).split() if "/meldung/" in word).rpartition("/")[2]


def remove(cast: Cast, **given: Any) -> Decision:
    return Decision(
        **{
            "outcome": report_decisions.REMOVED,
            "reason": REASON,
            "subject": "innenstadt",
            "version": 1,
            **given,
        }
    )


def test_a_report_is_acknowledged_without_a_word_its_sender_typed(cast: Cast) -> None:
    token = reports.receive(new(cast), "192.0.2.1")

    (acknowledged,) = letters("report_received")
    for body in (text_of(acknowledged), html_of(acknowledged)):
        assert f"/meldung/{token}" in body and "M-" in body
        assert "Rosa" not in body and "Nachbarin" not in body
    assert acknowledged.recipient == EMAIL
    (told,) = letters("report_waiting")
    assert told.recipient == cast.operator.email
    case = reports.find_for_reporter(token)
    assert case is not None and case.state == "open" and not case.takes_complaint


def test_operators_are_told_once_a_day_and_a_report_without_address_writes_to_nobody(cast: Cast) -> None:
    for number in range(3):
        reports.receive(new(cast, email=""), f"192.0.2.{number}")
    assert len(letters("report_waiting")) == 1 and not letters("report_received")


def test_too_many_reports_are_refused_per_remote_address_and_per_mailbox(cast: Cast) -> None:
    for _ in range(reports.PER_REMOTE.count):
        reports.receive(new(cast, email=""), "192.0.2.1")
    with pytest.raises(reports.TooManyReports):
        reports.receive(new(cast, email=""), "192.0.2.1")
    for number in range(reports.PER_EMAIL.count):
        reports.receive(new(cast), f"198.51.100.{number}")
    with pytest.raises(reports.TooManyReports):
        reports.receive(new(cast), "198.51.100.99")
    assert report_desk.count_waiting() == reports.PER_REMOTE.count + reports.PER_EMAIL.count
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        reports.receive(new(cast, email=""), "192.0.2.1")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"email": "kein Postfach"}, reports.BadAddress),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, reports.BadAddress),
        ({"ags": "99999999"}, reports.UnknownTown),
        ({"reason": "ugly"}, ValueError),
        ({"subject": "geheim"}, ValueError),
    ],
)
def test_a_report_that_makes_no_sense_leaves_nothing_behind(
    cast: Cast, given: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        reports.receive(new(cast, **given), "192.0.2.1")
    assert report_desk.count_waiting() == 0 and not letters("report_waiting")


def test_a_removed_sentence_is_explained_to_both_sides_and_neither_learns_of_the_other(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, state="seeking", sentence="Frau Muster hilft nicht.")
    token = reports.receive(new(cast), "192.0.2.1")

    assert report_decisions.decide(report().id, cast.operator.id, remove(cast, whole=False))

    assert stances.find(cast.town.id, "innenstadt").sentence is None
    (to_reporter,), (to_town,) = letters("report_decided"), letters("report_decided_town")
    assert to_town.recipient == cast.mayor.email
    for body in (text_of(to_reporter), html_of(to_reporter)):
        assert REPORT_OUTCOMES["removed"] in body and REASON in body and f"/meldung/{token}" in body
        # A need is nobody's business who is not of a verified town.
        assert "Wir suchen Rat" not in body and "hilft nicht" not in body
    for body in (text_of(to_town), html_of(to_town)):
        assert "Frau Muster hilft nicht." in body and "Wir suchen Rat: " in body and REASON in body
        assert "sechs Monaten" in body and "ein Mensch, kein Programm" in body
        assert token not in body and "Rosa" not in body and EMAIL not in body and "Nachbarin" not in body
    actions = db.session.execute(select(AuditEntry.action, AuditEntry.town_id).order_by(AuditEntry.id)).all()
    # What a town's leads may read says that something was removed, not that somebody reported it.
    assert [tuple(row) for row in actions] == [
        ("report.received", None),
        ("stance.removed", cast.town.id),
        ("report.decided", None),
    ]


def test_a_content_that_stays_is_told_to_the_reporter_alone(cast: Cast) -> None:
    reports.receive(new(cast), "192.0.2.1")
    assert report_decisions.decide(
        report().id, cast.operator.id, Decision(report_decisions.KEPT, "Das ist eine Meinung.")
    )
    assert "Der Inhalt bleibt stehen" in text_of(letters("report_decided")[0])
    assert not letters("report_decided_town")
    assert not report_decisions.decide(
        report().id, cast.operator.id, Decision(report_decisions.KEPT, "Noch einmal.")
    )


def test_a_statement_changed_meanwhile_decides_nothing(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, version=2)
    reports.receive(new(cast), "192.0.2.1")
    with pytest.raises(moderation.ContentChanged):
        report_decisions.decide(report().id, cast.operator.id, remove(cast))
    assert report().state == "open" and not letters("report_decided")


def test_the_reporter_complains_once_and_the_final_decision_closes_the_case(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id)
    token = reports.receive(new(cast), "192.0.2.1")
    assert not reports.complain_as_reporter(token, OBJECTION), "nothing is decided yet"
    report_decisions.decide(report().id, cast.operator.id, Decision(report_decisions.KEPT, REASON))

    assert reports.complain_as_reporter(token, OBJECTION)
    assert not reports.complain_as_reporter(token, OBJECTION)
    assert (report().state, report().complaint) == ("complained", OBJECTION)
    assert report_decisions.decide(report().id, cast.operator.id, remove(cast))

    assert (report().state, report().outcome, report().final_outcome) == ("closed", "kept", "removed")
    assert stances.find(cast.town.id, "innenstadt").state is None
    assert "nach der Beschwerde" in letters("report_decided")[1].subject
    assert "endgültig entschieden" in text_of(letters("report_decided_town")[0])
    assert not reports.complain_as_reporter(token, OBJECTION)


def test_the_towns_complaint_lifts_a_suspension_and_everybody_hears_of_it(cast: Cast) -> None:
    reports.receive(new(cast), "192.0.2.1")
    report_decisions.decide(report().id, cast.operator.id, Decision(report_decisions.TOWN_SUSPENDED, REASON))
    # The lead's letter holds the way to complain, her colleague's says it too, and nobody gets both.
    assert [letter.recipient for letter in letters("report_decided_town")] == [cast.mayor.email]
    assert [letter.recipient for letter in letters("town_suspended")] == [cast.colleague.email]
    link = link_in(letters("report_decided_town")[0])
    assert reports.find_for_reporter(link) is None and reports.find_for_town(report().token) is None

    assert reports.complain_as_town(link, OBJECTION)
    assert report_decisions.decide(
        report().id, cast.operator.id, Decision(report_decisions.KEPT, "Sie haben recht.")
    )

    assert db.session.get_one(Town, cast.town.id, populate_existing=True).suspended_at is None
    final = text_of(letters("report_decided_town")[1])
    assert "Die Sperre der Stadt ist damit aufgehoben" in final
    assert [letter.recipient for letter in letters("town_resumed")] == [cast.colleague.email]
    assert reports.find_for_town(link) is not None, "the lead's link still shows how it ended"


def test_what_was_decided_may_be_upheld(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id)
    reports.receive(new(cast), "192.0.2.1")
    number = report().id
    assert not report_decisions.decide(number, cast.operator.id, Decision(report_decisions.UPHELD, REASON))
    report_decisions.decide(number, cast.operator.id, remove(cast))
    reports.complain_as_town(link_in(letters("report_decided_town")[0]), OBJECTION)

    assert report_decisions.decide(
        number, cast.operator.id, Decision(report_decisions.UPHELD, "Es bleibt dabei.")
    )

    assert report().final_outcome == "removed"
    assert "Es bleibt dabei." in text_of(letters("report_decided_town")[1])


def test_a_removal_taken_back_lets_the_town_write_it_again(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id)
    token = reports.receive(new(cast), "192.0.2.1")
    report_decisions.decide(report().id, cast.operator.id, remove(cast))
    reports.complain_as_reporter(token, OBJECTION)
    report_decisions.decide(
        report().id, cast.operator.id, Decision(report_decisions.KEPT, "Wir haben uns geirrt.")
    )
    assert "dürfen Sie wieder eintragen" in text_of(letters("report_decided_town")[1])


def test_links_open_for_six_months_and_for_nobody_who_left_the_town(cast: Cast) -> None:
    token = reports.receive(new(cast), "192.0.2.1")
    report_decisions.decide(report().id, cast.operator.id, Decision(report_decisions.TOWN_SUSPENDED, REASON))
    link = link_in(letters("report_decided_town")[0])
    with time_machine.travel(clock.now() + timedelta(days=report_letters.COMPLAINT_DAYS, hours=1)):
        assert not reports.complain_as_reporter(token, OBJECTION)
        assert not reports.complain_as_town(link, OBJECTION)
    memberships.remove_last_lead(cast.mayor.memberships[0].id, cast.operator.id)
    assert reports.find_for_town(link) is None and not reports.complain_as_town(link, OBJECTION)
    assert reports.find_for_town("x") is None and reports.find_for_reporter("") is None


def test_a_report_of_no_single_town_is_given_one_before_anything_is_removed(cast: Cast) -> None:
    StanceFactory(town_id=cast.other_town.id)
    made = ReportFactory(path="/thesen/t01")
    assert not report_decisions.decide(made.id, cast.operator.id, remove(cast))
    assert not report_desk.assign_town(made.id, "99999999", cast.operator.id)
    assert report_desk.assign_town(made.id, cast.other_town.ags, cast.operator.id)
    assert not report_desk.assign_town(made.id, cast.town.ags, cast.operator.id)
    assert report_decisions.decide(made.id, cast.operator.id, remove(cast))


def test_the_queue_shows_what_waits_first_and_the_file_everything(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, sentence="Vier Läden belebt.")
    done = ReportFactory(state="decided", outcome="kept", decided_at=clock.now())
    reports.receive(new(cast), "192.0.2.1")
    (row,), (settled,) = report_desk.waiting(), report_desk.settled(limit=25)
    assert (row.town_name, row.reason, settled.report_id) == ("Ellernrode", "personal", done.id)
    file = report_desk.find(row.report_id)
    assert file is not None and file.town is not None and file.waits
    assert (file.reporter_email, file.town.statements[0].sentence) == (EMAIL, "Vier Läden belebt.")
    assert report_desk.find(0) is None


def test_every_path_in_a_letter_is_a_page(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    paths = {
        report_letters.REPORTER_PATH.format(token="x"): "reports.state",
        report_letters.TOWN_PATH.format(token="x"): "reports.town_state",
        report_letters.QUEUE_PATH: "operations.report_queue",
        moderation.OVERVIEW_PATH: "dashboard.overview",
    }
    assert {path: adapter.match(path, "GET")[0] for path in paths} == paths
    assert set(REPORT_REASONS) == {"illegal", "wrong", "personal", "insulting", "other"}

"""Health, the operator's desk, and the mailbox that exists in development only."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.jobs import JOBS
from kleinstadt_net.mail import suppressions
from kleinstadt_net.models import AuditEntry, JobHeartbeat, Letter, Report, SectionVersion, Town
from kleinstadt_net.services import addresses, audit, job_runs, report_decisions, reports, sections, stances
from kleinstadt_net.services.report_decisions import Decision
from kleinstadt_net.vocabulary import AUDIT_GROUPS, AUDIT_TITLES, REPORT_TARGETS
from tests import factories as make
from tests.factories import (
    OperatorAlertFactory,
    OperatorTaskFactory,
    ReportFactory,
    SectionFactory,
    SectionVersionFactory,
    StanceFactory,
)
from tests.house import source
from tests.support.cast import Cast
from tests.support.letters import text_of
from tests.support.statements import counted_queries

REASON = "Der Satz nennt eine Person mit Namen."


@pytest.fixture
def desk(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    """The operator's browser."""
    sign_in(client, cast.operator)
    return client


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def submit(client: FlaskClient, address: str, opened: str | None = None, **data: str) -> Any:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page(client, opened or address))
    assert found
    return client.post(address, data={"csrf_token": found[1], **data})


def stored(report_id: int) -> Report:
    return db.session.get_one(Report, report_id, populate_existing=True)


def test_health_is_red_until_every_job_came_by(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 503
    all_jobs_come_by()
    assert client.get("/healthz").status_code == 200


def test_health_names_in_codes_what_is_wrong_until_it_is_over(client: FlaskClient) -> None:
    all_jobs_come_by()
    OperatorAlertFactory(code="failures", day=clock.today() - timedelta(days=1))
    OperatorAlertFactory(code="failures")
    OperatorAlertFactory(code="no_round", cleared_at=clock.now())
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_data(as_text=True)) == (503, "failures\n")
    db.session.execute(delete(JobHeartbeat).where(JobHeartbeat.name == "letters"))
    db.session.commit()
    assert client.get("/healthz").get_data(as_text=True) == "job_overdue:letters\nfailures\n"


def test_without_a_database_health_is_red_and_no_broken_page(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    app = make_app(database_url=f"sqlite:///{tmp_path}/nowhere/kleinstadt.db")
    with app.app_context():
        answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.get_data(as_text=True)) == (503, "database\n")


def test_the_desk_says_what_is_wrong_with_the_letters_and_what_to_do(desk: FlaskClient) -> None:
    OperatorAlertFactory(code="oldest_waiting")
    shown = page(desk, "/betrieb")
    assert "wartet seit mehr als einer Stunde" in shown and "Mailserver erreichbar" in shown


def all_jobs_come_by() -> None:
    for job in JOBS:
        job_runs.beat(job.name, clock.now())


def test_the_operator_is_shown_which_settings_are_missing(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.operator)
    shown = client.get("/betrieb").get_data(as_text=True)
    assert "OPERATOR_NAME" in shown and "OPERATOR_ENFORCEMENT_BODY" in shown


def test_the_mailbox_exists_in_development_only(client: FlaskClient, make_app: Callable[..., Flask]) -> None:
    assert client.get("/postfach").status_code == 404
    development = make_app("development").test_client()
    empty = development.get("/postfach")
    assert empty.status_code == 200 and "Das Postfach ist leer." in empty.get_data(as_text=True)
    assert development.get("/postfach/gibt-es-nicht").status_code == 404


def test_what_waits_stands_first_on_the_desk_and_is_ticked_off(desk: FlaskClient, cast: Cast) -> None:
    ReportFactory()
    task = OperatorTaskFactory(note="Neu-Ellernrode, Hessen")
    OperatorTaskFactory(kind="last_lead_inactive", town_id=cast.town.id, account_id=cast.mayor.id, note="")
    shown = page(desk, "/betrieb")
    assert (
        shown.index("Eine Meldung wartet") < shown.index("Neu-Ellernrode, Hessen") < shown.index("Zeitplan")
    )
    assert "verantwortet, hat sich lange nicht gemeldet" in shown

    assert submit(desk, f"/betrieb/aufgaben/{task.id}/erledigt", "/betrieb").location == "/betrieb"
    assert "Neu-Ellernrode, Hessen" not in page(desk, "/betrieb")
    assert submit(desk, f"/betrieb/aufgaben/{task.id}/erledigt", "/betrieb").status_code == 404


def test_a_report_is_decided_on_a_page_that_shows_the_content_as_it_is(desk: FlaskClient, cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, sentence="Frau Muster hilft nicht.")
    made = ReportFactory(town_id=cast.town.id, subject="innenstadt", reporter_email="a@post.example")
    assert f"/betrieb/meldungen/{made.id}" in page(desk, "/betrieb/meldungen")
    address = f"/betrieb/meldungen/{made.id}"
    shown = page(desk, address)
    assert "Frau Muster hilft nicht." in shown and made.explanation in shown
    assert '<option selected value="innenstadt:1">' in shown

    nothing_named = submit(desk, address, outcome="sentence", statement="", ground="rules", reason=REASON)
    assert nothing_named.status_code == 422
    assert "welche Angabe Sie meinen" in nothing_named.get_data(as_text=True)
    without_ground = submit(desk, address, outcome="sentence", statement="innenstadt:1", reason=REASON)
    assert without_ground.status_code == 422 and REASON in without_ground.get_data(as_text=True)
    sent = {"outcome": "sentence", "statement": "innenstadt:1", "ground": "rules", "reason": REASON}
    assert submit(desk, address, **sent).location == "/betrieb/meldungen"

    assert stances.find(cast.town.id, "innenstadt").sentence is None
    assert stored(made.id).outcome_reason == f"Der Inhalt verstößt gegen unsere Hausregeln.\n{REASON}"
    kinds = db.session.scalars(select(Letter.kind).order_by(Letter.id)).all()
    assert kinds == ["report_decided", "report_decided_town"]
    assert "Entscheiden und Briefe schicken" not in page(desk, address)
    assert submit(desk, address, "/betrieb", **sent).status_code in (302, 422)
    assert stored(made.id).state == "decided"


def test_one_part_of_a_section_is_taken_out_and_the_town_reads_which(desk: FlaskClient, cast: Cast) -> None:
    SectionFactory(town_id=cast.town.id, text="Frau Muster ist schuld.")
    SectionVersionFactory(town_id=cast.town.id, text="Frau Muster ist schuld.")
    made = ReportFactory(town_id=cast.town.id, subject="t03")
    address = f"/betrieb/meldungen/{made.id}"
    shown = page(desk, address)
    assert "Frau Muster ist schuld." in shown and "(gemeldet)" in shown and "Bürgerwerkstatt" in shown
    sent = {"outcome": "whole", "ground": "rules", "reason": REASON}
    for choice in ("section:t03:2:text", "section:t03:1:wetter"):
        assert submit(desk, address, statement=choice, **sent).status_code == 422
    assert submit(desk, address, statement="section:t03:1:text", **sent).location == "/betrieb/meldungen"
    row = sections.find(cast.town.id, "t03")
    assert row.text == "" and row.fields and row.version == 2
    letter = db.session.scalars(select(Letter).where(Letter.kind == "report_decided_town")).one()
    assert "Abschnitt, Text: Beteiligung, die etwas bewirkt" in text_of(letter)
    assert "Frau Muster" not in str(list(db.session.scalars(select(SectionVersion.text))))


def test_a_statement_changed_while_the_operator_read_is_not_removed(desk: FlaskClient, cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, version=2)
    made = ReportFactory(town_id=cast.town.id)
    sent = {"outcome": "whole", "statement": "innenstadt:1", "ground": "law", "reason": REASON}
    assert submit(desk, f"/betrieb/meldungen/{made.id}", **sent).status_code == 422
    assert stances.find(cast.town.id, "innenstadt").state == "strength" and stored(made.id).state == "open"


def test_a_complaint_is_decided_with_the_first_decision_in_sight(desk: FlaskClient, cast: Cast) -> None:
    made = ReportFactory(town_id=cast.town.id)
    report_decisions.decide(made.id, cast.operator.id, Decision(report_decisions.KEPT, REASON))
    reports.complain_as_reporter(made.token, "Bitte sehen Sie noch einmal hin.")
    address = f"/betrieb/meldungen/{made.id}"
    shown = page(desk, address)
    assert "Bitte sehen Sie noch einmal hin." in shown and "Es bleibt bei der Entscheidung" in shown
    submit(desk, address, outcome="upheld", reason="Auch beim zweiten Lesen bleibt es dabei.")
    assert (stored(made.id).state, stored(made.id).final_outcome) == ("closed", "kept")


def test_a_report_of_a_page_with_many_towns_is_given_its_town(desk: FlaskClient, cast: Cast) -> None:
    made = ReportFactory(path="/thesen/t01")
    address = f"/betrieb/meldungen/{made.id}"
    assert submit(desk, f"{address}/stadt", address, ags="12").status_code == 422
    submit(desk, f"{address}/stadt", address, ags=cast.town.ags)
    assert stored(made.id).town_id == cast.town.id


def test_a_town_is_suspended_and_given_back_from_its_file(desk: FlaskClient, cast: Cast) -> None:
    address = f"/betrieb/staedte/{cast.town.ags}"
    assert cast.mayor.email in page(desk, address)
    assert submit(desk, f"{address}/sperren", address, reason="kurz").status_code == 422
    submit(desk, f"{address}/sperren", address, reason=REASON)
    assert "ist seit" in page(desk, address) and "Ellernrode" in page(desk, "/betrieb/staedte")
    submit(desk, f"{address}/freigeben", address)
    assert db.session.get_one(Town, cast.town.id, populate_existing=True).suspended_at is None
    trail = page(desk, f"/betrieb/protokoll?stadt={cast.town.ags}&bereich=town")
    assert trail.index("Sperre aufgehoben") < trail.index("Stadt gesperrt")


def test_the_only_lead_goes_by_the_operators_explicit_act_and_nobody_else_s(
    desk: FlaskClient, cast: Cast
) -> None:
    address = f"/betrieb/staedte/{cast.town.ags}"
    strange = cast.stranger.memberships[0].id
    assert submit(desk, f"{address}/zugang/{strange}/beenden", address).status_code == 404
    lead = cast.mayor.memberships[0].id
    submit(desk, f"{address}/zugang/{lead}/beenden", address)
    assert "nicht mehr dabei" in page(desk, address)


def test_a_search_for_a_person_leaves_nothing_in_any_address(desk: FlaskClient, cast: Cast) -> None:
    answer = submit(desk, "/betrieb/suche", text=cast.mayor.email)
    assert answer.status_code == 200 and answer.request.query_string == b""
    assert f"/betrieb/staedte/{cast.town.ags}" in answer.get_data(as_text=True)
    assert cast.mayor.email not in page(desk, f"/betrieb/suche?q={cast.mayor.email}").partition("<main")[2]
    assert submit(desk, "/betrieb/suche", text="").status_code == 422


def test_letters_are_let_through_to_a_person_again_wherever_the_operator_sees_her(
    desk: FlaskClient, cast: Cast
) -> None:
    file, mayor = f"/betrieb/staedte/{cast.town.ags}", cast.mayor
    lift, offered = f"/betrieb/personen/{mayor.id}/sperre-aufheben", "Sperre der Adresse aufheben"
    assert offered not in page(desk, file)
    for kind in get_args(suppressions.Kind):
        suppressions.suppress(mayor.email, "report 5.1.1", kind)
        db.session.commit()
        assert offered in page(desk, file)
        assert offered in submit(desk, "/betrieb/suche", text=mayor.email).get_data(as_text=True)
        assert submit(desk, lift, file, stadt=cast.town.ags).location == file
        assert not addresses.is_held_back(mayor.email) and offered not in page(desk, file)
    assert submit(desk, lift, file, stadt="https://fremd.example").location == "/betrieb/suche"
    assert "war nicht gesperrt" in page(desk, "/betrieb/suche")
    assert desk.post(lift).status_code == 400
    assert submit(desk, "/betrieb/personen/999999/sperre-aufheben", file).status_code == 404
    done = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "letter.block_lifted")).all()
    assert [(one.account_id, one.detail) for one in done] == [(cast.operator.id, {"person": mayor.id})] * 5


def test_the_trail_is_filtered_and_an_impossible_filter_is_said(desk: FlaskClient, cast: Cast) -> None:
    audit.record("stance.saved", account_id=cast.mayor.id, town_id=cast.town.id, subject="innenstadt")
    audit.record("domain.added", town_id=cast.other_town.id)
    db.session.commit()
    everything = page(desk, "/betrieb/protokoll")
    assert "Angabe gespeichert" in everything and "Mail-Domain eingetragen" in everything
    assert (
        "Mail-Domain" not in page(desk, f"/betrieb/protokoll?stadt={cast.town.ags}").partition("kn-count")[2]
    )
    now = clock.current_month()
    assert "Angabe gespeichert" in page(desk, f"/betrieb/protokoll?bereich=stance&monat={now}")
    assert "Kein Eintrag" in page(desk, "/betrieb/protokoll?monat=2001-12")
    assert "weggelassen" in page(desk, "/betrieb/protokoll?monat=gestern&stadt=x&bereich=unfug")


@pytest.mark.parametrize(
    "address",
    [
        "/betrieb/protokoll",
        "/betrieb/meldungen",
        "/betrieb/beendete-kontakte",
        "/betrieb/staedte",
        "/betrieb",
    ],
)
def test_a_longer_list_costs_no_more_queries(desk: FlaskClient, cast: Cast, address: str) -> None:
    def grow() -> None:
        for town in (cast.town, cast.other_town):
            ReportFactory(town_id=town.id)
            OperatorTaskFactory(town_id=town.id)
            make.TownBlockFactory(town=town)
            audit.record("stance.saved", account_id=cast.mayor.id, town_id=town.id)
        db.session.commit()

    grow()
    page(desk, address)
    with counted_queries() as few:
        page(desk, address)
    grow()
    page(desk, address)
    with counted_queries() as more:
        page(desk, address)
    assert len(more) == len(few)


def codes() -> Iterator[str]:
    """Every action code of the audit trail that stands in the source, by its form."""
    for path, _ in source.modules():
        if not path.startswith("services/"):
            continue
        text = (source.PACKAGE / path).read_text(encoding="utf-8")
        yield from re.findall(r'(?:\brecord|_finish)\(\s*"([a-z_]+\.[a-z_]+)"', text)


def test_every_deed_in_the_audit_trail_has_german_words() -> None:
    found = set(codes())
    assert {"stance.saved", "report.decided", "town.suspended"} <= found
    assert not found - set(AUDIT_TITLES)
    assert not {code.partition(".")[0] for code in AUDIT_TITLES} - set(AUDIT_GROUPS)


def _of_every_kind(town: Town, peer: Town) -> dict[str, Any]:
    talk = make.ExchangeFactory(town=town, peer=peer, state="talking")
    return {
        "message": make.MessageFactory(exchange=talk),
        "practice": make.PracticeFactory(town_id=town.id),
        "question": make.QuestionFactory(town_id=town.id, is_anonymous=True),
        "question_answer": make.QuestionAnswerFactory(town_id=town.id),
        "event": make.EventFactory(town_id=town.id),
        "peer_review": make.PeerReviewFactory(
            host_id=town.id, public_text="Der Blick von **außen** hat geholfen.", published_at=clock.now()
        ),
    }


SHOWN = {
    "message": (
        "Passt Ihnen ein Anruf am <strong>Vormittag</strong>?",
        "unter den beiden Städten",
    ),
    "practice": ("Leere Läden auf Zeit vermieten", "standen sechs Läden leer", "Wirtschaftsförderung"),
    "question": (
        "In unserer Hauptstraße stehen sechs Läden leer.",
        "ohne Ortsnamen",
        "ohne ihren Namen gefragt",
    ),
    "question_answer": ("Wir haben die Eigentümer einzeln angerufen.", "Antwort auf die Frage"),
    "event": ("Rundgang durch die belebten Läden", "Rathaus, Sitzungssaal"),
    "peer_review": ("Der Blick von <strong>außen</strong> hat geholfen.", "Thema: "),
}


@pytest.mark.parametrize("kind", list(SHOWN))
def test_a_reported_object_is_shown_as_it_is_and_taken_out(desk: FlaskClient, cast: Cast, kind: str) -> None:
    row = _of_every_kind(cast.town, cast.other_town)[kind]
    report = make.ReportFactory(target_kind=kind, target_id=row.id, town_id=cast.town.id)
    address = f"/betrieb/meldungen/{report.id}"
    shown = page(desk, address)
    assert all(one in shown for one in (*SHOWN[kind], "Ellernrode", report.explanation))
    # One object is decided about, not everything the town says.
    assert "Welche Angabe wird entfernt" not in shown and "Welche Stadt?" not in shown
    assert REPORT_TARGETS[kind] in page(desk, "/betrieb/meldungen")
    found = re.search(r'name="stamp"[^>]*value="([0-9a-f]{64})"', shown)
    assert found
    sent = {"outcome": "removed", "reason": REASON, "stamp": found[1]}
    assert submit(desk, address, **sent).status_code == 422, "without a ground"
    overtaken = submit(desk, address, ground="rules", **{**sent, "stamp": "0" * 64})
    assert overtaken.location == address and "hat sich inzwischen geändert" in page(desk, address)
    assert submit(desk, address, ground="rules", **sent).location == "/betrieb/meldungen"
    assert stored(report.id).outcome == "removed" and stored(report.id).removed_stamp == found[1]
    decided = page(desk, address)
    assert "Der Inhalt ist entfernt" in decided and SHOWN[kind][0] not in decided


def test_what_is_gone_already_settles_its_report_without_a_ground(desk: FlaskClient, cast: Cast) -> None:
    report = make.ReportFactory(target_kind="question_answer", target_id=987_654, town_id=cast.town.id)
    address = f"/betrieb/meldungen/{report.id}"
    assert "steht nicht mehr da" in page(desk, address)
    reason = "Die Stadt hat die Antwort selbst zurückgenommen."
    assert submit(desk, address, outcome="removed", reason=reason).location == "/betrieb/meldungen"
    assert stored(report.id).outcome_reason == reason


def test_a_report_about_a_question_is_given_to_an_answer_with_one_click(
    desk: FlaskClient, cast: Cast
) -> None:
    question = make.QuestionFactory(town_id=cast.town.id)
    answer = make.QuestionAnswerFactory(question_id=question.id, town_id=cast.other_town.id)
    report = make.ReportFactory(target_kind="question", target_id=question.id, town_id=cast.town.id)
    address = f"/betrieb/meldungen/{report.id}"
    for wrong in ("", "0", "987654", "9" * 30):
        submit(desk, f"{address}/antwort", address, answer=wrong)
        assert "Diese Antwort gibt es nicht mehr" in page(desk, address)
    submit(desk, f"{address}/antwort", address, answer=str(answer.id))
    assert stored(report.id).target_kind == "question_answer"
    shown = page(desk, address)
    assert answer.text in shown and "Lauenfurt" in shown and "Diese Antwort ist gemeint" not in shown


def test_the_reasons_do_not_name_a_town_that_asked_without_its_name(desk: FlaskClient, cast: Cast) -> None:
    question = make.QuestionFactory(town_id=cast.town.id, is_anonymous=True)
    report = make.ReportFactory(target_kind="question", target_id=question.id, town_id=cast.town.id)
    address = f"/betrieb/meldungen/{report.id}"
    for naming in ("Ellernrode hat eine Person genannt.", "Die Ellernroder nennen eine Person mit Namen."):
        refused = submit(desk, address, outcome="kept", reason=naming)
        assert refused.status_code == 422 and "soll nicht erfahren, wer fragt" in refused.text
    assert submit(desk, address, outcome="kept", reason="Die fragende Stadt nennt niemanden.").location


def test_an_event_of_no_single_town_is_taken_out_too(desk: FlaskClient, cast: Cast) -> None:
    event = make.EventFactory(organiser="operator")
    report = make.ReportFactory(target_kind="event", target_id=event.id)
    address = f"/betrieb/meldungen/{report.id}"
    shown = page(desk, address)
    assert "Keiner einzelnen Stadt zugeordnet" in shown and "Die Stadt sperren" not in shown
    stamp = re.search(r'name="stamp"[^>]*value="([0-9a-f]{64})"', shown)
    assert stamp
    submit(desk, address, outcome="removed", ground="law", reason=REASON, stamp=stamp[1])
    assert stored(report.id).outcome == "removed"
    left = page(desk, f"/termin/{event.id}")
    assert "Vom Betreiber entfernter Termin" in left and "Sitzungssaal" not in left


def test_a_question_on_the_desk_leads_to_a_report(desk: FlaskClient, cast: Cast) -> None:
    question = make.QuestionFactory(town_id=cast.town.id)
    shown = page(desk, f"/betrieb/fragen/{question.id}")
    assert f'href="/melden?pfad=/fragen/{question.id}"' in shown and "entfernen" not in shown
    assert f'value="/fragen/{question.id}"' in page(desk, f"/melden?pfad=/fragen/{question.id}")


def test_ended_contacts_are_known_to_the_operator_who_can_lift_none(
    desk: FlaskClient, client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    address = "/betrieb/beendete-kontakte"
    empty = page(desk, address)
    assert "Keine Stadt hat den Kontakt" in empty and f'href="{address}"' in page(desk, "/betrieb")
    make.TownBlockFactory(town=cast.town, peer=cast.other_town, account_id=cast.mayor.id)
    shown = page(desk, address)
    assert "Ein Paar." in shown and "entscheidet sie allein" in shown
    assert re.search(r"Ellernrode</a> hat den Kontakt mit <a [^>]*>Lauenfurt</a> beendet", shown)
    assert (
        cast.mayor.last_name not in shown.partition("<main")[2] and "<form" not in shown.partition("<main")[2]
    )
    for _ in range(25):
        make.TownBlockFactory()
    assert "26 Paare" in page(desk, address) and "Ellernrode</a> hat" in page(desk, f"{address}?seite=2")
    assert desk.get(f"{address}?seite=3").status_code == 404
    sign_in(client, cast.mayor)
    assert client.get(address).status_code == 404

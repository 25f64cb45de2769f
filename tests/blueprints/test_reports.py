"""Inhalt melden, as somebody without an account meets it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.blueprints.reports.places import read_place
from kleinstadt_net.database import db
from kleinstadt_net.models import Letter, Report
from kleinstadt_net.services import report_decisions, reports, urls
from kleinstadt_net.services.report_decisions import Decision
from tests import factories as make
from tests.factories import StanceFactory
from tests.support.cast import Cast
from tests.support.client import ProofReadingClient

COMPLAINT = "Das sehe ich anders, bitte prüfen Sie es noch einmal."


def csrf(client: ProofReadingClient, address: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).get_data(as_text=True))
    assert found
    return found[1]


def sent(cast: Cast, **given: str) -> dict[str, str]:
    return {
        "page": f"/stadt/ellernrode-{cast.town.ags}",
        "subject": "innenstadt",
        "reason": "insulting",
        "explanation": "Dieser Satz beleidigt meine Nachbarin.",
        "email": "nachbarin@post.example",
        "good_faith": "y",
        **given,
    }


def report() -> Report | None:
    return db.session.scalar(select(Report))


def test_a_page_leads_to_the_form_with_itself_filled_in(client: ProofReadingClient, cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id)
    address = f"/stadt/ellernrode-{cast.town.ags}"
    page = client.get(address).get_data(as_text=True)
    assert page.count(f'href="/melden?pfad={address}"') == 2, "beside the statements and in the footer"
    assert f'value="{address}"' in client.get(f"/melden?pfad={address}").get_data(as_text=True)
    topic = client.get("/melden?pfad=/themen/innenstadt").get_data(as_text=True)
    assert re.search(r'<option selected value="innenstadt"', topic)


def test_a_page_opened_by_a_link_gives_its_address_to_nobody(client: ProofReadingClient) -> None:
    assert 'href="/melden"' in client.get("/brief/geheime-zeichen").get_data(as_text=True)
    assert 'href="/melden"' in client.get("/gibt-es-nicht").get_data(as_text=True)


def test_a_report_is_sent_and_followed_by_its_link(client: ProofReadingClient, cast: Cast) -> None:
    response = client.post("/melden", data={"csrf_token": csrf(client, "/melden"), **sent(cast)})
    stored = report()
    assert stored is not None and response.location == f"/meldung/{stored.token}"
    answer = client.get(response.location)
    page = answer.get_data(as_text=True)
    assert (
        "ist eingegangen" in page
        and f"M-{stored.id}" in page
        and "no-store" in answer.headers["Cache-Control"]
    )
    # The link may be forwarded: it does not tell who reported what.
    assert "nachbarin" not in page.lower()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"page": "https://anderswo.example/stadt/x"}, "gibt es bei uns nicht"),
        ({"page": "//anderswo.example/"}, "gibt es bei uns nicht"),
        ({"page": "/stadt/nirgendwo-99999999"}, "gibt es bei uns nicht"),
        ({"page": "/brief/geheime-zeichen"}, "gibt es bei uns nicht"),
        ({"page": "/betrieb"}, "gibt es bei uns nicht"),
        ({"page": ""}, "nennen Sie die Seite"),
        ({"reason": "ugly"}, "Auswahl|Grund"),
        ({"reason": ""}, "Auswahl|Grund"),
        ({"explanation": "zu kurz"}, "mindestens 20"),
        ({"explanation": "x" * 2001}, "höchstens 2.000|höchstens 2000"),
        ({"email": "kein Postfach"}, "nicht anschreiben"),
        ({"email": f"{'x' * 250}@post.example"}, "zu lang"),
        ({"name": "Rosa\x00"}, "nicht speichern"),
        ({"good_faith": ""}, "bestätigen Sie"),
    ],
)
def test_bad_input_is_told_and_nothing_typed_is_lost(
    client: ProofReadingClient, cast: Cast, given: dict[str, str], message: str
) -> None:
    data = {"csrf_token": csrf(client, "/melden"), **sent(cast, **given)}
    response = client.post("/melden", data=data)
    page = response.get_data(as_text=True)
    assert response.status_code == 422 and re.search(message, page)
    assert data["explanation"][:2000] in page
    assert report() is None and db.session.scalar(select(Letter.id)) is None


def test_too_many_reports_are_answered_and_keep_their_text(client: ProofReadingClient, cast: Cast) -> None:
    data = {"csrf_token": csrf(client, "/melden"), **sent(cast, email="")}
    for _ in range(reports.PER_REMOTE.count):
        assert client.post("/melden", data=data).status_code == 302
    refused = client.post("/melden", data=data)
    assert refused.status_code == 429 and data["explanation"] in refused.get_data(as_text=True)


def test_looking_at_a_decision_changes_nothing_and_a_complaint_is_taken_once(
    client: ProofReadingClient, cast: Cast
) -> None:
    client.post("/melden", data={"csrf_token": csrf(client, "/melden"), **sent(cast)})
    stored = report()
    assert stored is not None
    report_decisions.decide(
        stored.id, cast.operator.id, Decision(report_decisions.KEPT, "Das ist eine Meinung.")
    )
    address = f"/meldung/{stored.token}"
    page = client.get(address).get_data(as_text=True)
    assert "Der Inhalt bleibt stehen" in page and "Das ist eine Meinung." in page
    data = {"csrf_token": csrf(client, address), "text": COMPLAINT}

    assert client.post(address, data={**data, "text": "Nein"}).status_code == 422
    assert client.post(address, data=data).location == address
    page = client.get(address).get_data(as_text=True)
    assert "Ihre Beschwerde ist eingegangen" in page and COMPLAINT not in page and "<textarea" not in page
    client.post(address, data=data)
    assert "nicht mehr möglich" in client.get(address).get_data(as_text=True)


def test_a_link_that_leads_nowhere_says_so(client: ProofReadingClient, cast: Cast) -> None:
    for address in ("/meldung/abc", "/meldung/stadt/abc"):
        answer = client.get(address)
        assert answer.status_code == 404 and "führt zu keiner Meldung" in answer.get_data(as_text=True)


def test_a_full_address_is_read_like_a_path_and_what_may_be_private_is_left_out(app: Flask) -> None:
    with app.test_request_context():
        for text in ("/staedte?suche=frau+muster", "/staedte#oben", urls.absolute("/staedte")):
            place = read_place(text)
            assert place is not None and place.path == "/staedte"
        for text in (
            "",
            "staedte",
            "/static/icon.svg",
            "/\\anderswo.example",
            "/staedte\n",
            "javascript:alert(1)",
        ):
            assert read_place(text) is None


NOBODYS = 987_654


@pytest.fixture
def message_id(cast: Cast) -> int:
    """A message of a third town's in its talk with the mayor's."""
    talk = make.ExchangeFactory(
        town=make.MembershipFactory(town=make.TownFactory(taking_part=True, name="Kirchwerlau")).town,
        peer=cast.town,
        state="talking",
    )
    made: int = make.MessageFactory(exchange=talk).id
    return made


def named(argument: str, number: int | str, **given: str) -> dict[str, Any]:
    return {
        "ziel": f"{argument}:{number}",
        "reason": "insulting",
        "explanation": "Dieser Satz beleidigt meine Kollegin.",
        "good_faith": "y",
        **given,
    }


def test_a_message_is_reported_by_its_own_link(
    client: ProofReadingClient, cast: Cast, message_id: int, sign_in: Callable[..., Any]
) -> None:
    sign_in(client, cast.colleague)
    address = f"/melden?nachricht={message_id}"
    page = client.get(address).text
    assert (
        "Sie melden die Nachricht von Kirchwerlau vom" in page and "sonst nichts aus Ihrem Gespräch" in page
    )
    assert f'name="ziel" value="nachricht:{message_id}"' in page and 'name="page"' not in page
    data = {"csrf_token": csrf(client, address), **named("nachricht", message_id)}
    refused = client.post("/melden", data={**data, "explanation": "zu kurz"})
    assert refused.status_code == 422 and f'name="ziel" value="nachricht:{message_id}"' in refused.text
    assert client.post("/melden", data=data).status_code == 302
    stored = report()
    assert stored is not None and (stored.target_kind, stored.target_id) == ("message", message_id)
    state = client.get(f"/meldung/{stored.token}").text
    assert "Nachricht in einem Gespräch" in state and "Vormittag" not in state and "Kirchwerlau" not in state


@pytest.mark.parametrize("who", ["stranger", "unverified", "suspended", "operator"])
def test_a_message_of_others_looks_to_the_byte_like_none(
    client: ProofReadingClient, cast: Cast, message_id: int, sign_in: Callable[..., Any], app: Flask, who: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False

    def knock(number: object, method: str) -> tuple[int, str, list[tuple[str, str]]]:
        client.delete_cookie("session")
        sign_in(client, getattr(cast, who))
        form = named("nachricht", str(number)) if method == "POST" else None
        answer = client.open("/melden" if form else f"/melden?nachricht={number}", method=method, data=form)
        headers = [
            (name, value) for name, value in answer.headers if name not in ("Set-Cookie", "X-Request-ID")
        ]
        # Each page has a token of its own against forged forms.
        page = re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "", answer.text)
        return answer.status_code, page, headers

    for method in ("GET", "POST"):
        theirs, nobodys = knock(message_id, method), knock(NOBODYS, method)
        assert theirs[0] == 404 and theirs == nobodys
        for odd in ("0", "-1", "abc", "", "9" * 10, "9" * 40, "²", f"{message_id} "):
            assert knock(odd, method) == nobodys, odd
    assert report() is None and db.session.scalar(select(Letter.id)) is None


def test_who_is_not_signed_in_is_asked_to_and_loses_nothing(
    client: ProofReadingClient, app: Flask, cast: Cast, message_id: int, sign_in: Callable[..., Any]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for number in (message_id, NOBODYS):
        answer = client.get(f"/melden?nachricht={number}")
        assert answer.location == f"/anmelden?weiter=/melden?nachricht%3D{number}"
        kept = client.post("/melden", data=named("nachricht", number), headers={"Origin": "http://localhost"})
        assert kept.status_code == 401 and "Dieser Satz beleidigt meine Kollegin." in kept.text
    assert report() is None


def test_a_removed_message_cannot_be_reported_any_more(
    client: ProofReadingClient, cast: Cast, sign_in: Callable[..., Any]
) -> None:
    talk = make.ExchangeFactory(town=cast.town, state="talking")
    gone = make.MessageFactory(exchange=talk, text="", removed_at=clock.now())
    sign_in(client, cast.mayor)
    assert client.get(f"/melden?nachricht={gone.id}").status_code == 404


def test_an_answer_is_reported_from_its_question(
    client: ProofReadingClient, cast: Cast, sign_in: Callable[..., Any]
) -> None:
    question = make.QuestionFactory(town_id=cast.town.id, is_anonymous=True)
    answers = [
        make.QuestionAnswerFactory(question_id=question.id, town_id=town_id)
        for town_id in (
            cast.town.id,
            make.TownFactory(taking_part=True, name="Kirchwerlau").id,
            cast.other_town.id,
        )
    ]
    sign_in(client, cast.stranger)
    page = client.get(f"/fragen/{question.id}").text
    links = re.findall(r'href="/melden\?antwort=(\d+)"', page)
    assert links == [str(answers[0].id), str(answers[1].id)], "not one's own"
    assert f'href="/melden?pfad=/fragen/{question.id}"' in page
    askers = client.get(f"/melden?antwort={answers[0].id}").text
    assert "Sie melden die Antwort der fragenden Stadt auf die Frage" in askers and "Ellernrode" not in askers
    assert "Sie melden die Antwort von Kirchwerlau" in client.get(f"/melden?antwort={answers[1].id}").text
    sign_in(client, cast.unverified)
    assert client.get(f"/melden?antwort={answers[0].id}").status_code == 404


def test_who_asks_without_a_name_is_known_to_nobody_who_reports(
    client: ProofReadingClient, cast: Cast, sign_in: Callable[..., Any]
) -> None:
    question = make.QuestionFactory(town_id=cast.town.id, is_anonymous=True)
    sign_in(client, cast.stranger)
    address = f"/melden?pfad=/fragen/{question.id}"
    data = {"csrf_token": csrf(client, address), **sent(cast, page=f"/fragen/{question.id}", subject="")}
    followed = client.post("/melden", data=data).location
    stored = report()
    assert stored is not None and (stored.target_kind, stored.town_id) == ("question", cast.town.id)
    assert "Ellernrode" not in client.get(followed).text
    decision = report_decisions.Decision(
        report_decisions.TOWN_SUSPENDED, "Das verstößt gegen die Hausregeln."
    )
    report_decisions.decide(stored.id, cast.operator.id, decision)
    page = client.get(followed).text
    assert (
        "Der Inhalt ist nicht mehr zu sehen" in page and "Ellernrode" not in page and "gesperrt" not in page
    )


def test_a_published_text_is_reported_from_the_list(
    client: ProofReadingClient, cast: Cast, sign_in: Callable[..., Any]
) -> None:
    made = make.PeerReviewFactory(host_id=cast.town.id, public_text="Es war gut.", published_at=clock.now())
    hidden = make.PeerReviewFactory(host_id=cast.town.id, public_text="Noch nicht.")
    sign_in(client, cast.stranger)
    assert f'href="/melden?beratung={made.id}"' in client.get("/kollegiale-beratung").text
    address = f"/melden?beratung={made.id}"
    assert "Sie melden den Text von Ellernrode" in client.get(address).text
    data = {"csrf_token": csrf(client, address), **named("beratung", made.id)}
    client.post("/melden", data=data)
    stored = report()
    assert stored is not None and (stored.target_kind, stored.path) == ("peer_review", "/kollegiale-beratung")
    assert client.get(f"/melden?beratung={hidden.id}").status_code == 404


@pytest.mark.parametrize(
    ("kind", "path", "made"),
    [
        ("practice", "/beispiel/{}", lambda town_id: make.PracticeFactory(town_id=town_id)),
        ("event", "/termin/{}", lambda town_id: make.EventFactory(town_id=town_id)),
        ("question", "/fragen/{}", lambda town_id: make.QuestionFactory(town_id=town_id)),
    ],
)
def test_a_page_with_one_object_is_enough_to_name_it(
    client: ProofReadingClient, cast: Cast, kind: str, path: str, made: Callable[[int], Any]
) -> None:
    row = made(cast.town.id)
    page = path.format(row.id)
    data = {"csrf_token": csrf(client, "/melden"), **sent(cast, page=page)}
    client.post("/melden", data=data)
    stored = report()
    assert stored is not None and (stored.target_kind, stored.target_id) == (kind, row.id)
    assert (stored.path, stored.town_id, stored.subject) == (page, cast.town.id, None)
    nowhere = client.post("/melden", data={**data, "page": path.format("9" * 25)})
    assert nowhere.status_code == 422 and "Diese Seite gibt es bei uns nicht" in nowhere.text

"""Fragen in die Runde on their pages: asked, looked at before sending, answered, ended."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Letter, Notification, Question
from kleinstadt_net.services import question_rules
from tests import factories as make
from tests.support.cast import Cast


def send(client: FlaskClient, address: str, seen: str = "", **data: Any) -> Any:
    page = client.get(seen or address).text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    return client.post(address, data={"csrf_token": token, **data})


def typed(**given: str) -> dict[str, str]:
    return {
        "title": "Wer hat leere Läden auf Zeit vermietet?",
        "text": "Bei uns stehen **sechs** Läden leer.\n\n- Miete\n- Vertrag",
        "subject": "innenstadt",
        "second": "",
        "deadline": question_rules.usual_deadline().isoformat(),
        **given,
    }


def test_a_question_is_looked_at_as_others_will_read_it_and_then_asked(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.mayor)
    form = client.get("/fragen/neu").text
    assert "Antworten bis</label>" in form and "Der Betreiber sieht, wer fragt." in form
    without = send(client, "/fragen/neu", schritt="pruefen", **typed(deadline=""))
    assert without.status_code == 422 and question_rules.NO_DAY in without.text
    look = send(client, "/fragen/neu", schritt="pruefen", **typed())
    assert "<strong>sechs</strong>" in look.text and "<li>Miete</li>" in look.text
    assert db.session.scalars(select(Question)).all() == []
    again = send(client, "/fragen/neu", schritt="aendern", **typed())
    assert "**sechs**" in again.text
    asked = send(client, "/fragen/neu", schritt="senden", **typed())
    assert "Ihre Frage ist gestellt." in client.get(asked.location).text


def test_what_gives_a_hidden_asker_away_is_marked_before_sending(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.mayor)
    given = typed(text="In Ellernrode am Marktplatz 3.", anonym="y")
    look = send(client, "/fragen/neu", schritt="pruefen", **given).text
    assert re.findall(r"<mark>(.*?)</mark>", look) == ["Ellernrode", "Marktplatz 3"]
    assert "Daran könnte man Sie erkennen" in look and "Trotzdem so fragen" in look


def test_what_the_asker_adds_is_no_answer_and_keeps_nobody_from_taking_the_question_back(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    question_id = make.QuestionFactory(town_id=cast.town.id, author_id=cast.mayor.id).id
    address = f"/fragen/{question_id}"
    sign_in(client, cast.mayor)
    assert "Ihre Ergänzung</label>" in client.get(address).text
    send(client, f"{address}/antwort", address, text="Sieben Läden inzwischen.")
    page = client.get(address).text
    assert "Sieben Läden inzwischen." in page and "noch keine Antwort" in page
    assert send(client, f"{address}/zuruecknehmen", address).location == "/fragen"
    assert db.session.scalars(select(Question)).all() == []


def test_a_summary_written_after_the_end_is_told_once_to_those_who_answered(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    question_id = make.QuestionFactory(town_id=cast.town.id, author_id=cast.mayor.id).id
    address = f"/fragen/{question_id}"
    sign_in(client, cast.stranger)
    assert "Ihre Antwort</label>" in client.get(address).text
    send(client, f"{address}/antwort", address, text="Ja, wir.")
    sign_in(client, cast.mayor)
    for summary in ("", "Wir machen es.", "Wir machen es auch."):
        ended = send(client, f"{address}/beenden", address, summary=summary)
        assert "Haben andere Städte geantwortet" in client.get(ended.location).text
    told = db.session.scalars(select(Notification.key).where(Notification.account_id == cast.stranger.id))
    assert sorted(key.split(":")[2] for key in told) == ["answered", "summarised"]
    assert [one.kind for one in db.session.scalars(select(Letter))] == []


def test_questions_are_searched_and_every_filter_can_be_taken_away(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    make.QuestionFactory(town_id=cast.town.id)
    sign_in(client, cast.stranger)
    found = client.get("/fragen?suche=freibad&stand=offen").text
    assert "Keine Frage" in found and "Dazu finden wir keine Frage." in found
    found = client.get("/fragen?suche=läden&stand=offen").text
    assert "Eine Frage" in found and "„läden“" in found and 'name="suche" value="läden"' in found
    assert f'href="/stadt/{cast.town.slug}-{cast.town.ags}"' in found
    too_long = client.get(f"/fragen?suche={'l' * 101}").text
    assert "Eine Frage" in too_long and "Bitte höchstens 100 Zeichen." in too_long

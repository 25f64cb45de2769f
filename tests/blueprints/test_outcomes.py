"""What came of a talk, on the page of the link and on the exchange's own."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Outcome, Practice
from kleinstadt_net.services import links, outcomes
from tests.factories import ExchangeFactory, OutcomeFactory
from tests.support.cast import Cast


def csrf(page: str) -> str:
    return page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]


def test_the_link_of_the_letter_shows_on_get_and_acts_on_post_alone(client: FlaskClient, cast: Cast) -> None:
    talk = ExchangeFactory(town=cast.town, peer=cast.other_town, state="talking")
    asked = OutcomeFactory(exchange=talk, question="helped")
    token = links.create(outcomes.PURPOSE, cast.mayor.id, days=9, target_id=asked.id)
    db.session.commit()
    address = outcomes.PATH.format(token=token)
    assert client.application.url_map.bind("localhost").match(address)[0] == "outcomes.asked"
    page = client.get(address).text
    assert "Hat das Gespräch mit Lauenfurt geholfen?" in page and cast.mayor.last_name in page
    assert talk.concern not in page and "Was ist daraus geworden" not in page
    assert db.session.scalars(select(Outcome.answer)).one() is None
    answer = {"csrf_token": csrf(page)}
    # An answer to the other question is none to this one.
    assert client.post(address, data={**answer, "antwort": "nothing"}).status_code == 422
    given = client.post(address, data={**answer, "antwort": "yes"})
    assert "Danke für Ihre Antwort" in given.text and "Wir sagen Lauenfurt" in given.text
    db.session.expire_all()
    assert db.session.scalars(select(Outcome.answer)).one() == "yes"
    # Clicked twice, or read again by somebody it was forwarded to: the answer is not told.
    for again in (client.get(address), client.post(address, data={**answer, "antwort": "no"})):
        assert again.status_code == 200 and "schon geantwortet" in again.text
        assert "es hat geholfen" not in again.text
    assert db.session.scalars(select(Outcome.answer)).one() == "yes"
    assert client.get(outcomes.PATH.format(token="unsinn")).status_code == 404


def test_the_page_of_a_talk_asks_tells_the_good_word_and_begins_an_example(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    talk = ExchangeFactory(town=cast.town, peer=cast.other_town, state="talking")
    OutcomeFactory(exchange=talk)
    OutcomeFactory(exchange=talk, town_id=cast.other_town.id, question="helped", answer="yes")
    OutcomeFactory(exchange=talk, town_id=cast.other_town.id, question="became", answer="nothing")
    sign_in(client, cast.mayor)
    address = f"/gespraeche/{talk.id}"
    page = client.get(address).text
    assert "Lauenfurt sagt: <strong>Das Gespräch hat geholfen." in page
    assert "Was ist aus dem Gespräch mit Lauenfurt geworden?" in page
    assert "Lauenfurt hat geantwortet" not in page, "other words stay with the other town"
    sent = {"csrf_token": csrf(page), "frage": "became"}
    assert client.post(f"{address}/ergebnis", data={**sent, "antwort": "yes"}).status_code == 422
    assert client.post(f"{address}/ergebnis", data={**sent, "antwort": "running"}).location == address
    page = client.get(address).text
    assert "Ellernrode hat geantwortet: „Es läuft noch“" in page
    assert "Haben Sie ein Beispiel aus Lauenfurt übernommen?" in page and "suche=Lauenfurt" in page
    begun = client.post(f"{address}/beispiel", data={"csrf_token": csrf(page)})
    practice_id = db.session.scalars(select(Practice.id)).one()
    assert begun.location == f"/unsere-stadt/beispiele/{practice_id}"
    form = client.get(begun.location).text
    assert "Austausch mit Lauenfurt" in form and talk.concern in form
    asked = ExchangeFactory(peer=cast.town)
    assert client.post(f"/gespraeche/{asked.id}/beispiel", data={"csrf_token": csrf(page)}).status_code == 404
    strange = ExchangeFactory(state="talking")
    for step in ("beispiel", "ergebnis"):
        sent = {"csrf_token": csrf(page), "frage": "became", "antwort": "running"}
        assert client.post(f"/gespraeche/{strange.id}/{step}", data=sent).status_code == 404


@pytest.mark.parametrize(
    ("answer", "leads_on"), [("made", True), ("running", True), ("nothing", False), ("no_talk", False)]
)
def test_what_was_made_of_a_talk_leads_on_to_the_example_it_came_from(
    client: FlaskClient, cast: Cast, answer: str, leads_on: bool
) -> None:
    asked = OutcomeFactory(exchange=ExchangeFactory(town=cast.town, peer=cast.other_town, state="talking"))
    address = outcomes.PATH.format(
        token=links.create(outcomes.PURPOSE, cast.mayor.id, days=9, target_id=asked.id)
    )
    db.session.commit()
    sent = {"csrf_token": csrf(client.get(address).text), "antwort": answer}
    assert ("/beispiele?suche=Lauenfurt" in client.post(address, data=sent).text) is leads_on


def test_an_answer_of_the_time_before_is_still_said(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    talk = ExchangeFactory(town=cast.town, peer=cast.other_town, state="talking")
    OutcomeFactory(exchange=talk, answer="not_yet")
    sign_in(client, cast.mayor)
    assert "Ellernrode hat geantwortet: „Es kam noch nicht dazu“" in client.get(f"/gespraeche/{talk.id}").text

"""The Übersicht: greeting, three blocks, and what the town's own page lacks."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net import clock, formats
from kleinstadt_net.database import db
from kleinstadt_net.models import PeerReviewTown
from tests.factories import (
    CircleTownFactory,
    FocusFactory,
    PeerReviewFactory,
    RoundFactory,
    StanceFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownFactory,
)
from tests.support.cast import Cast
from tests.support.statements import counted_queries


@pytest.fixture
def mayor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    cast.mayor.first_name, cast.mayor.last_name = "Renate", "Muster"
    sign_in(client, cast.mayor)
    return client


def text(client: FlaskClient) -> str:
    response = client.get("/uebersicht")
    assert response.status_code == 200
    return response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("salutation", "greeting"), [("", "Guten Tag, Renate Muster<"), ("Frau", "Guten Tag, Frau Muster<")]
)
def test_the_greeting_uses_the_salutation_only_where_it_was_given(
    mayor: FlaskClient, cast: Cast, salutation: str, greeting: str
) -> None:
    cast.mayor.salutation = salutation
    assert greeting in text(mayor)


def test_the_blocks_come_in_their_order_and_explain_themselves_when_empty(mayor: FlaskClient) -> None:
    page = text(mayor)
    titles = ("Diesen Monat für Ellernrode", "Wartet auf Sie", "Neu zu Ihren Themen", "Unsere Stadt</h2>")
    places = [page.index(title) for title in titles]
    assert places == sorted(places)
    assert "noch nicht fertig" in page
    assert "Zurzeit wartet niemand" in page
    assert "Ellernrode hat noch nichts angegeben." in page


def test_open_suggestions_are_shown_and_answered_ones_are_not(mayor: FlaskClient, cast: Cast) -> None:
    row = SuggestionFactory(round=RoundFactory(), town=cast.town, peer=cast.other_town)
    assert "Kontakt gewünscht" in text(mayor)
    SuggestionAnswerFactory(suggestion_id=row.id, answer="declined")
    page = text(mayor)
    assert "Kontakt gewünscht" not in page and "ist nichts mehr offen" in page


def test_a_town_that_wishes_to_talk_stands_under_what_waits_and_at_the_top(
    mayor: FlaskClient, cast: Cast
) -> None:
    december = RoundFactory()
    SuggestionFactory(round=december, town=cast.town, peer=cast.other_town)
    theirs = SuggestionFactory(round=december, town=cast.other_town, peer=cast.town)
    SuggestionAnswerFactory(suggestion_id=theirs.id, answer="contact")
    page = text(mayor)
    assert page.index("Lauenfurt möchte mit Ihnen sprechen") < page.index("Diesen Monat für")
    assert page.index("Kontakt gewünscht") > page.index("Wartet auf Sie</h2>")


def test_two_wishes_are_told(mayor: FlaskClient, cast: Cast) -> None:
    december = RoundFactory()
    for town, peer in ((cast.town, cast.other_town), (cast.other_town, cast.town)):
        row = SuggestionFactory(round=december, town=town, peer=peer)
        SuggestionAnswerFactory(suggestion_id=row.id, answer="contact")
    assert "und Ellernrode möchten miteinander sprechen." in text(mayor)


def test_new_strengths_in_what_the_town_seeks_are_news(mayor: FlaskClient, cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, subject="innenstadt", state="seeking")
    StanceFactory(town_id=cast.other_town.id, subject="innenstadt", sentence="Leben in leeren Läden.")
    StanceFactory(town_id=cast.other_town.id, subject="waerme")
    old = clock.now() - timedelta(days=100)
    StanceFactory(town_id=TownFactory(name="Oberdallen", taking_part=True).id, changed_at=old)
    StanceFactory(town_id=cast.suspended_town.id)
    page = text(mayor)
    assert "kann Erfahrung mit der Innenstadt zeigen" in page
    assert "„Leben in leeren Läden.“" in page
    assert "Wärmewende" not in page and "Oberdallen" not in page and "Hohenwispel" not in page


def test_the_strip_names_what_is_missing_and_what_is_old(mayor: FlaskClient, cast: Cast) -> None:
    long_ago = clock.today() - timedelta(days=400)
    StanceFactory(town_id=cast.town.id, subject="waerme", state="in_progress", confirmed_on=long_ago)
    page = text(mayor)
    assert "Ein Schwerpunkt fehlt noch." in page and "Eine Stärke fehlt noch" in page
    assert "Eine Angabe ist älter als ein Jahr." in page
    assert "Stimmt das noch?" in page and "/unsere-stadt/angaben/waerme/bestaetigen" in page
    FocusFactory(town_id=cast.town.id, thesis="t01")
    assert "Ein Schwerpunkt fehlt noch." not in text(mayor)


def test_an_invitation_to_a_circle_waits_on_the_page_until_it_is_answered(
    mayor: FlaskClient, cast: Cast
) -> None:
    row = CircleTownFactory(town_id=cast.town.id)
    db.session.commit()
    assert "zu einem Lernkreis zur Innenstadt eingeladen" in mayor.get("/uebersicht").text
    row.answer = "no"
    db.session.commit()
    assert "Lernkreis" not in mayor.get("/uebersicht").text


def test_an_invitation_to_a_peer_review_waits_there_and_its_day_is_told(
    mayor: FlaskClient, cast: Cast
) -> None:
    review = PeerReviewFactory(host_id=cast.other_town.id, guests=[cast.town.id])
    page = text(mayor)
    assert "Lauenfurt lädt Ellernrode zu einer kollegialen Beratung ein." in page
    assert "niemand auf eine Antwort" not in page
    guest = db.session.scalars(select(PeerReviewTown)).one()
    guest.answer, review.held_on = "yes", clock.today() + timedelta(days=9)
    db.session.commit()
    assert f"Am {formats.long_day(review.held_on)} ist die kollegiale Beratung in Lauenfurt." in text(mayor)
    review.state = "cancelled"
    db.session.commit()
    assert "kollegiale" not in text(mayor)


def test_the_page_costs_a_constant_number_of_queries(mayor: FlaskClient, cast: Cast) -> None:
    december = RoundFactory()
    peers = [TownFactory(taking_part=True) for _ in range(5)]
    StanceFactory(town_id=cast.town.id, subject="innenstadt", state="seeking")

    def queries() -> int:
        text(mayor)
        with counted_queries() as statements:
            text(mayor)
        return len(statements)

    SuggestionFactory(round=december, town=cast.town, peer=peers[0])
    few = queries()
    for peer in peers[1:]:
        SuggestionFactory(round=december, town=cast.town, peer=peer)
        StanceFactory(town_id=peer.id, subject="innenstadt")
    assert queries() == few

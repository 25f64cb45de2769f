"""Pages of circles: the list, a yes from the page and from the letter, a date, a proposal, the operator's."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Circle, CircleTown, Town
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import installation
from kleinstadt_net.services.circle_letters import ANSWER_PURPOSE
from tests.blueprints.test_accounts import token as form_token
from tests.factories import (
    CircleFactory,
    CircleMeetingFactory,
    CircleTownFactory,
    OneTimeLinkFactory,
    StanceFactory,
    TownFactory,
    TownFigureFactory,
)
from tests.support.cast import Cast
from tests.support.statements import counted_queries


@pytest.fixture
def mayor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    sign_in(client, cast.mayor)
    return client


def circle(cast: Cast, state: str = "proposed", own: str | None = None, **given: Any) -> Circle:
    made: Circle = CircleFactory(state=state, **given)
    CircleTownFactory(circle_id=made.id, town_id=cast.town.id, answer=own)
    CircleTownFactory(circle_id=made.id, town_id=cast.other_town.id, position=2, answer="yes")
    return made


def post(client: FlaskClient, address: str, form_of: str = "/konto", **data: Any) -> Any:
    return client.post(address, data={**data, "csrf_token": form_token(client, form_of)})


def text(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.get_data(as_text=True)


def test_the_list_names_first_where_an_answer_is_waited_for(mayor: FlaskClient, cast: Cast) -> None:
    circle(cast)
    circle(cast, "running", "yes", subject="klima")
    page = text(mayor, "/lernkreise")
    assert page.index("Ellernrode ist gefragt") < page.index("Hier ist Ellernrode dabei")
    assert "Eine Stadt ist schon dabei" in page


def test_a_yes_on_the_page_counts_for_the_town_and_names_who_gave_it(mayor: FlaskClient, cast: Cast) -> None:
    made = circle(cast)
    assert "Ellernrode macht mit" in text(mayor, f"/lernkreis/{made.id}")
    response = post(mayor, f"/lernkreis/{made.id}/antwort", antwort="ja")
    assert response.status_code == 302
    page = text(mayor, f"/lernkreis/{made.id}")
    assert f"Ellernrode ist dabei; zugesagt hat Renate {cast.mayor.last_name}." in page
    assert post(mayor, f"/lernkreis/{made.id}/antwort", antwort="vielleicht").status_code == 422


def test_a_proposal_is_nobody_else_s_business(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    made = CircleFactory()
    CircleTownFactory(circle_id=made.id, town_id=cast.other_town.id)
    sign_in(client, cast.mayor)
    assert client.get(f"/lernkreis/{made.id}").status_code == 404
    assert post(client, f"/lernkreis/{made.id}/antwort", antwort="ja").status_code == 404
    assert client.get("/lernkreis/999999").status_code == 404


def test_the_link_of_the_letter_asks_on_get_and_answers_once_on_post(client: FlaskClient, cast: Cast) -> None:
    made = circle(cast)
    row = db.session.query(CircleTown).filter_by(circle_id=made.id, town_id=cast.town.id).one()
    token = new_token()
    OneTimeLinkFactory(token=token, purpose=ANSWER_PURPOSE, account_id=cast.mayor.id, target_id=row.id)
    address = f"/lernkreis-antwort/{token}"
    page = text(client, address)
    assert (
        "Macht Ellernrode mit?" in page and f"Renate {cast.mayor.last_name}" in page and "Lauenfurt" in page
    )
    assert db.session.get_one(CircleTown, row.id).answer is None
    filled = {"antwort": "nein", "csrf_token": form_token(client, address)}
    answered = client.post(address, data=filled)
    assert "Die anderen Städte erfahren davon nichts." in answered.get_data(as_text=True)
    assert "Dieser Link gilt nicht mehr" in text(client, address, 404)
    assert client.post(address, data={**filled, "antwort": "ja"}).status_code == 404


def test_a_date_is_settled_and_an_overtaken_form_loses_nothing(mayor: FlaskClient, cast: Cast) -> None:
    made = circle(cast, "running", "yes")
    CircleMeetingFactory(circle_id=made.id, host_id=cast.town.id)
    address = f"/lernkreis/{made.id}/termin/1"
    day = (clock.today() + timedelta(days=20)).isoformat()
    said = {"tag": day, "ort": "Rathaus", "ablauf": "- Rundgang", "ergebnis": "", "version": "1"}
    assert post(mayor, address, **said).status_code == 302
    assert "Rathaus" in text(mayor, f"/lernkreis/{made.id}")
    late = post(mayor, address, **{**said, "ort": "Feuerwehrhaus"})
    page = late.get_data(as_text=True)
    assert late.status_code == 409 and "Feuerwehrhaus" in page and "Was jetzt gilt" in page
    assert post(mayor, address, **{**said, "tag": "31.31.2026", "version": "2"}).status_code == 422


def test_a_town_proposes_a_circle_and_too_few_towns_are_said(mayor: FlaskClient, cast: Cast) -> None:
    others: list[Town] = [TownFactory(taking_part=True) for _ in range(4)]
    for town in others:
        TownFigureFactory(town=town)
    for town in (cast.town, *others):
        StanceFactory(town_id=town.id, subject="klima", state="in_progress")
    installation.touch_towns([town.id for town in (cast.town, *others)])
    db.session.commit()
    address = "/lernkreise/neu?aufgabe=klima"
    assert others[0].name in text(mayor, address)
    few = post(mayor, address, staedte=[others[0].ags])
    assert few.status_code == 422 and "mindestens vier Städte" in few.get_data(as_text=True)
    assert post(mayor, address, staedte=[town.ags for town in others[:3]]).status_code == 302
    assert text(mayor, "/lernkreise/neu?aufgabe=unsinn", 404)


def test_the_operator_proposes_and_sees_how_the_last_ones_stand(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    circle(cast)
    sign_in(client, cast.operator)
    page = text(client, "/betrieb/lernkreise")
    assert "vorgeschlagen" in page and "eine Zusage" in page
    assert "keine anderen Städte" in text(client, "/betrieb/lernkreise?aufgabe=klima")


def test_a_longer_list_costs_no_more_queries(mayor: FlaskClient, cast: Cast) -> None:
    circle(cast)
    text(mayor, "/lernkreise")
    with counted_queries() as few:
        text(mayor, "/lernkreise")
    for subject in ("klima", "sport", "wohnen"):
        circle(cast, "running", "yes", subject=subject)
    db.session.commit()
    with counted_queries() as many:
        text(mayor, "/lernkreise")
    assert len(many) == len(few)

"""Asking another town, answering by page and by link: nothing typed is lost, nothing is said too early."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Exchange, TownCode
from kleinstadt_net.services import exchange_letters, exchange_lists
from tests.factories import ExchangeFactory, MembershipFactory, StanceFactory, TownFactory
from tests.support.cast import Cast
from tests.support.statements import counted_queries

TEXTS = {
    "concern": "In der Langen Straße\nstehen sechs Läden leer.",
    "need": "Ihr Muster <b>für</b> den Mietvertrag.",
    "subject": "innenstadt",
    "form": "visit",
}


@pytest.fixture
def mayor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    sign_in(client, cast.mayor)
    return client


def csrf(page: str) -> str:
    return page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]


def send(client: FlaskClient, address: str, **data: str) -> Any:
    return client.post(address, data={"csrf_token": csrf(client.get(address).text), **data})


def number() -> int:
    return db.session.scalar(select(func.count(Exchange.id))) or 0


def test_the_town_page_leads_to_a_request_that_is_half_written_and_shown_before_it_goes(
    mayor: FlaskClient, cast: Cast
) -> None:
    StanceFactory(town_id=cast.town.id, subject="innenstadt", state="seeking")
    StanceFactory(town_id=cast.other_town.id, subject="innenstadt", state="strength")
    town = mayor.get(f"/stadt/{cast.other_town.slug}-{cast.other_town.ags}").text
    address = f"/gespraech-anfragen/{cast.other_town.ags}"
    assert f'href="{address}"' in town and "Gespräch anfragen" in town
    page = mayor.get(address).text
    assert "Wir suchen Rat zur Innenstadt. Sie nennen das auf Ihrer Seite als Stärke." in page
    assert "was würden Sie heute anders machen?" in page
    assert re.search(r'<option selected value="innenstadt">', page)
    preview = send(mayor, address, **TEXTS, tat="vorschau")
    assert preview.status_code == 200 and "So liest Lauenfurt Ihre Anfrage" in preview.text
    assert "Langen Straße<br>stehen" in preview.text and "&lt;b&gt;für&lt;/b&gt;" in preview.text
    assert number() == 0
    sent = send(mayor, address, **TEXTS, tat="senden")
    exchange_id = db.session.scalars(select(Exchange.id)).one()
    assert sent.location == f"/gespraeche/{exchange_id}"
    assert "Lauenfurt bekommt Ihre Anfrage." in mayor.get(sent.location).text
    # The same form once more, by a second click.
    again = mayor.post(address, data={"csrf_token": csrf(preview.text), **TEXTS, "tat": "senden"})
    assert again.location == sent.location and number() == 1
    # Another text meets the exchange that is under way, and stays on the page.
    other = mayor.post(address, data={"csrf_token": csrf(preview.text), **TEXTS, "need": "Etwas anderes."})
    assert other.status_code == 409 and "Etwas anderes." in other.text and sent.location in other.text


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        (
            "in_progress",
            "strength",
            "Wir arbeiten an der Innenstadt. Sie nennen das auf Ihrer Seite als Stärke.",
        ),
        ("in_progress", "in_progress", "Wir arbeiten wie Sie an der Innenstadt."),
        ("seeking", "seeking", "Wir suchen wie Sie Rat zur Innenstadt."),
        ("seeking", "in_progress", "Uns beschäftigt wie Sie das Thema „Innenstadt“."),
    ],
)
def test_the_prepared_words_say_what_the_towns_have_said_and_their_subject_goes_with_them(
    mayor: FlaskClient, cast: Cast, ours: str, theirs: str, words: str
) -> None:
    StanceFactory(town_id=cast.town.id, subject="innenstadt", state=ours)
    StanceFactory(town_id=cast.other_town.id, subject="innenstadt", state=theirs)
    if theirs == "strength":
        # A shared challenge is told first on the card; the request is about what the other can show.
        StanceFactory(town_id=cast.town.id, subject="waerme", state="in_progress")
        StanceFactory(town_id=cast.other_town.id, subject="waerme", state="in_progress")
    page = mayor.get(f"/gespraech-anfragen/{cast.other_town.ags}").text
    assert words in page and re.search(r'<option selected value="innenstadt">', page)


def test_whatever_stands_in_the_way_is_said_and_the_text_stays(mayor: FlaskClient, cast: Cast) -> None:
    address = f"/gespraech-anfragen/{cast.other_town.ags}"
    wrong = send(mayor, address, **{**TEXTS, "need": "", "form": "fax", "subject": "unsinn"})
    assert wrong.status_code == 422 and "Langen Straße" in wrong.text
    assert "Bitte schreiben Sie, was Sie von der anderen Stadt" in wrong.text
    assert send(mayor, address, **{**TEXTS, "concern": "x" * 1501}).status_code == 422
    token = csrf(mayor.get(address).text)
    cast.other_town.requests_a_month = 0
    db.session.commit()
    closed = mayor.post(address, data={"csrf_token": token, **TEXTS})
    assert closed.status_code == 409 and "Langen Straße" in closed.text
    assert "steht zurzeit nicht für weitere Anfragen zur Verfügung. Ab " in closed.text
    assert "Das ist Ihre eigene Stadt" in mayor.get(f"/gespraech-anfragen/{cast.town.ags}").text
    absent = mayor.get(f"/gespraech-anfragen/{cast.suspended_town.ags}").text
    assert "ist zurzeit nicht dabei" in absent and "<textarea" not in absent
    for unknown in ("12345678", "unsinn", "99"):
        assert mayor.get(f"/gespraech-anfragen/{unknown}").status_code == 404
    assert number() == 0


def test_a_request_to_a_town_merged_away_goes_to_its_successor_and_only_when_sent_once_more(
    mayor: FlaskClient, cast: Cast
) -> None:
    old = f"/gespraech-anfragen/{cast.other_town.ags}"
    successor = TownFactory(name="Mühlenqualm", taking_part=True)
    token = csrf(mayor.get(old).text)
    cast.other_town.gone_on = clock.today()
    db.session.add(TownCode(ags=cast.other_town.ags, town_id=successor.id, valid_until=clock.today()))
    db.session.commit()
    new = f"/gespraech-anfragen/{successor.ags}"
    late = mayor.post(old, data={"csrf_token": token, **TEXTS, "tat": "senden"})
    assert late.status_code == 409 and number() == 0 and "Langen Straße" in late.text
    assert "Diese Stadt gehört jetzt zu Mühlenqualm." in late.text and f'action="{new}"' in late.text
    assert mayor.get(old).location == new
    assert mayor.post(new, data={"csrf_token": token, **TEXTS, "tat": "senden"}).status_code == 302
    assert db.session.scalars(select(Exchange.peer_id)).one() == successor.id


def test_the_asked_town_asks_back_by_link_gets_the_reply_and_agrees_by_the_page(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    row = ExchangeFactory(town=cast.other_town, peer=cast.town, opened_by_id=cast.stranger.id)
    link = exchange_letters.answer_url(row, cast.mayor).removeprefix("https://netz.example")
    db.session.commit()
    link = link[link.index("/gespraechs-anfrage/") :]
    page = client.get(link).text
    assert "Der Brief mit dieser Anfrage ging an" in page and cast.stranger.email not in page
    assert row.concern not in page and row.need not in page and cast.stranger.last_name not in page
    empty = send(client, link, schritt="ask_back", text="")
    assert empty.status_code == 422 and "Bitte schreiben Sie, was Sie wissen möchten." in empty.text
    assert send(client, link, schritt="revoke").status_code == 422
    done = send(client, link, schritt="ask_back", text="Wie viele sind es?")
    assert "Ihre Rückfrage ist unterwegs." in done.text
    # Clicked twice it says the same, and the letter read again says how things stand.
    token = csrf(client.get("/anmelden").text)
    twice = client.post(link, data={"csrf_token": token, "schritt": "ask_back", "text": "Wie viele sind es?"})
    assert twice.status_code == 200 and "Ihre Rückfrage ist unterwegs." in twice.text
    used = client.get(link)
    assert "Ellernrode hat zurückgefragt." in used.text and "Zustimmen" not in used.text
    gone = client.get(f"{link[:-1]}x")
    assert gone.status_code == 404 and "Dieser Link gilt nicht mehr" in gone.text

    sign_in(client, cast.stranger)
    address = f"/gespraeche/{row.id}"
    assert "Rückfrage zu Ihrer Anfrage" in client.get("/gespraeche").text
    assert send(client, address, schritt="reply", text="").status_code == 422
    assert send(client, address, schritt="reply", text="Sechs.").location == address
    sign_in(client, cast.colleague)
    page = client.get(address).text
    assert "Sechs." in page and cast.stranger.email not in page
    assert send(client, address, schritt="accept").location == address
    page = client.get(address).text
    assert cast.stranger.email in page and "Gespräch abschließen" in page
    # A second click of the same button finds the talk already under way, and a text typed meanwhile is not lost.
    late = send(client, address, schritt="ask_back", text="Noch eine Frage.")
    assert (
        late.status_code == 409
        and "Noch eine Frage." in late.text
        and "hat sich hier etwas geändert" in late.text
    )
    assert send(client, address, schritt="close").location == address
    assert "Gespräch wieder aufnehmen" in client.get(address).text


def test_strangers_find_no_exchange_and_the_list_holds_only_ones_own(
    mayor: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    others = ExchangeFactory(town=cast.other_town, state="talking")
    for path in (f"/gespraeche/{others.id}", f"/gespraeche/{others.id}/weitergeben", "/gespraeche/999"):
        assert mayor.get(path).status_code == 404
    token = csrf(mayor.get(f"/gespraech-anfragen/{cast.other_town.ags}").text)
    assert (
        mayor.post(f"/gespraeche/{others.id}", data={"csrf_token": token, "schritt": "close"}).status_code
        == 404
    )
    assert "hat noch kein Gespräch" in mayor.get("/gespraeche").text
    assert mayor.get("/gespraeche?stand=unsinn").status_code == 404
    assert mayor.get("/gespraeche?seite=2").status_code == 404


def test_a_request_is_handed_to_a_colleague_and_to_nobody_else(mayor: FlaskClient, cast: Cast) -> None:
    row = ExchangeFactory(peer=cast.town)
    MembershipFactory(town=row.town)
    address = f"/gespraeche/{row.id}/weitergeben"
    assert send(mayor, address).status_code == 422
    assert send(mayor, address, person=str(cast.stranger.id)).status_code == 422
    assert send(mayor, address, person=str(cast.colleague.id)).location == f"/gespraeche/{row.id}"
    page = mayor.get(f"/gespraeche/{row.id}").text
    assert "bekommt einen Brief mit dieser Anfrage" in page and "kümmert sich um diese Anfrage" in page


def test_the_list_is_paged_filtered_and_asks_the_database_as_often_for_sixty_as_for_two(
    mayor: FlaskClient, cast: Cast
) -> None:
    towns = [TownFactory(taking_part=True) for _ in range(30)]
    ExchangeFactory(town=cast.town, peer=towns[0], state="talking")
    ExchangeFactory(town=towns[1], peer=cast.town)
    mayor.get("/gespraeche")
    with counted_queries() as few:
        mayor.get("/gespraeche")
    for town in towns[2:]:
        ExchangeFactory(town=cast.town, peer=town)
        ExchangeFactory(town=town, peer=cast.town, state="closed")
    with counted_queries() as many:
        page = mayor.get("/gespraeche").text
    assert len(few) == len(many) <= 8
    assert "58 Gespräche" in page and "Alle (58)" in page and "abgeschlossen (28)" in page
    assert "im Gespräch (1)" in page and page.count("kn-town-line__name") == 25
    assert mayor.get("/gespraeche?seite=3").text.count("kn-town-line__name") == 8
    only = mayor.get("/gespraeche?stand=angefragt&seite=2").text
    assert "26 bis 29 von 29" in only and only.count("kn-town-line__name") == 4
    found = exchange_lists.listing(cast.town.id, None, 2, 25).rows
    assert [line.changed_at for line in found] == sorted((line.changed_at for line in found), reverse=True)


@pytest.mark.parametrize(
    ("state", "asks", "step"),
    [
        ("declined", True, "Andere passende Städte ansehen"),
        ("declined", False, "Selbst ein Gespräch mit"),
        ("lapsed", True, "Selbst ein Gespräch mit"),
        ("withdrawn", False, "Selbst ein Gespräch mit"),
    ],
)
def test_a_request_that_came_to_nothing_offers_the_next_step(
    mayor: FlaskClient, cast: Cast, state: str, asks: bool, step: str
) -> None:
    towns = {"town": cast.town} if asks else {"peer": cast.town}
    row = ExchangeFactory(state=state, **towns)
    assert step in mayor.get(f"/gespraeche/{row.id}").text

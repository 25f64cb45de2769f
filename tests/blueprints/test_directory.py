"""The page Städte: for everybody, filters in the address, words instead of numbers, towns offered while one types."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from kleinstadt_net.models import Town
from kleinstadt_net.services.directory import PAGE_SIZE
from tests.factories import SectionFactory, StanceFactory, TownFactory, TownFigureFactory
from tests.support.cast import Cast
from tests.support.statements import counted_queries

PAGE = "/staedte"


@pytest.fixture
def mayor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    sign_in(client, cast.mayor)
    return client


def town(name: str, **given: Any) -> Town:
    made: Town = TownFactory(name=name, **given)
    TownFigureFactory(town=made, population=12_000)
    return made


def text(client: FlaskClient, address: str = PAGE, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.get_data(as_text=True)


def test_the_former_address_leads_to_the_order_of_the_fit_with_its_filters(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    old = "/passende-staedte?land=07&von=5000&seite=1&_external=1&fremd=x"
    assert client.get(old).status_code == 302
    for account in (cast.unverified, cast.suspended):
        sign_in(client, account)
        assert client.get(old).status_code == 403
    sign_in(client, cast.mayor)
    response = client.get(old)
    assert response.status_code == 301
    assert response.location == "/staedte?land=07&von=5000&seite=1&sortierung=passend"


def test_a_visitor_sees_towns_by_name_without_any_fit(client: FlaskClient, cast: Cast) -> None:
    page = text(client, PAGE + "?sortierung=passend")
    assert "wenn Sie für Ihre Stadt angemeldet sind" in page
    assert page.index("Ellernrode") < page.index("Hohenwispel") < page.index("Lauenfurt")
    assert "Ähnliche Ausgangslage" not in page and "Wir suchen Rat" not in page
    assert "Wozu Städte Rat suchen, sehen nur bestätigte Städte." in text(client, PAGE + "?angabe=seeking")


def test_the_fit_is_given_in_words_with_the_reason(mayor: FlaskClient, cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, subject="waerme", state="in_progress")
    StanceFactory(town_id=cast.other_town.id, subject="waerme", state="in_progress")
    page = text(mayor)
    assert "eine gemeinsame Aufgabe" in page
    assert "Sie beide arbeiten an der Wärmewende." in page


def test_a_town_not_taking_part_is_labelled_as_compared_by_its_situation(mayor: FlaskClient) -> None:
    town("Oberdallen")
    page = text(mayor, PAGE + "?von=12.000&bis=12.000")
    assert "Ähnliche Ausgangslage" in page and "noch nicht dabei" in page
    assert "ab 12.000 Einwohnern" in page


def test_filters_stand_in_the_address_and_can_be_taken_away_one_by_one(
    mayor: FlaskClient, cast: Cast
) -> None:
    StanceFactory(town_id=cast.other_town.id, subject="innenstadt", state="strength")
    page = text(mayor, PAGE + "?thema=innenstadt&angabe=strength&dabei=y")
    assert "Eine Stadt" in page and "Lauenfurt" in page
    assert "?thema=innenstadt&amp;angabe=strength" in page
    assert '<option selected value="innenstadt">Innenstadt (1)</option>' in page
    assert "Filter (3)" in page and "nur Städte, die dabei sind (1)" in page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("land=xx", "Diese Auswahl gibt es nicht"),
        ("thema=t01", "Diese Auswahl gibt es nicht"),
        ("these=innenstadt", "Diese Auswahl gibt es nicht"),
        ("angabe=begeistert", "Diese Auswahl gibt es nicht"),
        ("von=viele", "eine ganze Zahl"),
        ("von=-5", "eine ganze Zahl"),
        ("bis=99999999999999999999", "eine ganze Zahl"),
        ("von=5000&bis=4000", "kleiner als die bei"),
        ("umkreis=weit%00weg", "Zeichen, die sich nicht speichern lassen"),
        ("umkreis=%C2%B2", "eine ganze Zahl"),
        ("wachstum=explodiert", "Diese Auswahl gibt es nicht"),
        ("netzwerk=gibt-es-nicht-mehr", "Diese Auswahl gibt es nicht"),
        ("sortierung=rang", "Diese Auswahl gibt es nicht"),
        ("umkreis=20&ort=Qqqquap", "Wir finden keine Stadt mit dem Namen"),
        ("ort=" + "x" * 101, "höchstens 100 Zeichen"),
        ("suche=" + "x" * 101, "höchstens 100 Zeichen"),
    ],
)
def test_a_filter_nobody_understands_is_named_and_left_aside(
    mayor: FlaskClient, query: str, message: str
) -> None:
    page = text(mayor, f"{PAGE}?{query}")
    assert message in page
    assert "Lauenfurt" in page


@pytest.mark.parametrize("number", ["0", "-1", "zwei", "2", "99999999999"])
def test_a_page_that_does_not_exist_is_not_found(mayor: FlaskClient, number: str) -> None:
    assert "Seite" in text(mayor, f"{PAGE}?seite={number}", status=404)


def test_a_long_list_is_paged_and_keeps_its_filters(mayor: FlaskClient) -> None:
    for n in range(PAGE_SIZE + 2):
        town(f"Oberdallen {n}", land="03")
    page = text(mayor, PAGE + "?land=03&seite=2")
    assert page.count("noch nicht dabei") == 2
    assert "land=03&amp;seite=1" in page


def test_no_hit_says_how_to_widen(mayor: FlaskClient, cast: Cast) -> None:
    StanceFactory(town_id=cast.other_town.id, subject="innenstadt", state="strength")
    page = text(mayor, PAGE + "?thema=innenstadt&land=14&dabei=y")
    assert "Auf alle gewählten Filter zusammen passt keine Stadt." in page
    assert "Ohne „Sachsen“ passt eine Stadt" in page
    assert "Alle Filter entfernen" in page and "Alle 2 Städte zeigen" in page
    assert "Nehmen Sie zwei oder mehr weg" in text(mayor, PAGE + "?thema=wohnen&land=14&suche=qqqq")
    assert "Dazu finden wir keine Stadt." in text(mayor, PAGE + "?suche=qqqqquap")


def test_the_row_says_where_a_word_was_found(client: FlaskClient, cast: Cast) -> None:
    SectionFactory(town_id=cast.town.id, thesis="t02", fields={}, text="Ein <b>Strand</b> am Fluss")
    page = text(client, PAGE + "?suche=strand")
    assert "Gefunden in: Gut leben, und es zeigen" in page and "„strand“" in page


def test_towns_are_offered_to_the_script_and_the_form_works_without_it(
    client: FlaskClient, cast: Cast
) -> None:
    address = PAGE + "/vorschlaege?suche=%3Cb%3Eellern"
    assert client.get(address).location == "/staedte?suche=%3Cb%3Eellern"
    response = client.get(address.replace("%3Cb%3E", ""), headers={"HX-Request": "true"})
    offered = response.get_data(as_text=True)
    assert f'href="/stadt/ellernrode-{cast.town.ags}"' in offered and response.vary.as_set() >= {"hx-request"}
    for nothing in ("", "%00", "qqqqq", "%25", "x" * 5_000):
        answer = client.get(f"{PAGE}/vorschlaege?suche={nothing}", headers={"HX-Request": "true"})
        assert answer.status_code == 200 and "<li>" not in answer.get_data(as_text=True)


def test_a_town_without_statements_is_invited_to_make_some(mayor: FlaskClient) -> None:
    assert "Ellernrode hat noch nichts angegeben." in text(mayor)


def test_the_page_costs_at_most_eight_queries_with_the_account(mayor: FlaskClient) -> None:
    def queries(address: str) -> int:
        with counted_queries() as statements:
            text(mayor, address)
        return len(statements)

    for n in range(40):
        town(f"Oberdallen {n}", taking_part=n % 2 == 0)
    addresses = (PAGE, PAGE + "?suche=ober&land=06&dabei=y", PAGE + "?thema=wohnen&angabe=seeking&suche=x")
    for address in addresses:
        text(mayor, address)
    assert max(queries(address) for address in addresses) <= 8


def test_a_question_puts_the_towns_in_another_order_and_its_link_keeps_the_filters(
    mayor: FlaskClient, cast: Cast
) -> None:
    StanceFactory(town_id=cast.town.id, subject="waerme", state="seeking")
    StanceFactory(town_id=cast.town.id, subject="klima", state="in_progress")
    StanceFactory(town_id=cast.other_town.id, subject="waerme", state="strength")
    same_boat = town("Steinbracken", taking_part=True)
    StanceFactory(town_id=same_boat.id, subject="klima", state="in_progress")
    usual, solved = text(mayor), text(mayor, PAGE + "?frage=geloest&dabei=y")
    assert usual.index("Steinbracken</a></h3>") < usual.index("Lauenfurt</a></h3>")
    assert solved.index("Lauenfurt</a></h3>") < solved.index("Steinbracken</a></h3>")
    assert 'href="/staedte?dabei=y&amp;frage=naehe"' in solved and "was Sie suchen" in solved
    assert 'aria-current="true">Wer hat das schon gelöst?</a>' in solved


def test_sliders_order_the_list_and_say_that_nothing_else_follows_them(
    mayor: FlaskClient, cast: Cast
) -> None:
    plain, weighed = text(mayor), text(mayor, PAGE + "?aufgaben=9&naehe=10")
    assert "Ihrer eigenen Gewichtung" not in plain and "Ihrer eigenen Gewichtung" in weighed
    # What stands where the question puts it anyway does not stand in the address.
    assert 'name="aufgaben" min="1" max="10" step="1" value="9"' in weighed
    assert 'href="/staedte?sortierung=name' not in weighed
    assert '<input type="hidden" name="naehe" value="10">' in weighed
    assert '<input type="hidden" name="aufgaben"' not in weighed


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("aufgaben=0", "Bitte eine Zahl von 1 bis 10."),
        ("naehe=11", "Bitte eine Zahl von 0 bis 10."),
        ("lage=viel", "Bitte eine Zahl von 0 bis 10."),
    ],
)
def test_a_slider_out_of_bounds_is_said_and_left_aside(
    mayor: FlaskClient, cast: Cast, query: str, said: str
) -> None:
    page = text(mayor, f"{PAGE}?{query}")
    assert said in page and "Ihrer eigenen Gewichtung" not in page
    assert "Lauenfurt" in page


def test_every_town_in_the_list_shows_its_parts_in_numbers_and_words(mayor: FlaskClient, cast: Cast) -> None:
    page = text(mayor)
    assert "Warum steht Lauenfurt hier?" in page and "von 100, " in page
    assert "Ausgangslage und Erreichbarkeit auf Zahlen und Lage" in page


def test_a_visitor_is_asked_no_question_and_weighs_nothing(client: FlaskClient, cast: Cast) -> None:
    page = text(client, PAGE + "?frage=geloest&naehe=10")
    assert "Was möchten Sie wissen?" not in page and "von 100, " not in page

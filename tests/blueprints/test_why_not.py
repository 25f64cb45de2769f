"""Warum nicht? The own causes in full, of the other town nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Round, Suggestion, Town
from kleinstadt_net.services import availability, installation, month_pictures, rounds, why_not
from kleinstadt_net.vocabulary import TOPICS
from tests.factories import (
    MembershipFactory,
    RoundFactory,
    StanceFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownFactory,
    TownFigureFactory,
)
from tests.support.cast import Cast
from tests.support.statements import counted_queries

PAGE = "/vorschlaege/warum-nicht"
STATES = ("in_progress", "seeking", "strength")


def add_town(n: int, **given: object) -> Town:
    town: Town = TownFactory(taking_part=True, land=f"{n % 3 + 1:02d}", **given)
    TownFigureFactory(town=town, population=6_000 + 700 * (n % 17), area_km2=20.0 + 9 * (n % 11))
    for step in range(3):
        subject = list(TOPICS)[(n + 5 * step) % 12]
        StanceFactory(town_id=town.id, subject=subject, state=STATES[(n + step) % 3])
    return town


@pytest.fixture
def network(cast: Cast) -> list[Town]:
    """The mayor's town among 34 active ones, all of which have something to say."""
    for subject, state in (("innenstadt", "seeking"), ("waerme", "in_progress"), ("wohnen", "strength")):
        StanceFactory(town_id=cast.town.id, subject=subject, state=state)
    return [add_town(n) for n in range(32)]


def this_month() -> str:
    month = clock.current_month()
    assert rounds.run(month).created
    return month


def page_of(client: FlaskClient, town: Town, month: str | None = None) -> str:
    answer = client.get(
        PAGE, query_string={"stadt": town.ags, "monat": month} if month else {"stadt": town.ags}
    )
    assert answer.status_code == 200
    return answer.text


def peers_of(town: Town) -> set[int]:
    return set(db.session.scalars(select(Suggestion.peer_id).where(Suggestion.town_id == town.id)))


def test_a_suggested_town_has_the_figures_of_the_round_and_the_others_have_own_causes_or_none(
    client: FlaskClient, cast: Cast, network: list[Town], sign_in: Any
) -> None:
    month = this_month()
    sign_in(client, cast.mayor)
    listed = peers_of(cast.town)
    codes = set()
    why_not.explain(cast.town.id, network[0].ags, month)
    for town in network:
        with counted_queries() as statements:
            found = why_not.explain(cast.town.id, town.ags, month)
        assert len(statements) <= 12
        assert (found.slot is not None) == (town.id in listed)
        assert found.unavailable == (found.slot is None and not found.causes)
        codes |= {cause.code for cause in found.causes} | ({"unavailable"} if found.unavailable else set())
    assert {"list_full", "unavailable"} <= codes
    stored = db.session.scalar(select(Suggestion).where(Suggestion.town_id == cast.town.id))
    picture = month_pictures.of_month(month)
    assert stored and picture
    pair = month_pictures.compared(
        picture, picture.rows[cast.town.ags], picture.rows[db.session.get_one(Town, stored.peer_id).ags]
    )
    assert (pair.score, pair.parts, list(pair.reasons)) == (stored.score, stored.parts, stored.reasons)
    assert "steht in <a" in page_of(client, db.session.get_one(Town, stored.peer_id))


def test_whatever_hides_behind_it_the_page_of_an_unavailable_town_is_the_same_to_the_byte(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    """Declined, known, paused, vacant, named in enough lists: five towns alike in all else, one page."""
    twins = [
        TownFactory(taking_part=True, land="06", lat=50.4, lon=9.0, name=f"Dallenau{letter}")
        for letter in "ABCDE"
    ]
    StanceFactory(town_id=cast.town.id, subject="waerme", state="seeking")
    for twin in twins:
        TownFigureFactory(town=twin, population=9_000, area_km2=50.0)
        StanceFactory(town_id=twin.id, subject="waerme", state="seeking")
    declined, known, paused, vacant, full = twins
    others = [TownFactory(taking_part=True, lat=48.0, lon=12.0) for _ in range(20)]
    long_ago = RoundFactory(month=(clock.today() - timedelta(days=280)).strftime("%Y-%m"))
    for twin, answer in ((declined, "declined"), (known, "known")):
        proposed = SuggestionFactory(round=long_ago, town=twin, peer=cast.town)
        SuggestionAnswerFactory(suggestion_id=proposed.id, answer=answer)
    availability.pause(paused.id, cast.operator.id, clock.today(), "vacancy")
    vacant.joined_on = clock.today() - timedelta(days=400)
    db.session.commit()
    month = this_month()
    # The round would propose the last of them; make it stand in seven other lists instead.
    round_id = db.session.scalar(select(Round.id).where(Round.month == month))
    db.session.query(Suggestion).filter(Suggestion.round_id == round_id).delete()
    mine = db.session.get_one(Round, round_id)
    for other in others[:7]:
        SuggestionFactory(round=mine, town=other, peer=full)
    SuggestionFactory(round=mine, town=cast.town, peer=others[8], slot="mutual", score=0.01)
    sign_in(client, cast.mayor)
    pages = [
        re.sub(r'nonce="[^"]+"|csrf_token" value="[^"]+"', "", page_of(client, twin))
        .replace(twin.name, "X").replace(twin.slug, "x").replace(twin.ags, "00")
        for twin in twins
    ]  # fmt: skip
    page = pages[-1]
    for other in pages:
        assert other.split("\n") == page.split("\n")
    assert "X steht in diesem Monat nicht zur Verfügung." in page and "Sie beide suchen Rat" in page
    for word in ("Pause", "abgelehnt", "Passt nicht", "besetzt", "gesperrt", "kennen"):
        assert word not in page.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize(
    ("answer", "said"),
    [("declined", "„Passt nicht“ geantwortet"), ("known", "schon kennen"), ("later", "„Später“ geantwortet")],
)
def test_the_own_answer_is_told_with_its_day(
    client: FlaskClient, cast: Cast, network: list[Town], sign_in: Any, answer: str, said: str
) -> None:
    past = RoundFactory(month=(clock.today().replace(day=1) - timedelta(days=20)).strftime("%Y-%m"))
    proposed = SuggestionFactory(round=past, town=cast.town, peer=network[0])
    SuggestionAnswerFactory(suggestion_id=proposed.id, answer=answer)
    this_month()
    sign_in(client, cast.mayor)
    assert said in page_of(client, network[0])


def test_the_own_break_the_own_late_arrival_and_an_earlier_proposal_are_told(
    client: FlaskClient, cast: Cast, network: list[Town], sign_in: Any
) -> None:
    past = RoundFactory(month=(clock.today().replace(day=1) - timedelta(days=20)).strftime("%Y-%m"))
    SuggestionFactory(round=past, town=cast.town, peer=network[3])
    availability.pause(cast.other_town.id, cast.stranger.id, clock.today(), "budget")
    late = MembershipFactory(town=TownFactory())
    this_month()
    availability.end_pause(cast.other_town.id, cast.stranger.id)
    late.town.joined_on = clock.today()
    db.session.commit()
    sign_in(client, cast.stranger)
    assert "Lauenfurt machte Pause, als die Vorschläge" in page_of(client, network[0])
    sign_in(client, late.account)
    assert "Die Vorschläge für" in page_of(client, network[0]) and "ohne Ihre Angaben" in page_of(
        client, network[0]
    )
    sign_in(client, cast.mayor)
    assert "Ein halbes Jahr lang kommen dann andere" in page_of(client, network[3])


def test_a_need_that_is_withdrawn_or_of_a_town_that_left_stands_nowhere(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    StanceFactory(town_id=cast.town.id, subject="waerme", state="seeking")
    need = StanceFactory(town_id=cast.other_town.id, subject="waerme", state="seeking")
    month = this_month()
    sign_in(client, cast.mayor)
    assert "Sie beide suchen Rat zur Wärmewende" in page_of(client, cast.other_town, month)
    need = db.session.merge(need)
    need.state = "strength"
    db.session.commit()
    installation.touch_town(cast.other_town.id)
    db.session.commit()
    assert "Sie beide suchen Rat" not in page_of(client, cast.other_town, month)
    town = db.session.get_one(Town, cast.other_town.id)
    town.suspended_at = clock.now()
    installation.touch_town(town.id)
    db.session.commit()
    page = page_of(client, cast.other_town, month)
    assert "Gemeinsame Aufgaben" not in page and "Ausgangslage" in page


def test_what_cannot_be_answered_is_said_plainly(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    sign_in(client, cast.mayor)
    gone = TownFactory(name="Altdallen", gone_on=clock.today())
    newcomer_month = RoundFactory(month="2020-03")
    for town, month, said in (
        (cast.town, None, "Das ist Ihre eigene Stadt."),
        (gone, None, "Altdallen ist keine eigene Stadt mehr."),
        (cast.other_town, "2020-01", "wurden im Netz keine Vorschläge gemacht"),
        (cast.other_town, "2098-01", "gibt es noch keine Vorschläge"),
        (cast.other_town, newcomer_month.month, "nicht mehr nachrechnen"),
    ):
        assert said in page_of(client, town, month)
    assert "Diese Stadt kennen wir nicht." in client.get(f"{PAGE}?stadt=nirgendwo").text
    assert client.get(f"{PAGE}?monat=2026-13").status_code == 404
    answer = client.get(f"{PAGE}?q=Lauenf")
    assert answer.status_code == 302 and cast.other_town.ags in answer.headers["Location"]
    assert "Dazu finden wir keine Stadt." in client.get(f"{PAGE}?q=Qxzyw").text
    assert client.get(f"{PAGE}/stadt-suche?q=e", headers={"HX-Request": "true"}).status_code == 200
    sign_in(client, cast.unverified)
    assert client.get(PAGE).status_code == 403


def test_the_operator_sees_all_causes_for_any_pair(
    client: FlaskClient, cast: Cast, network: list[Town], sign_in: Any
) -> None:
    past = RoundFactory(month=(clock.today().replace(day=1) - timedelta(days=20)).strftime("%Y-%m"))
    proposed = SuggestionFactory(round=past, town=cast.other_town, peer=cast.town)
    SuggestionAnswerFactory(suggestion_id=proposed.id, answer="declined", reason="too_far")
    availability.pause(network[0].id, cast.operator.id, clock.today(), "vacancy")
    month = this_month()
    sign_in(client, cast.operator)
    address = "/betrieb/warum-nicht"
    page = client.get(f"{address}?stadt=Ellernrode&andere={cast.other_town.ags}&monat={month}").text
    assert "Lauenfurt: „Passt nicht“" in page and "Ruht wegen eigener Antwort" in page
    page = client.get(f"{address}?stadt=Ellernrode&andere={network[0].ags}&monat={month}").text
    assert "Das Amt ist nicht besetzt" in page and "kein Lebenszeichen" in page
    assert "dieselbe Stadt" in client.get(f"{address}?stadt=Ellernrode&andere=Ellernrode").text
    assert (
        "nicht nachrechnen" in client.get(f"{address}?stadt=Ellernrode&andere=Lauenfurt&monat=2020-01").text
    )
    assert "finden wir keine Stadt" in client.get(f"{address}?stadt=Qxzyw").text

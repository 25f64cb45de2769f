"""Confirming an old statement from the letter."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Membership, OneTimeLink, Stance, StanceDraft
from kleinstadt_net.services import digest_letter, digest_preview, exchange_letters, links
from tests.factories import StanceFactory
from tests.support.cast import Cast
from tests.support.client import ProofReadingClient

LONG_AGO = date(2020, 3, 1)


@pytest.fixture
def statement(cast: Cast) -> Stance:
    made: Stance = StanceFactory(
        town_id=cast.town.id, subject="waerme", state="seeking", confirmed_on=LONG_AGO, version=3
    )
    return made


@pytest.fixture
def path(cast: Cast, statement: Stance) -> str:
    token = links.create(digest_letter.STILL_TRUE_PURPOSE, cast.mayor.id, days=60, target_id=statement.id)
    db.session.commit()
    return digest_letter.STILL_TRUE_PATH.format(token=token)


def confirm(client: ProofReadingClient, path: str, version: int | str = 3) -> tuple[int, str]:
    """As a browser does that has the page open."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/brief/any/abmelden").text)
    assert found is not None
    page = client.post(path, data={"version": version, "csrf_token": found.group(1)})
    return page.status_code, page.text


def confirmed_on() -> date:
    db.session.expire_all()
    return db.session.scalars(select(Stance.confirmed_on)).one()


def test_opening_the_link_shows_the_statement_and_changes_nothing(
    client: ProofReadingClient, cast: Cast, path: str
) -> None:
    page = client.get(path)
    assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
    assert f"Renate {cast.mayor.last_name}" in page.text and "zuletzt bestätigt im März 2020" in page.text
    assert confirmed_on() == LONG_AGO
    assert db.session.scalars(select(OneTimeLink.used_at)).one() is None


def test_one_click_confirms_it_and_uses_the_link_up(client: ProofReadingClient, path: str) -> None:
    status, page = confirm(client, path)
    assert status == 200 and "Danke für die Antwort" in page
    assert confirmed_on() == clock.today()
    for again in (client.get(path).text, confirm(client, path)[1]):
        assert "Diese Frage ist beantwortet" in again


def test_a_statement_changed_meanwhile_is_shown_as_it_is_now_and_not_confirmed(
    client: ProofReadingClient, path: str, statement: Stance
) -> None:
    statement.version, statement.sentence = 4, "Wir planen jetzt mit dem Nachbarort."
    db.session.commit()
    status, page = confirm(client, path)
    assert status == 409 and "Wir planen jetzt mit dem Nachbarort." in page
    assert confirmed_on() == LONG_AGO
    assert confirm(client, path, "x")[0] == 422
    assert confirm(client, path, 4)[0] == 200


def test_where_a_lead_releases_statements_an_editors_answer_waits_for_her(
    client: ProofReadingClient, cast: Cast, path: str
) -> None:
    cast.town.needs_release = True
    row = db.session.scalars(select(Membership).where(Membership.account_id == cast.mayor.id)).one()
    row.role = "editor"
    db.session.commit()
    assert "gibt die Profilverantwortung Angaben frei" in confirm(client, path)[1]
    assert confirmed_on() == LONG_AGO
    assert db.session.scalars(select(StanceDraft.subject)).all() == ["waerme"]


def test_a_link_that_leads_nowhere_says_so_and_a_preview_explains_itself(
    client: ProofReadingClient, cast: Cast, path: str
) -> None:
    assert client.get(path[:-3]).status_code == 404
    assert confirm(client, path[:-3])[0] == 404
    for shown in (digest_letter.STILL_TRUE_PATH, exchange_letters.ANSWER_PATH):
        preview = client.get(shown.format(token=digest_preview.PREVIEW))
        assert preview.status_code == 200 and "Das war die Vorschau" in preview.text
    db.session.scalars(select(OneTimeLink)).one().expires_at = clock.now() - timedelta(seconds=1)
    db.session.commit()
    assert client.get(path).status_code == 404


def test_who_has_left_the_town_answers_no_more(client: ProofReadingClient, cast: Cast, path: str) -> None:
    db.session.scalars(select(Membership).where(Membership.account_id == cast.mayor.id)).one().state = "ended"
    db.session.commit()
    assert confirm(client, path)[0] == 404
    assert confirmed_on() == LONG_AGO

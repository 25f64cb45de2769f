"""Zugänge, Übergabe, Protokoll und die eigene Kontoseite, as a lead, an editor and an invited person use them."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Letter, Membership
from kleinstadt_net.services import (
    invitations,
    memberships,
    releases,
    stance_drafts,
    stances,
    verification_letters,
)
from kleinstadt_net.services import town_people as people
from tests.support.cast import Cast

EMAIL = "vera.neumann@ellernrode.example"


@pytest.fixture
def lead(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    sign_in(client, cast.mayor)
    return client


def token(client: FlaskClient, address: str) -> dict[str, str]:
    page = client.get(address).get_data(as_text=True)
    return {"csrf_token": re.findall(r'name="csrf_token"[^>]*value="([^"]*)"', page)[0]}


def text(client: FlaskClient, address: str) -> str:
    return client.get(address).get_data(as_text=True)


def link() -> str:
    content = db.session.scalars(select(Letter.content).where(Letter.kind == "invitation")).all()[-1].decode()
    return str(re.findall(r"/einladung/[\w-]+", content.replace("=\r\n", ""))[0])


def test_a_lead_invites_somebody_who_accepts_and_appears_among_the_people(lead: FlaskClient) -> None:
    address = "/unsere-stadt/zugaenge"
    sent = {**token(lead, address), "email": "kein brief", "role": "editor"}
    bad = lead.post(f"{address}/einladen", data=sent)
    assert bad.status_code == 422 and "nicht schreiben" in bad.get_data(as_text=True)
    assert lead.post(f"{address}/einladen", data={**sent, "email": EMAIL}).status_code == 302
    assert EMAIL in text(lead, address) and "Offene Einladungen" in text(lead, address)

    guest = lead.application.test_client()
    offered = text(guest, link())
    assert "Einladung für Ellernrode" in offered and EMAIL in offered
    answer = {**token(guest, link()), "first_name": "Vera", "last_name": "Neumann"}
    secret = "sieben dunkle Treppenstufen"
    wanting = guest.post(link(), data={**answer, "password": secret, "repeated": secret})
    assert wanting.status_code == 422 and "Hausregeln" in wanting.get_data(as_text=True)
    common = {"password": "passwort1234", "repeated": "passwort1234", "house_rules": "y"}
    assert guest.post(link(), data={**answer, **common}).status_code == 422
    accepted = {**answer, "password": secret, "repeated": secret, "house_rules": "y"}
    assert guest.post(link(), data=accepted).location == "/anmelden"
    assert guest.get(link()).status_code == 404
    assert "Vera Neumann" in text(lead, address)


def test_a_claim_is_approved_and_a_role_changed_with_one_click_each(lead: FlaskClient, cast: Cast) -> None:
    address = "/unsere-stadt/zugaenge"
    claim, colleague = cast.unverified.memberships[0].id, cast.colleague.memberships[0].id
    sent = token(lead, address)
    lead.post(f"/unsere-stadt/anfragen/{claim}/annehmen", data=sent)
    lead.post(f"{address}/{colleague}/rolle", data={**sent, "role": "lead"})
    assert {person.role for person in people.people(cast.town.id).persons} == {"lead", "editor"}
    assert len(people.people(cast.town.id).leads) == 2
    assert lead.post(f"{address}/{colleague}/rolle", data={**sent, "role": "operator"}).status_code == 400
    trail = text(lead, "/unsere-stadt/protokoll")
    assert "hat die Rolle von" in trail and "hat den Zugang für" in trail


def test_the_last_lead_is_shown_the_way_to_a_successor(lead: FlaskClient, cast: Cast) -> None:
    own = cast.mayor.memberships[0].id
    sent = token(lead, "/unsere-stadt/zugaenge")
    refused = lead.post(f"/unsere-stadt/zugaenge/{own}/entfernen", data=sent)
    assert refused.location == "/unsere-stadt/uebergabe"
    assert "Das geht noch nicht" in text(lead, refused.location)
    assert "Den Betrieb um Hilfe bitten" in text(lead, "/konto/zugaenge")
    assert lead.post(f"/konto/zugaenge/{own}/betrieb", data=sent).status_code == 302
    foreign = cast.stranger.memberships[0].id
    for path in ("verlassen", "heimat", "betrieb"):
        assert lead.post(f"/konto/zugaenge/{foreign}/{path}", data=sent).status_code == 404
    lead.post("/unsere-stadt/uebergabe", data={**sent, "email": EMAIL, "office": "Bürgermeisterin"})
    assert "Übergabe der Profilverantwortung" in text(lead, "/unsere-stadt/zugaenge")


def test_a_name_is_shown_to_verified_towns_with_consent_only(
    lead: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    page = f"/stadt/{cast.town.slug}-{cast.town.ags}"
    name = people.name_of(cast.mayor)
    assert "das Bürgermeisteramt" in text(lead, page)
    lead.post("/konto/zugaenge/name", data={**token(lead, "/konto/zugaenge"), "shows_name": "y"})
    other = lead.application.test_client()
    assert name not in text(other, page)
    sign_in(other, cast.stranger)
    assert f"Für {cast.town.name} spricht {name}" in text(other, page)
    lead.post("/konto/zugaenge/name", data=token(lead, "/konto/zugaenge"))
    assert name not in text(other, page)


def test_an_editor_s_draft_is_seen_by_the_town_released_by_the_lead(
    lead: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    editor = lead.application.test_client()
    sign_in(editor, cast.colleague)
    address = "/unsere-stadt/angaben/innenstadt"
    sent = {**token(editor, address), "state": "strength", "sentence": "Vier Läden belebt.", "version": "0"}
    editor.post(address, data=sent)
    assert "Wartet auf Freigabe" in text(editor, "/unsere-stadt")
    assert "Vier Läden belebt." in text(editor, address)
    assert "Vier Läden" not in text(lead, f"/stadt/{cast.town.slug}-{cast.town.ags}")
    assert "Entwürfe freigeben" in text(lead, "/unsere-stadt")
    stances.save(
        cast.town.id, cast.mayor.id, "innenstadt", state="seeking", sentence=None, since=None, version=0
    )
    (waiting,) = releases.waiting(cast.town.id)
    release = f"/unsere-stadt/freigaben/{waiting.draft.draft_id}/freigeben"
    assert editor.post(release, data={**token(editor, address), "version": "1"}).status_code == 403
    stale = lead.post(release, data={**token(lead, "/unsere-stadt/zugaenge"), "version": "0"})
    assert stale.status_code == 409 and "inzwischen geändert" in stale.get_data(as_text=True)
    assert (
        lead.post(release, data={**token(lead, "/unsere-stadt/zugaenge"), "version": "1"}).status_code == 302
    )
    assert "Vier Läden belebt." in text(lead, f"/stadt/{cast.town.slug}-{cast.town.ags}")
    focus = {**token(editor, address), "theses": ["t01"]}
    editor.post("/unsere-stadt/schwerpunkte", data=focus)
    assert not stances.sheet(cast.town.id).focus


def test_a_further_town_is_found_and_asked_for(lead: FlaskClient, cast: Cast) -> None:
    address = "/konto/weitere-stadt"
    assert cast.other_town.name in text(lead, f"{address}?q=Lauen")
    form = f"{address}?stadt={cast.other_town.ags}"
    sent = {**token(lead, form), "stadt": cast.other_town.ags, "office": "Vertretung"}
    assert lead.post(address, data=sent).location == verification_letters.STATUS_PATH
    assert lead.post(address, data=sent).status_code == 422
    rows = select(Membership.state).where(
        Membership.account_id == cast.mayor.id, Membership.town_id == cast.other_town.id
    )
    assert db.session.scalars(rows).all() == ["pending"]


def test_addresses_in_letters_lead_to_pages(app: Flask) -> None:
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    assert {
        invitations.LINK_PATH,
        memberships.OWN_TOWNS_PATH,
        memberships.OVERVIEW_PATH,
        releases.STANCE_PATH,
        stance_drafts.RELEASES_PATH,
        verification_letters.PEOPLE_PATH,
    } <= rules

"""From asking to acting for a town: who is let in, who decides, who is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, AuditEntry, Letter, Membership, Town, TownDomain
from kleinstadt_net.security.access import rule_of
from kleinstadt_net.services import town_addresses, verification, verification_desk, verification_letters
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    TownAddressFactory,
    TownDomainFactory,
    TownFactory,
)
from tests.support.cast import Cast


@pytest.fixture
def town(app: Flask) -> Town:
    return TownFactory(name="Ellernrode")


@pytest.fixture
def operator(app: Flask) -> Account:
    return AccountFactory(email="operator@netz.example", is_operator=True)


@pytest.fixture
def karla(app: Flask) -> Account:
    return AccountFactory(email="karla@ellernrode.example", first_name="Karla", last_name="Brandtner")


def claim(account: Account, town: Town, office: str = "Bürgermeisterin") -> Membership:
    begin_writing(db.session)
    membership = verification.claim(account, town, office)
    db.session.commit()
    return membership


def letters_to(email: str) -> list[Any]:
    rows = db.session.scalars(select(Letter).where(Letter.recipient == email).order_by(Letter.id))
    return [message_from_bytes(row.content, policy=policy.default) for row in rows]


def last_text(email: str) -> str:
    both = [part.get_content() for part in letters_to(email)[-1].walk() if not part.is_multipart()]
    assert len(both) == 2 and "None" not in both[0] and "None" not in both[1]
    return " ".join(both[0].split())


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_an_unknown_domain_waits_for_the_operator_whose_one_click_makes_the_town_take_part(
    town: Town, karla: Account, operator: Account
) -> None:
    TownAddressFactory(town=town, email="rathaus@ellernrode.example")
    membership = claim(karla, town)
    assert (membership.state, membership.role, membership.is_home) == ("pending", "lead", True)
    assert town.joined_on is None
    assert "Wir prüfen jetzt, ob Sie für Ellernrode sprechen." in last_text(karla.email)
    assert "/betrieb/pruefungen" in last_text(operator.email) and "Karla" not in last_text(operator.email)

    assert verification.approve_by_operator(membership.id, "lead", operator.id, remember_domain=True)
    assert [membership.state, membership.role, town.joined_on] == ["confirmed", "lead", clock.today()]
    assert town.revision > 0
    assert "Damit ist Ellernrode im Netz dabei." in last_text(karla.email)
    told = last_text("rathaus@ellernrode.example")
    assert "Karla Brandtner, Bürgermeisterin, handelt im Netz für Ihre Stadt" in told
    assert "Ist das nicht in Ihrem Sinn" in told
    assert [row.domain for row in db.session.scalars(select(TownDomain))] == ["ellernrode.example"]
    assert actions() == ["membership.claimed", "domain.added", "membership.confirmed"]
    assert not verification.approve_by_operator(membership.id, "lead", operator.id)


def test_an_approved_domain_lets_in_at_once_and_makes_nobody_lead(
    town: Town, karla: Account, operator: Account
) -> None:
    TownDomainFactory(town=town, domain="ellernrode.example")
    membership = claim(karla, town)
    assert (membership.state, membership.role, town.joined_on) == ("confirmed", "editor", None)
    assert "Angaben für Ihre Stadt vorbereiten" in last_text(karla.email)
    shown = verification_desk.pending()
    assert [(one.membership_id, one.admitted, one.domain_state) for one in shown] == [
        (membership.id, True, "approved")
    ]
    assert verification.approve_by_operator(membership.id, "lead", operator.id)
    assert (membership.role, town.joined_on) == ("lead", clock.today())
    assert verification_desk.pending() == []


def test_free_mail_never_lets_in_and_is_never_remembered(town: Town, operator: Account) -> None:
    person = AccountFactory(email="karla@web.de")
    db.session.add(TownDomain(town_id=town.id, domain="web.de", source="Versehen", added_at=clock.now()))
    db.session.commit()
    membership = claim(person, town)
    assert membership.state == "pending"
    assert verification_desk.pending()[0].domain_state == "free_mail"
    db.session.query(TownDomain).delete()
    db.session.commit()
    assert verification.approve_by_operator(membership.id, "editor", operator.id, remember_domain=True)
    assert db.session.scalar(select(TownDomain.id)) is None
    assert (membership.role, town.joined_on) == ("editor", None)


def test_where_there_is_a_lead_she_decides_and_after_seven_days_the_operator(cast: Cast) -> None:
    TownDomainFactory(town=cast.town, domain="ellernrode.example")
    person = AccountFactory(email="neu@ellernrode.example", first_name="Jonas", last_name="Welk")
    membership = claim(person, cast.town, "Hauptamt")
    assert (membership.state, membership.role) == ("pending", "editor")
    text = last_text(cast.mayor.email)
    assert "Jonas Welk, Hauptamt, möchte im Netz für Ellernrode mitarbeiten." in text
    assert verification_letters.PEOPLE_PATH in text
    assert letters_to(cast.operator.email) == letters_to(cast.colleague.email) == []

    for nobody in (cast.colleague, cast.stranger, cast.operator, person, cast.suspended):
        assert not verification.approve_by_lead(membership.id, nobody.id)
        assert not verification.refuse_by_lead(membership.id, nobody.id)
    assert membership.id not in [one.membership_id for one in verification_desk.pending()]
    assert not verification.approve_by_operator(membership.id, "editor", cast.operator.id)
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1)):
        assert membership.id in [one.membership_id for one in verification_desk.pending()]

    assert verification.approve_by_lead(membership.id, cast.mayor.id)
    assert (membership.state, membership.role) == ("confirmed", "editor")
    assert "Sie arbeiten jetzt für Ellernrode mit." in last_text(person.email)


def test_a_refusal_gives_its_reason_and_the_person_may_ask_again(
    town: Town, karla: Account, operator: Account
) -> None:
    membership = claim(karla, town)
    assert verification.refuse_by_operator(membership.id, operator.id, "Im Rathaus kennt Sie niemand.")
    assert membership.state == "ended"
    assert "Die Begründung: Im Rathaus kennt Sie niemand." in last_text(karla.email)
    assert not verification.refuse_by_operator(membership.id, operator.id, "noch einmal")
    again = claim(karla, town)
    assert (again.id, again.state, again.ended_at) == (membership.id, "pending", None)
    assert len(letters_to(operator.email)) == 1, "one letter a day to each operator"


def test_what_signing_up_left_is_completed_and_asking_twice_changes_nothing(
    town: Town, karla: Account
) -> None:
    left = MembershipFactory(
        account=karla, town=town, state="pending", role="editor", requested_at=None, confirmed_at=None
    )
    assert verification_desk.pending() == []
    assert claim(karla, town).id == left.id
    asked = left.requested_at
    assert asked is not None and claim(karla, town).requested_at == asked
    assert len(letters_to(karla.email)) == 1


def test_only_one_home_per_person(town: Town, karla: Account) -> None:
    claim(karla, town)
    assert not claim(karla, TownFactory()).is_home


def test_claims_expire_after_sixty_days_and_block_nobody(
    town: Town, karla: Account, operator: Account
) -> None:
    other = AccountFactory()
    membership, second = claim(karla, town), claim(other, town)
    with time_machine.travel(clock.now() + timedelta(days=59)):
        assert verification.expire_claims(clock.now()) == 0
        assert verification.approve_by_operator(second.id, "editor", operator.id)
    with time_machine.travel(clock.now() + timedelta(days=61)):
        assert verification.expire_claims(clock.now()) == 1
        db.session.commit()
        assert (membership.state, second.state) == ("ended", "confirmed")
        assert "deshalb ist die Anfrage abgelaufen" in last_text(karla.email)
        assert claim(karla, town).state == "pending"


def test_a_person_takes_back_only_her_own_claim(town: Town, karla: Account, operator: Account) -> None:
    membership = claim(karla, town)
    assert not verification.withdraw(membership.id, operator.id)
    assert verification.withdraw(membership.id, karla.id)
    assert membership.state == "ended"
    assert not verification.withdraw(membership.id, karla.id)


def test_who_asked_before_there_was_a_lead_is_handed_to_her(
    town: Town, karla: Account, operator: Account
) -> None:
    first, second = claim(karla, town), claim(AccountFactory(first_name="Jonas", last_name="Welk"), town)
    verification.approve_by_operator(first.id, "lead", operator.id)
    assert "Jonas Welk" in last_text(karla.email)
    assert verification.approve_by_lead(second.id, karla.id)
    assert second.role == "editor"


def test_a_town_hall_whose_address_comes_later_is_told_then_and_once(
    town: Town, karla: Account, operator: Account
) -> None:
    verification.approve_by_operator(claim(karla, town).id, "lead", operator.id)
    assert [one.ags for one in verification_desk.untold_towns()] == [town.ags]
    address = town_addresses.Address(
        "Rathaus", "Markt 1", "99998", "Ellernrode", "rathaus@ellernrode.example"
    )
    for street in ("Markt 1", "Markt 2"):
        changed = town_addresses.Address(**{**vars(address), "street": street})
        assert town_addresses.save(town.ags, changed, operator.id)
    assert len(letters_to("rathaus@ellernrode.example")) == 1
    assert verification_desk.untold_towns() == []


def test_the_desk_says_who_shares_the_domain_and_who_acts_already(cast: Cast) -> None:
    lonely = TownFactory(name="Oberdallen")
    colleague = MembershipFactory(town=TownFactory(name="Steinbracken", taking_part=True)).account
    colleague.email = "x@amt.example"
    TownDomainFactory(town=cast.other_town, domain="amt.example")
    claim(AccountFactory(email="y@amt.example"), lonely)
    found = next(one for one in verification_desk.pending() if one.ags == lonely.ags)
    assert (found.sharing, found.people, found.has_address) == (("Lauenfurt", "Steinbracken"), (), False)


def test_paths_in_letters_lead_to_pages(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    paths = (
        verification_letters.STATUS_PATH,
        verification_letters.DESK_PATH,
        verification_letters.OVERVIEW_PATH,
        verification_letters.PEOPLE_PATH,
    )
    for path in paths:
        endpoint, _ = adapter.match(path)
        assert rule_of(app, endpoint) is not None


@pytest.mark.both_databases
def test_two_operators_who_click_at_once_decide_once(
    app: Flask, town: Town, karla: Account, operator: Account
) -> None:
    membership_id, operator_id = claim(karla, town).id, operator.id
    db.session.commit()

    def click(role: str) -> bool:
        with app.app_context():
            try:
                return verification.approve_by_operator(membership_id, role, operator_id)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as hands:
        done = list(hands.map(click, ["lead", "editor", "lead", "editor"]))
    assert sum(done) == 1
    assert actions().count("membership.confirmed") == 1
    assert len(letters_to(karla.email)) == 2

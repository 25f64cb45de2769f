"""Accounts: made by the operator, opened with a one-time link, signed in to with brakes on."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from time_machine import travel

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, AccountSession, Membership, Town
from kleinstadt_net.security import identity
from kleinstadt_net.security.devices import Device
from kleinstadt_net.services import accounts, sign_in
from tests.factories import AccountFactory, TownFactory

PASSWORD = "ein langer satz"
EMAIL = "karla@ellernrode.example"


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def enter(email: str = EMAIL, password: str = PASSWORD, address: str = "192.0.2.1") -> str | None:
    made = sign_in.with_password(email, password, Device(address))
    return made.key if made else None


def with_password() -> Account:
    account: Account = AccountFactory(email=EMAIL, password=PASSWORD)
    return account


def test_the_first_confirmed_person_makes_a_town_take_part(app: Flask) -> None:
    town: Town = TownFactory()
    before = town.revision
    made = accounts.create("Karla@Ellernrode.example", town_ags=town.ags, role="lead")
    assert made.email == EMAIL
    assert town.joined_on == clock.today() and town.revision > before
    membership = db.session.scalars(select(Membership)).one()
    assert (membership.role, membership.state, membership.is_home) == ("lead", "confirmed", True)


def test_creating_an_account_twice_adds_a_town_and_keeps_the_person(app: Flask) -> None:
    home, second = TownFactory(), TownFactory()
    accounts.create(EMAIL, town_ags=home.ags)
    accounts.create(EMAIL, town_ags=second.ags, role="editor")
    assert count(Account) == 1
    memberships = db.session.scalars(select(Membership).order_by(Membership.id)).all()
    assert [(m.role, m.is_home) for m in memberships] == [("lead", True), ("editor", False)]


@pytest.mark.parametrize(
    ("email", "ags"), [("no address", None), (EMAIL, "99999999"), ("a@b\r\nBcc: c@d.de", None)]
)
def test_a_bad_address_or_an_unknown_town_changes_nothing(app: Flask, email: str, ags: str | None) -> None:
    with pytest.raises(accounts.AccountError):
        accounts.create(email, town_ags=ags, is_operator=True)
    assert count(Account) == 0


def test_a_link_sets_the_password_once_and_ends_all_sessions(app: Flask) -> None:
    made = accounts.create(EMAIL, is_operator=True)
    assert accounts.account_for_link(made.token) == EMAIL
    assert accounts.set_password(made.token, PASSWORD)
    key = enter()
    assert key is not None and identity.load(key) is not None
    assert not accounts.set_password(made.token, "ein anderer langer satz")
    again = accounts.create(EMAIL, is_operator=True)
    assert accounts.set_password(again.token, "ein anderer langer satz")
    assert identity.load(key) is None
    assert enter() is None


def test_a_link_holds_for_a_week(app: Flask) -> None:
    made = accounts.create(EMAIL, is_operator=True)
    with travel(clock.now() + timedelta(days=accounts.PASSWORD_LINK_DAYS, seconds=1), tick=False):
        assert accounts.account_for_link(made.token) is None
        assert not accounts.set_password(made.token, PASSWORD)


def test_an_account_without_a_password_cannot_be_signed_in_to(app: Flask) -> None:
    AccountFactory(email=EMAIL)
    assert enter(EMAIL, "") is None
    assert enter("nobody@ellernrode.example", PASSWORD) is None


def test_the_address_is_known_in_any_case_of_letters(app: Flask) -> None:
    with_password()
    assert enter("  KARLA@ellernrode.EXAMPLE ", PASSWORD)


def test_a_session_ends_by_signing_out_and_by_age(app: Flask) -> None:
    with_password()
    key = enter()
    assert key is not None
    person = identity.load(key)
    assert person is not None and person.email == EMAIL
    with travel(clock.now() + timedelta(days=identity.ABSOLUTE_DAYS, seconds=1), tick=False):
        assert identity.load(key) is None
    accounts.sign_out(person.session_id)
    assert identity.load(key) is None and count(AccountSession) == 0


def test_an_address_nobody_has_shown_to_be_hers_cannot_be_signed_in_to(app: Flask) -> None:
    AccountFactory(email=EMAIL, password=PASSWORD, confirmed_at=None)
    assert enter() is None
    # The operator vouches for the address, not for whoever chose the password.
    made = accounts.create(EMAIL, is_operator=True)
    assert enter() is None
    assert accounts.set_password(made.token, PASSWORD) and enter()


def test_only_an_own_town_can_be_acted_for(app: Flask) -> None:
    home, second, foreign = TownFactory(), TownFactory(), TownFactory()
    made = accounts.create(EMAIL, town_ags=home.ags)
    accounts.create(EMAIL, town_ags=second.ags, role="editor")
    accounts.set_password(accounts.create(EMAIL, is_operator=True).token, PASSWORD)
    key = enter()
    assert key is not None
    person = identity.load(key)
    assert person is not None and person.acting is not None and person.acting.ags == home.ags
    assert accounts.act_for(person.session_id, made.account_id, second.ags)
    assert not accounts.act_for(person.session_id, made.account_id, foreign.ags)
    db.session.expire_all()
    again = identity.load(key)
    assert again is not None and again.acting is not None and again.acting.ags == second.ags

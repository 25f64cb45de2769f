"""A forgotten password and a changed address: nobody learns who has an account, no old link opens it."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from time_machine import travel

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Letter
from kleinstadt_net.security import passwords
from kleinstadt_net.security.devices import Device
from kleinstadt_net.services import accounts, email_change, password_reset, sign_in
from tests.factories import AccountFactory
from tests.support.statements import counted_queries

OLD, NEW = "ein langer satz", "noch ein langer satz"
EMAIL = "karla@ellernrode.example"
MOVED = "karla.neu@ellernrode.example"


@pytest.fixture
def karla(app: Flask) -> Account:
    account: Account = AccountFactory(email=EMAIL, password=OLD)
    return account


def letters(recipient: str) -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(Letter.kind, Letter.content).where(Letter.recipient == recipient).order_by(Letter.id)
    )
    return [(kind, content.decode()) for kind, content in rows]


def reset_link() -> str:
    password_reset.request(EMAIL, "192.0.2.1")
    return link_in(EMAIL, r"/passwort/")


def link_in(recipient: str, path: str) -> str:
    text = letters(recipient)[-1][1].replace("=\n", "")
    found = re.search(rf"{path}([\w-]{{32}})", text)
    assert found is not None
    return found[1]


def test_the_link_sets_a_password_once_ends_earlier_links_and_is_told_afterwards(karla: Account) -> None:
    earlier, operators = reset_link(), accounts.create(EMAIL).token
    assert accounts.account_for_link(earlier) is None
    latest = reset_link()
    assert not accounts.set_password(operators, NEW)
    assert accounts.set_password(latest, NEW) and not accounts.set_password(latest, OLD)
    assert sign_in.with_password(EMAIL, NEW, Device("192.0.2.1"))
    assert letters(EMAIL)[-1][0] == "password_changed"


def test_the_link_holds_for_a_day(karla: Account) -> None:
    token = reset_link()
    with travel(clock.now() + timedelta(days=1, seconds=1), tick=False):
        assert not accounts.set_password(token, NEW)


def test_known_unconfirmed_and_unknown_addresses_cost_one_letter_and_no_password_check(
    karla: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    AccountFactory(email="neu@ellernrode.example", confirmed_at=None)
    monkeypatch.setattr(passwords, "verify", lambda *given: pytest.fail("a password was checked"))
    costs = set()
    for email in (EMAIL, "neu@ellernrode.example", "niemand@ellernrode.example"):
        db.session.rollback()
        with counted_queries() as queries:
            password_reset.request(email, "192.0.2.1")
        costs.add((len(queries), len(letters(email))))
    assert len(costs) == 1 and costs.pop()[1] == 1
    assert letters("niemand@ellernrode.example")[0][0] == "password_unknown"


def test_nobody_s_mailbox_is_filled(karla: Account) -> None:
    for number in range(6):
        password_reset.request(EMAIL, f"192.0.2.{number}")
    assert len(letters(EMAIL)) == password_reset.PER_MAILBOX.count
    for number in range(password_reset.PER_ADDRESS.free):
        password_reset.request(f"person{number}@rathaus.example", "192.0.2.99")
    with pytest.raises(password_reset.TooManyAttempts):
        password_reset.request(EMAIL, "192.0.2.99")


def test_a_new_address_counts_after_its_link_and_ends_the_links_sent_to_the_old_one(karla: Account) -> None:
    old_reset = reset_link()
    email_change.request(karla.id, "Karla.Neu@ellernrode.example")
    token = link_in(MOVED, r"/konto/e-mail/")
    assert email_change.address_of(token) == MOVED and karla.email == EMAIL
    assert email_change.confirm(token) and not email_change.confirm(token)
    db.session.refresh(karla)
    assert karla.email == MOVED and letters(EMAIL)[-1][0] == "email_changed"
    assert not accounts.set_password(old_reset, NEW)
    assert sign_in.with_password(EMAIL, OLD, Device("192.0.2.1")) is None
    assert sign_in.with_password(MOVED, OLD, Device("192.0.2.1"))


def test_a_new_address_with_an_umlaut_opens_the_account_as_it_was_typed(karla: Account) -> None:
    typed, travels = "karla@köthen-anhalt.example", "karla@xn--kthen-anhalt-4ib.example"
    email_change.request(karla.id, typed)
    token = link_in(travels, r"/konto/e-mail/")
    assert email_change.address_of(token) == typed and email_change.confirm(token)
    assert sign_in.with_password(typed, OLD, Device("192.0.2.1"))


def test_another_s_address_is_not_taken_and_not_told_about(karla: Account) -> None:
    AccountFactory(email="eve@lauenfurt.example")
    email_change.request(karla.id, "eve@lauenfurt.example")
    assert [kind for kind, _ in letters("eve@lauenfurt.example")] == ["email_taken"]
    email_change.request(karla.id, MOVED)
    AccountFactory(email=MOVED)
    assert not email_change.confirm(link_in(MOVED, r"/konto/e-mail/"))
    db.session.refresh(karla)
    assert karla.email == EMAIL and letters(EMAIL) == []


def test_only_the_latest_new_address_holds(karla: Account) -> None:
    email_change.request(karla.id, MOVED)
    first = link_in(MOVED, r"/konto/e-mail/")
    email_change.request(karla.id, "karla.dritte@ellernrode.example")
    assert email_change.address_of(first) is None and not email_change.confirm(first)

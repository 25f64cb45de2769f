"""The second factor: each code opens once, codes on paper replace a lost telephone, the password alone does not."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select
from time_machine import Traveller, travel

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Letter
from kleinstadt_net.security.devices import Device
from kleinstadt_net.services import accounts, second_factor, sign_in
from kleinstadt_net.services.throttle import TooManyAttempts
from tests.factories import AccountFactory

PASSWORD = "ein langer satz"
OWN = Device("192.0.2.1", "Firefox auf Windows")
START = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def now() -> Iterator[Traveller]:
    with travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def karla(app: Flask, now: Traveller) -> Account:
    account: Account = AccountFactory(password=PASSWORD)
    return account


@pytest.fixture
def paper(karla: Account, now: Traveller) -> Sequence[str]:
    second_factor.begin(karla.id)
    codes = second_factor.finish(karla.id, code_of(karla))
    assert codes is not None
    now.shift(timedelta(minutes=2))
    return codes


def code_of(account: Account, shift: int = 0) -> str:
    db.session.refresh(account)
    assert account.totp_secret is not None
    return (
        pyotp.TOTP(account.totp_secret).now()
        if not shift
        else pyotp.TOTP(account.totp_secret).at(datetime.now(UTC) + timedelta(seconds=shift))
    )


def pending(account: Account) -> str:
    made = sign_in.with_password(account.email, PASSWORD, OWN)
    assert made is not None and made.key is None and made.pending is not None
    return made.pending


def letters() -> list[str]:
    return list(db.session.scalars(select(Letter.kind).order_by(Letter.id)))


def test_it_counts_only_after_a_first_code(karla: Account) -> None:
    second_factor.begin(karla.id)
    assert second_factor.finish(karla.id, "000000") is None
    made = sign_in.with_password(karla.email, PASSWORD, OWN)
    assert made is not None and made.key
    setup = second_factor.setup(karla.id)
    assert setup is not None and setup.address.startswith("otpauth://totp/")
    assert setup.key.replace(" ", "") in setup.address
    assert len(second_factor.finish(karla.id, code_of(karla)) or ()) == 10
    assert second_factor.setup(karla.id) is None and letters() == ["second_factor_on"]


def test_the_password_alone_opens_nothing_and_each_code_opens_once(
    karla: Account, paper: Sequence[str], now: Traveller
) -> None:
    waiting, code = pending(karla), code_of(karla)
    made = sign_in.with_code(waiting, code, OWN)
    assert made is not None and made.key
    assert sign_in.with_code(pending(karla), code, OWN) is None
    assert sign_in.with_code(waiting, code_of(karla, -30), OWN) is None
    assert sign_in.with_code(waiting, code_of(karla, 90), OWN) is None
    assert sign_in.with_code(waiting, code_of(karla, 30), OWN) is not None


def test_a_code_on_paper_works_once_in_any_spelling_and_is_told_by_letter(
    karla: Account, paper: Sequence[str]
) -> None:
    assert sign_in.with_code(pending(karla), paper[0].upper().replace("-", " "), OWN)
    assert sign_in.with_code(pending(karla), paper[0], OWN) is None
    assert second_factor.state(karla.id).codes_left == 9
    assert letters()[-1] == "recovery_code_used"
    second_factor.renew_codes(karla.id)
    assert sign_in.with_code(pending(karla), paper[1], OWN) is None


def test_guessing_codes_is_slowed(karla: Account, paper: Sequence[str]) -> None:
    waiting = pending(karla)
    for _ in range(sign_in.PER_CODE.free):
        assert sign_in.with_code(waiting, "000000", OWN) is None
    with pytest.raises(TooManyAttempts):
        sign_in.with_code(waiting, code_of(karla), OWN)


def test_the_wait_for_a_code_ends_with_time_and_with_the_password(
    karla: Account, paper: Sequence[str], now: Traveller
) -> None:
    waiting = pending(karla)
    assert sign_in.is_waiting_for_code(waiting) and not sign_in.is_waiting_for_code(waiting + "x")
    accounts.set_password(accounts.create(karla.email).token, "noch ein langer satz")
    assert sign_in.with_code(waiting, code_of(karla), OWN) is None
    db.session.refresh(karla)
    assert karla.totp_confirmed_at is not None
    made = sign_in.with_password(karla.email, "noch ein langer satz", OWN)
    assert made is not None and made.pending is not None
    now.shift(timedelta(seconds=sign_in.CODE_SECONDS + 1))
    assert not sign_in.is_waiting_for_code(made.pending)


def test_the_operator_lets_in_whoever_lost_both(karla: Account, paper: Sequence[str]) -> None:
    second_factor.reset(karla.email)
    made = sign_in.with_password(karla.email, PASSWORD, OWN)
    assert made is not None and made.key and letters()[-1] == "second_factor_off"
    with pytest.raises(second_factor.NotSetUp):
        second_factor.reset(karla.email)
    with pytest.raises(second_factor.NotSetUp):
        second_factor.renew_codes(karla.id)


def test_confirming_takes_the_code_instead_of_the_password(karla: Account, paper: Sequence[str]) -> None:
    assert not sign_in.confirm(karla.id, 1, PASSWORD)
    assert sign_in.confirm(karla.id, 1, code_of(karla))

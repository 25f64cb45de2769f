"""Guessing passwords is slowed from everywhere, and never at the cost of whoever signs in from her own browser."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from unittest.mock import Mock

import pytest
from flask import Flask
from time_machine import travel

from kleinstadt_net import clock
from kleinstadt_net.security import devices, passwords
from kleinstadt_net.security.devices import Device
from kleinstadt_net.services import sign_in
from kleinstadt_net.services.throttle import TooManyAttempts
from tests.factories import AccountFactory
from tests.support.statements import counted_queries

PASSWORD = "ein langer satz"
EMAIL = "karla@ellernrode.example"
OWN = Device("192.0.2.1")


@pytest.fixture(autouse=True)
def _karla(app: Flask) -> None:
    AccountFactory(email=EMAIL, password=PASSWORD)


def strangers() -> Iterator[Device]:
    return (Device(f"198.51.100.{number}") for number in count())


def guess_until_stopped(email: str, browsers: Iterator[Device]) -> int:
    for tries in count():
        try:
            assert sign_in.with_password(email, "falsch", next(browsers)) is None
        except TooManyAttempts:
            return tries
    raise AssertionError


def test_in_one_browser_five_tries_are_free_and_then_each_wait_is_longer(app: Flask) -> None:
    now = clock.now()
    waits = []
    for _ in range(4):
        with travel(now, tick=False):
            guess_until_stopped(EMAIL, iter([OWN] * 9))
            with pytest.raises(TooManyAttempts) as stopped:
                sign_in.with_password(EMAIL, PASSWORD, OWN)
            waits.append(round((stopped.value.until - now).total_seconds() / 60))
            now = stopped.value.until
    assert waits[0] <= 2 and waits == sorted(waits) and waits[-1] >= 8
    with travel(now, tick=False):
        assert sign_in.with_password(EMAIL, PASSWORD, OWN)


def test_brute_force_from_many_addresses_fails_and_the_owner_s_known_browser_still_gets_in(
    app: Flask,
) -> None:
    known = Device("192.0.2.1", cookie=devices.remember(OWN, EMAIL))
    assert guess_until_stopped(EMAIL, strangers()) == sign_in.PER_ACCOUNT.free
    with pytest.raises(TooManyAttempts):
        sign_in.with_password(EMAIL, PASSWORD, Device("203.0.113.9"))
    assert sign_in.with_password(EMAIL, PASSWORD, known)


def test_a_stolen_mark_of_a_known_browser_helps_no_guessing_from_many_addresses(app: Flask) -> None:
    cookie = devices.remember(OWN, EMAIL)
    marked = (Device(browser.address, cookie=cookie) for browser in strangers())
    assert guess_until_stopped(EMAIL, marked) == sign_in.PER_BROWSER.free


def test_a_forged_or_another_account_s_mark_is_worth_nothing(app: Flask) -> None:
    cookie = devices.remember(OWN, "eve@lauenfurt.example")
    for value in (cookie, cookie[:-2] + "xx", "null", "x.y.z"):
        assert devices.known_as(Device("192.0.2.1", cookie=value), EMAIL) is None


def test_guessing_many_accounts_from_one_address_is_slowed_and_an_own_account_does_not_help(
    app: Flask,
) -> None:
    for number in range(sign_in.PER_ADDRESS.free - 1):
        sign_in.with_password(f"person{number}@rathaus.example", "falsch", OWN)
    assert sign_in.with_password(EMAIL, PASSWORD, OWN)
    sign_in.with_password("letzte@rathaus.example", "falsch", OWN)
    with pytest.raises(TooManyAttempts):
        sign_in.with_password("person99@rathaus.example", "falsch", OWN)
    with travel(clock.now() + timedelta(days=1, minutes=1), tick=False):
        assert sign_in.with_password(EMAIL, PASSWORD, OWN)


def test_nothing_expensive_is_done_for_whoever_has_to_wait(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    guess_until_stopped(EMAIL, iter([OWN] * 9))
    monkeypatch.setattr(passwords, "verify", lambda *given: pytest.fail("a password was checked"))
    with pytest.raises(TooManyAttempts):
        sign_in.with_password(EMAIL, PASSWORD, OWN)


def test_unknown_unconfirmed_and_known_addresses_cost_the_same(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    AccountFactory(email="neu@ellernrode.example", password=PASSWORD, confirmed_at=None)
    checked = Mock(side_effect=passwords.verify)
    monkeypatch.setattr(passwords, "verify", checked)
    costs = set()
    tries = ((EMAIL, "falsch"), ("neu@ellernrode.example", PASSWORD), ("x@y.example", "falsch"))
    for email, password in tries:
        checked.reset_mock()
        with counted_queries() as queries:
            assert sign_in.with_password(email, password, OWN) is None
        costs.add((checked.call_count, len(queries)))
    assert len(costs) == 1 and costs.pop()[0] == 1


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox auf Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile Safari/604.1",
            "Safari auf iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/138.0 Safari/537.36 Edg/138.0",
            "Edge auf Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/138.0 Mobile Safari/537.36",
            "Chrome auf Android",
        ),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_told_in_two_words(user_agent: str, words: str) -> None:
    assert devices.describe(user_agent) == words

"""Signing up: one answer for everybody, nothing before the address is proven, nothing twice."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy
from typing import Any

import idna
import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, func, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import (
    Account,
    Consent,
    Letter,
    Membership,
    OneTimeLink,
    OperatorTask,
    RegisterImport,
    Town,
)
from kleinstadt_net.security import passwords
from kleinstadt_net.security.common_passwords import Objection
from kleinstadt_net.security.devices import Device
from kleinstadt_net.services import installation, links, sign_in, sign_up
from kleinstadt_net.services.sign_up import Applicant
from tests.factories import AccountFactory, MembershipFactory, TownFactory

PASSWORD = "drei Hasen im Nebel"
HERE = "192.0.2.7"


@pytest.fixture
def town(app: Flask) -> Town:
    made: Town = TownFactory(name="Ellernrode")
    return made


@pytest.fixture
def applicant(town: Town) -> Applicant:
    return Applicant(
        ags=town.ags,
        first_name="Renate",
        last_name="Brandtner",
        salutation="Frau",
        office="Bürgermeisterin",
        email="brandtner@rathaus-ellern.example",
        password=PASSWORD,
    )


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def last_letter() -> Letter:
    letter = db.session.scalars(select(Letter).order_by(Letter.id.desc())).first()
    assert letter is not None
    return letter


def body(letter: Letter) -> str:
    message = message_from_bytes(letter.content, policy=policy.default)
    return next(str(part.get_content()) for part in message.walk() if part.get_content_type() == "text/plain")


def token_in(letter: Letter) -> str:
    found = re.search(r"/registrieren/bestaetigen/(\S+)", body(letter))
    assert found is not None
    return found[1]


def signed_up(applicant: Applicant) -> str:
    sign_up.submit(applicant, HERE)
    return token_in(last_letter())


@contextmanager
def effort(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Everything a stranger could measure: statements by kind, passwords hashed or checked, letters."""
    seen: dict[str, int] = {"letters": -count(Letter)}

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        kind = statement.split()[0].upper()
        seen[kind] = seen.get(kind, 0) + 1

    class Counting:
        def __getattr__(self, name: str) -> Any:
            seen[f"argon2 {name}"] = seen.get(f"argon2 {name}", 0) + 1
            return getattr(passwords_hasher, name)

    passwords_hasher = passwords._hasher
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "_hasher", Counting())
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
    seen["letters"] += count(Letter)


def test_an_account_begins_unconfirmed_and_asks_nobody_yet(applicant: Applicant, town: Town) -> None:
    sign_up.submit(replace(applicant, email="Brandtner@Rathaus-Ellern.example"), HERE)
    account = db.session.scalars(select(Account)).one()
    assert (account.email, account.confirmed_at) == (applicant.email, None)
    assert account.password_hash and passwords.verify(account.password_hash, PASSWORD)
    membership = db.session.scalars(select(Membership)).one()
    assert (membership.town_id, membership.office, membership.state, membership.requested_at) == (
        town.id, "Bürgermeisterin", "pending", None,
    )  # fmt: skip
    assert count(Consent) == 0
    letter = last_letter()
    assert letter.recipient == applicant.email and letter.account_id == account.id
    # Nothing a stranger typed travels to somebody who may never have asked.
    assert "Brandtner" not in body(letter) and "Ellernrode" in body(letter)


def test_confirming_records_consent_claims_the_town_and_works_once(applicant: Applicant, town: Town) -> None:
    token = signed_up(replace(applicant, shows_name=True))
    waiting = sign_up.find(token)
    assert waiting is not None and (waiting.full_name, waiting.town_name) == (
        "Renate Brandtner",
        "Ellernrode",
    )
    assert sign_up.find(token) == waiting, "looking uses nothing up"

    assert sign_up.confirm(token, PASSWORD).next == sign_up.FOR_OPERATOR
    account = db.session.scalars(select(Account)).one()
    assert account.confirmed_at and account.seen_on == clock.today() and account.shows_name
    assert sorted(c.kind for c in db.session.scalars(select(Consent))) == ["house_rules", "show_name"]
    membership = db.session.scalars(select(Membership)).one()
    assert (
        membership.state == "pending" and membership.requested_at and membership.office == "Bürgermeisterin"
    )

    assert sign_up.find(token) is None
    with pytest.raises(sign_up.LinkGone):
        sign_up.confirm(token, PASSWORD)


def test_who_waits_for_a_lead_or_comes_from_a_known_domain_is_told_so(
    applicant: Applicant, town: Town
) -> None:
    MembershipFactory(town=town, role="lead")
    assert sign_up.confirm(signed_up(applicant), PASSWORD).next == sign_up.FOR_LEAD
    domains = pytest.importorskip("kleinstadt_net.services.domains")
    other = TownFactory(name="Lauenfurt")
    domains.remember(other.id, "rathaus-lauen.example", "Prüfung")
    db.session.commit()
    second = replace(applicant, ags=other.ags, email="jonas@rathaus-lauen.example")
    assert sign_up.confirm(signed_up(second), PASSWORD).next == sign_up.ADMITTED


def test_the_link_without_the_password_confirms_nothing(applicant: Applicant) -> None:
    token = signed_up(applicant)
    for _ in range(sign_up.PER_LINK.count):
        with pytest.raises(sign_up.WrongPassword):
            sign_up.confirm(token, "falsch geraten")
    with pytest.raises(sign_up.TooManyAttempts):
        sign_up.confirm(token, PASSWORD)
    assert db.session.scalars(select(Account.confirmed_at)).all() == [None]
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        assert sign_up.confirm(token, PASSWORD)


@pytest.mark.parametrize("kind", ["tampered", "expired", "foreign", "another purpose"])
def test_a_link_that_is_none_opens_nothing(applicant: Applicant, kind: str) -> None:
    token = signed_up(applicant)
    account_id = db.session.scalars(select(Account.id)).one()
    later = clock.now() + timedelta(days=8 if kind == "expired" else 0)
    if kind == "tampered":
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    elif kind == "foreign":
        token = links.create(sign_up.PURPOSE, AccountFactory().id, days=7)
    elif kind == "another purpose":
        token = links.create("password", account_id, days=7)
    db.session.commit()
    with time_machine.travel(later, tick=False):
        assert sign_up.find(token) is None
        with pytest.raises(sign_up.LinkGone):
            sign_up.confirm(token, PASSWORD)


def test_signing_up_costs_the_same_whether_or_not_the_address_is_known(
    applicant: Applicant, monkeypatch: pytest.MonkeyPatch
) -> None:
    AccountFactory(email="bekannt@rathaus.example", password="ein langer satz")
    costs = []
    for email in ("neu@rathaus.example", "neu@rathaus.example", "bekannt@rathaus.example"):
        db.session.commit()
        db.session.remove()
        with effort(monkeypatch) as seen:
            sign_up.submit(replace(applicant, email=email), HERE)
        costs.append(seen)
    assert costs[0] == costs[1] == costs[2]
    assert costs[0]["argon2 hash"] == 1 and costs[0]["letters"] == 1


def test_a_known_address_is_only_told_that_it_has_an_account(applicant: Applicant, town: Town) -> None:
    known = AccountFactory(email=applicant.email, password="ein langer satz", last_name="Vorher")
    before = (known.password_hash, known.created_at)
    sign_up.submit(applicant, HERE)
    letter = last_letter()
    assert letter.subject == "Sie haben schon ein Konto" and "/anmelden" in body(letter)
    assert "bestaetigen" not in body(letter)
    db.session.refresh(known)
    assert (known.password_hash, known.created_at, known.last_name) == (*before, "Vorher")
    assert count(Membership) == 0


def test_who_signs_up_again_before_confirming_is_taken_by_her_last_word(applicant: Applicant) -> None:
    first = signed_up(applicant)
    other = TownFactory(name="Lauenfurt")
    again = replace(applicant, ags=other.ags, password="vier Kraniche am Wehr", office="Stadtplanerin")
    second = signed_up(again)
    assert [sign_up.find(token).town_name for token in (first, second)] == ["Lauenfurt"] * 2  # type: ignore[union-attr]
    with pytest.raises(sign_up.WrongPassword):
        sign_up.confirm(second, PASSWORD)
    sign_up.confirm(second, again.password)
    assert sign_up.find(first) is None
    assert count(Account) == 1 and count(Membership) == 1


def test_whoever_signs_up_with_another_s_address_gains_no_account_by_her_click(applicant: Applicant) -> None:
    """The stranger comes first or last; the owner's password and his never both fit."""
    sign_up.submit(replace(applicant, password="Der Dieb wartet ab"), HERE)
    hers = signed_up(applicant)
    sign_up.submit(replace(applicant, password="Der Dieb kommt wieder"), HERE)
    with pytest.raises(sign_up.WrongPassword):
        sign_up.confirm(hers, PASSWORD)
    assert db.session.scalars(select(Account.confirmed_at)).all() == [None]


@pytest.mark.both_databases
def test_two_sign_ups_for_one_address_at_once_make_one_account(
    app: Flask, applicant: Applicant, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.session.commit()

    def submit(number: int) -> None:
        with app.app_context():
            sign_up.submit(replace(applicant, office=f"Amt {number}"), f"192.0.2.{number}")

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(submit, number) for number in range(4)]:
            done.result(timeout=30)
    assert (count(Account), count(Membership), count(Letter), count(OneTimeLink)) == (1, 1, 4, 4)


@pytest.mark.both_databases
def test_two_clicks_at_once_confirm_once(app: Flask, applicant: Applicant) -> None:
    token = signed_up(applicant)

    def confirm(_: int) -> str:
        with app.app_context():
            try:
                return sign_up.confirm(token, PASSWORD).next
            except sign_up.LinkGone:
                return "gone"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(confirm, range(2))) == ["gone", "operator"]
    assert count(Consent) == 1


def test_too_many_sign_ups_are_stopped_per_mailbox_and_per_address(applicant: Applicant) -> None:
    for number in range(sign_up.PER_MAILBOX.count):
        sign_up.submit(applicant, f"192.0.2.{number}")
    with pytest.raises(sign_up.TooManyAttempts):
        sign_up.submit(replace(applicant, email=applicant.email.upper()), "192.0.2.99")
    for number in range(sign_up.PER_ADDRESS.count):
        sign_up.submit(replace(applicant, email=f"person{number}@rathaus.example"), HERE)
    with pytest.raises(sign_up.TooManyAttempts):
        sign_up.submit(replace(applicant, email="noch@rathaus.example"), HERE)


@pytest.mark.parametrize(
    "email",
    [
        "kein-at.example",
        "a@b@c.example",
        "mit leer@rathaus.example",
        "zwei@rathaus.example, drei@rathaus.example",
        "zeile@rathaus.example\nBcc: x@y.example",
        "jürgen@rathaus.example",
        f"{'a' * 60}@{'b' * 63}.{'c' * 63}.{'d' * 63}.example",
        "",
    ],
)
def test_an_address_nobody_can_write_to_is_refused(applicant: Applicant, email: str) -> None:
    with pytest.raises(sign_up.BadAddress):
        sign_up.submit(replace(applicant, email=email), HERE)
    assert count(Account) == count(Letter) == 0


def test_the_longest_address_and_one_with_an_umlaut_in_its_domain_are_taken(applicant: Applicant) -> None:
    longest = f"{'a' * 64}@{'.'.join(['b' * 59] * 3)}.example"
    assert len(longest) == 252
    for email in (longest, "amt@mühlenqualm.example"):
        sign_up.submit(replace(applicant, email=email), HERE)
    assert last_letter().recipient == "amt@xn--mhlenqualm-9db.example"
    sign_up.submit(replace(applicant, email="amt@großellern.example"), HERE)
    assert last_letter().recipient == "amt@" + idna.encode("großellern.example").decode()


def test_a_password_everybody_guesses_is_refused(applicant: Applicant) -> None:
    for password, objection in (
        ("Sommer2026!!!!", Objection.COMMON),
        ("frau brandtner singt", Objection.ADDRESS),
        ("Ellernrode bei Nacht", Objection.TOWN),
    ):
        with pytest.raises(sign_up.BadPassword) as refusal:
            sign_up.submit(replace(applicant, password=password), HERE)
        assert refusal.value.objection is objection


def test_a_town_that_is_gone_or_was_never_there_cannot_be_chosen(applicant: Applicant) -> None:
    gone = TownFactory(gone_on=date(2024, 1, 1))
    for ags in (gone.ags, "00000000", "' OR 1=1", ""):
        with pytest.raises(sign_up.UnknownTown):
            sign_up.submit(replace(applicant, ags=ags), HERE)


def test_an_unconfirmed_account_cannot_sign_in(applicant: Applicant) -> None:
    token = signed_up(applicant)
    assert sign_in.with_password(applicant.email, PASSWORD, Device(HERE)) is None
    sign_up.confirm(token, PASSWORD)
    assert sign_in.with_password(applicant.email, PASSWORD, Device(HERE))


def test_production_is_closed_until_an_official_register_is_there(
    make_app: Callable[..., Flask], database: Any
) -> None:
    app = make_app(
        "production",
        public_url="https://netz.example",
        mail_default_sender="Netz <post@netz.test>",
    )
    with app.app_context():
        assert not sign_up.is_open()
        _import(is_history=True)
        assert not sign_up.is_open()
        with pytest.raises(sign_up.Closed):
            sign_up.submit(Applicant("0", "A", "B", "", "C", "a@b.example", PASSWORD), HERE)
        _import(is_history=False)
        assert sign_up.is_open()


def test_a_demonstration_is_open_for_trying(app: Flask) -> None:
    installation.set_kind(installation.DEMONSTRATION)
    assert sign_up.is_open()


def test_a_missing_town_reaches_the_operator_s_desk(app: Flask) -> None:
    sign_up.report_missing_town("Oberqualm", "Hessen", "amt@oberqualm.example", HERE)
    assert db.session.scalars(select(OperatorTask.note)).one() == (
        "Oberqualm (Hessen), Antwort an amt@oberqualm.example"
    )
    for number in range(1, sign_up.PER_ADDRESS_MISSING.count):
        sign_up.report_missing_town(f"Qualm {number}", "Hessen", "", HERE)
    with pytest.raises(sign_up.TooManyAttempts):
        sign_up.report_missing_town("Noch eine", "Hessen", "", HERE)


def _import(*, is_history: bool) -> None:
    day = date(2024, 12, 31)
    db.session.add(
        RegisterImport(
            format="test", source="Erfundenes Amt", status_on=day, population_on=day,
            is_history=is_history, applied_at=clock.now(), municipalities=1,
        )
    )  # fmt: skip
    db.session.commit()

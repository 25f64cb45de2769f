"""The code on paper: for the asking account alone, once, with few tries, for eight weeks."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.documents import pdf
from kleinstadt_net.models import Account, LetterCode, Membership
from kleinstadt_net.services import letter_codes, verification
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    TownAddressFactory,
    TownDomainFactory,
    TownFactory,
)


@pytest.fixture
def operator(app: Flask) -> Account:
    return AccountFactory(is_operator=True)


@pytest.fixture
def asking(app: Flask) -> Membership:
    """Karla waits for Ellernrode, whose address is known."""
    town = TownFactory(name="Ellernrode")
    TownAddressFactory(town=town)
    karla = AccountFactory(email="karla@ellernrode.example", first_name="Karla", last_name="Brandtner")
    begin_writing(db.session)
    membership = verification.claim(karla, town, "Bürgermeisterin")
    db.session.commit()
    return membership


@pytest.fixture
def no_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF takes most of a second; only one test needs to read it."""
    monkeypatch.setattr(pdf, "is_available", lambda: False)


def issue(membership: Membership, operator: Account) -> letter_codes.CodeLetter:
    letter = letter_codes.issue(membership.id, operator.id)
    assert letter is not None
    return letter


@pytest.mark.usefixtures("drawn")
def test_the_letter_is_one_page_to_the_town_hall_with_the_address_in_the_window(
    asking: Membership, operator: Account, tmp_path: Path
) -> None:
    letter = issue(asking, operator)
    assert letter.pdf is not None and letter.pdf.startswith(b"%PDF")
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler is missing")
    file = tmp_path / "letter.pdf"
    file.write_bytes(letter.pdf)
    text = " ".join(read(file).split())
    assert (
        "Karla Brandtner (k…@ellernrode.example) möchte für Ihre Stadt teilnehmen. "
        "Ist das nicht in Ihrem Sinn, tun Sie nichts oder rufen Sie uns an." in text
    )
    assert letter_codes.grouped(letter.code) in text and "/stadt-bestaetigen" in text
    assert "karla@" not in text
    assert b"/Count 1" in letter.pdf or read(file).count("\f") == 1
    # 20 mm from the left, 45 mm from the top, 85 mm wide and 45 mm high, in dots of a tenth of an inch.
    window = " ".join(read(file, "-r", "254", "-x", "200", "-y", "450", "-W", "850", "-H", "450").split())
    assert window.endswith("Stadt Ellernrode, Rathaus Am Markt 1 99998 Ellernrode")


def read(file: Path, *options: str) -> str:
    return subprocess.run(
        ["pdftotext", *options, str(file), "-"], capture_output=True, text=True, check=True, timeout=20
    ).stdout


@pytest.mark.usefixtures("no_paper")
def test_the_code_makes_the_asking_account_lead_once_however_it_is_typed(
    asking: Membership, operator: Account
) -> None:
    code = issue(asking, operator).code
    assert len(code) == letter_codes.LENGTH and set(code) <= set(letter_codes.ALPHABET)
    assert code not in db.session.scalars(select(LetterCode.code_hash)).one()
    stranger = MembershipFactory(town=asking.town, state="pending", role="editor").account
    assert not letter_codes.redeem(stranger.id, code)
    assert letter_codes.redeem(asking.account_id, f" {code[:5].lower()} – {code[5:]} ")
    assert (asking.state, asking.role, asking.town.joined_on) == ("confirmed", "lead", clock.today())
    assert not letter_codes.redeem(asking.account_id, code)


@pytest.mark.usefixtures("no_paper")
def test_a_new_letter_voids_the_former_and_each_dies_after_eight_weeks(
    asking: Membership, operator: Account
) -> None:
    former, code = issue(asking, operator).code, issue(asking, operator).code
    assert not letter_codes.redeem(asking.account_id, former)
    with time_machine.travel(clock.now() + timedelta(weeks=8, minutes=1)):
        assert not letter_codes.redeem(asking.account_id, code)
    with time_machine.travel(clock.now() + timedelta(weeks=8, minutes=-1)):
        assert letter_codes.redeem(asking.account_id, code)


@pytest.mark.usefixtures("no_paper")
def test_five_wrong_tries_void_the_code_and_more_are_not_even_looked_at(
    asking: Membership, operator: Account
) -> None:
    code = issue(asking, operator).code
    for _ in range(5):
        assert not letter_codes.redeem(asking.account_id, "AAAAAAAAAA")
    assert not letter_codes.redeem(asking.account_id, code)
    for _ in range(4):
        letter_codes.redeem(asking.account_id, "")
    fresh = issue(asking, operator).code
    with pytest.raises(letter_codes.TooManyTries):
        letter_codes.redeem(asking.account_id, fresh)
    with time_machine.travel(clock.now() + timedelta(hours=1, minutes=1)):
        assert letter_codes.redeem(asking.account_id, fresh)


@pytest.mark.usefixtures("no_paper")
def test_a_claim_with_a_letter_under_way_lasts_as_long_as_the_code(
    asking: Membership, operator: Account
) -> None:
    with time_machine.travel(clock.now() + timedelta(days=30)):
        issue(asking, operator)
    with time_machine.travel(clock.now() + timedelta(days=61)):
        assert verification.expire_claims(clock.now()) == 0
    with time_machine.travel(clock.now() + timedelta(days=87)):
        assert verification.expire_claims(clock.now()) == 1
        db.session.commit()
    assert db.session.scalar(select(LetterCode.id)) is None


@pytest.mark.usefixtures("no_paper")
def test_who_was_let_in_by_her_domain_may_use_a_code_and_nobody_where_there_is_a_lead(
    operator: Account, app: Flask
) -> None:
    town = TownFactory()
    TownAddressFactory(town=town)
    TownDomainFactory(town=town, domain="amt.example")
    begin_writing(db.session)
    admitted = verification.claim(AccountFactory(email="a@amt.example"), town, "")
    rival = verification.claim(AccountFactory(email="b@sonst.example"), town, "")
    db.session.commit()
    code, rivals = issue(admitted, operator).code, issue(rival, operator).code
    assert letter_codes.redeem(admitted.account_id, code)
    assert not letter_codes.redeem(rival.account_id, rivals)
    assert letter_codes.issue(rival.id, operator.id) is None
    assert letter_codes.issue(999_999, operator.id) is None


def test_without_an_address_there_is_no_letter_and_no_code(operator: Account, app: Flask) -> None:
    membership = MembershipFactory(town=TownFactory(), state="pending", role="lead")
    with pytest.raises(letter_codes.NoAddress):
        letter_codes.issue(membership.id, operator.id)
    assert db.session.scalar(select(LetterCode.id)) is None

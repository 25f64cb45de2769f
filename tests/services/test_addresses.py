import re

import pytest
from flask import Flask

from kleinstadt_net.database import db
from kleinstadt_net.mail import suppressions
from kleinstadt_net.mail.delivery import deliver_due
from kleinstadt_net.models import Account
from kleinstadt_net.services import addresses
from tests.factories import AccountFactory, LetterFactory
from tests.support.smtp import PostOffice

pytestmark = pytest.mark.both_databases
ANNA = "anna@rathaus.example"


@pytest.fixture
def anna(app: Flask) -> Account:
    """A person from whose address letters came back."""
    account: Account = AccountFactory(email=ANNA)
    suppressions.suppress(ANNA, "report 5.1.1")
    db.session.commit()
    return account


def test_whoever_gets_the_link_is_written_to_again(anna: Account, smtp: PostOffice) -> None:
    assert addresses.is_held_back(ANNA)
    addresses.ask(anna.id)
    deliver_due()
    (message,) = smtp.to(ANNA)
    body = message.get_body(("plain",))
    assert body is not None
    found = re.search(r"wieder-erreichbar/(\S+)", body.get_content())
    assert found is not None
    token = found.group(1)
    assert addresses.address_of(token) == ANNA and addresses.is_held_back(ANNA)
    assert addresses.confirm(token) and not addresses.confirm(token)
    assert not addresses.is_held_back(ANNA)


def test_a_domain_with_an_umlaut_is_one_address_in_both_of_its_writings(app: Flask, smtp: PostOffice) -> None:
    account = AccountFactory(email="anna@köthen-anhalt.example")
    suppressions.suppress("anna@xn--kthen-anhalt-4ib.example", "report 5.1.1")
    db.session.commit()
    assert addresses.is_held_back(account.email)
    addresses.ask(account.id)
    deliver_due()
    body = smtp.messages[0].get_body(("plain",))
    assert body is not None
    token = body.get_content().split("wieder-erreichbar/")[1].split()[0]
    assert addresses.address_of(token) and addresses.confirm(token)
    assert not addresses.is_held_back(account.email)


def test_a_link_to_an_address_that_is_no_longer_hers_lifts_nothing(anna: Account, smtp: PostOffice) -> None:
    addresses.ask(anna.id)
    deliver_due()
    body = smtp.messages[0].get_body(("plain",))
    assert body is not None
    token = body.get_content().split("wieder-erreichbar/")[1].split()[0]
    anna.email = "neu@rathaus.example"
    db.session.commit()
    assert not addresses.confirm(token)
    assert addresses.is_held_back(ANNA)


def test_one_cannot_have_a_mailbox_flooded(anna: Account) -> None:
    for _ in range(3):
        addresses.ask(anna.id)
    with pytest.raises(addresses.TooManyAttempts):
        addresses.ask(anna.id)


def test_an_operator_lifts_the_block_for_a_letter_that_was_held_back(anna: Account) -> None:
    letter_id = LetterFactory(recipient=ANNA, state="failed").id
    assert addresses.lift_for_letter(letter_id, anna.id)
    assert not addresses.lift_for_letter(letter_id, anna.id)
    assert not addresses.is_held_back(ANNA)


def test_an_operator_lifts_the_block_for_a_person(anna: Account) -> None:
    assert addresses.lift_for_person(anna.id, anna.id)
    assert addresses.lift_for_person(anna.id, anna.id) is False
    assert addresses.lift_for_person(anna.id + 1, anna.id) is None
    assert not addresses.is_held_back(ANNA)

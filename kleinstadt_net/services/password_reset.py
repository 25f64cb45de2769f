"""A forgotten password: a letter with a one-time link, and the same answer whether or not the address is known."""

from datetime import timedelta

from sqlalchemy import select

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import accounts, audit, correspondence, throttle, urls
from kleinstadt_net.services.throttle import Ladder, TooManyAttempts

LINK_DAYS = 1
FORGOTTEN_PATH = "/passwort-vergessen"

PER_ADDRESS = Ladder("reset_address", 10, (5, 15, 30, 60))
# Nobody's mailbox is filled by others; further letters would say nothing new.
PER_MAILBOX = throttle.Limit("reset_mailbox", 3, timedelta(days=1))

__all__ = ["TooManyAttempts", "request"]


def request(email: str, remote_address: str) -> None:
    """Write to the address entered: the link to a new password, or that there is no account for it.

    Either way one letter, and no word to who asked. Raises TooManyAttempts for the asking address and
    AccountError for what is no e-mail address.
    """
    address = accounts.normalised_address(email)
    throttle.climb([(PER_ADDRESS, remote_address)])
    begin_writing(db.session)
    if not throttle.is_exceeded(PER_MAILBOX, address):
        throttle.count(PER_MAILBOX, address)
        _write(address)
    db.session.commit()


def _write(address: str) -> None:
    account = db.session.scalar(
        select(Account).where(Account.email == address, Account.confirmed_at.is_not(None))
    )
    if account is None:
        correspondence.write_to_address(
            "password_unknown", address, key=new_token(), context={"address": address}
        )
        return
    token = accounts.new_password_link(account.id, days=LINK_DAYS)
    audit.record("account.password_link_sent", account_id=account.id)
    url = urls.absolute(accounts.PASSWORD_PATH.format(token=token))
    correspondence.write("password_reset", account, key=new_token(), context={"url": url})

"""Another e-mail address for an account: shown to be hers by a link, told to the earlier address."""

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kleinstadt_net import clock, settings
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, OneTimeLink
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import accounts, audit, correspondence, links, mailbox_links, throttle, urls
from kleinstadt_net.services.throttle import Ladder, TooManyAttempts

PURPOSE = "email_change"
LINK_DAYS = 1
EMAIL_PATH = "/konto/e-mail/{token}"
LETTER = "email_change"

PER_ACCOUNT = Ladder("email_change", 5, (5, 15, 30, 60))

__all__ = ["TooManyAttempts", "address_of", "confirm", "request"]


def request(account_id: int, email: str) -> None:
    """Write to the new address; nothing changes before its link was used.

    The answer is the same where the address belongs to another account: its letter then says so.
    Raises AccountError for what is no address, TooManyAttempts.
    """
    address = accounts.normalised_address(email)
    throttle.climb([(PER_ACCOUNT, str(account_id))])
    begin_writing(db.session)
    _end_links(account_id)
    if _belongs_to_another(address, account_id):
        correspondence.write_to_address("email_taken", address, key=new_token(), context={"address": address})
    else:
        _write_link(account_id, address)
    audit.record("account.email_change_asked", account_id=account_id)
    db.session.commit()


def address_of(token: str) -> str | None:
    """The new address a link would set, or None when it does not hold; reads only."""
    link = links.find(token, PURPOSE)
    return mailbox_links.address(link) if link else None


def confirm(token: str) -> bool:
    """Make the new address the account's; False when the link does not hold or somebody took the address.

    Links to set the password, sent to the earlier address, end.
    """
    begin_writing(db.session)
    link = links.find(token, PURPOSE)
    address = mailbox_links.address(link) if link else None
    if link is None or address is None or not links.consume(link):
        db.session.rollback()
        return False
    account = db.session.get_one(Account, link.account_id)
    context = {"at": clock.now(), "phone": settings.current().operator_phone}
    correspondence.write("email_changed", account, key=new_token(), context=context)
    account.email = address
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        return False
    accounts.end_password_links(account.id)
    audit.record("account.email_changed", account_id=account.id)
    db.session.commit()
    return True


def _write_link(account_id: int, address: str) -> None:
    token, key = links.create(PURPOSE, account_id, days=LINK_DAYS), new_token()
    correspondence.write_to_address(
        LETTER,
        address,
        key=key,
        context={"url": urls.absolute(EMAIL_PATH.format(token=token))},
        account_id=account_id,
    )
    mailbox_links.bind(token, f"{LETTER}:{key}")


def _belongs_to_another(address: str, account_id: int) -> bool:
    owner = db.session.scalar(select(Account.id).where(Account.email == address))
    return owner is not None and owner != account_id


def _end_links(account_id: int) -> None:
    db.session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.account_id == account_id,
            OneTimeLink.purpose == PURPOSE,
            OneTimeLink.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )

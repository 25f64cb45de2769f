"""Addresses that letters are held back from, and how they may be written to again.

Her owner shows by a link that letters arrive again; an operator lifts the block without one.
"""

from sqlalchemy import select

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail import suppressions
from kleinstadt_net.models import Account, Letter, OneTimeLink
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import audit, correspondence, links, mailbox_links, throttle, urls
from kleinstadt_net.services.throttle import Ladder, TooManyAttempts

PURPOSE = LETTER = "address_again"
LINK_DAYS = 1
PATH = "/konto/e-mail/wieder-erreichbar/{token}"

PER_ACCOUNT = Ladder("address_again", 3, (5, 15, 60))

__all__ = [
    "TooManyAttempts",
    "address_of",
    "ask",
    "confirm",
    "is_held_back",
    "lift",
    "lift_for_letter",
    "lift_for_person",
]


def is_held_back(address: str) -> bool:
    """Whether letters to the address are held back, all but those that show whether it is good again."""
    refusal = suppressions.refusals([address]).get(address)
    return refusal is not None and refusal.blocks_all


def ask(account_id: int) -> None:
    """Write a link to her own address, which shows that letters arrive there again. Raises TooManyAttempts."""
    throttle.climb([(PER_ACCOUNT, str(account_id))])
    begin_writing(db.session)
    account = db.session.get_one(Account, account_id)
    token, key = links.create(PURPOSE, account_id, days=LINK_DAYS), new_token()
    context = {"url": urls.absolute(PATH.format(token=token))}
    correspondence.write(LETTER, account, key=key, context=context)
    mailbox_links.bind(token, f"{LETTER}:{key}")
    db.session.commit()


def address_of(token: str) -> str | None:
    """The address a link speaks for, or None when it does not hold; reads only."""
    link = links.find(token, PURPOSE)
    return _address(link) if link else None


def confirm(token: str) -> bool:
    """Write to the address again; False when the link does not hold. Commits."""
    begin_writing(db.session)
    link = links.find(token, PURPOSE)
    address = _address(link) if link else None
    if link is None or address is None or not links.consume(link):
        db.session.rollback()
        return False
    suppressions.lift(address)
    audit.record("account.reachable_again", account_id=link.account_id)
    db.session.commit()
    return True


def lift(address: str, by_account_id: int | None, **whose: int) -> bool:
    """Write to the address again because an operator says so; False where nothing was held back. Commits.

    ``whose`` tells the audit trail by which letter or person she came to it.
    """
    begin_writing(db.session)
    lifted = suppressions.lift(address)
    if lifted:
        audit.record("letter.block_lifted", account_id=by_account_id, **whose)
    db.session.commit()
    return lifted


def lift_for_letter(letter_id: int, by_account_id: int) -> bool:
    """The same for the address a letter was held back from."""
    address = db.session.scalar(select(Letter.recipient).where(Letter.id == letter_id))
    db.session.rollback()
    return address is not None and lift(address, by_account_id, letter=letter_id)


def lift_for_person(account_id: int, by_account_id: int) -> bool | None:
    """The same for the address of a person; None where there is nobody. Commits."""
    address = db.session.scalar(select(Account.email).where(Account.id == account_id))
    db.session.rollback()
    return None if address is None else lift(address, by_account_id, person=account_id)


def _address(link: OneTimeLink) -> str | None:
    address = mailbox_links.address(link)
    own = db.session.scalar(select(Account.email).where(Account.id == link.account_id))
    return address if address == own else None

"""Links that show whose mailbox their letter has reached: the address one speaks for stands in that letter alone."""

from sqlalchemy import select, update

from kleinstadt_net.database import db
from kleinstadt_net.models import Letter, OneTimeLink
from kleinstadt_net.security.tokens import token_hash
from kleinstadt_net.services import accounts


def bind(token: str, letter_key: str) -> None:
    """Let the link speak for the address this letter goes to, in the running transaction."""
    letter_id = select(Letter.id).where(Letter.key == letter_key).scalar_subquery()
    db.session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.token_hash == token_hash(token))
        .values(target_id=letter_id)
        .execution_options(synchronize_session=False)
    )


def address(link: OneTimeLink) -> str | None:
    """The address it speaks for, as an account would have it; None once the letter is gone."""
    recipient = db.session.scalar(select(Letter.recipient).where(Letter.id == link.target_id))
    # A letter names a domain with umlauts in the encoding it travels with.
    return accounts.normalised_address(recipient) if recipient is not None else None

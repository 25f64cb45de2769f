"""One-time links: random characters in a letter, their hash in the database, used up by a POST."""

from datetime import timedelta

from sqlalchemy import select, update

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import OneTimeLink
from kleinstadt_net.security.tokens import new_token, token_hash


def create(purpose: str, account_id: int, *, days: int, target_id: int | None = None) -> str:
    """A new token for a link of this purpose, stored in the running transaction as its hash."""
    token = new_token()
    db.session.add(
        OneTimeLink(
            token_hash=token_hash(token),
            purpose=purpose,
            account_id=account_id,
            target_id=target_id,
            expires_at=clock.now() + timedelta(days=days),
        )
    )
    return token


def find(token: str, purpose: str) -> OneTimeLink | None:
    """The link behind a token if it is of this purpose, unexpired and unused; changes nothing."""
    return db.session.scalar(
        select(OneTimeLink).where(
            OneTimeLink.token_hash == token_hash(token),
            OneTimeLink.purpose == purpose,
            OneTimeLink.expires_at > clock.now(),
            OneTimeLink.used_at.is_(None),
        )
    )


def find_used(token: str, purpose: str, *, within: timedelta) -> OneTimeLink | None:
    """The link behind a token if it was used up so lately that a question may follow; changes nothing."""
    return db.session.scalar(
        select(OneTimeLink).where(
            OneTimeLink.token_hash == token_hash(token),
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at > clock.now() - within,
        )
    )


def consume(link: OneTimeLink) -> bool:
    """Use the link up in the running transaction; False when somebody else was faster."""
    used = db.session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(OneTimeLink.id)
        .execution_options(synchronize_session=False)
    )
    return used.scalar_one_or_none() is not None

"""One-time links: random characters in a letter, their hash in the database, used up by a POST."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import OneTimeLink
from kleinstadt_net.security.tokens import new_token, token_hash


@dataclass(frozen=True)
class Minted:
    """A link whose token is in a letter that is not stored yet."""

    token: str
    purpose: str
    account_id: int
    target_id: int | None
    expires_at: datetime


def create(purpose: str, account_id: int, *, days: int, target_id: int | None = None) -> str:
    """A new token for a link of this purpose, stored in the running transaction as its hash."""
    minted = mint(purpose, account_id, days=days, target_id=target_id)
    db.session.add(OneTimeLink(**_row(minted)))
    return minted.token


def mint(purpose: str, account_id: int, *, days: int, target_id: int | None = None) -> Minted:
    """A link as ``create`` makes it, to be stored later with many others."""
    return Minted(new_token(), purpose, account_id, target_id, clock.now() + timedelta(days=days))


def store(minted: Iterable[Minted]) -> None:
    """Store links in the running transaction, however many in one statement."""
    if rows := [_row(one) for one in minted]:
        db.session.execute(insert(OneTimeLink), rows)


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


def _row(minted: Minted) -> dict[str, Any]:
    return {
        "token_hash": token_hash(minted.token),
        "purpose": minted.purpose,
        "account_id": minted.account_id,
        "target_id": minted.target_id,
        "expires_at": minted.expires_at,
    }

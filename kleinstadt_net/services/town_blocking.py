"""Ending the contact with another town, and allowing it again: a lead's decision, with all that follows from it."""

from dataclasses import dataclass

from sqlalchemy import select

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Exchange, Town
from kleinstadt_net.services import answer_people, answer_wishes, audit, exchange_answers, town_blocks
from kleinstadt_net.services.exchange_limits import pair
from kleinstadt_net.services.exchange_rules import TALKING


class UnknownTownError(LookupError):
    """No town of this key but the own one, or nobody who leads her own."""


@dataclass(frozen=True)
class Contact:
    """The page on which contact is ended. ``exchange_id``: what the two have under way and would end with it."""

    ags: str
    slug: str
    name: str
    is_ended: bool
    exchange_id: int | None
    is_talking: bool


def contact(town_id: int, ags: str) -> Contact:
    """How things stand between the two towns: three queries. Raises UnknownTownError."""
    peer = _peer(town_id, ags)
    row = _open(town_id, peer.id)
    return Contact(
        ags=peer.ags,
        slug=peer.slug,
        name=peer.name,
        is_ended=town_blocks.has_blocked(town_id, peer.id),
        exchange_id=row.id if row is not None else None,
        is_talking=row is not None and row.state == TALKING,
    )


def end(town_id: int, account_id: int, ags: str) -> bool:
    """End the contact, and what the two have under way; False where it is ended already. Commits.

    A request of the other town is declined, an own one withdrawn, a talk closed. Raises UnknownTownError.
    """
    peer = _begin(town_id, account_id, ags)
    if not town_blocks.put(town_id, peer.id, account_id):
        db.session.rollback()
        return False
    row = _open(town_id, peer.id, locked=True)
    if row is not None:
        other = "withdraw" if row.town_id == town_id else "decline"
        exchange_answers.do(row, town_id, account_id, "close" if row.state == TALKING else other)
    answer_wishes.silence(town_id, peer.id)
    audit.record("contact.ended", account_id=account_id, town_id=town_id, peer=peer.ags)
    db.session.commit()
    return True


def allow(town_id: int, account_id: int, ags: str) -> bool:
    """Allow contact again; False where it was not ended. Commits. Raises UnknownTownError."""
    peer = _begin(town_id, account_id, ags)
    if not town_blocks.take_away(town_id, peer.id):
        db.session.rollback()
        return False
    audit.record("contact.allowed", account_id=account_id, town_id=town_id, peer=peer.ags)
    db.session.commit()
    return True


def _begin(town_id: int, account_id: int, ags: str) -> Town:
    db.session.rollback()
    begin_writing(db.session)
    try:
        if answer_people.role(account_id, town_id) != "lead":
            raise UnknownTownError(ags)
        return _peer(town_id, ags)
    except UnknownTownError:
        db.session.rollback()
        raise


def _peer(town_id: int, ags: str) -> Town:
    peer = db.session.scalar(select(Town).where(Town.ags == ags, Town.id != town_id))
    if peer is None:
        raise UnknownTownError(ags)
    return peer


def _open(town_id: int, peer_id: int, *, locked: bool = False) -> Exchange | None:
    query = select(Exchange).where(Exchange.open_pair == pair(town_id, peer_id))
    return db.session.scalar(
        query.with_for_update().execution_options(populate_existing=True) if locked else query
    )

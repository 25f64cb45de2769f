"""An exchange as its two towns see it: who takes part, who is told, and whether they talk."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import aliased

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Exchange, Membership, Message, Town
from kleinstadt_net.services.exchange_rules import TALKING

PATH = "/gespraeche/{exchange_id}"
LIST_PATH = "/gespraeche"


class UnknownExchangeError(LookupError):
    """No such exchange, or none of this town."""


@dataclass(frozen=True)
class Side:
    """One of the two towns."""

    town_id: int
    ags: str
    slug: str
    name: str
    land: str


@dataclass(frozen=True)
class Party:
    """An exchange from the point of view of ``town_id``; ``peer_id`` is the other town, whoever of both asked.

    ``accepted_at`` is None until both agreed. ``is_asker``: it was this town that asked.
    """

    exchange_id: int
    town_id: int
    peer_id: int
    town: Side
    peer: Side
    state: str
    origin: str
    subject: str | None
    form: str
    concern: str
    need: str
    accepted_at: datetime | None
    is_asker: bool


def party(exchange_id: int, town_id: int) -> Party:
    """The exchange as one of its towns sees it: one query. Raises UnknownExchangeError for every other town."""
    asker, asked = aliased(Town), aliased(Town)
    found = db.session.execute(
        select(Exchange, asker, asked)
        .join(asker, asker.id == Exchange.town_id)
        .join(asked, asked.id == Exchange.peer_id)
        .where(Exchange.id == exchange_id, or_(Exchange.town_id == town_id, Exchange.peer_id == town_id))
    ).first()
    if found is None:
        raise UnknownExchangeError(exchange_id)
    row, one, other = found
    is_asker = row.town_id == town_id
    own, peer = (one, other) if is_asker else (other, one)
    return Party(
        exchange_id=row.id,
        town_id=own.id,
        peer_id=peer.id,
        town=side(own),
        peer=side(peer),
        state=row.state,
        origin=row.origin,
        subject=row.subject,
        form=row.form,
        concern=row.concern,
        need=row.need,
        accepted_at=row.accepted_at,
        is_asker=is_asker,
    )


def side(town: Town) -> Side:
    return Side(town.id, town.ags, town.slug, town.name, town.land)


def may_write(party: Party) -> bool:
    """Whether messages, dates and results can be added now."""
    return party.state == TALKING


def touch(exchange_id: int) -> None:
    """In the running transaction: something happened, so the exchange comes to the top of both towns' lists."""
    db.session.execute(
        update(Exchange)
        .where(Exchange.id == exchange_id)
        .values(changed_at=clock.now(), version=Exchange.version + 1)
        .execution_options(synchronize_session="fetch")
    )


def people(town_id: int, exchange_id: int) -> list[Account]:
    """Whom of one side to tell: its leads, and whoever asked, answered, was handed the request or wrote.

    All of them confirmed. Empty where the town is suspended or gone, or no side of this exchange.
    """
    involved = or_(
        Membership.role == "lead",
        Account.id == Exchange.opened_by_id,
        Account.id == Exchange.answered_by_id,
        Account.id == Exchange.handed_to_id,
        Account.id.in_(
            select(Message.account_id).where(Message.exchange_id == exchange_id, Message.town_id == town_id)
        ),
    )
    query = (
        select(Account)
        .join(Membership, Membership.account_id == Account.id)
        .join(Town, Town.id == Membership.town_id)
        .join(Exchange, or_(Exchange.town_id == Town.id, Exchange.peer_id == Town.id))
        .where(
            Exchange.id == exchange_id,
            Town.id == town_id,
            Town.suspended_at.is_(None),
            Town.gone_on.is_(None),
            Membership.state == "confirmed",
            Account.confirmed_at.is_not(None),
            involved,
        )
        .order_by(Account.last_name, Account.first_name, Account.id)
    )
    return list(db.session.scalars(query).unique())

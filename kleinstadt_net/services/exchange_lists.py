"""Gespräche: a town's list, and the page of each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select, union_all
from sqlalchemy.orm import aliased

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Exchange, Town
from kleinstadt_net.services import (
    answer_people,
    exchange_answers,
    exchange_letters,
    exchange_messages,
    exchanges,
    town_people,
)
from kleinstadt_net.services.exchange_letters import Contact
from kleinstadt_net.services.exchange_messages import LastMessage
from kleinstadt_net.services.exchange_rules import REQUESTED, STATES, TALKING, role_of
from kleinstadt_net.services.exchanges import Party, UnknownExchangeError

# The asked town would like to know something first, and was not replied to.
ASKED_BACK = and_(Exchange.query != "", Exchange.query_reply == "")
PAGE_ACTIONS = (*exchange_answers.BY_PAGE, "hand_on")


@dataclass(frozen=True)
class Line:
    """An exchange in the list. ``waits``: it is this town's turn."""

    exchange_id: int
    peer_ags: str
    peer_slug: str
    peer: str
    land: str
    state: str
    subject: str | None
    form: str
    origin: str
    is_asker: bool
    waits: bool
    requested_at: datetime
    changed_at: datetime
    last_message: LastMessage | None = None


@dataclass(frozen=True)
class Listing:
    """A page of the list: how many there are in each state, how many the filter leaves, and 25 of them."""

    counts: Mapping[str, int]
    total: int
    rows: tuple[Line, ...]


@dataclass(frozen=True)
class Details:
    """The page of an exchange: what was written before both agreed, what this town may do, and the other's contact.

    ``opened_by`` and ``answered_by`` are empty where that account is no more. ``contact`` is None until both agreed.
    ``revocable_until``: consent was given by a link and can be taken back by this town until then.
    """

    party: Party
    query: str
    query_reply: str
    opened_by: str
    answered_by: str
    handed_to: str
    requested_at: datetime
    accepted_via: str | None
    ended_at: datetime | None
    revocable_until: datetime | None
    actions: frozenset[str]
    contact: Contact | None
    own_contact: Contact | None
    peer_there: bool

    @property
    def waits(self) -> bool:
        return bool(self.actions & {"accept", "reply"})


def listing(town_id: int, state: str | None, number: int, size: int) -> Listing:
    """One page of a town's exchanges, what happened last first: three queries. ``state`` None: all of them."""
    counts = _counts(town_id)
    total = counts.get(state, 0) if state is not None else sum(counts.values())
    ordered = (Exchange.changed_at.desc(), Exchange.id.desc())
    # Each side by its own index, and only as far as this page reaches.
    sides = [
        select(Exchange.id, Exchange.changed_at)
        .where(column == town_id, *_in(state))
        .order_by(*ordered)
        .limit(number * size)
        .subquery()
        for column in (Exchange.town_id, Exchange.peer_id)
    ]
    both = union_all(*(select(side.c.id, side.c.changed_at) for side in sides)).subquery()
    shown = (
        select(both.c.id)
        .order_by(both.c.changed_at.desc(), both.c.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    peer = aliased(Town)
    rows = db.session.execute(
        select(Exchange, peer.ags, peer.slug, peer.name, peer.land)
        .join(peer, peer.id == _other(town_id))
        .where(Exchange.id.in_(shown))
        .order_by(*ordered)
    )
    lines = [_line(town_id, *row) for row in rows]
    readable = [line.exchange_id for line in lines if line.state in exchange_messages.READABLE]
    newest = exchange_messages.last(town_id, readable)
    return Listing(
        counts, total, tuple(replace(line, last_message=newest.get(line.exchange_id)) for line in lines)
    )


def waiting(town_id: int) -> tuple[Line, ...]:
    """Requests that wait for this town, oldest first, for the Übersicht: one query."""
    peer = aliased(Town)
    rows = db.session.execute(
        select(Exchange, peer.ags, peer.slug, peer.name, peer.land)
        .join(peer, peer.id == _other(town_id))
        .where(
            Exchange.state == REQUESTED,
            or_(
                and_(Exchange.peer_id == town_id, ~ASKED_BACK),
                and_(Exchange.town_id == town_id, ASKED_BACK),
            ),
        )
        .order_by(Exchange.requested_at, Exchange.id)
    )
    return tuple(_line(town_id, *row) for row in rows)


def details(exchange_id: int, town_id: int, account_id: int) -> Details:
    """The page of an exchange for one of its towns: a constant number of queries. Raises UnknownExchangeError."""
    party = exchanges.party(exchange_id, town_id)
    role = answer_people.role(account_id, town_id)
    if role is None:
        raise UnknownExchangeError(exchange_id)
    row = db.session.get_one(Exchange, exchange_id)
    talks = row.state == TALKING
    names = _names(row)
    actions = _actions(row, role_of(role, is_asker=party.is_asker))
    return Details(
        party=party,
        query=row.query,
        query_reply=row.query_reply,
        opened_by=names.get(row.opened_by_id, "") if party.is_asker or talks else "",
        answered_by=names.get(row.answered_by_id, "") if not party.is_asker or talks else "",
        handed_to=names.get(row.handed_to_id, "") if not party.is_asker else "",
        requested_at=row.requested_at,
        accepted_via=row.accepted_via,
        ended_at=row.ended_at,
        revocable_until=(
            row.accepted_at + exchange_answers.REVOCABLE if row.accepted_at and "revoke" in actions else None
        ),
        actions=actions,
        contact=exchange_letters.contact_of(row, party.peer_id) if talks else None,
        own_contact=exchange_letters.contact_of(row, town_id) if talks else None,
        peer_there=_takes_part(party.peer_id),
    )


def _counts(town_id: int) -> dict[str, int]:
    sides = union_all(
        *(
            select(Exchange.state, func.count().label("number"))
            .where(column == town_id)
            .group_by(Exchange.state)
            for column in (Exchange.town_id, Exchange.peer_id)
        )
    ).subquery()
    query = select(sides.c.state, func.sum(sides.c.number)).group_by(sides.c.state)
    found = {state: int(number) for state, number in db.session.execute(query)}
    return {state: found[state] for state in STATES if state in found}


def _in(state: str | None) -> tuple[ColumnElement[bool], ...]:
    return (Exchange.state == state,) if state is not None else ()


def _other(town_id: int) -> ColumnElement[int]:
    return case((Exchange.town_id == town_id, Exchange.peer_id), else_=Exchange.town_id)


def _line(town_id: int, row: Exchange, ags: str, slug: str, name: str, land: str) -> Line:
    is_asker = row.town_id == town_id
    return Line(
        exchange_id=row.id,
        peer_ags=ags,
        peer_slug=slug,
        peer=name,
        land=land,
        state=row.state,
        subject=row.subject,
        form=row.form,
        origin=row.origin,
        is_asker=is_asker,
        waits=row.state == REQUESTED and is_asker == _asked_back(row),
        requested_at=row.requested_at,
        changed_at=row.changed_at,
    )


def _asked_back(row: Exchange) -> bool:
    return bool(row.query and not row.query_reply)


def _actions(row: Exchange, role: str) -> frozenset[str]:
    return frozenset(action for action in PAGE_ACTIONS if exchange_answers.possible(row, action, role))


def _names(row: Exchange) -> dict[int | None, str]:
    ids = {row.opened_by_id, row.answered_by_id, row.handed_to_id} - {None}
    people = db.session.scalars(select(Account).where(Account.id.in_(ids)))
    return {person.id: town_people.name_of(person) for person in people}


def _takes_part(town_id: int) -> bool:
    there = select(Town.id).where(Town.id == town_id, *answer_people.taking_part(Town))
    return db.session.scalar(there) is not None

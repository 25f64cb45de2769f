"""Events as they are read: what lies ahead, and one of them. A link to join is for those who have registered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, func, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Circle, Event, EventRegistration, Network, Town
from kleinstadt_net.services import event_rights
from kleinstadt_net.services.directory_filters import Reader
from kleinstadt_net.services.event_rights import Actor
from kleinstadt_net.territory import TIME_ZONE

PATH = "/termin/{event_id}"
ANNOUNCED, CANCELLED = "announced", "cancelled"
# More lie ahead in no list; the nearest are shown.
MOST_SHOWN = 100


class UnknownEventError(LookupError):
    """No such event, or none that this reader may see or change."""


@dataclass(frozen=True)
class By:
    """Who invites: ``name`` is a town's or network's, ``subject`` a circle's; the key or slug leads to its page."""

    kind: str
    name: str
    slug: str
    ags: str
    circle_id: int | None
    subject: str


@dataclass(frozen=True)
class EventRow:
    """An event in a list; ``registered`` says whether this reader has registered."""

    event_id: int
    title: str
    subject: str | None
    starts_at: datetime
    ends_at: datetime
    place: str
    is_online: bool
    by: By
    is_cancelled: bool
    registered: bool
    towns: int


@dataclass(frozen=True)
class Guest:
    """Who has registered, for whoever invites."""

    name: str
    town: str


@dataclass(frozen=True)
class EventPage:
    """One event as this reader may see it; ``guests`` are for whoever invites, ``online_link`` for the registered.

    ``is_open``: one may register now, or could with access. ``may_change``: whoever invites may still change it.
    """

    row: EventRow
    text: str
    online_link: str | None
    register_by: date | None
    is_open: bool
    may_edit: bool
    may_change: bool
    guests: tuple[Guest, ...]
    version: int


def ahead(reader: Reader, account_id: int | None, *conditions: ColumnElement[bool]) -> tuple[EventRow, ...]:
    """What has not ended yet, the next first: two queries. ``conditions`` narrow it."""
    query = (
        _rows()
        .where(Event.ends_at >= clock.now(), *event_rights.visible(reader), *conditions)
        .order_by(Event.starts_at, Event.id)
        .limit(MOST_SHOWN)
    )
    return _told(db.session.execute(query).all(), account_id)


def of_network(slug: str, reader: Reader, account_id: int | None) -> tuple[EventRow, ...]:
    """What a network invites to, for its page."""
    return ahead(reader, account_id, Network.slug == slug)


def of_circle(circle_id: int, reader: Reader, account_id: int | None) -> tuple[EventRow, ...]:
    """What a circle invites to, for its page; nothing for others than its towns."""
    return ahead(reader, account_id, Event.circle_id == circle_id)


def page(event_id: int, reader: Reader, account_id: int | None) -> EventPage:
    """One event. Raises UnknownEventError."""
    found = db.session.execute(
        _rows().where(Event.id == event_id, *event_rights.visible(reader))
    ).one_or_none()
    if found is None:
        raise UnknownEventError(event_id)
    (row,) = _told([found], account_id)
    event: Event = found.Event
    actor = Actor(account_id, reader.town_id if reader.verified else None) if account_id is not None else None
    may_edit = actor is not None and event_rights.may_edit(event, actor)
    return EventPage(
        row=row,
        text=event.text,
        online_link=event.online_link if row.registered or may_edit else None,
        register_by=event.register_by,
        is_open=is_open(event),
        may_edit=may_edit,
        may_change=may_edit and event.state == ANNOUNCED and event.ends_at > clock.now(),
        guests=_guests(event_id) if may_edit else (),
        version=event.version,
    )


def is_open(event: Event) -> bool:
    """Whether one may still register."""
    in_time = event.register_by is None or clock.today() <= event.register_by
    return event.state == ANNOUNCED and in_time and clock.now() < event.starts_at


def local(moment: datetime) -> datetime:
    """The moment on a wall clock in Germany."""
    return moment.astimezone(TIME_ZONE)


def _rows() -> Select[Event, Town, Network, Circle]:
    return (
        select(Event, Town, Network, Circle)
        .outerjoin(Town, Town.id == Event.town_id)
        .outerjoin(Network, Network.id == Event.network_id)
        .outerjoin(Circle, Circle.id == Event.circle_id)
    )


def _told(rows: Sequence[Any], account_id: int | None) -> tuple[EventRow, ...]:
    coming = _coming([row.Event.id for row in rows], account_id)
    return tuple(_row(row, *coming.get(row.Event.id, (0, False))) for row in rows)


def _coming(event_ids: Iterable[int], account_id: int | None) -> dict[int, tuple[int, bool]]:
    """How many towns come to each of some events, and whether this person does: one query."""
    ids = list(event_ids)
    if not ids:
        return {}
    own = func.max((EventRegistration.account_id == (account_id or 0)).cast(Integer))
    counted = db.session.execute(
        select(EventRegistration.event_id, func.count(EventRegistration.town_id.distinct()), own)
        .where(EventRegistration.event_id.in_(ids))
        .group_by(EventRegistration.event_id)
    )
    return {event_id: (towns, bool(is_own)) for event_id, towns, is_own in counted}


def _row(found: Any, towns: int, registered: bool) -> EventRow:
    event: Event = found.Event
    return EventRow(
        event_id=event.id,
        title=event.title,
        subject=event.subject,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        place=event.place,
        is_online=bool(event.online_link),
        by=_by(found),
        is_cancelled=event.state == CANCELLED,
        registered=registered,
        towns=towns,
    )


def _by(found: Any) -> By:
    named = found.Town or found.Network
    return By(
        kind=found.Event.organiser,
        name=named.name if named is not None else "",
        slug=named.slug if named is not None else "",
        ags=found.Town.ags if found.Town is not None else "",
        circle_id=found.Circle.id if found.Circle is not None else None,
        subject=found.Circle.subject if found.Circle is not None else "",
    )


def _guests(event_id: int) -> tuple[Guest, ...]:
    rows = db.session.execute(
        select(Account.first_name, Account.last_name, Town.name)
        .join(EventRegistration, EventRegistration.account_id == Account.id)
        .join(Town, Town.id == EventRegistration.town_id)
        .where(EventRegistration.event_id == event_id)
        .order_by(Town.sort_key, Account.last_name, Account.id)
    )
    return tuple(Guest(f"{first} {last}".strip(), town) for first, last, town in rows)

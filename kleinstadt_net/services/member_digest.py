"""What the Monatsbrief tells of the networks and circles a town is in, and of events others invite it to."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.digest.sources.events import EventNews
from kleinstadt_net.digest.sources.networks import Joined, MeetingNews
from kleinstadt_net.matching.declarations import IN_PROGRESS, SEEKING
from kleinstadt_net.models import Circle, CircleMeeting, CircleTown, Event, Network, NetworkMember, Town
from kleinstadt_net.services import circles, events, practice_directory, snapshot
from kleinstadt_net.services.directory_networks import TAKING_PART
from kleinstadt_net.services.event_rights import CIRCLE, NETWORK, OPERATOR

NEW = timedelta(days=62)
# Who reads a letter once a quarter still has time to come.
AHEAD = timedelta(days=100)
CONFIRMED = "confirmed"
# The nearest of all events; a letter has room for one or two of them.
LOOKED_AT = 300

# By town the ids of its networks or circles.
Memberships = Mapping[int, Collection[int]]


def networks_of(town_ids: Collection[int]) -> Memberships:
    """The networks each of these towns belongs to: one query."""
    rows = select(NetworkMember.town_id, NetworkMember.network_id).where(
        NetworkMember.town_id.in_(town_ids), NetworkMember.state == CONFIRMED
    )
    return _grouped(db.session.execute(rows))


def circles_of(town_ids: Collection[int]) -> Memberships:
    """The circles that run which each of these towns is in: one query."""
    rows = (
        select(CircleTown.town_id, CircleTown.circle_id)
        .join(Circle, Circle.id == CircleTown.circle_id)
        .where(
            CircleTown.town_id.in_(town_ids),
            CircleTown.answer == circles.YES,
            Circle.state == circles.RUNNING,
        )
    )
    return _grouped(db.session.execute(rows))


def joined(networks: Memberships) -> dict[int, tuple[Joined, ...]]:
    """By town who is new in its networks: one query; a town that is itself new there reads of no one before it."""
    rows = db.session.execute(
        select(Network.id, Network.slug, Network.name, Town.id, Town.name)
        .join(NetworkMember, NetworkMember.network_id == Network.id)
        .join(Town, Town.id == NetworkMember.town_id)
        .where(
            NetworkMember.network_id.in_(_all(networks)),
            NetworkMember.state == CONFIRMED,
            NetworkMember.confirmed_at >= clock.now() - NEW,
            *TAKING_PART,
        )
        .order_by(Network.id, NetworkMember.confirmed_at, NetworkMember.id)
    )
    new: dict[int, list[tuple[int, str]]] = defaultdict(list)
    named: dict[int, tuple[str, str]] = {}
    for network_id, slug, name, town_id, town in rows:
        named[network_id] = slug, name
        new[network_id].append((town_id, town))
    return {
        town_id: tuple(
            Joined(network_id, *named[network_id], _after(new[network_id], town_id))
            for network_id in sorted(ids)
            if network_id in named
        )
        for town_id, ids in networks.items()
    }


def meetings(of_circles: Memberships) -> dict[int, tuple[MeetingNews, ...]]:
    """By town the dates its circles have settled and that lie ahead: one query."""
    host = aliased(Town)
    rows = db.session.execute(
        select(
            CircleMeeting.circle_id,
            CircleMeeting.number,
            Circle.subject,
            CircleMeeting.held_on,
            CircleMeeting.place,
            host.name,
        )
        .join(Circle, Circle.id == CircleMeeting.circle_id)
        .outerjoin(host, host.id == CircleMeeting.host_id)
        .where(CircleMeeting.circle_id.in_(_all(of_circles)), CircleMeeting.held_on >= clock.today())
        .order_by(CircleMeeting.held_on, CircleMeeting.id)
    )
    dates: dict[int, list[MeetingNews]] = defaultdict(list)
    for circle_id, number, subject, held_on, place, name in rows:
        if held_on is not None:
            dates[circle_id].append(MeetingNews(circle_id, number, subject, held_on, place, name or ""))
    return {
        town_id: tuple(one for circle_id in sorted(ids) for one in dates[circle_id])
        for town_id, ids in of_circles.items()
    }


def invitations(
    town_ids: Collection[int], networks: Memberships, of_circles: Memberships
) -> dict[int, tuple[EventNews, ...]]:
    """By town the events ahead of its networks and circles, of the operator, and of towns on what concerns it.

    One query, however many towns, beside the one for the picture of all towns.
    """
    rows = _ahead()
    if not rows:
        return {}
    picture = snapshot.current()
    told: dict[int, tuple[EventNews, ...]] = {}
    for town_id in town_ids:
        own = networks.get(town_id, ()), of_circles.get(town_id, ())
        concerns = _concerns(picture, town_id)
        told[town_id] = tuple(
            _news(row, is_own=_is_own(row.Event, *own))
            for row in rows
            if row.Event.town_id != town_id
            and (
                _is_own(row.Event, *own) or (row.Event.organiser != CIRCLE and row.Event.subject in concerns)
            )
        )
    return told


def _ahead() -> Collection[Any]:
    now = clock.now()
    there = or_(Event.town_id.is_(None), Event.town_id.in_(select(Town.id).where(*TAKING_PART)))
    return db.session.execute(
        select(Event, Town.name.label("town"), Network.name.label("network"), Circle.subject.label("circle"))
        .outerjoin(Town, Town.id == Event.town_id)
        .outerjoin(Network, Network.id == Event.network_id)
        .outerjoin(Circle, Circle.id == Event.circle_id)
        .where(Event.state == events.ANNOUNCED, Event.starts_at > now, Event.starts_at <= now + AHEAD, there)
        .order_by(Event.starts_at, Event.id)
        .limit(LOOKED_AT)
    ).all()


def _is_own(event: Event, networks: Collection[int], of_circles: Collection[int]) -> bool:
    if event.organiser == NETWORK:
        return event.network_id in networks
    return event.organiser == OPERATOR or event.circle_id in of_circles


def _concerns(picture: snapshot.Snapshot, town_id: int) -> frozenset[str]:
    if town_id not in picture.rows:
        return frozenset()
    sought, worked_on = (practice_directory.said(picture, town_id, state) for state in (SEEKING, IN_PROGRESS))
    return sought | worked_on


def _news(row: Any, *, is_own: bool) -> EventNews:
    event: Event = row.Event
    return EventNews(
        event_id=event.id,
        title=event.title,
        starts_at=events.local(event.starts_at),
        place=event.place,
        is_online=bool(event.online_link),
        by=row.town or row.network or "",
        circle=row.circle or "",
        subject=event.subject,
        is_own=is_own,
    )


def _after(towns: list[tuple[int, str]], town_id: int) -> tuple[tuple[int, str], ...]:
    ids = [one for one, _ in towns]
    return tuple(towns[ids.index(town_id) + 1 :] if town_id in ids else towns)


def _grouped(rows: Iterable[Any]) -> Memberships:
    found: dict[int, set[int]] = defaultdict(set)
    for town_id, other in rows:
        found[town_id].add(other)
    return found


def _all(memberships: Memberships) -> set[int]:
    return {one for ids in memberships.values() for one in ids}

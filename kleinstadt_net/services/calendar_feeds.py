"""A person's private calendar: one address that opens what she has dates for, to be subscribed to by her calendar.

Whoever knows the address reads it, so it holds names of towns, times and places, and nothing anybody has written
about a town's needs.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import or_, select

from kleinstadt_net import clock, settings
from kleinstadt_net.database import db
from kleinstadt_net.documents import appointment_calendar
from kleinstadt_net.documents.appointment_calendar import WholeDay
from kleinstadt_net.documents.event_calendar import TYPE, Entry
from kleinstadt_net.models import (
    Appointment,
    CalendarFeed,
    Circle,
    CircleMeeting,
    CircleTown,
    Event,
    EventRegistration,
    Exchange,
    Membership,
    PeerReview,
    PeerReviewTown,
    Town,
)
from kleinstadt_net.services import (
    appointment_letters,
    event_files,
    events,
    local_times,
    peer_reviews,
    urls,
)
from kleinstadt_net.services.appointment_rules import AGREED
from kleinstadt_net.services.circles import RUNNING, YES
from kleinstadt_net.services.exchange_rules import CLOSED, TALKING
from kleinstadt_net.services.private_addresses import PrivateAddress

__all__ = ["ADDRESS", "TYPE", "read"]

ADDRESS = PrivateAddress(CalendarFeed, "/kalender/{secret}.ics", "calendar_feed")
CIRCLE_PATH = "/lernkreis/{circle_id}"
# A calendar is for what lies ahead; what has just been stays a while, so that nothing vanishes overnight.
BACK = timedelta(days=90)


def read(secret: str) -> bytes | None:
    """The calendar behind an address; None where it opens nothing. A constant number of queries, nothing is changed."""
    feed = ADDRESS.behind(secret)
    if feed is None:
        return None
    account_id = feed.account_id
    town_ids = _towns_of(account_id)
    since = clock.now() - BACK
    name = settings.current().network_name
    entries = (*_talks(town_ids, since), *_events(account_id, town_ids, since))
    days = (*_meetings(town_ids, since), *_reviews(town_ids, since))
    return appointment_calendar.feed(name, entries, days)


def _towns_of(account_id: int) -> set[int]:
    """The towns the person acts for at this moment."""
    query = (
        select(Membership.town_id)
        .join(Town, Town.id == Membership.town_id)
        .where(
            Membership.account_id == account_id,
            Membership.state == "confirmed",
            Town.suspended_at.is_(None),
            Town.gone_on.is_(None),
        )
    )
    return set(db.session.scalars(query))


def _talks(town_ids: set[int], since: datetime) -> Iterable[Entry]:
    rows = db.session.execute(
        select(Appointment, Exchange)
        .join(Exchange, Exchange.id == Appointment.exchange_id)
        .where(
            Appointment.state == AGREED,
            Appointment.starts_at > since,
            Exchange.state.in_((TALKING, CLOSED)),
            or_(Exchange.town_id.in_(town_ids), Exchange.peer_id.in_(town_ids)),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()
    towns = _named({town_id for _, row in rows for town_id in (row.town_id, row.peer_id)})
    for date, row in rows:
        own, peer = (row.town_id, row.peer_id) if row.town_id in town_ids else (row.peer_id, row.town_id)
        yield appointment_letters.entry(row, date, towns[own], towns[peer])


def _named(town_ids: set[int]) -> dict[int, Town]:
    return {town.id: town for town in db.session.scalars(select(Town).where(Town.id.in_(town_ids)))}


def _meetings(town_ids: set[int], since: datetime) -> Iterable[WholeDay]:
    rows = db.session.scalars(
        select(CircleMeeting)
        .join(Circle, Circle.id == CircleMeeting.circle_id)
        .where(
            Circle.state == RUNNING,
            CircleMeeting.held_on >= local_times.day_of(since),
            Circle.id.in_(
                select(CircleTown.circle_id).where(CircleTown.town_id.in_(town_ids), CircleTown.answer == YES)
            ),
        )
        .order_by(CircleMeeting.held_on, CircleMeeting.id)
    )
    for row in rows:
        assert row.held_on is not None
        yield WholeDay(
            uid=f"lernkreis-{row.circle_id}-{row.number}@{_host()}",
            sequence=row.version,
            stamp=clock.now(),
            day=row.held_on,
            # Its subject is a challenge of the towns in it, and may be a need.
            title=f"Lernkreis, {row.number}. Treffen",
            place=row.place,
            address=urls.absolute(CIRCLE_PATH.format(circle_id=row.circle_id)),
        )


def _reviews(town_ids: set[int], since: datetime) -> Iterable[WholeDay]:
    """The visits these towns host or go to."""
    coming = select(PeerReviewTown.peer_review_id).where(
        PeerReviewTown.town_id.in_(town_ids), PeerReviewTown.answer == peer_reviews.YES
    )
    rows = db.session.execute(
        select(PeerReview, Town.name)
        .join(Town, Town.id == PeerReview.host_id)
        .where(
            PeerReview.state != peer_reviews.CANCELLED,
            PeerReview.held_on >= local_times.day_of(since),
            or_(PeerReview.host_id.in_(town_ids), PeerReview.id.in_(coming)),
        )
        .order_by(PeerReview.held_on, PeerReview.id)
    )
    for row, host in rows:
        assert row.held_on is not None
        yield WholeDay(
            uid=f"beratung-{row.id}@{_host()}",
            sequence=row.version,
            stamp=clock.now(),
            day=row.held_on,
            title=f"Kollegiale Beratung in {host}",
            place=row.place,
            address=urls.absolute(peer_reviews.PATH.format(peer_review_id=row.id)),
        )


def _events(account_id: int, town_ids: set[int], since: datetime) -> Iterable[Entry]:
    """What she has registered for; what it is about and the link to join stand on its page alone."""
    rows = db.session.scalars(
        select(Event)
        .join(EventRegistration, EventRegistration.event_id == Event.id)
        .where(
            EventRegistration.account_id == account_id,
            EventRegistration.town_id.in_(town_ids),
            Event.state == events.ANNOUNCED,
            Event.starts_at > since,
        )
        .order_by(Event.starts_at, Event.id)
    )
    for row in rows:
        yield Entry(
            uid=event_files.uid(row.id),
            sequence=row.version,
            stamp=clock.now(),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            title=row.title,
            text="",
            place=row.place or "online",
            address=urls.absolute(events.PATH.format(event_id=row.id)),
            is_cancelled=False,
        )


def _host() -> str:
    return urlsplit(settings.current().public_url).hostname or ""

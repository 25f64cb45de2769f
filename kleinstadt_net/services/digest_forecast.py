"""When whose letters of the Monatsbrief come, this month and the next."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.digest import due
from kleinstadt_net.digest.due import Timetable
from kleinstadt_net.models import Membership, Subscription, Town
from kleinstadt_net.services import digest_people, working_days


@dataclass(frozen=True)
class Forecast:
    """From when on how many people's letters come; ``land`` where a holiday of this Land moves them, else None."""

    opens_at: datetime
    land: str | None
    people: int


@dataclass(frozen=True)
class _Person:
    account_id: int
    frequency: str
    paused_until: date | None
    # When she ordered it, changed it last, or was confirmed for her town.
    since: datetime
    land: str
    timetable: Timetable


def forecast(now: datetime) -> list[Forecast]:
    """What goes out this month and the next to how many people, by moment; the number of queries is constant.

    Nobody knows yet for whom there will be news: people are counted as if there were some for all.
    """
    month = due.month_of(now)
    following = due.month_after(month)
    first = [(person, moment) for person in _people(month) if (moment := _comes_at(person, month, now))]
    served = {person.account_id for person, _ in first if following in due.quarter_of(month)}
    then = [
        (person, moment)
        for person in _people(following)
        if not (person.frequency == due.QUARTERLY and person.account_id in served)
        and (moment := _comes_at(person, following, now))
    ]
    counted = Counter(_moved(person, moment, now) for person, moment in first + then)
    ordered = sorted(counted.items(), key=lambda item: (item[0][0], item[0][1] or ""))
    return [Forecast(opens_at, land, people) for (opens_at, land), people in ordered]


def overdue_since(month: str, now: datetime) -> datetime | None:
    """When the first letter should have come that nobody has written yet; None while none should have."""
    moments = (
        due.comes_at(month, _ready_at(person), _holidays(person, month), person.timetable)
        for person in _people(month)
    )
    return min((moment for moment in moments if moment <= now), default=None)


def _people(month: str) -> Iterator[_Person]:
    """Everybody whose letter of a month is still to be written, whether or not she has paused it."""
    usual, seen = digest_people.usual_timetable(), set[int]()
    rows = db.session.execute(
        select(Subscription, Town.land, Membership.confirmed_at)
        .join(Membership, Membership.account_id == Subscription.account_id)
        .join(Town, Town.id == Membership.town_id)
        .where(*digest_people.open_in(month), Membership.state == "confirmed", *digest_people.still_there())
        .order_by(Membership.is_home.desc(), Membership.id)
    )
    for row, land, confirmed_at in rows:
        if row.account_id not in seen:
            seen.add(row.account_id)
            chosen = digest_people.timetable(row.weekday, row.hour, usual)
            since = max(row.changed_at, confirmed_at or row.changed_at)
            yield _Person(row.account_id, row.frequency, row.paused_until, since, land, chosen)


def _comes_at(person: _Person, month: str, now: datetime) -> datetime | None:
    """When her letter comes; None where a pause lasts as long as the month."""
    moment = due.comes_at(month, now, _holidays(person, month), person.timetable)
    if person.paused_until is not None and moment.date() <= person.paused_until:
        moment = due.comes_at(
            month, max(now, _resumes(person.paused_until)), _holidays(person, month), person.timetable
        )
    return moment if due.month_of(moment) == month else None


def _ready_at(person: _Person) -> datetime:
    """From when on she can be written to."""
    if person.paused_until is None:
        return person.since
    return max(person.since, _resumes(person.paused_until))


def _resumes(paused_until: date) -> datetime:
    return datetime.combine(paused_until + timedelta(days=1), time.min, territory.TIME_ZONE)


def _moved(person: _Person, moment: datetime, now: datetime) -> tuple[datetime, str | None]:
    month = due.month_of(moment)
    usually = due.comes_at(month, now, (), person.timetable)
    return moment, person.land if moment > usually and person.paused_until is None else None


def _holidays(person: _Person, month: str) -> frozenset[date]:
    return working_days.holidays(person.land, int(month[:4]))

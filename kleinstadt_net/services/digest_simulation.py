"""Time travel: the Monatsbrief of months to come, on a scratch database that nobody else sees.

The scratch holds a copy of the present database, or an invented network of some towns. The clock is pretended, the
rest is what runs every day: rounds, letters, the rows that close a month. Nothing is sent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, insert, select, update

from kleinstadt_net import clock, register_data, territory
from kleinstadt_net.database import Base, db
from kleinstadt_net.digest import due
from kleinstadt_net.models import (
    Account,
    DigestIssue,
    Installation,
    Letter,
    LetterContent,
    Membership,
    Stance,
    Subscription,
    Town,
    TownFigure,
)
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import (
    digest_habits,
    digest_people,
    digests,
    installation,
    subscriptions,
    town_names,
)
from kleinstadt_net.services.digest_habits import Deed
from kleinstadt_net.vocabulary import TOPICS, State

# The scheduler comes by four times an hour, which would take long; these hours meet every choice of a reader's.
TICK_HOURS = (6, 8, 11, 14, 17, 19)
HALF = 30
COPIED_AT_ONCE = 500


@dataclass(frozen=True)
class Happening:
    """What a month brought a person, and when; ``subject`` is None where there was nothing to tell."""

    at: datetime
    month: str
    account_id: int
    town: str
    outcome: str
    subject: str | None


def copy_into(target: Connection) -> None:
    """Copy every row of the present database; letters that are there already without their texts."""
    for table in Base.metadata.sorted_tables:
        if table is LetterContent.__table__:
            continue
        rows = db.session.execute(select(table).execution_options(yield_per=COPIED_AT_ONCE))
        for part in rows.mappings().partitions(COPIED_AT_ONCE):
            target.execute(insert(table), [dict(row) for row in part])
    db.session.rollback()


def invent(towns: int, seed: int) -> None:
    """Fill an empty database with a network of so many towns, one reader in each, with habits of her own. Commits."""
    draw, names = Random(seed), register_data.invented_names()
    db.session.add(Installation(id=1, kind=installation.DEMONSTRATION, revision=0))
    for number in range(towns):
        suffix = "" if number < len(names) else f" {number // len(names) + 1}"
        town = _town(draw, number, names[number % len(names)] + suffix)
        db.session.add(town)
        db.session.flush()
        db.session.add_all(_statements(draw, town.id))
        db.session.add_all(_reader(draw, number, town.id))
        db.session.flush()
    db.session.commit()


def run(months: int, *, seed: int, jitter: int) -> Iterator[Happening]:
    """Let so many months pass, the present one first; ``jitter`` is how many minutes a tick comes early or late.

    A tick with something to do comes twice, as from two schedulers.
    """
    draw, start = Random(seed), clock.local_now()
    month, known, habits = due.month_of(start), _known(), _habits()
    for _ in range(months):
        deeds = _deeds(habits, month, draw)
        for moment in _ticks(draw, month, jitter):
            if moment < start:
                continue
            _do(deeds, moment)
            if not deeds and not _is_open(month):
                break
            with clock.at(moment):
                if digests.enqueue_due(clock.now()) != digests.EnqueueReport():
                    digests.enqueue_due(clock.now())
                    yield from _new(known)
        month = due.month_after(month)
        _stay_awake(month)


def _habits() -> Mapping[int, str]:
    """Account -> her habit; whoever was copied keeps what she chose."""
    if not installation.is_demonstration():
        return {}
    numbered = enumerate(db.session.scalars(select(Subscription.account_id).order_by(Subscription.id)))
    return {account_id: digest_habits.of(number) for number, account_id in numbered}


def _deeds(habits: Mapping[int, str], month: str, draw: Random) -> list[tuple[int, Deed]]:
    """What all will choose in the month, by account, the first one last."""
    found = [
        (account_id, deed)
        for account_id, habit in habits.items()
        for deed in digest_habits.deeds(habit, month, draw)
    ]
    return sorted(found, key=lambda one: one[1][0], reverse=True)


def _do(deeds: list[tuple[int, Deed]], until: datetime) -> None:
    """Take what is due off the list and store it, as each would on the page of her preferences."""
    while deeds and deeds[-1][1][0] <= until:
        account_id, (moment, choices) = deeds.pop()
        with clock.at(moment):
            subscriptions.set_preferences(account_id, choices, "")


def _ticks(draw: Random, month: str, jitter: int) -> Iterator[datetime]:
    day = date.fromisoformat(f"{month}-01")
    while day.strftime("%Y-%m") == month:
        for hour in TICK_HOURS:
            usual = datetime.combine(day, time(hour, HALF), territory.TIME_ZONE)
            yield usual + timedelta(minutes=draw.uniform(-jitter, jitter))
        day += timedelta(days=1)


def _is_open(month: str) -> bool:
    """Whether anybody's month is still to be closed, after a pause perhaps."""
    return (
        db.session.scalar(select(Subscription.id).where(*digest_people.open_in(month)).limit(1)) is not None
    )


def _known() -> set[int]:
    return set(db.session.scalars(select(DigestIssue.id)))


def _new(known: set[int]) -> Iterator[Happening]:
    """The months closed since the last look."""
    rows = db.session.execute(
        select(DigestIssue, Town.name, Letter.subject)
        .outerjoin(Town, Town.id == DigestIssue.town_id)
        .outerjoin(Letter, Letter.id == DigestIssue.letter_id)
        .where(DigestIssue.period == clock.current_month())
        .order_by(DigestIssue.id)
    )
    for row, town, subject in rows:
        if row.id not in known:
            known.add(row.id)
            yield Happening(clock.local_now(), row.period, row.account_id, town or "", row.outcome, subject)


def _stay_awake(month: str) -> None:
    """Let the invented towns look after what they say, or a year later nobody would be active any more."""
    if installation.is_demonstration():
        first = date.fromisoformat(f"{month}-01")
        db.session.execute(update(Account).values(seen_on=first))
        db.session.commit()


def _town(draw: Random, number: int, name: str) -> Town:
    west, south, east, north = territory.BOUNDS
    return Town(
        ags=f"{territory.DEMONSTRATION_KEY_PREFIX}{number:06d}",
        name_official=name,
        **town_names.columns(name, None),
        land=draw.choice(list(territory.LAENDER)),
        kreis=f"{territory.DEMONSTRATION_KEY_PREFIX}001",
        lat=draw.uniform(south, north),
        lon=draw.uniform(west, east),
        register_source="invented",
        joined_on=clock.today(),
        figures=[
            TownFigure(
                population_on=clock.today(),
                population=draw.randint(*territory.DEFAULT_SIZE_RANGE),
                area_km2=draw.uniform(20, 200),
                source="invented",
                quality="estimate",
            )
        ],
    )


def _statements(draw: Random, town_id: int) -> Iterator[Stance]:
    for subject in draw.sample(list(TOPICS), 4):
        yield Stance(
            town_id=town_id,
            subject=subject,
            state=draw.choice(list(State)).value,
            sentence="",
            since=clock.today(),
            confirmed_on=clock.today(),
            changed_at=clock.now(),
        )


def _reader(draw: Random, number: int, town_id: int) -> list[Any]:
    account = Account(
        email=f"person{number}@netz.example",
        first_name="",
        last_name=f"Person {number}",
        salutation="",
        created_at=clock.now(),
        confirmed_at=clock.now(),
    )
    db.session.add(account)
    db.session.flush()
    chosen = draw.random() < 0.3
    return [
        Membership(
            account_id=account.id, town_id=town_id, role="lead", state="confirmed", is_home=True,
            confirmed_at=clock.now(),
        ),
        Subscription(
            account_id=account.id,
            frequency=digest_habits.frequency(digest_habits.of(number)),
            token=new_token(),
            consent_at=clock.now(),
            consent_wording="",
            changed_at=clock.now(),
            weekday=draw.choice(due.WEEKDAYS) if chosen else None,
            hour=draw.choice(due.HOURS) if chosen else None,
        ),
    ]  # fmt: skip

"""A brake on repeated attempts that works across processes: a small table, written by upsert.

Keys are keyed hashes, so the table tells nobody who tried what.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Throttle
from kleinstadt_net.security.tokens import keyed_hash


@dataclass(frozen=True)
class Limit:
    """At most ``count`` attempts in ``window``; afterwards wait until the window has passed."""

    name: str
    count: int
    window: timedelta


@dataclass(frozen=True)
class Ladder:
    """``free`` tries at once; after each further one a longer wait, in minutes. A quiet day clears it."""

    name: str
    free: int
    minutes: tuple[int, ...]

    def wait_after(self, tries: int) -> timedelta:
        """How long to wait once so many tries were made."""
        if tries < self.free:
            return timedelta()
        return timedelta(minutes=self.minutes[min(tries - self.free, len(self.minutes) - 1)])


Step = tuple[Ladder, str]
MEMORY = timedelta(days=1)


class TooManyAttempts(Exception):
    """Something was tried too often lately; nothing was checked. ``until`` says when it may be tried again."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def climb(steps: Collection[Step]) -> None:
    """Count a try on all ladders before it is made, and commit; raises TooManyAttempts where one has to wait.

    Counted first and under a lock, a hundred tries at once are a hundred tries. A refused try counts on none.
    """
    begin_writing(db.session)
    now = clock.now()
    # In one order for everybody, so that two of them never wait for one another.
    waits = {key: _tries_and_end(ladder, key, now) for key, ladder in sorted(_keyed(steps).items())}
    until = max(end for _, end in waits.values())
    if until > now:
        db.session.rollback()
        raise TooManyAttempts(_next_minute(until))
    for key, (tries, _) in waits.items():
        db.session.execute(
            update(Throttle).where(Throttle.key == key).values(count=tries + 1, window_started_at=now)
        )
    db.session.commit()


def take_back(steps: Collection[Step]) -> None:
    """Uncount one try that turned out well, in the running transaction, without forgetting the others."""
    db.session.execute(
        update(Throttle)
        .where(Throttle.key.in_(_keyed(steps)), Throttle.count > 0)
        .values(count=Throttle.count - 1)
        .execution_options(synchronize_session=False)
    )


def clear(steps: Collection[Step]) -> None:
    """Forget the tries on these ladders, after a success, in the running transaction."""
    db.session.execute(delete(Throttle).where(Throttle.key.in_(_keyed(steps))))


def _keyed(steps: Collection[Step]) -> dict[str, Ladder]:
    return {keyed_hash(f"throttle:{ladder.name}", subject): ladder for ladder, subject in steps}


def _next_minute(moment: datetime) -> datetime:
    """As clocks on walls show it: whoever comes at this minute is not too early by seconds."""
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _tries_and_end(ladder: Ladder, key: str, now: datetime) -> tuple[int, datetime]:
    """The tries on a ladder and the end of the wait they brought; locks its row, making it where missing."""
    insert = sqlite_insert if db.session.get_bind().dialect.name == "sqlite" else postgresql_insert
    db.session.execute(
        insert(Throttle).values(key=key, count=0, window_started_at=now).on_conflict_do_nothing()
    )
    row = select(Throttle.count, Throttle.window_started_at).where(Throttle.key == key).with_for_update()
    tries, last_try = db.session.execute(row).one()
    if last_try < now - MEMORY:
        return 0, now
    return tries, last_try + ladder.wait_after(tries)


def is_exceeded(limit: Limit, subject: str) -> bool:
    """Whether the subject used up the limit; reads only, for asking before the expensive work."""
    count = db.session.scalar(
        select(Throttle.count).where(
            Throttle.key == _key(limit, subject), Throttle.window_started_at > clock.now() - limit.window
        )
    )
    return count is not None and count >= limit.count


def count(limit: Limit, subject: str) -> None:
    """Count one attempt in the running transaction; an old window starts anew."""
    now = clock.now()
    insert = sqlite_insert if db.session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = insert(Throttle).values(key=_key(limit, subject), count=1, window_started_at=now)
    over = Throttle.window_started_at <= now - limit.window
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={
                "count": case((over, 1), else_=Throttle.count + 1),
                "window_started_at": case((over, now), else_=Throttle.window_started_at),
            },
        )
    )


def forget(limit: Limit, subject: str) -> None:
    """Clear the count, after a success, in the running transaction."""
    db.session.execute(delete(Throttle).where(Throttle.key == _key(limit, subject)))


def _key(limit: Limit, subject: str) -> str:
    return keyed_hash(f"throttle:{limit.name}", subject)

"""A brake on repeated attempts that works across processes: a small table, written by upsert.

Keys are keyed hashes, so the table tells nobody who tried what.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Throttle
from kleinstadt_net.security.tokens import keyed_hash


@dataclass(frozen=True)
class Limit:
    """At most ``count`` attempts in ``window``; afterwards wait until the window has passed."""

    name: str
    count: int
    window: timedelta


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

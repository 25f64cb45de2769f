"""The daily letter: what a person wishes to read together, written on working days from half past seven on.

The key ``notifications_daily:<account>:<day>`` makes a second letter on one day impossible; what comes later that day
waits for the next. What she has read in her list by then is not told again.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

import structlog
from sqlalchemy import Select, select

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Notification, Town
from kleinstadt_net.security.identity import still_acts
from kleinstadt_net.services import correspondence, urls, working_days
from kleinstadt_net.services.notification_kinds import DAILY
from kleinstadt_net.territory import TIME_ZONE

KIND = "notifications_daily"
LIST_PATH, SETTINGS_PATH = "/benachrichtigungen", "/benachrichtigungen/einstellungen"
# Before the day begins; whoever opens the letter later in it still finds the day's news in the list.
OPENS_AT, CLOSES_AT = time(7, 30), time(18)
MAX_LINES = 20
# Whoever could not be written to for so long, because the town was suspended say, has the list.
STILL_NEWS = timedelta(days=14)

Outcome = Literal["written", "nothing", "failed"]
log = structlog.get_logger("notifications")


@dataclass(frozen=True)
class Report:
    """How many daily letters were written; ``failed`` come up again at the next call.

    ``nothing``: read, or written by another process, in this very moment, or the day's letter has gone out.
    """

    written: int = 0
    nothing: int = 0
    failed: int = 0


def write_due(now: datetime) -> Report:
    """Write to everybody who is due; safe to call at any time and from several processes. Commits per letter."""
    local = now.astimezone(TIME_ZONE)
    if not OPENS_AT <= local.time() < CLOSES_AT:
        return Report()
    waiting = db.session.execute(_waiting(now, Notification.account_id, Town.land).distinct()).all()
    due = {row.account_id for row in waiting if working_days.is_working_day(local.date(), row.land)}
    done: Counter[Outcome] = Counter(_attempt(account_id, now) for account_id in sorted(due))
    return Report(**{str(outcome): count for outcome, count in done.items()})


def _attempt(account_id: int, now: datetime) -> Outcome:
    # Ends the reading, which on SQLite would make the writing fail if anybody wrote in between.
    db.session.rollback()
    try:
        begin_writing(db.session)
        if _write(account_id, now):
            db.session.commit()
            return "written"
        db.session.rollback()
    except Exception:
        # One letter that cannot be written must not keep the others waiting.
        db.session.rollback()
        log.exception("daily letter not written", account_id=account_id)
        return "failed"
    return "nothing"


def _write(account_id: int, now: datetime) -> bool:
    rows = db.session.execute(
        _waiting(now, Notification, Town.name)
        .where(Notification.account_id == account_id)
        .order_by(Notification.id.desc())
    ).all()
    if not rows:
        return False
    today: date = now.astimezone(TIME_ZONE).date()
    is_new = correspondence.write(
        KIND,
        db.session.get_one(Account, account_id),
        key=f"{account_id}:{today}",
        context={
            "lines": [_line(row, town) for row, town in rows[:MAX_LINES]],
            "total": len(rows),
            "rest": max(0, len(rows) - MAX_LINES),
            "names_towns": len({row.town_id for row, _ in rows}) > 1,
            "list_url": urls.absolute(LIST_PATH),
            "settings_url": urls.absolute(SETTINGS_PATH),
        },
    )
    if is_new:
        for row, _ in rows:
            row.bundled_at = now
    return is_new


def _waiting(now: datetime, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .join_from(Notification, Town, Town.id == Notification.town_id)
        .where(
            Notification.mode == DAILY,
            Notification.bundled_at.is_(None),
            Notification.read_at.is_(None),
            Notification.created_at > now - STILL_NEWS,
            still_acts(),
        )
    )


def _line(row: Notification, town: str) -> dict[str, str]:
    return {"title": row.title, "detail": row.detail, "town": town, "url": urls.absolute(row.path)}

"""One reminder after a week, and an end without blame after three: what time does to a request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, select

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Exchange, Town
from kleinstadt_net.services import answer_people, exchange_answers, exchange_letters, exchange_rules
from kleinstadt_net.services.exchange_rules import LAPSED, REQUESTED, SERVICE

REMIND_AFTER, LAPSE_AFTER = timedelta(days=7), timedelta(days=21)
# Who has just asked back or replied is not cut off the next morning.
QUIET = timedelta(days=7)

log = structlog.get_logger("exchanges")


@dataclass(frozen=True)
class Report:
    """How many requests were called to mind and how many ended; ``failed`` come up again at the next call."""

    reminded: int = 0
    lapsed: int = 0
    failed: int = 0


def look_after(now: datetime) -> Report:
    """Do what is due; safe to call at any time and from several processes. Commits per exchange."""
    lapsed = [_attempt(exchange_id, now, _lapse) for exchange_id in _ids(_due_to_lapse(now))]
    reminded = [_attempt(exchange_id, now, _remind) for exchange_id in _ids(_due_to_remind(now))]
    return Report(reminded.count(True), lapsed.count(True), (reminded + lapsed).count(None))


def _due_to_lapse(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Exchange.state == REQUESTED,
        Exchange.requested_at <= now - LAPSE_AFTER,
        Exchange.changed_at <= now - QUIET,
    )


def _due_to_remind(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Exchange.state == REQUESTED,
        Exchange.requested_at <= now - REMIND_AFTER,
        Exchange.reminded_at.is_(None),
        # A question or a reply is news enough, and whose turn it is knows so.
        Exchange.changed_at <= now - QUIET,
    )


def _ids(conditions: tuple[ColumnElement[bool], ...]) -> list[int]:
    return list(db.session.scalars(select(Exchange.id).where(*conditions).order_by(Exchange.id)))


def _attempt(exchange_id: int, now: datetime, deed: Callable[[Exchange, datetime], bool]) -> bool | None:
    """Whether it was done; None where it failed."""
    db.session.rollback()
    try:
        begin_writing(db.session)
        done = deed(exchange_answers.locked(exchange_id), now)
        db.session.commit()
        return done
    except Exception:
        # One request that cannot be looked after must not keep the others waiting.
        db.session.rollback()
        log.exception("request not looked after")
        return None


def _lapse(row: Exchange, now: datetime) -> bool:
    state = exchange_rules.allowed(row.state, "lapse", SERVICE)
    if state is None or not _is(row, _due_to_lapse(now)):
        return False
    exchange_answers.end(row, LAPSED, now)
    row.changed_at, row.version = now, row.version + 1
    db.session.flush()
    exchange_letters.lapsed(row)
    return True


def _remind(row: Exchange, now: datetime) -> bool:
    allowed = exchange_rules.allowed(row.state, "remind", SERVICE)
    if allowed is None or not _is(row, _due_to_remind(now)):
        return False
    row.reminded_at = now
    there = select(Town.id).where(Town.id.in_((row.town_id, row.peer_id)), *answer_people.taking_part(Town))
    if len(db.session.scalars(there).all()) == 2:
        exchange_letters.requested(row, reminder=True)
    return True


def _is(row: Exchange, conditions: tuple[ColumnElement[bool], ...]) -> bool:
    """Whether the row, locked by now, still fulfils them."""
    return db.session.scalar(select(Exchange.id).where(Exchange.id == row.id, *conditions)) is not None

"""Trouble with the letters: noticed by a job, told to the operators once for each day, forgotten when it is over.

The log names it at once; the page for monitoring and the operator's desk show it for as long as it lasts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import func, or_, select, update

from kleinstadt_net import settings, territory
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest import alarms, due
from kleinstadt_net.digest.alarms import Watched
from kleinstadt_net.mail.database_clock import database_now
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import (
    Account,
    DigestIssue,
    DigestMonth,
    Installation,
    JobRun,
    Letter,
    Membership,
    OperatorAlert,
    Town,
)
from kleinstadt_net.services import (
    addresses,
    correspondence,
    digest_facts,
    digest_forecast,
    digest_people,
    rounds,
    undelivered,
    urls,
)

DESK_PATH = "/betrieb/briefe"
LETTER = "operator_alert"
# The ladder takes a day and a half to give a letter up; one more, because nobody looks on a Sunday.
FAILED_WITHIN = timedelta(days=3)
# Four ticks of the job that writes them: as long as it fails it says so again.
COMPOSED_WITHIN = timedelta(hours=1)
# A mailbox that is away for half an hour is no trouble: within this time the job comes by eight times.
READ_WITHIN, UNREAD_TICKS = timedelta(hours=2), 6

log = structlog.get_logger("alerts")


@dataclass(frozen=True)
class AlertReport:
    """Codes of what is wrong now, and which of them the operators have just been written about."""

    open: tuple[str, ...]
    told: tuple[str, ...]


def check(now: datetime) -> AlertReport:
    """Look at the letters, remember what is wrong and tell the operators; commits."""
    watched = _watched(now)
    codes = alarms.decide(watched, now)
    today = now.astimezone(territory.TIME_ZONE).date()
    begin_writing(db.session)
    for code in codes:
        _note(code, today, now)
    _clear(codes, now)
    # While nothing leaves, a letter would tell of it when it is over.
    told = _tell(codes, today, now) if watched.paused_at is None else ()
    db.session.commit()
    for code in codes:
        log.warning("something is wrong with the letters", code=code)
    return AlertReport(codes, told)


def _note(code: str, today: date, now: datetime) -> None:
    row = {"code": code, "day": today, "first_at": now, "last_at": now}
    db.session.execute(insert_once(OperatorAlert, row, OperatorAlert.code, OperatorAlert.day))
    _change(OperatorAlert.code == code, OperatorAlert.day == today, last_at=now, cleared_at=None)


def _clear(codes: Sequence[str], now: datetime) -> None:
    _change(OperatorAlert.code.not_in(codes), OperatorAlert.cleared_at.is_(None), cleared_at=now)


def _tell(codes: Sequence[str], today: date, now: datetime) -> tuple[str, ...]:
    """One letter about everything that is new today."""
    new = tuple(
        code
        for code in codes
        if _change(
            OperatorAlert.code == code,
            OperatorAlert.day == today,
            OperatorAlert.told_at.is_(None),
            told_at=now,
        )
    )
    if not new:
        return ()
    _write(new, f"{today}:{new[0]}")
    return new


def _write(codes: tuple[str, ...], key: str) -> None:
    """To each operator; where letters reach none of them, to the address of the Impressum.

    No code is told twice on a day, so the first of them names the letter.
    """
    context = {"codes": codes, "desk_url": urls.absolute(DESK_PATH)}
    operators = db.session.scalars(select(Account).where(Account.is_operator).order_by(Account.id)).all()
    for operator in operators:
        correspondence.write(LETTER, operator, key=f"{key}:{operator.id}", context=context)
    if not all(addresses.is_held_back(operator.email) for operator in operators):
        return
    address = settings.current().operator_email
    try:
        correspondence.write_to_address(LETTER, address, key=f"{key}:impressum", context=context)
    except ValueError:
        # Left empty, or written for people only.
        log.error("nobody can be told by letter: no operator is reachable, OPERATOR_EMAIL is no address")


def _change(*conditions: object, **values: datetime | None) -> bool:
    """Change alerts in the running transaction; whether there was one to change."""
    changed = db.session.execute(
        update(OperatorAlert)
        .where(*conditions)  # type: ignore[arg-type]
        .values(**values)
        .returning(OperatorAlert.id),
        execution_options={"synchronize_session": False},
    )
    return bool(changed.all())


def _watched(now: datetime) -> Watched:
    month = due.month_of(now)
    sent, failed = _outcomes(now - FAILED_WITHIN)
    written = db.session.scalar(select(func.count()).where(DigestIssue.period == month)) or 0
    return Watched(
        needs_round=_towns() >= rounds.SMALLEST_NETWORK,
        has_round=digest_facts.round_id(month) is not None,
        waiting_since=db.session.scalar(select(DigestMonth.waiting_since).where(DigestMonth.month == month)),
        written=written,
        overdue_since=None if written else digest_forecast.overdue_since(month, now),
        compose_failed=_compose_failed(now - COMPOSED_WITHIN),
        sent=sent,
        failed=failed,
        late=_late(now),
        returns_unread=_returns_unread(now - READ_WITHIN),
        paused_at=db.session.scalar(select(Installation.sending_paused_at)),
    )


def _towns() -> int:
    """Towns a round could propose to one another."""
    taking_part = (
        select(func.count(Membership.town_id.distinct()))
        .join(Town, Town.id == Membership.town_id)
        .where(
            Membership.state == "confirmed",
            Town.joined_on.is_not(None),
            Town.paused_until.is_(None),
            *digest_people.still_there(),
        )
    )
    return db.session.scalar(taking_part) or 0


def _compose_failed(since: datetime) -> bool:
    """Whether the last time Monatsbriefe were written, lately, one of them could not be."""
    latest = db.session.scalar(
        select(JobRun.succeeded)
        .where(JobRun.name == "digests", JobRun.finished_at > since)
        .order_by(JobRun.id.desc())
        .limit(1)
    )
    return latest is False


def _returns_unread(since: datetime) -> bool:
    failed = select(func.count()).where(
        JobRun.name == "returns", JobRun.finished_at > since, JobRun.succeeded.is_(False)
    )
    return (db.session.scalar(failed) or 0) >= UNREAD_TICKS


def _outcomes(since: datetime) -> tuple[int, int]:
    """Letters that arrived and that were given up lately, those aside that were never to leave."""
    row = db.session.execute(
        select(
            func.count().filter(Letter.state == "sent", Letter.sent_at > since),
            func.count().filter(undelivered.given_up(), Letter.created_at > since),
        )
    ).one()
    return row[0], row[1]


def _late(now: datetime) -> int:
    """Letters that have waited too long for us.

    One that its recipient's server has put off is on its ladder, and late only when its next try is; that moment was
    written by the database's clock. One that our own server did not take (tried, but no attempt begun) waits since it
    was written.
    """
    never_taken = (Letter.attempts > 0) & Letter.attempt_started_at.is_(None)
    seconds = int(alarms.SENT_WITHIN.total_seconds())
    waiting = select(func.count()).where(
        Letter.state.in_(("pending", "unknown")),
        or_(
            never_taken & (Letter.created_at < now - alarms.SENT_WITHIN),
            Letter.next_try_at < database_now(-seconds),
        ),
    )
    return db.session.scalar(waiting) or 0

"""The round a month's letters are made from: made good where it is missing, and how long they wait for it."""

from datetime import datetime

import structlog
from sqlalchemy import select, update

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest import due
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import DigestMonth
from kleinstadt_net.services import digest_facts

log = structlog.get_logger("digests")


def ensured(month: str, now: datetime) -> int | None:
    """The round of a month, run now where it is the present one's and missing; None where there is none to be had."""
    found = digest_facts.round_id(month)
    if found is not None or month != due.month_of(now):
        return found
    # The engine's libraries are heavy, and web workers read this file without ever running a round.
    from kleinstadt_net.services import rounds

    try:
        rounds.ensure_current(now)
    except Exception:
        # A round that fails must not take the letters along; they wait for it and then go without.
        db.session.rollback()
        log.exception("round could not be run", month=month)
    return digest_facts.round_id(month)


def waits(month: str, now: datetime) -> bool:
    """Whether letters that are due should rather wait for their round; notes since when they do. Commits.

    Counted from the first tick that missed it: after an outage of days it has its 24 hours as well.
    """
    return now < due.patience_ends(_waiting_since(month, now))


def would_wait(month: str, now: datetime) -> bool:
    """The same, noting nothing."""
    since = db.session.scalar(select(DigestMonth.waiting_since).where(DigestMonth.month == month))
    return since is None or now < due.patience_ends(since)


def _waiting_since(month: str, now: datetime) -> datetime:
    since = select(DigestMonth.waiting_since).where(DigestMonth.month == month)
    found = db.session.scalar(since)
    if found is not None:
        return found
    begin_writing(db.session)
    row = {"month": month, "waiting_since": now, "created_at": now}
    db.session.execute(insert_once(DigestMonth, row, DigestMonth.month))
    db.session.execute(
        update(DigestMonth)
        .where(DigestMonth.month == month, DigestMonth.waiting_since.is_(None))
        .values(waiting_since=now)
    )
    db.session.commit()
    return db.session.scalar(since) or now

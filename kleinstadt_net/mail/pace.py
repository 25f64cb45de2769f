"""How fast letters may leave, and whether any may: one answer for all processes, because the database gives it."""

from sqlalchemy import and_, func, or_, select, text

from kleinstadt_net import settings
from kleinstadt_net.database import db
from kleinstadt_net.mail.database_clock import database_now
from kleinstadt_net.models import Installation, Letter

MINUTE = 60
# Any number of our own: whoever counts what may still leave holds it until the claim is committed.
_LOCK = 72026

# A condition of every statement that lets a letter go, so that a pause holds from the moment it is committed.
NOT_PAUSED = ~select(Installation.id).where(Installation.sending_paused_at.is_not(None)).exists()


def is_paused() -> bool:
    """Whether an operator has stopped all letters."""
    return not db.session.scalar(select(NOT_PAUSED))


def allowance(wanted: int) -> int:
    """How many of ``wanted`` letters may be claimed now, within the claiming transaction.

    Counted are letters begun in the last minute and those in hands that have yet to begin: however processes take
    turns, no minute sees more than MAIL_PER_MINUTE leave.
    """
    per_minute = settings.current().mail_per_minute
    if per_minute == 0:
        return wanted
    _take_turns()
    begun = and_(Letter.claimed_at > database_now(-MINUTE), Letter.attempt_started_at.is_not(None))
    waiting = and_(Letter.state == "claimed", Letter.attempt_started_at.is_(None))
    used = db.session.scalar(select(func.count()).select_from(Letter).where(or_(begun, waiting))) or 0
    return min(wanted, max(0, per_minute - used))


def _take_turns() -> None:
    """Two that count at the same time would each use up what is left; SQLite lets only one write anyway."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})

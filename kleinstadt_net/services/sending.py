"""Whether letters leave at all: an operator may halt every one of them, and let them go again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Installation
from kleinstadt_net.services import audit


@dataclass(frozen=True)
class Halt:
    """Since when no letter leaves, and who has halted them; nobody's name where it was done by command."""

    since: datetime
    by: str


def halted() -> Halt | None:
    """The halt that holds now, None while letters leave."""
    row = db.session.execute(
        select(Installation.sending_paused_at, Account.first_name, Account.last_name).outerjoin(
            Account, Account.id == Installation.sending_paused_by_id
        )
    ).one()
    if row.sending_paused_at is None:
        return None
    return Halt(row.sending_paused_at, f"{row.first_name or ''} {row.last_name or ''}".strip())


def halt(account_id: int | None) -> bool:
    """Let no letter leave until ``resume``; False where that was so already. Commits."""
    return _change("letter.halted", account_id, Installation.sending_paused_at.is_(None), clock.now())


def resume(account_id: int | None) -> bool:
    """Let letters leave again; False where they did. Commits."""
    return _change("letter.resumed", account_id, Installation.sending_paused_at.is_not(None), None)


def _change(action: str, account_id: int | None, before: object, paused_at: datetime | None) -> bool:
    begin_writing(db.session)
    changed = db.session.execute(
        update(Installation)
        .where(before)  # type: ignore[arg-type]
        .values(sending_paused_at=paused_at, sending_paused_by_id=account_id if paused_at else None)
        .returning(Installation.id),
        execution_options={"synchronize_session": False},
    ).all()
    if changed:
        audit.record(action, account_id=account_id)
    db.session.commit()
    return bool(changed)

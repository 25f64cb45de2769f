"""What only an operator can settle: put on her desk, shown there, ticked off."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, OperatorTask, Town

MISSING_TOWN = "missing_town"
LAST_LEAD_INACTIVE = "last_lead_inactive"
LAST_LEAD_LEAVES = "last_lead_leaves"


@dataclass(frozen=True)
class Task:
    """An open task as the desk shows it; ``note`` is what a person wrote herself."""

    task_id: int
    kind: str
    note: str
    email: str | None
    town_name: str | None
    town_ags: str | None
    created_at: datetime


def add(kind: str, *, account_id: int | None = None, town_id: int | None = None, note: str = "") -> None:
    """Put a task on the desk in the running transaction; one that is open already is not doubled."""
    exists = db.session.scalar(
        select(OperatorTask.id).where(
            OperatorTask.kind == kind,
            OperatorTask.account_id.is_not_distinct_from(account_id),
            OperatorTask.town_id.is_not_distinct_from(town_id),
            OperatorTask.note == note,
            OperatorTask.done_at.is_(None),
        )
    )
    if exists is None:
        db.session.add(
            OperatorTask(kind=kind, account_id=account_id, town_id=town_id, note=note, created_at=clock.now())
        )


def open_tasks() -> list[Task]:
    """All open tasks, oldest first."""
    rows = db.session.execute(
        select(OperatorTask, Account.email, Town.name, Town.ags)
        .outerjoin(Account, Account.id == OperatorTask.account_id)
        .outerjoin(Town, Town.id == OperatorTask.town_id)
        .where(OperatorTask.done_at.is_(None))
        .order_by(OperatorTask.id)
    ).all()
    return [
        Task(task.id, task.kind, task.note, email, name, ags, task.created_at)
        for task, email, name, ags in rows
    ]


def finish(task_id: int) -> bool:
    """Tick a task off; False when there is no such open task. Commits."""
    begin_writing(db.session)
    done = db.session.execute(
        update(OperatorTask)
        .where(OperatorTask.id == task_id, OperatorTask.done_at.is_(None))
        .values(done_at=clock.now())
        .returning(OperatorTask.id)
    ).scalar_one_or_none()
    db.session.commit()
    return done is not None

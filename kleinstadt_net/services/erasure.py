"""A person goes: account, letters and everything about her are deleted; the town keeps what it said.

What the town said stays without the name of who wrote it. Nothing that was deleted is noted, only how much.
"""

from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import Base, begin_writing, db
from kleinstadt_net.models import (
    Account,
    DeletionEntry,
    Invitation,
    Letter,
    Membership,
    OperatorTask,
    Report,
    Town,
)
from kleinstadt_net.services import audit, installation, memberships, operator_tasks

# Why somebody was deleted, for the log.
BY_HERSELF, BY_OPERATOR, INACTIVE, UNCONFIRMED = "herself", "operator", "inactive", "unconfirmed"

_IN_SILENCE = {"synchronize_session": False}


def erase(account_id: int, cause: str) -> bool:
    """Delete a person and everything about her; False when there is no such account. Commits."""
    begin_writing(db.session)
    erased = remove(account_id, cause)
    db.session.commit()
    return erased


def remove(account_id: int, cause: str) -> bool:
    """The same in the running transaction.

    A town whose last lead she was keeps its statements but takes part no longer until somebody leads it again;
    the operator finds that on her desk.
    """
    account = db.session.scalar(select(Account).where(Account.id == account_id).with_for_update())
    if account is None:
        return False
    for town_id in towns_left_alone(account_id, locked=True):
        _leave_alone(town_id)
    counts = _delete_what_names(account.email, account_id)
    # The database's own rules take sessions, links, consents and memberships along, and empty references.
    db.session.expunge(account)
    counts["accounts"] = _delete(Account, Account.id == account_id)
    log(cause, counts)
    return True


def log(cause: str, counts: dict[str, int]) -> None:
    """Note in the running transaction that rows were deleted, and how many of which kind."""
    db.session.add(
        DeletionEntry(
            at=clock.now(), cause=cause, counts={name: count for name, count in counts.items() if count}
        )
    )


def towns_left_alone(account_id: int, *, locked: bool = False) -> list[int]:
    """The towns nobody would be responsible for without this person; ``locked`` until the transaction ends."""
    led = select(Membership.town_id).where(
        Membership.account_id == account_id, Membership.role == "lead", Membership.state == "confirmed"
    )
    town_ids = list(db.session.scalars(led.order_by(Membership.town_id)))
    if locked:
        for town_id in town_ids:
            memberships.lock(town_id)
    others = select(Membership.town_id).where(
        Membership.town_id.in_(town_ids),
        Membership.account_id != account_id,
        Membership.role == "lead",
        Membership.state == "confirmed",
    )
    kept = set(db.session.scalars(others))
    return [town_id for town_id in town_ids if town_id not in kept]


def names_of_towns_left_alone(account_id: int) -> list[str]:
    """The same towns by name, for the page that asks whether she is sure."""
    town_ids = towns_left_alone(account_id)
    return list(db.session.scalars(select(Town.name).where(Town.id.in_(town_ids)).order_by(Town.sort_key)))


def _leave_alone(town_id: int) -> None:
    db.session.execute(
        update(Town).where(Town.id == town_id).values(joined_on=None), execution_options=_IN_SILENCE
    )
    operator_tasks.add(operator_tasks.LAST_LEAD_LEAVES, town_id=town_id)
    audit.record("town.left", town_id=town_id)
    installation.touch_town(town_id)


def _delete_what_names(address: str, account_id: int) -> dict[str, int]:
    """Rows that hold her address or name without belonging to her account."""
    names_her = OperatorTask.note.icontains(address, autoescape=True)
    db.session.execute(
        update(Report)
        .where(func.lower(Report.reporter_email) == address)
        .values(reporter_email=None, reporter_name=""),
        execution_options=_IN_SILENCE,
    )
    return {
        "letters": _delete(
            Letter, or_(Letter.account_id == account_id, func.lower(Letter.recipient) == address)
        ),
        "invitations": _delete(Invitation, Invitation.email == address),
        "operator_tasks": _delete(OperatorTask, or_(OperatorTask.account_id == account_id, names_her)),
    }


def _delete(model: type[Base], condition: ColumnElement[bool]) -> int:
    result: Any = db.session.execute(delete(model).where(condition), execution_options=_IN_SILENCE)
    return int(result.rowcount)

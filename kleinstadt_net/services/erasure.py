"""A person goes: account, letters and everything about her are deleted; the town keeps what it said.

What the town said stays without the name of who wrote it. Nothing that was deleted is noted, only how much.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, false, func, or_, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import Base, begin_writing, db
from kleinstadt_net.mail.suppressions import hashes
from kleinstadt_net.models import (
    Account,
    AuditEntry,
    Bounce,
    DeletionEntry,
    Invitation,
    Letter,
    Membership,
    OperatorTask,
    Report,
    Town,
)
from kleinstadt_net.services import audit, installation, memberships, operator_tasks
from kleinstadt_net.services.personal_data import text_of

# Why somebody was deleted, for the log.
BY_HERSELF, BY_OPERATOR, INACTIVE, UNCONFIRMED = "herself", "operator", "inactive", "unconfirmed"

# Letters to others that name her, and whose id their key begins with; a test holds both against the templates.
BY_MEMBERSHIP = ("claim_for_lead", "town_hall_told")
BY_INVITATION = "invitation"
BY_GIVER = ("suggestion_handed_on", "exchange_handed_on", "exchange_agreed", "message_written")
# Names her where she took over from its recipient; its key is the recipient's.
TO_PREDECESSOR = "membership_ended"

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
    _lock_towns(account_id)
    account = db.session.scalar(select(Account).where(Account.id == account_id).with_for_update())
    if account is None:
        return False
    for town_id in towns_left_alone(account_id):
        _leave_alone(town_id)
    counts = _delete_what_names(account)
    _forget_in_trail(account_id)
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


def towns_left_alone(account_id: int) -> list[int]:
    """The towns nobody would be responsible for without this person."""
    led = select(Membership.town_id).where(
        Membership.account_id == account_id, Membership.role == "lead", Membership.state == "confirmed"
    )
    town_ids = list(db.session.scalars(led.order_by(Membership.town_id)))
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


def _lock_towns(account_id: int) -> None:
    """Towns before the person, as everybody who changes a town's people does: two who go at once wait in turn."""
    hers = select(Membership.town_id).where(Membership.account_id == account_id).order_by(Membership.town_id)
    for town_id in db.session.scalars(hers).all():
        memberships.lock(town_id)


def _leave_alone(town_id: int) -> None:
    db.session.execute(
        update(Town).where(Town.id == town_id).values(joined_on=None), execution_options=_IN_SILENCE
    )
    operator_tasks.add(operator_tasks.LAST_LEAD_LEAVES, town_id=town_id)
    audit.record("town.left", town_id=town_id)
    installation.touch_town(town_id)


def _delete_what_names(account: Account) -> dict[str, int]:
    """Rows that hold her address or name without belonging to her account."""
    address = account.email
    names_her = OperatorTask.note.icontains(address, autoescape=True)
    db.session.execute(
        update(Report)
        .where(func.lower(Report.reporter_email) == address)
        .values(reporter_email=None, reporter_name=""),
        execution_options=_IN_SILENCE,
    )
    return {
        "letters": _delete(
            Letter,
            or_(
                Letter.account_id == account.id,
                func.lower(Letter.recipient) == address,
                _written_about(account.id),
                Letter.id.in_(_to_predecessors(account)),
            ),
        ),
        "bounces": _delete(Bounce, Bounce.address_hash.in_(hashes(address))),
        "invitations": _delete(Invitation, Invitation.email == address),
        "operator_tasks": _delete(OperatorTask, or_(OperatorTask.account_id == account.id, names_her)),
    }


def _written_about(account_id: int) -> ColumnElement[bool]:
    """Letters to her town hall, to its leads and to whom she invited: they say who she is."""
    invited = db.session.scalars(select(Invitation.id).where(Invitation.invited_by_id == account_id)).all()
    starts = [f"{kind}:{number}:" for kind in BY_MEMBERSHIP for number in _memberships_of(account_id)]
    starts += [f"{kind}:{account_id}:" for kind in BY_GIVER]
    keys = [f"{BY_INVITATION}:{number}" for number in invited]
    return or_(false(), Letter.key.in_(keys), *(Letter.key.startswith(start) for start in starts))


def _to_predecessors(account: Account) -> list[int]:
    """Letters that told a lead of one of her towns that she took over."""
    name = f"{account.first_name} {account.last_name}".strip() or account.email
    towns = select(Membership.town_id).where(Membership.account_id == account.id)
    left = select(Membership.account_id).where(Membership.town_id.in_(towns), Membership.state == "ended")
    told = select(Letter.id, Letter.content).where(
        Letter.kind == TO_PREDECESSOR, Letter.account_id.in_(left), Letter.account_id != account.id
    )
    return [letter_id for letter_id, content in db.session.execute(told) if name in text_of(content)]


def _forget_in_trail(account_id: int) -> None:
    """The number of an access that is gone may be given again, and would then name somebody else."""
    number = AuditEntry.detail["membership"].as_integer()
    for entry in db.session.scalars(select(AuditEntry).where(number.in_(_memberships_of(account_id)))):
        entry.detail = {name: value for name, value in entry.detail.items() if name != "membership"}
    db.session.flush()


def _memberships_of(account_id: int) -> Sequence[int]:
    return db.session.scalars(select(Membership.id).where(Membership.account_id == account_id)).all()


def _delete(model: type[Base], condition: ColumnElement[bool]) -> int:
    result: Any = db.session.execute(delete(model).where(condition), execution_options=_IN_SILENCE)
    return int(result.rowcount)

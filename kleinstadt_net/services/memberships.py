"""How the role and the access of a town's people change and end, and what they choose for themselves.

The last confirmed lead of a town can neither leave nor be removed nor become an editor: first somebody has to take
over, or the operator decides (``remove_last_lead``). Whoever changes a town's people locks the town's row first,
so that of two last leads who leave at once exactly one succeeds.
"""

from datetime import timedelta

from sqlalchemy import select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Invitation, Membership, Town
from kleinstadt_net.services import (
    audit,
    consents,
    correspondence,
    installation,
    operator_tasks,
    throttle,
    town_hall,
    town_people,
    urls,
    verification,
)
from kleinstadt_net.vocabulary import ROLE_TITLES

ROLES = ("lead", "editor")
OWN_TOWNS_PATH = "/konto/zugaenge"
OVERVIEW_PATH = "/uebersicht"
PROOF = "account_page"

# Why somebody's access ended, and so what her letter says.
LEFT, REMOVED, HANDED_OVER, BY_OPERATOR = "left", "removed", "handed_over", "operator"

# Somebody of an administration that several towns share asks for each of them, hardly for more.
CLAIMS = throttle.Limit("further_town", 10, timedelta(days=1))

_IN_SILENCE = {"synchronize_session": False}


class TooManyClaims(Exception):
    """The person asked for so many towns today that nothing was done."""


class LastLead(Exception):
    """Nothing was changed: without this person nobody would be responsible for the town."""


def change_role(town_id: int, membership_id: int, role: str, by_account_id: int) -> bool:
    """A lead gives a person of her town another role; False when there is none to change.

    Raises LastLead, and ValueError for a role that does not exist.
    """
    if role not in ROLES:
        raise ValueError(role)
    membership = _before_lead(town_id, membership_id, by_account_id)
    if membership is None or membership.role == role:
        db.session.rollback()
        return membership is not None
    _keep_a_lead(membership)
    membership.role = role
    if role == "editor":
        _withdraw_invitations(membership)
    audit.record(
        "membership.role", account_id=by_account_id, town_id=town_id, membership=membership.id, role=role
    )
    account, town = membership.account, membership.town
    correspondence.write(
        "role_changed",
        account,
        key=f"{membership.id}:{_moment()}",
        context={
            "town": town.name,
            "role": role,
            "role_title": ROLE_TITLES[role],
            "overview_url": urls.absolute(OVERVIEW_PATH),
        },
    )
    db.session.flush()
    if role == "lead":
        town_hall.tell(town_id)
    db.session.commit()
    return True


def remove(town_id: int, membership_id: int, by_account_id: int) -> bool:
    """A lead ends somebody's access to her town; False when there is none. Raises LastLead."""
    membership = _before_lead(town_id, membership_id, by_account_id)
    if membership is None:
        db.session.rollback()
        return False
    _keep_a_lead(membership)
    end(membership, by_account_id, LEFT if membership.account_id == by_account_id else REMOVED)
    db.session.commit()
    return True


def leave(account_id: int, membership_id: int) -> bool:
    """A person gives up her own access; False when it is not hers. Raises LastLead."""
    begin_writing(db.session)
    membership = _locked(membership_id)
    if membership is None or membership.account_id != account_id:
        db.session.rollback()
        return False
    _keep_a_lead(membership)
    end(membership, account_id, LEFT)
    db.session.commit()
    return True


def ask_operator(account_id: int, membership_id: int) -> bool:
    """A last lead without a successor asks the operator to end her access; False when she is none."""
    begin_writing(db.session)
    membership = _locked(membership_id)
    if membership is None or membership.account_id != account_id or not _is_last_lead(membership):
        db.session.rollback()
        return False
    operator_tasks.add(operator_tasks.LAST_LEAD_LEAVES, account_id=account_id, town_id=membership.town_id)
    db.session.commit()
    return True


def remove_last_lead(membership_id: int, operator_id: int) -> bool:
    """The operator ends a last lead's access, knowing that the town then takes part no longer.

    The town keeps what it said, and it shows again once somebody becomes its lead. False when this is no last lead.
    """
    begin_writing(db.session)
    membership = _locked(membership_id)
    if membership is None or not _is_last_lead(membership):
        db.session.rollback()
        return False
    end_last_lead(membership, operator_id)
    db.session.commit()
    return True


def end_last_lead(membership: Membership, operator_id: int | None) -> None:
    """The same in the running transaction, for whoever has looked already."""
    end(membership, operator_id, BY_OPERATOR)
    db.session.execute(update(Town).where(Town.id == membership.town_id).values(joined_on=None))
    audit.record("town.left", account_id=operator_id, town_id=membership.town_id)


def end(membership: Membership, by_account_id: int | None, cause: str, successor: str = "") -> None:
    """End an access in the running transaction, with the letter that says why; asks nothing about leads.

    Invitations she sent end with it. Where the town was her home, another of hers becomes it.
    """
    membership.state = "ended"
    membership.ended_at = clock.now()
    was_home, membership.is_home = membership.is_home, False
    db.session.flush()
    if was_home:
        _move_home(membership.account_id)
    _withdraw_invitations(membership)
    installation.touch_town(membership.town_id)
    audit.record(
        "membership.ended",
        account_id=by_account_id,
        town_id=membership.town_id,
        membership=membership.id,
        cause=cause,
    )
    correspondence.write(
        "membership_ended",
        db.session.get_one(Account, membership.account_id),
        key=f"{membership.id}:{_moment()}",
        context={
            "town": db.session.get_one(Town, membership.town_id).name,
            "cause": cause,
            "successor": successor,
            "own_towns_url": urls.absolute(OWN_TOWNS_PATH),
        },
    )


def set_home(account_id: int, membership_id: int) -> bool:
    """Choose the town one acts for first and gets the Monatsbrief for; False when it is none of hers."""
    begin_writing(db.session)
    membership = _locked(membership_id)
    if membership is None or membership.account_id != account_id:
        db.session.rollback()
        return False
    db.session.execute(
        update(Membership)
        .where(Membership.account_id == account_id)
        .values(is_home=Membership.id == membership_id),
        execution_options=_IN_SILENCE,
    )
    db.session.commit()
    return True


def claim_further_town(account_id: int, ags: str, office: str) -> bool:
    """Ask to act for a further town; False where she does already, has asked, or no such town may be chosen.

    Raises TooManyClaims.
    """
    if throttle.is_exceeded(CLAIMS, str(account_id)):
        raise TooManyClaims
    begin_writing(db.session)
    account = db.session.get_one(Account, account_id)
    town = db.session.scalar(
        select(Town).where(Town.ags == ags, Town.gone_on.is_(None), Town.hidden_on.is_(None))
    )
    if town is None or _stands(account_id, town.id):
        db.session.rollback()
        return False
    throttle.count(CLAIMS, str(account_id))
    verification.claim(account, town, office)
    db.session.commit()
    return True


def set_needs_release(town_id: int, needs_release: bool, by_account_id: int) -> bool:
    """Whether a lead releases what editors write; False when this is no lead of the town.

    Drafts that wait already go on waiting.
    """
    begin_writing(db.session)
    if not town_people.leads(town_id, by_account_id):
        db.session.rollback()
        return False
    db.session.execute(update(Town).where(Town.id == town_id).values(needs_release=needs_release))
    audit.record("town.release", account_id=by_account_id, town_id=town_id, needed=needs_release)
    db.session.commit()
    return True


def set_shows_name(account_id: int, shows: bool) -> None:
    """Let verified towns see name and office, or no longer."""
    begin_writing(db.session)
    consents.set_shows_name(account_id, shows, PROOF)
    db.session.commit()


def lock(town_id: int) -> Town | None:
    """The town, locked until the transaction ends: one change to its people at a time."""
    found = select(Town).where(Town.id == town_id).with_for_update()
    return db.session.scalar(found.execution_options(populate_existing=True))


def _locked(membership_id: int) -> Membership | None:
    """The confirmed membership, read after its town was locked."""
    town_id = db.session.scalar(select(Membership.town_id).where(Membership.id == membership_id))
    if town_id is None:
        return None
    lock(town_id)
    found = select(Membership).where(
        Membership.id == membership_id, Membership.town_id == town_id, Membership.state == "confirmed"
    )
    return db.session.scalar(found.with_for_update().execution_options(populate_existing=True))


def _stands(account_id: int, town_id: int) -> bool:
    found = select(Membership.id).where(
        Membership.account_id == account_id,
        Membership.town_id == town_id,
        (Membership.state == "confirmed")
        | ((Membership.state == "pending") & Membership.requested_at.is_not(None)),
    )
    return db.session.scalar(found) is not None


def _before_lead(town_id: int, membership_id: int, lead_id: int) -> Membership | None:
    begin_writing(db.session)
    membership = _locked(membership_id)
    if membership is None or membership.town_id != town_id or not town_people.leads(town_id, lead_id):
        return None
    return membership


def _keep_a_lead(membership: Membership) -> None:
    if _is_last_lead(membership):
        db.session.rollback()
        raise LastLead


def _is_last_lead(membership: Membership) -> bool:
    if membership.role != "lead":
        return False
    other = select(Membership.id).where(
        Membership.town_id == membership.town_id,
        Membership.id != membership.id,
        Membership.role == "lead",
        Membership.state == "confirmed",
    )
    return db.session.scalar(other.limit(1)) is None


def _move_home(account_id: int) -> None:
    next_home = (
        select(Membership.id)
        .where(Membership.account_id == account_id, Membership.state == "confirmed")
        .order_by(Membership.confirmed_at, Membership.id)
        .limit(1)
    )
    found = db.session.scalar(next_home)
    if found is not None:
        db.session.execute(update(Membership).where(Membership.id == found).values(is_home=True))


def _withdraw_invitations(membership: Membership) -> None:
    """Nobody is let in any more in the name of a person who may not let in."""
    db.session.execute(
        update(Invitation)
        .where(
            Invitation.town_id == membership.town_id,
            Invitation.invited_by_id == membership.account_id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=clock.now()),
        execution_options=_IN_SILENCE,
    )


def _moment() -> str:
    return f"{clock.now():%Y%m%dT%H%M%S%f}"

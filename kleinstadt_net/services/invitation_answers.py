"""Accepting an invitation by its link, which proves the address as the one after signing up does.

Who has a confirmed account keeps it as it is and signs in as ever; anybody else chooses name and password, also
where somebody had signed up with her address and never proved it.
"""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, AccountSession, Invitation, Membership, OneTimeLink, Town
from kleinstadt_net.security import common_passwords, passwords
from kleinstadt_net.security.common_passwords import Objection
from kleinstadt_net.services import (
    audit,
    consents,
    invitations,
    links,
    memberships,
    town_people,
    verification,
)

PROOF = "invitation"


class BadPassword(Exception):
    """The password is one that is guessed first; nothing was stored."""

    def __init__(self, objection: Objection) -> None:
        super().__init__(objection.value)
        self.objection = objection


@dataclass(frozen=True)
class Offer:
    """What the link shows: who invites for which town; ``is_known`` where the person has an account."""

    town_name: str
    land: str
    kreis_name: str | None
    invited_by: str
    email: str
    role: str
    office: str
    hands_over: bool
    is_known: bool


@dataclass(frozen=True)
class Newcomer:
    """What a person without an account says of herself; she has accepted the house rules."""

    first_name: str
    last_name: str
    salutation: str
    password: str


@dataclass(frozen=True)
class Accepted:
    """For which town the person acts now, and with which address she signs in."""

    town_name: str
    email: str
    role: str


def find(token: str) -> Offer | None:
    """What the link offers; None when it is unknown, used, expired or withdrawn. Reads only."""
    found = _open(token)
    if found is None:
        return None
    _, invitation, town, inviter = found
    account = _account(invitation.email)
    return Offer(
        town_name=town.name,
        land=town.land,
        kreis_name=town.kreis_name,
        invited_by=town_people.name_of(inviter),
        email=invitation.email,
        role=invitation.role,
        office=invitation.office,
        hands_over=invitation.hands_over,
        is_known=account is not None and account.confirmed_at is not None,
    )


def accept(token: str, newcomer: Newcomer | None) -> Accepted | None:
    """Give the person the access she was invited to; None when the link leads nowhere.

    ``newcomer`` is needed where ``Offer.is_known`` was False and left aside otherwise; where it is missing nothing
    happens (None). A hand-over ends the inviting lead's access in the same transaction. Raises BadPassword.
    """
    hashed = _hashed(token, newcomer) if newcomer is not None else None
    begin_writing(db.session)
    found = _open(token, locked=True)
    if found is None or not links.consume(found[0]):
        db.session.rollback()
        return None
    _, invitation, town, inviter = found
    try:
        account = _welcome(invitation.email, newcomer, hashed)
        # A lead who took the address herself meanwhile cannot succeed herself.
        if account is None or account.id == inviter.id:
            db.session.rollback()
            return None
        role = _admit(invitation, account)
    except IntegrityError:
        # She signed up with this very address, or asked for this town, in this very moment: now that is there.
        db.session.rollback()
        return accept(token, newcomer)
    if invitation.hands_over:
        _hand_over(invitation, town, inviter, account)
    db.session.commit()
    return Accepted(town.name, account.email, role)


def _open(token: str, *, locked: bool = False) -> tuple[OneTimeLink, Invitation, Town, Account] | None:
    """What a token leads to while the town stands and the person who invited still leads it."""
    link = links.find(token, invitations.PURPOSE)
    if link is None:
        return None
    invitation = db.session.get(Invitation, link.target_id)
    if locked and invitation is not None:
        memberships.lock(invitation.town_id)
        db.session.refresh(invitation, with_for_update=True)
    if invitation is None or invitation.accepted_at or invitation.withdrawn_at:
        return None
    town, inviter = invitation.town, invitation.invited_by
    if town.gone_on or town.suspended_at or not town_people.leads(town.id, inviter.id):
        return None
    return link, invitation, town, inviter


def _account(email: str) -> Account | None:
    return db.session.scalar(
        select(Account).where(Account.email == email).execution_options(populate_existing=True)
    )


def _hashed(token: str, newcomer: Newcomer) -> str | None:
    """The hash of a password that is good enough; slow, so it is made before anything is locked."""
    offer = find(token)
    if offer is None or offer.is_known:
        return None
    objection = common_passwords.objection(newcomer.password, email=offer.email, names=(offer.town_name,))
    if objection is not None:
        raise BadPassword(objection)
    return passwords.hash_password(newcomer.password)


def _welcome(email: str, newcomer: Newcomer | None, hashed: str | None) -> Account | None:
    """The confirmed account behind the address, made or taken over from an unproven sign-up."""
    account = _account(email)
    if account is not None and account.confirmed_at is not None:
        return account
    if newcomer is None or hashed is None:
        return None
    if account is None:
        account = Account(email=email, created_at=clock.now())
        db.session.add(account)
    account.first_name = newcomer.first_name
    account.last_name = newcomer.last_name
    account.salutation = newcomer.salutation
    account.password_hash = hashed
    account.shows_name = False
    account.confirmed_at = clock.now()
    account.seen_on = clock.today()
    db.session.flush()
    _forget_sign_up(account.id)
    consents.give(
        account.id,
        consents.HOUSE_RULES,
        consents.HOUSE_RULES_VERSION,
        consents.HOUSE_RULES_WORDING,
        PROOF,
    )
    audit.record("account.confirmed", account_id=account.id)
    return account


def _forget_sign_up(account_id: int) -> None:
    """Whoever had typed this address before proved nothing; her links and wishes end."""
    silently = {"synchronize_session": False}
    unproven = (Membership.state == "pending", Membership.requested_at.is_(None))
    for statement in (
        delete(AccountSession).where(AccountSession.account_id == account_id),
        delete(OneTimeLink).where(OneTimeLink.account_id == account_id),
        delete(Membership).where(Membership.account_id == account_id, *unproven),
    ):
        db.session.execute(statement, execution_options=silently)


def _admit(invitation: Invitation, account: Account) -> str:
    """Confirm the access; who has more than is offered keeps it."""
    invitation.accepted_at = clock.now()
    found = select(Membership).where(
        Membership.account_id == account.id, Membership.town_id == invitation.town_id
    )
    membership = db.session.scalar(found.with_for_update().execution_options(populate_existing=True))
    if membership is None:
        membership = Membership(
            account_id=account.id,
            town_id=invitation.town_id,
            role="editor",
            state="pending",
            is_home=False,
        )
        db.session.add(membership)
        db.session.flush()
    if not _has_home(account.id):
        membership.is_home = True
    membership.office = invitation.office or membership.office or ""
    held = membership.role if membership.state == "confirmed" else None
    if held not in ("lead", invitation.role):
        verification.confirm(membership, invitation.role, invitation.invited_by_id)
    audit.record(
        "invitation.accepted",
        account_id=account.id,
        town_id=invitation.town_id,
        membership=membership.id,
        role=membership.role,
    )
    return membership.role


def _has_home(account_id: int) -> bool:
    found = select(Membership.id).where(
        Membership.account_id == account_id, Membership.is_home, Membership.state != "ended"
    )
    return db.session.scalar(found.limit(1)) is not None


def _hand_over(invitation: Invitation, town: Town, inviter: Account, successor: Account) -> None:
    """The inviting lead's access ends; everything the town said stays."""
    membership = db.session.scalars(
        select(Membership).where(Membership.account_id == inviter.id, Membership.town_id == town.id)
    ).one()
    audit.record("lead.handed_over", account_id=inviter.id, town_id=town.id, membership=membership.id)
    memberships.end(membership, inviter.id, memberships.HANDED_OVER, successor=town_people.name_of(successor))

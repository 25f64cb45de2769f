"""Invitations: a lead asks a person by e-mail to act for the town too, or to take over from her."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from email_validator import validate_email
from sqlalchemy import ColumnElement, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail.letters import mailable
from kleinstadt_net.models import Account, Invitation, Membership, OneTimeLink, Town
from kleinstadt_net.services import (
    accounts,
    audit,
    correspondence,
    links,
    memberships,
    throttle,
    town_people,
    urls,
)
from kleinstadt_net.vocabulary import ROLE_TITLES

PURPOSE = "invitation"
LINK_DAYS = 14
LINK_PATH = "/einladung/{token}"

# A town hall has a dozen people who might take part; whoever writes to more is sending something else.
PER_TOWN = throttle.Limit("invitation_town", 20, timedelta(days=1))
PER_MAILBOX = throttle.Limit("invitation_mailbox", 3, timedelta(days=1))


class Refused(Exception):
    """Nothing was stored or sent; the subclass says why."""


class BadAddress(Refused):
    """No letter can be written to this address."""


class AlreadyThere(Refused):
    """The person acts for the town already."""


class TooMany(Refused):
    """So many invitations were sent today that the next has to wait."""


class NoLead(Refused):
    """Who invites does not lead the town, or no longer."""


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation nobody has accepted yet, as the town's leads see it."""

    invitation_id: int
    email: str
    role: str
    office: str
    hands_over: bool
    invited_by: str
    created_at: datetime
    expires_at: datetime


def invite(
    town_id: int, lead_id: int, email: str, *, role: str, office: str, hands_over: bool = False
) -> None:
    """Write to a person that a lead would like her to act for the town; a hand-over is always for a lead.

    A second invitation takes the place of the first. Raises the subclasses of Refused.
    """
    role = "lead" if hands_over else role
    if role not in ROLE_TITLES:
        raise ValueError(role)
    address = _address(email)
    mailbox = f"{town_id}:{address}"
    if throttle.is_exceeded(PER_TOWN, str(town_id)) or throttle.is_exceeded(PER_MAILBOX, mailbox):
        raise TooMany
    begin_writing(db.session)
    town = memberships.lock(town_id)
    if town is None or not town_people.leads(town_id, lead_id):
        db.session.rollback()
        raise NoLead
    if _is_there(town_id, address, hands_over=hands_over):
        db.session.rollback()
        raise AlreadyThere
    throttle.count(PER_TOWN, str(town_id))
    throttle.count(PER_MAILBOX, mailbox)
    _close(Invitation.town_id == town_id, Invitation.email == address)
    invitation = Invitation(
        town_id=town_id,
        invited_by_id=lead_id,
        email=address,
        role=role,
        office=office,
        hands_over=hands_over,
        created_at=clock.now(),
    )
    db.session.add(invitation)
    db.session.flush()
    _write(invitation, town)
    audit.record("invitation.sent", account_id=lead_id, town_id=town_id, role=role, hands_over=hands_over)
    db.session.commit()


def open_for(town_id: int) -> list[OpenInvitation]:
    """The invitations of a town that may still be accepted, the latest first."""
    rows = db.session.execute(
        select(Invitation, Account, OneTimeLink.expires_at)
        .join(Invitation.invited_by)
        .join(OneTimeLink, (OneTimeLink.purpose == PURPOSE) & (OneTimeLink.target_id == Invitation.id))
        .where(
            Invitation.town_id == town_id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            OneTimeLink.expires_at > clock.now(),
        )
        .order_by(Invitation.id.desc())
    )
    return [
        OpenInvitation(
            i.id,
            i.email,
            i.role,
            i.office,
            i.hands_over,
            town_people.name_of(inviter),
            i.created_at,
            expires_at,
        )
        for i, inviter, expires_at in rows.all()
    ]


def withdraw(town_id: int, invitation_id: int, lead_id: int) -> bool:
    """Make an invitation's link lead nowhere; False when there is no open one of this town."""
    begin_writing(db.session)
    withdrawn = _close(Invitation.town_id == town_id, Invitation.id == invitation_id)
    if not withdrawn:
        db.session.rollback()
        return False
    audit.record("invitation.withdrawn", account_id=lead_id, town_id=town_id)
    db.session.commit()
    return True


def _address(email: str) -> str:
    try:
        address = accounts.normalised_address(email)
        known = validate_email(address, check_deliverability=False, test_environment=True)
        # The mail server's older encoding turns "ß" into "ss": that is somebody else's domain.
        if known.ascii_email is None or mailable(address) != known.ascii_email:
            raise BadAddress
    except (accounts.AccountError, ValueError) as error:
        raise BadAddress from error
    return address


def _is_there(town_id: int, address: str, *, hands_over: bool) -> bool:
    """Whether nothing would change: an editor may still be asked to take over."""
    found = (
        select(Membership.role)
        .join(Membership.account)
        .where(Account.email == address, Membership.town_id == town_id, Membership.state == "confirmed")
    )
    role = db.session.scalar(found)
    return role == "lead" or (role is not None and not hands_over)


def _close(*conditions: ColumnElement[bool]) -> int:
    closed = db.session.execute(
        update(Invitation)
        .where(*conditions, Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now())
        .returning(Invitation.id),
        execution_options={"synchronize_session": False},
    )
    return len(closed.all())


def _write(invitation: Invitation, town: Town) -> None:
    inviter = db.session.get_one(Account, invitation.invited_by_id)
    token = links.create(PURPOSE, inviter.id, days=LINK_DAYS, target_id=invitation.id)
    correspondence.write_to_address(
        "invitation",
        invitation.email,
        key=str(invitation.id),
        context={
            "invited_by": town_people.name_of(inviter),
            "town": town.name,
            "role": invitation.role,
            "office": invitation.office,
            "hands_over": invitation.hands_over,
            "accept_url": urls.absolute(LINK_PATH.format(token=token)),
            "days": LINK_DAYS,
        },
    )

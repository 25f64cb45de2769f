"""The people of a town as its leads see them, and the towns of a person as she sees them; reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Membership, Town


@dataclass(frozen=True)
class Person:
    """Somebody who acts for a town, as its leads see her."""

    membership_id: int
    account_id: int
    name: str
    email: str
    office: str
    role: str
    since: datetime | None


@dataclass(frozen=True)
class PendingClaim:
    """Somebody who would like to act for the town."""

    membership_id: int
    name: str
    email: str
    office: str
    requested_at: datetime


@dataclass(frozen=True)
class People:
    """Everybody of a town, and whether what editors write is released by a lead."""

    persons: tuple[Person, ...]
    claims: tuple[PendingClaim, ...]
    needs_release: bool

    @property
    def leads(self) -> tuple[Person, ...]:
        return tuple(person for person in self.persons if person.role == "lead")


@dataclass(frozen=True)
class OwnTown:
    """A town the person acts for; ``is_last_lead`` says that it would be left without anybody responsible."""

    membership_id: int
    town_name: str
    office: str
    role: str
    since: datetime | None
    is_home: bool
    is_last_lead: bool


@dataclass(frozen=True)
class OwnTowns:
    """All towns of a person, and whether verified towns may see her name."""

    towns: tuple[OwnTown, ...]
    shows_name: bool


def people(town_id: int) -> People:
    """Who acts for the town, leads first, and who waits to be let in."""
    rows = db.session.execute(
        select(Membership, Account)
        .join(Membership.account)
        .where(Membership.town_id == town_id, Membership.state.in_(("confirmed", "pending")))
        .order_by(Membership.role.desc(), Account.last_name, Account.first_name, Membership.id)
    )
    found = rows.all()
    needs_release = db.session.scalar(select(Town.needs_release).where(Town.id == town_id))
    return People(
        persons=tuple(
            Person(m.id, a.id, name_of(a), a.email, m.office, m.role, m.confirmed_at)
            for m, a in found
            if m.state == "confirmed"
        ),
        # Who never proved her address has asked for nothing yet.
        claims=tuple(
            PendingClaim(m.id, name_of(a), a.email, m.office, m.requested_at)
            for m, a in found
            if m.state == "pending" and m.requested_at is not None
        ),
        needs_release=bool(needs_release),
    )


def own(account_id: int) -> OwnTowns:
    """The towns a person acts for, her home first."""
    other = aliased(Membership)
    has_other_lead = exists().where(
        other.town_id == Membership.town_id,
        other.id != Membership.id,
        other.role == "lead",
        other.state == "confirmed",
    )
    rows = db.session.execute(
        select(Membership, Town.name, has_other_lead)
        .join(Membership.town)
        .where(Membership.account_id == account_id, Membership.state == "confirmed")
        .order_by(Membership.is_home.desc(), Town.sort_key, Membership.id)
    )
    towns = tuple(
        OwnTown(m.id, name, m.office, m.role, m.confirmed_at, m.is_home, m.role == "lead" and not is_shared)
        for m, name, is_shared in rows.all()
    )
    shows_name = db.session.scalar(select(Account.shows_name).where(Account.id == account_id))
    return OwnTowns(towns, bool(shows_name))


def name_of(account: Account) -> str:
    """First and last name; the address where she gave none."""
    return f"{account.first_name} {account.last_name}".strip() or account.email


def leads(town_id: int, account_id: int) -> bool:
    """Whether this person is a confirmed lead of the town; meant to be asked while the town is locked."""
    found = select(Membership.id).where(
        Membership.town_id == town_id,
        Membership.account_id == account_id,
        Membership.role == "lead",
        Membership.state == "confirmed",
    )
    return db.session.scalar(found) is not None

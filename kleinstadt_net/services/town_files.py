"""One town as an operator sees it: who acts for it, how it is reached, what it says, and what happened lately."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from kleinstadt_net.database import db
from kleinstadt_net.mail.suppressions import Refusal, refusals
from kleinstadt_net.models import Account, Membership, Stance, Town, TownAddress, TownDomain
from kleinstadt_net.services import audit_trail
from kleinstadt_net.services.audit_trail import TrailEntry, TrailFilters

LATEST = 15


@dataclass(frozen=True)
class TownPerson:
    """Somebody with an access to the town that has not ended; ``refusal`` says why letters to her are held back."""

    membership_id: int
    account_id: int
    name: str
    email: str
    role: str
    state: str
    office: str
    since: datetime | None
    refusal: Refusal | None


@dataclass(frozen=True)
class PostalAddress:
    """Where the town hall is reached."""

    recipient: str
    street: str
    postcode: str
    place: str
    email: str | None


@dataclass(frozen=True)
class TownFile:
    """Everything an operator needs to know of one town; ``statements`` counts its needs too."""

    town_id: int
    ags: str
    slug: str
    name: str
    land: str
    kreis_name: str | None
    joined_on: date | None
    paused_until: date | None
    suspended_at: datetime | None
    gone_on: date | None
    people: tuple[TownPerson, ...]
    domains: tuple[str, ...]
    address: PostalAddress | None
    statements: int
    trail: tuple[TrailEntry, ...]

    @property
    def sole_lead(self) -> TownPerson | None:
        """The only lead where there is just one, who cannot simply be removed."""
        leads = [person for person in self.people if person.role == "lead" and person.state == "confirmed"]
        return leads[0] if len(leads) == 1 else None


def find(ags: str) -> TownFile | None:
    """The file of the town with this key, whatever became of it."""
    town = db.session.scalar(select(Town).where(Town.ags == ags))
    if town is None:
        return None
    return TownFile(
        town_id=town.id,
        ags=town.ags,
        slug=town.slug,
        name=town.name,
        land=town.land,
        kreis_name=town.kreis_name,
        joined_on=town.joined_on,
        paused_until=town.paused_until,
        suspended_at=town.suspended_at,
        gone_on=town.gone_on,
        people=_people(town.id),
        domains=tuple(
            db.session.scalars(
                select(TownDomain.domain).where(TownDomain.town_id == town.id).order_by(TownDomain.domain)
            )
        ),
        address=_address(town.id),
        statements=_count_statements(town.id),
        trail=tuple(audit_trail.entries(TrailFilters(ags=town.ags), limit=LATEST)),
    )


def _people(town_id: int) -> tuple[TownPerson, ...]:
    rows = db.session.execute(
        select(Membership, Account)
        .join(Membership.account)
        .where(Membership.town_id == town_id, Membership.state != "ended")
        .order_by(Membership.state, Membership.role.desc(), Membership.id)
    ).all()
    held_back = refusals({account.email for _, account in rows})
    return tuple(
        TownPerson(
            membership_id=membership.id,
            account_id=account.id,
            name=f"{account.first_name} {account.last_name}".strip(),
            email=account.email,
            role=membership.role,
            state=membership.state,
            office=membership.office,
            since=membership.confirmed_at or membership.requested_at,
            refusal=held_back.get(account.email),
        )
        for membership, account in rows
    )


def _address(town_id: int) -> PostalAddress | None:
    row = db.session.scalar(select(TownAddress).where(TownAddress.town_id == town_id))
    if row is None:
        return None
    return PostalAddress(row.recipient, row.street, row.postcode, row.place, row.email)


def _count_statements(town_id: int) -> int:
    return db.session.scalar(select(func.count()).select_from(Stance).where(Stance.town_id == town_id)) or 0

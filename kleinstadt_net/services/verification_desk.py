"""Verification as pages show it: the operator's desk with all one needs to decide, and a person's own claims."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, LetterCode, Membership, Town, TownAddress, TownDomain, TownFigure
from kleinstadt_net.services import domains, verification
from kleinstadt_net.services.snapshot_facts import FigureRow, current
from kleinstadt_net.services.verification_letters import name_of

FREE_MAIL, APPROVED, UNKNOWN = "free_mail", "approved", "unknown"
# More than anybody decides in one go; the rest moves up.
SHOWN = 50


@dataclass(frozen=True)
class Person:
    """Somebody who acts for the town already."""

    name: str
    email: str
    role: str
    office: str


@dataclass(frozen=True)
class PendingClaim:
    """One claim with all an operator needs to decide it.

    ``domain_state``: "approved" for this town, "free_mail", or "unknown". ``sharing`` names the other towns that
    have the address's domain, by the register or by somebody who acts for them already. ``admitted``: she browses
    and drafts already. ``code_until``: a letter code is under way.
    """

    membership_id: int
    person: str
    email: str
    office: str
    requested_at: datetime
    admitted: bool
    ags: str
    town_name: str
    town_slug: str
    town_land: str
    town_kreis: str | None
    population: int | None
    is_estimate: bool
    suspended: bool
    domain: str
    domain_state: str
    sharing: tuple[str, ...]
    people: tuple[Person, ...]
    has_lead: bool
    has_address: bool
    can_tell_town_hall: bool
    code_until: datetime | None
    expires_on: datetime


@dataclass(frozen=True)
class UntoldTown:
    """A town with a lead whose town hall could not be told who acts for it."""

    ags: str
    name: str
    kreis_name: str | None


@dataclass(frozen=True)
class OwnClaim:
    """A person's claim as she sees it. ``state``: "open", "confirmed" or "ended"."""

    membership_id: int
    town_name: str
    ags: str
    slug: str
    office: str
    role: str
    state: str
    waits_for_lead: bool
    admitted: bool
    code_sent: bool
    was_confirmed: bool
    requested_at: datetime | None
    expires_on: datetime | None
    ended_at: datetime | None


def pending() -> list[PendingClaim]:
    """The claims an operator decides, the longest waiting first, at most 50; a fixed number of queries."""
    rows = db.session.execute(
        select(Membership, Account, Town)
        .join(Membership.account)
        .join(Membership.town)
        .where(verification.is_open(), verification.is_for_operator(clock.now()))
        .order_by(Membership.requested_at, Membership.id)
        .limit(SHOWN)
    ).all()
    around = _Surroundings.of([row[0] for row in rows], [row[1].email for row in rows])
    return [around.describe(*row) for row in rows]


def count_pending() -> int:
    """How many claims wait for an operator."""
    which = (verification.is_open(), verification.is_for_operator(clock.now()))
    return db.session.scalar(select(func.count()).select_from(Membership).where(*which)) or 0


def untold_towns() -> list[UntoldTown]:
    """Towns with a lead where no e-mail address of the town hall is known, at most 50."""
    rows = db.session.execute(
        select(Town.ags, Town.name, Town.kreis_name)
        .where(*_is_untold())
        .order_by(Town.sort_key, Town.ags)
        .limit(SHOWN)
    )
    return [UntoldTown(*row) for row in rows]


def count_untold() -> int:
    """How many towns that are."""
    return db.session.scalar(select(func.count()).select_from(Town).where(*_is_untold())) or 0


def _is_untold() -> tuple[ColumnElement[bool], ...]:
    lead = exists().where(
        Membership.town_id == Town.id, Membership.role == "lead", Membership.state == "confirmed"
    )
    told = exists().where(TownAddress.town_id == Town.id, TownAddress.email.is_not(None))
    return lead, ~told, Town.gone_on.is_(None)


def own_claims(account_id: int) -> list[OwnClaim]:
    """What became of a person's claims, the open ones first."""
    code = exists().where(
        LetterCode.membership_id == Membership.id,
        LetterCode.used_at.is_(None),
        LetterCode.expires_at > clock.now(),
    )
    rows = db.session.execute(
        select(Membership, Town, verification.is_open(), verification.town_has_lead(), code)
        .join(Membership.town)
        .where(Membership.account_id == account_id, Membership.requested_at.is_not(None))
        .order_by(Membership.requested_at.desc(), Membership.id)
    )
    claims = [_own_claim(*row) for row in rows]
    return sorted(claims, key=lambda claim: claim.state != "open")


def _own_claim(
    membership: Membership, town: Town, is_open: bool, has_lead: bool, code_sent: bool
) -> OwnClaim:
    return OwnClaim(
        membership_id=membership.id,
        town_name=town.name,
        ags=town.ags,
        slug=town.slug,
        office=membership.office,
        role=membership.role,
        state="open" if is_open else membership.state,
        waits_for_lead=is_open and has_lead,
        admitted=is_open and membership.state == "confirmed",
        code_sent=code_sent and not has_lead,
        was_confirmed=membership.confirmed_at is not None,
        requested_at=membership.requested_at,
        expires_on=_expires_on(membership),
        ended_at=membership.ended_at,
    )


def _expires_on(membership: Membership) -> datetime | None:
    asked = membership.requested_at
    return asked + timedelta(days=verification.CLAIM_DAYS) if asked else None


@dataclass(frozen=True)
class _Surroundings:
    """What the claims' towns and domains are known for, read once for all of them."""

    figures: dict[int, list[FigureRow]]
    people: dict[int, list[Person]]
    domains: dict[str, list[tuple[int, str]]]
    colleagues: dict[str, list[tuple[int, str]]]
    emails: dict[int, str | None]
    codes: dict[int, datetime]

    @classmethod
    def of(cls, memberships: Sequence[Membership], emails: Iterable[str]) -> "_Surroundings":
        towns = {membership.town_id for membership in memberships}
        wanted = {domain for email in emails for domain in domains.candidates(email)}
        addresses = select(TownAddress.town_id, TownAddress.email).where(TownAddress.town_id.in_(towns))
        codes = select(LetterCode.membership_id, LetterCode.expires_at).where(
            LetterCode.membership_id.in_([membership.id for membership in memberships]),
            LetterCode.used_at.is_(None),
            LetterCode.expires_at > clock.now(),
        )
        return cls(
            figures=_figures(towns),
            people=_people(towns),
            domains=_domains(wanted),
            colleagues=_colleagues(wanted),
            emails=dict(db.session.execute(addresses).all()),
            codes=dict(db.session.execute(codes).all()),
        )

    def describe(self, membership: Membership, account: Account, town: Town) -> PendingClaim:
        asked = membership.requested_at
        assert asked is not None
        figure = current(self.figures[town.id])
        people = tuple(person for person in self.people[town.id] if person.email != account.email)
        domain = domains.of_address(account.email) or ""
        entries = [entry for one in domains.candidates(account.email) for entry in self.domains[one]]
        return PendingClaim(
            membership_id=membership.id,
            person=name_of(account),
            email=account.email,
            office=membership.office,
            requested_at=asked,
            admitted=membership.state == "confirmed",
            ags=town.ags,
            town_name=town.name,
            town_slug=town.slug,
            town_land=town.land,
            town_kreis=town.kreis_name,
            population=figure.population if figure else None,
            is_estimate=figure is not None and not figure.official,
            suspended=town.suspended_at is not None,
            domain=domains.readable(domain),
            domain_state=_domain_state(domain, town.id, entries),
            sharing=tuple(
                sorted({name for town_id, name in (*entries, *self.colleagues[domain]) if town_id != town.id})
            ),
            people=people,
            has_lead=any(person.role == "lead" for person in people),
            has_address=town.id in self.emails,
            can_tell_town_hall=bool(self.emails.get(town.id)),
            code_until=self.codes.get(membership.id),
            expires_on=asked + timedelta(days=verification.CLAIM_DAYS),
        )


def _domain_state(domain: str, town_id: int, entries: Iterable[tuple[int, str]]) -> str:
    if domains.is_free_mail(domain):
        return FREE_MAIL
    return APPROVED if any(entry == town_id for entry, _ in entries) else UNKNOWN


def _figures(towns: Collection[int]) -> dict[int, list[FigureRow]]:
    found: dict[int, list[FigureRow]] = defaultdict(list)
    columns = (TownFigure.population_on, TownFigure.population, TownFigure.area_km2, TownFigure.quality)
    rows = select(TownFigure.town_id, *columns).where(TownFigure.town_id.in_(towns))
    for town_id, population_on, population, area, quality in db.session.execute(rows):
        found[town_id].append(FigureRow(population_on, population, area, quality))
    return found


def _people(towns: Collection[int]) -> dict[int, list[Person]]:
    found: dict[int, list[Person]] = defaultdict(list)
    rows = db.session.execute(
        select(Membership, Account)
        .join(Membership.account)
        .where(Membership.town_id.in_(towns), Membership.state == "confirmed")
        .order_by(Membership.role.desc(), Membership.id)
    )
    for membership, account in rows:
        person = Person(name_of(account), account.email, membership.role, membership.office)
        found[membership.town_id].append(person)
    return found


def _domains(wanted: Collection[str]) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    rows = select(TownDomain.domain, TownDomain.town_id, Town.name).join(TownDomain.town)
    for domain, town_id, name in db.session.execute(rows.where(TownDomain.domain.in_(wanted))):
        found[domain].append((town_id, name))
    return found


def _colleagues(wanted: Collection[str]) -> dict[str, list[tuple[int, str]]]:
    """By domain, the towns for which somebody with an address there acts already."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    if not wanted:
        return found
    there = or_(*(Account.email.endswith(f"@{domain}", autoescape=True) for domain in sorted(wanted)))
    rows = select(Account.email, Town.id, Town.name).join(Account.memberships).join(Membership.town)
    for email, town_id, name in db.session.execute(rows.where(there, Membership.state == "confirmed")):
        found[domains.of_address(email) or ""].append((town_id, name))
    return found

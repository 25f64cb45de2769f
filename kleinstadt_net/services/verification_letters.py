"""What people are told on the way from asking to acting for a town."""

from sqlalchemy import select

from kleinstadt_net import clock, formats, settings
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Membership, Town
from kleinstadt_net.services import correspondence, urls
from kleinstadt_net.vocabulary import ROLE_TITLES

STATUS_PATH = "/stadt-bestaetigen"
DESK_PATH = "/betrieb/pruefungen"
OVERVIEW_PATH = "/uebersicht"
PEOPLE_PATH = "/unsere-stadt/zugaenge"

# What a claim waits for, and so what its letter says.
FOR_LEAD, FOR_OPERATOR, ADMITTED = "lead", "operator", "admitted"


def received(membership: Membership, account: Account, town: Town, waits_for: str) -> None:
    """To the person: what happens next."""
    _to_person("claim_received", membership, account, town, waits_for=waits_for)


def tell_operators() -> None:
    """To each operator, once a day at most: somebody waits."""
    today = clock.today()
    for operator in db.session.scalars(select(Account).where(Account.is_operator).order_by(Account.id)):
        correspondence.write(
            "claims_waiting",
            operator,
            key=f"{operator.id}:{today}",
            context={"desk_url": urls.absolute(DESK_PATH)},
        )


def tell_leads(membership: Membership, account: Account, town: Town) -> None:
    """To every lead of the town: this person would like to work with you."""
    leads = db.session.scalars(
        select(Account)
        .join(Account.memberships)
        .where(Membership.town_id == town.id, Membership.role == "lead", Membership.state == "confirmed")
        .order_by(Account.id)
    )
    for lead in leads.unique():
        correspondence.write(
            "claim_for_lead",
            lead,
            key=f"{membership.id}:{lead.id}:{clock.today()}",
            context={
                "person": name_of(account),
                "email": account.email,
                "office": membership.office,
                "town": town.name,
                "people_url": urls.absolute(PEOPLE_PATH),
            },
        )


def confirmed(membership: Membership, account: Account, town: Town, *, is_first: bool) -> None:
    """To the person: you act for the town now; ``is_first`` where the town takes part by this."""
    _to_person(
        "membership_confirmed",
        membership,
        account,
        town,
        role=membership.role,
        role_title=ROLE_TITLES[membership.role],
        is_first=is_first,
        overview_url=urls.absolute(OVERVIEW_PATH),
    )


def refused(membership: Membership, account: Account, town: Town, reason: str) -> None:
    """To the person: it was refused, why, and what she can do."""
    _to_person("membership_refused", membership, account, town, reason=reason)


def expired(membership: Membership, account: Account, town: Town) -> None:
    """To the person: nobody decided in time; asking again is possible."""
    _to_person("claim_expired", membership, account, town)


def name_of(account: Account) -> str:
    """First and last name; the address where she gave none."""
    return f"{account.first_name} {account.last_name}".strip() or account.email


def _to_person(name: str, membership: Membership, account: Account, town: Town, **given: object) -> None:
    asked = membership.requested_at
    correspondence.write(
        name,
        account,
        # The moment makes a second claim after a refusal an event of its own.
        key=f"{membership.id}:{clock.now():%Y%m%dT%H%M%S%f}",
        context={
            "town": town.name,
            "requested_on": formats.long_day(asked) if asked else "",
            "status_url": urls.absolute(STATUS_PATH),
            "phone": settings.current().operator_phone,
            **given,
        },
    )

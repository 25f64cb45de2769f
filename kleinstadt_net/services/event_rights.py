"""Who may invite for whom, and who may change an event: leads for their town, contact towns' leads for a network,
the towns of a circle that runs, and operators."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, or_, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Circle, CircleTown, Event, Membership, Network, NetworkMember, Town
from kleinstadt_net.services import answer_people
from kleinstadt_net.services.directory_filters import Reader
from kleinstadt_net.services.directory_networks import TAKING_PART
from kleinstadt_net.vocabulary import SUBJECTS

TOWN, NETWORK, CIRCLE, OPERATOR = "town", "network", "circle", "operator"
LEAD, YES, RUNNING = "lead", "yes", "running"


@dataclass(frozen=True)
class Actor:
    """Who does something: a person for her town, or, without a town, an operator."""

    account_id: int
    town_id: int | None = None


@dataclass(frozen=True)
class Organiser:
    """For whom one may invite; ``target_id`` is the town's, network's or circle's id, None for the operator."""

    kind: str
    target_id: int | None
    title: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.target_id or ''}"


def organisers(actor: Actor) -> tuple[Organiser, ...]:
    """For whom this person may invite; none for strangers: four queries."""
    if actor.town_id is None:
        is_operator = db.session.scalar(select(Account.is_operator).where(Account.id == actor.account_id))
        return (Organiser(OPERATOR, None, "Betreiber des Netzes"),) if is_operator else ()
    role = answer_people.role(actor.account_id, actor.town_id)
    own = db.session.scalar(select(Town.name).where(Town.id == actor.town_id, *TAKING_PART))
    if role is None or own is None:
        return ()
    found = []
    if role == LEAD:
        found.append(Organiser(TOWN, actor.town_id, own))
        networks = select(Network.id, Network.name).where(Network.contact_town_id == actor.town_id)
        rows = db.session.execute(networks.order_by(Network.sort_key, Network.id))
        found += [Organiser(NETWORK, network_id, f"Netzwerk {name}") for network_id, name in rows]
    circles = select(Circle.id, Circle.subject).where(
        Circle.state == RUNNING, Circle.id.in_(circles_of(actor.town_id))
    )
    found += [
        Organiser(CIRCLE, circle_id, f"Lernkreis {SUBJECTS[subject].advice}")
        for circle_id, subject in db.session.execute(circles.order_by(Circle.id))
    ]
    return tuple(found)


def may_edit(event: Event, actor: Actor) -> bool:
    """Whether this person may change or cancel the event."""
    target = {TOWN: event.town_id, NETWORK: event.network_id, CIRCLE: event.circle_id}.get(event.organiser)
    return any((one.kind, one.target_id) == (event.organiser, target) for one in organisers(actor))


def circles_of(town_id: int) -> Select[int]:
    """Ids of the circles a town is in, for a query."""
    return select(CircleTown.circle_id).where(CircleTown.town_id == town_id, CircleTown.answer == YES)


def visible(reader: Reader) -> tuple[ColumnElement[bool], ...]:
    """Conditions on events (joined with the organising town) under which this reader may see them."""
    there = or_(Event.town_id.is_(None), Event.town_id.in_(select(Town.id).where(*TAKING_PART)))
    if not reader.verified or reader.town_id is None:
        return there, Event.organiser != CIRCLE
    return there, or_(Event.organiser != CIRCLE, Event.circle_id.in_(circles_of(reader.town_id)))


def people(event: Event) -> list[tuple[int, Account]]:
    """Whom an invitation is meant for, each with her town's id: leads of the towns of a network or a circle.

    Nobody is told of the events of towns and of the operator; they stand in the list.
    """
    if event.organiser == NETWORK:
        towns = select(NetworkMember.town_id).where(
            NetworkMember.network_id == event.network_id, NetworkMember.state == "confirmed"
        )
    elif event.organiser == CIRCLE:
        towns = select(CircleTown.town_id).where(
            CircleTown.circle_id == event.circle_id, CircleTown.answer == YES
        )
    else:
        return []
    rows = db.session.execute(
        select(Membership.town_id, Account)
        .join(Account, Account.id == Membership.account_id)
        .join(Town, Town.id == Membership.town_id)
        .where(
            Membership.town_id.in_(towns),
            Membership.role == LEAD,
            Membership.state == "confirmed",
            Account.confirmed_at.is_not(None),
            *TAKING_PART,
        )
        .order_by(Membership.town_id, Account.id)
    )
    return [(town_id, account) for town_id, account in rows]

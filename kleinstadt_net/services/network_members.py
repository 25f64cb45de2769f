"""Who belongs to a network: a town asks, the contact town's leads confirm or decline, and either side can end it.

Where no town looks after a network, because its contact is gone or suspended, an operator decides.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Network, NetworkMember, Town
from kleinstadt_net.services import audit, installation, network_letters, network_rights, throttle
from kleinstadt_net.services.directory_networks import TAKING_PART
from kleinstadt_net.services.network_rights import Actor, give_up

ASKED, CONFIRMED = "asked", "confirmed"
# Each request writes a letter to strangers.
REQUESTS = throttle.Limit("network_request", 20, timedelta(days=1))


class TooManyRequests(Exception):
    """The town has asked so often today that nothing was done."""


class IsContact(Exception):
    """The contact town can neither leave nor be removed before another one has taken over; nothing was done."""


@dataclass(frozen=True)
class Request:
    """A town that would like to belong to a network; ``land`` is the Land's key."""

    ags: str
    slug: str
    name: str
    land: str
    asked_at: datetime


@dataclass(frozen=True)
class Desk:
    """What a network looks like from one town: its own ``state`` (None, asked, confirmed), and who waits."""

    state: str | None
    requests: tuple[Request, ...]


@dataclass(frozen=True)
class Waiting:
    """A network nobody looks after, and how many towns wait to be let in."""

    slug: str
    name: str
    requests: int


def desk(network_id: int, town_id: int | None) -> Desk:
    """The town's own standing and all open requests, the longest waiting first; for eyes that may see them."""
    rows = db.session.execute(
        select(NetworkMember.town_id, NetworkMember.state, NetworkMember.asked_at, Town)
        .join(Town, Town.id == NetworkMember.town_id)
        .where(
            NetworkMember.network_id == network_id,
            or_(NetworkMember.state == ASKED, NetworkMember.town_id == town_id),
        )
        .order_by(NetworkMember.asked_at, NetworkMember.id)
    ).all()
    return Desk(
        state=next((row.state for row in rows if row.town_id == town_id), None),
        requests=tuple(
            Request(row.Town.ags, row.Town.slug, row.Town.name, row.Town.land, row.asked_at)
            for row in rows
            if row.state == ASKED
        ),
    )


def waiting_for_operator() -> list[Waiting]:
    """Networks without a town that could decide, where towns have asked; by name."""
    looked_after = exists().where(Town.id == Network.contact_town_id, *TAKING_PART)
    rows = db.session.execute(
        select(Network.slug, Network.name, func.count())
        .join(NetworkMember, NetworkMember.network_id == Network.id)
        .where(NetworkMember.state == ASKED, ~looked_after)
        .group_by(Network.id)
        .order_by(Network.sort_key, Network.id)
    )
    return [Waiting(*row) for row in rows]


def ask(name: str, actor: Actor) -> bool:
    """Ask for the actor's town; False where it has asked or belongs already.

    Only leads speak for a town here. Raises NoSuchNetwork, TooManyRequests. Commits.
    """
    network = _locked(name)
    town_id = _own_town(actor)
    if _member(network, town_id) is not None:
        db.session.rollback()
        return False
    if throttle.is_exceeded(REQUESTS, str(town_id)):
        db.session.rollback()
        raise TooManyRequests
    throttle.count(REQUESTS, str(town_id))
    db.session.add(
        NetworkMember(
            network_id=network.id,
            town_id=town_id,
            state=ASKED,
            asked_by_id=actor.account_id,
            asked_at=clock.now(),
        )
    )
    if network_rights.has_contact(network):
        network_letters.asked(network, town_id)
    _finish("network.asked", network, actor, town_id)
    return True


def withdraw(name: str, actor: Actor) -> bool:
    """Take the own request back; False where none waits. Raises NoSuchNetwork. Commits."""
    network = _locked(name)
    return _end(network, actor, _own_town(actor), ASKED, "network.withdrawn")


def leave(name: str, actor: Actor) -> bool:
    """The actor's town belongs no longer; False where it did not. Raises NoSuchNetwork, IsContact. Commits."""
    network = _locked(name)
    town_id = _own_town(actor)
    _keep_contact(network, town_id)
    return _end(network, actor, town_id, CONFIRMED, "network.left")


def confirm(name: str, actor: Actor, ags: str) -> bool:
    """Let a town in that has asked; False where it waits no longer. Raises NoSuchNetwork. Commits."""
    network, member = _before_decision(name, actor, ags)
    if member is None or member.state != ASKED:
        db.session.rollback()
        return False
    member.state, member.confirmed_at = CONFIRMED, clock.now()
    network_letters.answered(network, member, is_confirmed=True)
    _finish("network.confirmed", network, actor, member.town_id, is_visible=True)
    return True


def decline(name: str, actor: Actor, ags: str) -> bool:
    """Do not let a town in; it may ask again. False where it waits no longer. Raises NoSuchNetwork. Commits."""
    network, member = _before_decision(name, actor, ags)
    if member is None or member.state != ASKED:
        db.session.rollback()
        return False
    network_letters.answered(network, member, is_confirmed=False)
    return _end(network, actor, member.town_id, ASKED, "network.declined")


def remove(name: str, actor: Actor, ags: str) -> bool:
    """End a town's belonging and tell its leads; False where it does not belong.

    Raises NoSuchNetwork, IsContact. Commits.
    """
    network, member = _before_decision(name, actor, ags)
    if member is None or member.state != CONFIRMED:
        db.session.rollback()
        return False
    _keep_contact(network, member.town_id)
    network_letters.ended(network, member.town_id, is_deleted=False)
    return _end(network, actor, member.town_id, CONFIRMED, "network.removed")


def hand_over(name: str, actor: Actor, ags: str) -> bool:
    """Make another town of the network its contact and tell its leads; False where the town cannot be.

    Raises NoSuchNetwork. Commits.
    """
    network, member = _before_decision(name, actor, ags)
    if member is None or not _may_take_over(network, member):
        db.session.rollback()
        return False
    network.contact_town_id = member.town_id
    network_letters.handed_over(network, member.town_id)
    _finish("network.handed_over", network, actor, member.town_id)
    return True


def inherit(town: Town, successor: Town) -> None:
    """A dissolved town's networks go to its successor, in the running transaction; the better standing stays.

    A suspended town brings none along: its belonging becomes a request, its networks go without a contact.
    """
    there = {member.network_id: member for member in _members_of(successor.id)}
    for member in _members_of(town.id):
        if town.suspended_at is not None:
            member.state, member.confirmed_at = ASKED, None
        existing = there.get(member.network_id)
        if existing is None:
            member.town_id = successor.id
            continue
        if existing.state == ASKED and member.state == CONFIRMED:
            existing.state, existing.confirmed_at = CONFIRMED, member.confirmed_at
        db.session.delete(member)
    heir = None if town.suspended_at is not None else successor.id
    for network in db.session.scalars(select(Network).where(Network.contact_town_id == town.id)):
        network.contact_town_id = heir
    db.session.flush()


def _members_of(town_id: int) -> list[NetworkMember]:
    query = select(NetworkMember).where(NetworkMember.town_id == town_id).order_by(NetworkMember.id)
    return list(db.session.scalars(query))


def _locked(name: str) -> Network:
    begin_writing(db.session)
    network = network_rights.locked(name)
    if network is None:
        give_up()
    return network


def _own_town(actor: Actor) -> int:
    """The town the actor speaks for; gives up where she does not lead it."""
    if actor.town_id is None or not network_rights.acts_for(actor.town_id, actor.account_id):
        give_up()
    return actor.town_id


def _before_decision(name: str, actor: Actor, ags: str) -> tuple[Network, NetworkMember | None]:
    network = _locked(name)
    if not network_rights.may_decide(network, actor):
        give_up()
    town_id = db.session.scalar(select(Town.id).where(Town.ags == ags))
    return network, _member(network, town_id) if town_id is not None else None


def _member(network: Network, town_id: int) -> NetworkMember | None:
    return db.session.scalar(
        select(NetworkMember)
        .where(NetworkMember.network_id == network.id, NetworkMember.town_id == town_id)
        .execution_options(populate_existing=True)
    )


def _may_take_over(network: Network, member: NetworkMember) -> bool:
    takes_part = select(Town.id).where(Town.id == member.town_id, *TAKING_PART)
    return (
        member.state == CONFIRMED
        and member.town_id != network.contact_town_id
        and db.session.scalar(takes_part) is not None
    )


def _keep_contact(network: Network, town_id: int) -> None:
    if network.contact_town_id == town_id:
        db.session.rollback()
        raise IsContact


def _end(network: Network, actor: Actor, town_id: int, state: str, action: str) -> bool:
    member = _member(network, town_id)
    if member is None or member.state != state:
        db.session.rollback()
        return False
    db.session.delete(member)
    _finish(action, network, actor, town_id, is_visible=state == CONFIRMED)
    return True


def _finish(action: str, network: Network, actor: Actor, town_id: int, *, is_visible: bool = False) -> None:
    """Note the deed, tell every process where others see it, and commit.

    It stands in the trail of the actor's own town: another's people are told by letter, without her name.
    """
    audit.record(
        action,
        account_id=actor.account_id,
        town_id=actor.town_id or town_id,
        network=network.id,
        town=town_id,
    )
    if is_visible:
        installation.touch_town(town_id)
    db.session.commit()

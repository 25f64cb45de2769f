"""Networks of towns: Städtenetze, associations, regions. Reading them; founding, changing and deleting one.

A network has a contact town, whose leads look after its page; an operator may change or delete any.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Network, NetworkMember, Town
from kleinstadt_net.profile import checking
from kleinstadt_net.search.folding import fold, slug, sort_key
from kleinstadt_net.services import (
    audit,
    directory_networks,
    installation,
    network_letters,
    network_rights,
    snapshot,
    town_cards,
)
from kleinstadt_net.services.directory_networks import TAKING_PART, NetworkLink
from kleinstadt_net.services.network_rights import Actor, NoSuchNetwork, give_up
from kleinstadt_net.services.town_cards import TownCard
from kleinstadt_net.vocabulary import NETWORK_KINDS, TOPICS

NAME_LENGTH, ABOUT_LENGTH, WEBSITE_LENGTH = 120, 2000, 300
# Fewer characters name nothing.
SHORTEST_NAME = 3
# No town hall looks after more; it keeps one account from filling the list.
MAX_PER_TOWN = 20
NAME_TAKEN = "Ein Netzwerk mit diesem Namen gibt es schon. Vielleicht möchten Sie dort dazugehören."


@dataclass(frozen=True)
class Content:
    """What a network says of itself. ``kind`` is a key of NETWORK_KINDS, ``topic`` of TOPICS, ``about`` Markdown."""

    name: str
    kind: str
    topic: str | None = None
    about: str = ""
    website: str | None = None


@dataclass(frozen=True)
class NetworkRow:
    """A network in the list of all; ``size`` is the number of towns in it."""

    slug: str
    name: str
    kind: str
    topic: str | None
    size: int


@dataclass(frozen=True)
class NetworkPage:
    """What everybody may read of a network; ``contact`` is None where no town looks after it."""

    network_id: int
    slug: str
    content: Content
    version: int
    contact: TownCard | None
    members: tuple[TownCard, ...]


class Refused(ValueError):
    """Something typed cannot be taken; ``problems`` has a German sentence by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(f"not taken: {', '.join(problems)}")
        self.problems = problems


class TooMany(Exception):
    """The town is the contact of as many networks as it may be; nothing was stored."""


class HasMembers(Exception):
    """Other towns belong to the network, so its contact town cannot delete it; nothing was done."""


class StaleVersion(Exception):
    """Somebody else changed the network since the form was opened."""

    def __init__(self, current: Content, version: int) -> None:
        super().__init__(f"the network is at version {version}")
        self.current, self.version = current, version


def of_town(town_id: int) -> tuple[NetworkLink, ...]:
    """The networks a town belongs to, by name."""
    return of_towns([town_id]).get(town_id, ())


def of_towns(town_ids: Collection[int]) -> dict[int, tuple[NetworkLink, ...]]:
    """The same for several towns; those that belong to none are left out. No query while nothing changes."""
    return directory_networks.of_towns(town_ids)


def listing() -> dict[str, tuple[NetworkRow, ...]]:
    """All networks by kind, each kind by name; kinds without any are left out."""
    sizes = directory_networks.sizes()
    rows = [
        NetworkRow(*row, sizes.get(row.slug, 0))
        for row in db.session.execute(
            select(Network.slug, Network.name, Network.kind, Network.topic).order_by(
                Network.sort_key, Network.id
            )
        )
    ]
    by_kind = {kind: tuple(row for row in rows if row.kind == kind) for kind in NETWORK_KINDS}
    return {kind: found for kind, found in by_kind.items() if found}


def on_topic(topic: str) -> tuple[NetworkLink, ...]:
    """The networks that have made a topic theirs, by name."""
    rows = db.session.execute(
        select(Network.slug, Network.name)
        .where(Network.topic == topic)
        .order_by(Network.sort_key, Network.id)
    )
    return tuple(NetworkLink(row.slug, row.name) for row in rows)


def page(name: str, *, seen_from: int | None = None) -> NetworkPage:
    """The page of one, by its slug, with distances from the town ``seen_from``. Raises NoSuchNetwork."""
    network = db.session.scalar(select(Network).where(Network.slug == name))
    if network is None:
        raise NoSuchNetwork(name)
    return _page(network, seen_from)


def _page(network: Network, seen_from: int | None = None) -> NetworkPage:
    picture = snapshot.current()
    ids = db.session.scalars(
        select(Town.id)
        .join(NetworkMember, NetworkMember.town_id == Town.id)
        .where(NetworkMember.network_id == network.id, NetworkMember.state == "confirmed", *TAKING_PART)
        .order_by(Town.sort_key, Town.ags)
    ).all()
    cards = town_cards.cards(picture, ids, seen_from=seen_from)
    return NetworkPage(
        network_id=network.id,
        slug=network.slug,
        content=content_of(network),
        version=network.version,
        contact=cards.get(network.contact_town_id) if network.contact_town_id else None,
        members=tuple(cards[town_id] for town_id in ids),
    )


def checked(content: Content) -> Content:
    """What was typed, cleaned; raises Refused."""
    problems = {}
    if len(fold(content.name)) < SHORTEST_NAME or len(content.name) > NAME_LENGTH:
        problems["name"] = f"Bitte geben Sie dem Netzwerk einen Namen mit höchstens {NAME_LENGTH} Zeichen."
    if content.kind not in NETWORK_KINDS:
        problems["kind"] = "Bitte wählen Sie eine Art."
    if content.topic is not None and content.topic not in TOPICS:
        problems["topic"] = "Dieses Thema gibt es nicht."
    if len(content.about) > ABOUT_LENGTH:
        problems["about"] = f"Bitte höchstens {ABOUT_LENGTH} Zeichen."
    website = None
    try:
        website = checking.website(content.website) if content.website else None
    except ValueError as problem:
        problems["website"] = str(problem)
    if website and len(website) > WEBSITE_LENGTH:
        problems["website"] = f"Bitte höchstens {WEBSITE_LENGTH} Zeichen."
    if problems:
        raise Refused(problems)
    return Content(content.name, content.kind, content.topic, content.about, website)


def create(town_id: int, account_id: int, content: Content) -> str:
    """Found a network whose contact, and first town, is this lead's; answers its slug.

    Raises Refused, TooMany, and NoSuchNetwork for whoever is no lead of a town that takes part. Commits.
    """
    content = checked(content)
    begin_writing(db.session)
    if not network_rights.acts_for(town_id, account_id):
        give_up()
    # One founder per town and moment, so that the limit holds.
    db.session.execute(select(Town.id).where(Town.id == town_id).with_for_update())
    held = select(func.count()).select_from(Network).where(Network.contact_town_id == town_id)
    if (db.session.scalar(held) or 0) >= MAX_PER_TOWN:
        db.session.rollback()
        raise TooMany
    network = Network(
        slug=slug(content.name)[:NAME_LENGTH].strip("-"),
        contact_town_id=town_id,
        created_by_id=account_id,
        created_at=clock.now(),
        version=1,
        **vars(content),
        sort_key=sort_key(content.name),
    )
    _refuse_taken_name(network.sort_key, network.slug)
    db.session.add(network)
    try:
        db.session.flush()
    except IntegrityError as error:
        # Two towns founded it at the same moment; the unique address let one through.
        db.session.rollback()
        raise Refused({"name": NAME_TAKEN}) from error
    now = clock.now()
    db.session.add(
        NetworkMember(
            network_id=network.id,
            town_id=town_id,
            state="confirmed",
            asked_by_id=account_id,
            asked_at=now,
            confirmed_at=now,
        )
    )
    audit.record("network.created", account_id=account_id, town_id=town_id, network=network.id)
    installation.touch_town(town_id)
    made = network.slug
    db.session.commit()
    return made


def for_editing(name: str, actor: Actor) -> NetworkPage:
    """The page for whoever may change it; raises NoSuchNetwork for everybody else."""
    network = db.session.scalar(select(Network).where(Network.slug == name))
    if network is None or not network_rights.may_edit(network, actor):
        raise NoSuchNetwork(name)
    return _page(network)


def edit(name: str, actor: Actor, content: Content, version: int) -> None:
    """Change what a network says of itself; its address stays.

    Raises Refused, NoSuchNetwork, and StaleVersion where ``version`` is not the stored one. Commits.
    """
    content = checked(content)
    begin_writing(db.session)
    network = network_rights.locked(name)
    if network is None or not network_rights.may_edit(network, actor):
        give_up()
    before = content_of(network)
    if network.version != version:
        stored = network.version
        db.session.rollback()
        raise StaleVersion(before, stored)
    if content == before:
        db.session.rollback()
        return
    _refuse_taken_name(sort_key(content.name), but=network)
    for field, value in vars(content).items():
        setattr(network, field, value)
    network.sort_key, network.version = sort_key(content.name), version + 1
    audit.record("network.edited", account_id=actor.account_id, town_id=actor.town_id, network=network.id)
    # Its name stands on the pages of all its towns, and in what they have in common.
    installation.touch_towns(_confirmed_towns(network.id))
    db.session.commit()


def delete(name: str, actor: Actor) -> None:
    """End a network: an operator any, its contact town one without others.

    Raises NoSuchNetwork, HasMembers. Commits.
    """
    begin_writing(db.session)
    network = network_rights.locked(name)
    if network is None or not network_rights.may_edit(network, actor):
        give_up()
    towns = _confirmed_towns(network.id)
    if actor.town_id is not None and any(town_id != actor.town_id for town_id in towns):
        db.session.rollback()
        raise HasMembers
    for town_id in towns if actor.town_id is None else ():
        network_letters.ended(network, town_id, is_deleted=True)
    audit.record("network.deleted", account_id=actor.account_id, town_id=actor.town_id, network=network.id)
    db.session.delete(network)
    installation.touch_towns(towns)
    db.session.commit()


def content_of(network: Network) -> Content:
    """What a stored network says of itself."""
    return Content(network.name, network.kind, network.topic, network.about, network.website)


def _confirmed_towns(network_id: int) -> list[int]:
    return list(
        db.session.scalars(
            select(NetworkMember.town_id)
            .where(NetworkMember.network_id == network_id, NetworkMember.state == "confirmed")
            .order_by(NetworkMember.town_id)
        )
    )


def _refuse_taken_name(key: str, address: str | None = None, *, but: Network | None = None) -> None:
    """Two networks of one name would be taken for one; rolls back and raises Refused."""
    taken = select(Network.id).where(or_(Network.sort_key == key, Network.slug == address))
    if but is not None:
        taken = taken.where(Network.id != but.id)
    if db.session.scalar(taken.limit(1)) is not None:
        db.session.rollback()
        raise Refused({"name": NAME_TAKEN})

"""Who belongs to which network, kept per process and read anew when some town changed: for filters and links.

Towns that do not take part, suspended ones among them, belong to none here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine, and_, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Network, NetworkMember, Town
from kleinstadt_net.services import installation
from kleinstadt_net.services.snapshot import Flags, Ints, Snapshot


@dataclass(frozen=True, slots=True)
class NetworkLink:
    """Enough of a network to name it and to link to its page."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class _Networks:
    """All networks by name, as they were at ``revision``; the ids of the towns in each, and the way back."""

    revision: int
    titles: Mapping[str, str]
    town_ids: Mapping[str, Ints]
    links: Mapping[int, tuple[NetworkLink, ...]]


TAKING_PART = (
    Town.joined_on.is_not(None),
    Town.suspended_at.is_(None),
    Town.gone_on.is_(None),
    Town.hidden_on.is_(None),
)

# By engine, not by address: two databases in memory have the same one.
_known: "WeakKeyDictionary[Engine, _Networks]" = WeakKeyDictionary()


def titles() -> Mapping[str, str]:
    """The networks one may choose, by slug."""
    return _current().titles


def of_towns(town_ids: Iterable[int]) -> dict[int, tuple[NetworkLink, ...]]:
    """The networks of some towns by name; towns that belong to none are left out. No query while nothing changes."""
    links = _current().links
    return {town_id: links[town_id] for town_id in town_ids if town_id in links}


def sizes() -> Mapping[str, int]:
    """How many towns belong to each network, by slug."""
    return {slug: len(ids) for slug, ids in _current().town_ids.items()}


def members(picture: Snapshot, slug: str) -> Flags:
    """Who belongs to a network; nobody where there is none of that name (any more)."""
    ids = _current().town_ids.get(slug)
    return np.isin(picture.ids, ids) if ids is not None else np.zeros(len(picture), dtype=np.bool_)


def counts(picture: Snapshot, among: Flags) -> dict[str, int]:
    """How many of these towns belong to each network, by slug."""
    ids = picture.ids[among]
    return {slug: int(np.isin(town_ids, ids).sum()) for slug, town_ids in _current().town_ids.items()}


def _current() -> _Networks:
    revision = installation.revision()
    known = _known.get(db.engine)
    if known is None or known.revision < revision:
        known = _known[db.engine] = _load(revision)
    return known


def _load(revision: int) -> _Networks:
    confirmed = and_(NetworkMember.network_id == Network.id, NetworkMember.state == "confirmed")
    names: dict[str, str] = {}
    towns: dict[str, list[int]] = {}
    links: dict[int, list[NetworkLink]] = {}
    for slug, name, town_id in db.session.execute(
        select(Network.slug, Network.name, Town.id)
        .outerjoin(NetworkMember, confirmed)
        .outerjoin(Town, and_(Town.id == NetworkMember.town_id, *TAKING_PART))
        .order_by(Network.sort_key, Network.id)
    ):
        names[slug] = name
        within = towns.setdefault(slug, [])
        if town_id is not None:
            within.append(town_id)
            links.setdefault(town_id, []).append(NetworkLink(slug, name))
    return _Networks(
        revision,
        names,
        {slug: np.array(sorted(ids), dtype=np.int64) for slug, ids in towns.items()},
        {town_id: tuple(found) for town_id, found in links.items()},
    )

"""The networks of towns as a filter of the directory: who belongs to which, read anew when some town changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine, and_, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Network, NetworkMember
from kleinstadt_net.services import installation
from kleinstadt_net.services.snapshot import Flags, Ints, Snapshot


@dataclass(frozen=True, slots=True, eq=False)
class _Networks:
    """All networks in the order of their names, as they were at ``revision``, and the ids of the towns in each."""

    revision: int
    titles: Mapping[str, str]
    town_ids: Mapping[str, Ints]


# By engine, not by address: two databases in memory have the same one.
_known: "WeakKeyDictionary[Engine, _Networks]" = WeakKeyDictionary()


def titles() -> Mapping[str, str]:
    """The networks one may choose, by slug."""
    return _current().titles


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
    belongs = and_(NetworkMember.network_id == Network.id, NetworkMember.state == "confirmed")
    names: dict[str, str] = {}
    towns: dict[str, list[int]] = {}
    for slug, name, town_id in db.session.execute(
        select(Network.slug, Network.name, NetworkMember.town_id)
        .outerjoin(NetworkMember, belongs)
        .order_by(Network.sort_key, Network.id)
    ):
        names[slug] = name
        towns.setdefault(slug, []).extend([] if town_id is None else [town_id])
    return _Networks(
        revision, names, {slug: np.array(sorted(ids), dtype=np.int64) for slug, ids in towns.items()}
    )

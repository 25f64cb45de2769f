"""The public addresses search engines are told of."""

import numpy as np
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Practice, Town
from kleinstadt_net.services import directory_networks, network_letters, practices, snapshot, urls

# What the protocol allows in one file (sitemaps.org); the register has a fifth of that.
MAX_ADDRESSES = 50_000


def town_addresses() -> list[str]:
    """The full address of every listed town's page, by key."""
    picture = snapshot.current()
    listed = set(picture.ids[np.flatnonzero(picture.listed)].tolist())
    rows = db.session.execute(select(Town.id, Town.slug, Town.ags).order_by(Town.ags))
    found = [urls.absolute(urls.town_path(slug, ags)) for town_id, slug, ags in rows if town_id in listed]
    return found[:MAX_ADDRESSES]


def network_addresses() -> list[str]:
    """The full address of every network's page, by name."""
    return [urls.absolute(network_letters.PATH.format(slug=slug)) for slug in directory_networks.titles()]


def practice_addresses() -> list[str]:
    """The full address of every released example's page, the newest first."""
    ids = db.session.scalars(
        select(Practice.id)
        .join(Town, Town.id == Practice.town_id)
        .where(*practices.VISIBLE)
        .order_by(Practice.released_at.desc(), Practice.id.desc())
        .limit(MAX_ADDRESSES // 2)
    )
    return [urls.absolute(practices.PATH.format(practice_id=one)) for one in ids]

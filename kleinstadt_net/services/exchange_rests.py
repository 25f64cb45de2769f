"""Pairs of towns that need not be proposed to each other: they talk already, or one wishes no talk (any more)."""

from typing import Any

from sqlalchemy import ScalarSelect, and_, or_, select
from sqlalchemy.orm import aliased

from kleinstadt_net import formats
from kleinstadt_net.database import db
from kleinstadt_net.models import Exchange, Town
from kleinstadt_net.services import town_blocks
from kleinstadt_net.services.exchange_limits import a_year_later
from kleinstadt_net.services.exchange_rules import DECLINED, OPEN
from kleinstadt_net.territory import TIME_ZONE

UNDER_WAY = aliased(Exchange)


def pairs(month: str) -> frozenset[tuple[str, str]]:
    """Keys of the towns of such pairs, as of the first day of a month."""
    town, peer = aliased(Town), aliased(Town)
    first = formats.first_day(month)
    rows = db.session.execute(
        select(town.ags, peer.ags, Exchange.state, Exchange.ended_at)
        .join(town, town.id == Exchange.town_id)
        .join(peer, peer.id == Exchange.peer_id)
        .where(
            or_(Exchange.state.in_(OPEN), and_(Exchange.state == DECLINED, Exchange.ended_at.is_not(None)))
        )
    )
    resting = {
        (one, other)
        for one, other, state, ended_at in rows
        if ended_at is None or a_year_later(ended_at.astimezone(TIME_ZONE).date()) > first
    }
    return frozenset(resting | town_blocks.pairs())


def under_way(town_id: Any, peer_id: Any) -> ScalarSelect[int]:
    """SQL: the exchange these two columns' towns have under way, requested or talking; NULL where they have none."""
    one_way = and_(UNDER_WAY.town_id == town_id, UNDER_WAY.peer_id == peer_id)
    other_way = and_(UNDER_WAY.town_id == peer_id, UNDER_WAY.peer_id == town_id)
    return (
        select(UNDER_WAY.id)
        .where(UNDER_WAY.open_pair.is_not(None), or_(one_way, other_way))
        .limit(1)
        .correlate_except(UNDER_WAY)
        .scalar_subquery()
    )

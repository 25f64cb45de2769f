"""What the Monatsbrief tells of talks: requests that wait for a town, and talks that have helped another."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.digest.sources.outcomes import HelpNews
from kleinstadt_net.digest.sources.requests import Turn
from kleinstadt_net.models import Exchange, Outcome, Town
from kleinstadt_net.services import answer_people, outcomes, town_blocks
from kleinstadt_net.services.exchange_lists import ASKED_BACK
from kleinstadt_net.services.exchange_rules import REQUESTED

# Who reads a letter once a quarter is told as well; a later reader need not know.
TOLD_FOR = timedelta(days=100)


@dataclass(frozen=True)
class OpenRequest:
    """A request that waits for ``town_id`` since a moment."""

    exchange_id: int
    town_id: int
    peer_id: int
    since: datetime
    form: str
    turn: Turn


def waiting(town_ids: Collection[int]) -> list[OpenRequest]:
    """The requests that wait for these towns, from towns that can still be talked to: one query."""
    there = select(Town.id).where(*answer_people.taking_part(Town))
    rows = db.session.scalars(
        select(Exchange)
        .where(
            Exchange.state == REQUESTED,
            or_(
                and_(Exchange.peer_id.in_(town_ids), ~ASKED_BACK),
                and_(Exchange.town_id.in_(town_ids), ASKED_BACK),
            ),
            Exchange.town_id.in_(there),
            Exchange.peer_id.in_(there),
            ~town_blocks.between(Exchange.town_id, Exchange.peer_id),
        )
        .order_by(Exchange.id)
    )
    return [_open(row) for row in rows]


def helped(town_ids: Collection[int]) -> dict[int, tuple[HelpNews, ...]]:
    """By town who said lately that the talk with it has helped: one query, however many towns."""
    rows = db.session.execute(
        select(Outcome, Exchange, Town.name)
        .join(Exchange, Exchange.id == Outcome.exchange_id)
        .join(Town, Town.id == Outcome.town_id)
        .where(
            or_(Exchange.town_id.in_(town_ids), Exchange.peer_id.in_(town_ids)),
            Outcome.question == outcomes.HELPED,
            Outcome.answer == outcomes.GOOD,
            Outcome.answered_at >= clock.now() - TOLD_FOR,
            *answer_people.taking_part(Town),
        )
        .order_by(Outcome.id)
    )
    told: dict[int, list[HelpNews]] = {}
    for outcome, exchange, name in rows:
        giver = exchange.peer_id if outcome.town_id == exchange.town_id else exchange.town_id
        told.setdefault(giver, []).append(HelpNews(outcome.id, exchange.id, name))
    return {town_id: tuple(news) for town_id, news in told.items()}


def _open(row: Exchange) -> OpenRequest:
    if row.query and not row.query_reply:
        return OpenRequest(row.id, row.town_id, row.peer_id, row.changed_at, row.form, "question")
    turn: Turn = "replied" if row.query else "asked"
    since = row.changed_at if row.query else row.requested_at
    return OpenRequest(row.id, row.peer_id, row.town_id, since, row.form, turn)

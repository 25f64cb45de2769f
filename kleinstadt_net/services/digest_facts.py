"""What the database knows for the Monatsbrief, loaded for many readers with a constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from sys import intern
from typing import Any, TypeVar

from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.digest import topics
from kleinstadt_net.digest.issue import Asking, News
from kleinstadt_net.digest.sources.other_towns import OtherTown
from kleinstadt_net.digest.sources.requests import Request
from kleinstadt_net.digest.sources.suggestions import Suggestion as ProposedTown
from kleinstadt_net.digest.sources.waiting import Waiting
from kleinstadt_net.models import Round, Suggestion, SuggestionAnswer, Town
from kleinstadt_net.services import (
    adoption_news,
    appointments,
    circles,
    digest_peers,
    digest_statements,
    exchange_digest,
    exchange_rests,
    member_digest,
    notifications,
    peer_reviews,
    practice_news,
    question_news,
    saved_searches,
    strength_news,
    town_blocks,
)
from kleinstadt_net.services.digest_peers import PeerOf
from kleinstadt_net.services.digest_people import HomeTown, Reader, home_town, still_there
from kleinstadt_net.services.exchange_digest import OpenRequest

Item = TypeVar("Item")
Reasons = tuple[Mapping[str, Any], ...]


def round_id(month: str) -> int | None:
    """The round of a month, None while it has not been run."""
    return db.session.scalar(select(Round.id).where(Round.month == month))


def of_readers(readers: Sequence[Reader], round_of_month: int | None, today: date) -> Mapping[int, News]:
    """By account what could be told to each reader this month: her town's news, her own, a line per further town."""
    known = news(
        {town for reader in readers for town in (reader.town, *reader.others)}, round_of_month, today
    )
    unread = notifications.for_digest([reader.account_id for reader in readers])
    return {
        reader.account_id: replace(
            topics.chosen(known[reader.town.town_id], reader.topics),
            unread=tuple(unread.get(reader.account_id, ())),
            others=tuple(_other_town(town, known[town.town_id]) for town in reader.others),
        )
        for reader in readers
    }


def news(towns: Iterable[HomeTown], round_of_month: int | None, today: date) -> Mapping[int, News]:
    """What could be told to the readers of each town (by id) this month."""
    homes = {town.town_id: town for town in towns}
    proposed = _proposed(homes, round_of_month, today) if round_of_month else []
    asking, own = _asking(homes)
    requested = exchange_digest.waiting(homes)
    involved = {row.peer_id for row in proposed} | {row.town_id for row, _ in asking}
    involved |= {row.peer_id for row in requested}
    peer_of = digest_peers.peers(homes, involved)
    statements = digest_statements.public(involved)
    networks, of_circles = member_digest.networks_of(homes), member_digest.circles_of(homes)
    # Each by town, for the field of ``News`` it fills.
    told: dict[str, Mapping[int, Sequence[Any]]] = {
        "suggestions": _by_town((row.town_id, _suggestion(row, peer_of)) for row in proposed),
        "requests": _by_town((row.town_id, _request(row, peer_of)) for row in requested),
        "waiting": _by_town(
            (row.peer_id, _waiting(row, answer, own.get((row.peer_id, row.town_id)), peer_of))
            for row, answer in asking
        ),
        "own": digest_statements.old(homes, today),
        "found": saved_searches.news(homes),
        "circles": circles.news(homes),
        "meetings": member_digest.meetings(of_circles),
        "joined": member_digest.joined(networks),
        "events": member_digest.invitations(homes, networks, of_circles),
        "dates": appointments.news(homes),
        "reviews": peer_reviews.news(homes),
        "helped": exchange_digest.helped(homes),
        "adoptions": adoption_news.news(homes),
        "asked": question_news.news(homes),
        "strengths": strength_news.news(homes),
        "practices": practice_news.news(homes),
    }
    return {
        town_id: News(
            statements=statements, **{name: tuple(by_town.get(town_id, ())) for name, by_town in told.items()}
        )
        for town_id in homes
    }


def suggestion(suggestion_id: int) -> tuple[HomeTown, ProposedTown] | None:
    """One suggestion as a letter tells it, with the town it was made to."""
    row = db.session.get(Suggestion, suggestion_id)
    if row is None:
        return None
    home = home_town(row.town)
    return home, _suggestion(row, digest_peers.peers({home.town_id: home}, {row.peer_id}))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a letter tells of a suggestion; the whole rows would be a third of the memory of a run."""

    id: int
    town_id: int
    peer_id: int
    slot: str
    position: int
    reasons: Reasons


# Rows whose reasons are held as text and as values at the same time.
_AT_ONCE = 500


def _proposed(homes: Collection[int], round_of_month: int, today: date) -> list[Proposal]:
    """Suggestions to these towns that nobody has answered, of peers that still take part; none during a break.

    None of a town one is in touch with already.
    """
    rows = db.session.execute(
        select(*(getattr(Suggestion, one.name) for one in fields(Proposal)))
        .join(Town, Town.id == Suggestion.peer_id)
        .outerjoin(SuggestionAnswer, SuggestionAnswer.suggestion_id == Suggestion.id)
        .where(
            Suggestion.town_id.in_(homes),
            SuggestionAnswer.id.is_(None),
            *still_there(),
            Town.paused_until.is_(None) | (Town.paused_until < today),
            Suggestion.town_id.not_in(select(Town.id).where(Town.paused_until >= today).correlate(None)),
            ~town_blocks.by(Suggestion.town_id, Suggestion.peer_id),
            exchange_rests.under_way(Suggestion.town_id, Suggestion.peer_id).is_(None),
            Suggestion.round_id == round_of_month,
        )
        .execution_options(yield_per=_AT_ONCE)
    )
    return [Proposal(**{**row._mapping, "reasons": _compact(row.reasons)}) for row in rows]


def _compact(reasons: Iterable[Mapping[str, Any]]) -> Reasons:
    """The same with each word kept once for all: they are the same few in thousands of suggestions."""
    return tuple(
        {intern(key): intern(value) if isinstance(value, str) else value for key, value in reason.items()}
        for reason in reasons
    )


Wished = list[tuple[Suggestion, SuggestionAnswer]]


def _asking(
    homes: Collection[int],
) -> tuple[Wished, Mapping[tuple[int, int], Suggestion]]:
    """Answers "contact" about these towns that they have not answered, and their own open suggestions.

    The second part is keyed by (own town, asking town): the latest suggestion in which to answer.
    """
    wanted = db.session.execute(
        select(Suggestion, SuggestionAnswer)
        .join(SuggestionAnswer, SuggestionAnswer.suggestion_id == Suggestion.id)
        .join(Town, Town.id == Suggestion.town_id)
        .where(
            Suggestion.peer_id.in_(homes),
            SuggestionAnswer.answer == "contact",
            *still_there(),
            ~town_blocks.between(Suggestion.town_id, Suggestion.peer_id),
            exchange_rests.under_way(Suggestion.town_id, Suggestion.peer_id).is_(None),
        )
    ).all()
    opposite = db.session.execute(
        select(Suggestion, SuggestionAnswer.answer)
        .outerjoin(SuggestionAnswer, SuggestionAnswer.suggestion_id == Suggestion.id)
        .where(
            Suggestion.town_id.in_(homes),
            Suggestion.peer_id.in_({row.town_id for row, _ in wanted}),
        )
        .order_by(Suggestion.id)
    ).all()
    settled = {(row.town_id, row.peer_id) for row, answer in opposite if answer not in (None, "later")}
    own = {(row.town_id, row.peer_id): row for row, answer in opposite if answer in (None, "later")}
    latest = {(row.peer_id, row.town_id): (row, answer) for row, answer in wanted}
    return [pair for key, pair in latest.items() if key not in settled], own


def _suggestion(row: Suggestion | Proposal, peer_of: PeerOf) -> ProposedTown:
    return ProposedTown(
        suggestion_id=row.id,
        position=row.position,
        slot=row.slot,
        peer=peer_of(row.town_id, row.peer_id),
        reasons=tuple(row.reasons),
    )


def _waiting(
    row: Suggestion,
    answer: SuggestionAnswer,
    own: Suggestion | None,
    peer_of: PeerOf,
) -> Waiting:
    return Waiting(
        asked_by=row.id,
        since=answer.answered_at,
        peer=peer_of(row.peer_id, row.town_id),
        own=_suggestion(own, peer_of) if own is not None else None,
    )


def _request(row: OpenRequest, peer_of: PeerOf) -> Request:
    return Request(
        exchange_id=row.exchange_id,
        since=row.since,
        peer=peer_of(row.town_id, row.peer_id),
        form=row.form,
        turn=row.turn,
    )


def _other_town(town: HomeTown, news: News) -> OtherTown:
    """What waits in a further town of a reader; a town that has asked for a talk is not counted twice."""
    requested = {one.peer.town_id for one in news.requests}
    waiting: list[Asking] = [*news.requests]
    waiting += [one for one in news.waiting if one.peer.town_id not in requested]
    known = {one.peer.town_id for one in waiting}
    return OtherTown(
        town.town_id,
        town.name,
        tuple(one.key for one in waiting),
        tuple(one.key for one in news.suggestions if one.peer.town_id not in known),
    )


def _by_town(rows: Iterable[tuple[int, Item]]) -> Mapping[int, list[Item]]:
    found: defaultdict[int, list[Item]] = defaultdict(list)
    for town_id, item in rows:
        found[town_id].append(item)
    return found

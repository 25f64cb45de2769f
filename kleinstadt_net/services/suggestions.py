"""A town's suggestions of a month, what it answered, and who would like to talk to it.

Of the other town's answers only a wish to talk ever leaves this module.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import aliased

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Round, Suggestion, SuggestionAnswer
from kleinstadt_net.services import availability, exchange_rests, snapshot, town_blocks, town_cards
from kleinstadt_net.services.answer_giving import in_grace
from kleinstadt_net.services.town_cards import TownCard

# Answers after which the pair is decided; "later" is a wish to be asked again.
SETTLING = frozenset({"contact", "declined", "known"})
# How long a page goes on saying that both would like to talk.
AGREED_DAYS = 60

OWN, OPPOSITE, THEIRS = aliased(SuggestionAnswer), aliased(Suggestion), aliased(SuggestionAnswer)


@dataclass(frozen=True)
class SuggestionRow:
    """A suggestion as its card shows it.

    ``answer`` is the town's own, None while open; ``answered_by`` names who gave it, empty where her account is no
    more; ``reason`` is why it does not fit, if said; ``may_change`` says whether a lead may still change it.
    ``peer_wishes``: the other town has said it would like to talk. ``available``: the other town still takes part;
    ``ask_again``: where it takes no request from this town this month, the next one to try. ``exchange_id``: what the
    two have under way already, a request or a talk.
    """

    suggestion_id: int
    month: str
    slot: str
    peer: TownCard
    parts: Mapping[str, float]
    reasons: tuple[Mapping[str, Any], ...]
    answer: str | None
    answered_at: datetime | None
    answered_by: str
    reason: str | None
    may_change: bool
    ask_again: str | None
    peer_wishes: bool
    wished_at: datetime | None
    available: bool
    exchange_id: int | None

    @property
    def is_open(self) -> bool:
        """Whether an answer is still to be given, a postponed one included."""
        return self.available and self.exchange_id is None and self.answer not in SETTLING

    @property
    def both_wish(self) -> bool:
        return self.peer_wishes and self.answer == "contact"


@dataclass(frozen=True)
class SuggestionList:
    """A month's suggestions of a town, who asked first, then as the round decided.

    ``months`` are those with suggestions for this town, newest first; ``has_round``: the month's round was run.
    """

    month: str
    months: tuple[str, ...]
    items: tuple[SuggestionRow, ...]
    has_round: bool


def for_town(town_id: int, month: str) -> SuggestionList:
    """The suggestions of a town for a month: six queries, however many there are."""
    months = db.session.scalars(
        select(Round.month)
        .join(Suggestion, Suggestion.round_id == Round.id)
        .where(Suggestion.town_id == town_id)
    )
    return SuggestionList(
        month,
        tuple(sorted(set(months), reverse=True)),
        _rows(town_id, _of(town_id).where(Round.month == month)),
        db.session.scalar(select(Round.id).where(Round.month == month)) is not None,
    )


def waiting_for(town_id: int) -> tuple[SuggestionRow, ...]:
    """Suggestions of any month whose other town would like to talk and has had no answer, longest first."""
    return waiting(wished(town_id))


def wished(town_id: int) -> tuple[SuggestionRow, ...]:
    """Suggestions of any month whose other town would like to talk, whatever was answered, longest first."""
    rows = _rows(town_id, _of(town_id).where(THEIRS.answer == "contact"))
    wishes = (row for row in rows if row.peer_wishes)
    return tuple(sorted(wishes, key=lambda row: (row.wished_at or clock.now(), row.suggestion_id)))


def waiting(rows: Iterable[SuggestionRow]) -> tuple[SuggestionRow, ...]:
    """Of what ``wished`` answers, those that have had no answer."""
    return tuple(row for row in rows if row.is_open)


def agreed(rows: Iterable[SuggestionRow]) -> tuple[SuggestionRow, ...]:
    """Of what ``wished`` answers, those where both have said, lately, that they would like to talk."""
    since = clock.now() - timedelta(days=AGREED_DAYS)
    return tuple(
        row
        for row in rows
        if row.both_wish and any(at is not None and at > since for at in (row.answered_at, row.wished_at))
    )


def _of(town_id: int) -> Select[Any]:
    """Suggestions of a town with its own answer and the other town's; none of a town it has ended the contact with."""
    return (
        select(
            Suggestion.id,
            Round.month,
            Suggestion.slot,
            Suggestion.peer_id,
            Suggestion.parts,
            Suggestion.reasons,
            OWN.answer,
            OWN.answered_at,
            func.coalesce(OWN.changed_at, OWN.answered_at).label("said_at"),
            OWN.reason,
            Account.first_name,
            Account.last_name,
            THEIRS.answer.label("their_answer"),
            func.coalesce(THEIRS.changed_at, THEIRS.answered_at).label("their_answered_at"),
            exchange_rests.under_way(Suggestion.town_id, Suggestion.peer_id).label("exchange_id"),
        )
        .join(Round, Round.id == Suggestion.round_id)
        .outerjoin(OWN, OWN.suggestion_id == Suggestion.id)
        .outerjoin(Account, Account.id == OWN.account_id)
        .outerjoin(
            OPPOSITE,
            and_(
                OPPOSITE.round_id == Suggestion.round_id,
                OPPOSITE.town_id == Suggestion.peer_id,
                OPPOSITE.peer_id == Suggestion.town_id,
            ),
        )
        .outerjoin(THEIRS, THEIRS.suggestion_id == OPPOSITE.id)
        .where(Suggestion.town_id == town_id, ~town_blocks.by(Suggestion.town_id, Suggestion.peer_id))
        .order_by(Suggestion.position, Suggestion.score.desc(), Suggestion.id)
    )


def _rows(town_id: int, query: Select[Any]) -> tuple[SuggestionRow, ...]:
    found = db.session.execute(query).all()
    picture = snapshot.current()
    towns = town_cards.cards(picture, {row.peer_id for row in found}, seen_from=town_id)
    closed = availability.refusing(town_id, {row.peer_id for row in found})
    later = availability.next_month()
    return tuple(
        _row(row, towns[row.peer_id], later if row.peer_id in closed and row.answer != "contact" else None)
        for row in found
    )


def _row(row: Row[Any], peer: TownCard, ask_again: str | None) -> SuggestionRow:
    # Any other answer of theirs, and when it was given, is none of the reader's business.
    wishes = row.their_answer == "contact"
    return SuggestionRow(
        suggestion_id=row.id,
        month=row.month,
        slot=row.slot,
        peer=peer,
        parts=row.parts,
        reasons=tuple(row.reasons),
        answer=row.answer,
        answered_at=row.said_at,
        answered_by=f"{row.first_name or ''} {row.last_name or ''}".strip(),
        reason=row.reason,
        may_change=row.answer is not None and in_grace(row.answered_at),
        ask_again=ask_again,
        # A town that no longer takes part has nobody left who could talk.
        peer_wishes=wishes and peer.taking_part,
        wished_at=row.their_answered_at if wishes else None,
        available=peer.taking_part,
        exchange_id=row.exchange_id,
    )

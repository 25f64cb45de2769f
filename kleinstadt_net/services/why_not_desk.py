"""All causes of a pair and a month, for the operator: both lists, both answers, breaks and rests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.matching.weights import MAX_LISTS
from kleinstadt_net.models import Round, Suggestion, SuggestionAnswer, Town, Welcome
from kleinstadt_net.services import month_pictures, snapshot, town_cards, why_not
from kleinstadt_net.services.month_pictures import Compared, MonthPicture
from kleinstadt_net.services.rounds import ASKED
from kleinstadt_net.services.town_cards import TownCard
from kleinstadt_net.services.why_not import Listed


@dataclass(frozen=True)
class Side:
    """One of the two towns: its part in the month's round, and its settings of today.

    ``slot``: as what the other was suggested to it; ``asked``: through the other's wish. ``lists``: how many
    lists of the round name it, ``is_full`` where no further one could. ``rests`` and ``proposed``: whether its own
    answer, or a proposal to it within six months, kept the pair apart. ``notes`` of the round as stored.
    """

    card: TownCard
    known: bool
    taking_part: bool
    active: bool
    joined_on: date | None
    suspended_at: datetime | None
    paused_until: date | None
    pause_reason: str | None
    slot: str | None
    asked: bool
    rests: bool
    proposed: bool
    lists: int
    welcomed_at: datetime | None
    listed: tuple[Listed, ...]
    notes: tuple[str, ...]

    @property
    def is_full(self) -> bool:
        return self.lists >= MAX_LISTS


@dataclass(frozen=True)
class Said:
    """What one of the two towns ever answered about the other."""

    town_id: int
    month: str
    slot: str
    answer: str
    answered_at: datetime
    reason: str | None


@dataclass(frozen=True)
class DeskExplanation:
    """A pair and a month with everything there is; ``compared`` is None where the round did not know both."""

    month: str
    sides: tuple[Side, Side]
    compared: Compared | None
    answers: tuple[Said, ...]
    made_on: date
    is_same_engine: bool
    active: int
    each: int


def explain(town_id: int, other_id: int, month: str) -> DeskExplanation | None:
    """All causes of a pair; None where the month has no round or its inputs are not stored."""
    picture = month_pictures.of_month(month)
    if picture is None:
        return None
    pair = (town_id, other_id)
    keys = why_not.keys_of(pair)
    rows = {one: month_pictures.row_of(picture, keys[one]) for one in pair}
    first, second = rows[town_id], rows[other_id]
    cards = town_cards.cards(snapshot.current(), pair, seen_from=town_id)
    notes = tuple(db.session.scalar(select(Round.notes).where(Round.id == picture.round_id)) or ())
    return DeskExplanation(
        month=month,
        sides=(
            _side(picture, town_id, other_id, cards[town_id], keys, notes),
            _side(picture, other_id, town_id, cards[other_id], keys, notes),
        ),
        compared=None if first is None or second is None else month_pictures.compared(picture, first, second),
        answers=_answers(town_id, other_id),
        made_on=picture.made_on,
        is_same_engine=picture.is_same_engine,
        active=picture.active,
        each=picture.each,
    )


def _side(
    picture: MonthPicture,
    town_id: int,
    other_id: int,
    card: TownCard,
    keys: Mapping[int, tuple[str, ...]],
    notes: tuple[str, ...],
) -> Side:
    town = db.session.execute(
        select(Town.joined_on, Town.suspended_at, Town.paused_until, Town.pause_reason).where(
            Town.id == town_id
        )
    ).one()
    row = month_pictures.row_of(picture, keys[town_id])
    between = {(mine, theirs) for mine in keys[town_id] for theirs in keys[other_id]}
    suggestion = db.session.execute(
        select(Suggestion.slot, Suggestion.position).where(
            Suggestion.round_id == picture.round_id,
            Suggestion.town_id == town_id,
            Suggestion.peer_id == other_id,
        )
    ).one_or_none()
    is_paused = town.paused_until is not None and town.paused_until >= clock.today()
    return Side(
        card=card,
        known=row is not None,
        taking_part=row is not None and bool(picture.features.taking_part[row]),
        active=row is not None and bool(picture.features.active[row]),
        joined_on=town.joined_on,
        suspended_at=town.suspended_at,
        paused_until=town.paused_until if is_paused else None,
        pause_reason=town.pause_reason if is_paused else None,
        slot=suggestion.slot if suggestion is not None else None,
        asked=suggestion is not None and suggestion.position == ASKED,
        rests=bool(between & picture.rested),
        proposed=bool(between & picture.proposed),
        lists=_lists(picture.round_id, town_id),
        welcomed_at=db.session.scalar(
            select(Welcome.welcomed_at).where(
                Welcome.town_id == town_id, Welcome.round_id == picture.round_id
            )
        ),
        listed=why_not.listed(picture.round_id, town_id),
        notes=tuple(note for note in notes if set(note.split()) & set(keys[town_id])),
    )


def _lists(round_id: int, town_id: int) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Suggestion)
            .where(
                Suggestion.round_id == round_id, Suggestion.peer_id == town_id, Suggestion.position > ASKED
            )
        )
        or 0
    )


def _answers(town_id: int, other_id: int) -> tuple[Said, ...]:
    said_at = func.coalesce(SuggestionAnswer.changed_at, SuggestionAnswer.answered_at)
    rows = db.session.execute(
        select(
            Suggestion.town_id,
            Round.month,
            Suggestion.slot,
            SuggestionAnswer.answer,
            said_at,
            SuggestionAnswer.reason,
        )
        .join(Suggestion, Suggestion.id == SuggestionAnswer.suggestion_id)
        .join(Round, Round.id == Suggestion.round_id)
        .where(
            or_(
                (Suggestion.town_id == town_id) & (Suggestion.peer_id == other_id),
                (Suggestion.town_id == other_id) & (Suggestion.peer_id == town_id),
            )
        )
        .order_by(said_at.desc(), SuggestionAnswer.id)
    )
    return tuple(Said(*row) for row in rows)

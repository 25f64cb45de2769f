"""Why another town was, or was not, suggested to a town in a month, as that town may know it.

Nothing here looks at what the other town answered, at its breaks, its people or its lists: where the own causes do
not explain it, all that is left is that the other was not available, and the page is the same whatever was the case.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select

from kleinstadt_net.database import db
from kleinstadt_net.matching.declarations import STATE_CODES
from kleinstadt_net.matching.rounds import COMPLEMENTARY, CONTRAST, MUTUAL, SIMILAR
from kleinstadt_net.matching.weights import CONTRAST_STRUCTURE, MAX_SUGGESTIONS
from kleinstadt_net.models import AuditEntry, Round, Suggestion, SuggestionAnswer, Town, TownCode
from kleinstadt_net.services import month_pictures, snapshot, town_cards
from kleinstadt_net.services.month_pictures import Compared, MonthPicture
from kleinstadt_net.services.rounds import ASKED
from kleinstadt_net.services.snapshot import Snapshot
from kleinstadt_net.services.town_cards import TownCard
from kleinstadt_net.territory import TIME_ZONE

# What became of the question: told, or why nothing can be.
TOLD, OWN, UNKNOWN, GONE, NO_ROUND, NOT_STORED, NOT_YET_THERE = (
    "told", "own", "unknown", "gone", "no_round", "not_stored", "not_yet_there",
)  # fmt: skip
# Parts that speak of what a town says of itself.
DECLARED_PARTS = ("shared", "presumed", "learn", "teach")
STATEMENT_CODES = frozenset(
    {"shared_challenge", "same_focus", "learn", "teach", "presumed_challenge", "same_network"}
)

Reasons = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Listed:
    """A suggestion the town had that month."""

    name: str
    slot: str
    score: float
    parts: Mapping[str, float]


@dataclass(frozen=True)
class Cause:
    """An own cause: a code and what its sentence needs.

    ``joined_later`` · ``own_pause`` · ``own_silence`` · ``own_absence`` (the town was not in the round) ·
    ``own_answer`` (answer, said_on: the pair rests) · ``proposed_lately`` (month) · ``list_full`` (each slot went to
    a town that fits it better; lowest: the lowest score of those the pair competed with, absent where none was) ·
    ``small_network`` (active, each) · ``no_shared_challenge``.
    """

    code: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Explanation:
    """What can be told of a pair and a month; ``outcome`` is TOLD or why there is nothing to tell.

    ``slot``: as what it was suggested, None where it was not; ``asked``: it came into the list by its own wish.
    ``compared`` as the round saw the pair; ``listed``: the own list. ``unavailable``: the own causes do not explain it.
    """

    outcome: str
    month: str
    months: tuple[str, ...]
    peer: TownCard | None = None
    name: str = ""
    successor: str | None = None
    made_on: date | None = None
    is_same_engine: bool = True
    slot: str | None = None
    asked: bool = False
    compared: Compared | None = None
    listed: tuple[Listed, ...] = ()
    causes: tuple[Cause, ...] = ()
    unavailable: bool = False

    @property
    def lowest(self) -> float:
        """The lowest score in the own list."""
        return min(row.score for row in self.listed)


def explain(town_id: int, key: str, month: str) -> Explanation:
    """Why the town with this key was or was not suggested to ``town_id`` in a month."""
    months = run_months()
    peer, gone = _named(key)
    if gone is not None:
        return Explanation(GONE, month, months, name=gone.name, successor=peer.name if peer else None)
    if peer is None:
        return Explanation(UNKNOWN, month, months)
    if peer.id == town_id:
        return Explanation(OWN, month, months, name=peer.name)
    now = snapshot.current()
    card = town_cards.cards(now, [peer.id], seen_from=town_id)[peer.id]
    if month not in months:
        return Explanation(NO_ROUND, month, months, card, card.name)
    picture = month_pictures.of_month(month)
    if picture is None:
        return Explanation(NOT_STORED, month, months, card, card.name)
    keys = keys_of([town_id, peer.id])
    own_row, peer_row = (month_pictures.row_of(picture, keys[one]) for one in (town_id, peer.id))
    if own_row is None or peer_row is None:
        return Explanation(NOT_YET_THERE, month, months, card, card.name, made_on=picture.made_on)
    return _told(_Question(now, picture, months, town_id, card, keys, own_row, peer_row))


def run_months() -> tuple[str, ...]:
    """The months that have a round, newest first."""
    return tuple(db.session.scalars(select(Round.month).order_by(Round.month.desc())))


def keys_of(town_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The key each of these towns has, and those it had."""
    current = db.session.execute(select(Town.id, Town.ags).where(Town.id.in_(town_ids)))
    former = db.session.execute(select(TownCode.town_id, TownCode.ags).where(TownCode.town_id.in_(town_ids)))
    found: dict[int, list[str]] = {}
    for town_id, ags in (*current, *former):
        found.setdefault(town_id, []).append(ags)
    return {town_id: tuple(keys) for town_id, keys in found.items()}


def listed(round_id: int, town_id: int) -> tuple[Listed, ...]:
    """A town's list as the round made it."""
    rows = db.session.execute(
        select(Town.name, Suggestion.slot, Suggestion.score, Suggestion.parts)
        .join(Town, Town.id == Suggestion.peer_id)
        .where(Suggestion.round_id == round_id, Suggestion.town_id == town_id, Suggestion.position > ASKED)
        .order_by(Suggestion.position)
    )
    return tuple(Listed(*row) for row in rows)


@dataclass(frozen=True, eq=False)
class _Question:
    now: Snapshot
    picture: MonthPicture
    months: tuple[str, ...]
    town_id: int
    peer: TownCard
    keys: Mapping[int, tuple[str, ...]]
    own_row: int
    peer_row: int


def _told(asked: _Question) -> Explanation:
    stored = db.session.execute(
        select(
            Suggestion.slot, Suggestion.position, Suggestion.score, Suggestion.parts, Suggestion.reasons
        ).where(
            Suggestion.round_id == asked.picture.round_id,
            Suggestion.town_id == asked.town_id,
            Suggestion.peer_id == asked.peer.town_id,
        )
    ).one_or_none()
    if stored is not None:
        pair = Compared(stored.score, stored.parts, tuple(stored.reasons))
    else:
        pair = month_pictures.compared(asked.picture, asked.own_row, asked.peer_row)
    own_list = listed(asked.picture.round_id, asked.town_id)
    causes = () if stored is not None else tuple(_causes(asked, pair, own_list))
    return Explanation(
        TOLD,
        asked.picture.month,
        asked.months,
        asked.peer,
        asked.peer.name,
        made_on=asked.picture.made_on,
        is_same_engine=asked.picture.is_same_engine,
        slot=stored.slot if stored is not None else None,
        asked=stored is not None and stored.position == ASKED,
        compared=_readable(asked.now, asked.peer, pair),
        listed=own_list,
        causes=causes,
        unavailable=stored is None and not causes,
    )


def _named(key: str) -> tuple[Town | None, Town | None]:
    """The town of a key today, and the one of that key that ceased to exist, if any."""
    town = db.session.scalar(select(Town).where(Town.ags == key, Town.hidden_on.is_(None)))
    if town is not None and town.gone_on is None:
        return town, None
    code = select(TownCode.town_id).where(TownCode.ags == key)
    successor = db.session.scalar(select(Town).where(Town.id.in_(code), Town.gone_on.is_(None)))
    return successor, town


def _causes(asked: _Question, pair: Compared, own_list: Sequence[Listed]) -> list[Cause]:
    """The own causes, the one that decided first; empty where they do not explain it."""
    features = asked.picture.features
    if not features.active[asked.own_row]:
        return [_own_absence(asked)]
    between = {
        (mine, theirs) for mine in asked.keys[asked.town_id] for theirs in asked.keys[asked.peer.town_id]
    }
    if between & asked.picture.rested:
        return [_own_answer(asked)]
    if between & asked.picture.proposed:
        return [Cause("proposed_lately", {"month": _proposed_in(asked)})]
    other_land = features.land[asked.own_row] != features.land[asked.peer_row]
    if len(own_list) < asked.picture.each or _would_have_fitted(pair, own_list, other_land=bool(other_land)):
        return []
    causes = [_list_full(pair, own_list)]
    if not pair.parts["shared"]:
        causes.append(Cause("no_shared_challenge"))
    if asked.picture.each < MAX_SUGGESTIONS:
        causes.append(Cause("small_network", {"active": asked.picture.active, "each": asked.picture.each}))
    return causes


def _list_full(pair: Compared, own_list: Sequence[Listed]) -> Cause:
    """A town with experience or another view may have its place with a low score, so that is compared last."""
    scores = [row.score for row in own_list]
    if pair.score >= min(scores):
        scores = [row.score for row in own_list if row.slot in (MUTUAL, SIMILAR) and row.score > pair.score]
    return Cause("list_full", {"lowest": min(scores)} if scores else {})


def _would_have_fitted(pair: Compared, own_list: Sequence[Listed], *, other_land: bool) -> bool:
    """Whether the pair would have been better in one of the slots than the town that has it."""
    shares, learns = pair.parts["shared"] > 0, pair.parts["learn"] > 0
    unlike = other_land and 0 < pair.parts["structure"] <= CONTRAST_STRUCTURE
    for row in own_list:
        if row.slot == MUTUAL and shares and pair.score >= row.score:
            return True
        if row.slot == SIMILAR and (shares or pair.score >= row.score):
            return True
        if row.slot == COMPLEMENTARY and learns and pair.parts["learn"] >= row.parts["learn"]:
            return True
        if (
            row.slot == CONTRAST
            and unlike
            and (shares or learns)
            and _substance(pair.parts) >= _substance(row.parts)
        ):
            return True
    return False


def _substance(parts: Mapping[str, float]) -> float:
    """What a different view offers, as ``survey`` orders it."""
    return (parts["shared"] + parts["learn"]) * (1.0 - parts["structure"])


def _own_absence(asked: _Question) -> Cause:
    """Why the own town was not in the round."""
    if not asked.picture.features.taking_part[asked.own_row]:
        joined_on = db.session.scalar(select(Town.joined_on).where(Town.id == asked.town_id))
        later = joined_on is not None and joined_on >= asked.picture.made_on
        return Cause("joined_later", {"on": joined_on}) if later else Cause("own_absence")
    last = db.session.scalar(
        select(AuditEntry)
        .where(
            AuditEntry.town_id == asked.town_id,
            AuditEntry.action.in_(("town.paused", "town.pause_ended")),
            AuditEntry.at <= asked.picture.made_at,
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(1)
    )
    until = last.detail.get("until", "") if last is not None else ""
    return Cause("own_pause" if until >= asked.picture.made_on.isoformat() else "own_silence")


def _own_answer(asked: _Question) -> Cause:
    """The own answer after which the pair rested, as far as it still stands."""
    said_at = func.coalesce(SuggestionAnswer.changed_at, SuggestionAnswer.answered_at)
    row = db.session.execute(
        select(SuggestionAnswer.answer, said_at.label("said_at"))
        .join(Suggestion, Suggestion.id == SuggestionAnswer.suggestion_id)
        .join(Round, Round.id == Suggestion.round_id)
        .where(
            Suggestion.town_id == asked.town_id,
            Suggestion.peer_id == asked.peer.town_id,
            SuggestionAnswer.answer.in_(("declined", "later", "known")),
            Round.month < asked.picture.month,
        )
        .order_by(SuggestionAnswer.answer == "known", said_at)
    ).all()
    if not row:
        return Cause("own_answer", {"answer": None, "said_on": None})
    return Cause(
        "own_answer", {"answer": row[-1].answer, "said_on": row[-1].said_at.astimezone(TIME_ZONE).date()}
    )


def _proposed_in(asked: _Question) -> str | None:
    return db.session.scalar(
        select(func.max(Round.month))
        .join(Suggestion, Suggestion.round_id == Round.id)
        .where(
            Suggestion.town_id == asked.town_id,
            Suggestion.peer_id == asked.peer.town_id,
            Round.month < asked.picture.month,
        )
    )


def _readable(now: Snapshot, peer: TownCard, pair: Compared) -> Compared:
    """The pair without what the other town says no longer, or may no longer be read."""
    if not peer.taking_part:
        parts = {name: value for name, value in pair.parts.items() if name not in DECLARED_PARTS}
        kept = (one for one in pair.reasons if one["code"] not in STATEMENT_CODES)
        return Compared(pair.score, parts, tuple(kept))
    row = now.rows[peer.town_id]
    return Compared(pair.score, pair.parts, tuple(one for one in pair.reasons if _still_said(now, row, one)))


def _still_said(now: Snapshot, row: int, reason: Mapping[str, Any]) -> bool:
    """Whether the other town's part in a reason stands today as it stood then."""
    code, declared = reason["code"], now.features.declared
    if code == "same_network":
        return (reason["network"], reason["name"]) in now.features.networks.get(row, frozenset())
    if code not in STATEMENT_CODES or reason["subject"] not in now.features.subjects:
        return code not in STATEMENT_CODES
    subject = now.features.subjects.index(reason["subject"])
    if code == "same_focus":
        return bool(declared.focus[subject, row])
    state = int(declared.state[subject, row])
    if code == "learn":
        return state == STATE_CODES["strength"]
    if code == "presumed_challenge":
        return bool(reason["peer_presumed"]) or state in (STATE_CODES["in_progress"], STATE_CODES["seeking"])
    return state == STATE_CODES[reason["peer_state"]]

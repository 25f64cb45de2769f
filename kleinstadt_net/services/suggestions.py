"""A town's suggestions of a month, what it answered, and who would like to talk to it.

An answer belongs to the town, whoever clicked. Where a town wishes contact and the other was not proposed the
same pair, the other gets the suggestion too (in place ``ASKED``), so that it can answer in the same way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import aliased

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.matching.portraits import Portraits
from kleinstadt_net.matching.rounds import COMPLEMENTARY, MUTUAL, SIMILAR
from kleinstadt_net.models import Membership, Round, Suggestion, SuggestionAnswer, Town
from kleinstadt_net.services import audit, reasons, snapshot, town_cards
from kleinstadt_net.services.rounds import ASKED
from kleinstadt_net.services.town_cards import TownCard
from kleinstadt_net.vocabulary import ANSWER_TITLES

# How long a lead may think better of an answer.
CHANGE_DAYS = 7
# Answers after which the pair is decided; "later" is a wish to be asked again.
SETTLING = frozenset({"contact", "declined", "known"})
# How long a page goes on saying that both would like to talk.
AGREED_DAYS = 60

OWN, OPPOSITE, THEIRS = aliased(SuggestionAnswer), aliased(Suggestion), aliased(SuggestionAnswer)


class UnknownSuggestionError(LookupError):
    """No such suggestion of this town, or nobody who may answer for it."""


class AnswerStandsError(Exception):
    """The town has answered, and it is too late or not this person's to change that."""


@dataclass(frozen=True)
class SuggestionRow:
    """A suggestion as its card shows it.

    ``answer`` is the town's own, None while open; ``may_change`` says whether a lead may still change it.
    ``peer_wishes``: the other town has said it would like to talk. ``available``: the other town still takes part.
    """

    suggestion_id: int
    month: str
    slot: str
    peer: TownCard
    parts: Mapping[str, float]
    reasons: tuple[Mapping[str, Any], ...]
    answer: str | None
    answered_at: datetime | None
    may_change: bool
    peer_wishes: bool
    wished_at: datetime | None
    available: bool

    @property
    def is_open(self) -> bool:
        """Whether an answer is still to be given, a postponed one included."""
        return self.available and self.answer not in SETTLING

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
    """The suggestions of a town for a month: five queries, however many there are."""
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


def answer(suggestion_id: int, town_id: int, account_id: int, choice: str, via: str) -> None:
    """Give the town's answer: contact, later, declined or known; commits.

    Anyone confirmed may give the first answer and replace "later"; a lead may change any for seven days.
    ``via`` is "page" or "letter". Raises UnknownSuggestionError where the suggestion is not this town's or the
    account does not act for it, AnswerStandsError where it may not be changed, ValueError for no answer.
    """
    if choice not in ANSWER_TITLES:
        raise ValueError(f"no answer to a suggestion: {choice!r}")
    begin_writing(db.session)
    row = db.session.scalar(
        select(Suggestion)
        .where(Suggestion.id == suggestion_id, Suggestion.town_id == town_id)
        .with_for_update()
    )
    role = _role(account_id, town_id)
    if row is None or role is None:
        db.session.rollback()
        raise UnknownSuggestionError(suggestion_id)
    given = db.session.scalar(select(SuggestionAnswer).where(SuggestionAnswer.suggestion_id == row.id))
    if given is not None and given.answer == choice:
        db.session.rollback()
        return
    if given is not None and not _may_replace(given, role):
        db.session.rollback()
        raise AnswerStandsError(suggestion_id)
    _write(row, given, choice, account_id, via)
    if choice == "contact":
        _let_the_other_answer(row)
    audit.record(
        "suggestion.answered",
        account_id=account_id,
        town_id=town_id,
        suggestion=row.id,
        answer=choice,
        via=via,
    )
    db.session.commit()


def _write(row: Suggestion, given: SuggestionAnswer | None, choice: str, account_id: int, via: str) -> None:
    if given is None:
        given = SuggestionAnswer(suggestion_id=row.id, answered_at=clock.now())
        db.session.add(given)
    elif given.answer == "later":
        # The first real answer starts the days of grace; changing it does not prolong them.
        given.answered_at = clock.now()
    given.answer, given.account_id, given.via = choice, account_id, via


def _may_replace(given: SuggestionAnswer, role: str) -> bool:
    return given.answer == "later" or (role == "lead" and _in_grace(given.answered_at))


def _in_grace(answered_at: datetime) -> bool:
    return clock.now() < answered_at + timedelta(days=CHANGE_DAYS)


def _role(account_id: int, town_id: int) -> str | None:
    """The person's confirmed role in a town that is neither suspended nor gone."""
    return db.session.scalar(
        select(Membership.role)
        .join(Town, Town.id == Membership.town_id)
        .where(
            Membership.account_id == account_id,
            Membership.town_id == town_id,
            Membership.state == "confirmed",
            Town.suspended_at.is_(None),
            Town.gone_on.is_(None),
        )
    )


def _let_the_other_answer(row: Suggestion) -> None:
    """Give the other town the same pair as a suggestion, unless the month's round has proposed it already."""
    opposite = select(Suggestion.id).where(
        Suggestion.round_id == row.round_id,
        Suggestion.town_id == row.peer_id,
        Suggestion.peer_id == row.town_id,
    )
    if db.session.scalar(opposite) is not None:
        return
    picture = snapshot.current()
    mirrored = {**row.parts, "learn": row.parts["teach"], "teach": row.parts["learn"]}
    slot = row.slot if row.slot != COMPLEMENTARY else MUTUAL if row.parts["shared"] > 0 else SIMILAR
    db.session.add(
        Suggestion(
            round_id=row.round_id,
            town_id=row.peer_id,
            peer_id=row.town_id,
            slot=slot,
            position=ASKED,
            score=row.score,
            parts=mirrored,
            reasons=reasons.told(
                Portraits(picture.features),
                picture.rows[row.peer_id],
                picture.rows[row.town_id],
                picture.day,
            ),
        )
    )


def _of(town_id: int) -> Select[Any]:
    """Suggestions of a town with its own answer and the other town's."""
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
            THEIRS.answer.label("their_answer"),
            THEIRS.answered_at.label("their_answered_at"),
        )
        .join(Round, Round.id == Suggestion.round_id)
        .outerjoin(OWN, OWN.suggestion_id == Suggestion.id)
        .outerjoin(
            OPPOSITE,
            and_(
                OPPOSITE.round_id == Suggestion.round_id,
                OPPOSITE.town_id == Suggestion.peer_id,
                OPPOSITE.peer_id == Suggestion.town_id,
            ),
        )
        .outerjoin(THEIRS, THEIRS.suggestion_id == OPPOSITE.id)
        .where(Suggestion.town_id == town_id)
        .order_by(Suggestion.position, Suggestion.score.desc(), Suggestion.id)
    )


def _rows(town_id: int, query: Select[Any]) -> tuple[SuggestionRow, ...]:
    found = db.session.execute(query).all()
    picture = snapshot.current()
    towns = town_cards.cards(picture, {row.peer_id for row in found}, seen_from=town_id)
    return tuple(_row(row, towns[row.peer_id]) for row in found)


def _row(row: Row[Any], peer: TownCard) -> SuggestionRow:
    return SuggestionRow(
        suggestion_id=row.id,
        month=row.month,
        slot=row.slot,
        peer=peer,
        parts=row.parts,
        reasons=tuple(row.reasons),
        answer=row.answer,
        answered_at=row.answered_at,
        may_change=row.answer is not None and _in_grace(row.answered_at),
        # A town that no longer takes part has nobody left who could talk.
        peer_wishes=row.their_answer == "contact" and peer.taking_part,
        wished_at=row.their_answered_at,
        available=peer.taking_part,
    )

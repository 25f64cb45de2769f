"""The Übersicht of a town: what is proposed, who waits, what is new, and what its own page lacks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Focus, Stance, Town
from kleinstadt_net.services import suggestions
from kleinstadt_net.services.suggestions import SuggestionRow
from kleinstadt_net.vocabulary import State

NEWS_DAYS = 90
MAX_NEWS = 5
# After this long a statement is asked about again.
STALE_DAYS = 365


@dataclass(frozen=True)
class NewStrength:
    """A town that has lately named as a strength what this town seeks advice on."""

    town_id: int
    ags: str
    slug: str
    name: str
    land: str
    subject: str
    sentence: str | None
    confirmed_on: date


@dataclass(frozen=True)
class ProfileState:
    """How the town's own statements stand: how many of each kind, and those older than a year, oldest first."""

    strengths: int
    in_progress: int
    seeking: int
    focuses: int
    stale: tuple[tuple[str, date], ...]

    @property
    def is_empty(self) -> bool:
        return not (self.strengths or self.in_progress or self.seeking)


@dataclass(frozen=True)
class Overview:
    """Everything on the page; ``proposed`` are this month's open suggestions nobody has asked about first.

    ``has_suggestions`` says whether the month brought the town any, answered or not.
    """

    month: str
    has_round: bool
    has_suggestions: bool
    proposed: tuple[SuggestionRow, ...]
    waiting: tuple[SuggestionRow, ...]
    agreed: tuple[SuggestionRow, ...]
    news: tuple[NewStrength, ...]
    profile: ProfileState


def overview(town_id: int) -> Overview:
    """The page for a town this month: a constant number of queries."""
    month = clock.current_month()
    stances = db.session.execute(
        select(Stance.subject, Stance.state, Stance.confirmed_on).where(Stance.town_id == town_id)
    ).all()
    sought = [stance.subject for stance in stances if stance.state == State.SEEKING]
    proposed = suggestions.for_town(town_id, month)
    wished = suggestions.wished(town_id)
    return Overview(
        month,
        proposed.has_round,
        bool(proposed.items),
        tuple(row for row in proposed.items if row.is_open and not row.peer_wishes),
        suggestions.waiting(wished),
        suggestions.agreed(wished),
        _news(town_id, sought),
        _profile(town_id, [(s.subject, s.state, s.confirmed_on) for s in stances]),
    )


def _profile(town_id: int, stances: Collection[tuple[str, str, date]]) -> ProfileState:
    states = [state for _, state, _ in stances]
    limit = clock.today() - timedelta(days=STALE_DAYS)
    stale = sorted((confirmed_on, subject) for subject, _, confirmed_on in stances if confirmed_on < limit)
    return ProfileState(
        states.count(State.STRENGTH),
        states.count(State.IN_PROGRESS),
        states.count(State.SEEKING),
        len(db.session.scalars(select(Focus.id).where(Focus.town_id == town_id)).all()),
        tuple((subject, confirmed_on) for confirmed_on, subject in stale),
    )


def _news(town_id: int, sought: Collection[str]) -> tuple[NewStrength, ...]:
    """The latest strengths of other towns in what is sought; public statements only, so nobody's need."""
    rows = db.session.execute(
        select(
            Town.id,
            Town.ags,
            Town.slug,
            Town.name,
            Town.land,
            Stance.subject,
            Stance.sentence,
            Stance.confirmed_on,
        )
        .join(Town, Town.id == Stance.town_id)
        .where(
            Stance.subject.in_(sought),
            Stance.state == State.STRENGTH,
            Stance.changed_at >= clock.now() - timedelta(days=NEWS_DAYS),
            Town.id != town_id,
            Town.joined_on.is_not(None),
            Town.suspended_at.is_(None),
            Town.gone_on.is_(None),
        )
        .order_by(Stance.changed_at.desc(), Stance.id)
        .limit(MAX_NEWS)
    )
    return tuple(NewStrength(*row) for row in rows)

"""The Übersicht of a town: what is proposed, who waits, what is new, and what its own page lacks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.digest.sources.appointments import AppointmentNews
from kleinstadt_net.digest.sources.peer_reviews import PeerReviewNews
from kleinstadt_net.models import Focus, Stance, Town
from kleinstadt_net.services import (
    appointments,
    circles,
    exchange_lists,
    freshness,
    peer_reviews,
    suggestions,
)
from kleinstadt_net.services.suggestions import SuggestionRow
from kleinstadt_net.vocabulary import State

NEWS_DAYS = 90
MAX_NEWS = 5


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
    """How the town's own statements stand: how many of each kind, and those to be asked about again."""

    strengths: int
    in_progress: int
    seeking: int
    focuses: int
    stale: tuple[freshness.Aged, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.strengths or self.in_progress or self.seeking)

    @property
    def has_begun(self) -> bool:
        """Whether the town has said anything at all: a statement, or what it puts first."""
        return bool(self.focuses) or not self.is_empty


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
    invitations: tuple[circles.Invitation, ...]
    requests: tuple[exchange_lists.Line, ...]
    dates: tuple[AppointmentNews, ...]
    reviews: tuple[PeerReviewNews, ...]


def overview(town_id: int) -> Overview:
    """The page for a town this month: a constant number of queries."""
    month = clock.current_month()
    stances = db.session.execute(
        select(Stance.subject, Stance.state, Stance.sentence, Stance.confirmed_on, Stance.version).where(
            Stance.town_id == town_id
        )
    ).all()
    statements = [freshness.Aged._make(stance) for stance in stances]
    sought = [stance.subject for stance in statements if stance.state == State.SEEKING]
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
        _profile(town_id, statements),
        circles.invitations(town_id),
        exchange_lists.waiting(town_id),
        appointments.news([town_id]).get(town_id, ()),
        peer_reviews.news([town_id]).get(town_id, ()),
    )


def _profile(town_id: int, stances: Collection[freshness.Aged]) -> ProfileState:
    states = [stance.state for stance in stances]
    return ProfileState(
        states.count(State.STRENGTH),
        states.count(State.IN_PROGRESS),
        states.count(State.SEEKING),
        len(db.session.scalars(select(Focus.id).where(Focus.town_id == town_id)).all()),
        freshness.asked(stances),
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

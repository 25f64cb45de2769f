"""What is written around a peer review: day, place, agenda and roles by its host, minutes and result by all who come.

What becomes public is the host's own text, and only once she says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import PeerReview, Practice
from kleinstadt_net.services import (
    answer_people,
    audit,
    local_times,
    peer_review_letters,
    peer_reviews,
    practices,
    removals,
)
from kleinstadt_net.services.peer_review_invitations import locked
from kleinstadt_net.services.peer_reviews import CANCELLED, CLOSED, OPEN, YES, UnknownPeerReviewError
from kleinstadt_net.vocabulary import PEER_REVIEW_ROLES, SUBJECTS

PLACE_LENGTH, AGENDA_LENGTH, MINUTES_LENGTH, RESULT_LENGTH = 200, 3000, 8000, 4000
# What the host alone settles.
OF_THE_HOST = ("held_on", "place", "agenda")
# Whoever types a day further ahead has mistyped the year.
FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Content:
    """What people write; texts are Markdown."""

    held_on: date | None
    place: str
    agenda: str
    minutes: str
    result: str


class RefusedError(ValueError):
    """The day cannot be right; ``problem`` says so in German, and nothing was stored."""

    def __init__(self, problem: str) -> None:
        super().__init__("not a day of this visit")
        self.problem = problem


@dataclass
class StaleVersionError(Exception):
    """Somebody has changed it meanwhile; nothing was stored. ``content`` and ``version`` are the present ones."""

    content: Content
    version: int
    args: tuple[object, ...] = field(default=(), init=False)


class TakenOutError(ValueError):
    """An operator has taken out this very text after a report; nothing was stored."""


def edit(
    peer_review_id: int,
    content: Content,
    version: int,
    *,
    town_id: int,
    account_id: int,
    roles: Mapping[str, str] | None = None,
) -> None:
    """Store what the host or a town that comes has written; commits. A new day or place is told to all who come.

    ``roles`` by town key, the host's to give. The same sent twice is stored once. Raises UnknownPeerReviewError,
    StaleVersionError, RefusedError for a new day that cannot be.
    """
    row = _writable(peer_review_id, town_id, account_id)
    before = Content(row.held_on, row.place, row.agenda, row.minutes, row.result)
    if row.host_id != town_id:
        content, roles = replace(content, **{name: getattr(before, name) for name in OF_THE_HOST}), {}
    given = _new_roles(row, roles or {})
    if content == before and not given:
        db.session.rollback()
        return
    if row.version != version:
        present = row.version
        db.session.rollback()
        raise StaleVersionError(before, present)
    if content.held_on is not None and content.held_on != before.held_on:
        _must_be_a_day(content.held_on, row)
    for guest in peer_reviews.guests(row.id):
        guest.role = given.get(guest.id, guest.role)
    for name, value in vars(content).items():
        setattr(row, name, value)
    row.version, row.changed_at = row.version + 1, clock.now()
    audit.record("peer_review.written", account_id=account_id, town_id=town_id, peer_review=row.id)
    is_news = (content.held_on, content.place) != (before.held_on, before.place)
    if is_news and content.held_on is not None and content.held_on >= clock.today():
        peer_review_letters.dated(row)
    db.session.commit()


def publish(peer_review_id: int, text: str, *, town_id: int, account_id: int) -> None:
    """Show the host's text to all confirmed towns, or with an empty text to nobody any more; commits.

    Raises UnknownPeerReviewError for everybody else, TakenOutError, ValueError for a text that does not fit.
    """
    if len(text) > RESULT_LENGTH:
        raise ValueError("the text does not fit")
    row = _hosted(peer_review_id, town_id)
    if row.public_text == text:
        db.session.rollback()
        return
    if text and removals.was_taken_out(row, text):
        db.session.rollback()
        raise TakenOutError(peer_review_id)
    row.public_text, row.published_at = text, clock.now() if text else None
    row.version, row.changed_at = row.version + 1, clock.now()
    audit.record("peer_review.published", account_id=account_id, town_id=town_id, peer_review=row.id)
    db.session.commit()


def end(peer_review_id: int, *, town_id: int, account_id: int) -> None:
    """It has taken place, or without any result does not; commits. Raises UnknownPeerReviewError."""
    row = _hosted(peer_review_id, town_id)
    if row.state != OPEN:
        db.session.rollback()
        return
    row.state = CLOSED if row.result else CANCELLED
    row.version, row.changed_at = row.version + 1, clock.now()
    audit.record("peer_review.ended", account_id=account_id, town_id=town_id, peer_review=row.id)
    if row.state == CANCELLED:
        peer_review_letters.cancelled(row)
    db.session.commit()


def begin_example(peer_review_id: int, *, town_id: int, account_id: int) -> int:
    """A draft of the host's example that begins with the question; commits and answers its id.

    A second click leads to the draft begun by the first.
    """
    row = _hosted(peer_review_id, town_id)
    title = f"{SUBJECTS[row.subject].title}: was uns die Beratung gebracht hat"[:120]
    begun = db.session.scalar(
        select(Practice.id)
        .where(Practice.town_id == town_id, Practice.title == title, Practice.problem == row.question)
        .order_by(Practice.id)
        .limit(1)
    )
    practice_id = begun or practices.start_draft(
        town_id,
        account_id,
        title=title,
        subjects=(row.subject,),
        problem=row.question,
        partners_outside="Kollegiale Beratung mit anderen Kleinstädten",
    )
    db.session.commit()
    return practice_id


def _writable(peer_review_id: int, town_id: int, account_id: int) -> PeerReview:
    row = locked(peer_review_id)
    coming = {guest.town_id for guest in peer_reviews.guests(peer_review_id) if guest.answer == YES}
    may = town_id in {row.host_id, *coming} and answer_people.role(account_id, town_id) is not None
    if not may or row.state != OPEN:
        db.session.rollback()
        raise UnknownPeerReviewError(peer_review_id)
    return row


def _hosted(peer_review_id: int, town_id: int) -> PeerReview:
    row = locked(peer_review_id)
    if row.host_id != town_id or row.state == CANCELLED:
        db.session.rollback()
        raise UnknownPeerReviewError(peer_review_id)
    return row


def _new_roles(row: PeerReview, roles: Mapping[str, str]) -> dict[int, str]:
    """By invitation the role it gets, where that is another than it has."""
    page = peer_reviews.page(row.id, row.host_id)
    keys = {guest.town.town_id: guest.town.ags for guest in page.guests}
    wanted = {guest: roles.get(keys.get(guest.town_id, ""), "") for guest in peer_reviews.guests(row.id)}
    return {
        guest.id: role for guest, role in wanted.items() if role in PEER_REVIEW_ROLES and role != guest.role
    }


def _must_be_a_day(day: date, row: PeerReview) -> None:
    if day < local_times.day_of(row.created_at):
        problem = "Dieser Tag liegt vor Ihrer Einladung. Bitte prüfen Sie das Datum."
    elif day > clock.today() + FURTHEST:
        problem = "Bitte wählen Sie einen Tag in den nächsten zwölf Monaten."
    else:
        return
    db.session.rollback()
    raise RefusedError(problem)

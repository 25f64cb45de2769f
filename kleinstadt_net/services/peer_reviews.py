"""Peer reviews to read: those of one's own town, what others have published, and the page of each."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.digest.sources.peer_reviews import PeerReviewNews
from kleinstadt_net.models import PeerReview, PeerReviewTown, Town
from kleinstadt_net.services import exchange_letters, snapshot, town_cards
from kleinstadt_net.services.directory_networks import TAKING_PART
from kleinstadt_net.services.exchange_letters import Contact
from kleinstadt_net.services.town_cards import TownCard

OPEN, CLOSED, CANCELLED = "open", "closed", "cancelled"
YES, NO = "yes", "no"
PATH = "/kollegiale-beratung/{peer_review_id}"
LIST_PATH = "/kollegiale-beratung"
# Results of other towns in the list; there is room for the newest.
PUBLISHED_SHOWN = 20


class UnknownPeerReviewError(LookupError):
    """No such peer review, or none that this town may see."""


@dataclass(frozen=True)
class PeerReviewRow:
    """One in a list. ``waits``: the own town has not answered yet."""

    peer_review_id: int
    subject: str
    host: TownCard
    state: str
    held_on: date | None
    is_host: bool
    waits: bool


@dataclass(frozen=True)
class Published:
    """What a host has made of it for everybody; nothing else of the visit is in here."""

    peer_review_id: int
    host: TownCard
    subject: str
    text: str
    published_at: datetime


@dataclass(frozen=True)
class PeerReviewList:
    """The own town's, newest first, and what others have published."""

    own: tuple[PeerReviewRow, ...]
    published: tuple[Published, ...]


@dataclass(frozen=True)
class Guest:
    """An invited town; ``answer`` is told to the host and to the town itself alone, else None.

    ``contact``: whom to speak to there, told to the host once the town has said that it comes.
    """

    town: TownCard
    role: str
    answer: str | None
    contact: Contact | None


@dataclass(frozen=True)
class PeerReviewPage:
    """A peer review as its host or an invited town sees it. ``answer``: the own town's, None for the host.

    ``host_contact``: whom to speak to at the host's, told to a town that has said that it comes.
    """

    peer_review_id: int
    host: TownCard
    subject: str
    question: str
    state: str
    held_on: date | None
    place: str
    agenda: str
    minutes: str
    result: str
    public_text: str
    published_at: datetime | None
    version: int
    guests: tuple[Guest, ...]
    is_host: bool
    answer: str | None
    host_contact: Contact | None

    @property
    def takes_part(self) -> bool:
        return self.is_host or self.answer == YES

    @property
    def may_write(self) -> bool:
        return self.takes_part and self.state == OPEN


def listing(town_id: int) -> PeerReviewList:
    """The list of one town: three queries and the cards."""
    invited = select(PeerReviewTown).where(PeerReviewTown.town_id == town_id)
    answers = {row.peer_review_id: row for row in db.session.scalars(invited)}
    seen = [key for key, row in answers.items() if row.answer != NO]
    rows = db.session.scalars(
        select(PeerReview)
        .where(or_(PeerReview.host_id == town_id, PeerReview.id.in_(seen)))
        .order_by(PeerReview.changed_at.desc(), PeerReview.id.desc())
    ).all()
    shown = db.session.scalars(
        select(PeerReview)
        .join(Town, Town.id == PeerReview.host_id)
        .where(PeerReview.published_at.is_not(None), *TAKING_PART)
        .order_by(PeerReview.published_at.desc())
        .limit(PUBLISHED_SHOWN)
    ).all()
    cards = _cards((row.host_id for row in (*rows, *shown)), town_id)
    own = tuple(
        PeerReviewRow(
            row.id,
            row.subject,
            cards[row.host_id],
            row.state,
            row.held_on,
            is_host=row.host_id == town_id,
            waits=row.state == OPEN and row.id in answers and answers[row.id].answer is None,
        )
        for row in rows
        if row.host_id in cards
    )
    published = tuple(
        Published(row.id, cards[row.host_id], row.subject, row.public_text, row.published_at)
        for row in shown
        if row.host_id in cards and row.published_at is not None
    )
    return PeerReviewList(own, published)


def page(peer_review_id: int, town_id: int) -> PeerReviewPage:
    """One for its host or a town that was invited and has not declined. Raises UnknownPeerReviewError for others."""
    row = db.session.get(PeerReview, peer_review_id)
    if row is None:
        raise UnknownPeerReviewError(peer_review_id)
    towns = guests(peer_review_id)
    own = next((guest for guest in towns if guest.town_id == town_id), None)
    is_host = row.host_id == town_id
    if not is_host and (own is None or own.answer == NO):
        raise UnknownPeerReviewError(peer_review_id)
    cards = _cards([row.host_id, *(guest.town_id for guest in towns)], town_id)
    return PeerReviewPage(
        peer_review_id=row.id,
        host=cards[row.host_id],
        subject=row.subject,
        question=row.question,
        state=row.state,
        held_on=row.held_on,
        place=row.place,
        agenda=row.agenda,
        minutes=row.minutes,
        result=row.result,
        public_text=row.public_text,
        published_at=row.published_at,
        version=row.version,
        guests=tuple(
            Guest(
                cards[one.town_id],
                one.role,
                one.answer if is_host or one.town_id == town_id else None,
                _contact(row, one, one.town_id, one.account_id) if is_host else None,
            )
            for one in towns
            # Who has declined is the host's affair alone.
            if one.town_id in cards and (is_host or one.answer != NO)
        ),
        is_host=is_host,
        answer=own.answer if own is not None else None,
        host_contact=_contact(row, own, row.host_id, row.account_id) if own is not None else None,
    )


def has_declined(peer_review_id: int, town_id: int) -> bool:
    """Whether the town was invited and will not come: for it there is no page any more."""
    no = select(PeerReviewTown.id).where(
        PeerReviewTown.peer_review_id == peer_review_id,
        PeerReviewTown.town_id == town_id,
        PeerReviewTown.answer == NO,
    )
    return db.session.scalar(no) is not None


def news(town_ids: Collection[int]) -> dict[int, tuple[PeerReviewNews, ...]]:
    """By town the visits it has not answered to, and those ahead it takes part in or hosts: two queries."""
    ahead = PeerReview.held_on >= clock.today()
    invited = db.session.execute(
        select(PeerReview.id, PeerReview.held_on, Town.name, PeerReviewTown.town_id, PeerReviewTown.answer)
        .join(PeerReviewTown, PeerReviewTown.peer_review_id == PeerReview.id)
        .join(Town, Town.id == PeerReview.host_id)
        .where(
            PeerReview.state == OPEN,
            PeerReviewTown.town_id.in_(town_ids),
            or_(PeerReviewTown.answer.is_(None), (PeerReviewTown.answer == YES) & ahead),
            *TAKING_PART,
        )
        .order_by(PeerReview.id)
    ).all()
    hosted = db.session.execute(
        select(PeerReview.id, PeerReview.held_on, Town.name, PeerReview.host_id)
        .join(Town, Town.id == PeerReview.host_id)
        .where(PeerReview.state == OPEN, PeerReview.host_id.in_(town_ids), ahead)
        .order_by(PeerReview.id)
    ).all()
    found: dict[int, list[PeerReviewNews]] = {}
    for key, held_on, host, town_id, answer in (*invited, *((*row, YES) for row in hosted)):
        found.setdefault(town_id, []).append(PeerReviewNews(key, host, held_on, waits=answer is None))
    return {town_id: tuple(rows) for town_id, rows in found.items()}


def guests(peer_review_id: int) -> Sequence[PeerReviewTown]:
    """The invited towns, in the order of their invitation."""
    return db.session.scalars(
        select(PeerReviewTown)
        .where(PeerReviewTown.peer_review_id == peer_review_id)
        .order_by(PeerReviewTown.id)
    ).all()


def _contact(row: PeerReview, guest: PeerReviewTown, town_id: int, account_id: int | None) -> Contact | None:
    """Whom of ``town_id`` to speak to, once host and guest have agreed and as long as they have something to settle."""
    if guest.answer != YES or row.state == CANCELLED:
        return None
    return exchange_letters.contact_in(town_id, account_id)


def _cards(town_ids: Iterable[int], seen_from: int) -> dict[int, TownCard]:
    picture = snapshot.current()
    known = {town_id for town_id in town_ids if town_id in picture.rows}
    return town_cards.cards(picture, known, seen_from=seen_from)

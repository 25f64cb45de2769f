"""Inviting to a peer review, and the answers of the invited towns."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.matching import circles as engine
from kleinstadt_net.models import Exchange, PeerReview, PeerReviewTown, Town
from kleinstadt_net.services import (
    answer_people,
    audit,
    availability,
    notifications,
    peer_review_letters,
    peer_reviews,
    snapshot,
    town_cards,
)
from kleinstadt_net.services.peer_reviews import NO, OPEN, YES, UnknownPeerReviewError
from kleinstadt_net.services.town_cards import TownCard
from kleinstadt_net.vocabulary import PEER_REVIEW_ROLES, SUBJECTS

FEWEST, MOST = 2, 3
# Open at once: a town that has more to think through than that has no time to listen.
MOST_OPEN = 3
OFFERED = 12
QUESTION_LENGTH = 1500
# In the order of invitation: somebody leads through the day, somebody writes, all advise.
ROLES = tuple(PEER_REVIEW_ROLES)


class RefusedError(Exception):
    """Not stored; ``reason`` is "few", "many", "unknown" or "open_enough"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def offered(subject: str, town_id: int) -> tuple[TownCard, ...]:
    """Whom to ask: towns one has talked to first, then those with the same challenge that fit best.

    Towns that take no requests now are left out. Raises ValueError for no subject.
    """
    if subject not in SUBJECTS:
        raise ValueError(f"no subject: {subject!r}")
    picture = snapshot.current()
    known = [one for one in _talked_to(town_id) if one in picture.rows]
    around = engine.around(picture.features, subject, picture.rows[town_id], OFFERED, busy=())
    ids = list(dict.fromkeys([*known, *(int(picture.ids[row]) for row in around)]))
    closed = set(availability.refusing(town_id, ids))
    free = [
        one for one in ids if one != town_id and one not in closed and picture.taking_part[picture.rows[one]]
    ]
    cards = town_cards.cards(picture, free[:OFFERED], seen_from=town_id)
    return tuple(cards[one] for one in free[:OFFERED])


def invite(subject: str, question: str, ags: Sequence[str], *, town_id: int, account_id: int) -> int:
    """Ask one question and invite two or three towns to it; commits and answers its id.

    The same question sent twice is asked once. Raises RefusedError, and ValueError for a subject or a length that is
    not offered.
    """
    if subject not in SUBJECTS or not 1 <= len(question) <= QUESTION_LENGTH:
        raise ValueError("no subject, or a question that does not fit")
    invited = _invitable(ags, town_id)
    if len(invited) < FEWEST:
        raise RefusedError("few")
    if len(invited) > MOST:
        raise RefusedError("many")
    db.session.rollback()
    begin_writing(db.session)
    db.session.execute(select(Town.id).where(Town.id == town_id).with_for_update())
    same = _same(subject, question, town_id, set(invited))
    if same is not None:
        db.session.rollback()
        return same
    running = select(func.count()).where(PeerReview.host_id == town_id, PeerReview.state == OPEN)
    if (db.session.scalar(running) or 0) >= MOST_OPEN:
        db.session.rollback()
        raise RefusedError("open_enough")
    now = clock.now()
    row = PeerReview(
        host_id=town_id,
        subject=subject,
        question=question,
        state=OPEN,
        place="",
        agenda="",
        minutes="",
        result="",
        public_text="",
        account_id=account_id,
        created_at=now,
        changed_at=now,
        version=1,
    )
    db.session.add(row)
    db.session.flush()
    for number, guest_id in enumerate(invited):
        _add(row, guest_id, ROLES[min(number, len(ROLES) - 1)])
    audit.record("peer_review.invited", account_id=account_id, town_id=town_id, peer_review=row.id)
    peer_review_id = row.id
    db.session.commit()
    return peer_review_id


def invite_another(peer_review_id: int, ags: str, *, town_id: int, account_id: int) -> None:
    """In the place of a town that has declined; commits. Raises UnknownPeerReviewError, RefusedError."""
    row = locked(peer_review_id)
    if row.host_id != town_id or row.state != OPEN:
        db.session.rollback()
        raise UnknownPeerReviewError(peer_review_id)
    present = peer_reviews.guests(peer_review_id)
    coming = [guest for guest in present if guest.answer != NO]
    asked = _invitable([ags], town_id)
    if {guest.town_id for guest in coming} & set(asked):
        # By a second click.
        db.session.rollback()
        return
    new = [one for one in asked if one not in {guest.town_id for guest in present}]
    if not new or len(coming) >= MOST:
        db.session.rollback()
        raise RefusedError("many" if len(coming) >= MOST else "unknown")
    taken = {guest.role for guest in coming}
    _add(row, new[0], next((role for role in ROLES if role not in taken), ROLES[-1]))
    audit.record("peer_review.invited", account_id=account_id, town_id=town_id, peer_review=row.id)
    db.session.commit()


def answer(peer_review_id: int, *, town_id: int, account_id: int, says_yes: bool) -> str:
    """Come or not, for an invited town; a no stays a no. Commits; the host, whose name is answered, is told once.

    Raises UnknownPeerReviewError where the town was not invited, has declined and would like to come after all, or it
    is over.
    """
    row = locked(peer_review_id)
    guest = db.session.scalar(
        select(PeerReviewTown)
        .where(PeerReviewTown.peer_review_id == peer_review_id, PeerReviewTown.town_id == town_id)
        .with_for_update()
    )
    is_theirs = guest is not None and answer_people.role(account_id, town_id) is not None
    if guest is None or not is_theirs or (guest.answer == NO and says_yes) or row.state != OPEN:
        db.session.rollback()
        raise UnknownPeerReviewError(peer_review_id)
    host = db.session.scalars(select(Town.name).where(Town.id == row.host_id)).one()
    if guest.answer == (YES if says_yes else NO):
        db.session.rollback()
        return host
    notifications.settle(account_id, peer_reviews.PATH.format(peer_review_id=row.id))
    guest.answer, guest.account_id = YES if says_yes else NO, account_id
    guest.answered_at = row.changed_at = clock.now()
    audit.record(
        "peer_review.answered",
        account_id=account_id,
        town_id=town_id,
        peer_review=row.id,
        answer=guest.answer,
    )
    peer_review_letters.answered(row, guest)
    db.session.commit()
    return host


def locked(peer_review_id: int) -> PeerReview:
    """The peer review in a writing transaction. Raises UnknownPeerReviewError."""
    db.session.rollback()
    begin_writing(db.session)
    row = db.session.scalar(select(PeerReview).where(PeerReview.id == peer_review_id).with_for_update())
    if row is None:
        db.session.rollback()
        raise UnknownPeerReviewError(peer_review_id)
    return row


def _same(subject: str, question: str, town_id: int, invited: set[int]) -> int | None:
    """An open one of this town with the same question to the same towns: the form was sent twice."""
    asked = db.session.scalars(
        select(PeerReview.id).where(
            PeerReview.host_id == town_id,
            PeerReview.state == OPEN,
            PeerReview.subject == subject,
            PeerReview.question == question,
        )
    ).all()
    return next(
        (one for one in asked if {guest.town_id for guest in peer_reviews.guests(one)} == invited), None
    )


def _add(row: PeerReview, town_id: int, role: str) -> None:
    guest = PeerReviewTown(peer_review_id=row.id, town_id=town_id, role=role, invited_at=clock.now())
    db.session.add(guest)
    db.session.flush()
    peer_review_letters.invited(row, guest)


def _invitable(ags: Iterable[str], town_id: int) -> list[int]:
    keys = list(dict.fromkeys(ags))
    rows = db.session.execute(
        select(Town.ags, Town.id).where(
            Town.ags.in_(keys), Town.id != town_id, *answer_people.taking_part(Town)
        )
    )
    found = {row.ags: row.id for row in rows}
    closed = set(availability.refusing(town_id, list(found.values())))
    if any(key not in found or found[key] in closed for key in keys):
        raise RefusedError("unknown")
    return [found[key] for key in keys]


def _talked_to(town_id: int) -> list[int]:
    rows = db.session.execute(
        select(Exchange.town_id, Exchange.peer_id)
        .where(
            or_(Exchange.town_id == town_id, Exchange.peer_id == town_id), Exchange.accepted_at.is_not(None)
        )
        .order_by(Exchange.changed_at.desc())
        .limit(OFFERED)
    )
    return [row.peer_id if row.town_id == town_id else row.town_id for row in rows]

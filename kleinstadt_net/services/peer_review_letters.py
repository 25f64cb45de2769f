"""Letters about peer reviews to those who answer for a town, laid into the outbox in the running transaction."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, PeerReview, PeerReviewTown, Town
from kleinstadt_net.services import answer_people, exchange_news, peer_reviews
from kleinstadt_net.services.peer_reviews import PATH, YES


def invited(row: PeerReview, guest: PeerReviewTown) -> None:
    """To the leads of a town that is asked to come."""
    facts = {"host": _name(row.host_id), "about": row.subject, "question": row.question, "role": guest.role}
    _tell("peer_review_invited", row, guest.town_id, str(guest.id), facts)


def answered(row: PeerReview, guest: PeerReviewTown) -> None:
    """To whoever asked, or the host's leads: an invited town comes, or does not."""
    facts = {"peer": _name(guest.town_id), "says_yes": guest.answer == YES}
    people = answer_people.askers(row.host_id, row.account_id)
    _tell("peer_review_answered", row, row.host_id, f"{guest.id}:{guest.answer}", facts, people)


def dated(row: PeerReview) -> None:
    """To the leads of all towns that come, and of the host: day and place are settled, or have changed."""
    facts = {"host": _name(row.host_id), "held_on": row.held_on, "place": row.place, "agenda": row.agenda}
    for town_id in _coming(row):
        _tell("peer_review_dated", row, town_id, f"{row.id}:{row.version}", facts)


def cancelled(row: PeerReview) -> None:
    """To the leads of all towns that would have come: it does not take place."""
    for town_id in _coming(row):
        if town_id != row.host_id:
            _tell("peer_review_cancelled", row, town_id, str(row.id), {"host": _name(row.host_id)})


def _coming(row: PeerReview) -> list[int]:
    return [row.host_id, *(one.town_id for one in peer_reviews.guests(row.id) if one.answer == YES)]


def _tell(
    kind: str,
    row: PeerReview,
    town_id: int,
    key: str,
    facts: Mapping[str, object],
    people: Sequence[Account] | None = None,
) -> None:
    exchange_news.tell(
        kind,
        people if people is not None else answer_people.leads(town_id),
        town_id=town_id,
        key=f"{key}:{town_id}",
        path=PATH.format(peer_review_id=row.id),
        facts=facts,
    )


def _name(town_id: int) -> str:
    return db.session.scalars(select(Town.name).where(Town.id == town_id)).one()

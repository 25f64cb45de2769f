"""A dissolved town's peer reviews go on with its successor, in the running transaction."""

from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import PeerReview, PeerReviewTown


def inherit(town_id: int, successor_id: int) -> None:
    """Move what the town hosts, and its invitations, to the successor.

    A town that would be invited to its own, or twice to the same, is invited once less.
    """
    for row in db.session.scalars(select(PeerReview).where(PeerReview.host_id == town_id)):
        row.host_id = successor_id
    db.session.flush()
    hosted = set(db.session.scalars(select(PeerReview.id).where(PeerReview.host_id == successor_id)))
    invited = set(
        db.session.scalars(
            select(PeerReviewTown.peer_review_id).where(PeerReviewTown.town_id == successor_id)
        )
    )
    for guest in db.session.scalars(select(PeerReviewTown).where(PeerReviewTown.town_id == town_id)).all():
        if guest.peer_review_id in hosted | invited:
            db.session.delete(guest)
        else:
            guest.town_id = successor_id
    db.session.flush()
    own = select(PeerReviewTown).where(
        PeerReviewTown.town_id == successor_id, PeerReviewTown.peer_review_id.in_(hosted)
    )
    for guest in db.session.scalars(own).all():
        db.session.delete(guest)

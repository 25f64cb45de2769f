"""What a town leaves to its successor: people, statements, focus, networks. Part of a running transaction."""

from dataclasses import dataclass

from sqlalchemy import ScalarResult, delete, exists, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import (
    Focus,
    Membership,
    NetworkMember,
    Practice,
    Question,
    QuestionAnswer,
    Section,
    SectionDraft,
    Stance,
    StanceDraft,
    Town,
    TownDomain,
    Welcome,
)
from kleinstadt_net.services import (
    adoptions,
    appointment_endings,
    bookmarks,
    circle_answers,
    event_registrations,
    exchange_inheritance,
    network_members,
    notifications,
    outcomes,
    peer_review_inheritance,
    practice_inheritance,
    question_inheritance,
    section_inheritance,
    town_blocks,
)

# What people entered for a town, or who they are.
OWN = (
    Membership,
    Stance,
    StanceDraft,
    Focus,
    Section,
    SectionDraft,
    NetworkMember,
    Practice,
    Question,
    QuestionAnswer,
)
# Better first: somebody confirmed in one of the towns is confirmed in the merged one.
STATES = ("confirmed", "pending", "ended")
ROLES = ("lead", "editor")


@dataclass(frozen=True)
class Inherited:
    """How much came along: statements that became drafts, persons with access."""

    drafts: int
    memberships: int


def is_used(town_id: int) -> bool:
    """Whether people entered something for this town or have access to it."""
    entered = (exists().where(rows.town_id == town_id) for rows in OWN)
    return any(db.session.scalar(select(one)) for one in entered)


def inherit(town: Town, successor: Town, *, leads: bool) -> Inherited:
    """Move everything to the successor.

    ``leads`` says that the town is the larger one: then its statements stay statements and those of the
    successor become drafts, otherwise the reverse.
    """
    smaller = successor if leads else town
    drafts = _make_drafts(smaller, successor) + section_inheritance.inherit(town, successor, leads=leads)
    if leads:
        _move(Stance, town, successor)
    _move(StanceDraft, town, successor)
    if not db.session.scalar(select(exists().where(Focus.town_id == successor.id))):
        _move(Focus, town, successor)
    _join(town, successor)
    _move_domains(town, successor)
    bookmarks.inherit(town.id, successor.id)
    network_members.inherit(town, successor)
    notifications.inherit(town.id, successor.id)
    circle_answers.inherit(town.id, successor.id, suspended=town.suspended_at is not None)
    event_registrations.inherit(town.id, successor.id, suspended=town.suspended_at is not None)
    town_blocks.inherit(town.id, successor.id)
    exchange_inheritance.inherit(town.id, successor.id)
    outcomes.inherit(town.id, successor.id)
    peer_review_inheritance.inherit(town.id, successor.id)
    appointment_endings.inherit(town.id, successor.id)
    practice_inheritance.inherit(town.id, successor.id, suspended=town.suspended_at is not None)
    adoptions.inherit(town.id, successor.id, suspended=town.suspended_at is not None)
    question_inheritance.inherit(town.id, successor.id, suspended=town.suspended_at is not None)
    _move_welcome(town, successor)
    return Inherited(drafts, _move_people(town, successor))


def _make_drafts(origin: Town, successor: Town) -> int:
    stances = db.session.scalars(select(Stance).where(Stance.town_id == origin.id).order_by(Stance.id)).all()
    db.session.add_all(
        StanceDraft(
            town_id=successor.id,
            subject=stance.subject,
            state=stance.state,
            sentence=stance.sentence,
            since=stance.since,
            confirmed_on=stance.confirmed_on,
            origin=origin.name,
            created_at=clock.now(),
        )
        for stance in stances
    )
    db.session.execute(
        delete(Stance).where(Stance.town_id == origin.id), execution_options={"synchronize_session": "fetch"}
    )
    db.session.flush()
    return len(stances)


def _move(rows: type[Stance | StanceDraft | Focus], town: Town, successor: Town) -> None:
    db.session.execute(
        update(rows).where(rows.town_id == town.id).values(town_id=successor.id),
        execution_options={"synchronize_session": "fetch"},
    )


def _move_welcome(town: Town, successor: Town) -> None:
    """People who have been welcomed are not welcomed again in the merged town."""
    if not db.session.scalar(select(exists().where(Welcome.town_id == successor.id))):
        db.session.execute(
            update(Welcome).where(Welcome.town_id == town.id).values(town_id=successor.id),
            execution_options={"synchronize_session": False},
        )


def _join(town: Town, successor: Town) -> None:
    # A suspended town brings no standing with it.
    if town.joined_on is not None and town.suspended_at is None:
        successor.joined_on = min(filter(None, (town.joined_on, successor.joined_on)))


def _move_domains(town: Town, successor: Town) -> None:
    """The administration's domains go along, but for those the successor has already."""
    known = select(TownDomain.domain).where(TownDomain.town_id == successor.id)
    db.session.execute(
        update(TownDomain)
        .where(TownDomain.town_id == town.id, TownDomain.domain.not_in(known))
        .values(town_id=successor.id),
        execution_options={"synchronize_session": False},
    )


def _move_people(town: Town, successor: Town) -> int:
    there = {m.account_id: m for m in _memberships(successor)}
    moving = _memberships(town).all()
    for membership in moving:
        if town.suspended_at is not None and membership.state == "confirmed":
            # Why the town was suspended may lie with its people; somebody has to look again.
            membership.state, membership.confirmed_at = "pending", None
            membership.requested_at = clock.now()
        existing = there.get(membership.account_id)
        if existing is None:
            membership.town_id = successor.id
        else:
            _join_memberships(existing, membership)
            db.session.delete(membership)
    db.session.flush()
    return len(moving)


def _memberships(town: Town) -> ScalarResult[Membership]:
    return db.session.scalars(select(Membership).where(Membership.town_id == town.id).order_by(Membership.id))


def _join_memberships(kept: Membership, other: Membership) -> None:
    """One person in both towns keeps the better of her two accesses."""
    kept.is_home = kept.is_home or other.is_home
    kept.office = kept.office or other.office
    if _rank(other) < _rank(kept):
        kept.role, kept.state = other.role, other.state
        kept.confirmed_at, kept.ended_at = other.confirmed_at, other.ended_at


def _rank(membership: Membership) -> tuple[int, int]:
    return STATES.index(membership.state), ROLES.index(membership.role)

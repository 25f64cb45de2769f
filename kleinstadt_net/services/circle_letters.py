"""Letters about circles to those who answer for a town, laid into the outbox in the running transaction."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Circle, CircleMeeting, CircleTown, Membership, Town
from kleinstadt_net.services import correspondence, links, urls
from kleinstadt_net.services.circles import YES

PATH = "/lernkreis/{circle_id}"
LIST_PATH = "/lernkreise"
ANSWER_PATH = "/lernkreis-antwort/{token}"
ANSWER_PURPOSE = "circle"
# The link works a little longer than the answer is asked for: it then says how things stand.
LINK_DAYS = 42


def proposed(circle: Circle) -> None:
    """To the leads of every invited town that has not answered, each with a link of her own."""
    rows = _rows(circle.id)
    for row, town in rows:
        if row.answer is not None:
            continue
        others = [other.name for _, other in rows if other.id != town.id]
        for lead in _leads(town.id):
            token = links.create(ANSWER_PURPOSE, lead.id, days=LINK_DAYS, target_id=row.id)
            _write(
                "circle_proposed",
                lead,
                circle,
                town,
                others=others,
                laender=len({other.land for _, other in rows}),
                by_town=db.session.get_one(Town, circle.proposed_by_id).name if circle.proposed_by_id else "",
                answer_by=circle.answer_by,
                answer_url=urls.absolute(ANSWER_PATH.format(token=token)),
            )


def started(circle: Circle) -> None:
    """To the leads of the towns that said yes: it begins, and who invites first."""
    rows = _rows(circle.id, YES)
    first = db.session.scalar(
        select(Town)
        .join(CircleMeeting, CircleMeeting.host_id == Town.id)
        .where(CircleMeeting.circle_id == circle.id, CircleMeeting.number == 1)
    )
    for _, town in rows:
        others = [other.name for _, other in rows if other.id != town.id]
        for lead in _leads(town.id):
            host = first.name if first is not None else ""
            _write("circle_started", lead, circle, town, others=others, host=host)


def lapsed(circle: Circle) -> None:
    """To the leads of the towns that said yes: it did not come about this time."""
    for _, town in _rows(circle.id, YES):
        for lead in _leads(town.id):
            _write("circle_lapsed", lead, circle, town)


def dated(circle: Circle, meeting: CircleMeeting) -> None:
    """To the leads of all towns in the circle: day and place are settled, or have changed."""
    host = db.session.get(Town, meeting.host_id) if meeting.host_id is not None else None
    for _, town in _rows(circle.id, YES):
        for lead in _leads(town.id):
            _write(
                "circle_date",
                lead,
                circle,
                town,
                number=meeting.number,
                host=host.name if host is not None else "",
                held_on=meeting.held_on,
                place=meeting.place,
                agenda=meeting.agenda,
            )


def _rows(circle_id: int, answer: str | None = None) -> list[tuple[CircleTown, Town]]:
    query = select(CircleTown, Town).join(Town, Town.id == CircleTown.town_id)
    query = query.where(
        CircleTown.circle_id == circle_id, Town.suspended_at.is_(None), Town.gone_on.is_(None)
    )
    if answer is not None:
        query = query.where(CircleTown.answer == answer)
    return [(row, town) for row, town in db.session.execute(query.order_by(CircleTown.position))]


def _leads(town_id: int) -> Iterable[Account]:
    return (
        db.session.scalars(
            select(Account)
            .join(Account.memberships)
            .where(
                Membership.town_id == town_id,
                Membership.role == "lead",
                Membership.state == "confirmed",
                Account.confirmed_at.is_not(None),
            )
            .order_by(Account.id)
        )
        .unique()
        .all()
    )


def _write(name: str, person: Account, circle: Circle, town: Town, **given: Any) -> None:
    correspondence.write(
        name,
        person,
        # The moment makes a second date an event of its own.
        key=f"{circle.id}:{town.id}:{person.id}:{clock.now():%Y%m%dT%H%M%S%f}",
        context={
            "town": town.name,
            "about": circle.subject,
            "page_url": urls.absolute(PATH.format(circle_id=circle.id)),
            "list_url": urls.absolute(LIST_PATH),
            **given,
        },
    )

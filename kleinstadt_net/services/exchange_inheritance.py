"""A dissolved town's exchanges go on with its successor, in the running transaction."""

from sqlalchemy import or_, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Exchange, Message
from kleinstadt_net.services import exchange_answers
from kleinstadt_net.services.exchange_limits import pair
from kleinstadt_net.services.exchange_rules import CLOSED, LAPSED, OPEN, TALKING


def inherit(town_id: int, successor_id: int) -> None:
    """Move the town's exchanges to its successor.

    Where the other town has an exchange under way with the successor already, that one goes on and the inherited one
    ends. What the two merged towns had said to one another ends too and stays with the dissolved town's side, which
    the successor reads as the other town's.
    """
    rows = db.session.scalars(
        select(Exchange)
        .where(or_(Exchange.town_id == town_id, Exchange.peer_id == town_id))
        .order_by(Exchange.id)
        .with_for_update()
    ).all()
    for row in rows:
        other_id = row.peer_id if row.town_id == town_id else row.town_id
        if other_id == successor_id:
            _end(row)
            continue
        if row.town_id == town_id:
            row.town_id = successor_id
        else:
            row.peer_id = successor_id
        if row.state in OPEN:
            _keep_or_end(row)
        db.session.flush()
        _move_messages(row.id, town_id, successor_id)


def _move_messages(exchange_id: int, town_id: int, successor_id: int) -> None:
    """What the dissolved town has written is its successor's side of the talk now."""
    db.session.execute(
        update(Message)
        .where(Message.exchange_id == exchange_id, Message.town_id == town_id)
        .values(town_id=successor_id),
        execution_options={"synchronize_session": False},
    )


def _keep_or_end(row: Exchange) -> None:
    wanted = pair(row.town_id, row.peer_id)
    with db.session.no_autoflush:
        taken = db.session.scalar(select(Exchange.id).where(Exchange.open_pair == wanted))
    if taken is not None and taken != row.id:
        _end(row)
    else:
        row.open_pair = wanted


def _end(row: Exchange) -> None:
    if row.state in OPEN:
        exchange_answers.end(row, CLOSED if row.state == TALKING else LAPSED, clock.now())
    db.session.flush()

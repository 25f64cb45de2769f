"""A request for a talk as the cast of a test sends it, and what became of it."""

import re
from datetime import datetime

import pytest
from sqlalchemy import select

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.models import AuditEntry, Exchange, Letter
from kleinstadt_net.services import exchange_requests
from kleinstadt_net.services.exchange_requests import RefusedError
from tests.support.cast import Cast
from tests.support.letters import bodies

MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=territory.TIME_ZONE)
CONCERN, NEED = "In der Langen Straße stehen Läden leer.", "Ihr Muster für den Mietvertrag."


def ask(cast: Cast, town_id: int | None = None, peer_id: int | None = None) -> int:
    """The mayor asks the stranger's town, or others each other; the id of the exchange."""
    return exchange_requests.ask(
        town_id or cast.town.id,
        peer_id or cast.other_town.id,
        cast.mayor.id,
        "innenstadt",
        "video",
        CONCERN,
        NEED,
    )


def refused(cast: Cast, peer_id: int | None = None) -> str:
    """The code of what stands in the way of it."""
    with pytest.raises(RefusedError) as caught:
        ask(cast, peer_id=peer_id)
    return caught.value.obstacle.code


def letters(kind: str) -> list[Letter]:
    """All letters of a kind, the oldest first."""
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def token(letter: Letter, path: str = "/gespraechs-anfrage/") -> str:
    """The characters of the link in a letter, by the path before them."""
    return str(re.findall(rf"(?<={path})[\w-]+", bodies(letter)[0])[0])


def state(exchange_id: int) -> str:
    """Where an exchange stands in the database."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Exchange, exchange_id).state


def audited() -> list[str]:
    """What the trail says of exchanges, in order."""
    return list(
        db.session.scalars(
            select(AuditEntry.action).where(AuditEntry.action.startswith("exchange.")).order_by(AuditEntry.id)
        )
    )

"""A question on an example becomes a request to its town; consent, limits and letters are those of every request."""

from dataclasses import dataclass, replace
from typing import Self

from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Town
from kleinstadt_net.services import adoptions, exchange_limits, exchange_requests, practices
from kleinstadt_net.services.adoptions import Example
from kleinstadt_net.services.exchange_limits import Obstacle

ORIGIN = "practice"


@dataclass(frozen=True)
class Offer:
    """The example one may ask about, and what keeps the own town from asking, if anything."""

    example: Example
    obstacle: Obstacle | None

    def hindered(self, obstacle: Obstacle) -> Self:
        """The same, with what has come in between."""
        return replace(self, obstacle=obstacle)


def offer(practice_id: int, town_id: int) -> Offer:
    """The page of a question. Raises UnknownPracticeError."""
    shown = adoptions.example(practice_id)
    peer = db.session.scalars(select(Town).where(Town.id == shown.town_id)).one()
    return Offer(shown, exchange_limits.between(town_id, peer))


def ask(practice_id: int, town_id: int, account_id: int, question: str, form: str) -> int:
    """Send the request and answer the exchange's id; commits.

    Raises UnknownPracticeError, and RefusedError, UnknownTownError and ValueError as every request does.
    """
    shown = adoptions.example(practice_id)
    subjects = practices.subjects_of([practice_id]).get(practice_id, ())
    return exchange_requests.ask(
        town_id,
        shown.town_id,
        account_id,
        subjects[0] if subjects else None,
        form,
        f"Es geht um Ihr Beispiel „{shown.title}“.",
        question,
        origin=ORIGIN,
        practice_id=practice_id,
    )

"""What came of it: ninety days after both towns wished to talk each is asked once, ever.

What they say is told to nobody outside the town and never changes what the engine proposes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import aliased

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import (
    Account,
    OneTimeLink,
    Suggestion,
    SuggestionAnswer,
    TalkOutcome,
    Town,
)
from kleinstadt_net.services import answer_people, audit, correspondence, inactivity, links, urls
from kleinstadt_net.vocabulary import OUTCOME_TITLES

KIND = "talk_outcome"
PURPOSE = "talk_outcome"
PATH = "/gespraech/{token}"
# By then a call has been made, or will not be.
ASKED_AFTER = timedelta(days=90)
# A question about something nobody remembers is worse than none.
NEVER_AFTER = timedelta(days=365)
LINK_DAYS = 60

OWN, GIVEN = aliased(Suggestion), aliased(SuggestionAnswer)
OPPOSITE, THEIRS = aliased(Suggestion), aliased(SuggestionAnswer)
TOWN, PEER = aliased(Town), aliased(Town)


@dataclass(frozen=True)
class Question:
    """What a link shows: whom the letter went to, the two towns, and what the town has said already."""

    recipient: str
    town: str
    peer: str
    given: str | None


def due(now: datetime) -> list[Any]:
    """Pairs (ids of town and peer) that wished to talk long enough ago and were not asked; with the town's Land."""
    wished_at = func.coalesce(GIVEN.changed_at, GIVEN.answered_at)
    returned_at = func.coalesce(THEIRS.changed_at, THEIRS.answered_at)
    until, since = now - ASKED_AFTER, now - NEVER_AFTER
    query = (
        select(OWN.town_id, OWN.peer_id, TOWN.land)
        .join(GIVEN, GIVEN.suggestion_id == OWN.id)
        .join(
            OPPOSITE,
            and_(
                OPPOSITE.round_id == OWN.round_id,
                OPPOSITE.town_id == OWN.peer_id,
                OPPOSITE.peer_id == OWN.town_id,
            ),
        )
        .join(THEIRS, THEIRS.suggestion_id == OPPOSITE.id)
        .join(TOWN, TOWN.id == OWN.town_id)
        .join(PEER, PEER.id == OWN.peer_id)
        .where(
            GIVEN.answer == "contact",
            THEIRS.answer == "contact",
            wished_at <= until,
            returned_at <= until,
            wished_at > since,
            *answer_people.taking_part(TOWN),
            *answer_people.taking_part(PEER),
            ~exists().where(TalkOutcome.town_id == OWN.town_id, TalkOutcome.peer_id == OWN.peer_id),
        )
        .distinct()
        .order_by(OWN.town_id, OWN.peer_id)
    )
    return list(db.session.execute(query).all())


def ask(town_id: int, peer_id: int, now: datetime) -> bool:
    """Ask a town in the running transaction; False where it was asked meanwhile or nobody is there to answer."""
    people = answer_people.askers(town_id, _who_wished(town_id, peer_id))
    mark = {"town_id": town_id, "peer_id": peer_id, "asked_at": now}
    unique = TalkOutcome.town_id, TalkOutcome.peer_id
    if not people or db.session.execute(insert_once(TalkOutcome, mark, *unique)).first() is None:
        return False
    asked = db.session.scalars(
        select(TalkOutcome).where(TalkOutcome.town_id == town_id, TalkOutcome.peer_id == peer_id)
    ).one()
    for person in people:
        token = links.create(PURPOSE, person.id, days=LINK_DAYS, target_id=asked.id)
        context = {
            "town": asked.town.name,
            "peer": asked.peer.name,
            "outcomes": OUTCOME_TITLES,
            "url": urls.absolute(PATH.format(token=token)),
        }
        correspondence.write(KIND, person, key=f"{asked.id}:{person.id}", context=context)
    return True


def find(token: str) -> Question | None:
    """What the link asks; None when it is unknown, used or expired, or she has left the town."""
    link = links.find(token, PURPOSE)
    found = _open(link) if link is not None else None
    return found[1] if found else None


def answer(token: str, outcome: str) -> Question | None:
    """Store what the town says, consume the link, and answer what the link had asked; commits.

    None when the link leads nowhere. What a colleague has said meanwhile stands, and ``given`` holds it. Raises
    ValueError for an outcome that is not offered.
    """
    if outcome not in OUTCOME_TITLES:
        raise ValueError(f"no outcome of a talk: {outcome!r}")
    begin_writing(db.session)
    link = links.find(token, PURPOSE)
    found = _open(link) if link is not None else None
    if link is None or found is None or not links.consume(link):
        db.session.rollback()
        return None
    row, question = found
    inactivity.note_sign_of_life(link.account_id)
    if row.outcome is None:
        row.outcome, row.account_id, row.answered_at = outcome, link.account_id, clock.now()
        audit.record("suggestion.outcome", account_id=link.account_id, town_id=row.town_id)
    db.session.commit()
    return question


def _who_wished(town_id: int, peer_id: int) -> int | None:
    return db.session.scalar(
        select(SuggestionAnswer.account_id)
        .join(Suggestion, Suggestion.id == SuggestionAnswer.suggestion_id)
        .where(
            Suggestion.town_id == town_id,
            Suggestion.peer_id == peer_id,
            SuggestionAnswer.answer == "contact",
        )
        .order_by(SuggestionAnswer.id.desc())
        .limit(1)
    )


def _open(link: OneTimeLink) -> tuple[TalkOutcome, Question] | None:
    row = db.session.scalar(select(TalkOutcome).where(TalkOutcome.id == link.target_id).with_for_update())
    person = db.session.get(Account, link.account_id)
    if row is None or person is None or answer_people.role(person.id, row.town_id) is None:
        return None
    name = f"{person.first_name} {person.last_name}".strip()
    return row, Question(name, row.town.name, row.peer.name, row.outcome)

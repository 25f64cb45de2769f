"""What came of a talk: each of its towns is asked two weeks after the date whether it helped, and after ninety days
what became of it; each question once, ever.

An answer stays in the own town hall and never changes what the engine proposes, with one exception: that it helped is
told to the other town, which has given its time. Nothing is published by town.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import Account, Appointment, Exchange, OneTimeLink, Outcome, Town
from kleinstadt_net.services import (
    answer_people,
    appointments,
    audit,
    exchange_news,
    exchanges,
    inactivity,
    links,
    notifications,
    urls,
)
from kleinstadt_net.services.appointment_rules import AGREED
from kleinstadt_net.services.exchange_rules import CLOSED, TALKING
from kleinstadt_net.services.exchanges import UnknownExchangeError
from kleinstadt_net.vocabulary import FORMER_OUTCOMES, OUTCOME_QUESTIONS

HELPED, BECAME = "helped", "became"
# By then a first talk has taken place, or will not; and by then it has come to something, or will not.
ASKED_AFTER = {HELPED: timedelta(days=14), BECAME: timedelta(days=90)}
# A question about something nobody remembers is worse than none.
NEVER_AFTER = {HELPED: timedelta(days=60), BECAME: timedelta(days=365)}
GOOD = "yes"
CAME_TO_SOMETHING = frozenset({"made", "running"})

ASKED_KIND, HELPED_KIND = "outcome_asked", "outcome_helped"
PURPOSE = "outcome"
PATH = "/gespraech/{token}"
LINK_DAYS = 60

TOWN, PEER = aliased(Town), aliased(Town)


@dataclass(frozen=True)
class Question:
    """What a link shows: whom the letter went to, the two towns, the question, and whether the town has answered.

    What it has answered stays behind the sign-in: a letter may have been forwarded.
    """

    exchange_id: int
    recipient: str
    town: str
    peer: str
    question: str
    is_answered: bool


@dataclass(frozen=True)
class Asked:
    """A question on the page of an exchange: what this town has said, None while nobody has."""

    question: str
    given: str | None

    @property
    def said(self) -> str:
        """The answer in words, those of former times too; empty while there is none."""
        words = OUTCOME_QUESTIONS[self.question]
        return words.get(self.given or "") or FORMER_OUTCOMES.get(self.given or "", "")

    @property
    def came_to_something(self) -> bool:
        """Whether an example of the other town may be behind it."""
        return self.question == BECAME and self.given in CAME_TO_SOMETHING


@dataclass(frozen=True)
class OfExchange:
    """What an exchange's page says of its outcome. ``peer_was_helped``: the other town said that it has helped."""

    asked: tuple[Asked, ...]
    peer_was_helped: bool


def due(now: datetime) -> list[Any]:
    """Questions (exchange, town, question) whose time has come and which were not asked, with the town's Land."""
    sides = ((Exchange.town_id, Exchange.peer_id), (Exchange.peer_id, Exchange.town_id))
    return [
        (row.exchange_id, row.town_id, question, row.land)
        for question in (HELPED, BECAME)
        for side, other in sides
        for row in db.session.execute(_due(question, side, other, now))
    ]


def _due(question: str, side: Any, other: Any, now: datetime) -> Select[int, int, str]:
    asked = exists().where(
        Outcome.exchange_id == Exchange.id, Outcome.town_id == TOWN.id, Outcome.question == question
    )
    # From the date the two have met on, or, where they have agreed on none here, from their consent.
    agreed = select(func.max(Appointment.starts_at)).where(
        Appointment.exchange_id == Exchange.id, Appointment.state == AGREED
    )
    since = func.coalesce(agreed.scalar_subquery(), Exchange.accepted_at)
    return (
        select(Exchange.id.label("exchange_id"), TOWN.id.label("town_id"), TOWN.land)
        .join(TOWN, TOWN.id == side)
        .join(PEER, PEER.id == other)
        .where(
            Exchange.state.in_((TALKING, CLOSED)),
            since <= now - ASKED_AFTER[question],
            since > now - NEVER_AFTER[question],
            *answer_people.taking_part(TOWN),
            *answer_people.taking_part(PEER),
            ~asked,
        )
        .order_by(Exchange.id)
    )


def ask(exchange_id: int, town_id: int, question: str, now: datetime) -> bool:
    """Ask a town in the running transaction; False where it was asked meanwhile or nobody is there to answer."""
    people = exchanges.people(town_id, exchange_id)
    mark = {"exchange_id": exchange_id, "town_id": town_id, "question": question, "asked_at": now}
    unique = Outcome.exchange_id, Outcome.town_id, Outcome.question
    if not people or db.session.execute(insert_once(Outcome, mark, *unique)).first() is None:
        return False
    asked = db.session.scalars(
        select(Outcome).where(
            Outcome.exchange_id == exchange_id, Outcome.town_id == town_id, Outcome.question == question
        )
    ).one()
    party = exchanges.party(exchange_id, town_id)
    exchange_news.tell(
        ASKED_KIND,
        people,
        town_id=town_id,
        key=str(asked.id),
        path=exchanges.PATH.format(exchange_id=exchange_id),
        facts={"peer": party.peer.name, "question": question, "held_on": appointments.last_day(party)},
        letter=lambda person: {
            "answers": OUTCOME_QUESTIONS[question],
            "answer_url": urls.absolute(
                PATH.format(token=links.create(PURPOSE, person.id, days=LINK_DAYS, target_id=asked.id))
            ),
        },
    )
    return True


def find(token: str) -> Question | None:
    """What the link asks or has asked; None when it is unknown or expired, or she has left the town."""
    link = links.find(token, PURPOSE) or links.find_used(token, PURPOSE, within=timedelta(days=LINK_DAYS))
    found = _open(link) if link is not None else None
    return found[1] if found else None


def answer_by_link(token: str, answer: str) -> Question | None:
    """Store what the town says, consume the link, and answer what the link had asked; commits.

    None when the link leads nowhere. What the town has said before stands, and ``is_answered`` says so. Raises
    ValueError for an answer that is not offered.
    """
    begin_writing(db.session)
    link = links.find(token, PURPOSE)
    found = _open(link) if link is not None else None
    if link is None or found is None:
        db.session.rollback()
        return find(token)
    row, question = found
    _must_be_offered(row.question, answer)
    if not links.consume(link):
        db.session.rollback()
        return find(token)
    inactivity.note_sign_of_life(link.account_id)
    if row.answer is None:
        _store(row, answer, link.account_id)
    db.session.commit()
    return question


def answer_on_page(exchange_id: int, town_id: int, account_id: int, question: str, answer: str) -> bool:
    """The same for somebody signed in; commits. False where the town was not asked, or has answered.

    Raises UnknownExchangeError for another town's exchange, ValueError for an answer that is not offered.
    """
    _must_be_offered(question, answer)
    begin_writing(db.session)
    if answer_people.role(account_id, town_id) is None:
        db.session.rollback()
        raise UnknownExchangeError(exchange_id)
    exchanges.party(exchange_id, town_id)
    row = db.session.scalar(
        select(Outcome)
        .where(
            Outcome.exchange_id == exchange_id,
            Outcome.town_id == town_id,
            Outcome.question == question,
            Outcome.answer.is_(None),
        )
        .with_for_update()
    )
    if row is None:
        db.session.rollback()
        return False
    _store(row, answer, account_id)
    db.session.commit()
    return True


def of_exchange(exchange_id: int, town_id: int) -> OfExchange:
    """What the page of an exchange says to this town: one query."""
    rows = db.session.scalars(
        select(Outcome).where(Outcome.exchange_id == exchange_id).order_by(Outcome.id)
    ).all()
    return OfExchange(
        asked=tuple(Asked(row.question, row.answer) for row in rows if row.town_id == town_id),
        peer_was_helped=any(
            row.town_id != town_id and (row.question, row.answer) == (HELPED, GOOD) for row in rows
        ),
    )


def inherit(town_id: int, successor_id: int) -> None:
    """In the running transaction: what a dissolved town said stays with its exchanges, now the successor's."""
    taken = select(Outcome.exchange_id, Outcome.question).where(Outcome.town_id == successor_id)
    known = {tuple(row) for row in db.session.execute(taken)}
    rows = db.session.scalars(
        select(Outcome)
        .join(Exchange, Exchange.id == Outcome.exchange_id)
        .where(
            Outcome.town_id == town_id,
            or_(Exchange.town_id == successor_id, Exchange.peer_id == successor_id),
            and_(Exchange.town_id != town_id, Exchange.peer_id != town_id),
        )
    )
    for row in rows:
        if (row.exchange_id, row.question) not in known:
            row.town_id = successor_id


def _store(row: Outcome, answer: str, account_id: int) -> None:
    row.answer, row.account_id, row.answered_at = answer, account_id, clock.now()
    notifications.settle(account_id, exchanges.PATH.format(exchange_id=row.exchange_id))
    audit.record(
        "exchange.outcome",
        account_id=account_id,
        town_id=row.town_id,
        exchange=row.exchange_id,
        question=row.question,
    )
    if (row.question, answer) == (HELPED, GOOD):
        _tell_the_other(row)


def _tell_the_other(row: Outcome) -> None:
    party = exchanges.party(row.exchange_id, row.town_id)
    exchange_news.tell(
        HELPED_KIND,
        exchanges.people(party.peer_id, row.exchange_id),
        town_id=party.peer_id,
        key=str(row.id),
        path=exchanges.PATH.format(exchange_id=row.exchange_id),
        facts={"peer": party.town.name},
    )


def _must_be_offered(question: str, answer: str) -> None:
    if answer not in OUTCOME_QUESTIONS.get(question, {}):
        raise ValueError(f"no answer to {question!r}: {answer!r}")


def _open(link: OneTimeLink) -> tuple[Outcome, Question] | None:
    row = db.session.scalar(select(Outcome).where(Outcome.id == link.target_id).with_for_update())
    person = db.session.get(Account, link.account_id)
    if row is None or person is None or answer_people.role(person.id, row.town_id) is None:
        return None
    party = exchanges.party(row.exchange_id, row.town_id)
    name = f"{person.first_name} {person.last_name}".strip()
    is_answered = row.answer is not None or link.used_at is not None
    return row, Question(row.exchange_id, name, party.town.name, party.peer.name, row.question, is_answered)

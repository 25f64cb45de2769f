"""Weitergeben: a suggestion goes to a colleague of the same town, with a letter and a link of her own."""

from dataclasses import dataclass

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest.sources.suggestions import Suggestion as ProposedTown
from kleinstadt_net.models import Account, Suggestion, SuggestionAnswer
from kleinstadt_net.services import (
    answer_people,
    audit,
    correspondence,
    digest_facts,
    links,
    town_people,
    urls,
)
from kleinstadt_net.services.answer_giving import UnknownSuggestionError
from kleinstadt_net.services.digest_letter import ANSWER_DAYS, ANSWER_PATH, ANSWER_PURPOSE
from kleinstadt_net.services.suggestions import SETTLING

KIND = "suggestion_handed_on"


class AlreadyAnsweredError(Exception):
    """The town has answered; there is nothing to hand on."""


@dataclass(frozen=True)
class Colleague:
    """Somebody of the same town to whom a suggestion can be handed."""

    account_id: int
    name: str


@dataclass(frozen=True)
class HandingOn:
    """The suggestion to be handed on, its month, and to whom it can go."""

    suggestion: ProposedTown
    month: str
    colleagues: tuple[Colleague, ...]


def offered(suggestion_id: int, town_id: int, account_id: int) -> HandingOn:
    """What the page shows. Raises UnknownSuggestionError or AlreadyAnsweredError."""
    row = _open(suggestion_id, town_id, account_id)
    told = digest_facts.suggestion(row.id)
    assert told is not None
    people = answer_people.colleagues(town_id, account_id)
    return HandingOn(
        told[1],
        row.round.month,
        tuple(Colleague(person.id, town_people.name_of(person)) for person in people),
    )


def hand_on(suggestion_id: int, town_id: int, account_id: int, colleague_id: int) -> str:
    """Write to the colleague with a link of her own, at most once a day; commits and answers her name.

    Raises UnknownSuggestionError where the suggestion is not this town's or one of both does not act for it,
    AlreadyAnsweredError where the town has answered.
    """
    begin_writing(db.session)
    try:
        row = _open(suggestion_id, town_id, account_id)
        people = answer_people.colleagues(town_id, account_id)
        colleague = next((one for one in people if one.id == colleague_id), None)
        if colleague is None:
            raise UnknownSuggestionError(suggestion_id)
    except Exception:
        db.session.rollback()
        raise
    _write(row, db.session.get_one(Account, account_id), colleague)
    audit.record("suggestion.handed_on", account_id=account_id, town_id=town_id, suggestion=row.id)
    db.session.commit()
    return town_people.name_of(colleague)


def _write(row: Suggestion, giver: Account, colleague: Account) -> None:
    told = digest_facts.suggestion(row.id)
    assert told is not None
    town, suggestion = told
    token = links.create(ANSWER_PURPOSE, colleague.id, days=ANSWER_DAYS, target_id=row.id)
    correspondence.write(
        KIND,
        colleague,
        key=f"{giver.id}:{row.id}:{colleague.id}:{clock.today()}",
        context={
            "giver": town_people.name_of(giver),
            "town": town,
            "suggestion": suggestion,
            "answer_url": lambda answer: urls.absolute(ANSWER_PATH.format(token=token, answer=answer)),
            "town_url": urls.absolute(urls.town_path(suggestion.peer.slug, suggestion.peer.ags)),
        },
    )


def _open(suggestion_id: int, town_id: int, account_id: int) -> Suggestion:
    row = db.session.scalar(
        select(Suggestion).where(Suggestion.id == suggestion_id, Suggestion.town_id == town_id)
    )
    if row is None or answer_people.role(account_id, town_id) is None:
        raise UnknownSuggestionError(suggestion_id)
    settled = select(SuggestionAnswer.id).where(
        SuggestionAnswer.suggestion_id == row.id, SuggestionAnswer.answer.in_(SETTLING)
    )
    if db.session.scalar(settled) is not None:
        raise AlreadyAnsweredError(suggestion_id)
    return row

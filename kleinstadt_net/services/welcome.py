"""The welcome letter: within a working day of its first statement a new town is shown whom it could talk to.

One for every town, for good: the row in ``welcomes`` is written in the transaction that lays the letters into the
outbox, so a process that vanishes in between leaves neither, and of two at once the unique key lets one through.
It is a letter about the account, to those who answer for the town; the Monatsbrief has consents of its own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal

import structlog
from sqlalchemy import exists, func, select

from kleinstadt_net import clock, formats
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest.sources.suggestions import Suggestion as ProposedTown
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.matching.weights import NEWCOMER_SUGGESTIONS
from kleinstadt_net.models import (
    Account,
    DigestItem,
    Letter,
    Membership,
    Round,
    Stance,
    Suggestion,
    SuggestionAnswer,
    Town,
    Welcome,
)
from kleinstadt_net.services import (
    correspondence,
    digest_facts,
    first_steps,
    links,
    mid_month,
    urls,
    working_days,
)
from kleinstadt_net.services.digest_letter import ANSWER_DAYS, ANSWER_PATH, ANSWER_PURPOSE, SHORT_PATH
from kleinstadt_net.services.mid_month import Decision, Network
from kleinstadt_net.territory import TIME_ZONE
from kleinstadt_net.vocabulary import SLOT_TITLES

KIND = "welcome"
DIRECTORY_PATH = "/staedte?sortierung=passend"
PROFILE_PATH = "/unsere-stadt"
# A town hall says its first things in one sitting; the letter waits until that is over.
SITTING = timedelta(hours=1)
# Letters of a person come in office hours.
OPENS_AT, CLOSES_AT = time(8), time(18)
# A list that fills up while a newcomer's names are chosen is chosen around at once, but not for ever.
TRIES = 3

Outcome = Literal["written", "overtaken", "failed"]
log = structlog.get_logger("welcome")


@dataclass(frozen=True)
class Report:
    """How many towns were welcomed; ``failed`` come up again at the next call."""

    written: int = 0
    overtaken: int = 0
    failed: int = 0


def write_due(now: datetime, *, any_time: bool = False) -> Report:
    """Welcome every town whose turn it is; safe to call at any time and from several processes. Commits per town.

    ``any_time`` leaves out office hours and the sitting (for whoever tries the service out).
    """
    local = now.astimezone(TIME_ZONE)
    if not any_time and not OPENS_AT <= local.time() < CLOSES_AT:
        return Report()
    stated_before = now if any_time else now - SITTING
    waiting = [
        town_id
        for town_id, land in _waiting(stated_before, now)
        if any_time or working_days.is_working_day(local.date(), land)
    ]
    if not waiting:
        return Report()
    known = mid_month.network(local.strftime("%Y-%m"))
    outcomes = Counter(_welcome(town_id, known) for town_id in waiting)
    return Report(**{str(outcome): count for outcome, count in outcomes.items()})


def _waiting(stated_before: datetime, now: datetime) -> Sequence[Any]:
    """Ids and Länder of towns that take part, have said something, have a lead, and were never welcomed."""
    first_said = select(func.min(Stance.changed_at)).where(Stance.town_id == Town.id).scalar_subquery()
    today = now.astimezone(TIME_ZONE).date()
    return db.session.execute(
        select(Town.id, Town.land)
        .where(
            Town.joined_on.is_not(None),
            Town.suspended_at.is_(None),
            Town.gone_on.is_(None),
            Town.paused_until.is_(None) | (Town.paused_until < today),
            first_said <= stated_before,
            ~exists().where(Welcome.town_id == Town.id),
            exists().where(*_answers_for(Town.id)),
        )
        .order_by(Town.ags)
    ).all()


def _answers_for(town_id: Any) -> tuple[Any, ...]:
    """The confirmed leads of a town whose address is known to be theirs."""
    return (
        Membership.town_id == town_id,
        Membership.account_id == Account.id,
        Membership.role == "lead",
        Membership.state == "confirmed",
        Account.confirmed_at.is_not(None),
    )


def _welcome(town_id: int, known: Network | None) -> Outcome:
    try:
        for _ in range(TRIES):
            decision = mid_month.decide(known, town_id) if known else None
            if (outcome := _write(town_id, known, decision)) is not None:
                return outcome
    except Exception:
        # One town that cannot be welcomed must not keep the others waiting.
        db.session.rollback()
        log.exception("welcome not written", town_id=town_id)
    return "failed"


def _write(town_id: int, known: Network | None, decision: Decision | None) -> Outcome | None:
    """Mark, suggestions and letters in one transaction; None where the suggestions have to be decided again."""
    # Ends the reading, which on SQLite would make the writing fail if anybody wrote in between.
    db.session.rollback()
    begin_writing(db.session)
    mark = {
        "town_id": town_id,
        "round_id": decision.round_id if decision else None,
        "inputs": dict(decision.inputs) if decision else {},
        "welcomed_at": clock.now(),
    }
    if db.session.execute(insert_once(Welcome, mark, Welcome.town_id)).first() is None:
        db.session.rollback()
        return "overtaken"
    if decision and not mid_month.record(decision):
        db.session.rollback()
        return None
    _write_letters(town_id, known)
    db.session.commit()
    return "written"


def _write_letters(town_id: int, known: Network | None) -> None:
    town = db.session.get_one(Town, town_id)
    proposed = _open_suggestions(town_id, known.round_id) if known else []
    for lead in db.session.scalars(select(Account).where(*_answers_for(town_id)).order_by(Account.id)).all():
        context = _context(lead, town, proposed, has_round=known is not None)
        key = f"{town_id}:{lead.id}"
        correspondence.write(KIND, lead, key=key, context=context)
        letter_id = db.session.scalar(select(Letter.id).where(Letter.key == f"{KIND}:{key}"))
        for one in proposed:
            # The Monatsbrief tells nothing twice.
            told = {"account_id": lead.id, "item_key": one.key, "letter_id": letter_id}
            unique = DigestItem.account_id, DigestItem.item_key
            db.session.execute(insert_once(DigestItem, told, *unique))


def _open_suggestions(town_id: int, round_id: int) -> list[ProposedTown]:
    """What the month holds for the town and nobody has answered, the newcomer's own or the round's, strongest first."""
    found = db.session.scalars(
        select(Suggestion.id)
        .join(Round, Round.id == Suggestion.round_id)
        .join(Town, Town.id == Suggestion.peer_id)
        .where(
            Suggestion.town_id == town_id,
            Suggestion.round_id == round_id,
            Town.joined_on.is_not(None),
            Town.suspended_at.is_(None),
            Town.gone_on.is_(None),
            ~exists().where(SuggestionAnswer.suggestion_id == Suggestion.id),
        )
        .order_by(Suggestion.position, Suggestion.id)
        .limit(NEWCOMER_SUGGESTIONS)
    ).all()
    told = (digest_facts.suggestion(suggestion_id) for suggestion_id in found)
    return [one[1] for one in told if one is not None]


def _context(
    lead: Account, town: Town, proposed: Sequence[ProposedTown], *, has_round: bool
) -> Mapping[str, Any]:
    tokens = {
        one.suggestion_id: links.create(
            ANSWER_PURPOSE, lead.id, days=ANSWER_DAYS, target_id=one.suggestion_id
        )
        for one in proposed
    }
    return {
        "town": town,
        "suggestions": proposed,
        "has_round": has_round,
        "month": clock.current_month(),
        "next_round": formats.long_day(first_steps.next_round_on(clock.today())),
        "slots": SLOT_TITLES,
        "answer_url": lambda one, answer: urls.absolute(
            ANSWER_PATH.format(token=tokens[one.suggestion_id], answer=answer)
        ),
        "short_url": lambda one: urls.absolute(SHORT_PATH.format(suggestion_id=one.suggestion_id)),
        "town_url": lambda peer: urls.absolute(urls.town_path(peer.slug, peer.ags)),
        "directory_url": urls.absolute(DIRECTORY_PATH),
        "profile_url": urls.absolute(PROFILE_PATH),
    }

"""Letters that follow an answer by themselves: who wishes to talk, where it stands, what came of it.

A wish reaches the other town in its next office hours, well within two working days; whoever chose so reads it in
the Monatsbrief instead. Within seven days the asking town hears where it stands. What a person has been told is
marked in ``digest_items`` in the same transaction, so that it is told once, by whichever letter comes first.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Literal

import structlog
from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import (
    Account,
    DigestItem,
    Letter,
    Membership,
    Subscription,
    Suggestion,
    SuggestionAnswer,
    Town,
)
from kleinstadt_net.services import (
    answer_people,
    answer_wishes,
    correspondence,
    digest_facts,
    exchange_rests,
    links,
    outcomes,
    subscriptions,
    town_blocks,
    urls,
    working_days,
)
from kleinstadt_net.services.answer_wishes import STANDING_KIND, WISH_KIND
from kleinstadt_net.services.digest_letter import ANSWER_DAYS, ANSWER_PATH, ANSWER_PURPOSE, SHORT_PATH
from kleinstadt_net.territory import TIME_ZONE

# Letters of a person come in office hours.
OPENS_AT, CLOSES_AT = time(8), time(18)
# A wrong click is mended within the hour; the other town need not hear of it.
SECOND_THOUGHTS = timedelta(hours=1)
# Nobody is written to about a wish older than this; the page and the Monatsbrief still show it.
STILL_NEWS = timedelta(days=60)
# The asking town hears on the first working day from the fifth on, or earlier where that would be after the seventh.
STANDING_FROM_DAYS, STANDING_WITHIN_DAYS = 5, 7
SUGGESTIONS_PATH = "/vorschlaege"

ASKED, GIVEN = aliased(Suggestion), aliased(SuggestionAnswer)
OPPOSITE, THEIRS = aliased(Suggestion), aliased(SuggestionAnswer)
ASKER, PEER = aliased(Town), aliased(Town)
wished_at = func.coalesce(GIVEN.changed_at, GIVEN.answered_at)
theirs_at = func.coalesce(THEIRS.changed_at, THEIRS.answered_at)

Outcome = Literal["wishes", "standings", "outcomes", "nothing", "failed"]
log = structlog.get_logger("answers")


@dataclass(frozen=True)
class Report:
    """How many wishes and standings were told and questions asked; ``failed`` come up again at the next call.

    ``nothing``: answered or written about by another process in this very moment.
    """

    wishes: int = 0
    standings: int = 0
    outcomes: int = 0
    nothing: int = 0
    failed: int = 0

    @property
    def written(self) -> int:
        return self.wishes + self.standings + self.outcomes


def write_due(now: datetime) -> Report:
    """Write everything that is due; safe to call at any time and from several processes. Commits per event."""
    local = now.astimezone(TIME_ZONE)
    if not OPENS_AT <= local.time() < CLOSES_AT:
        return Report()
    today = local.date()
    done: Counter[Outcome] = Counter()
    for suggestion_id, land in _wishes(now):
        if working_days.is_working_day(today, land):
            done[_attempt(partial(_tell_wish, suggestion_id, now), "wishes")] += 1
    for suggestion_id, land, wished_on in _standings(now):
        if standing_is_due(wished_on.astimezone(TIME_ZONE).date(), today, land):
            done[_attempt(partial(_tell_standing, suggestion_id, now), "standings")] += 1
    for exchange_id, town_id, question, land in outcomes.due(now):
        if working_days.is_working_day(today, land):
            ask = partial(outcomes.ask, exchange_id, town_id, question, now)
            done[_attempt(ask, "outcomes")] += 1
    return Report(**{str(outcome): count for outcome, count in done.items()})


def standing_is_due(wished_on: date, today: date, land: str) -> bool:
    """Whether the asking town is to hear today: a working day, from the fifth day on, else the last within seven."""
    if not working_days.is_working_day(today, land):
        return False
    following = today + timedelta(days=1)
    while not working_days.is_working_day(following, land):
        following += timedelta(days=1)
    return today >= wished_on + timedelta(days=STANDING_FROM_DAYS) or following > wished_on + timedelta(
        days=STANDING_WITHIN_DAYS
    )


def _attempt(write: Callable[[], bool], outcome: Outcome) -> Outcome:
    # Ends the reading, which on SQLite would make the writing fail if anybody wrote in between.
    db.session.rollback()
    try:
        begin_writing(db.session)
        if write():
            db.session.commit()
            return outcome
        db.session.rollback()
    except Exception:
        # One letter that cannot be written must not keep the others waiting.
        db.session.rollback()
        log.exception("letter about an answer not written", letter=outcome)
        return "failed"
    return "nothing"


def _asking(now: datetime, *columns: Any) -> Select[Any]:
    """Wishes that both towns could still talk about and the other has not wished too."""
    return (
        select(ASKED.id, *columns)
        .join(GIVEN, GIVEN.suggestion_id == ASKED.id)
        .join(ASKER, ASKER.id == ASKED.town_id)
        .join(PEER, PEER.id == ASKED.peer_id)
        .join(
            OPPOSITE,
            and_(
                OPPOSITE.round_id == ASKED.round_id,
                OPPOSITE.town_id == ASKED.peer_id,
                OPPOSITE.peer_id == ASKED.town_id,
            ),
        )
        .outerjoin(THEIRS, THEIRS.suggestion_id == OPPOSITE.id)
        .where(
            GIVEN.answer == "contact",
            wished_at > now - STILL_NEWS,
            *answer_people.taking_part(ASKER),
            *answer_people.taking_part(PEER),
            ~town_blocks.between(ASKED.town_id, ASKED.peer_id),
            # Who is in touch already hears of it by letters of its own.
            exchange_rests.under_way(ASKED.town_id, ASKED.peer_id).is_(None),
        )
        .order_by(ASKED.id)
    )


def _told(key: str, account_id: Any) -> ColumnElement[bool]:
    return exists().where(
        DigestItem.account_id == account_id, DigestItem.item_key == literal(key) + cast(ASKED.id, String)
    )


def _wishes(now: datetime) -> list[Any]:
    """Suggestions with a wish that somebody of the other town has still to hear of, and that town's Land."""
    return list(db.session.execute(_untold(now, PEER.land).distinct()).all())


def _untold(now: datetime, *columns: Any) -> Select[Any]:
    reads_digest = exists().where(
        Subscription.account_id == Account.id,
        Subscription.wishes == "digest",
        Subscription.frequency == subscriptions.MONTHLY,
        Subscription.consent_at.is_not(None),
    )
    return (
        _asking(now, *columns)
        .join(Membership, Membership.town_id == PEER.id)
        .join(Account, Account.id == Membership.account_id)
        .where(
            wished_at <= now - SECOND_THOUGHTS,
            # Whoever said "later" before hears of the wish; whoever answered since needs no letter.
            or_(THEIRS.id.is_(None), and_(THEIRS.answer == "later", theirs_at < wished_at)),
            or_(PEER.paused_until.is_(None), PEER.paused_until < now.astimezone(TIME_ZONE).date()),
            Membership.state == "confirmed",
            Account.confirmed_at.is_not(None),
            ~reads_digest,
            ~_told("waiting:", Account.id),
        )
    )


def _standings(now: datetime) -> list[Any]:
    """Wishes that were not returned and whose town has not heard so, with its Land and the moment of the wish."""
    told = exists().where(DigestItem.item_key == literal("standing:") + cast(ASKED.id, String))
    query = _asking(now, ASKER.land, wished_at).where(
        or_(THEIRS.id.is_(None), THEIRS.answer != "contact"),
        wished_at <= now - timedelta(days=1),
        ~told,
    )
    return list(db.session.execute(query).all())


def _tell_wish(suggestion_id: int, now: datetime) -> bool:
    """Write to everybody of the other town who has not heard; False where nobody is left."""
    asked = db.session.get_one(Suggestion, suggestion_id)
    opposite = answer_wishes.lock_pair(asked)
    untold = _untold(now, Account.id).where(ASKED.id == suggestion_id)
    people = [account_id for _, account_id in db.session.execute(untold)]
    told = digest_facts.suggestion(opposite.id) if opposite is not None else None
    if told is None:
        return False
    town, suggestion = told
    for person in db.session.scalars(select(Account).where(Account.id.in_(people)).order_by(Account.id)):
        preferences = subscriptions.of_account(person.id)
        token = links.create(ANSWER_PURPOSE, person.id, days=ANSWER_DAYS, target_id=suggestion.suggestion_id)
        context = {
            "town": town,
            "suggestion": suggestion,
            "answer_url": _answer_url(token),
            "short_url": urls.absolute(SHORT_PATH.format(suggestion_id=suggestion.suggestion_id)),
            "town_url": urls.absolute(urls.town_path(suggestion.peer.slug, suggestion.peer.ags)),
            "preferences_url": subscriptions.preferences_url(preferences.token) if preferences else "",
        }
        keys = (f"waiting:{suggestion_id}", suggestion.key)
        _write(WISH_KIND, person, f"{suggestion_id}:{person.id}", context, keys)
    return bool(people)


def _answer_url(token: str) -> Callable[[str], str]:
    return lambda answer: urls.absolute(ANSWER_PATH.format(token=token, answer=answer))


def _tell_standing(suggestion_id: int, now: datetime) -> bool:
    """Tell the asking town that there is no yes yet, whatever the other answered, if anything."""
    asked = db.session.get_one(Suggestion, suggestion_id)
    answer_wishes.lock_pair(asked)
    still = db.session.execute(
        _asking(now, GIVEN.account_id, wished_at).where(
            ASKED.id == suggestion_id, or_(THEIRS.id.is_(None), THEIRS.answer != "contact")
        )
    ).first()
    told = digest_facts.suggestion(suggestion_id)
    if still is None or told is None:
        return False
    town, suggestion = told
    context = {
        "town": town,
        "peer": suggestion.peer,
        "wished_at": still[2],
        "suggestions_url": urls.absolute(SUGGESTIONS_PATH),
    }
    people = answer_people.askers(asked.town_id, still.account_id)
    keys = (f"standing:{suggestion_id}",)
    for person in people:
        _write(STANDING_KIND, person, f"{suggestion_id}:{person.id}", context, keys)
    return bool(people)


def _write(kind: str, person: Account, key: str, context: dict[str, Any], told: Iterable[str]) -> None:
    correspondence.write(kind, person, key=key, context=context)
    letter_id = db.session.scalar(select(Letter.id).where(Letter.key == f"{kind}:{key}"))
    for item_key in told:
        row = {"account_id": person.id, "item_key": item_key, "letter_id": letter_id}
        db.session.execute(insert_once(DigestItem, row, DigestItem.account_id, DigestItem.item_key))

"""The Monatsbrief: who is due, what she is told, and the letter put into the outbox exactly once.

A month is done for a person once ``digest_issues`` has her row, which comes with the letter or says that there was
nothing to tell. That row and the letter's key ``digest:<account>:<month>`` are unique, which decides between two
processes at the same letter: the loser's transaction, with its links and marks, is rolled back as a whole.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kleinstadt_net import clock, territory
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest import due
from kleinstadt_net.digest.issue import Issue, compose
from kleinstadt_net.digest.sources.suggestions import Suggestion
from kleinstadt_net.mail import outbox
from kleinstadt_net.models import DigestIssue, DigestItem, Letter
from kleinstadt_net.services import (
    digest_facts,
    digest_letter,
    digest_people,
    links,
    notifications,
    working_days,
)
from kleinstadt_net.services.digest_people import Reader

CHUNK = 200

Outcome = Literal["enqueued", "nothing_new", "waiting_for_round", "overtaken", "failed"]

log = structlog.get_logger("digests")


@dataclass(frozen=True)
class EnqueueReport:
    """How many of the accounts that were due had which outcome.

    ``overtaken``: another process wrote the same letter, or the account was deleted meanwhile.
    """

    enqueued: int = 0
    nothing_new: int = 0
    waiting_for_round: int = 0
    overtaken: int = 0
    failed: int = 0


def enqueue_due(now: datetime, *, month: str | None = None, any_day: bool = False) -> EnqueueReport:
    """Write the letters of ``month`` (default: the present one) for everybody who is due.

    Safe to call at any time and from several processes; ``any_day`` leaves out the calendar (a
    demonstration starts on any day), never consent or pause. Commits once per letter.
    """
    local = now.astimezone(territory.TIME_ZONE)
    month = month or local.strftime("%Y-%m")
    if not any_day and local.date() < due.usual_day(month):
        return EnqueueReport()
    round_of_month = digest_facts.round_id(month)
    waiting = digest_people.candidates(month, local.date())
    outcomes: Counter[Outcome] = Counter()
    for start in range(0, len(waiting), CHUNK):
        chunk = [
            reader
            for reader in digest_people.readers(waiting[start : start + CHUNK])
            if due.is_due(
                reader.consent,
                month,
                now,
                holidays(reader.town.land, month),
                any_day=any_day,
            )
        ]
        outcomes.update(_enqueue(chunk, month, round_of_month, now))
    return EnqueueReport(**{str(outcome): count for outcome, count in outcomes.items()})


def _enqueue(
    readers: Sequence[Reader], month: str, round_of_month: int | None, now: datetime
) -> Iterator[Outcome]:
    patient = {
        reader.account_id
        for reader in readers
        if round_of_month is None and due.waits_for_round(month, now, holidays(reader.town.land, month))
    }
    issues = issues_of([r for r in readers if r.account_id not in patient], round_of_month, now)
    for reader in readers:
        if reader.account_id in patient:
            yield "waiting_for_round"
        else:
            yield _enqueue_one(reader, issues[reader.account_id], month, round_of_month is not None)


def issues_of(
    readers: Sequence[Reader], round_of_month: int | None, now: datetime
) -> Mapping[int, Issue | None]:
    """The issue of every reader (by account id); the number of queries does not depend on how many."""
    if not readers:
        return {}
    today = now.astimezone(territory.TIME_ZONE).date()
    news = digest_facts.news({reader.town for reader in readers}, round_of_month, today)
    people = [reader.account_id for reader in readers]
    told, unread = digest_people.told(people), notifications.for_digest(people)
    return {
        reader.account_id: compose(
            replace(news[reader.town.town_id], unread=tuple(unread.get(reader.account_id, ()))),
            today=today,
            told=told.get(reader.account_id, set()),
        )
        for reader in readers
    }


def _enqueue_one(reader: Reader, issue: Issue | None, month: str, has_round: bool) -> Outcome:
    try:
        outcome = _write(reader, issue, month) if issue else _pass_over(reader, month, has_round)
        if outcome == "overtaken":
            db.session.rollback()
        else:
            db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return "overtaken"
    except Exception:
        # One letter that cannot be written must not keep the others from going out.
        db.session.rollback()
        log.exception("digest not written", account_id=reader.account_id, month=month)
        return "failed"
    return outcome


def _write(reader: Reader, issue: Issue, month: str) -> Outcome:
    def mint(suggestion: Suggestion) -> str:
        return links.create(
            digest_letter.ANSWER_PURPOSE,
            reader.account_id,
            days=digest_letter.ANSWER_DAYS,
            target_id=suggestion.suggestion_id,
        )

    # Written out before the database is locked for writing, or everybody else would wait meanwhile.
    with db.session.no_autoflush:
        draft = digest_letter.draft(reader, issue, month, mint)
    begin_writing(db.session)
    if not outbox.post(draft):
        return "overtaken"
    letter_id = db.session.scalar(select(Letter.id).where(Letter.key == draft.key))
    for key in issue.keys:
        db.session.add(DigestItem(account_id=reader.account_id, item_key=key, letter_id=letter_id))
    _close(reader, month, "written", letter_id)
    return "enqueued"


def _pass_over(reader: Reader, month: str, has_round: bool) -> Outcome:
    """Remember that there was nothing to tell; not while suggestions may still come, late as they are."""
    if has_round:
        begin_writing(db.session)
        _close(reader, month, "nothing_new", None)
    return "nothing_new"


def _close(reader: Reader, month: str, outcome: str, letter_id: int | None) -> None:
    db.session.add(
        DigestIssue(
            account_id=reader.account_id,
            period=month,
            outcome=outcome,
            town_id=reader.town.town_id,
            letter_id=letter_id,
            at=clock.now(),
        )
    )


def holidays(land: str, month: str) -> frozenset[date]:
    """The public holidays of a Land in the year of a month."""
    return working_days.holidays(land, int(month[:4]))

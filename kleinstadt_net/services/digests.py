"""The Monatsbrief: who is due, what she is told, and the letter put into the outbox exactly once.

A month is done for a person once ``digest_issues`` has her row, which comes with the letter or says that there was
nothing to tell. That row and the letter's key ``digest:<account>:<month>`` are unique, which decides between two
processes at the same letter: the loser's transaction, with its links and marks, is rolled back as a whole.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

import structlog

from kleinstadt_net import territory
from kleinstadt_net.digest import due
from kleinstadt_net.digest.issue import Issue, compose
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import (
    digest_facts,
    digest_letter,
    digest_people,
    digest_rounds,
    digest_silence,
    digest_writing,
    links,
    working_days,
)
from kleinstadt_net.services.digest_forecast import Forecast, forecast
from kleinstadt_net.services.digest_letter import Link
from kleinstadt_net.services.digest_people import Reader
from kleinstadt_net.services.digest_writing import Closing, Outcome
from kleinstadt_net.services.links import Minted

__all__ = ["EnqueueReport", "Forecast", "enqueue_due", "forecast", "holidays", "issues_of"]

# So many are read at once: reading costs some forty queries, however many it is for. And so many letters are stored at
# once, in memory as bytes until then.
CHUNK = 2_500
GROUP = 500

log = structlog.get_logger("digests")


@dataclass(frozen=True)
class EnqueueReport:
    """How many of the accounts that were due had which outcome.

    ``asked``: after silent months, whether to pause. ``overtaken``: another process wrote the same letter, or the
    account has left the letter or was deleted meanwhile.
    """

    enqueued: int = 0
    asked: int = 0
    nothing_new: int = 0
    waiting_for_round: int = 0
    overtaken: int = 0
    failed: int = 0


def enqueue_due(now: datetime, *, month: str | None = None, any_day: bool = False) -> EnqueueReport:
    """Write the letters of ``month`` (default: the present one) for everybody who is due.

    Safe to call at any time and from several processes; ``any_day`` leaves out the calendar (a
    demonstration starts on any day), never consent or pause. Commits once per group.
    """
    month = month or due.month_of(now)
    waiting = digest_people.candidates(month, now.astimezone(territory.TIME_ZONE).date())
    outcomes: Counter[Outcome] = Counter()
    for start in range(0, len(waiting), CHUNK):
        readers = digest_people.readers(waiting[start : start + CHUNK])
        if chunk := [reader for reader in readers if is_due(reader, month, now, any_day)]:
            outcomes.update(_enqueue(chunk, month, now))
    return EnqueueReport(**{str(outcome): count for outcome, count in outcomes.items()})


def is_due(reader: Reader, month: str, now: datetime, any_day: bool) -> bool:
    """Whether a person's letter may be written now, by the holidays of her town's Land."""
    free = holidays(reader.town.land, month)
    return due.is_due(reader.consent, month, now, free, reader.timetable, any_day=any_day)


def _enqueue(readers: Sequence[Reader], month: str, now: datetime) -> Iterator[Outcome]:
    round_of_month = digest_rounds.ensured(month, now)
    if round_of_month is None and digest_rounds.waits(month, now):
        for _ in readers:
            yield "waiting_for_round"
        return
    made = closings(readers, round_of_month, month, now)
    for some in iter(lambda: list(islice(made, GROUP)), []):
        group: list[Closing] = []
        for _, closing in some:
            if closing is None:
                yield "failed"
            elif closing.outcome == digest_people.NOTHING_NEW and round_of_month is None:
                # Not noted, so that nobody is passed over for good.
                yield "nothing_new"
            else:
                group.append(closing)
        yield from digest_writing.close(group)


def closings(
    readers: Sequence[Reader], round_of_month: int | None, month: str, now: datetime
) -> Iterator[tuple[Reader, Closing | None]]:
    """What becomes of each reader's month, her letter made but not stored; None where it cannot be made."""
    issues = issues_of(readers, round_of_month, now)
    # Without a round nobody is asked: suggestions may still come.
    is_whole = round_of_month is not None
    silent = digest_people.to_be_asked([reader.account_id for reader in readers]) if is_whole else set()
    for reader in readers:
        yield reader, _closing(reader, issues[reader.account_id], month, reader.account_id in silent)


def issues_of(
    readers: Sequence[Reader], round_of_month: int | None, now: datetime
) -> Mapping[int, Issue | None]:
    """The issue of every reader (by account id); the number of queries does not depend on how many."""
    if not readers:
        return {}
    today = now.astimezone(territory.TIME_ZONE).date()
    news = digest_facts.of_readers(readers, round_of_month, today)
    told = digest_people.told(list(news))
    return {
        account_id: compose(one, today=today, told=told.get(account_id, set()))
        for account_id, one in news.items()
    }


def _closing(reader: Reader, issue: Issue | None, month: str, is_silent: bool) -> Closing | None:
    """What becomes of her month; None where her letter cannot be made, which must not keep the others."""
    try:
        if issue is not None:
            return _written(reader, issue, month)
        if is_silent:
            return Closing(reader, month, digest_people.PAUSE_ASKED, digest_silence.draft(reader, month))
    except Exception:
        log.exception("digest not made", account_id=reader.account_id, month=month)
        return None
    return Closing(reader, month, digest_people.NOTHING_NEW)


def _written(reader: Reader, issue: Issue, month: str) -> Closing:
    minted: list[Minted] = []

    def mint(opens: Link) -> str:
        link = links.mint(opens.purpose, reader.account_id, days=opens.days, target_id=opens.target_id)
        minted.append(link)
        return link.token

    view_token = new_token()
    told, draft = digest_letter.fitted(reader, issue, month, mint, view_token)
    return Closing(reader, month, digest_people.WRITTEN, draft, tuple(told.keys), minted, view_token)


def holidays(land: str, month: str) -> frozenset[date]:
    """The public holidays of a Land in the year of a month."""
    return working_days.holidays(land, int(month[:4]))

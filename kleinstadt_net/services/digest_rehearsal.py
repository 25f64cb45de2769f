"""What writing the Monatsbriefe would do right now, without writing anything."""

from collections.abc import Sequence
from datetime import datetime

from kleinstadt_net import territory
from kleinstadt_net.digest import due
from kleinstadt_net.services import digest_facts, digest_people, digest_rounds, digests
from kleinstadt_net.services.digest_people import Reader
from kleinstadt_net.services.digests import CHUNK, EnqueueReport


def rehearse(now: datetime, *, month: str | None = None, any_day: bool = False) -> EnqueueReport:
    """How many would have which outcome; ``digests.enqueue_due`` takes the same arguments and acts.

    The round, where it is missing, is not run first: everybody waits for it as long as they would if it failed.
    """
    month = month or due.month_of(now)
    round_of_month = digest_facts.round_id(month)
    people = [reader for reader in _readers(month, now) if _is_due(reader, month, now, any_day)]
    if round_of_month is None and digest_rounds.would_wait(month, now):
        return EnqueueReport(waiting_for_round=len(people))
    told, silent = 0, set[int]()
    for start in range(0, len(people), CHUNK):
        issues = digests.issues_of(people[start : start + CHUNK], round_of_month, now)
        nothing_new = [account_id for account_id, issue in issues.items() if issue is None]
        told += len(issues) - len(nothing_new)
        if round_of_month is not None:
            silent |= digest_people.to_be_asked(nothing_new)
    return EnqueueReport(enqueued=told, asked=len(silent), nothing_new=len(people) - told - len(silent))


def _readers(month: str, now: datetime) -> Sequence[Reader]:
    waiting = digest_people.candidates(month, now.astimezone(territory.TIME_ZONE).date())
    return [
        reader
        for start in range(0, len(waiting), CHUNK)
        for reader in digest_people.readers(waiting[start : start + CHUNK])
    ]


def _is_due(reader: Reader, month: str, now: datetime, any_day: bool) -> bool:
    holidays = digests.holidays(reader.town.land, month)
    return due.is_due(reader.consent, month, now, holidays, reader.timetable, any_day=any_day)

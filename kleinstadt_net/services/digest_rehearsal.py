"""What writing the Monatsbriefe would do right now, letter by letter, without writing anything."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from kleinstadt_net import territory
from kleinstadt_net.digest import due
from kleinstadt_net.services import digest_facts, digest_people, digest_rounds, digests
from kleinstadt_net.services.digest_people import Reader
from kleinstadt_net.services.digest_writing import OUTCOMES, Closing, Outcome
from kleinstadt_net.services.digests import CHUNK


@dataclass(frozen=True)
class Rehearsed:
    """What would become of a person's month; ``subject`` is that of her letter, None where there would be none."""

    account_id: int
    town: str
    outcome: Outcome
    subject: str | None


def rehearse(now: datetime, *, month: str | None = None, any_day: bool = False) -> Iterator[Rehearsed]:
    """Everybody who is due; ``digests.enqueue_due`` takes the same arguments and acts.

    Every letter is made, to its last byte, and thrown away: one that cannot be made is seen here first.
    The round, where it is missing, is not run first: everybody waits for it as long as they would if it failed.
    """
    month = month or due.month_of(now)
    round_of_month = digest_facts.round_id(month)
    people = [reader for reader in _readers(month, now) if digests.is_due(reader, month, now, any_day)]
    is_waiting = round_of_month is None and digest_rounds.would_wait(month, now)
    for start in range(0, len(people), CHUNK):
        chunk = people[start : start + CHUNK]
        if is_waiting:
            yield from (_rehearsed(reader, "waiting_for_round") for reader in chunk)
        else:
            yield from _tried(chunk, round_of_month, month, now)


def _tried(
    readers: Sequence[Reader], round_of_month: int | None, month: str, now: datetime
) -> Iterator[Rehearsed]:
    for reader, closing in digests.closings(readers, round_of_month, month, now):
        if closing is None:
            yield _rehearsed(reader, "failed")
        else:
            yield _rehearsed(reader, OUTCOMES[closing.outcome], closing)


def _rehearsed(reader: Reader, outcome: Outcome, closing: Closing | None = None) -> Rehearsed:
    draft = closing.draft if closing is not None else None
    return Rehearsed(reader.account_id, reader.town.name, outcome, draft.subject if draft else None)


def _readers(month: str, now: datetime) -> Sequence[Reader]:
    waiting = digest_people.candidates(month, now.astimezone(territory.TIME_ZONE).date())
    return [
        reader
        for start in range(0, len(waiting), CHUNK)
        for reader in digest_people.readers(waiting[start : start + CHUNK])
    ]

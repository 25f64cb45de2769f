"""What is wrong with the letters, decided from a few facts: codes that the operator is told of."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kleinstadt_net.digest.due import PATIENCE
from kleinstadt_net.territory import TIME_ZONE

# The round runs on the 1st and is made up for every hour; a second day without it is no hiccup.
ROUND_DAY = 2
# After the last moment a letter waits for its round: two ticks of those that write it.
WRITTEN_WITHIN = PATIENCE + timedelta(hours=1)
SENT_WITHIN = timedelta(hours=1)
# One in twenty; of fewer than twenty letters a single refusal would already be more.
FAILED_SHARE, FAILED_AMONG = 0.05, 20
# Whoever halts the letters knows it; after a day she may have forgotten.
PAUSED_FOR = timedelta(days=1)

CODES = (
    "no_round",
    "round_missed",
    "no_issue",
    "compose_failed",
    "failures",
    "oldest_waiting",
    "returns_unread",
    "paused",
)


@dataclass(frozen=True)
class Watched:
    """What is known of this month's letters. ``needs_round``: there are towns that could be proposed to each other.

    ``overdue_since``: when the first of those letters should have come that nobody has written yet.

    ``waiting_since``: when letters first missed their round. ``sent`` and ``failed`` count the last days, ``late`` the
    letters that should have left more than ``SENT_WITHIN`` ago. ``returns_unread``: nobody can read what came back.
    """

    needs_round: bool = False
    has_round: bool = False
    waiting_since: datetime | None = None
    written: int = 0
    overdue_since: datetime | None = None
    compose_failed: bool = False
    sent: int = 0
    failed: int = 0
    late: int = 0
    returns_unread: bool = False
    paused_at: datetime | None = None


def decide(watched: Watched, now: datetime) -> tuple[str, ...]:
    """The codes of what is wrong now, in the order in which they are told."""
    missing_round = watched.needs_round and not watched.has_round
    decided = watched.sent + watched.failed
    found = {
        "no_round": missing_round and now.astimezone(TIME_ZONE).day >= ROUND_DAY,
        "round_missed": missing_round and _is_older(watched.waiting_since, PATIENCE, now),
        # A town alone has nobody to read about.
        "no_issue": watched.needs_round
        and not watched.written
        and _is_older(watched.overdue_since, WRITTEN_WITHIN, now),
        "compose_failed": watched.compose_failed,
        "failures": decided >= FAILED_AMONG and watched.failed > FAILED_SHARE * decided,
        # Letters that are halted on purpose are not late.
        "oldest_waiting": watched.paused_at is None and watched.late > 0,
        "returns_unread": watched.returns_unread,
        "paused": _is_older(watched.paused_at, PAUSED_FOR, now),
    }
    return tuple(code for code in CODES if found[code])


def _is_older(since: datetime | None, than: timedelta, now: datetime) -> bool:
    return since is not None and now - since > than

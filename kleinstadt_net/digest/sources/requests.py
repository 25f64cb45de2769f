"""Requests for a talk that wait for the reader's town: to be answered, or a question about its own."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

# One letter holds so many; the page of the talks shows all.
MAX_REQUESTS = 2


@dataclass(frozen=True)
class RequestNews:
    """``peer`` would like to talk and waits; ``asks_back``: it has been asked, and would like to know something first.

    What it is about stands behind the sign-in: it may be what ``peer`` seeks.
    """

    exchange_id: int
    peer: str
    since: datetime
    asks_back: bool

    kind = "request"

    @property
    def key(self) -> str:
        return f"request:{self.exchange_id}:{'question' if self.asks_back else 'asked'}"


def untold(requests: Iterable[RequestNews], told: Collection[str]) -> tuple[RequestNews, ...]:
    """Those not yet told, whoever has waited longest first."""
    fresh = (one for one in requests if one.key not in told)
    return tuple(sorted(fresh, key=lambda one: (one.since, one.exchange_id))[:MAX_REQUESTS])

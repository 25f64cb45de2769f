"""Towns that say a talk with the reader's has helped them: what became of her gift."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

# One letter holds so many; the pages of the talks show all.
MAX_HELPED = 3


@dataclass(frozen=True)
class HelpNews:
    """``town`` says that the talk has helped; what it was about may be what it sought, and is not said."""

    outcome_id: int
    exchange_id: int
    town: str

    kind = "helped"

    @property
    def key(self) -> str:
        return f"helped:{self.outcome_id}"


def untold(helped: Iterable[HelpNews], told: Collection[str]) -> tuple[HelpNews, ...]:
    """Those not yet told, the newest first."""
    fresh = [one for one in helped if one.key not in told]
    return tuple(sorted(fresh, key=lambda one: -one.outcome_id)[:MAX_HELPED])

"""This month's suggestions which the reader's town has not answered yet."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kleinstadt_net.digest.sources.towns import Peer


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A peer proposed for the month; ``position`` is the round's order, ``reasons`` its frozen codes."""

    suggestion_id: int
    position: int
    slot: str
    peer: Peer
    reasons: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)

    kind = "suggestion"

    @property
    def key(self) -> str:
        return f"suggestion:{self.suggestion_id}"


def untold(suggestions: Iterable[Suggestion], told: Collection[str]) -> tuple[Suggestion, ...]:
    """Those not yet told, strongest first, which is the order the round decided."""
    fresh = (suggestion for suggestion in suggestions if suggestion.key not in told)
    return tuple(sorted(fresh, key=lambda s: (s.position, s.suggestion_id)))

"""A town as every piece of news names it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Peer:
    """Another town seen from the reader's: inhabitants and kilometres, each None where unknown."""

    town_id: int
    ags: str
    slug: str
    name: str
    land: str
    population: int | None
    is_estimate: bool
    distance_km: float | None

"""Twelve months after it was last confirmed a statement or a section is asked about again.

The one rule for pages, the profile's drafts and the Monatsbrief is that of the digest's room. What a strength that
has grown old is worth in matching is another question, answered in ``matching/weights.py``.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from kleinstadt_net import clock
from kleinstadt_net.digest.sources.freshness import is_old

# As many questions as are answered in a minute; the others follow.
MOST_ASKED = 5


class Aged(NamedTuple):
    """A statement of the town with the day it was last confirmed."""

    subject: str
    state: str
    sentence: str | None
    confirmed_on: date
    version: int


def is_stale(confirmed_on: date) -> bool:
    """Whether it is to be asked about again today."""
    return is_old(confirmed_on, clock.today())


def asked(statements: Iterable[Aged]) -> tuple[Aged, ...]:
    """Those to be asked about again, longest unconfirmed first; pages show ``MOST_ASKED`` of them at a time."""
    stale = (one for one in statements if is_stale(one.confirmed_on))
    return tuple(sorted(stale, key=lambda one: (one.confirmed_on, one.subject)))

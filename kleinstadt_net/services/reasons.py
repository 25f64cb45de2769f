"""Reasons as they are stored and shown: codes and numbers with a month instead of an age.

An age would be wrong the day after, and a letter is read weeks after it was written. The sentences are macros
in ``templates/components/reasons.html``.
"""

from datetime import date, timedelta
from typing import Any

from kleinstadt_net.matching import reasons
from kleinstadt_net.matching.portraits import Portraits
from kleinstadt_net.matching.reasons import Reason


def told(portraits: Portraits, row: int, peer_row: int, day: date) -> list[dict[str, Any]]:
    """What is to be said to the town in ``row`` about the one in ``peer_row``, ready for JSON and the macros."""
    return [as_told(reason, day) for reason in reasons.between(portraits, row, peer_row)]


def as_told(reason: Reason, day: date) -> dict[str, Any]:
    """One reason as a flat dictionary; ``age_days`` before ``day`` becomes ``month`` ("2026-03")."""
    data = dict(reason.data)
    if "age_days" in data:
        stated_on = day - timedelta(days=int(data.pop("age_days")))
        data["month"] = stated_on.strftime("%Y-%m")
    return {"code": reason.code, **data}

"""The audit trail: ids and codes of who did what, written in the transaction of the deed."""

from typing import Any

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import AuditEntry


def record(action: str, *, account_id: int | None = None, town_id: int | None = None, **detail: Any) -> None:
    """Add an entry; ``detail`` takes codes and numbers, never names or texts."""
    db.session.add(
        AuditEntry(at=clock.now(), account_id=account_id, town_id=town_id, action=action, detail=detail)
    )

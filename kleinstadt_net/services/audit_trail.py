"""The audit trail as an operator reads it: filtered by kind of deed, town and month, the latest first."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, func, select

from kleinstadt_net import formats
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, AuditEntry, Town
from kleinstadt_net.territory import TIME_ZONE
from kleinstadt_net.vocabulary import AUDIT_TITLES


@dataclass(frozen=True)
class TrailFilters:
    """What to show; ``group`` is what stands before the dot of an action's code, ``month`` as 2026-12."""

    group: str | None = None
    ags: str | None = None
    month: str | None = None


@dataclass(frozen=True)
class TrailEntry:
    """One deed; ``person`` is None for the service itself and for somebody whose account is erased."""

    at: datetime
    action: str
    person: str | None
    town_name: str | None
    ags: str | None
    detail: dict[str, Any]

    @property
    def title(self) -> str:
        """The deed in words; a code of an older version is shown as it is."""
        return AUDIT_TITLES.get(self.action, self.action)


def entries(filters: TrailFilters, *, limit: int, offset: int = 0) -> list[TrailEntry]:
    """The deeds that pass the filters, the latest first."""
    rows = db.session.execute(
        select(AuditEntry, Account.first_name, Account.last_name, Account.email, Town.name, Town.ags)
        .outerjoin(Account, Account.id == AuditEntry.account_id)
        .outerjoin(Town, Town.id == AuditEntry.town_id)
        .where(*_conditions(filters))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    return [_entry(*row) for row in rows]


def count(filters: TrailFilters) -> int:
    """How many deeds pass the filters."""
    query = select(func.count()).select_from(AuditEntry).outerjoin(Town, Town.id == AuditEntry.town_id)
    return db.session.scalar(query.where(*_conditions(filters))) or 0


def _conditions(filters: TrailFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.group is not None:
        conditions.append(AuditEntry.action.startswith(f"{filters.group}.", autoescape=True))
    if filters.ags is not None:
        conditions.append(Town.ags == filters.ags)
    if filters.month is not None:
        start, end = _bounds(filters.month)
        conditions += [AuditEntry.at >= start, AuditEntry.at < end]
    return conditions


def _bounds(month: str) -> tuple[datetime, datetime]:
    """The moments a month of the German calendar lies between."""
    first = formats.first_day(month)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    start, end = (datetime.combine(day, time.min, TIME_ZONE) for day in (first, following))
    return start, end


def _entry(
    entry: AuditEntry,
    first_name: str | None,
    last_name: str | None,
    email: str | None,
    town_name: str | None,
    ags: str | None,
) -> TrailEntry:
    person = f"{first_name or ''} {last_name or ''}".strip() or email
    return TrailEntry(entry.at, entry.action, person, town_name, ags, dict(entry.detail))

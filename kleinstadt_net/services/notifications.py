"""What a person is told, in one list; and the daily letter with what she wishes to read together.

Everything told stands in the list, whatever letter she has chosen for it. A line is written once for its key, in the
transaction of what it tells, and is hers as long as she acts for the town she was told it for.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest.sources.notifications import Unread
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import Account, Notification, NotificationPreference, Town
from kleinstadt_net.security.identity import still_acts
from kleinstadt_net.services import notification_kinds
from kleinstadt_net.services.notification_kinds import AT_ONCE, CHOOSABLE, DEFAULTS, DIGEST

LINE_LENGTH = 200
_IN_SILENCE = {"synchronize_session": False}


@dataclass(frozen=True)
class Line:
    """One line of the list; ``town`` is whom she was told it for, ``path`` the page of that town it speaks of."""

    notification_id: int
    kind: str
    title: str
    detail: str
    town_id: int
    town: str
    created_at: datetime
    path: str
    is_read: bool


@dataclass(frozen=True)
class Opened:
    """Where a line leads: the page, and the town (AGS) to act for there."""

    path: str
    ags: str


def notify(
    letter_kind: str,
    people: Iterable[Account],
    *,
    town_id: int,
    key: str,
    title: str,
    path: str,
    detail: str = "",
) -> list[Account]:
    """Note in the running transaction what these people are told; those who wish a letter of their own now.

    Nobody is told twice for the same ``key``, which becomes hers by her number.
    """
    people = list(people)
    told = notification_kinds.of_letter(letter_kind)
    chosen = {} if told.always else _chosen([person.id for person in people], told.kind)
    at_once = []
    for person in people:
        mode = AT_ONCE if told.always else chosen.get(person.id, DEFAULTS[told.kind])
        row = {
            "key": f"{letter_kind}:{key}:{person.id}",
            "account_id": person.id,
            "town_id": town_id,
            "kind": told.kind,
            "title": title[:LINE_LENGTH],
            "detail": detail[:LINE_LENGTH],
            "path": path,
            "mode": mode,
            "created_at": clock.now(),
        }
        is_new = db.session.scalar(insert_once(Notification, row, Notification.key)) is not None
        if is_new and mode == AT_ONCE:
            at_once.append(person)
    return at_once


def take_back(keys: Collection[str]) -> None:
    """Forget lines whose letters are taken back, in the running transaction."""
    named = Notification.key.in_(list(keys))
    db.session.execute(delete(Notification).where(named), execution_options=_IN_SILENCE)


def count(account_id: int) -> int:
    """How many lines stand in a person's list."""
    return db.session.scalar(select(func.count()).select_from(_hers(account_id).subquery())) or 0


def lines(account_id: int, *, limit: int, offset: int) -> tuple[Line, ...]:
    """A person's list, the newest first: one query."""
    query = (
        _hers(account_id, Town.name)
        .order_by(Notification.created_at.desc(), Notification.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return tuple(
        Line(
            notification_id=row.id,
            kind=row.kind,
            title=row.title,
            detail=row.detail,
            town_id=row.town_id,
            town=town,
            created_at=row.created_at,
            path=row.path,
            is_read=row.read_at is not None,
        )
        for row, town in db.session.execute(query)
    )


def read(notification_id: int, account_id: int) -> Opened | None:
    """Mark one line as read and say where it leads; None for a line that is not hers. Commits."""
    begin_writing(db.session)
    found = db.session.execute(_hers(account_id, Town.ags).where(Notification.id == notification_id)).first()
    if found is None:
        db.session.rollback()
        return None
    row, ags = found
    row.read_at = row.read_at or clock.now()
    opened = Opened(row.path, ags)
    db.session.commit()
    return opened


def read_all(account_id: int, newest_id: int) -> None:
    """Mark everything up to the newest line that was shown as read; commits."""
    begin_writing(db.session)
    db.session.execute(
        update(Notification)
        .where(
            Notification.account_id == account_id,
            Notification.id <= newest_id,
            Notification.read_at.is_(None),
        )
        .values(read_at=clock.now()),
        execution_options=_IN_SILENCE,
    )
    db.session.commit()


def settle(account_id: int, path: str) -> None:
    """In the running transaction: she acts on this page, so she has read what led there."""
    there = or_(Notification.path == path, Notification.path.startswith(f"{path}#"))
    db.session.execute(
        update(Notification)
        .where(Notification.account_id == account_id, Notification.read_at.is_(None), there)
        .values(read_at=clock.now()),
        execution_options=_IN_SILENCE,
    )


def preferences(account_id: int) -> Mapping[str, str]:
    """How a person is told each kind there is a choice for."""
    rows = db.session.execute(
        select(NotificationPreference.kind, NotificationPreference.mode).where(
            NotificationPreference.account_id == account_id
        )
    )
    chosen = {row.kind: row.mode for row in rows}
    return {kind: chosen.get(kind, DEFAULTS[kind]) for kind in CHOOSABLE}


def set_preferences(account_id: int, modes: Mapping[str, str]) -> None:
    """Store how she wishes to be told; what waits for a letter already keeps its way. Commits.

    Raises ValueError for a kind without a choice or a way there is not.
    """
    if unknown := {*modes} - {*CHOOSABLE} or {*modes.values()} - notification_kinds.MODES:
        raise ValueError(f"no such preference: {sorted(unknown)}")
    begin_writing(db.session)
    unique = NotificationPreference.account_id, NotificationPreference.kind
    for kind, mode in modes.items():
        row = {"account_id": account_id, "kind": kind, "mode": mode}
        if db.session.execute(insert_once(NotificationPreference, row, *unique)).first() is None:
            same = unique[0] == account_id, unique[1] == kind
            db.session.execute(update(NotificationPreference).where(*same).values(mode=mode))
    db.session.commit()


def for_digest(account_ids: Collection[int]) -> Mapping[int, Sequence[Unread]]:
    """By person what the Monatsbrief may tell her in its line and she has not read herself: one query."""
    rows = db.session.execute(
        select(Notification.account_id, Notification.id, Notification.kind)
        .where(
            Notification.account_id.in_(list(account_ids)),
            Notification.mode == DIGEST,
            Notification.read_at.is_(None),
            still_acts(),
        )
        .order_by(Notification.id)
    )
    found: dict[int, list[Unread]] = {}
    for account_id, notification_id, kind in rows:
        found.setdefault(account_id, []).append(Unread(notification_id, kind))
    return found


def inherit(town_id: int, successor_id: int) -> None:
    """What people were told for a dissolved town they read on as people of its successor; in the transaction."""
    db.session.execute(
        update(Notification).where(Notification.town_id == town_id).values(town_id=successor_id),
        execution_options=_IN_SILENCE,
    )


def _hers(account_id: int, *columns: Any) -> Select[Any]:
    return (
        select(Notification, *columns)
        .join(Town, Town.id == Notification.town_id)
        .where(Notification.account_id == account_id, still_acts())
    )


def _chosen(account_ids: Collection[int], kind: str) -> Mapping[int, str]:
    rows = db.session.execute(
        select(NotificationPreference.account_id, NotificationPreference.mode).where(
            NotificationPreference.account_id.in_(account_ids), NotificationPreference.kind == kind
        )
    )
    return {row.account_id: row.mode for row in rows}

"""What this installation is, and the counter that tells every process which towns changed."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import event, select, update
from sqlalchemy.exc import NoResultFound, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from kleinstadt_net import settings
from kleinstadt_net.database import db
from kleinstadt_net.models import Installation, Town

DEMONSTRATION = "demonstration"
REGULAR = "regular"

# Kept on the session, which lives as long as one request or one command: one query serves the banner
# on every page and the check whether towns changed.
_KEY = "installation"


class AppWithContext(Protocol):
    """What this room needs of an application: its context."""

    def app_context(self) -> AbstractContextManager[Any]: ...


def is_demonstration() -> bool:
    """Whether towns and statements here are invented, which every page and letter must say."""
    return _row()[0] == DEMONSTRATION


def revision() -> int:
    """The number of the latest change to any town; rises for ever."""
    return _row()[1]


def set_kind(kind: str) -> None:
    """Declare what this installation is, inside the running transaction."""
    db.session.execute(update(Installation).values(kind=kind))
    db.session.info.pop(_KEY, None)


def touch_town(town_id: int) -> None:
    """Mark one town as changed, inside the running transaction."""
    touch_towns([town_id])


def touch_towns(town_ids: Collection[int]) -> None:
    """Mark towns as changed under one new revision, inside the running transaction.

    The counter row is locked until commit, so a reader that sees a revision sees all below it.
    """
    new = db.session.execute(
        update(Installation)
        .values(revision=Installation.revision + 1)
        .returning(Installation.revision)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    ids = list(town_ids)
    # Below every database's limit of bound parameters.
    for start in range(0, len(ids), 1_000):
        db.session.execute(
            update(Town).where(Town.id.in_(ids[start : start + 1_000])).values(revision=new),
            execution_options={"synchronize_session": False},
        )
    db.session.info.pop(_KEY, None)


class DemonstrationInProduction(Exception):
    """The database holds invented towns, which no production service may show."""


def refuse_demonstration_in_production(app: AppWithContext) -> None:
    """Raise DemonstrationInProduction where a production server is about to show invented towns.

    A database that cannot be asked yet, being down or empty, is no reason not to start.
    """
    with app.app_context():
        if not settings.current().is_production:
            return
        try:
            invented = is_demonstration()
        except (OperationalError, ProgrammingError, NoResultFound):
            db.session.rollback()
            return
        if invented:
            raise DemonstrationInProduction(
                "this database holds a demonstration; "
                "remove it with KLEINSTADT_CONFIG=development flask demo remove"
            )


def _row() -> tuple[str, int]:
    info = db.session.info
    if _KEY not in info:
        row = db.session.execute(select(Installation.kind, Installation.revision)).one()
        info[_KEY] = (row.kind, row.revision)
    kind, revision = info[_KEY]
    return str(kind), int(revision)


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_KEY, None)

"""Months past in the demonstration: rounds and Monatsbriefe, so that whoever looks back finds something.

They are made by what makes them every month, on a clock set back. What was said or joined later is set aside
meanwhile, so that no letter knows what came after it.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

from sqlalchemy import delete, insert, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest import due
from kleinstadt_net.models import Letter, Stance, Town
from kleinstadt_net.services import digest_letter, digests, installation

MONTHS = 2
# Longer than from the opening of the first of them until today, whatever day today is.
LENGTH = timedelta(days=100)

_IN_SILENCE = {"synchronize_session": False}


def live_through(ids: Sequence[int]) -> None:
    """Let the last months pass, the earliest first, for everybody who reads by now; commits."""
    for month in _past_months():
        opening = due.opening(month, frozenset())
        with _as_it_was(ids, opening.date()), clock.at(opening):
            digests.enqueue_due(clock.now(), any_day=True)
            _arrive(month)


def _past_months() -> list[str]:
    day, months = clock.today(), deque[str]()
    for _ in range(MONTHS):
        day = day.replace(day=1) - timedelta(days=1)
        months.appendleft(day.strftime("%Y-%m"))
    return list(months)


@contextmanager
def _as_it_was(ids: Sequence[int], day: date) -> Iterator[None]:
    """Without the towns and the statements that came after a day, which are back where the block ends."""
    begin_writing(db.session)
    came_later = (Town.id.in_(ids), Town.joined_on > day)
    towns = db.session.execute(select(Town.id, Town.joined_on).where(*came_later)).mappings().all()
    said_later = (Stance.town_id.in_(ids), Stance.confirmed_on > day)
    said = db.session.execute(select(*Stance.__table__.columns).where(*said_later)).mappings().all()
    db.session.execute(update(Town).where(*came_later).values(joined_on=None), execution_options=_IN_SILENCE)
    db.session.execute(delete(Stance).where(*said_later), execution_options=_IN_SILENCE)
    installation.touch_towns(ids)
    db.session.commit()
    yield
    begin_writing(db.session)
    db.session.execute(update(Town), [dict(row) for row in towns])
    db.session.execute(insert(Stance), [dict(row) for row in said])
    installation.touch_towns(ids)
    db.session.commit()


def _arrive(month: str) -> None:
    """These letters are in nobody's outbox any more."""
    begin_writing(db.session)
    db.session.execute(
        update(Letter)
        .where(Letter.kind == digest_letter.KIND, Letter.period == month)
        .values(state="sent", sent_at=clock.now(), attempts=1),
        execution_options=_IN_SILENCE,
    )
    db.session.commit()

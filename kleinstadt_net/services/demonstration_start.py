"""Beginnings in the demonstration: a town that joined today and has said nothing yet, and statements grown old."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import delete, insert, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Focus, Section, Stance, Town, Welcome
from kleinstadt_net.services import installation
from kleinstadt_net.vocabulary import State

# Where the newcomer and the mayor's town stand among the invented ones.
NEWCOMER, MAYORS = 2, 0
# Questions enough to see the list, and long enough ago for each of them.
OLD, AGE = 3, timedelta(days=400)

# What so many seek that the newcomer is told of it: every third town.
OFTEN_SOUGHT, EVERY = "personal", 3

_IN_SILENCE = {"synchronize_session": False}


def prepare(ids: Sequence[int], today: date) -> None:
    """Before the month begins: the newcomer is not there yet, everybody else has been welcomed long ago."""
    newcomer = ids[NEWCOMER]
    for rows in (Stance, Focus, Section):
        db.session.execute(delete(rows).where(rows.town_id == newcomer), execution_options=_IN_SILENCE)
    _join(newcomer, None)
    _let_many_seek(ids, today)
    welcomed = [town_id for town_id in ids if town_id != newcomer]
    db.session.execute(
        insert(Welcome),
        [{"town_id": town_id, "inputs": {}, "welcomed_at": clock.now()} for town_id in welcomed],
    )
    _join(ids[MAYORS], today - 2 * AGE)
    oldest = select(Stance.id).where(Stance.town_id == ids[MAYORS]).order_by(Stance.confirmed_on).limit(OLD)
    db.session.execute(
        update(Stance).where(Stance.id.in_(oldest)).values(confirmed_on=today - AGE),
        execution_options=_IN_SILENCE,
    )


def let_newcomer_join(ids: Sequence[int], today: date) -> None:
    """After the month's round: from now on the newcomer takes part. Commits."""
    begin_writing(db.session)
    _join(ids[NEWCOMER], today)
    installation.touch_town(ids[NEWCOMER])
    db.session.commit()


def _let_many_seek(ids: Sequence[int], today: date) -> None:
    has_said = set(db.session.scalars(select(Stance.town_id).where(Stance.subject == OFTEN_SOUGHT)))
    quiet = [town_id for town_id in ids[NEWCOMER + 1 :: EVERY] if town_id not in has_said]
    said = {"subject": OFTEN_SOUGHT, "state": State.SEEKING.value, "version": 1}
    rows = [
        {**said, "town_id": town_id, "confirmed_on": today - timedelta(days=30), "changed_at": clock.now()}
        for town_id in quiet
    ]
    db.session.execute(insert(Stance), rows)


def _join(town_id: int, day: date | None) -> None:
    db.session.execute(
        update(Town).where(Town.id == town_id).values(joined_on=day), execution_options=_IN_SILENCE
    )

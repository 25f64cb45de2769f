"""What towns say of themselves, for the Monatsbrief: others publicly, and the reader's own when it has grown old."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.digest.sources.freshness import Question
from kleinstadt_net.digest.sources.statements import Statement
from kleinstadt_net.models import Focus, Stance
from kleinstadt_net.vocabulary import State

PUBLIC_STATES = (State.STRENGTH, State.IN_PROGRESS)
# Younger statements cannot be a year old; the pure room decides by the calendar.
YOUNGEST_QUESTION = timedelta(days=365)


def public(town_ids: Collection[int]) -> Mapping[int, list[Statement]]:
    """What these towns say publicly of themselves; a need does not even leave the database here."""
    rows = db.session.execute(select(Focus.town_id, Focus.thesis).where(Focus.town_id.in_(town_ids)))
    focuses = {(town_id, thesis) for town_id, thesis in rows}
    said: defaultdict[int, list[Statement]] = defaultdict(list)
    for row in db.session.execute(
        select(
            Stance.id, Stance.town_id, Stance.subject, Stance.state, Stance.sentence, Stance.confirmed_on
        ).where(Stance.town_id.in_(town_ids), Stance.state.in_(PUBLIC_STATES))
    ):
        is_focus = (row.town_id, row.subject) in focuses
        said[row.town_id].append(
            Statement(
                row.id,
                row.subject,
                row.state,
                row.sentence or "",
                row.confirmed_on,
                is_focus,
            )
        )
    return said


def old(town_ids: Collection[int], today: date) -> Mapping[int, list[Question]]:
    """By town its own statements that nobody has confirmed for a year or more."""
    asked: defaultdict[int, list[Question]] = defaultdict(list)
    for row in db.session.execute(
        select(Stance.id, Stance.town_id, Stance.subject, Stance.state, Stance.confirmed_on).where(
            Stance.town_id.in_(town_ids),
            Stance.confirmed_on <= today - YOUNGEST_QUESTION,
        )
    ):
        asked[row.town_id].append(Question(row.id, row.subject, row.state, row.confirmed_on))
    return asked

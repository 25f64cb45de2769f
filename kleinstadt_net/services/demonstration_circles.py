"""Two circles of invented towns: one that runs and has met once, one that waits for answers."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.matching import circles as engine
from kleinstadt_net.matching.weights import CIRCLE_STARTS_AT, CIRCLE_TOWNS
from kleinstadt_net.models import Circle, CircleMeeting, CircleTown, Membership
from kleinstadt_net.services import circle_answers, snapshot
from kleinstadt_net.services.circle_proposals import ANSWER_DAYS, ENGINE, quarter
from kleinstadt_net.services.circles import PROPOSED, YES

# The mayor's town stands first among the invented ones.
MAYORS = 0
RESULT = """Wir haben uns im Bürgersaal getroffen und den Leerstand in der Langen Straße angesehen.

- **Geholfen hat überall** eine Ansprechperson für Eigentümerinnen und Eigentümer, die anruft und nicht nur schreibt.
- **Nicht geholfen hat** ein Wettbewerb ohne festes Budget.
- Bis zum nächsten Mal probiert jede Stadt einen Mietvertrag auf Zeit mit einem Laden aus."""
PLACE = "Bürgersaal im Alten Rathaus"


def insert_circles(ids: Sequence[int]) -> None:
    """A circle that runs on the mayor's challenge, and a proposal to her on another. Commits."""
    picture = snapshot.current()
    own = picture.rows[ids[MAYORS]]
    features = picture.features
    named = (features.declared.challenge[:, own] > 0).nonzero()[0].tolist()
    subjects = [features.subjects[row] for row in named]
    # The result below speaks of it.
    running = "innenstadt"
    proposed = next(subject for subject in [*subjects, "nahversorgung"] if subject != running)
    first = engine.around(features, running, own, CIRCLE_STARTS_AT - 1)
    second = engine.around(features, proposed, own, CIRCLE_TOWNS - 1, busy=first)
    begin_writing(db.session)
    _insert(running, [ids[MAYORS], *(int(picture.ids[row]) for row in first)], yes=CIRCLE_STARTS_AT)
    waiting = [*(int(picture.ids[row]) for row in second), ids[MAYORS]]
    _insert(proposed, waiting, yes=CIRCLE_STARTS_AT - 2)
    db.session.commit()


def _insert(subject: str, town_ids: Sequence[int], *, yes: int) -> Circle:
    """The first ``yes`` of the towns have agreed; with enough of them the circle has met once."""
    since = clock.now() - timedelta(days=40 if yes >= CIRCLE_STARTS_AT else 6)
    circle = Circle(
        subject=subject,
        origin=ENGINE,
        period=quarter(since.date()),
        state=PROPOSED,
        proposed_at=since,
        answer_by=since.date() + timedelta(days=ANSWER_DAYS),
    )
    db.session.add(circle)
    db.session.flush()
    people = dict(
        db.session.execute(
            select(Membership.town_id, Membership.account_id)
            .where(Membership.town_id.in_(town_ids), Membership.role == "lead")
            .order_by(Membership.id.desc())
        ).all()
    )
    for position, town_id in enumerate(town_ids, start=1):
        said = {"answer": YES, "account_id": people.get(town_id), "answered_at": since + timedelta(days=2)}
        db.session.add(
            CircleTown(
                circle_id=circle.id, town_id=town_id, position=position, **(said if position <= yes else {})
            )
        )
    db.session.flush()
    if yes >= CIRCLE_STARTS_AT:
        circle_answers.begin(circle)
        circle.started_at = since + timedelta(days=5)
        db.session.flush()
        _let_meet(circle, town_ids[1])
    return circle


def _let_meet(circle: Circle, host_id: int) -> None:
    met = db.session.scalars(
        select(CircleMeeting).where(CircleMeeting.circle_id == circle.id, CircleMeeting.number == 1)
    ).one()
    met.host_id, met.held_on, met.place = host_id, clock.today() - timedelta(days=9), PLACE
    met.result, met.version = RESULT, 2
    ahead = db.session.scalars(
        select(CircleMeeting).where(CircleMeeting.circle_id == circle.id, CircleMeeting.number == 2)
    ).one()
    ahead.host_id = circle_answers.hosts(circle.id)[0]

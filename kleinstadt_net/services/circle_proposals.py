"""Proposing circles: by the engine once a quarter, by an operator, or by a town that looks for company."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.matching import circles as engine
from kleinstadt_net.matching.weights import CIRCLE_STARTS_AT, CIRCLE_TOWNS
from kleinstadt_net.models import Circle, CircleTown, Town
from kleinstadt_net.services import audit, circle_letters, circles, snapshot, town_blocks, town_cards
from kleinstadt_net.services.circles import PROPOSED, YES
from kleinstadt_net.services.snapshot import Snapshot
from kleinstadt_net.services.town_cards import TownCard
from kleinstadt_net.territory import TIME_ZONE
from kleinstadt_net.vocabulary import SUBJECTS

# Four weeks: a council's calendar fits in.
ANSWER_DAYS = 28
# In the second week of a quarter, when its first letters are answered.
QUARTER_DAY = 8
# Towns offered to whoever proposes a circle.
OFFERED = 10
# Each proposal writes letters to strangers: so many a town makes within so long.
MOST_PROPOSALS, PROPOSALS_WITHIN = 3, timedelta(days=90)

ENGINE, OPERATOR, TOWN = "engine", "operator", "town"


class RefusedError(Exception):
    """The proposal cannot be made; ``reason`` is "subject", "few", "many", "unknown" or "often". Nothing was done."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Offer:
    """Towns that would make a good circle on a subject, best first."""

    subject: str
    towns: tuple[TownCard, ...]


def propose_quarter(now: datetime) -> int:
    """Propose this quarter's circles unless that was done; how many. Commits once, so that none is left out."""
    today = now.astimezone(TIME_ZONE).date()
    period = quarter(today)
    first = date(today.year, 3 * ((today.month - 1) // 3) + 1, QUARTER_DAY)
    if today < first or _was_done(period):
        return 0
    picture = snapshot.current()
    found = engine.propose(picture.features, _busy_rows(picture), apart=_apart(picture))
    db.session.rollback()
    begin_writing(db.session)
    for one in found:
        town_ids = [int(picture.ids[row]) for row in one.rows]
        if _store(one.subject, town_ids, ENGINE, period=period) is None:
            # Another scheduler was faster.
            db.session.rollback()
            return 0
    db.session.commit()
    return len(found)


def quarter(day: date) -> str:
    """The quarter of a day, such as "2026-Q4"."""
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


def offer(subject: str, town_id: int | None) -> Offer:
    """Whom to ask: around one's own town, or for an operator the best circle there is.

    Raises RefusedError for no subject.
    """
    if subject not in SUBJECTS:
        raise RefusedError("subject")
    picture = snapshot.current()
    own = None if town_id is None else picture.rows[town_id]
    rows = engine.around(
        picture.features, subject, own, OFFERED, busy=_busy_rows(picture), apart=_apart(picture)
    )
    ids = [int(picture.ids[row]) for row in rows]
    cards = town_cards.cards(picture, ids, seen_from=town_id)
    return Offer(subject, tuple(cards[one] for one in ids))


def propose(subject: str, ags: Sequence[str], *, town_id: int | None, account_id: int) -> int:
    """Propose a circle of the named towns, with the own town in it, which has said yes; its id. Commits.

    Without ``town_id`` an operator proposes. Raises RefusedError.
    """
    if subject not in SUBJECTS:
        raise RefusedError("subject")
    picture = snapshot.current()
    by_key = {key: row for row, key in enumerate(picture.features.ags.tolist())}
    asked = [by_key.get(key) for key in dict.fromkeys(ags)]
    if any(row is None or not picture.taking_part[row] for row in asked):
        raise RefusedError("unknown")
    invited = [int(picture.ids[row]) for row in asked if row is not None and picture.ids[row] != town_id]
    whole = len(invited) + (town_id is not None)
    if whole < CIRCLE_STARTS_AT:
        raise RefusedError("few")
    if whole > CIRCLE_TOWNS:
        raise RefusedError("many")
    everyone = invited if town_id is None else [town_id, *invited]
    db.session.rollback()
    begin_writing(db.session)
    if town_id is not None:
        _refuse_often(town_id)
    origin = OPERATOR if town_id is None else TOWN
    circle_id = _store(subject, everyone, origin, town_id=town_id, account_id=account_id)
    assert circle_id is not None
    audit.record("circle.proposed", account_id=account_id, town_id=town_id, circle=circle_id)
    db.session.commit()
    return circle_id


def _refuse_often(town_id: int) -> None:
    """Rolls back and raises RefusedError where the town has proposed enough; one proposer at a time."""
    db.session.execute(select(Town.id).where(Town.id == town_id).with_for_update())
    made = select(func.count()).where(
        Circle.proposed_by_id == town_id, Circle.proposed_at > clock.now() - PROPOSALS_WITHIN
    )
    if (db.session.scalar(made) or 0) >= MOST_PROPOSALS:
        db.session.rollback()
        raise RefusedError("often")


def _busy_rows(picture: Snapshot) -> list[int]:
    return [picture.rows[town_id] for town_id in sorted(circles.busy()) if town_id in picture.rows]


def _apart(picture: Snapshot) -> list[tuple[int, int]]:
    """Rows of towns one of which has ended the contact with the other."""
    found = sorted(town_blocks.apart(picture.rows))
    return [(picture.rows[one], picture.rows[other]) for one, other in found]


def _was_done(period: str) -> bool:
    return bool(db.session.scalar(select(func.count()).where(Circle.period == period)))


def _store(
    subject: str,
    town_ids: Sequence[int],
    origin: str,
    *,
    period: str | None = None,
    town_id: int | None = None,
    account_id: int | None = None,
) -> int | None:
    """A proposal with its towns and letters, in the running transaction; None where the quarter has it already."""
    row = {
        "subject": subject,
        "origin": origin,
        "period": period,
        "proposed_by_id": town_id,
        "state": PROPOSED,
        "proposed_at": clock.now(),
        "answer_by": clock.today() + timedelta(days=ANSWER_DAYS),
    }
    if period is not None:
        if db.session.execute(insert_once(Circle, row, Circle.period, Circle.subject)).first() is None:
            return None
        circle = db.session.scalars(
            select(Circle).where(Circle.period == period, Circle.subject == subject)
        ).one()
    else:
        circle = Circle(**row)
        db.session.add(circle)
        db.session.flush()
    for position, invited in enumerate(town_ids, start=1):
        own = {"answer": YES, "account_id": account_id, "answered_at": clock.now()}
        mark = own if invited == town_id else {}
        db.session.add(CircleTown(circle_id=circle.id, town_id=invited, position=position, **mark))
    db.session.flush()
    circle_letters.proposed(circle)
    return circle.id

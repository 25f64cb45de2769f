"""Examples as they are read: cards in lists, the page of one, and the beginning of a new one.

What did not work is for confirmed towns; a visitor's page is made without ever reading it. An example that is not
released is shown to its own town alone, and one of a town that does not take part to nobody else.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Practice, PracticeSubject, Town
from kleinstadt_net.search.folding import slug
from kleinstadt_net.services import audit, practice_content, snapshot, town_cards
from kleinstadt_net.services.directory_filters import Reader
from kleinstadt_net.services.directory_networks import TAKING_PART
from kleinstadt_net.services.practice_content import Content
from kleinstadt_net.services.town_cards import TownCard
from kleinstadt_net.vocabulary import SUBJECTS

DRAFT, RELEASED, ARCHIVED = "draft", "released", "archived"
PATH = "/beispiel/{practice_id}"
EDIT_PATH = "/unsere-stadt/beispiele/{practice_id}"
# So much of the problem stands on a card, cut between words.
TEASER = 220

VISIBLE = (Practice.state == RELEASED, *TAKING_PART)
_CONFIDENTIAL = "failures"


@dataclass(frozen=True)
class PracticeCard:
    """An example in a list; choices are keys of the vocabulary, ``teaser`` is the beginning of the problem."""

    practice_id: int
    title: str
    teaser: str
    subjects: tuple[str, ...]
    cost_band: str | None
    duration: str | None
    instrument: str | None
    is_funded: bool | None
    staff: str
    contact_office: str
    released_at: datetime
    town: TownCard


@dataclass(frozen=True)
class PracticePage:
    """One example as this reader may see it; ``content.failures`` is empty for visitors, whatever is stored.

    ``is_own``: of the town the reader acts for, ``state`` then may be any.
    """

    practice_id: int
    content: Content
    state: str
    released_at: datetime | None
    is_own: bool
    town: TownCard
    exchange_id: int | None


def page(practice_id: int, reader: Reader) -> PracticePage | None:
    """One example, or None where there is none that this reader may see."""
    left_out = () if reader.verified else (_CONFIDENTIAL,)
    names = [name for name in Content.__dataclass_fields__ if name not in ("subjects", *left_out)]
    row = db.session.execute(
        select(
            *(getattr(Practice, name) for name in names),
            *(Practice.town_id, Practice.state, Practice.released_at, Practice.exchange_id),
        ).where(Practice.id == practice_id)
    ).one_or_none()
    if row is None or not may_read(row.town_id, row.state, reader):
        return None
    is_own = row.town_id == reader.town_id
    subjects = subjects_of([practice_id]).get(practice_id, ())
    given: dict[str, Any] = {name: getattr(row, name) for name in names}
    content = Content(**{**given, "steps": tuple(row.steps), "subjects": subjects})
    town = town_cards.cards(snapshot.current(), [row.town_id], seen_from=reader.town_id)[row.town_id]
    return PracticePage(practice_id, content, row.state, row.released_at, is_own, town, row.exchange_id)


def may_read(town_id: int, state: str, reader: Reader) -> bool:
    """Whether this reader may see an example of this town in this state, and whatever belongs to it."""
    picture = snapshot.current()
    if town_id not in picture.rows:
        return False
    return town_id == reader.town_id or (
        state == RELEASED and bool(picture.taking_part[picture.rows[town_id]])
    )


def card(practice_id: int) -> PracticeCard | None:
    """The card of one released example; None where there is none."""
    return cards([practice_id]).get(practice_id)


def cards(practice_ids: Collection[int], *, seen_from: int | None = None) -> dict[int, PracticeCard]:
    """Cards of released examples of towns that take part, by id: three queries, however many."""
    if not practice_ids:
        return {}
    rows = db.session.execute(
        select(
            *(Practice.id, Practice.town_id, Practice.title, Practice.problem, Practice.released_at),
            *(Practice.cost_band, Practice.duration, Practice.instrument, Practice.is_funded),
            *(Practice.staff, Practice.contact_office),
        )
        .join(Town, Town.id == Practice.town_id)
        .where(Practice.id.in_(practice_ids), *VISIBLE)
    ).all()
    subjects = subjects_of([row.id for row in rows])
    picture = snapshot.current()
    known = [row for row in rows if row.town_id in picture.rows]
    towns = town_cards.cards(picture, {row.town_id for row in known}, seen_from=seen_from)
    return {row.id: _card(row, subjects.get(row.id, ()), towns) for row in known}


def in_order(practice_ids: Sequence[int], *, seen_from: int | None = None) -> tuple[PracticeCard, ...]:
    """The same in the order of the ids, without those that are not to be seen."""
    found = cards(practice_ids, seen_from=seen_from)
    return tuple(found[one] for one in practice_ids if one in found)


def of_town(town_id: int, *, limit: int) -> tuple[tuple[PracticeCard, ...], int]:
    """The latest released examples of a town, and how many it has; for its page."""
    ids = db.session.scalars(
        select(Practice.id)
        .where(Practice.town_id == town_id, Practice.state == RELEASED)
        .order_by(Practice.released_at.desc(), Practice.id.desc())
    ).all()
    return in_order(ids[:limit]), len(ids)


def on_subject(subject: str, *, limit: int) -> tuple[PracticeCard, ...]:
    """The latest released examples on a thesis or topic."""
    ids = db.session.scalars(
        select(Practice.id)
        .join(PracticeSubject, PracticeSubject.practice_id == Practice.id)
        .join(Town, Town.id == Practice.town_id)
        .where(PracticeSubject.subject == subject, *VISIBLE)
        .order_by(Practice.released_at.desc(), Practice.id.desc())
        .limit(limit)
    ).all()
    return in_order(ids)


def subjects_of(practice_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The subjects of some examples, in the order of the vocabulary."""
    rows = db.session.execute(
        select(PracticeSubject.practice_id, PracticeSubject.subject).where(
            PracticeSubject.practice_id.in_(list(practice_ids))
        )
    )
    found: dict[int, list[str]] = {}
    for practice_id, subject in rows:
        found.setdefault(practice_id, []).append(subject)
    order = {key: number for number, key in enumerate(SUBJECTS)}
    return {
        practice_id: tuple(sorted((key for key in keys if key in order), key=order.__getitem__))
        for practice_id, keys in found.items()
    }


def start_draft(
    town_id: int, account_id: int, *, title: str, exchange_id: int | None = None, **facts: Any
) -> int:
    """Begin an example as a draft, filled with what is known (fields of ``Content``), and answer its id.

    In the running transaction; raises Refused for facts that cannot be stored.
    """
    content = Content(title=title, **facts)
    practice_content.check(content)
    now = clock.now()
    practice = Practice(
        town_id=town_id,
        exchange_id=exchange_id,
        state=DRAFT,
        created_by_id=account_id,
        changed_by_id=account_id,
        created_at=now,
        changed_at=now,
    )
    fill(practice, content)
    db.session.add(practice)
    db.session.flush()
    put_subjects(practice.id, content.subjects)
    audit.record("practice.saved", account_id=account_id, town_id=town_id, practice=practice.id)
    return practice.id


def fill(practice: Practice, content: Content) -> None:
    """Write a content into the columns of an example; its subjects are rows of their own."""
    for name, value in vars(content).items():
        if name not in ("subjects", "steps"):
            setattr(practice, name, value)
    practice.steps = list(content.steps)
    practice.slug = slug(content.title)
    practice.search_text = practice_content.search_text(content)


def put_subjects(practice_id: int, subjects: Collection[str]) -> None:
    """Make these the subjects of an example, in the running transaction."""
    stored = {
        row.subject: row
        for row in db.session.scalars(
            select(PracticeSubject).where(PracticeSubject.practice_id == practice_id)
        )
    }
    for key in stored.keys() - set(subjects):
        db.session.delete(stored[key])
    db.session.add_all(
        PracticeSubject(practice_id=practice_id, subject=key)
        for key in dict.fromkeys(subjects)
        if key not in stored
    )
    db.session.flush()


def _card(row: Any, subjects: tuple[str, ...], towns: Mapping[int, TownCard]) -> PracticeCard:
    return PracticeCard(
        practice_id=row.id,
        title=row.title,
        teaser=_beginning(row.problem),
        subjects=subjects,
        cost_band=row.cost_band,
        duration=row.duration,
        instrument=row.instrument,
        is_funded=row.is_funded,
        staff=row.staff,
        contact_office=row.contact_office,
        released_at=row.released_at,
        town=towns[row.town_id],
    )


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= TEASER:
        return line
    return f"{line[:TEASER].rpartition(' ')[0].rstrip(' ,;:.')} …"

"""Das setzen wir bei uns um: a town repeats another one's example, and says what it changes and why.

What a lead writes is public at once; what an editor writes is for confirmed towns until a lead has saved it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Adoption, Practice, Town
from kleinstadt_net.services import adoption_news, adoption_trees, answer_people, audit
from kleinstadt_net.vocabulary import ADOPTION_STATES

CHANGED_LENGTH, WHY_LENGTH = 2000, 1000
RELEASED = "released"
LEAD = "lead"
GIVEN_UP = "given_up"


class UnknownPracticeError(LookupError):
    """No released example of a town that takes part, or nobody who acts for her own town."""


class OwnExampleError(Exception):
    """The town's own example; nothing was done."""


class StaleVersionError(Exception):
    """Somebody else has changed it meanwhile; nothing was stored. ``version`` is the present one."""

    def __init__(self, content: "Content", version: int) -> None:
        super().__init__(version)
        self.content = content
        self.version = version


@dataclass(frozen=True)
class Content:
    """What people write: where it stands, what was changed and why; ``own_practice_id`` is the town's own version."""

    state: str
    changed: str = ""
    why: str = ""
    own_practice_id: int | None = None


@dataclass(frozen=True)
class Example:
    """The example that is repeated, and whose it is."""

    practice_id: int
    title: str
    town_id: int
    town: str
    ags: str
    slug: str
    land: str


@dataclass(frozen=True)
class Own:
    """What the own town has entered; ``by`` is who did it last, None for a former account."""

    adoption_id: int
    content: Content
    created_at: datetime
    updated_at: datetime
    is_released: bool
    by: str | None
    version: int


@dataclass(frozen=True)
class Desk:
    """What the form shows: the example, the own entry if there is one, and own examples that might be its version."""

    example: Example
    own: Own | None
    versions: tuple[tuple[int, str], ...]


def example(practice_id: int) -> Example:
    """A released example of a town that takes part. Raises UnknownPracticeError."""
    row = db.session.execute(
        select(Practice.id, Practice.title, Town.id, Town.name, Town.ags, Town.slug, Town.land)
        .join(Town, Town.id == Practice.town_id)
        .where(Practice.id == practice_id, Practice.state == RELEASED, *answer_people.taking_part(Town))
    ).first()
    if row is None:
        raise UnknownPracticeError(practice_id)
    return Example(*row)


def desk(practice_id: int, town_id: int) -> Desk:
    """The page on which a town says that it repeats an example. Raises UnknownPracticeError, OwnExampleError."""
    shown = example(practice_id)
    if shown.town_id == town_id:
        raise OwnExampleError(practice_id)
    row = _row(practice_id, town_id)
    return Desk(shown, _own(row) if row is not None else None, _versions(practice_id, town_id, row))


def save(practice_id: int, town_id: int, account_id: int, content: Content, version: int) -> bool:
    """Enter, or change at ``version`` (0 for a new one), what the town makes of an example; True for a new one.

    Commits. The example's town is told of a new one, and once when it is done. Raises UnknownPracticeError,
    OwnExampleError, StaleVersionError, ValueError for a state, a length or an own version that is not offered; nobody
    begins by giving up.
    """
    _check(content)
    db.session.rollback()
    begin_writing(db.session)
    try:
        is_new = _write(practice_id, town_id, account_id, content, version)
    except Exception:
        db.session.rollback()
        raise
    db.session.commit()
    return is_new


def withdraw(practice_id: int, town_id: int, account_id: int) -> bool:
    """Take the entry back; False where there is none. Commits. Raises UnknownPracticeError for strangers."""
    db.session.rollback()
    begin_writing(db.session)
    if answer_people.role(account_id, town_id) is None:
        db.session.rollback()
        raise UnknownPracticeError(practice_id)
    row = _row(practice_id, town_id)
    if row is not None:
        db.session.delete(row)
        audit.record("adoption.withdrawn", account_id=account_id, town_id=town_id, practice=practice_id)
    db.session.commit()
    return row is not None


def inherit(town_id: int, successor_id: int, *, suspended: bool = False) -> None:
    """A dissolved town's adoptions go on with its successor, in the running transaction; the successor's own stay.

    What was repeated from the successor itself ends: it is now the same town's example. A suspended town brings
    none along.
    """
    there = set(db.session.scalars(select(Adoption.practice_id).where(Adoption.town_id == successor_id)))
    owned = select(Practice.id).where(Practice.town_id.in_((town_id, successor_id)))
    own = set(db.session.scalars(owned))
    both = select(Adoption).where(Adoption.town_id.in_((town_id, successor_id)))
    for row in db.session.scalars(both).all():
        comes = row.town_id == town_id
        if row.practice_id in own or (comes and (suspended or row.practice_id in there)):
            db.session.delete(row)
        else:
            row.town_id = successor_id
    db.session.flush()


def _write(practice_id: int, town_id: int, account_id: int, content: Content, version: int) -> bool:
    role = answer_people.role(account_id, town_id)
    # Two of one town who enter it at the same moment follow one another.
    locked = db.session.scalar(select(Town.id).where(Town.id == town_id).with_for_update(key_share=True))
    if role is None or locked is None:
        raise UnknownPracticeError(practice_id)
    shown = example(practice_id)
    if shown.town_id == town_id:
        raise OwnExampleError(practice_id)
    row = _row(practice_id, town_id)
    if row is not None and row.version != version:
        raise StaleVersionError(_content(row), row.version)
    offered = {own_id for own_id, _ in _versions(practice_id, town_id, row)}
    if content.own_practice_id is not None and content.own_practice_id not in offered:
        raise ValueError(f"no own version: {content.own_practice_id}")
    is_new = row is None
    is_done = content.state == adoption_news.DONE and (row is None or row.state != adoption_news.DONE)
    if is_new and content.state == GIVEN_UP:
        raise ValueError("what was never begun cannot be given up")
    if row is None:
        row = Adoption(practice_id=practice_id, town_id=town_id, created_at=clock.now(), version=0)
        db.session.add(row)
    row.state, row.changed, row.why = content.state, content.changed, content.why
    row.own_practice_id, row.account_id = content.own_practice_id, account_id
    row.updated_at, row.version = clock.now(), row.version + 1
    row.released_at = clock.now() if role == LEAD else None
    _flush(row)
    audit.record("adoption.saved", account_id=account_id, town_id=town_id, practice=practice_id)
    if is_new or is_done:
        adoption_news.tell(row, shown.town_id)
    return is_new


def _flush(row: Adoption) -> None:
    own = row.own_practice_id
    try:
        db.session.flush()
    except IntegrityError as clash:
        # A colleague has linked the same own example to another adoption a moment ago.
        raise ValueError(f"no own version any more: {own}") from clash


def _check(content: Content) -> None:
    if content.state not in ADOPTION_STATES:
        raise ValueError(f"no state of an adoption: {content.state!r}")
    if len(content.changed) > CHANGED_LENGTH or len(content.why) > WHY_LENGTH:
        raise ValueError("the texts are too long")


def _row(practice_id: int, town_id: int) -> Adoption | None:
    query = select(Adoption).where(Adoption.practice_id == practice_id, Adoption.town_id == town_id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _own(row: Adoption) -> Own:
    account = db.session.get(Account, row.account_id) if row.account_id is not None else None
    return Own(
        adoption_id=row.id,
        content=_content(row),
        created_at=row.created_at,
        updated_at=row.updated_at,
        is_released=row.released_at is not None,
        by=f"{account.first_name} {account.last_name}".strip() if account is not None else None,
        version=row.version,
    )


def _content(row: Adoption) -> Content:
    return Content(row.state, row.changed, row.why, row.own_practice_id)


def _versions(practice_id: int, town_id: int, row: Adoption | None) -> tuple[tuple[int, str], ...]:
    """Own examples, drafts included, that are no other adoption's and not where the example itself came from."""
    taken = select(Adoption.own_practice_id).where(
        Adoption.own_practice_id.is_not(None), Adoption.id != (row.id if row is not None else 0)
    )
    rows = db.session.execute(
        select(Practice.id, Practice.title)
        .where(Practice.town_id == town_id, Practice.state != "archived", Practice.id.not_in(taken))
        .order_by(Practice.title, Practice.id)
    )
    before = adoption_trees.ancestors(practice_id)
    return tuple((own_id, title) for own_id, title in rows if own_id not in before)

"""The Merkliste: towns a town hall would like to come back to, with a note all its people read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, func, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import Account, Bookmark, Town
from kleinstadt_net.services import snapshot, town_cards, town_people
from kleinstadt_net.services.town_cards import TownCard

MAX_NOTE = 500
# More than anybody comes back to; and the page shows them all at once.
MAX_BOOKMARKS = 200


class ListFull(Exception):
    """The town has marked as many towns as the list holds; nothing was stored."""


@dataclass(frozen=True)
class Marked:
    """A town on the list; ``by`` is who put it there, empty once her account is gone."""

    town: TownCard
    note: str
    by: str
    marked_at: datetime


def listing(town_id: int) -> list[Marked]:
    """Everything on a town's list by name: three queries, however many."""
    rows = db.session.execute(
        select(Bookmark, Account)
        .join(Town, Town.id == Bookmark.marked_town_id)
        .outerjoin(Account, Account.id == Bookmark.account_id)
        .where(Bookmark.town_id == town_id)
        .order_by(Town.sort_key, Town.ags)
    ).all()
    picture = snapshot.current()
    cards = town_cards.cards(picture, [bookmark.marked_town_id for bookmark, _ in rows], seen_from=town_id)
    return [
        Marked(
            cards[bookmark.marked_town_id],
            bookmark.note,
            town_people.name_of(account) if account else "",
            bookmark.marked_at,
        )
        for bookmark, account in rows
    ]


def is_marked(town_id: int, marked_town_id: int) -> bool:
    """Whether a town stands on another one's list."""
    found = select(Bookmark.id).where(Bookmark.town_id == town_id, Bookmark.marked_town_id == marked_town_id)
    return db.session.scalar(found) is not None


def mark(town_id: int, account_id: int, ags: str) -> bool:
    """Put a town on the list, where it may stand already; False for an unknown key or the own town.

    Raises ListFull. Commits.
    """
    begin_writing(db.session)
    marked_id = db.session.scalar(
        select(Town.id).where(Town.ags == ags, Town.gone_on.is_(None), Town.hidden_on.is_(None))
    )
    if marked_id is None or marked_id == town_id:
        db.session.rollback()
        return False
    # One writer per town and moment, so that the list never grows beyond its end.
    db.session.execute(select(Town.id).where(Town.id == town_id).with_for_update())
    held = db.session.scalar(select(func.count()).select_from(Bookmark).where(Bookmark.town_id == town_id))
    if held is not None and held >= MAX_BOOKMARKS and not is_marked(town_id, marked_id):
        db.session.rollback()
        raise ListFull
    row = {
        "town_id": town_id,
        "marked_town_id": marked_id,
        "note": "",
        "account_id": account_id,
        "marked_at": clock.now(),
    }
    db.session.execute(insert_once(Bookmark, row, Bookmark.town_id, Bookmark.marked_town_id))
    db.session.commit()
    return True


def write_note(town_id: int, ags: str, note: str) -> bool:
    """Replace the note beside a town on the list; False where it does not stand there. Commits."""
    if len(note) > MAX_NOTE:
        raise ValueError("the note is too long")
    begin_writing(db.session)
    changed = db.session.scalar(
        update(Bookmark)
        .where(Bookmark.town_id == town_id, Bookmark.marked_town_id.in_(_with_key(ags)))
        .values(note=note)
        .returning(Bookmark.id)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return changed is not None


def strike(town_id: int, ags: str) -> bool:
    """Take a town off the list; False where it does not stand there. Commits."""
    begin_writing(db.session)
    struck = db.session.scalar(
        delete(Bookmark)
        .where(Bookmark.town_id == town_id, Bookmark.marked_town_id.in_(_with_key(ags)))
        .returning(Bookmark.id)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return struck is not None


def inherit(town_id: int, successor_id: int) -> None:
    """A dissolved town's list goes to its successor, and others find the successor on theirs.

    In the running transaction; what would stand on a list twice, or lead to the list's own town, goes.
    """
    for mine, other in (
        (Bookmark.town_id, Bookmark.marked_town_id),
        (Bookmark.marked_town_id, Bookmark.town_id),
    ):
        there = select(other).where(mine == successor_id).scalar_subquery()
        db.session.execute(
            delete(Bookmark).where(mine == town_id, (other == successor_id) | other.in_(there)),
            execution_options={"synchronize_session": False},
        )
        db.session.execute(
            update(Bookmark).where(mine == town_id).values({mine.key: successor_id}),
            execution_options={"synchronize_session": False},
        )


def _with_key(ags: str) -> Select[int]:
    return select(Town.id).where(Town.ags == ags)

"""Searches of the directory a town hall has saved, and what is new in them since."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest.sources.searches import Found
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import SavedSearch, Town
from kleinstadt_net.services import directory, snapshot, town_cards
from kleinstadt_net.services.directory_filters import DirectoryFilters, Reader
from kleinstadt_net.services.town_cards import TownCard
from kleinstadt_net.territory import LAENDER

MAX_NAME = 80
MAX_SEARCHES = 20
# A search that finds more than this has new towns all the time, and tells nobody anything.
MAX_HITS = 500
# How many new towns are named; the search itself shows them all.
NAMED = 5


class SearchRefused(Exception):
    """The search cannot be saved; ``reason`` is ``full``, ``wide``, ``plain`` or ``taken``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class SearchRow:
    """A saved search: how many towns it finds now, how many of them are new, and the first of these by name."""

    search_id: int
    name: str
    filters: DirectoryFilters
    saved_at: datetime
    hits: int
    new: int
    newcomers: tuple[TownCard, ...]


def listing(town_id: int) -> list[SearchRow]:
    """All saved searches of a town by name; the number of queries does not depend on how many there are."""
    searches = db.session.scalars(
        select(SavedSearch).where(SavedSearch.town_id == town_id).order_by(SavedSearch.name, SavedSearch.id)
    ).all()
    picture = snapshot.current()
    found = {one.id: _hits(one) for one in searches}
    new = {one.id: _new(found[one.id], one.known) for one in searches}
    named = {town for ids in new.values() for town in ids[:NAMED]}
    cards = town_cards.cards(picture, named, seen_from=town_id)
    return [
        SearchRow(
            one.id,
            one.name,
            _filters(one.query),
            one.saved_at,
            len(found[one.id]),
            len(new[one.id]),
            tuple(cards[town] for town in new[one.id][:NAMED]),
        )
        for one in searches
    ]


def news(town_ids: Collection[int]) -> dict[int, tuple[Found, ...]]:
    """By town what its searches have found since they were last looked at; two queries for any number of towns."""
    stored = db.session.scalars(
        select(SavedSearch).where(SavedSearch.town_id.in_(town_ids)).order_by(SavedSearch.id)
    ).all()
    if not stored:
        return {}
    new = {one.id: _new(_hits(one), one.known)[:MAX_HITS] for one in stored}
    cards = town_cards.cards(snapshot.current(), {town for ids in new.values() for town in ids})
    found: dict[int, tuple[Found, ...]] = {}
    for one in stored:
        towns = tuple((town, _named(cards[town])) for town in new[one.id])
        found[one.town_id] = (*found.get(one.town_id, ()), Found(one.id, one.name, towns))
    return found


def save(town_id: int, account_id: int, name: str, filters: DirectoryFilters) -> None:
    """Keep a search under a name of its own. Raises SearchRefused; commits."""
    if len(name) > MAX_NAME:
        raise ValueError("the name is too long")
    if filters == DirectoryFilters():
        raise SearchRefused("plain")
    hits = directory.town_ids(filters, Reader(town_id, verified=True)).tolist()
    if len(hits) > MAX_HITS:
        raise SearchRefused("wide")
    begin_writing(db.session)
    # One writer per town and moment, so that there are never more than allowed.
    db.session.execute(select(Town.id).where(Town.id == town_id).with_for_update())
    held = db.session.scalar(
        select(func.count()).select_from(SavedSearch).where(SavedSearch.town_id == town_id)
    )
    if held is not None and held >= MAX_SEARCHES:
        db.session.rollback()
        raise SearchRefused("full")
    row = {
        "town_id": town_id,
        "name": name,
        "query": _written(filters),
        "known": hits,
        "account_id": account_id,
        "saved_at": clock.now(),
    }
    added = db.session.execute(insert_once(SavedSearch, row, SavedSearch.town_id, SavedSearch.name)).first()
    if added is None:
        db.session.rollback()
        raise SearchRefused("taken")
    db.session.commit()


def mark_seen(town_id: int, search_id: int) -> bool:
    """From now on only what comes later is new; False where the search is not the town's. Commits."""
    begin_writing(db.session)
    search = db.session.scalar(
        select(SavedSearch).where(SavedSearch.id == search_id, SavedSearch.town_id == town_id)
    )
    if search is None:
        db.session.rollback()
        return False
    db.session.execute(update(SavedSearch).where(SavedSearch.id == search.id).values(known=_hits(search)))
    db.session.commit()
    return True


def strike(town_id: int, search_id: int) -> bool:
    """Delete a saved search; False where it is not the town's. Commits."""
    begin_writing(db.session)
    struck = db.session.scalar(
        delete(SavedSearch)
        .where(SavedSearch.id == search_id, SavedSearch.town_id == town_id)
        .returning(SavedSearch.id)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return struck is not None


def _hits(search: SavedSearch) -> list[int]:
    """The ids of the towns a search finds now, as its town hall may see them."""
    reader = Reader(search.town_id, verified=True)
    ids: list[int] = directory.town_ids(_filters(search.query), reader).tolist()
    return ids


def _named(town: TownCard) -> str:
    return f"{town.name} ({LAENDER[town.land].name})" if town.land in LAENDER else town.name


def _new(found: list[int], known: Collection[int]) -> list[int]:
    before = set(known)
    return [town for town in found if town not in before]


def _written(filters: DirectoryFilters) -> str:
    """The filters that narrow, as text; an address of today might not be read any more tomorrow."""
    plain = asdict(DirectoryFilters())
    held = {name: value for name, value in asdict(filters).items() if value != plain[name]}
    return json.dumps(held, ensure_ascii=False, sort_keys=True)


def _filters(text: str) -> DirectoryFilters:
    """The filters of a stored search; one that exists no longer is left out."""
    known = asdict(DirectoryFilters()).keys()
    return DirectoryFilters(**{name: value for name, value in json.loads(text).items() if name in known})

"""The family of an example: where it came from, who repeats it, and who repeats those."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from kleinstadt_net.database import db
from kleinstadt_net.models import Adoption, Practice, Town
from kleinstadt_net.services.directory_filters import Reader
from kleinstadt_net.services.towns import TownLink
from kleinstadt_net.territory import TIME_ZONE

RELEASED = "released"
# Whoever plans something has a need, and whoever gave up may not want to be asked by everybody.
FOR_EVERYBODY = ("running", "done")


@dataclass(frozen=True)
class Version:
    """An example of the family that a reader may open."""

    practice_id: int
    title: str
    slug: str


@dataclass(frozen=True)
class Branch:
    """A town that repeats the example above it; ``version`` is how it tells of it itself, where it does.

    ``why`` is for confirmed towns; without ``town`` it is one that takes part no longer.
    """

    town: TownLink | None
    is_own: bool
    state: str
    changed: str
    why: str
    since: date
    version: Version | None
    branches: tuple["Branch", ...]


@dataclass(frozen=True)
class Ancestor:
    """An example this one goes back to."""

    version: Version
    town: TownLink


@dataclass(frozen=True)
class Tree:
    """``ancestors`` from the first to the nearest; ``towns`` counts those of all generations who have not given up.

    ``may_adopt``: the reader's town is another than the example's; ``own`` is its own branch.
    """

    practice_id: int
    ancestors: tuple[Ancestor, ...]
    branches: tuple[Branch, ...]
    towns: int
    own: Branch | None
    may_adopt: bool


def tree(practice_id: int, reader: Reader) -> Tree:
    """The family of a released example as this reader may see it: three queries, however large it is."""
    rows = _descendants(practice_id)
    children: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        children[row.Adoption.practice_id].append(row)
    branches = _branches(practice_id, children, reader, frozenset())
    owner = db.session.scalar(select(Practice.town_id).where(Practice.id == practice_id))
    return Tree(
        practice_id=practice_id,
        ancestors=_line(practice_id, reader),
        branches=branches,
        towns=_count(branches),
        own=next((branch for branch in branches if branch.is_own), None),
        may_adopt=reader.verified and owner is not None and owner != reader.town_id,
    )


def ancestors(practice_id: int) -> frozenset[int]:
    """Ids of the examples this one goes back to, itself included: one query."""
    return frozenset(db.session.scalars(select(_upwards(practice_id).c.practice_id))) | {practice_id}


def _descendants(practice_id: int) -> list[Any]:
    """All adoptions below an example with their towns and own versions, the oldest first: one query."""
    below = (
        select(Adoption.id, Adoption.own_practice_id)
        .where(Adoption.practice_id == practice_id)
        .cte("below", recursive=True)
    )
    # UNION forgets what it has seen, so that even a circle would end.
    below = below.union(
        select(Adoption.id, Adoption.own_practice_id).join(
            below, Adoption.practice_id == below.c.own_practice_id
        )
    )
    own = aliased(Practice)
    query = (
        select(Adoption, Town, own)
        .join(Town, Town.id == Adoption.town_id)
        .outerjoin(own, own.id == Adoption.own_practice_id)
        .where(Adoption.id.in_(select(below.c.id)))
        .order_by(Adoption.created_at, Adoption.id)
    )
    return list(db.session.execute(query))


def _upwards(practice_id: int) -> Any:
    """Each step up from an example: ``child`` is told as a version of ``practice_id``, by ``adoption_id``."""
    steps = select(
        Adoption.id.label("adoption_id"), Adoption.practice_id, Adoption.own_practice_id.label("child")
    )
    above = steps.where(Adoption.own_practice_id == practice_id).cte("above", recursive=True)
    return above.union(steps.join(above, Adoption.own_practice_id == above.c.practice_id))


def _line(practice_id: int, reader: Reader) -> tuple[Ancestor, ...]:
    """The released examples above, the first one first, up to one that this reader may not see: one query."""
    above = _upwards(practice_id)
    rows = db.session.execute(
        select(above.c.child, Adoption, Practice, Town)
        .join(Adoption, Adoption.id == above.c.adoption_id)
        .join(Practice, Practice.id == Adoption.practice_id)
        .join(Town, Town.id == Practice.town_id)
    )
    parents = {row.child: row for row in rows}
    line: list[Ancestor] = []
    # Each step is taken once, so that even a circle would end.
    step = parents.pop(practice_id, None)
    while step is not None:
        link = _link(step.Town)
        if not _may_see(step.Adoption, reader) or step.Practice.state != RELEASED or link is None:
            break
        line.append(Ancestor(_version(step.Practice), link))
        step = parents.pop(step.Practice.id, None)
    return tuple(reversed(line))


def _branches(
    practice_id: int, children: Mapping[int, list[Any]], reader: Reader, seen: frozenset[int]
) -> tuple[Branch, ...]:
    if practice_id in seen:
        return ()
    made = (_branch(row, children, reader, seen | {practice_id}) for row in children.get(practice_id, ()))
    return tuple(branch for branch in made if branch is not None)


def _branch(
    row: Any, children: Mapping[int, list[Any]], reader: Reader, seen: frozenset[int]
) -> Branch | None:
    adoption, town, own = row
    if not _may_see(adoption, reader):
        return None
    below = _branches(own.id, children, reader, seen) if own is not None else ()
    link = _link(town)
    if link is None and not below:
        return None
    return Branch(
        town=link,
        is_own=reader.verified and town.id == reader.town_id,
        state=adoption.state,
        changed=adoption.changed if link is not None else "",
        why=adoption.why if reader.verified and link is not None else "",
        since=adoption.created_at.astimezone(TIME_ZONE).date(),
        version=_version(own) if own is not None and own.state == RELEASED and link is not None else None,
        branches=below,
    )


def _may_see(adoption: Adoption, reader: Reader) -> bool:
    return reader.verified or (adoption.released_at is not None and adoption.state in FOR_EVERYBODY)


def _link(town: Town) -> TownLink | None:
    """The town, where it takes part."""
    if town.joined_on is None or town.suspended_at is not None or town.gone_on is not None:
        return None
    return TownLink(town.ags, town.slug, town.name)


def _version(practice: Practice) -> Version:
    return Version(practice.id, practice.title, practice.slug)


def _count(branches: tuple[Branch, ...]) -> int:
    return sum((branch.state != "given_up") + _count(branch.branches) for branch in branches)

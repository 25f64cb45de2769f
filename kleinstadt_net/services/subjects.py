"""A thesis or a topic seen through the network: who can show it, who works on it, who asks, and what they write.

Who says what, and how many, comes from the snapshot; the database gives the rows that are shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.matching.declarations import STATE_CODES, STATE_NAMES
from kleinstadt_net.models import Stance
from kleinstadt_net.services import networks, sections, snapshot, town_cards
from kleinstadt_net.services.directory_filters import Reader
from kleinstadt_net.services.directory_networks import NetworkLink
from kleinstadt_net.services.sections import SectionRow
from kleinstadt_net.services.snapshot import Ints, Snapshot
from kleinstadt_net.services.town_cards import TownCard
from kleinstadt_net.vocabulary import CONFIDENTIAL_STATES, THESES, TOPICS, State

# Enough to find somebody to ask; the directory has them all.
SHOWN: Mapping[str, int] = {State.STRENGTH: 8, State.IN_PROGRESS: 6, State.SEEKING: 6}
EXAMPLES = 3
# Examples are looked for among so many towns that show the subject or work on it.
LOOKED_AT = 40


@dataclass(frozen=True)
class Saying:
    """A town and the sentence it adds, empty where there is none."""

    town: TownCard
    sentence: str


@dataclass(frozen=True)
class Group:
    """The towns of one state, the latest confirmed first; ``count`` is how many there are in all."""

    count: int
    towns: tuple[Saying, ...]


@dataclass(frozen=True)
class Example:
    """What a town writes on a thesis."""

    town: TownCard
    section: SectionRow


@dataclass(frozen=True)
class SubjectPage:
    """``groups`` by state, without the confidential ones for visitors. ``focused`` towns have made it their focus.

    ``networks`` are those that have made a topic theirs.

    ``own`` is what the reader's town says: a state, or None.
    """

    groups: Mapping[str, Group]
    focused: int
    examples: tuple[Example, ...]
    networks: tuple[NetworkLink, ...]
    own: str | None


def page(subject: str, reader: Reader) -> SubjectPage:
    """Three queries, however many towns there are; raises ValueError for a subject that does not exist."""
    picture = snapshot.current()
    declared, number = picture.features.declared, picture.features.subjects.index(subject)
    states = [state for state in State if reader.verified or state not in CONFIDENTIAL_STATES]
    rows = {state: _latest(picture, number, STATE_CODES[state]) for state in states}
    written = _written(picture, subject, (*rows[State.STRENGTH], *rows[State.IN_PROGRESS]), reader)
    shown = {state: picture.ids[of_state[: SHOWN[state]]].tolist() for state, of_state in rows.items()}
    ids = [town_id for of_state in shown.values() for town_id in of_state]
    cards = town_cards.cards(picture, {*ids, *written}, seen_from=reader.town_id)
    sentences = _sentences(subject, ids)
    return SubjectPage(
        groups={
            state: Group(
                len(rows[state]),
                tuple(Saying(cards[town_id], sentences.get(town_id, "")) for town_id in shown[state]),
            )
            for state in states
        },
        focused=int(np.count_nonzero(declared.focus[number])),
        examples=tuple(Example(cards[town_id], section) for town_id, section in written.items()),
        networks=networks.on_topic(subject) if subject in TOPICS else (),
        own=_own(picture, number, reader),
    )


def _latest(picture: Snapshot, number: int, code: int) -> Ints:
    """Rows of the towns that say this, the latest confirmed first, then by name."""
    declared = picture.features.declared
    rows = np.flatnonzero(declared.state[number] == code)
    ordered: Ints = rows[np.lexsort((picture.name_rank[rows], declared.age[number, rows]))]
    return ordered


def _written(picture: Snapshot, subject: str, rows: Sequence[int], reader: Reader) -> dict[int, SectionRow]:
    """The first sections on a thesis among these towns; topics have none."""
    if subject not in THESES or not rows:
        return {}
    ids = picture.ids[list(rows[:LOOKED_AT])].tolist()
    found = sections.of_towns(ids, verified=reader.verified, theses=(subject,))
    writing = [town_id for town_id in ids if town_id in found]
    return {town_id: found[town_id][subject] for town_id in writing[:EXAMPLES]}


def _sentences(subject: str, ids: Sequence[int]) -> dict[int, str]:
    rows = db.session.execute(
        select(Stance.town_id, Stance.sentence).where(Stance.subject == subject, Stance.town_id.in_(ids))
    )
    return {row.town_id: row.sentence or "" for row in rows}


def _own(picture: Snapshot, number: int, reader: Reader) -> str | None:
    if reader.town_id is None:
        return None
    code = int(picture.features.declared.state[number, picture.rows[reader.town_id]])
    return STATE_NAMES.get(code)

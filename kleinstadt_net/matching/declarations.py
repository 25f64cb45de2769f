"""What towns say of themselves, as arrays: who is strong in what, who works on it, who seeks advice.

A town not taking part says nothing here, whatever is still stored of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kleinstadt_net.matching.figures import Floats, Ints
from kleinstadt_net.matching.weights import (
    FACET_CAP,
    FOCUS_FACTOR,
    FRESHNESS,
    IN_PROGRESS_NEED,
    RARITY_FLOOR,
    STALE,
)
from kleinstadt_net.vocabulary import THESES, State

Flags = NDArray[np.bool_]

DAYS_A_YEAR = 365

# 0 is a town that says nothing of the subject.
STRENGTH, IN_PROGRESS, SEEKING = range(1, 4)
STATE_CODES: Mapping[str, int] = {
    State.STRENGTH: STRENGTH,
    State.IN_PROGRESS: IN_PROGRESS,
    State.SEEKING: SEEKING,
}
STATE_NAMES: Mapping[int, str] = {code: str(state) for state, code in STATE_CODES.items()}


@dataclass(frozen=True, slots=True)
class Statement:
    """One stance: a subject's key, a state of ``vocabulary.State``, and days since it was last confirmed."""

    subject: str
    state: str
    age_days: int


class Declaring(Protocol):
    """What this file reads of a town."""

    @property
    def statements(self) -> tuple[Statement, ...]: ...
    @property
    def focus(self) -> tuple[str, ...]: ...
    @property
    def taking_part(self) -> bool: ...


@dataclass(frozen=True, slots=True, eq=False)
class Declarations:
    """Statements of n towns on S subjects. Subjects are rows, so that one subject is one contiguous read."""

    state: NDArray[np.int8]  # (S, n) everything declared, as codes above
    age: Ints  # (S, n) days since confirmed
    counted: Flags  # (S, n) within the cap of its facet
    focus: Flags  # (S, n)

    challenge: Floats  # (S, n) 1 where a counted statement seeks advice or is at work
    challenge_in_focus: Floats  # (S, n) the same, where it is a focus too
    need: Floats  # (S, n) how much the town wants to learn of it
    strength: Floats  # (S, n) how much it has to show: freshness of a counted strength
    presumed: Floats  # (S, n) 1 where figures suggest a challenge of a silent town; ``presumed`` fills it
    presumable: Flags  # (S,) whether anybody is presumed to have it: most subjects need not be looked at
    towns_with_challenge: Ints  # (S,) in the whole network, counted or not
    rarity: Floats  # (S,) RARITY_FLOOR..1, from the same numbers

    def take(self, rows: Ints) -> "Declarations":
        """The same for some rows; what is rare is still judged by the whole network."""
        # Indexing would lay each town's column out as a row, and every read of a subject would jump through all of it.
        return replace(self, **{name: np.take(getattr(self, name), rows, axis=1) for name in PER_TOWN})


PER_TOWN = (
    "state",
    "age",
    "counted",
    "focus",
    "challenge",
    "challenge_in_focus",
    "need",
    "strength",
    "presumed",
)


def declare(towns: Sequence[Declaring], subjects: Sequence[str]) -> Declarations:
    """Declarations of ``towns`` on ``subjects``; statements on other subjects are left aside.

    Raises ValueError for a state the vocabulary does not know.
    """
    shape = (len(subjects), len(towns))
    state, age = np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=np.int64)
    counted, focus = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    _write(enumerate(towns), subjects, state, age, counted, focus)
    return _derive(state, age, counted, focus)


def patch(declared: Declarations, rows: Mapping[int, Declaring], subjects: Sequence[str]) -> Declarations:
    """The declarations after some towns changed theirs; what counts as rare follows at once."""
    changed = declare(list(rows.values()), subjects)
    columns = {}
    for name in PER_TOWN:
        columns[name] = getattr(declared, name).copy()
        columns[name][:, list(rows)] = getattr(changed, name)
    totals, rare = _frequencies(columns["state"])
    return replace(declared, **columns, towns_with_challenge=totals, rarity=rare)


def counting(statements: Iterable[Statement], focus: Iterable[str]) -> list[Statement]:
    """The statements that count: per facet at most FACET_CAP strengths and as many needs.

    A focus comes first, then what was confirmed last, then the key.
    """
    groups: dict[tuple[bool, bool], list[Statement]] = {}
    for statement in statements:
        kind = statement.subject in THESES, statement.state == State.STRENGTH
        groups.setdefault(kind, []).append(statement)
    chosen = set(focus)
    return [
        statement
        for group in groups.values()
        for statement in sorted(group, key=lambda s: (s.subject not in chosen, s.age_days, s.subject))[
            :FACET_CAP
        ]
    ]


def _write(
    towns: Iterable[tuple[int, Declaring]],
    subjects: Sequence[str],
    state: NDArray[np.int8],
    age: Ints,
    counted: Flags,
    focus: Flags,
) -> None:
    index = {subject: number for number, subject in enumerate(subjects)}
    for row, town in towns:
        if not town.taking_part:
            continue
        known = [statement for statement in town.statements if statement.subject in index]
        for statement in known:
            code = STATE_CODES.get(statement.state)
            if code is None:
                raise ValueError(f"unknown state {statement.state!r} for subject {statement.subject!r}")
            state[index[statement.subject], row] = code
            age[index[statement.subject], row] = max(0, statement.age_days)
        for statement in counting(known, town.focus):
            counted[index[statement.subject], row] = True
        for subject in town.focus:
            if subject in index:
                focus[index[subject], row] = True


def _derive(state: NDArray[np.int8], age: Ints, counted: Flags, focus: Flags) -> Declarations:
    seeking, working = counted & (state == SEEKING), counted & (state == IN_PROGRESS)
    totals, rare = _frequencies(state)
    return Declarations(
        state,
        age,
        counted,
        focus,
        challenge=(seeking | working).astype(np.float64),
        challenge_in_focus=((seeking | working) & focus).astype(np.float64),
        need=(seeking + IN_PROGRESS_NEED * working) * np.where(focus, FOCUS_FACTOR, 1.0),
        strength=np.where(counted & (state == STRENGTH), freshness(age), 0.0),
        presumed=np.zeros(state.shape),
        presumable=np.zeros(len(state), dtype=np.bool_),
        towns_with_challenge=totals,
        rarity=rare,
    )


def _frequencies(state: NDArray[np.int8]) -> tuple[Ints, Floats]:
    """How many towns name each subject as a challenge, and how rare that makes it."""
    totals = np.count_nonzero(state >= IN_PROGRESS, axis=1).astype(np.int64)
    return totals, rarity(totals, int(np.count_nonzero(state.any(axis=0))))


def freshness(age_days: Ints) -> Floats:
    """What a strength is still worth, 0..1, by whole years since it was confirmed."""
    limits = [years * DAYS_A_YEAR for years, _ in FRESHNESS]
    worth: Floats = np.array([*(worth for _, worth in FRESHNESS), STALE])
    return np.take(worth, np.searchsorted(limits, age_days))


def rarity(towns_with_challenge: Ints, declaring: int) -> Floats:
    """Inverse frequency on a logarithmic scale: 1 where nobody names a subject, RARITY_FLOOR where all do."""
    if declaring == 0:
        return np.ones(len(towns_with_challenge))
    share: Floats = np.log1p(towns_with_challenge) / np.log1p(declaring)
    return 1.0 - (1.0 - RARITY_FLOOR) * share

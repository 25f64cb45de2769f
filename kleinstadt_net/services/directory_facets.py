"""How many towns each value of a filter would leave, the other filters held; and which filter to take away."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from kleinstadt_net.matching.declarations import STATE_CODES
from kleinstadt_net.services import directory_networks
from kleinstadt_net.services.directory_filters import DIRECTIONS, Answer, going
from kleinstadt_net.services.snapshot import Flags, Texts
from kleinstadt_net.territory import LAENDER, STATE_KEY_LENGTH
from kleinstadt_net.vocabulary import CONFIDENTIAL_STATES, THESES, TOPICS

# Makes one small number of the characters of a Land's key.
_PLACES = np.array([128**place for place in reversed(range(STATE_KEY_LENGTH))])
# By filter and value.
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Widening:
    """Without this one filter so many towns would be found."""

    name: str
    total: int


def counts(answer: Answer) -> Counts:
    """For every value that may be chosen the number of towns it would leave, as this reader may know it."""
    picture = answer.picture
    subjects, focus = picture.features.subjects, picture.features.declared.focus
    near = answer.passing("focus")
    theses = {key: subjects.index(key) for key in THESES}
    growth = answer.passing("growth")
    return {
        "land": _by_land(picture.land[answer.passing("land")]),
        "thesis": _by_subject(answer, "thesis", theses),
        "topic": _by_subject(answer, "topic", {key: subjects.index(key) for key in TOPICS}),
        "state": _by_state(answer),
        "focus": _each(theses, focus, near),
        "growth": {way: int(np.count_nonzero(growth & going(picture, way))) for way in DIRECTIONS},
        "network": directory_networks.counts(picture, answer.passing("network")),
        "taking_part": {"y": int(np.count_nonzero(answer.passing("taking_part") & picture.taking_part))},
    }


def widenings(answer: Answer) -> tuple[Widening, ...]:
    """For each filter held how many towns there would be without it, most first; those that help only."""
    found = [Widening(name, int(np.count_nonzero(answer.passing(name)))) for name in answer.held]
    # The sort is stable: among equals the order of the filters stays.
    return tuple(sorted((one for one in found if one.total), key=lambda one: -one.total))


def _by_land(keys: Texts) -> dict[str, int]:
    # Two digits are two numbers in memory: comparing texts sixteen times would be most of the time of all counts.
    letters = keys.astype(f"U{STATE_KEY_LENGTH}").view(np.uint32).reshape(-1, STATE_KEY_LENGTH)
    found = np.bincount(letters @ _PLACES, minlength=128**STATE_KEY_LENGTH)
    return {key: int(found[np.array([ord(digit) for digit in key]) @ _PLACES]) for key in LAENDER}


def _by_subject(answer: Answer, name: str, rows: Mapping[str, int]) -> dict[str, int]:
    state = answer.filters.state
    says = answer.state != 0 if state is None else answer.state == STATE_CODES[state]
    return _each(rows, says, answer.passing(name))


def _each(rows: Mapping[str, int], says: Flags, among: Flags) -> dict[str, int]:
    found = np.count_nonzero(says[list(rows.values())] & among, axis=1).tolist()
    return dict(zip(rows, found, strict=True))


def _by_state(answer: Answer) -> dict[str, int]:
    among = answer.passing("state")
    shown = [s for s in STATE_CODES if answer.reader.verified or s not in CONFIDENTIAL_STATES]
    return {
        str(state): int(np.count_nonzero(among & answer.declaring(replace(answer.filters, state=str(state)))))
        for state in shown
    }

"""What a round looks at: every active town appraised against all others, and the short lists kept of it.

Towns here are positions among the active ones in the order of their keys, so a tie goes to the lower number,
and neither the order of the caller's rows nor anybody outside the round can change the outcome.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.figures import Floats, Ints
from kleinstadt_net.matching.ranking import STEPS, steps
from kleinstadt_net.matching.similarity import parts
from kleinstadt_net.matching.weights import CONTRAST_STRUCTURE, SHORTLIST, Weights

# Not to be proposed, whatever else is full.
BARRED = -1
# A shared challenge outweighs any scores an exchange of pairs can gain or lose.
SHARED_FIRST = 4 * STEPS
# Of two towns that can teach the same, the one that suits better in all: enough to order, too little to outweigh.
TIE_SHARE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Appraisal:
    """One town's view of all others: whole numbers, (m,), higher is better, BARRED where it may not be."""

    mutual: Ints  # the pair's score in millionths, SHARED_FIRST more where there is a shared challenge
    sharing: Ints  # the same, and BARRED where there is none
    learn: Ints  # what can be learnt there, then the score
    contrast: Ints  # another Land, another structure, and something to talk about


View = Callable[[Appraisal], Ints]
mutual: View = attrgetter("mutual")
sharing: View = attrgetter("sharing")
learn: View = attrgetter("learn")
contrast: View = attrgetter("contrast")
VIEWS = (mutual, sharing, learn, contrast)


class Survey:
    """Appraisals of the active towns, with pairs that may not be proposed left out."""

    def __init__(self, towns: TownFeatures, weights: Weights, barred: Iterable[tuple[int, int]]) -> None:
        self.towns = towns
        self.weights = weights
        self._land = np.unique(towns.land, return_inverse=True)[1]
        self._barred: list[list[int]] = [[i] for i in range(len(towns))]
        for i, j in barred:
            self._barred[i].append(j)
            self._barred[j].append(i)

    def __len__(self) -> int:
        return len(self.towns)

    def allowed(self, i: int) -> int:
        """How many others may be proposed to town ``i`` at all."""
        return len(self) - len(set(self._barred[i]))

    def appraise(self, i: int) -> Appraisal:
        """Town ``i`` against all others."""
        compared = parts(self.towns, i)
        score = steps(compared, self.weights)
        shares, learns = compared.shared > 0, compared.learn > 0
        unlike = (compared.structure > 0) & (compared.structure <= CONTRAST_STRUCTURE)
        unlike &= (self._land != self._land[i]) & (shares | learns)
        substance = (compared.shared + compared.learn) * (1.0 - compared.structure)
        appraisal = Appraisal(
            mutual=score + SHARED_FIRST * shares,
            sharing=np.where(shares, score + SHARED_FIRST, BARRED),
            learn=np.where(learns, _whole(STEPS * compared.learn + TIE_SHARE * score), BARRED),
            contrast=np.where(unlike, _whole(STEPS * substance), BARRED),
        )
        for view in VIEWS:
            view(appraisal)[self._barred[i]] = BARRED
        return appraisal

    def shortlists(self, views: Sequence[View]) -> tuple[list[Ints], ...]:
        """The best SHORTLIST of every town by each view, best first, with their values: [(2, up to SHORTLIST)]."""
        kept: tuple[list[Ints], ...] = tuple([] for _ in views)
        for i in range(len(self)):
            appraisal = self.appraise(i)
            for view, lists in zip(views, kept, strict=True):
                lists.append(shortlist(view(appraisal)))
        return kept


def shortlist(values: Ints, size: int = SHORTLIST) -> Ints:
    """Positions and values of the highest allowed ``values``, best first, ties by position: (2, up to size)."""
    allowed = np.flatnonzero(values > BARRED)
    keys = (values[allowed] << 32) | (len(values) - allowed)
    if len(keys) > size:
        keys = np.partition(keys, len(keys) - size)[-size:]
    keys = np.sort(keys)[::-1]
    return np.stack([len(values) - (keys & 0xFFFFFFFF), keys >> 32])


def _whole(values: Floats) -> Ints:
    return np.rint(values).astype(np.int64)

"""What towns built like one's own often seek advice on, told only where so many do that it points at nobody.

For people of a town that takes part, from the picture of all towns in this process: no query of its own but the one
for the revision. What a town says of itself plays no part in which ones are alike.
"""

from dataclasses import dataclass

import numpy as np

from kleinstadt_net.matching.declarations import SEEKING
from kleinstadt_net.services import mirror, snapshot

# So many towns are asked, and so many of them have to seek the same before it is said.
ALIKE = 40
FEWEST = 10
# Names for a sentence, not a list to study.
MOST = 3


@dataclass(frozen=True)
class Sought:
    """A subject, and how many of the ``ALIKE`` towns most like one's own seek advice on it."""

    subject: str
    towns: int


def for_beginners(town_id: int) -> tuple[Sought, ...]:
    """What is sought most often among the towns most alike; nothing for one that seeks something itself.

    Nothing either for a town that does not take part: nobody has confirmed who speaks for it.
    """
    picture = snapshot.current()
    row = picture.rows[town_id]
    states = picture.features.declared.state
    if not picture.taking_part[row] or (states[:, row] == SEEKING).any():
        return ()
    alike = mirror.nearest(picture, row, picture.taking_part, ALIKE)
    counts = np.count_nonzero(states[:, alike] == SEEKING, axis=1)
    told = [
        Sought(subject, int(count))
        for subject, count, own in zip(picture.features.subjects, counts, states[:, row], strict=True)
        if count >= FEWEST and not own
    ]
    # Sorting keeps the vocabulary's order where as many towns seek the one as the other.
    return tuple(sorted(told, key=lambda one: -one.towns)[:MOST])

"""Every number a person chose, in one table, a reason beside each. ``docs/matching.md`` explains the method.

Changing one changes what towns are shown, so ``ENGINE_VERSION`` rises with it and every round stores both.
"""

from dataclasses import asdict, dataclass
from typing import Any

ENGINE_VERSION = "2"


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of a comparison counts; the five sum to one, so usefulness stays within 0..1."""

    # The product's promise: somebody who has the same problem. More than any two other parts together.
    shared: float = 0.45
    # Somebody who has solved it saves a town years, but helping is work: less than half of `shared`.
    learn: float = 0.20
    # Being asked is an honour and an evening's work: it counts, but less than being helped.
    teach: float = 0.10
    # Advice carries over when size and means compare; it orders towns, it does not replace a shared challenge.
    structure: float = 0.15
    # Most talks are calls, so a short way is a bonus, never a condition.
    reach: float = 0.10


WEIGHTS = Weights()

# Each question on the page of all towns as points for the five parts above; the first is WEIGHTS in twentieths.
QUESTION_POINTS = {
    "same_boat": (9, 4, 2, 3, 2),
    # What can be learnt there, and among equals whoever is most like us: advice carries over best then.
    "solved": (1, 10, 0, 2, 1),
    # Size, density and growth; a common challenge decides among towns that are equally alike.
    "like_us": (2, 0, 0, 10, 0),
    # A short way; among neighbours the one with the same challenge.
    "nearby": (2, 0, 0, 0, 10),
}
# Eleven steps are as fine as a hand can set a slider on a telephone.
POINTS_LIMIT = 10
# The network is for towns with the same challenges: nobody can weigh that away.
FEWEST_SHARED_POINTS = 1

# --- what is declared -------------------------------------------------------------------------------------

# Strengths and needs that count per facet: entering more must never win, and topics must not crowd out theses.
FACET_CAP = 3
# A focus is the town's own word that this matters most; twice is plain to explain.
FOCUS_FACTOR = 2.0
# A town at work on something gladly hears how others did it, but has not asked for advice.
IN_PROGRESS_NEED = 0.5
# Years since a strength was confirmed -> what it is still worth. Steps, not a curve: a score must not drift
# from one night to the next for no reason anyone could name.
FRESHNESS = ((1, 1.0), (2, 0.75), (3, 0.5))
STALE = 0.25
# What a subject that everybody names is still worth beside one that nobody else names.
RARITY_FLOOR = 0.25
# Sum of rarities at which `shared` reaches one half: the first thing in common matters most, because a talk
# has one subject; a third hardly adds to it.
SHARED_HALF = 0.5
# The same for `learn` and `teach`: one fresh strength that meets one plain need makes one half.
LEARN_HALF = 1.0

# What a challenge in common counts that is presumed from figures on one side or both: half of a declared one.
PRESUMED_SHARE = 0.5
# A yearly change from which a silent town is presumed to have its challenge: one town in five or so lies beyond each,
# and neither is the mere correction of a census (STABLE_GROWTH).
FAST_SHRINKING = -0.005
FAST_GROWTH = 0.01
# A town this far from the next place of this size is presumed to think about how its people get there.
CENTRE_FROM = 50_000
FAR_FROM_CENTRE_KM = 40

# --- what is measured -------------------------------------------------------------------------------------

# Size decides the means a town hall has, density and growth the kind of problems: equal. Urbanisation has
# three classes only and the tourism region is a mere yes or no: half.
FIGURE_WEIGHTS = {"population": 1.0, "density": 1.0, "growth": 1.0, "urbanisation": 0.5}
TOURISM_WEIGHT = 0.5
# An imported indicator counts half of a figure of the register, and all of them together no more than three halves of
# one: a pile of statistics must not outweigh size, density and growth.
INDICATOR_WEIGHT = 0.5
INDICATORS_TOGETHER = 1.5
# Two columns as alike as this tell one thing; counted twice it would weigh twice.
PRUNED_FROM = 0.8
# A mean difference of the economic indicators up to this, in robust standard deviations, is called similar.
SIMILAR_ECONOMY = 0.35
# One number alone says nothing of how a town is doing.
FEWEST_ECONOMIC = 2
# A robust z-score beyond this says "far away" and nothing more.
Z_LIMIT = 3.0
# Different tourism regions count like one robust standard deviation.
TOURISM_STEP = 1.0
# Local scale: the distance within which a town finds this share of a sample of all towns. An unusual town is
# thereby compared with its nearest, and an average one is not everybody's twin.
LOCAL_SHARE = 0.03
LANDMARKS = 256
# Keeps a town with many exact twins from seeing nobody else.
LOCAL_FLOOR = 0.1
# Distance at which a visit is half as likely: about two hours by car, there and back within a working day.
REACH_HALF_KM = 150.0

# --- the monthly round ------------------------------------------------------------------------------------

# A letter is read in five minutes: five names at most.
MAX_SUGGESTIONS = 5
# In a small network the names must last as long as a proposed pair rests: six months.
MONTHS_TO_MEET_ALL = 6
# suggestions per town -> (mutual, complementary, contrast): the shared challenge first, then the one who can
# help, and a different view only when three others are there.
QUOTAS = {1: (1, 0, 0), 2: (1, 1, 0), 3: (2, 1, 0), 4: (2, 1, 1), 5: (3, 1, 1)}
# A town named in more lists than this would be asked more often than it can answer.
MAX_LISTS = 7
# What each list that names a town already takes from its worth in the next one: two towns that can teach nearly
# the same share the visitors, one that alone can teach it gets them.
CROWDING = 0.1
# A town that joins after the round gets fewer names than the round gives: it waits for the next one less than a month,
# and every name it gets has been given to others already.
NEWCOMER_SUGGESTIONS = 3
# A different view needs a town that is really built differently; half of all pairs lie below this.
CONTRAST_STRUCTURE = 0.17
# Names each town keeps per kind of slot before the network-wide choice. Twice as many exchange a tenth of the
# names for others as good: the mean score rises by a thousandth.
SHORTLIST = 48

# --- circles ----------------------------------------------------------------------------------------------

# Shared by fewer, a challenge makes no circle that could afford two refusals.
CIRCLE_FROM = 12
# A circle begins at four yeses and holds six: so many are asked.
CIRCLE_STARTS_AT = 4
CIRCLE_TOWNS = 6
# What other Länder do differently is half of what there is to learn; beyond three the ways are only longer.
CIRCLE_LAENDER = 3
# A Land not yet there is worth a good pair's score less than a better challenge; a need met is worth a third of that.
LAND_PREMIUM = 0.3
HELP_PREMIUM = 0.1
# Towns of one challenge among which a circle is sought: their pairs are counted within a second.
CIRCLE_CANDIDATES = 300

# --- words ------------------------------------------------------------------------------------------------

# Populations within this ratio are called comparable.
COMPARABLE_SIZE = 1.25
# Inhabitants per km²: below -> word code. 150 is the OECD's bound of a rural community.
DENSITY_CODES = ((75.0, "very_sparse"), (150.0, "sparse"), (300.0, "medium"))
DENSEST = "dense"
# A yearly change smaller than this is within what a census corrects.
STABLE_GROWTH = 0.003
# Ratios from which a difference is worth a word.
DIFFERENT_SIZE = 1.5
DIFFERENT_AREA = 2.0


def as_table() -> dict[str, Any]:
    """Everything above that decides a score or a round, for a round to store: JSON-ready."""
    return {
        "parts": asdict(WEIGHTS),
        "facet_cap": FACET_CAP,
        "focus_factor": FOCUS_FACTOR,
        "in_progress_need": IN_PROGRESS_NEED,
        "freshness": [list(step) for step in FRESHNESS],
        "stale": STALE,
        "rarity_floor": RARITY_FLOOR,
        "shared_half": SHARED_HALF,
        "presumed_share": PRESUMED_SHARE,
        "fast_shrinking": FAST_SHRINKING,
        "fast_growth": FAST_GROWTH,
        "centre_from": CENTRE_FROM,
        "far_from_centre_km": FAR_FROM_CENTRE_KM,
        "learn_half": LEARN_HALF,
        "figures": dict(FIGURE_WEIGHTS),
        "indicator": INDICATOR_WEIGHT,
        "indicators_together": INDICATORS_TOGETHER,
        "pruned_from": PRUNED_FROM,
        "tourism": TOURISM_WEIGHT,
        "tourism_step": TOURISM_STEP,
        "z_limit": Z_LIMIT,
        "local_share": LOCAL_SHARE,
        "landmarks": LANDMARKS,
        "local_floor": LOCAL_FLOOR,
        "reach_half_km": REACH_HALF_KM,
        "max_suggestions": MAX_SUGGESTIONS,
        "months_to_meet_all": MONTHS_TO_MEET_ALL,
        "quotas": {str(number): list(quota) for number, quota in QUOTAS.items()},
        "max_lists": MAX_LISTS,
        "crowding": CROWDING,
        "newcomer_suggestions": NEWCOMER_SUGGESTIONS,
        "contrast_structure": CONTRAST_STRUCTURE,
        "shortlist": SHORTLIST,
    }

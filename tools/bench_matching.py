"""Measure the matching engine: medians of the times that matter, and the quality of a round.

Figures are those of the 2,282 real small towns where ../shared/data is at hand, else drawn. What the towns say of
themselves is always drawn, in memory, from a fixed seed. Run: python tools/bench_matching.py
"""

import csv
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace as with_changes
from pathlib import Path

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kleinstadt_net.matching import features, quality, ranking, reasons, rounds
from kleinstadt_net.matching.features import Statement, TownFacts, TownFeatures
from kleinstadt_net.matching.ranking import STEPS
from kleinstadt_net.matching.survey import SHARED_FIRST, Survey, sharing, shortlist
from kleinstadt_net.matching.weights import QUOTAS, WEIGHTS
from kleinstadt_net.vocabulary import SUBJECTS, THESES

REAL_TOWNS = ROOT.parent / "shared" / "data" / "derived" / "kleinstaedte_31122024.csv"
ALL_MUNICIPALITIES = 10_752
STATES = ("strength", "in_progress", "seeking")


def towns(count: int, silent: float = 0.05, seed: int = 20_261_122) -> list[TownFacts]:
    """``count`` towns, all active: real figures first, then slightly changed copies; a share has declared nothing."""
    random = np.random.default_rng(seed)
    known = _real_figures() or _invented_figures(random, count)
    # Some subjects are on everybody's mind, some on few: that skew is what makes matching hard.
    popularity = 1.0 / np.arange(1, len(SUBJECTS) + 1) ** 0.7
    chances = random.permutation(popularity) / popularity.sum()
    return [
        _declared(_varied(known[n % len(known)], n, len(known), random), chances, silent, random)
        for n in range(count)
    ]


def _real_figures() -> list[TownFacts]:
    if not REAL_TOWNS.exists():
        return []
    with REAL_TOWNS.open(encoding="utf-8") as file:
        return [_facts(row) for row in csv.DictReader(file)]


def _facts(row: dict[str, str]) -> TownFacts:
    change = row["pop_change_2017_2023_pct"]
    return TownFacts(
        ags=row["ags"],
        land=row["ags"][:2],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        population=int(row["population"]),
        area_km2=float(row["area_km2"]),
        growth=float(change) / 100 / 6 if change else None,
        urbanisation=float(row["degurb"]) if row["degurb"] else None,
        tourism=row["reisegebiet"] or None,
        statements=(),
        focus=(),
        taking_part=True,
        active=True,
        figures_official=True,
    )


def _invented_figures(random: np.random.Generator, count: int) -> list[TownFacts]:
    return [
        TownFacts(
            ags=f"{n:08d}",
            land=f"{1 + n % 16:02d}",
            lat=float(random.uniform(47.5, 54.5)),
            lon=float(random.uniform(6.5, 14.5)),
            population=int(np.exp(random.uniform(8.5, 9.9))),
            area_km2=float(np.exp(random.normal(3.8, 0.9))),
            growth=float(random.normal(0.002, 0.006)),
            urbanisation=float(random.integers(1, 4)),
            tourism=f"Gebiet {int(random.integers(0, 140))}",
            statements=(),
            focus=(),
            taking_part=True,
            active=True,
            figures_official=True,
        )
        for n in range(count)
    ]


def _varied(town: TownFacts, number: int, known: int, random: np.random.Generator) -> TownFacts:
    if number < known:
        return town
    population = int((town.population or 1) * random.uniform(0.9, 1.1))
    return with_changes(town, ags=f"{town.land}9{number:05d}", population=population)


def _declared(town: TownFacts, chances: np.ndarray, silent: float, random: np.random.Generator) -> TownFacts:
    if random.random() < silent:
        return town
    chosen = random.choice(list(SUBJECTS), size=int(random.integers(3, 13)), replace=False, p=chances)
    statements = tuple(
        Statement(str(subject), STATES[int(random.integers(0, 3))], int(random.integers(0, 1200)))
        for subject in chosen
    )
    theses = [str(subject) for subject in chosen if subject in THESES]
    return with_changes(town, statements=statements, focus=tuple(theses[: int(random.integers(0, 4))]))


def median_ms(action: Callable[[], object], times: int) -> float:
    """Median duration of ``action`` in milliseconds, warm."""
    action()
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        durations.append((time.perf_counter() - start) * 1000)
    return statistics.median(durations)


def measured_times() -> dict[str, float]:
    """Medians in milliseconds of everything that has a bound."""
    facts = towns(ALL_MUNICIPALITIES)
    everyone = features.build(facts, list(SUBJECTS))
    changed = with_changes(facts[17], statements=(Statement("t04", "seeking", 0),))
    network = features.build(facts[:2300], list(SUBJECTS))
    rows = iter(np.random.default_rng(1).integers(0, ALL_MUNICIPALITIES, 10_000).tolist())
    return {
        "build 10,752": median_ms(lambda: features.build(facts, list(SUBJECTS)), 3),
        "replace one town of 10,752": median_ms(lambda: features.replace(everyone, {17: changed}), 21),
        "rank one town against 10,752": median_ms(lambda: ranking.rank(everyone, next(rows)), 201),
        "rank, best 25 of 10,752": median_ms(lambda: ranking.rank(everyone, next(rows), limit=25), 201),
        "reasons for one pair": median_ms(lambda: reasons.for_pair(everyone, next(rows), 5), 201),
        "top 20 of 10,752, all pairs": median_ms(lambda: ranking.top_k(everyone, 20), 1),
        "round for 2,300 active towns": median_ms(lambda: rounds.plan(network, month="2026-12"), 5),
    }


def measured_quality(
    count: int = 2300, silent: float = 0.05
) -> tuple[quality.Quality, TownFeatures, rounds.RoundPlan]:
    """The quality of one round for ``count`` towns."""
    network = features.build(towns(count, silent), list(SUBJECTS))
    plan = rounds.plan(network, month="2026-12")
    return quality.measure(plan, network), network, plan


def mutual_share_of_bound(
    network: TownFeatures, plan: rounds.RoundPlan, width: int = 300
) -> tuple[float, float]:
    """How close the mutual pairs come to the best possible: (number of pairs, sum of scores), each at most 1.

    The bound is the fractional b-matching: a flow on the doubled graph of every town's best ``width`` partners.
    """
    towns = network.take(network.by_ags)
    survey = Survey(towns, WEIGHTS, [])
    count, each = len(towns), QUOTAS[plan.suggestions_each][0]
    wishes: dict[tuple[int, int], int] = {}
    for i in range(count):
        for j, value in shortlist(sharing(survey.appraise(i)), width).T.tolist():
            wishes[i, j] = wishes[j, i] = value - SHARED_FIRST
    pairs, values = np.array(list(wishes)), np.array(list(wishes.values()))
    everyone, none = np.arange(count), np.zeros(count, dtype=np.int64)
    flow = SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        pairs[:, 0], pairs[:, 1] + count, np.ones_like(values), 2 * STEPS - values
    )
    each_town = np.full(count, each)
    flow.add_arcs_with_capacity_and_unit_cost(np.full(count, 2 * count), everyone, each_town, none)
    flow.add_arcs_with_capacity_and_unit_cost(
        everyone + count, np.full(count, 2 * count + 1), each_town, none
    )
    flow.set_node_supply(2 * count, count * each)
    flow.set_node_supply(2 * count + 1, -count * each)
    flow.solve_max_flow_with_min_cost()
    used = flow.flows(arcs) > 0
    reached = [proposal.score for proposal in plan.proposals if proposal.slot == rounds.MUTUAL]
    return len(reached) / int(used.sum()), sum(reached) * STEPS / int(values[used].sum())


def main() -> None:
    """Print times and quality."""
    for name, value in measured_times().items():
        print(f"{name:40} {value:10.2f} ms")
    for silent in (0.05, 0.5):
        measured, network, plan = measured_quality(silent=silent)
        print(f"\nround, {silent:.0%} of the towns without a statement")
        for field in measured.__dataclass_fields__:
            print(f"  {field:20} {getattr(measured, field)}")
        pairs, scores = mutual_share_of_bound(network, plan)
        print(
            f"  mutual pairs         {pairs:.1%} of what is possible, {scores:.1%} of the best sum of scores"
        )


if __name__ == "__main__":
    main()

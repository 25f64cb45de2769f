"""Measure the matching engine: medians of the times that matter, and the quality of a round, each beside its bound.

Figures are those of the 2,282 real small towns where ../shared/data is at hand, else drawn. What the towns say of
themselves is always drawn, in memory, from a fixed seed. Run: python tools/bench_matching.py
"""

import argparse
import csv
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kleinstadt_net.matching import features, quality, ranking, reasons, rounds, samples, stability
from kleinstadt_net.matching.features import Statement, TownFacts, TownFeatures
from kleinstadt_net.matching.screen import BLOCK
from kleinstadt_net.vocabulary import SUBJECTS

REAL_TOWNS = ROOT.parent / "shared" / "data" / "derived" / "kleinstaedte_31122024.csv"
# All small towns, all municipalities of the country, of Europe.
SMALL_TOWNS, ALL_MUNICIPALITIES, EUROPE = 2_300, 10_752, 98_000
SHORT = 20
# What the product of all pairs is held against: as many towns, this many columns, the same selection.
COLUMNS = 40
CORE_SAMPLES, CORE_TOWNS = 10, 180
SUBJECT_KEYS = tuple(SUBJECTS)


def towns(count: int, silent: float = samples.SILENT, seed: int = samples.SEED) -> list[TownFacts]:
    """``count`` towns, all active: real figures first, then slightly changed copies; a share has declared nothing."""
    known = []
    if REAL_TOWNS.exists():
        with REAL_TOWNS.open(encoding="utf-8") as file:
            known = samples.from_rows(csv.DictReader(file))
    return samples.network(count, known, silent=silent, seed=seed)


def built(count: int, seed: int = samples.SEED) -> TownFeatures:
    """The features of ``count`` towns."""
    return features.build(towns(count, seed=seed), SUBJECT_KEYS)


def median_ms(action: Callable[[], object], times: int) -> float:
    """Median duration of ``action`` in milliseconds, warm."""
    action()
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        durations.append((time.perf_counter() - start) * 1000)
    return statistics.median(durations)


def measure_one_town() -> None:
    """One town against all others: what a page costs."""
    facts = towns(ALL_MUNICIPALITIES)
    everyone = features.build(facts, SUBJECT_KEYS)
    changed = replace(facts[17], statements=(Statement("t04", "seeking", 0),))
    rows = iter(np.random.default_rng(1).integers(0, ALL_MUNICIPALITIES, 10_000).tolist())
    line(
        "one town against 10,752, best 25",
        median_ms(lambda: ranking.rank(everyone, next(rows), limit=25), 201),
        2,
    )
    line(
        "one town against 10,752, all in order", median_ms(lambda: ranking.rank(everyone, next(rows)), 201), 2
    )
    line("reasons for one pair", median_ms(lambda: reasons.for_pair(everyone, next(rows), 5), 201))
    line("features of 10,752 towns", median_ms(lambda: features.build(facts, SUBJECT_KEYS), 3))
    line("one town of 10,752 changed", median_ms(lambda: features.replace(everyone, {17: changed}), 21))
    europe = built(EUROPE)
    line(
        "one town against 98,000, best 25",
        median_ms(lambda: ranking.rank(europe, next(rows), limit=25), 51),
        15,
    )


def measure_all_pairs() -> None:
    """The best 20 of every town, beside a bare product of matrices with the same selection; in turns, medians."""
    everyone = built(ALL_MUNICIPALITIES)
    plain = np.random.default_rng(0).normal(size=(ALL_MUNICIPALITIES, COLUMNS)).astype(np.float32)
    mine, bare, known = [], [], []
    for _ in range(5):
        mine.append(median_ms(lambda: ranking.top_k(everyone, SHORT), 1))
        bare.append(median_ms(lambda: select_best(plain), 1))
    line("best 20 of all pairs of 10,752, full score", statistics.median(mine))
    line(f"product with {COLUMNS} columns, same selection", statistics.median(bare))
    line("ratio", statistics.median(a / b for a, b in zip(mine, bare, strict=True)), 4, unit="")
    try:
        from sklearn.neighbors import NearestNeighbors  # type: ignore[import-not-found]
    except ImportError:
        print("  scikit-learn is not installed here: pip install scikit-learn to see it beside")
        return
    search = NearestNeighbors(n_neighbors=SHORT + 1, algorithm="brute").fit(plain)
    known = [median_ms(lambda: search.kneighbors(plain), 1) for _ in range(3)]
    line(f"scikit-learn, brute force, {COLUMNS} columns", statistics.median(known))


def select_best(table: np.ndarray) -> np.ndarray:
    """The best 20 columns of every row of ``table`` times itself, block by block, in order."""
    best = np.empty((len(table), SHORT), dtype=np.int64)
    for start in range(0, len(table), BLOCK):
        scores = table[start : start + BLOCK] @ table.T
        first = np.argpartition(scores, -SHORT, axis=1)[:, -SHORT:]
        order = np.argsort(-np.take_along_axis(scores, first, axis=1), axis=1, kind="stable")
        best[start : start + BLOCK] = np.take_along_axis(first, order, axis=1)
    return best


def measure_rounds() -> None:
    """Whole rounds, each size in a process of its own, so that its memory is its own."""
    for count, seconds in ((SMALL_TOWNS, 3), (ALL_MUNICIPALITIES, 30)):
        command = [sys.executable, __file__, "--round", str(count)]
        runs = [
            [float(cell) for cell in subprocess.check_output(command, text=True).split()]
            for _ in range(5 if count == SMALL_TOWNS else 3)
        ]
        took, peak = (statistics.median(column) for column in zip(*runs, strict=True))
        line(f"round for {count:,} active towns", took, seconds, unit="s")
        line("  largest memory of the process", peak, 600, unit="MB")


def one_round(count: int) -> None:
    """Plan one round and print its seconds and the process's peak memory in MB."""
    network = built(count)
    start = time.perf_counter()
    rounds.plan(network, month="2026-12")
    took = time.perf_counter() - start
    print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measure_quality() -> None:
    """One round for the small towns, held against what is possible."""
    network = built(SMALL_TOWNS)
    plan = rounds.plan(network, month="2026-12")
    found, core = quality.measure(plan, network), quality.measure_core(plan, network)
    line("coverage out", found.coverage_out * 100, 100, least=True, unit="%")
    line("coverage in", found.coverage_in * 100, 100, least=True, unit="%")
    line("most lists a town stands in", found.most_lists, 7, unit="")
    line("Gini of exposure", found.exposure_gini, 0.18, unit="")
    line("towns short of three mutual", 100 * found.short_of_mutual / found.towns, 1, unit="%")
    line("mutual with a shared challenge, declared", found.shared_mutual or 0, 0.9, least=True, unit="")
    line("  the most that is possible", found.shared_feasible or 0, unit="")
    line("mutual utility beside the uncapped top 3", core.utility_kept or 0, 0.95, least=True, unit="")
    line("mutual core: gap to the bound, this round", 100 * (core.gap or 0), 1, unit="%")
    line("mean Länder per list", found.laender_per_list, unit="")
    line("cover of needs", 100 * (found.need_cover or 0), unit="%")


def measure_core() -> None:
    """The mutual core of small networks against the bound of the b-matching."""
    gaps = []
    for seed in range(CORE_SAMPLES):
        network = built(CORE_TOWNS, seed=seed)
        gaps.append(100 * (quality.measure_core(rounds.plan(network, month="2026-12"), network).gap or 0))
    line(f"gap to the bound, worst of {CORE_SAMPLES} samples of {CORE_TOWNS}", max(gaps), 1, unit="%")
    line("  median", statistics.median(gaps), unit="%")


def measure_stability() -> None:
    """Lists again with 1 % noise on the populations."""
    found = stability.measure(towns(SMALL_TOWNS), SUBJECT_KEYS)
    line("Jaccard of the top 5 under 1 % noise", found.top5 or 0, 0.85, least=True, unit="")
    line("Jaccard of the top 20", found.top20 or 0, 0.9, least=True, unit="")
    line("Jaccard of the round's lists", found.round or 0, unit="")


def line(
    name: str, value: float, bound: float | None = None, *, least: bool = False, unit: str = "ms"
) -> None:
    """Print a figure, and beside it its bound and whether it holds."""
    said = f"  {name:44} {value:10.3f} {unit:3}"
    if bound is not None:
        kept = value >= bound if least else value <= bound
        said += f" {'at least' if least else 'at most'} {bound:g}: {'kept' if kept else 'MISSED'}"
    print(said.rstrip(), flush=True)


PARTS: dict[str, Callable[[], None]] = {
    "one": measure_one_town,
    "pairs": measure_all_pairs,
    "rounds": measure_rounds,
    "quality": measure_quality,
    "core": measure_core,
    "stability": measure_stability,
}


def main(chosen: Iterable[str]) -> None:
    """Print times and quality."""
    for name in chosen:
        print(f"{(PARTS[name].__doc__ or '').splitlines()[0]}", flush=True)
        PARTS[name]()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[], help="default: all")
    parser.add_argument("--round", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.round:
        one_round(options.round)
    else:
        main(options.parts or PARTS)

"""From the best fractional pairs to whole ones.

The flow on the doubled graph (see ``mutual``) names some pairs from one side only: they count one half. Walking along
the halves so that no half is used twice and taking every other one as a whole pair gives every town what the halves
gave it (Euler 1736; half-integral b-matchings: Schrijver 2003, ch. 31). Only a walk in a circle of odd length leaves
one town a partner short.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

Half = tuple[int, int, int]  # town, town, value of the pair

# Stands beside every town with an odd number of halves, so that all walks end where they began.
NOWHERE = -1


def take_every_other(halves: Sequence[Half]) -> list[Half]:
    """The pairs to keep, of the greatest sum this allows; the same for the same halves in any order."""
    return [half for walk, is_circle in _walks(sorted(halves)) for half in _better_half(walk, is_circle)]


def _walks(halves: Sequence[Half]) -> list[tuple[list[Half], bool]]:
    """Walks that use every half once: from a town with an odd number of them to another, or in a circle (True)."""
    steps: dict[int, list[tuple[int, Half]]] = {}

    def connect(i: int, j: int, half: Half) -> None:
        steps.setdefault(i, []).append((j, half))
        steps.setdefault(j, []).append((i, half))

    for half in halves:
        connect(half[0], half[1], half)
    for town in sorted(town for town, ways in steps.items() if len(ways) % 2):
        connect(NOWHERE, town, (NOWHERE, town, 0))
    found = []
    used: set[Half] = set()
    for start in sorted(steps):
        found += _parted(_circle(steps, used, start))
    return found


def _circle(steps: dict[int, list[tuple[int, Half]]], used: set[Half], start: int) -> list[Half]:
    """All halves that hang together with ``start`` and are not used yet, as one walk back to it (Hierholzer 1873)."""
    stack: list[tuple[int, Half | None]] = [(start, None)]
    walk: list[Half] = []
    while stack:
        town, came_by = stack[-1]
        ways = steps[town]
        while ways and ways[-1][1] in used:
            ways.pop()
        if ways:
            there, half = ways.pop()
            used.add(half)
            stack.append((there, half))
        else:
            stack.pop()
            if came_by is not None:
                walk.append(came_by)
    return walk


def _parted(circle: list[Half]) -> list[tuple[list[Half], bool]]:
    """The walks between the steps to nowhere; a circle without any stays one."""
    ends = [number for number, half in enumerate(circle) if half[0] == NOWHERE]
    if not ends:
        return [(circle, True)] if circle else []
    turned = circle[ends[0] :] + circle[: ends[0]]
    ends = [number for number, half in enumerate(turned) if half[0] == NOWHERE] + [len(turned)]
    return [(turned[first + 1 : last], False) for first, last in pairwise(ends) if last > first + 1]


def _better_half(walk: list[Half], is_circle: bool) -> list[Half]:
    """Every other pair of a walk, beginning where the sum is greatest."""
    if not is_circle or len(walk) % 2 == 0:
        return max(walk[::2], walk[1::2], key=_worth)
    # Somewhere two neighbours are both left out; every second step runs through the whole circle before it repeats.
    order = (2 * np.arange(len(walk))) % len(walk)
    worth = np.array([half[2] for half in walk], dtype=np.int64)[order]
    size = len(walk) // 2
    sums = np.convolve(np.concatenate([worth, worth[: size - 1]]), np.ones(size, dtype=np.int64), "valid")
    first = int(np.argmax(sums))
    return [walk[order[(first + step) % len(walk)]] for step in range(size)]


def _worth(halves: Sequence[Half]) -> tuple[int, int]:
    """More pairs first, then the greater sum."""
    return len(halves), sum(half[2] for half in halves)

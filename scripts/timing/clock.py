# How fast ours is beside others: in turn, A B C A B C, so that what slows the machine
# for a moment slows all of them. Only ratios within a round are compared.

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from typing import Any

OURS = "actfn"

Call = Callable[[], Any]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Effort:
    """How long to measure.

    Attributes:
        sample: The least time of one sample in seconds; fast calls are repeated.
        seconds: After so long no further round is begun.
        least: The least number of rounds.
        most: The greatest number of rounds.
    """

    sample: float = 1e-3
    seconds: float = 1.0
    least: int = 5
    most: int = 15


QUICK = Effort(sample=1e-4, seconds=0.02, least=3, most=5)


def in_turn(
    calls: Mapping[str, Call], effort: Effort, clock: Clock = time.perf_counter
) -> dict[str, list[float]]:
    """Time each call once a round; give seconds a call, by name."""
    with _no_collection():
        loops = {
            name: _loops(call, effort.sample, clock) for name, call in calls.items()
        }
        times: dict[str, list[float]] = {name: [] for name in calls}
        start = clock()
        for number in range(effort.most):
            if number >= effort.least and clock() - start > effort.seconds:
                break
            for name, call in calls.items():
                times[name].append(_sample(call, loops[name], clock))
    return times


def _loops(call: Call, sample: float, clock: Clock) -> int:
    """Warm up, and find how many calls take as long as a sample should."""
    loops = 1
    first = _sample(call, 1, clock)  # makes tables, compiles, fills caches
    if first > 4 * sample:
        return 1
    while (each := _sample(call, loops, clock)) * loops < sample / 4:
        loops *= 4
    return max(1, math.ceil(sample / each))


def _sample(call: Call, loops: int, clock: Clock) -> float:
    start = clock()
    for _ in repeat(None, loops):
        call()
    return (clock() - start) / loops


@contextmanager
def _no_collection() -> Any:
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def summary(times: Mapping[str, list[float]], elements: int) -> dict[str, Any]:
    """Give our nanoseconds per element, and how many times as long others take.

    Of each ratio the lower quartile, the median and the upper quartile.
    """
    ours = times[OURS]
    ratios = {
        name: quartiles(theirs / mine for theirs, mine in zip(taken, ours, strict=True))
        for name, taken in times.items()
        if name != OURS
    }
    return {"ns": short(1e9 * statistics.median(ours) / elements), **ratios}


def quartiles(values: Iterable[float]) -> list[float]:
    """The lower quartile, the median and the upper quartile, shortened."""
    found = statistics.quantiles([*values], n=4, method="inclusive")
    return [short(v) for v in found]


def short(value: float) -> float:
    """Three significant digits: more would be noise."""
    return float(f"{value:.3g}")

# What the package is to reach, and how far the record says it has come.

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from . import ledger, limits
from .cases import INTO, LARGE, SIZES, cases

FLAT_FROM = 100_000
_FLAT = 1.5  # the dearest size may cost so many times the cheapest
_MEMORY = 2 * 2**20
_IMPORT = 1.1
_SHOWN = 5


@dataclass(frozen=True)
class Figure:
    """A ratio in one setting: how many times as long the other takes."""

    name: str
    cell: str
    other: str
    ratio: float

    @property
    def dtype(self) -> str:
        return ledger.setting(self.cell)[0]

    @property
    def size(self) -> int:
        return ledger.setting(self.cell)[1]

    @property
    def allocation(self) -> str:
        return ledger.setting(self.cell)[2]

    @property
    def threads(self) -> int:
        return ledger.setting(self.cell)[3]


@dataclass(frozen=True)
class Target:
    """Something to reach.

    Attributes:
        words: What, in words that say how much.
        found: What was measured; NaN if nothing was.
        wanted: How much it should be.
        at_most: Whether less is better.
        short: What falls short, the worst first; of a mean, what draws it down.
        unit: What follows the number.
    """

    words: str
    found: float
    wanted: float
    at_most: bool = False
    short: list[tuple[str, float]] = field(default_factory=list)
    unit: str = "times"

    @property
    def measured(self) -> bool:
        return not math.isnan(self.found)

    @property
    def met(self) -> bool:
        if self.at_most:
            return self.found <= self.wanted
        return self.found >= self.wanted


def in_words(cell: str) -> str:
    """A setting for readers."""
    dtype, size, allocation, threads = ledger.setting(cell)
    place = " into out" if allocation == INTO else ""
    several = f", {threads} threads" if threads > 1 else ""
    return f"{dtype}, {size:,}{place}{several}"


def figures(record: ledger.Record) -> list[Figure]:
    """Every ratio of the record: the medians."""
    return [
        Figure(name, cell, other, value[1])
        for name, entry in record["functions"].items()
        for cell, values in entry["cells"].items()
        for other, value in values.items()
        if isinstance(value, list)
    ]


def mean(ratios: Iterable[float]) -> float:
    """The geometric mean; NaN of nothing."""
    logarithms = [math.log(r) for r in ratios]
    return math.exp(fmean(logarithms)) if logarithms else math.nan


def by_name(chosen: Iterable[Figure]) -> dict[str, float]:
    """The geometric mean of each function's ratios, the lowest first."""
    groups: dict[str, list[float]] = {}
    for figure in chosen:
        groups.setdefault(figure.name, []).append(figure.ratio)
    means = {name: mean(ratios) for name, ratios in groups.items()}
    return dict(sorted(means.items(), key=lambda pair: pair[1]))


def targets(record: ledger.Record) -> list[Target]:
    """All of them, in the order in which they are told."""
    known = figures(record)

    def of(other: str, *conditions: Callable[[Figure], bool]) -> list[Figure]:
        return [f for f in known if f.other == other and all(c(f) for c in conditions)]

    naive = [f for f in of("naive") if f.threads == 1]
    torch = of("PyTorch", _large)
    return [
        _mean("naive NumPy from a million elements on", filter(_large, naive), 2),
        _least("naive NumPy, any function at 1,000 or more", _from(naive, 1000), 1),
        _least("naive NumPy, any function at 1 element", _at(naive, 1), 0.5),
        _mean("SciPy from a million elements on", of("SciPy", _large), 2.5),
        *_beside_torch(torch),
        _mean("JAX at ten million elements", of("JAX", _largest, _one_thread), 1),
        _mean("numexpr at ten million", of("numexpr", _largest, _one_thread), 1),
        *_beside_the_limit(of("limit", _large)),
        *_of_parts(record),
    ]


def _large(figure: Figure) -> bool:
    return figure.size >= LARGE


def _largest(figure: Figure) -> bool:
    return figure.size >= SIZES[-1]


def _one_thread(figure: Figure) -> bool:
    return figure.threads == 1


def _from(known: Iterable[Figure], size: int) -> list[Figure]:
    return [f for f in known if f.size >= size]


def _at(known: Iterable[Figure], size: int) -> list[Figure]:
    return [f for f in known if f.size == size]


def _mean(words: str, chosen: Iterable[Figure], wanted: float) -> Target:
    """The geometric mean over all functions, dtypes and sizes."""
    kept = list(chosen)
    short = [(n, r) for n, r in by_name(kept).items() if r < wanted]
    return Target(
        f"as fast as {words}", mean(f.ratio for f in kept), wanted, False, short
    )


def _least(words: str, chosen: Iterable[Figure], wanted: float) -> Target:
    """The lowest ratio of any function in any setting."""
    ordered = sorted(chosen, key=lambda f: f.ratio)
    short = [
        (f"{f.name} ({in_words(f.cell)})", f.ratio) for f in ordered if f.ratio < wanted
    ]
    lowest = ordered[0].ratio if ordered else math.nan
    return Target(f"as fast as {words}", lowest, wanted, False, short)


def _beside_torch(chosen: list[Figure]) -> Iterator[Target]:
    for threads, words in ((True, "one thread"), (False, "all cores")):
        kept = [f for f in chosen if _one_thread(f) is threads]
        yield _mean(f"PyTorch from a million elements on, {words}", kept, 1)
        yield _least(f"PyTorch, any function at a million or more, {words}", kept, 0.5)


def _beside_the_limit(chosen: list[Figure]) -> Iterator[Target]:
    known = cases()
    kinds = {True: [], False: []}  # type: dict[bool, list[Figure]]
    for figure in chosen:
        if figure.name in known:
            kinds[bool(limits.ufuncs(known[figure.name]))].append(figure)
    for has_one, wanted, words in (
        (False, 1.15, "np.maximum into out, of any function without a transcendental"),
        (True, 1.5, "its transcendental alone into out, of any other"),
    ):
        costs = sorted(((1 / f.ratio, f) for f in kinds[has_one]), key=lambda p: -p[0])
        short = [(f"{f.name} ({in_words(f.cell)})", c) for c, f in costs if c > wanted]
        most = costs[0][0] if costs else math.nan
        yield Target(f"the time of {words}", most, wanted, True, short)


def _of_parts(record: ledger.Record) -> Iterator[Target]:
    yield _flatness(record["parts"].get("scale", {}))
    yield _memory(record)
    ratio = record["parts"].get("startup", {}).get("ratio", [math.nan] * 3)[1]
    yield Target("the time to import NumPy", ratio, _IMPORT, True)


def _flatness(scale: dict[str, Any]) -> Target:
    """The dearest size beside the cheapest, of the function where they differ most."""
    spreads = {}
    for name, costs in scale.get("costs", {}).items():
        known = [c["ns"] for s, c in costs.items() if int(s) >= FLAT_FROM and "ns" in c]
        if known:
            spreads[name] = max(known) / min(known)
    words = "the cost per element of the cheapest size, from 100,000 elements on"
    short = [(n, s) for n, s in spreads.items() if s > _FLAT]
    return Target(words, max(spreads.values(), default=math.nan), _FLAT, True, short)


def _memory(record: ledger.Record) -> Target:
    """The most that any call held at once beyond its result."""
    taken = {
        f"{name} ({in_words(cell)})": values["extra"]
        for name, entry in record["functions"].items()
        for cell, values in entry["cells"].items()
        if "extra" in values
    }
    for name, sizes in record["parts"].get("memory", {}).get("bytes", {}).items():
        known = {s: c["bytes"] for s, c in sizes.items() if "bytes" in c}
        taken |= {f"{name} (process, float32, {int(s):,})": b for s, b in known.items()}
    ordered = sorted(taken.items(), key=lambda pair: -pair[1])
    short = [(n, b / 2**20) for n, b in ordered if b > _MEMORY]
    most = ordered[0][1] / 2**20 if ordered else math.nan
    words = "of memory beyond the result"
    return Target(words, most, _MEMORY / 2**20, True, short, "MiB")


def tell() -> int:
    """Print how far each target is reached; the exit code says whether all are."""
    found = targets(ledger.load())
    for target in found:
        print(line(target))
        for name, value in target.short[:_SHOWN]:
            print(f"         {value:8.2f}  {name}")
        if len(target.short) > _SHOWN:
            print(f"                   and {len(target.short) - _SHOWN} more")
    _tell_means()
    return not all(target.met for target in found)


def line(target: Target) -> str:
    """A target in one line."""
    if not target.measured:
        return f"?        not measured: {target.words}"
    answer = "met" if target.met else "missed"
    bound = "at most" if target.at_most else "at least"
    numbers = f"{target.found:.2f} {target.unit} {target.words}"
    return f"{answer:<9}{numbers} ({bound} {target.wanted:g} wanted)"


def _tell_means() -> None:
    """Print the geometric means by other, size, allocation and threads."""
    groups: dict[tuple[str, int, str, int], list[float]] = {}
    for f in figures(ledger.load()):
        key = (f.other, f.size, f.allocation, f.threads)
        groups.setdefault(key, []).append(f.ratio)
    print("\nGeometric means, how many times as long others take:")
    for (other, size, allocation, threads), ratios in sorted(groups.items()):
        setting = f"{other:<8} {size:>10,} elements, {allocation:<5}, threads {threads}"
        lost = sum(r < 1 for r in ratios)
        print(f"  {setting}: {mean(ratios):6.2f}  ({lost} of {len(ratios)} slower)")

# What the record of timings says, chosen and averaged for the page about speed.

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).resolve().parents[1]
if str(SCRIPTS) not in sys.path:
    sys.path.insert(0, str(SCRIPTS))

from timing import ledger  # noqa: E402 (found in the folder above)
from timing.cases import FRESH, INTO, LARGE, SIZES, Case, cases  # noqa: E402
from timing.targets import by_name, figures, mean  # noqa: E402

OTHERS = ("naive", "SciPy", "PyTorch", "JAX", "numexpr")

_WORDS = {"naive": "naive NumPy", "limit": "the limit"}

Cell = dict[str, Any]


def called(other: str) -> str:
    """What another is called in a sentence."""
    return _WORDS.get(other, other)


def number(value: float) -> str:
    """Two significant digits, or whole numbers above."""
    return f"{value:,.0f}" if value >= 9.95 else f"{value:#.2g}"


class Speed:
    """The record, as far as it tells of what the catalogue has."""

    def __init__(self, record: ledger.Record) -> None:
        self.record = record
        self.cases = cases()
        self.entries = {n: e for n, e in record["functions"].items() if n in self.cases}
        self.figures = [f for f in figures(record) if f.name in self.cases]
        self.stale = {n for n in self.entries if self._is_stale(self.cases[n])}

    def large(self, other: str) -> dict[str, float]:
        """The mean ratio of each function with one thread, from a million on.

        The limit writes into an array that is there, all others into fresh ones.
        """
        place = INTO if other == "limit" else FRESH
        found = [f for f in self.figures if f.other == other and f.allocation == place]
        return by_name(f for f in found if f.threads == 1 and f.size >= LARGE)

    def large_of(self, other: str, *, gradients: bool) -> dict[str, float]:
        """The same of functions alone, or of derivatives and products."""
        every = self.large(other)
        return {
            n: r for n, r in every.items() if self.cases[n].is_gradient is gradients
        }

    def by_size(self) -> dict[str, dict[int, float]]:
        """The mean ratio to each other by size: fresh results, one thread."""
        series = {}
        for other in OTHERS:
            groups: dict[int, list[float]] = {}
            for f in self.figures:
                if f.other == other and f.threads == 1 and f.allocation == FRESH:
                    groups.setdefault(f.size, []).append(f.ratio)
            if groups:
                series[called(other)] = {s: mean(groups[s]) for s in sorted(groups)}
        return series

    def costs(self) -> dict[str, tuple[dict[int, float], dict[int, float]]]:
        """Nanoseconds per element by size, of some functions and their naive forms."""
        found = {}
        for name, sizes in self.part("scale", "costs").items():
            known = {int(s): c for s, c in sizes.items() if "ns" in c}
            ours = {s: known[s]["ns"] for s in sorted(known)}
            beside = [s for s in ours if "naive" in known[s]]
            naive = {s: ours[s] * known[s]["naive"][1] for s in beside}
            if ours:
                found[name] = (ours, naive)
        return found

    def part(self, name: str, key: str) -> Mapping[str, Any]:
        """What was measured beside the functions, or nothing."""
        found: Mapping[str, Any] = self.record["parts"].get(name, {}).get(key, {})
        return found

    def cells(self, name: str) -> dict[str, Cell]:
        """What is recorded of a function, by setting."""
        found: dict[str, Cell] = self.entries.get(name, {}).get("cells", {})
        return found

    def all_cores(self, name: str) -> Cell:
        """The setting with the most threads, of many float32; nothing if with one."""
        wanted = ("float32", SIZES[-1], FRESH)
        settings = {ledger.setting(c): c for c in self.cells(name)}
        threads = [s[3] for s in settings if s[:3] == wanted and s[3] > 1]
        return self.cells(name)[settings[*wanted, max(threads)]] if threads else {}

    def spread(self) -> float:
        """How far quartiles lie apart, as a share of the median, in the middle case."""
        shares = sorted(
            (ratio[2] - ratio[0]) / ratio[1]
            for entry in self.entries.values()
            for cell in entry["cells"].values()
            for ratio in cell.values()
            if isinstance(ratio, list)
        )
        return float(shares[len(shares) // 2]) if shares else 0.0

    def _is_stale(self, case: Case) -> bool:
        """Whether it was measured on earlier code. Shown, but marked; see ledger.py."""
        known = self.entries[case.name]
        return any(known[k] != v for k, v in ledger.code(case).items())

# Where the formula as it is often typed goes wrong, found by running it beside the
# package's function.

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from calls import along, couples
from facts import FalseClaimError, number

from actfn import Activation

# The simplest first: of two that show the same, the first is shown.
_SIZES = (
    *(1, 2, 3, 5, 8, 10, 15, 20, 30, 40, 50, 100, 200, 500, 1000, 1e4, 1e6, 1e8, 1e9),
    *(1e10, 1e16, 1e20, 1e100, 0.5, 0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10),
    *(1e-12, 1e-16, 1e-17, 1e-20, 1e-100, 1e-300),
    *(4, 6, 12, 70, 400, 700, 720, 740, 1e200, 1e300),
)
_KINDS = ("NaN", "infinite", "lost", "digits", "warning")


@dataclass(frozen=True)
class Case:
    """One input, what the naive form and ours give for it, and what was warned."""

    x: Any
    naive: Any
    ours: Any
    warning: str

    @property
    def results(self) -> tuple[Any, Any]:
        """The naive result and ours."""
        return self.naive, self.ours

    @property
    def error(self) -> float:
        """The relative error of the naive form, at its worst element."""
        with np.errstate(all="ignore"):
            gap = np.abs(self.naive - self.ours) / np.abs(self.ours)
        same = (self.naive == self.ours) | (np.isnan(self.naive) & np.isnan(self.ours))
        return float(np.max(np.where(same, 0, np.where(np.isnan(gap), np.inf, gap))))

    @property
    def kind(self) -> str:
        """What goes wrong."""
        if np.isnan(self.naive).any() and not np.isnan(self.ours).any():
            return "NaN"
        if np.isinf(self.naive).any() and not np.isinf(self.ours).any():
            return "infinite"
        if self.error > 0.5:
            return "lost"
        if self.error > 1e-11:
            return "digits"
        if self.warning:
            return "warning"
        return "right"

    @property
    def words(self) -> str:
        """What goes wrong, for a reader."""
        digits = math.floor(-math.log10(self.error)) if 0 < self.error < 1 else 0
        return {
            "NaN": "not a number",
            "infinite": "infinity in place of a number",
            "lost": "every digit is lost",
            "digits": f"{digits} of 16 digits are right",
            "warning": "right, but it warns",
            "right": "right",
        }[self.kind] + (f" (`{self.warning}`)" if self.warning else "")


def cases(row: Activation) -> list[Case]:
    """The simplest input, and one for each way in which the naive form goes wrong."""
    first, *others = (_run(row, x) for x in _inputs(row))
    chosen: dict[str, Case] = {}
    for case in others:
        kept = chosen.get(case.kind)
        if kept is None or _telling(case) > _telling(kept):
            chosen[case.kind] = case
    found = [chosen[kind] for kind in _KINDS if kind in chosen]
    if not found:
        raise FalseClaimError(
            f"the catalogue says of {row.name} that {row.naive!r} goes wrong, and its "
            f"evaluation finds no place where it does"
        )
    return [first, *found]


def _telling(case: Case) -> float:
    """How well a case shows its kind; of equals the first is taken."""
    # Some right and some wrong, but not for a number at the end of the range.
    return -abs(math.log10(case.error) + 5) if case.kind == "digits" else 0.0


def _inputs(row: Activation) -> Iterator[Any]:
    signed = [float(sign * size) for size in _SIZES for sign in (1, -1)]
    if not couples(row):
        yield from map(np.float64, [*signed, np.inf, -np.inf])
        return
    for a in signed:
        pairs = [(a, 0.0), (0.0, a), (a, a), (1.0, a), (a, a + 1)]
        yield from map(np.array, pairs)


def _run(row: Activation, x: Any) -> Case:
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn"):
        warnings.simplefilter("always")
        np.seterr(under="ignore")
        naive = eval(row.naive, {"np": np, "x": x})
    names = dict.fromkeys(w.category.__name__ for w in caught)
    ours = along(row, x) if couples(row) else row.function(x)
    return Case(x, np.asarray(naive), np.asarray(ours), ", ".join(names))


def shown(value: Any) -> str:
    """A number or a vector, with ten digits."""
    if np.ndim(value):
        return "[" + ", ".join(map(shown, value)) + "]"
    value = float(value) + 0.0
    return number(value) if math.isinf(value) else f"{value:.10g}".replace("-", "−")

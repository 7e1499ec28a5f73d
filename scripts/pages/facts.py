# What is true of a function that works element by element, found by evaluating it, and
# held against what the catalogue claims.

import math
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import calls
import numpy as np

from actfn import Activation

_INF = math.inf
_NEAR = np.linspace(-5, 5, 8001)
_FAR = np.concatenate(
    [-np.logspace(300, -300, 6001), [0], np.logspace(-300, 300, 6001)]
)
_CORE = np.linspace(-40, 40, 32001)
_GRID = np.union1d(_CORE, _FAR)
_EIGHTHS = np.arange(-64, 65) / 8  # among them every kink
_TRANSCENDENTAL = ("exp", "expm1", "log", "log1p", "tanh", "sin", "cos", "arctan")


class FalseClaimError(Exception):
    """The catalogue claims something else than the function shows."""


@dataclass(frozen=True)
class Facts:
    """Findings about a function; positions and values are rounded nowhere."""

    bounds: tuple[float, float]
    attained: tuple[bool, bool]
    slopes: tuple[float, float]
    slopes_attained: tuple[bool, bool]
    limits: tuple[float, float]
    increasing: bool
    odd: bool
    mean: float
    minimum: tuple[float, float] | None
    fixed_points: str
    kinks: dict[float, float]
    jumps: tuple[float, ...]
    cost: str

    @property
    def lipschitz(self) -> float:
        """The largest absolute slope, which is infinite where values jump."""
        return _INF if self.jumps else max(map(abs, self.slopes))


def find(row: Activation) -> Facts:
    """Evaluate a function and its derivative, and check the catalogue's row."""
    derivative = calls.derivative(row)
    kinks = _kinks(row.function, derivative)
    bounds, attained = _bounds(row.function, kinks)
    slopes, slopes_attained = _bounds(derivative, kinks)
    facts = Facts(
        bounds,
        attained,
        slopes,
        slopes_attained,
        limits=(float(row.function(-_INF)), float(row.function(_INF))),
        increasing=_increases(row.function(_GRID)),
        odd=bool((row.function(-_GRID) == -row.function(_GRID)).all()),
        mean=_mean(row.function),
        minimum=_minimum(row.function, derivative),
        fixed_points=_fixed_points(row.function),
        kinks=kinks,
        jumps=tuple(_EIGHTHS[_jump(row.function)].tolist()),
        cost=cost(row.function, _NEAR),
    )
    _compare(row, facts)
    return facts


def _compare(row: Activation, facts: Facts) -> None:
    def close(a: Any, b: Any) -> bool:
        return bool(np.allclose(a, b, rtol=1e-9, atol=1e-9))

    for claim, claimed, found, holds in (
        ("bounds", row.bounds, facts.bounds, close(row.bounds, facts.bounds)),
        (
            "gradient_bounds",
            row.gradient_bounds,
            facts.slopes,
            row.gradient_bounds is None or close(row.gradient_bounds, facts.slopes),
        ),
        (
            "increasing",
            row.increasing,
            facts.increasing,
            row.increasing == facts.increasing,
        ),
        ("kinks", dict(row.kinks), facts.kinks, dict(row.kinks) == facts.kinks),
    ):
        if not holds:
            raise FalseClaimError(
                f"the catalogue says of {row.name} that {claim} is {claimed}, and its "
                f"evaluation gives {found}"
            )


def _bounds(
    function: Callable[..., Any], kinks: Iterable[float]
) -> tuple[tuple[float, float], tuple[bool, bool]]:
    """Infimum and supremum, and whether a moderate x reaches them."""
    everywhere = np.concatenate([_GRID, [-_INF, _INF]])  # NaN there without a limit
    found = []
    for sign in (1, -1):
        x = _CORE[np.argmin(sign * function(_CORE))]
        lowest = _golden(lambda t, s=sign: s * function(t), x)
        found.append(sign * min(lowest, np.nanmin(sign * function(everywhere))))
    near = function(np.concatenate([_NEAR, list(kinks)]))
    reached = [bool(np.abs(near - bound).min() < 1e-6) for bound in found]
    return (float(found[0]), float(found[1])), (reached[0], reached[1])


def _golden(function: Callable[..., Any], x: float) -> float:
    """The minimum next to a grid point, by shrinking a bracket of samples."""
    width = 0.01 if abs(x) < 40 else 0.0
    for _ in range(12):
        samples = np.linspace(x - width, x + width, 33)
        x = samples[np.argmin(function(samples))]
        width /= 8
    return float(function(np.float64(x)))


def _increases(y: Any) -> bool:
    """Whether values never fall by more than rounding."""
    with np.errstate(invalid="ignore"):  # between two infinities
        falls = y[:-1] - y[1:] > 4 * np.spacing(np.abs(y[1:]))
    return not falls.any()


def _mean(function: Callable[..., Any]) -> float:
    """The mean output for standard normal input."""
    x = np.linspace(-12, 12, 24001)
    weights = np.exp(-(x**2) / 2)
    return float(np.sum(function(x) * weights) / np.sum(weights))


def _minimum(
    function: Callable[..., Any], derivative: Callable[..., Any]
) -> tuple[float, float] | None:
    """Position and value of the only dip, where the derivative turns positive."""
    slope = derivative(_NEAR)
    turns = np.flatnonzero((slope[:-1] < 0) & (slope[1:] >= 0))
    if turns.size != 1:
        return None
    x = _root(derivative, _NEAR[turns[0]], _NEAR[turns[0] + 1])
    return x, float(function(x))


def _root(function: Callable[..., Any], low: float, high: float) -> float:
    """Bisect until the bracket is one float wide."""
    below = function(low) < 0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if (function(middle) < 0) == below else (low, middle)
    return float(high)


def _fixed_points(function: Callable[..., Any]) -> str:
    # No farther: where 1 - tanh(x) rounds to 0, so does the gap of what tends to x.
    x = np.arange(-5000, 5001) / 800
    gap = np.abs(function(x) - x)
    if not gap.any():
        return "every x"
    same = np.flatnonzero(gap == 0)
    runs = np.split(same, np.flatnonzero(np.diff(same) > 1) + 1) if same.size else []
    found = {float(x[run[0]]): _stretch(x, run, function) for run in runs}
    near = (gap[1:-1] < gap[:-2]) & (gap[1:-1] < gap[2:]) & (gap[1:-1] > 0)
    for i in np.flatnonzero(near) + 1:
        point = _closest(function, x[i])
        around = point + np.array([-1e-6, 0, 1e-6])
        if np.abs(function(around) - around).max() < 1e-5:  # no jump over x
            found[point] = number(point)
    more = ", …" if found and _touches(function, x[x > 0] + x[-1]) else ""
    return ", ".join(found[x] for x in sorted(found)) + more or "none"


def _touches(function: Callable[..., Any], x: Any) -> bool:
    """Whether a function that is not always close to x touches it again."""
    gap = np.abs(function(x) - x)
    turns = np.diff(np.sign(np.diff(gap))) > 0
    return bool(gap.max() > 1e-3 and (gap[1:-1][turns] < 1e-5).any())


def _stretch(x: Any, run: Any, function: Callable[..., Any]) -> str:
    """A point of a grid, or neighbouring ones with what is beyond and between them."""
    low, high = (float(x[i]) for i in (run[0], run[-1]))
    if run.size == 1:
        return number(low)
    if high == x[-1]:
        start, sign = _edge(function, low, x[run[0] - 1])
        return f"every x {'≥' if sign else '>'} {number(start)}"
    if low == x[0]:
        end, sign = _edge(function, high, x[run[-1] + 1])
        return f"every x {'≤' if sign else '<'} {number(end)}"
    return f"every x in [{number(low)}, {number(high)}]"


def _edge(
    function: Callable[..., Any], inside: Any, outside: Any
) -> tuple[float, bool]:
    """Where a stretch of fixed points ends, and whether the end is one itself."""
    for _ in range(80):
        middle = (inside + outside) / 2
        if function(middle) == middle:
            inside = middle
        else:
            outside = middle
    end = round(float(inside), 6) + 0.0  # a gap below rounding is none
    return end, bool(function(end) == end)


def _closest(function: Callable[..., Any], x: float) -> float:
    """Where a function comes closest to x itself, next to a grid point."""

    def gap(t: Any) -> Any:
        return np.abs(function(t) - t)

    width = 1 / 800
    for _ in range(16):
        samples = np.linspace(x - width, x + width, 33)
        x = float(samples[np.argmin(gap(samples))])
        width /= 8
    return x


def _kinks(
    function: Callable[..., Any], derivative: Callable[..., Any]
) -> dict[float, float]:
    """Where values, slopes, or the slopes of those, differ between the two sides."""
    h = 1e-5
    left_2, left, right, right_2 = (
        derivative(_EIGHTHS + step) for step in (-2 * h, -h, h, 2 * h)
    )
    bends = np.abs((right_2 - right) - (left - left_2)) / h > 1e-3
    points = _EIGHTHS[_jump(function) | _jump(derivative) | bends]
    return {float(p): float(derivative(p)) for p in points}


def _jump(function: Callable[..., Any]) -> Any:
    """Which of the eighths values jump at."""
    h = 1e-5
    return np.abs(function(_EIGHTHS + h) - function(_EIGHTHS - h)) > 1e-3


def smoothness(facts: Facts, derivative: Callable[..., Any]) -> str:
    """Where a function bends or jumps, in words."""
    bends = dict(zip(_EIGHTHS.tolist(), _jump(derivative).tolist(), strict=True))
    found = []
    for kink, value in facts.kinks.items():
        does = "jumps" if kink in facts.jumps else "bends"
        taken = f", where the derivative is taken to be {number(value)}"
        if does == "bends" and not bends[kink]:
            does, taken = "its derivative bends", ""
        found.append(f"{does} at {number(kink)}{taken}")
    return "no: " + "; ".join(found) if found else "yes"


def cost(function: Callable[..., Any], x: Any) -> str:
    """Which transcendental operations a function calls for each element."""
    calls = calls_of(function, x)
    shown = " and ".join(f"{len(sizes)} {name}" for name, sizes in calls.items())
    return f"{shown} per element" if shown else "arithmetic only"


def calls_of(function: Callable[..., Any], x: Any) -> dict[str, list[int]]:
    """How many elements each transcendental operation gets, call by call."""
    sizes: dict[str, list[int]] = {}

    def counting(name: str, ufunc: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            sizes.setdefault(name, []).append(np.size(arguments[0]))
            return ufunc(*arguments, **options)

        return call

    with ExitStack() as patches:
        for name in _TRANSCENDENTAL:
            call = counting(name, getattr(np, name))
            patches.enter_context(patch.object(np, name, call))
        function(x)
    return sizes


def levels(function: Callable[..., Any]) -> list[float]:
    """The values of a function that takes few, or nothing."""
    values = np.unique(function(_GRID))
    return values.tolist() if values.size <= 3 else []


def number(x: float) -> str:
    """A number for a table: none, whole, infinite or with six significant digits."""
    if math.isnan(x):
        return "none"
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    return f"{x + 0.0:.6g}".replace("-", "−")


def interval(ends: tuple[float, float], attained: tuple[bool, bool]) -> str:
    """An interval such as [0, ∞)."""
    left = "[" if attained[0] and math.isfinite(ends[0]) else "("
    right = "]" if attained[1] and math.isfinite(ends[1]) else ")"
    return f"{left}{number(ends[0])}, {number(ends[1])}{right}"

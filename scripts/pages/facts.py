# What is true of an elementwise function, found by evaluating it, and held against what
# the catalogue claims.

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import numpy as np

from actfn import Activation

_INF = math.inf
_NEAR = np.linspace(-5, 5, 8001)
_FAR = np.concatenate(
    [-np.logspace(300, -300, 6001), [0], np.logspace(-300, 300, 6001)]
)
_GRID = np.union1d(np.linspace(-40, 40, 32001), _FAR)
_TRANSCENDENTAL = ("exp", "expm1", "log1p", "tanh", "sin", "arctan")


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
    cost: str

    @property
    def lipschitz(self) -> float:
        """The largest absolute slope."""
        return max(map(abs, self.slopes))


def find(row: Activation) -> Facts:
    """Evaluate a function and its derivative, and check the catalogue's row."""
    bounds, attained = _bounds(row.function)
    slopes, slopes_attained = _bounds(row.gradient)
    facts = Facts(
        bounds,
        attained,
        slopes,
        slopes_attained,
        limits=(float(row.function(-_INF)), float(row.function(_INF))),
        increasing=_increases(row.function(_GRID)),
        odd=bool((row.function(-_GRID) == -row.function(_GRID)).all()),
        mean=_mean(row.function),
        minimum=_minimum(row),
        fixed_points=_fixed_points(row.function),
        kinks=_kinks(row.gradient),
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
            close(row.gradient_bounds, facts.slopes),
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
    function: Callable[..., Any],
) -> tuple[tuple[float, float], tuple[bool, bool]]:
    """Infimum and supremum, and whether a moderate x reaches them."""
    ends = np.array([-_INF, _INF])
    found = []
    for sign in (1, -1):
        x = _GRID[np.argmin(sign * function(_GRID))]
        lowest = _golden(lambda t, s=sign: s * function(t), x)
        found.append(sign * min(lowest, *(sign * function(ends))))
    near = function(_NEAR)
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
    return bool((np.diff(y) >= -4 * np.spacing(np.abs(y[1:]))).all())


def _mean(function: Callable[..., Any]) -> float:
    """The mean output for standard normal input."""
    x = np.linspace(-12, 12, 24001)
    weights = np.exp(-(x**2) / 2)
    return float(np.sum(function(x) * weights) / np.sum(weights))


def _minimum(row: Activation) -> tuple[float, float] | None:
    """Position and value of a dip, where the derivative turns positive."""
    slope = row.gradient(_NEAR)
    turns = np.flatnonzero((slope[:-1] < 0) & (slope[1:] >= 0))
    if not turns.size:
        return None
    x = _root(row.gradient, _NEAR[turns[0]], _NEAR[turns[0] + 1])
    return x, float(row.function(x))


def _root(function: Callable[..., Any], low: float, high: float) -> float:
    """Bisect until the bracket is one float wide."""
    below = function(low) < 0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if (function(middle) < 0) == below else (low, middle)
    return float(high)


def _fixed_points(function: Callable[..., Any]) -> str:
    gap = function(_NEAR) - _NEAR
    same = _NEAR[gap == 0]
    if same.size == _NEAR.size:
        return "every x"
    if same.size > 1 and same.max() == _NEAR.max():
        return f"every x ≥ {same.min():g}"
    roots = {float(x) for x in same}
    for i in np.flatnonzero(gap[:-1] * gap[1:] < 0):
        roots.add(_root(lambda x: function(x) - x, _NEAR[i], _NEAR[i + 1]))
    return ", ".join(number(x) for x in sorted(roots)) or "none"


def _kinks(derivative: Callable[..., Any]) -> dict[float, float]:
    """Where the derivative, or its slope, differs between the two sides."""
    h = 1e-5
    points = np.arange(-64, 65) / 8
    left_2, left, right, right_2 = (
        derivative(points + step) for step in (-2 * h, -h, h, 2 * h)
    )
    jumps = np.abs(right - left) > 1e-3
    bends = np.abs((right_2 - right) - (left - left_2)) / h > 1e-3
    return {float(p): float(derivative(p)) for p in points[jumps | bends]}


def cost(function: Callable[..., Any], x: Any) -> str:
    """Which transcendental operations a function calls, counted while it runs."""
    counts: dict[str, int] = {}

    def counting(name: str, ufunc: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            counts[name] = counts.get(name, 0) + 1
            return ufunc(*arguments, **options)

        return call

    with ExitStack() as patches:
        for name in _TRANSCENDENTAL:
            call = counting(name, getattr(np, name))
            patches.enter_context(patch.object(np, name, call))
        function(x)
    shown = " and ".join(f"{n} {name}" for name, n in counts.items())
    return f"{shown} per element" if shown else "arithmetic only"


def number(x: float) -> str:
    """A number for a table: whole, infinite or with six significant digits."""
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    return f"{x + 0.0:.6g}".replace("-", "−")


def interval(ends: tuple[float, float], attained: tuple[bool, bool]) -> str:
    """An interval such as [0, ∞)."""
    if ends[0] == ends[1]:
        return f"{{{number(ends[0])}}}"
    left = "[" if attained[0] and math.isfinite(ends[0]) else "("
    right = "]" if attained[1] and math.isfinite(ends[1]) else ")"
    return f"{left}{number(ends[0])}, {number(ends[1])}{right}"

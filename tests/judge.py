# The numerical judge: what a function or its derivative should give, in as many digits
# as it takes, and how far what it gives lies from that in units in the last place.

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray

from actfn import Activation

Exact = Callable[..., Any]

# Results below 1e-320 beside 1 are found by the last of these.
_DIGITS = (60, 120, 240, 480, 960)
_AGREED = mpf("1e-25")


def exact(row: Activation) -> Exact:
    """The formula in mpmath, which stands in the test file of the function's family."""
    module = importlib.import_module(f"test_{row.family.replace(' ', '_')}")
    formula: Exact = module.EXACT[row.name]
    return formula


def settled(evaluate: Callable[[], Any]) -> Any:
    """Evaluate with more and more digits until two results agree."""
    before = mpf(0)
    for digits in _DIGITS:
        with mp.workdps(digits):
            value = mpf(evaluate())
            if value and abs(value - before) <= _AGREED * abs(value):
                return value
            before = value
    return before


def slope(f: Exact, x: Any) -> Any:
    """The derivative at a point where there is one."""

    def difference() -> Any:
        # A step that is short beside x and beside the waves of a sine.
        step = (min(abs(x), 1) or 1) * mpf(10) ** (-mp.dps // 3)
        with mp.workdps(mp.dps + max(0, mp.mag(x or 1) // 3)):
            return (f(x + step) - f(x - step)) / (2 * step)

    return settled(difference)


def vector(f: Exact, x: list[Any]) -> list[Any]:
    """The results of a formula that takes a vector, one of them or many."""
    y = f(x)
    return y if isinstance(y, list) else [y]


def component(f: Exact, x: list[Any], i: int) -> Any:
    return vector(f, x)[i]


def settled_vector(f: Exact, x: list[Any]) -> list[Any]:
    return [settled(partial(component, f, x, i)) for i in range(len(vector(f, x)))]


def product(f: Exact, x: list[Any], cotangent: list[Any]) -> list[list[Any]]:
    """Cotangent times Jacobian, column by column: the terms of each result."""

    def term(i: int, j: int) -> Any:
        def moved(t: Any) -> Any:
            return component(f, [*x[:j], t, *x[j + 1 :]], i)

        return cotangent[i] * slope(moved, x[j])

    return [[term(i, j) for i in range(len(cotangent))] for j in range(len(x))]


# Results that are differences within their vector, such as from its mean, are measured
# by the largest of the vector; their docstrings say so.
BY_VECTOR = {"sparsemax", "standardize"}


def measure(row: Activation, x: list[Any], y: list[Any]) -> Any:
    """The number whose ulp measures the errors of a vector, where it is not its own."""
    if row.name == "logsumexp":
        return max(map(abs, x))  # beside which the logarithm of the sum may cancel
    return max(map(abs, y)) if row.name in BY_VECTOR else 0


def ulps(got: Any, expected: Any, size: Any = None) -> float:
    """How far a NumPy scalar lies from the exact value, in ulp of it or of a size."""
    with mp.workdps(60), np.errstate(all="ignore"):
        rounded = type(got)(float(expected))
        if np.isinf(rounded) or not np.isfinite(got):
            return 0.0 if got == rounded else np.inf
        gap = np.spacing(abs(rounded) if size is None else type(got)(float(size)))
        return float(abs(mpf(float(got)) - expected) / mpf(float(gap)))


def ulps_between(
    got: NDArray[Any], expected: NDArray[Any], floor: float = 0
) -> NDArray[Any]:
    """How far results lie from those of float64, in ulp of their own dtype."""
    with np.errstate(all="ignore"):
        rounded = expected.astype(got.dtype)
        size = np.maximum(np.abs(rounded), got.dtype.type(floor))
        gap = np.spacing(size).astype(float)
        distance: NDArray[Any] = np.abs(got.astype(float) - expected) / gap
    same = (got == rounded) | (np.isnan(got) & np.isnan(expected))
    distance[~np.isfinite(rounded) | ~np.isfinite(got)] = np.inf
    distance[same] = 0
    return distance


def points(dtype: Any) -> NDArray[Any]:
    """Numbers of every exponent and sign, and many where functions bend and fade."""
    rng = np.random.default_rng(2)
    f = np.finfo(dtype)
    # From the smallest number to the largest.
    exponents = np.linspace(f.minexp - f.nmant, f.maxexp - 1, 32).astype(int)
    end = -np.log(float(f.smallest_subnormal))
    spread = [
        rng.uniform(0, 2, 20),
        rng.uniform(2, 12, 16),
        rng.uniform(12, 40, 16),
        rng.uniform(40, 0.9 * end, 8),
        rng.uniform(0.9 * end, 1.02 * end, 12),
        rng.uniform(0.45 * end, 0.51 * end, 8),
        rng.uniform(0.98, 1.005, 10) * np.sqrt(2 * end),
    ]
    with np.errstate(under="ignore"):  # of subnormal numbers
        everywhere = np.ldexp(rng.uniform(1, 2, exponents.size), exponents)
        x = np.concatenate([everywhere, *spread]).astype(dtype)
    both: NDArray[Any] = np.unique(np.concatenate([x, -x]))
    return both

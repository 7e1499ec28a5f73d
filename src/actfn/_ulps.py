# Errors in units in the last place: where actfn.testing looks for them, and how it
# compares with numbers of any precision.

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ._validation import Array

# Odd strides through all patterns of bits, so that the last bits vary too; all of
# float16.
_STRIDES = {"float16": 1, "float32": 2**16 - 15, "float64": 2**48 - 59}


def narrow(dtype: DTypeLike) -> np.dtype[Any]:
    """Check a dtype to measure in."""
    checked = np.dtype(dtype)
    if checked.name not in _STRIDES or not checked.isnative:
        raise TypeError(
            f"dtype must be float16, float32 or float64, got {checked}; results in "
            f"other dtypes can be compared after rounding to one of them"
        )
    return checked


def sweep(dtype: np.dtype[Any]) -> Array:
    """Finite numbers of both signs and of every exponent, from 0 outwards."""
    count = 2 ** (8 * dtype.itemsize)
    places = range(0, count, _STRIDES[dtype.name])
    x = np.array(places, np.uint64).astype(f"u{dtype.itemsize}").view(dtype)
    x = x[np.isfinite(x)]
    return np.asarray(x[np.argsort(np.abs(x), stable=True)])


def exact(values: Any, x: Array) -> Array:
    """Read what a reference gives for `x`, if it is more precise than the dtype."""
    array = np.asarray(values)
    kind = array.dtype.kind
    wide = kind == "f" and np.finfo(array.dtype).nmant > np.finfo(x.dtype).nmant
    if not (wide or kind == "O"):
        raise TypeError(
            f"reference must be more precise than {x.dtype}, got {array.dtype}; give "
            f"float64 or, beside float64, np.longdouble where that has more digits, or "
            f"a list of Decimal, Fraction or mpmath numbers"
        )
    if array.shape != x.shape:
        raise ValueError(
            f"reference must give a result of the shape {x.shape} of x, got "
            f"{array.shape}"
        )
    return array


def ulps(y: Array, expected: Array) -> Array:
    """How far results lie from what is expected, in ulp of that, rounded.

    Infinite and NaN are right where the rounded number is, infinitely wrong elsewhere.
    """
    rounded = nearest(expected).astype(y.dtype)
    gap = np.spacing(np.abs(rounded))
    odd = ~(np.isfinite(rounded) & np.isfinite(y))
    same = (y == rounded) | (np.isnan(y) & np.isnan(rounded))
    distance = np.where(same, 0.0, np.inf)
    distance[~odd] = _distances(y[~odd], expected[~odd], gap[~odd])
    return distance


def nearest(expected: Array) -> Array:
    """Round to float64."""
    if expected.dtype != object:
        return expected.astype(float)
    return np.array([_float(v) for v in expected.flat]).reshape(expected.shape)


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # of an integer or a fraction
        return math.inf if value > 0 else -math.inf


def _distances(y: Array, expected: Array, gap: Array) -> Array:
    if expected.dtype != object:
        wide = expected.dtype.type
        found: Array = (np.abs(y.astype(wide) - expected) / gap.astype(wide)).astype(
            float
        )
        return found
    pairs = zip(y.tolist(), expected, gap.tolist())
    return np.array([_distance(*pair) for pair in pairs], float)


def _distance(value: float, expected: Any, gap: float) -> float:
    # In the numbers of the reference, of which each can hold every float.
    kind = Fraction if isinstance(expected, int) else type(expected)
    return float(abs(expected - kind(value)) / kind(gap))

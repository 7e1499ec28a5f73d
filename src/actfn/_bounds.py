# Comparisons with one number. NumPy takes three times as long for the larger of an
# array and a scalar as for that of two arrays, so out is filled with the number first.

import numpy as np

from ._validation import Array, Scratch


def at_least(x: Array, bound: float, out: Array) -> None:
    """Write the larger of x and the bound; NaN goes through, as everywhere here."""
    out.fill(bound)
    np.maximum(x, out, out=out)


def at_most(x: Array, bound: float, out: Array) -> None:
    """Write the smaller of x and the bound."""
    out.fill(bound)
    np.minimum(x, out, out=out)


def between(x: Array, low: float, high: float, out: Array) -> None:
    """Write x, held between two numbers."""
    x.clip(low, high, out=out)


def above(x: Array, bound: float, out: Array) -> None:
    """Write 1 where x exceeds the bound, else 0."""
    np.greater(x, bound, out=out)
    keep_nan(x, out)


def inside(x: Array, low: float, high: float, out: Array, scratch: Scratch) -> None:
    """Write 1 where low < x < high, else 0."""
    flags = scratch[0].view(np.bool_)
    right, left = flags[: x.size], flags[x.size : 2 * x.size]
    np.greater(x, low, out=right)
    np.less(x, high, out=left)
    np.logical_and(right, left, out=left)
    np.copyto(out, left)
    keep_nan(x, out)


def keep_nan(x: Array, out: Array) -> None:
    """Write NaN where x is NaN, which comparisons take for a number like others."""
    if np.isnan(np.minimum.reduce(x)):  # there is one
        np.copyto(out, x, where=np.isnan(x))


def nans(y: Array) -> Array:
    """Give the places of NaN, which are looked for only if there is one."""
    found = np.isnan(np.minimum.reduce(y))
    return np.flatnonzero(np.isnan(y)) if found else np.empty(0, int)

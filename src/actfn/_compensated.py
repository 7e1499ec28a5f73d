# Exponentials of products. The rounding error of rate * x, however small beside the
# product, is magnified by its size: to 350 ulp in exp(-700). So that error is computed
# too, and made up for.

import math

import numpy as np

from ._validation import Array, Scratch

_SPLITTER = 2.0**27 + 1


def decay(
    x: Array,
    rate: float,
    out: Array,
    scratch: Scratch,
    *,
    rest: float = 0.0,
    shift: float = 0.0,
) -> None:
    """Write exp(shift - rate * |x|) for a rate of 0 or above.

    What `rate` lacks to be exact may be given as its `rest`. Uses three pieces of
    scratch. A rate that is not a power of 2 needs float64 for its few ulp.
    """
    y, upper, low = scratch[:3]
    mantissa, exponent = math.frexp(-rate)
    mantissa, power = 2 * mantissa, math.ldexp(0.5, exponent)  # which never overflows
    np.abs(x, out=y)
    np.multiply(y, power, out=y)  # exact
    np.multiply(y, mantissa, out=out)
    exact = mantissa == -1 and not rest
    if not exact:
        _lost(y, mantissa, rest / power, out, upper, low)
    if shift:
        np.add(out, shift, out=out)
    np.exp(out, out=out)
    if not exact:
        np.multiply(low, out, out=low)
        np.add(out, low, out=out)


def gate(x: Array, rate: float, out: Array, scratch: Scratch) -> None:
    """Write 1 / (1 + exp(-rate * x)). Uses four pieces of scratch."""
    e, *spare = scratch
    decay(x, abs(rate), e, spare)
    side(x, rate, e, out)
    np.add(e, 1, out=e)
    np.divide(out, e, out=out)


def side(x: Array, rate: float, e: Array, out: Array) -> None:
    """Write 1 where rate * x is above 0, and e, which is at most 1, elsewhere."""
    compare = np.greater if rate > 0 else np.less
    compare(x, 0, out=out)
    np.maximum(out, e, out=out)


def _lost(
    y: Array, factor: float, rest: float, rounded: Array, upper: Array, low: Array
) -> None:
    """Write factor * y - rounded, after Dekker: products of halves are exact.

    NumPy has no fused multiply-add. Overwrites y.
    """
    first = float(np.float32(factor))
    np.multiply(y, _SPLITTER, out=upper)
    np.subtract(upper, y, out=low)
    np.subtract(upper, low, out=upper)
    np.subtract(y, upper, out=low)
    np.multiply(y, rest, out=y)
    np.multiply(low, factor, out=low)
    np.subtract(low, y, out=y)
    np.multiply(upper, first, out=low)
    np.subtract(low, rounded, out=low)
    np.multiply(upper, factor - first, out=upper)
    np.add(low, upper, out=low)
    np.add(low, y, out=low)
    np.fmax(low, -1, out=low)  # in place of inf - inf, where the exponential is 0

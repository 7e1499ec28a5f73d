# Functions that couple the elements of a vector: its results sum to 1, or their
# exponentials do. Their derivative is a matrix, so each comes with its product with a
# cotangent (vjp) instead.

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _validation
from ._validation import Array, Axis, Out, Result


def softmax(x: ArrayLike, /, axis: Axis = -1, *, out: Out = None) -> Result:
    r"""Turn scores into probabilities: positive numbers that sum to 1.

    $$\operatorname{softmax}(x)_i
    = \frac{e^{x_i - \max_j x_j}}{\sum_k e^{x_k - \max_j x_j}}$$

    Subtracting the maximum leaves the quotient as it is and keeps the exponentials from
    overflowing. Infinite scores give the limit: a single $+\infty$ takes all. Where
    there is none, for several $+\infty$ or nothing but $-\infty$, the vector is NaN.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        axis: The axis or axes along which the results sum to 1; None for all of them.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [0, 1] of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, `axis` is not made of integers, or
            `out` has the wrong dtype.
        ValueError: If `x` is ragged, `axis` is not an axis of `x` (an `AxisError`) or
            names one twice, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import softmax
        >>> softmax([[1000.0, 1000.0], [0.0, 1000.0]])
        array([[0.5, 0.5],
               [0. , 1. ]])

    References:
        Bridle (1990), [Probabilistic Interpretation of Feedforward Classification
        Network Outputs, with Relationships to Statistical Pattern
        Recognition](https://doi.org/10.1007/978-3-642-76153-9_28).
    """
    return _blocks.rowwise(_softmax, (_validation.real_array(x),), axis=axis, out=out)


def softmax_vjp(
    x: ArrayLike, cotangent: ArrayLike, /, axis: Axis = -1, *, out: Out = None
) -> Result:
    r"""Carry a gradient back through softmax: cotangent times its Jacobian.

    $$\frac{\partial L}{\partial x_i} = y_i \Bigl(g_i - \sum_j g_j\,y_j\Bigr)
    \qquad y = \operatorname{softmax}(x)$$

    The cotangent $g = \partial L / \partial y$, the gradient of a loss $L$ with respect
    to the probabilities, has the shape of `x`. The result has the shape and dtype of
    `softmax(x)`. Other arguments and errors are those of [`softmax`][actfn.softmax].

    Examples:
        >>> from actfn import softmax_vjp
        >>> softmax_vjp([0.0, 0.0], [1.0, 0.0])
        array([ 0.25, -0.25])
    """
    return _blocks.rowwise(
        _softmax_vjp, _validation.with_cotangent(x, cotangent), axis=axis, out=out
    )


def _softmax(rows: Array) -> None:
    e = _exponentials(rows, _shift(rows))
    np.divide(e, _total(e), out=rows)


def _softmax_vjp(rows: Array, cotangent: Array) -> None:
    # Counted from the cotangent of the largest score: where one probability rounds to
    # 1, its own result is the sum of what is left, not a difference that is 0.
    top = rows.argmax(axis=1)[:, np.newaxis]
    np.subtract(cotangent, np.take_along_axis(cotangent, top, 1), out=cotangent)
    _softmax(rows)
    np.subtract(cotangent, _total(rows * cotangent), out=cotangent)
    np.multiply(rows, cotangent, out=rows)


def log_softmax(x: ArrayLike, /, axis: Axis = -1, *, out: Out = None) -> Result:
    r"""Give the logarithm of softmax, also where softmax itself rounds to 0 or 1.

    $$\operatorname{log\_softmax}(x)_i = x_i - \log \sum_k e^{x_k}$$

    Cross-entropy reads its loss from it. The largest exponential, which is 1 after the
    maximum is subtracted, is left to `log1p`: even the logarithm of a probability that
    rounds to 1 keeps its digits. Infinite scores give the limit as for
    [`softmax`][actfn.softmax].

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        axis: The axis or axes along which the probabilities sum to 1; None for all.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [-∞, 0] of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, `axis` is not made of integers, or
            `out` has the wrong dtype.
        ValueError: If `x` is ragged, `axis` is not an axis of `x` (an `AxisError`) or
            names one twice, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import log_softmax
        >>> log_softmax([1000.0, 0.0])
        array([    0., -1000.])
    """
    return _blocks.rowwise(
        _log_softmax, (_validation.real_array(x),), axis=axis, out=out
    )


def log_softmax_vjp(
    x: ArrayLike, cotangent: ArrayLike, /, axis: Axis = -1, *, out: Out = None
) -> Result:
    r"""Carry a gradient back through log-softmax: cotangent times its Jacobian.

    $$\frac{\partial L}{\partial x_i} = g_i - y_i \sum_j g_j
    \qquad y = \operatorname{softmax}(x)$$

    The cotangent $g$, the gradient of a loss $L$ with respect to the logarithms, has
    the shape of `x`. The result has the shape and dtype of `log_softmax(x)`. Other
    arguments and errors are those of [`log_softmax`][actfn.log_softmax].

    Examples:
        >>> from actfn import log_softmax_vjp
        >>> log_softmax_vjp([0.0, 0.0], [1.0, 0.0])
        array([ 0.5, -0.5])
    """
    return _blocks.rowwise(
        _log_softmax_vjp, _validation.with_cotangent(x, cotangent), axis=axis, out=out
    )


def _log_softmax(rows: Array) -> None:
    others = _exponentials(rows, _shift(rows))
    others[np.arange(len(rows)), rows.argmax(axis=1)] = 0
    np.subtract(rows, np.log1p(_total(others)), out=rows)


def _log_softmax_vjp(rows: Array, cotangent: Array) -> None:
    _softmax(rows)
    np.multiply(rows, _total(cotangent), out=rows)
    np.subtract(cotangent, rows, out=rows)


def _exponentials(shifted: Array, error: Array) -> Array:
    # exp(shifted + error), where error is too small to be added first.
    e: Array = np.exp(shifted)
    np.add(e, e * error, out=e)
    return e


def _shift(rows: Array) -> Array:
    """Subtract the maximum of each row in place; give what rounding has taken away."""
    largest = rows.max(axis=1, keepdims=True)
    if not np.isfinite(largest).all():
        _take_limits(rows, largest)
    shifted = rows - largest
    # Knuth's two-sum. The exponential magnifies a rounding error of shifted by its
    # size: 350 ulp for -700.
    back = shifted - rows
    error: Array = (rows - (shifted - back)) - (largest + back)
    rows[...] = shifted
    np.fmax(error, -1, out=error)  # -1 in place of inf - inf
    return error


def _take_limits(rows: Array, largest: Array) -> None:
    """Replace rows with an infinite maximum by rows that have their limit."""
    reaches = rows == largest
    lone = reaches.sum(axis=1, keepdims=True) == 1
    limits = np.where(lone, np.where(reaches, 0, -np.inf), np.nan)
    infinite = ~np.isfinite(largest[:, 0])
    rows[infinite] = limits[infinite]
    largest[infinite] = 0


def _total(rows: Array) -> Array:
    return np.asarray(rows.sum(axis=1, keepdims=True))

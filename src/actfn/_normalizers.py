# Functions that couple the elements of a vector: its results sum to 1, or their
# exponentials do, or they have mean 0 and variance 1. Their derivative is a matrix, so
# each comes with its product with a cotangent (vjp) instead.

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _long_rows, _validation
from ._blocks import Kernel
from ._validation import Array, Axis, Out, Result, Scratch, Where


def softmax(
    x: ArrayLike, /, axis: Axis = -1, *, where: Where = None, out: Out = None
) -> Result:
    r"""Turn scores into probabilities: positive numbers that sum to 1.

    $$\operatorname{softmax}(x)_i
    = \frac{e^{x_i - \max_j x_j}}{\sum_k e^{x_k - \max_j x_j}}$$

    Subtracting the maximum leaves the quotient as it is and keeps the exponentials from
    overflowing. Infinite scores give the limit: a single $+\infty$ takes all. Where
    there is none, for several $+\infty$ or nothing but $-\infty$, the vector is NaN.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        axis: The axis or axes along which the results sum to 1; None for all of them.
        where: Mask that broadcasts to `x`, true where a score counts; None for all. The
            other results are 0, also those of a vector in which no score counts.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [0, 1] of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, `axis` is not made of integers,
            `where` is not boolean, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, `axis` is not an axis of `x` (an `AxisError`) or
            names one twice, `where` does not broadcast to `x`, or `out` has the wrong
            shape or is read-only.

    Examples:
        >>> from actfn import softmax
        >>> softmax([[1000.0, 1000.0], [0.0, 1000.0]])
        array([[0.5, 0.5],
               [0. , 1. ]])
        >>> softmax([1.0, 1.0, 9.0], where=[True, True, False])
        array([0.5, 0.5, 0. ])

    References:
        Bridle (1990), [Probabilistic Interpretation of Feedforward Classification
        Network Outputs, with Relationships to Statistical Pattern
        Recognition](https://doi.org/10.1007/978-3-642-76153-9_28).
    """
    arrays = _with_mask(where, _validation.real_array(x))
    return _blocks.rowwise(
        softmax_rows,
        arrays,
        axis=axis,
        out=out,
        narrow=softmax_narrow,
        scratch=(3, 0),
        long=_long_rows.softmax,
    )


def softmax_vjp(
    x: ArrayLike,
    cotangent: ArrayLike,
    /,
    axis: Axis = -1,
    *,
    where: Where = None,
    out: Out = None,
) -> Result:
    r"""Carry a gradient back through softmax: cotangent times its Jacobian.

    $$\frac{\partial L}{\partial x_i} = y_i \Bigl(g_i - \sum_j g_j\,y_j\Bigr)
    \qquad y = \operatorname{softmax}(x)$$

    The cotangent $g = \partial L / \partial y$, the gradient of a loss $L$ with respect
    to the probabilities, has the shape of `x`. The result has the shape and dtype of
    `softmax(x)`, and is 0 where the mask `where` is false. Other arguments and errors
    are those of [`softmax`][actfn.softmax].

    Examples:
        >>> from actfn import softmax_vjp
        >>> softmax_vjp([0.0, 0.0], [1.0, 0.0])
        array([ 0.25, -0.25])
    """
    arrays = _with_mask(where, *_validation.with_cotangent(x, cotangent))
    return _blocks.rowwise(
        softmax_vjp_rows,
        arrays,
        axis=axis,
        out=out,
        narrow=softmax_vjp_narrow,
        scratch=(3, 1),
        long=_long_rows.softmax_vjp,
    )


def softmax_rows(scratch: Scratch, rows: Array, mask: Array | None = None) -> None:
    _hide(rows, mask, -np.inf)
    shifted = scratch[0]
    _shift(rows, scratch)
    np.exp(shifted, out=shifted)
    np.multiply(rows, shifted, out=rows)  # what rounding took away is small
    np.add(rows, shifted, out=rows)
    np.divide(rows, _total(rows), out=rows)
    _hide(rows, mask, 0)


def softmax_narrow(scratch: Scratch, rows: Array, mask: Array | None = None) -> None:
    _hide(rows, mask, -np.inf)
    subtract_largest(rows)
    np.exp(rows, out=rows)
    np.multiply(rows, 1 / _total(rows), out=rows)
    _hide(rows, mask, 0)


def softmax_vjp_rows(
    scratch: Scratch, rows: Array, cotangent: Array, mask: Array | None = None
) -> None:
    _softmax_product(softmax_rows, scratch, rows, cotangent, mask)


def softmax_vjp_narrow(
    scratch: Scratch, rows: Array, cotangent: Array, mask: Array | None = None
) -> None:
    _softmax_product(softmax_narrow, scratch, rows, cotangent, mask)


def _softmax_product(
    softmax_kernel: Kernel,
    scratch: Scratch,
    rows: Array,
    cotangent: Array,
    mask: Array | None,
) -> None:
    _hide(rows, mask, -np.inf)
    _hide(cotangent, mask, 0)
    # Counted from the cotangent of the largest score: where one probability rounds to
    # 1, its own result is the sum of what is left, not a difference that is 0.
    top = rows.argmax(axis=1)[:, np.newaxis]
    np.subtract(cotangent, np.take_along_axis(cotangent, top, 1), out=cotangent)
    softmax_kernel(scratch, rows)
    np.multiply(rows, cotangent, out=scratch[0])
    np.subtract(cotangent, _total(scratch[0]), out=cotangent)
    np.multiply(rows, cotangent, out=rows)
    _hide(rows, mask, 0)


def log_softmax(
    x: ArrayLike, /, axis: Axis = -1, *, where: Where = None, out: Out = None
) -> Result:
    r"""Give the logarithm of softmax, also where softmax itself rounds to 0 or 1.

    $$\operatorname{log\_softmax}(x)_i = x_i - \log \sum_k e^{x_k}$$

    Cross-entropy reads its loss from it. The largest exponential, which is 1 after the
    maximum is subtracted, is left to `log1p`: even the logarithm of a probability that
    rounds to 1 keeps its digits. Infinite scores give the limit as for
    [`softmax`][actfn.softmax].

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        axis: The axis or axes along which the probabilities sum to 1; None for all.
        where: Mask that broadcasts to `x`, true where a score counts; None for all. The
            other results are -inf, the logarithm of 0.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [-∞, 0] of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, `axis` is not made of integers,
            `where` is not boolean, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, `axis` is not an axis of `x` (an `AxisError`) or
            names one twice, `where` does not broadcast to `x`, or `out` has the wrong
            shape or is read-only.

    Examples:
        >>> from actfn import log_softmax
        >>> log_softmax([1000.0, 0.0])
        array([    0., -1000.])
    """
    arrays = _with_mask(where, _validation.real_array(x))
    return _blocks.rowwise(
        _log_softmax,
        arrays,
        axis=axis,
        out=out,
        narrow=_log_softmax_narrow,
        scratch=(3, 1),
        long=_long_rows.log_softmax,
    )


def log_softmax_vjp(
    x: ArrayLike,
    cotangent: ArrayLike,
    /,
    axis: Axis = -1,
    *,
    where: Where = None,
    out: Out = None,
) -> Result:
    r"""Carry a gradient back through log-softmax: cotangent times its Jacobian.

    $$\frac{\partial L}{\partial x_i} = g_i - y_i \sum_j g_j
    \qquad y = \operatorname{softmax}(x)$$

    The cotangent $g$, the gradient of a loss $L$ with respect to the logarithms, has
    the shape of `x`. The result has the shape and dtype of `log_softmax(x)`, and is 0
    where the mask `where` is false. Other arguments and errors are those of
    [`log_softmax`][actfn.log_softmax].

    Examples:
        >>> from actfn import log_softmax_vjp
        >>> log_softmax_vjp([0.0, 0.0], [1.0, 0.0])
        array([ 0.5, -0.5])
    """
    arrays = _with_mask(where, *_validation.with_cotangent(x, cotangent))
    return _blocks.rowwise(
        _log_softmax_vjp,
        arrays,
        axis=axis,
        out=out,
        narrow=_log_softmax_vjp_narrow,
        scratch=(3, 0),
        long=_long_rows.log_softmax_vjp,
    )


def _log_softmax(scratch: Scratch, rows: Array, mask: Array | None = None) -> None:
    _hide(rows, mask, -np.inf)
    shifted, others = scratch[:2]
    _shift(rows, scratch)
    np.exp(shifted, out=others)
    np.multiply(rows, others, out=rows)
    np.add(others, rows, out=others)
    np.subtract(shifted, np.log1p(_all_but_largest(shifted, others)), out=rows)
    _hide(rows, mask, -np.inf)


def _log_softmax_narrow(
    scratch: Scratch, rows: Array, mask: Array | None = None
) -> None:
    others = scratch[0]
    _hide(rows, mask, -np.inf)
    subtract_largest(rows)
    np.exp(rows, out=others)
    np.subtract(rows, np.log1p(_all_but_largest(rows, others)), out=rows)
    _hide(rows, mask, -np.inf)


def _log_softmax_vjp(
    scratch: Scratch, rows: Array, cotangent: Array, mask: Array | None = None
) -> None:
    _log_softmax_product(softmax_rows, scratch, rows, cotangent, mask)


def _log_softmax_vjp_narrow(
    scratch: Scratch, rows: Array, cotangent: Array, mask: Array | None = None
) -> None:
    _log_softmax_product(softmax_narrow, scratch, rows, cotangent, mask)


def _log_softmax_product(
    softmax_kernel: Kernel,
    scratch: Scratch,
    rows: Array,
    cotangent: Array,
    mask: Array | None,
) -> None:
    _hide(cotangent, mask, 0)
    softmax_kernel(scratch, rows, mask)
    np.multiply(rows, _total(cotangent), out=rows)
    np.subtract(cotangent, rows, out=rows)
    _hide(rows, mask, 0)


def softmin(
    x: ArrayLike, /, axis: Axis = -1, *, where: Where = None, out: Out = None
) -> Result:
    r"""Turn costs into probabilities that sum to 1: the softmax of their negatives.

    $$\operatorname{softmin}(x)_i = \frac{e^{-x_i}}{\sum_k e^{-x_k}}$$

    The smallest element gets the largest probability. Infinite elements give the limit
    as for [`softmax`][actfn.softmax]: a single $-\infty$ takes all.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        axis: The axis or axes along which the results sum to 1; None for all of them.
        where: Mask that broadcasts to `x`, true where an element counts; None for all.
            The other results are 0.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [0, 1] of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, `axis` is not made of integers,
            `where` is not boolean, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, `axis` is not an axis of `x` (an `AxisError`) or
            names one twice, `where` does not broadcast to `x`, or `out` has the wrong
            shape or is read-only.

    Examples:
        >>> from actfn import softmin
        >>> softmin([[1000.0, 1000.0], [0.0, 1000.0]])
        array([[0.5, 0.5],
               [1. , 0. ]])
    """
    arrays = _with_mask(where, _validation.real_array(x))
    return _blocks.rowwise(
        _softmin,
        arrays,
        axis=axis,
        out=out,
        narrow=_softmin_narrow,
        scratch=(3, 0),
        long=_long_rows.softmin,
    )


def softmin_vjp(
    x: ArrayLike,
    cotangent: ArrayLike,
    /,
    axis: Axis = -1,
    *,
    where: Where = None,
    out: Out = None,
) -> Result:
    r"""Carry a gradient back through softmin: cotangent times its Jacobian.

    $$\frac{\partial L}{\partial x_i} = -y_i \Bigl(g_i - \sum_j g_j\,y_j\Bigr)
    \qquad y = \operatorname{softmin}(x)$$

    The cotangent $g = \partial L / \partial y$ has the shape of `x`. The result has the
    shape and dtype of `softmin(x)`, and is 0 where the mask `where` is false. Other
    arguments and errors are those of [`softmin`][actfn.softmin].

    Examples:
        >>> from actfn import softmin_vjp
        >>> softmin_vjp([0.0, 0.0], [1.0, 0.0])
        array([-0.25,  0.25])
    """
    arrays = _with_mask(where, *_validation.with_cotangent(x, cotangent))
    return _blocks.rowwise(
        _softmin_vjp,
        arrays,
        axis=axis,
        out=out,
        narrow=_softmin_vjp_narrow,
        scratch=(3, 1),
        long=_long_rows.softmin_vjp,
    )


def _softmin(scratch: Scratch, rows: Array, mask: Array | None = None) -> None:
    np.negative(rows, out=rows)
    softmax_rows(scratch, rows, mask)


def _softmin_narrow(scratch: Scratch, rows: Array, mask: Array | None = None) -> None:
    np.negative(rows, out=rows)
    softmax_narrow(scratch, rows, mask)


def _softmin_vjp(
    scratch: Scratch, rows: Array, cotangent: Array, mask: Array | None = None
) -> None:
    np.negative(rows, out=rows)
    np.negative(cotangent, out=cotangent)
    softmax_vjp_rows(scratch, rows, cotangent, mask)


def _softmin_vjp_narrow(
    scratch: Scratch, rows: Array, cotangent: Array, mask: Array | None = None
) -> None:
    np.negative(rows, out=rows)
    np.negative(cotangent, out=cotangent)
    softmax_vjp_narrow(scratch, rows, cotangent, mask)


def logsumexp(
    x: ArrayLike,
    /,
    axis: Axis = None,
    *,
    where: Where = None,
    keepdims: bool = False,
    out: Out = None,
) -> Result:
    r"""Add numbers that are known by their logarithms: a smooth maximum.

    $$\operatorname{logsumexp}(x)
    = \max_j x_j + \log \sum_k e^{x_k - \max_j x_j}$$

    It lies between the largest element and that plus $\log n$, and cannot overflow. As
    with NumPy's own reductions, all axes are reduced unless one is given. It is within
    a few ulp of the larger of itself and the largest element: where the two terms
    cancel, at a result near 0, its own digits are lost.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        axis: The axis or axes that are reduced; None for all of them.
        where: Mask that broadcasts to `x`, true where an element counts; None for all.
        keepdims: Whether the reduced axes stay, with length 1.
        out: Array for the result, of its shape and dtype.

    Returns:
        Values of the shape of `x` without the reduced axes; a scalar if none is left.
            An empty sum, also one in which no element counts, gives -inf. float16,
            float32 and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, `axis` is not made of integers,
            `where` is not boolean, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, `axis` is not an axis of `x` (an `AxisError`) or
            names one twice, `where` does not broadcast to `x`, or `out` has the wrong
            shape or is read-only.

    Examples:
        >>> from actfn import logsumexp
        >>> logsumexp([[1000.0, 0.0], [-1000.0, -2000.0]], axis=1)
        array([ 1000., -1000.])
        >>> logsumexp([])
        np.float64(-inf)
    """
    arrays = _with_mask(where, _validation.real_array(x))
    return _blocks.rowwise(
        _logsumexp,
        arrays,
        axis=axis,
        out=out,
        keepdims=keepdims,
        scratch=(1, 1),
        long=_long_rows.logsumexp,
    )


def logsumexp_vjp(
    x: ArrayLike,
    cotangent: ArrayLike,
    /,
    axis: Axis = None,
    *,
    where: Where = None,
    keepdims: bool = False,
    out: Out = None,
) -> Result:
    r"""Carry a gradient back through logsumexp: shares in proportion to softmax.

    $$\frac{\partial L}{\partial x_i} = g\,\operatorname{softmax}(x)_i$$

    The cotangent $g$ has the shape of the result of `logsumexp`, the gradient that of
    `x`; it is 0 where the mask `where` is false. Other arguments and errors are those
    of [`logsumexp`][actfn.logsumexp].

    Examples:
        >>> from actfn import logsumexp_vjp
        >>> logsumexp_vjp([0.0, 0.0], 3.0)
        array([1.5, 1.5])
    """
    array = _validation.real_array(x)
    axes = _validation.axes(axis, array)
    shape = _validation.reduced(array, axes, keepdims)
    g = _validation.shaped_cotangent(cotangent, shape)
    if not keepdims:
        g = g[(*(None if i in axes else slice(None) for i in range(array.ndim)), ...)]
    spread = _validation.broadcast("cotangent", g, array)
    arrays = _with_mask(where, array, spread)
    return _blocks.rowwise(
        _logsumexp_vjp,
        arrays,
        axis=axis,
        out=out,
        narrow=_logsumexp_vjp_narrow,
        scratch=(3, 0),
        long=_long_rows.logsumexp_vjp,
    )


def _logsumexp(scratch: Scratch, rows: Array, mask: Array | None = None) -> None:
    others = scratch[0]
    _hide(rows, mask, -np.inf)
    largest = rows.max(axis=1, keepdims=True)
    finite = np.isfinite(largest)
    if not finite.all():
        rows[~finite[:, 0]] = 0  # the result is what the maximum is
    subtract_largest(rows)
    np.exp(rows, out=others)
    total = np.log1p(_all_but_largest(rows, others))
    rows[:, :1] = np.where(finite, largest + total, largest)


def _logsumexp_vjp(
    scratch: Scratch, rows: Array, cotangent: Array, mask: Array | None = None
) -> None:
    softmax_rows(scratch, rows, mask)
    np.multiply(rows, cotangent, out=rows)
    _hide(rows, mask, 0)


def _logsumexp_vjp_narrow(
    scratch: Scratch, rows: Array, cotangent: Array, mask: Array | None = None
) -> None:
    softmax_narrow(scratch, rows, mask)
    np.multiply(rows, cotangent, out=rows)
    _hide(rows, mask, 0)


def standardize(
    x: ArrayLike,
    /,
    axis: Axis = -1,
    epsilon: float = 1e-5,
    *,
    out: Out = None,
) -> Result:
    r"""Shift and scale to mean 0 and variance 1.

    $$\operatorname{standardize}(x)_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}
    \qquad \mu = \frac{1}{n}\sum_k x_k
    \qquad \sigma^2 = \frac{1}{n}\sum_k (x_k - \mu)^2$$

    Layer normalisation is this along the features, times a gain and plus a bias that
    are learned. Results are within a few ulp of the largest one in their vector: beside
    the mean, where the difference is small, their own digits are lost. A vector with an
    infinity is NaN.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        axis: The axis or axes along which mean and variance are taken; None for all.
        epsilon: Finite number, 0 or above, that keeps constant vectors at 0; with 0
            they are 0, too.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values of the shape of `x`; a scalar for a scalar. float16, float32 and float64
            are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` or `epsilon` does not hold real numbers, `axis` is not made of
            integers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, `axis` is not an axis of `x` (an `AxisError`) or
            names one twice, `epsilon` is negative or not finite, or `out` has the wrong
            shape or is read-only.

    Examples:
        >>> from actfn import standardize
        >>> standardize([[1.0, 3.0], [5.0, 5.0]], epsilon=0)
        array([[-1.,  1.],
               [ 0.,  0.]])
    """
    epsilon = _validation.not_negative(epsilon=epsilon)
    arrays = (_validation.real_array(x),)
    return _blocks.rowwise(
        _standardize,
        arrays,
        epsilon,
        axis=axis,
        out=out,
        narrow=_standardize_narrow,
        scratch=(1, 1),
    )


def standardize_vjp(
    x: ArrayLike,
    cotangent: ArrayLike,
    /,
    axis: Axis = -1,
    epsilon: float = 1e-5,
    *,
    out: Out = None,
) -> Result:
    r"""Carry a gradient back through standardize: cotangent times its Jacobian.

    $$\frac{\partial L}{\partial x_i} = \frac{1}{\sqrt{\sigma^2 + \epsilon}} \Bigl(
    g_i - \frac{1}{n}\sum_j g_j - \frac{y_i}{n}\sum_j g_j\,y_j\Bigr)
    \qquad y = \operatorname{standardize}(x)$$

    The cotangent $g = \partial L / \partial y$ has the shape of `x`. The result has the
    shape and dtype of `standardize(x)`, and is within a few ulp of the largest term in
    its vector. Other arguments and errors are those of
    [`standardize`][actfn.standardize].

    Examples:
        >>> from actfn import standardize_vjp
        >>> standardize_vjp([-1.0, 1.0, -1.0, 1.0], [4.0, 0.0, 0.0, 0.0], epsilon=0)
        array([ 2.,  0., -2.,  0.])
    """
    epsilon = _validation.not_negative(epsilon=epsilon)
    arrays = _validation.with_cotangent(x, cotangent)
    return _blocks.rowwise(
        _standardize_vjp,
        arrays,
        epsilon,
        axis=axis,
        out=out,
        narrow=_standardize_vjp_narrow,
        scratch=(1, 1),
    )


def _standardize(scratch: Scratch, rows: Array, epsilon: float) -> None:
    _deviations(scratch[0], rows, epsilon)


def _standardize_narrow(scratch: Scratch, rows: Array, epsilon: float) -> None:
    _divide_by_deviation(scratch[0], rows, epsilon)


def _standardize_vjp(
    scratch: Scratch, rows: Array, cotangent: Array, epsilon: float
) -> None:
    deviation = _deviations(scratch[0], rows, epsilon)
    _standardize_product(scratch[0], rows, cotangent, deviation)


def _standardize_vjp_narrow(
    scratch: Scratch, rows: Array, cotangent: Array, epsilon: float
) -> None:
    deviation = _divide_by_deviation(scratch[0], rows, epsilon)
    _standardize_product(scratch[0], rows, cotangent, deviation)


def _standardize_product(
    spare: Array, rows: Array, cotangent: Array, deviation: Array
) -> None:
    np.subtract(cotangent, _mean(cotangent), out=cotangent)
    np.multiply(rows, cotangent, out=spare)
    np.multiply(rows, _mean(spare), out=rows)
    np.subtract(cotangent, rows, out=rows)
    np.divide(rows, deviation, out=rows)


def _deviations(spare: Array, rows: Array, epsilon: float) -> Array:
    """Standardize rows in place, and give the deviations that they were divided by."""
    # Divided by a power of 2 that keeps sums and squares from overflowing and, where
    # no epsilon outweighs them, from underflowing. float32 in float64 needs none.
    np.abs(rows, out=spare)
    _, exponent = np.frexp(spare.max(axis=1, keepdims=True))
    exponent = np.maximum(exponent, 0 if epsilon else -1000) + 1
    np.ldexp(rows, -exponent, out=rows)
    scaled = _divide_by_deviation(spare, rows, np.ldexp(epsilon, -2 * exponent))
    return np.asarray(np.ldexp(scaled, exponent))


def _divide_by_deviation(spare: Array, rows: Array, epsilon: Array | float) -> Array:
    np.subtract(rows, _mean(rows), out=rows)
    np.subtract(rows, _mean(rows), out=rows)  # what rounding left of the mean
    np.multiply(rows, rows, out=spare)
    deviation = np.sqrt(_mean(spare) + epsilon)
    deviation[deviation == 0] = 1
    np.divide(rows, deviation, out=rows)
    return np.asarray(deviation)


def _with_mask(where: Where, *arrays: Array) -> tuple[Array, ...]:
    return arrays if where is None else (*arrays, _validation.mask(where, arrays[0]))


def _hide(rows: Array, mask: Array | None, value: float) -> None:
    if mask is not None:
        rows[mask == 0] = value


def _all_but_largest(shifted: Array, exponentials: Array) -> Array:
    """Sum all exponentials of a row but that of its maximum, which is 1.

    The logarithm of the sum keeps its digits as the log1p of the rest.
    """
    largest = shifted.argmax(axis=1)
    exponentials[np.arange(len(shifted)), largest] = 0
    return _total(exponentials)


def _shift(rows: Array, scratch: Scratch) -> None:
    """Write rows less their maximum to scratch, and what rounding took away to rows."""
    shifted, back, kept = scratch[:3]
    largest = maxima(rows)
    # Knuth's two-sum: (rows - (shifted - back)) - (largest + back). The exponential
    # magnifies a rounding error of shifted by its size: 350 ulp for -700.
    np.subtract(rows, largest, out=shifted)
    np.subtract(shifted, rows, out=back)
    np.subtract(shifted, back, out=kept)
    np.subtract(rows, kept, out=rows)
    np.add(back, largest, out=back)
    np.subtract(rows, back, out=rows)
    np.fmax(rows, -1, out=rows)  # -1 in place of inf - inf


def subtract_largest(rows: Array) -> None:
    np.subtract(rows, maxima(rows), out=rows)


def maxima(rows: Array) -> Array:
    """Give the maximum of each row; rows without a finite one get their limit."""
    largest = np.maximum.reduce(rows, axis=1, keepdims=True)
    finite = np.isfinite(largest)
    if not finite.all():
        _take_limits(rows, largest, ~finite[:, 0])
    return largest


def _take_limits(rows: Array, largest: Array, infinite: Array) -> None:
    """Replace rows with an infinite maximum by rows that have their limit."""
    reaches = rows[infinite] == largest[infinite]
    lone = reaches.sum(axis=1, keepdims=True) == 1
    rows[infinite] = np.where(lone, np.where(reaches, 0, -np.inf), np.nan)
    largest[infinite] = 0


def _total(rows: Array) -> Array:
    return np.asarray(np.add.reduce(rows, axis=1, keepdims=True))


def _mean(rows: Array) -> Array:
    return np.asarray(rows.mean(axis=1, keepdims=True))

# Functions that pick few elements of a vector, or one: results that sum to 1, most of
# them 0.

import math

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _validation
from ._normalizers import maxima, softmax_narrow, softmax_rows, subtract_largest
from ._validation import Array, Axis, Out, Result, Rng, Scratch


def sparsemax(x: ArrayLike, /, axis: Axis = -1, *, out: Out = None) -> Result:
    r"""Turn scores into probabilities of which many are exactly 0.

    $$\operatorname{sparsemax}(x)_i = \max(x_i - \tau, 0)
    \qquad \text{with } \tau \text{ such that }
    \textstyle\sum_i \operatorname{sparsemax}(x)_i = 1$$

    It is the point of the probability simplex that lies closest to the scores: what
    [`softmax`][actfn.softmax] spreads over every element, it gives to few. A score that
    lies 1 or more below the largest gets nothing. Infinite scores give the limit: a
    single $+\infty$ takes all. Where there is none, for several $+\infty$ or nothing
    but $-\infty$, the vector is NaN.

    A probability is a difference: it is accurate to a few units in the last place of
    the largest one of its vector. float16 and float32 are computed in a wider dtype, so
    that only probabilities far smaller than the largest lose digits.

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
        >>> from actfn import sparsemax
        >>> sparsemax([[1.0, 0.5, -1.0], [1000.0, 0.0, 0.0]])
        array([[0.75, 0.25, 0.  ],
               [1.  , 0.  , 0.  ]])

    References:
        Martins and Astudillo (2016), [From Softmax to Sparsemax: A Sparse Model of
        Attention and Multi-Label Classification](https://arxiv.org/abs/1602.02068).
    """
    arrays = (_validation.real_array(x),)
    return _blocks.rowwise(_sparsemax, arrays, axis=axis, out=out, scratch=(2, 2))


def sparsemax_vjp(
    x: ArrayLike, cotangent: ArrayLike, /, axis: Axis = -1, *, out: Out = None
) -> Result:
    r"""Carry a gradient back through sparsemax: cotangent times its Jacobian.

    $$\frac{\partial L}{\partial x_i} = \begin{cases}
    g_i - \frac{1}{|S|} \sum_{j \in S} g_j & \text{if } i \in S \\
    0 & \text{otherwise} \end{cases}
    \qquad S = \{ j : \operatorname{sparsemax}(x)_j > 0 \}$$

    The cotangent $g$, the gradient of a loss $L$ with respect to the probabilities, has
    the shape of `x`. At the border of the support $S$, where a probability just reaches
    0 and the derivative does not exist, the value chosen is that of an element outside,
    0, as in the paper: what gets no probability gets no gradient.

    Arguments, dtypes and errors are those of [`sparsemax`][actfn.sparsemax].

    Examples:
        >>> from actfn import sparsemax_vjp
        >>> sparsemax_vjp([1.0, 0.5, -1.0], [3.0, 1.0, 8.0])
        array([ 1., -1.,  0.])
    """
    arrays = _validation.with_cotangent(x, cotangent)
    return _blocks.rowwise(_sparsemax_vjp, arrays, axis=axis, out=out, scratch=(2, 2))


def _sparsemax(scratch: Scratch, rows: Array) -> None:
    ordered, sums = scratch
    subtract_largest(rows)
    np.negative(rows, out=ordered)
    ordered.sort(axis=1)
    np.negative(ordered, out=ordered)
    np.cumsum(ordered, axis=1, out=sums)
    np.subtract(sums, 1, out=sums)
    ranks = np.arange(1, rows.shape[1] + 1)
    support = ranks * ordered > sums
    count = support.sum(axis=1, keepdims=True)
    # Summed once more, in pairs: the rounding of sums grows with every rank.
    np.copyto(ordered, 0, where=~support)
    total = ordered.sum(axis=1, keepdims=True)
    np.subtract(rows, (total - 1) / count, out=rows)
    np.maximum(rows, 0, out=rows)


def _sparsemax_vjp(scratch: Scratch, rows: Array, cotangent: Array) -> None:
    _sparsemax(scratch, rows)
    support = rows > 0
    count = support.sum(axis=1, keepdims=True)
    np.copyto(cotangent, 0, where=~support)
    np.subtract(cotangent, cotangent.sum(axis=1, keepdims=True) / count, out=cotangent)
    np.copyto(cotangent, 0, where=~support)
    np.multiply(rows, 0, out=rows)  # leaves NaN
    np.add(rows, cotangent, out=rows)


def hardmax(x: ArrayLike, /, axis: Axis = -1, *, out: Out = None) -> Result:
    r"""Give 1 to the largest score and 0 to the others.

    $$\operatorname{hardmax}(x)_i = \begin{cases}
    1 & \text{if } i \text{ is the first with } x_i = \max_j x_j \\
    0 & \text{otherwise} \end{cases}$$

    It makes a decision of scores. Its gradient is 0 wherever there is one, so nothing
    can be learned through it and there is no `hardmax_vjp`: train with
    [`softmax`][actfn.softmax], [`sparsemax`][actfn.sparsemax] or
    [`gumbel_softmax`][actfn.gumbel_softmax] in its place. Among equals the first is
    taken, as ONNX does. As for softmax, a single $+\infty$ takes all, and a vector with
    several, with nothing but $-\infty$, or with NaN is NaN.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        axis: The axis or axes along which one element is picked; None for all of them,
            which are then counted in C order.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        0 and 1 in the shape of `x`; a scalar for a scalar. float16, float32 and float64
            are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, `axis` is not made of integers, or
            `out` has the wrong dtype.
        ValueError: If `x` is ragged, `axis` is not an axis of `x` (an `AxisError`) or
            names one twice, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import hardmax
        >>> hardmax([[1.0, 3.0, 2.0], [5.0, 5.0, 0.0]])
        array([[0., 1., 0.],
               [1., 0., 0.]])
    """
    return _blocks.rowwise(_hardmax, (_validation.real_array(x),), axis=axis, out=out)


def _hardmax(scratch: Scratch, rows: Array) -> None:
    maxima(rows)  # without a finite one, rows get their limit
    _pick(rows)


def _pick(rows: Array) -> None:
    """Write 1 in the place of the largest and 0 elsewhere; rows of NaN stay."""
    top = rows.argmax(axis=1)
    rows[...] = np.where(np.isnan(rows[:, :1]), np.nan, 0)
    rows[np.arange(len(rows)), top] += 1


def gumbel_softmax(
    x: ArrayLike,
    /,
    tau: float = 1.0,
    hard: bool = False,
    axis: Axis = -1,
    *,
    rng: Rng = None,
    out: Out = None,
) -> Result:
    r"""Draw from the distribution of softmax, softly: a sample with a gradient.

    $$\operatorname{gumbel\_softmax}(x)
    = \operatorname{softmax}\left(\frac{x + g}{\tau}\right)
    \qquad g_i = -\log(-\log u_i)$$

    The $u_i$ are uniform on (0, 1), so that the largest $x_i + g_i$ belongs to each $i$
    with the probability that [`softmax`][actfn.softmax] gives it. The smaller the
    temperature $\tau$, the closer a sample comes to that one choice. There is one draw
    for each element of `x` in C order, whatever the axis, the dtype and the layout of
    memory. Infinite scores give the limit as for softmax.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        tau: Temperature, any finite number above 0.
        hard: Whether to give the choice itself: 1 for the largest and 0 for the others.
            The gradient stays that of the soft sample (straight through).
        axis: The axis or axes along which the results sum to 1; None for all of them.
        rng: Seed or generator of the draws; None for draws that cannot be repeated.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [0, 1] of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` or `tau` does not hold real numbers, `axis` is not made of
            integers, `rng` is no seed and no generator, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, `tau` is not finite or not above 0, `axis` is not
            an axis of `x` (an `AxisError`) or names one twice, or `out` has the wrong
            shape or is read-only.

    Examples:
        >>> from actfn import gumbel_softmax
        >>> gumbel_softmax([0.0, 1000.0, 0.0], rng=0)
        array([0., 1., 0.])
        >>> gumbel_softmax([0.0, 0.0, 0.0], hard=True, rng=0).sum()
        np.float64(1.0)

    References:
        Jang, Gu and Poole (2016), [Categorical Reparameterization with
        Gumbel-Softmax](https://arxiv.org/abs/1611.01144).
    """
    array = _validation.real_array(x)
    tau = _validation.positive(tau=tau)
    axes = _validation.axes(axis, array)
    kernel, narrow = _gumbel_soft, _gumbel_soft_narrow
    if hard:
        kernel, narrow = _gumbel_hard, _gumbel_hard_narrow

    def sample(x: Array, noise: Array, out: Out) -> Result:
        return _blocks.rowwise(
            kernel,
            (x, noise),
            tau,
            axis=axis,
            out=out,
            narrow=narrow,
            scratch=(3, 3),
        )

    return _blocks.with_draws(sample, _noise, (array,), rng, axes=axes, out=out)


def gumbel_softmax_vjp(
    x: ArrayLike,
    cotangent: ArrayLike,
    /,
    tau: float = 1.0,
    hard: bool = False,
    axis: Axis = -1,
    *,
    rng: Rng,
    out: Out = None,
) -> Result:
    r"""Carry a gradient back through a Gumbel-softmax sample, drawn once more.

    $$\frac{\partial L}{\partial x_i} = \frac{y_i}{\tau}
    \Bigl(g_i - \sum_j g_j\,y_j\Bigr) \qquad y = \operatorname{gumbel\_softmax}(x)$$

    The cotangent $g = \partial L / \partial y$ has the shape of `x`. The draws must be
    those of the sample: give `rng` the same seed, or a generator in the state that the
    other had, such as a copy made before the call. With `hard`, $y$ is still the soft
    sample: the gradient goes straight through the choice, whose own would be 0.

    Arguments, dtypes and errors are those of [`gumbel_softmax`][actfn.gumbel_softmax],
    but for `rng`, which must not be None.

    Examples:
        >>> from actfn import gumbel_softmax_vjp
        >>> gumbel_softmax_vjp([0.0, 1000.0], [1.0, 0.0], rng=0)
        array([0., 0.])
    """
    array, g = _validation.with_cotangent(x, cotangent)
    tau = _validation.positive(tau=tau)
    if rng is None:
        raise TypeError(
            "rng must be what gumbel_softmax was called with, got None, which would "
            "draw another sample; give both the same seed, for example rng=0, or the "
            "second a copy of the generator made before the first call"
        )
    axes = _validation.axes(axis, array)

    def product(x: Array, g: Array, noise: Array, out: Out) -> Result:
        arrays = (x, noise, g)
        return _blocks.rowwise(
            _gumbel_softmax_vjp,
            arrays,
            tau,
            axis=axis,
            out=out,
            narrow=_gumbel_softmax_vjp_narrow,
            scratch=(3, 3),
        )

    return _blocks.with_draws(product, _noise, (array, g), rng, axes=axes, out=out)


def _noise(rng: "np.random.Generator", shape: tuple[int, ...]) -> Array:
    # -log(u) has the exponential distribution, which can be drawn directly. Once in
    # about 1e16 draws it is 0, whose logarithm is infinite.
    draws = np.asarray(rng.standard_exponential(shape))
    np.maximum(draws, np.finfo(float).tiny, out=draws)
    np.log(draws, out=draws)
    return np.negative(draws, out=draws)


def _gumbel_soft(scratch: Scratch, rows: Array, noise: Array, tau: float) -> None:
    error = _scores(rows, noise, tau)
    softmax_rows(scratch, rows)
    np.multiply(rows, error, out=error)
    np.add(rows, error, out=rows)  # rows * exp(error)


def _gumbel_hard(scratch: Scratch, rows: Array, noise: Array, tau: float) -> None:
    _scores(rows, noise, 1)  # the largest is the same for every tau
    _pick(rows)


# For the digits of float32, float64 need not be made up for its roundings, unless they
# are divided by very little.
_SHARP = 0.01


def _gumbel_soft_narrow(
    scratch: Scratch, rows: Array, noise: Array, tau: float
) -> None:
    if tau < _SHARP:
        _gumbel_soft(scratch, rows, noise, tau)
        return
    _add_noise(rows, noise)
    np.divide(rows, tau, out=rows)
    softmax_narrow(scratch, rows)


def _gumbel_hard_narrow(
    scratch: Scratch, rows: Array, noise: Array, tau: float
) -> None:
    _add_noise(rows, noise)
    _pick(rows)


def _add_noise(rows: Array, noise: Array) -> None:
    subtract_largest(rows)  # so that large scores do not round the noise away
    np.add(rows, noise, out=rows)


def _gumbel_softmax_vjp(
    scratch: Scratch, rows: Array, noise: Array, cotangent: Array, tau: float
) -> None:
    _gumbel_soft(scratch, rows, noise, tau)
    _gumbel_product(scratch, rows, cotangent, tau)


def _gumbel_softmax_vjp_narrow(
    scratch: Scratch, rows: Array, noise: Array, cotangent: Array, tau: float
) -> None:
    _gumbel_soft_narrow(scratch, rows, noise, tau)
    _gumbel_product(scratch, rows, cotangent, tau)


def _gumbel_product(
    scratch: Scratch, rows: Array, cotangent: Array, tau: float
) -> None:
    # Counted from the cotangent of the largest, as for softmax: what is left of it is a
    # sum, not a difference.
    top = rows.argmax(axis=1)[:, np.newaxis]
    np.subtract(cotangent, np.take_along_axis(cotangent, top, 1), out=cotangent)
    np.multiply(rows, cotangent, out=scratch[0])
    mean = scratch[0].sum(axis=1, keepdims=True)
    np.subtract(cotangent, mean, out=cotangent)
    np.multiply(rows, cotangent, out=rows)
    np.divide(rows, tau, out=rows)


def _scores(rows: Array, noise: Array, tau: float) -> Array:
    """Write (rows + noise) / tau, but for a constant; give what rounding takes away.

    Shifted before, so that large scores do not round the noise away, and after, so that
    a small tau makes no score infinite but those that lose.
    """
    error = _plus(rows, -maxima(rows))
    error += _plus(rows, noise)
    error += _plus(rows, -maxima(rows))
    error /= tau
    error += _divide(rows, tau)
    np.clip(error, -1e30, 1e30, out=error)  # inf - inf would be NaN
    return _plus(rows, error)


def _plus(rows: Array, term: Array) -> Array:
    """Add a term in place; give what rounding takes away, after Knuth."""
    total = rows + term
    back = total - rows
    error = (rows - (total - back)) + (term - back)
    rows[...] = total
    return np.asarray(np.fmax(error, -1))  # -1 in place of inf - inf


def _divide(rows: Array, divisor: float) -> Array:
    """Divide in place; give what rounding takes away, after Dekker.

    Products of halves are exact, and a power of 2 divides exactly.
    """
    mantissa, exponent = math.frexp(divisor)
    first = float(np.float32(mantissa))
    np.ldexp(rows, -exponent, out=rows)
    quotient = rows / mantissa
    upper = quotient.astype(np.float32).astype(rows.dtype)
    lower = quotient - upper
    error = rows - upper * first - upper * (mantissa - first)
    error -= lower * first + lower * (mantissa - first)
    rows[...] = quotient
    return np.asarray(np.fmax(error / mantissa, -1))

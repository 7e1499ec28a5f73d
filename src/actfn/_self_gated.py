# Functions that multiply x by a gate computed from x.

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _gaussian
from ._sigmoids import decay, logistic
from ._validation import Array, Out, Result, Scratch


def gelu(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Weight x by the probability that a normal variable lies below it: exact GELU.

    $$\operatorname{gelu}(x) = x\,\Phi(x)
    = \frac{x}{2}\left(1 + \operatorname{erf}\frac{x}{\sqrt{2}}\right)$$

    $\Phi$ is the distribution function of the standard normal distribution. The
    Gaussian error linear unit is smooth, close to [`relu`][actfn.relu] for large
    inputs, and dips below 0 before it flattens; it is the usual choice in transformers
    like BERT.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values above -0.169972 of the shape of `x`; a scalar for a scalar. float16,
            float32 and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import gelu
        >>> gelu([-1000.0, 0.0, 1000.0])
        array([   0.,    0., 1000.])
        >>> round(gelu(1.0), 6)
        np.float64(0.841345)

    References:
        Hendrycks and Gimpel (2016),
        [Gaussian Error Linear Units (GELUs)](https://arxiv.org/abs/1606.08415).
    """
    return _blocks.elementwise(_gaussian.gelu, x, out=out, narrow=_gaussian.gelu_narrow)


def gelu_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of exact GELU.

    $$\operatorname{gelu}'(x) = \Phi(x) + x\,\varphi(x)
    \qquad \varphi(x) = \frac{e^{-x^2/2}}{\sqrt{2\pi}}$$

    It is negative left of -0.751792 and exceeds 1 right of 0.751792.

    Arguments, dtypes and errors are those of [`gelu`][actfn.gelu].

    Examples:
        >>> from actfn import gelu_derivative
        >>> gelu_derivative([-1000.0, 0.0, 1000.0])
        array([0. , 0.5, 1. ])
    """
    return _blocks.elementwise(
        _gaussian.gelu_derivative, x, out=out, narrow=_gaussian.gelu_derivative_narrow
    )


def silu(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Gate x by its own sigmoid; also called swish.

    $$\operatorname{silu}(x) = x \operatorname{sigmoid}(x) = \frac{x}{1 + e^{-x}}$$

    It is smooth, close to [`relu`][actfn.relu] for large inputs, and dips below 0
    before it flattens; it is the usual choice in recent language models.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values above -0.27847 of the shape of `x`; a scalar for a scalar. float16,
            float32 and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import silu
        >>> silu([-1000.0, 0.0, 1000.0])
        array([  -0.,    0., 1000.])

    References:
        Elfwing, Uchibe and Doya (2017), [Sigmoid-Weighted Linear Units for Neural
        Network Function Approximation in Reinforcement
        Learning](https://arxiv.org/abs/1702.03118).
    """
    return _blocks.elementwise(_silu, x, out=out)


def silu_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of SiLU.

    $$\operatorname{silu}'(x) = s\,\bigl(1 + x\,(1 - s)\bigr)
    \qquad s = \operatorname{sigmoid}(x)$$

    It is negative left of -1.27846 and exceeds 1 right of 1.27846.

    Arguments, dtypes and errors are those of [`silu`][actfn.silu].

    Examples:
        >>> from actfn import silu_derivative
        >>> silu_derivative([-1000.0, 0.0, 1000.0])
        array([-0. ,  0.5,  1. ])
    """
    return _blocks.elementwise(_silu_derivative, x, out=out, narrow=_silu_derivative)


# Left of this, exp(x) is subnormal and short of digits.
_TAIL = {np.dtype(np.float32): -87.0, np.dtype(np.float64): -708.0}
_SHIFT = 64.0
_EXP_MINUS_SHIFT = 1.603810890548638e-28  # exp(-64)


def _silu(x: Array, out: Array, scratch: Scratch) -> None:
    logistic(x, out, scratch)
    np.multiply(out, x, out=out)
    tail = np.flatnonzero(x < _TAIL[x.dtype])
    if tail.size:
        out[tail] = _tail_product(x[tail], 0)


def _silu_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    # s = gate / (1 + e) and 1 - s = other / (1 + e), with e = exp(-|x|).
    e, gate, other = scratch[:3]
    decay(x, e)
    np.sign(x, out=gate)
    np.negative(gate, out=other)
    np.maximum(gate, e, out=gate)
    np.maximum(other, e, out=other)
    np.minimum(x, 1000, out=out)  # inf * 0 would be NaN
    np.multiply(out, other, out=out)
    np.add(out, 1, out=out)
    np.add(out, e, out=out)
    np.multiply(out, gate, out=out)
    np.add(e, 1, out=e)
    np.multiply(e, e, out=e)
    np.divide(out, e, out=out)
    tail = np.flatnonzero(x < _TAIL[x.dtype])
    if tail.size:
        out[tail] = _tail_product(x[tail], 1)


def _tail_product(x: Array, offset: int) -> Array:
    """Give (x + offset) * exp(x), rounded once where the result is subnormal."""
    x = np.maximum(x, -1000)  # -inf * 0 would be NaN
    return np.asarray(np.exp(x + _SHIFT) * (x + offset) * _EXP_MINUS_SHIFT)

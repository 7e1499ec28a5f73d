# S-shaped functions onto (0, 1), and the logarithm of one of them.

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _compensated
from ._bounds import at_most, between, inside
from ._validation import Array, Out, Result, Scratch

if TYPE_CHECKING:
    from fractions import Fraction


def sigmoid(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Squash any number into (0, 1): the logistic function.

    $$\operatorname{sigmoid}(x) = \frac{1}{1 + e^{-x}}$$

    It turns a score into a probability, and opens and closes gates. It is computed from
    the exponential of $-|x|$ only, so that nothing overflows and no tail is lost.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [0, 1] of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import sigmoid
        >>> sigmoid([-1000.0, 0.0, 1000.0])
        array([0. , 0.5, 1. ])

    References:
        Rumelhart, Hinton and Williams (1986), [Learning representations by
        back-propagating errors](https://doi.org/10.1038/323533a0).
    """
    return _blocks.elementwise(logistic, x, out=out)


def sigmoid_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of the sigmoid: a bump of height 1/4 at 0.

    $$\operatorname{sigmoid}'(x) = \frac{e^{-|x|}}{\left(1 + e^{-|x|}\right)^2}$$

    This equals $s\,(1 - s)$ with $s = \operatorname{sigmoid}(x)$, which loses every
    digit where $s$ is close to 1.

    Arguments, dtypes and errors are those of [`sigmoid`][actfn.sigmoid].

    Examples:
        >>> from actfn import sigmoid_derivative
        >>> sigmoid_derivative([-1000.0, 0.0, 1000.0])
        array([0.  , 0.25, 0.  ])
    """
    return _blocks.elementwise(
        _sigmoid_derivative, x, out=out, narrow=_sigmoid_derivative
    )


def logistic(x: Array, out: Array, scratch: Scratch) -> None:
    bounded_exp(x, out, scratch)
    np.add(out, 1, out=scratch[0])
    np.divide(out, scratch[0], out=out)


# From here on exp(x) + 1 rounds to exp(x), hence exp(x) / (1 + exp(x)) to 1.
_CERTAIN = {np.dtype(np.float32): 2.0**24, np.dtype(np.float64): 2.0**53}


def bounded_exp(x: Array, out: Array, scratch: Scratch) -> None:
    """Write exp(x), held so that exp(x) / (1 + exp(x)) is neither inf / inf nor odd."""
    np.exp(x, out=scratch[0])
    at_most(scratch[0], _CERTAIN[x.dtype], out)


def _sigmoid_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    decay(x, out)
    square(out, scratch[0])
    np.divide(out, scratch[0], out=out)


def square(e: Array, out: Array) -> None:
    """Write (1 + e)**2 for a small e as 1 + e(2 + e), which is rounded but once."""
    np.add(e, 2, out=out)
    np.multiply(out, e, out=out)
    np.add(out, 1, out=out)


def decay(x: Array, out: Array) -> None:
    """Write exp(-|x|), which neither overflows nor warns."""
    np.abs(x, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)


def faint(x: Array, rate: float, factor: Fraction) -> Array:
    """Give exp(-rate * |x|) times a factor above 1, for an exponential below 1e-300.

    The product is rounded once, also where the exponential is subnormal or 0.
    """
    from decimal import Context, Decimal  # here, because it takes long to import

    digits = Context(prec=30)
    size = digits.divide(Decimal(factor.numerator), Decimal(factor.denominator))
    shift = round(64 + float(size.ln(digits)))  # whole, so that adding it is exact
    scale = digits.multiply(Decimal(-shift).exp(digits), size)
    result = np.empty_like(x)
    _compensated.decay(x, rate, result, list(np.empty((3, x.size))), shift=shift)
    return np.asarray(result * float(scale))


def log_sigmoid(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the logarithm of the sigmoid, without losing small probabilities.

    $$\operatorname{log\_sigmoid}(x) = \log\frac{1}{1 + e^{-x}}
    = \min(x, 0) - \log\left(1 + e^{-|x|}\right)$$

    It is the log-likelihood of a positive label with score $x$; its value at $-x$ is
    that of a negative one. It equals $-\operatorname{softplus}(-x)$.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in (-∞, 0] of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import log_sigmoid
        >>> log_sigmoid([-1000.0, 1000.0])
        array([-1000.,     0.])
        >>> round(log_sigmoid(0.0), 6)
        np.float64(-0.693147)
    """
    return _blocks.elementwise(_log_sigmoid, x, out=out)


def log_sigmoid_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of the log-sigmoid: the sigmoid of minus x.

    $$\operatorname{log\_sigmoid}'(x) = \operatorname{sigmoid}(-x)$$

    Arguments, dtypes and errors are those of [`log_sigmoid`][actfn.log_sigmoid].

    Examples:
        >>> from actfn import log_sigmoid_derivative
        >>> log_sigmoid_derivative([-1000.0, 0.0, 1000.0])
        array([1. , 0.5, 0. ])
    """
    return _blocks.elementwise(_log_sigmoid_derivative, x, out=out)


def _log_sigmoid(x: Array, out: Array, scratch: Scratch) -> None:
    lost = scratch[0]
    decay(x, lost)
    np.log1p(lost, out=lost)
    at_most(x, 0, out)
    np.subtract(out, lost, out=out)


def _log_sigmoid_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    mirrored, *spare = scratch
    np.negative(x, out=mirrored)
    logistic(mirrored, out, spare)


def hard_sigmoid(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Replace the sigmoid by a ramp from -3 to 3.

    $$\operatorname{hard\_sigmoid}(x) = \frac{\min(\max(x + 3, 0), 6)}{6}$$

    It needs no exponential, which helps small devices, and gives exactly 0 and 1; there
    its gradient is 0. ONNX has the slope 0.2 by default, hence a ramp from -2.5 to 2.5.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [0, 1] of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import hard_sigmoid
        >>> hard_sigmoid([-4.0, -1.5, 0.0, 1.5, 4.0])
        array([0.  , 0.25, 0.5 , 0.75, 1.  ])

    References:
        Howard, Sandler, Chu, Chen, Chen, Tan, Wang, Zhu, Pang, Vasudevan, Le and Adam
        (2019), [Searching for MobileNetV3](https://arxiv.org/abs/1905.02244).
    """
    return _blocks.elementwise(_hard_sigmoid, x, out=out)


def hard_sigmoid_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of the hard sigmoid: 1/6 on the ramp, else 0.

    $$\operatorname{hard\_sigmoid}'(x) = \begin{cases}
    \frac{1}{6} & \text{if } -3 < x < 3 \\ 0 & \text{otherwise} \end{cases}$$

    At -3 and 3, where the derivative does not exist, the value chosen is 0, as PyTorch
    and JAX choose.

    Arguments, dtypes and errors are those of [`hard_sigmoid`][actfn.hard_sigmoid].

    Examples:
        >>> from actfn import hard_sigmoid_derivative
        >>> hard_sigmoid_derivative([-3.0, 0.0, 3.0])
        array([0.        , 0.16666667, 0.        ])
    """
    return _blocks.elementwise(_hard_sigmoid_derivative, x, out=out)


def _hard_sigmoid(x: Array, out: Array, scratch: Scratch) -> None:
    np.add(x, 3, out=out)
    between(out, 0, 6, out)
    np.divide(out, 6, out=out)


def _hard_sigmoid_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    inside(x, -3, 3, out, scratch)
    np.divide(out, 6, out=out)


def sparse_sigmoid(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Replace the sigmoid by a ramp from -1 to 1.

    $$\operatorname{sparse\_sigmoid}(x)
    = \min\left(\max\left(\frac{x + 1}{2}, 0\right), 1\right)$$

    It relates to [`sparse_plus`][actfn.sparse_plus], whose derivative it is, as the
    sigmoid does to [`softplus`][actfn.softplus]; scores outside the ramp give exactly 0
    or 1, and a gradient of 0.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [0, 1] of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import sparse_sigmoid
        >>> sparse_sigmoid([-2.0, -0.5, 0.0, 0.5, 2.0])
        array([0.  , 0.25, 0.5 , 0.75, 1.  ])

    References:
        Blondel, Martins and Niculae (2020), [Learning with Fenchel-Young
        Losses](https://arxiv.org/abs/1901.02324).
    """
    return _blocks.elementwise(ramp, x, out=out)


def sparse_sigmoid_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of the sparse sigmoid: 1/2 on the ramp, else 0.

    $$\operatorname{sparse\_sigmoid}'(x) = \begin{cases}
    \frac{1}{2} & \text{if } -1 < x < 1 \\ 0 & \text{otherwise} \end{cases}$$

    At -1 and 1, where the derivative does not exist, the value chosen is 0, that of the
    flat sides, as for the ends of [`hard_sigmoid`][actfn.hard_sigmoid].

    Arguments, dtypes and errors are those of [`sparse_sigmoid`][actfn.sparse_sigmoid].

    Examples:
        >>> from actfn import sparse_sigmoid_derivative
        >>> sparse_sigmoid_derivative([-1.0, 0.0, 1.0])
        array([0. , 0.5, 0. ])
    """
    return _blocks.elementwise(_sparse_sigmoid_derivative, x, out=out)


def ramp(x: Array, out: Array, scratch: Scratch) -> None:
    """Write (x + 1) / 2, held between 0 and 1."""
    np.add(x, 1, out=out)
    between(out, 0, 2, out)
    np.multiply(out, 0.5, out=out)


def _sparse_sigmoid_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    inside(x, -1, 1, out, scratch)
    np.multiply(out, 0.5, out=out)

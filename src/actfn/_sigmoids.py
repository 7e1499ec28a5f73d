# S-shaped functions onto (0, 1).

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks
from ._validation import Array, Out, Result, Scratch


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
    # max(sign(x), e) is 1 for positive x and e = exp(-|x|) for the rest: one
    # exponential instead of the two of exp(min(x, 0)) / (1 + exp(-|x|)).
    e = scratch[0]
    decay(x, e)
    np.sign(x, out=out)
    np.maximum(out, e, out=out)
    np.add(e, 1, out=e)
    np.divide(out, e, out=out)


def _sigmoid_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    decay(x, out)
    np.add(out, 1, out=scratch[0])
    np.multiply(scratch[0], scratch[0], out=scratch[0])
    np.divide(out, scratch[0], out=out)


def decay(x: Array, out: Array) -> None:
    """Write exp(-|x|), which neither overflows nor warns."""
    np.abs(x, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)

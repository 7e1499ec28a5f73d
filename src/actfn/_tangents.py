# Odd S-shaped functions onto (-1, 1).

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks
from ._validation import Array, Out, Result, Scratch


def tanh(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Squash any number into (-1, 1): the hyperbolic tangent.

    $$\tanh(x) = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}$$

    Its outputs are centred on 0, which helps the layer that reads them. It is the
    [`sigmoid`][actfn.sigmoid] stretched: $\tanh(x) = 2\operatorname{sigmoid}(2x) - 1$.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [-1, 1] of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import tanh
        >>> tanh([-1000.0, 0.0, 1000.0])
        array([-1.,  0.,  1.])

    References:
        LeCun, Bottou, Orr and Müller (1998), [Efficient
        BackProp](https://doi.org/10.1007/3-540-49430-8_2).
    """
    return _blocks.elementwise(_tanh, x, out=out)


def tanh_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of tanh: a bump of height 1 at 0.

    $$\tanh'(x) = \frac{4\,e^{-2|x|}}{\left(1 + e^{-2|x|}\right)^2}$$

    This equals $1 - \tanh^2(x)$, which loses every digit where tanh is close to ±1.

    Arguments, dtypes and errors are those of [`tanh`][actfn.tanh].

    Examples:
        >>> from actfn import tanh_derivative
        >>> tanh_derivative([-1000.0, 0.0, 1000.0])
        array([0., 1., 0.])
    """
    return _blocks.elementwise(_tanh_derivative, x, out=out, narrow=_tanh_derivative)


def _tanh(x: Array, out: Array, scratch: Scratch) -> None:
    np.tanh(x, out=out)


def _tanh_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    np.abs(x, out=out)
    np.multiply(out, -2, out=out)
    np.exp(out, out=out)
    np.add(out, 1, out=scratch[0])
    np.multiply(scratch[0], scratch[0], out=scratch[0])
    np.divide(out, scratch[0], out=out)
    np.multiply(out, 4, out=out)


def softsign(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Squash any number into (-1, 1), without an exponential.

    $$\operatorname{softsign}(x) = \frac{x}{1 + |x|}$$

    It approaches ±1 like $1/|x|$, much more slowly than [`tanh`][actfn.tanh], so that
    units far from 0 still learn.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [-1, 1] of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import softsign
        >>> softsign([-3.0, 0.0, 1.0])
        array([-0.75,  0.  ,  0.5 ])

    References:
        Glorot and Bengio (2010), [Understanding the difficulty of training deep
        feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html).
    """
    return _blocks.elementwise(_softsign, x, out=out)


def softsign_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of softsign: a peak of height 1 at 0.

    $$\operatorname{softsign}'(x) = \frac{1}{(1 + |x|)^2}$$

    At 0 the derivative is 1, and has a corner: the second derivative jumps there.

    Arguments, dtypes and errors are those of [`softsign`][actfn.softsign].

    Examples:
        >>> from actfn import softsign_derivative
        >>> softsign_derivative([-3.0, 0.0, 1.0])
        array([0.0625, 1.    , 0.25  ])
    """
    return _blocks.elementwise(_softsign_derivative, x, out=out)


def _softsign(x: Array, out: Array, scratch: Scratch) -> None:
    # The largest float stands for infinity, because inf / (1 + inf) would be NaN.
    largest = np.finfo(x.dtype).max
    np.minimum(x, largest, out=out)
    np.maximum(out, -largest, out=out)
    np.abs(out, out=scratch[0])
    np.add(scratch[0], 1, out=scratch[0])
    np.divide(out, scratch[0], out=out)


def _softsign_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    # Dividing twice keeps results that are subnormal; squaring first would overflow.
    np.abs(x, out=scratch[0])
    np.add(scratch[0], 1, out=scratch[0])
    np.divide(1, scratch[0], out=out)
    np.divide(out, scratch[0], out=out)

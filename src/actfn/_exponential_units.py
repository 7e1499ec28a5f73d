# Linear above 0, exponential below.

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _validation
from ._validation import Array, Out, Result, Scratch


def elu(x: ArrayLike, /, alpha: float = 1.0, *, out: Out = None) -> Result:
    r"""Keep what is positive and bend the rest towards -alpha.

    $$\operatorname{elu}(x) = \begin{cases}
    x & \text{if } x > 0 \\ \alpha \left(e^{x} - 1\right) & \text{otherwise}
    \end{cases}$$

    The negative values bring the mean of the outputs closer to 0 than
    [`relu`][actfn.relu] does.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        alpha: Depth of the floor for negative inputs, any finite number.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values above `-alpha`, or equal to it where they round to it, of the shape of
            `x`; a scalar for a scalar. float16, float32 and float64 are kept, integers
            and booleans give float64.

    Raises:
        TypeError: If `x` or `alpha` does not hold real numbers, or `out` has the wrong
            dtype.
        ValueError: If `x` is ragged, `alpha` is not finite, or `out` has the wrong
            shape or is read-only.

    Examples:
        >>> from actfn import elu
        >>> elu([-1000.0, 0.0, 3.0], alpha=0.5)
        array([-0.5,  0. ,  3. ])

    References:
        Clevert, Unterthiner and Hochreiter (2015), [Fast and Accurate Deep Network
        Learning by Exponential Linear Units (ELUs)](https://arxiv.org/abs/1511.07289).
    """
    alpha = _validation.finite(alpha=alpha)
    return _blocks.elementwise(_elu, x, alpha, out=out)


def elu_derivative(x: ArrayLike, /, alpha: float = 1.0, *, out: Out = None) -> Result:
    r"""Give the derivative of ELU: 1 above 0, a fading exponential below.

    $$\operatorname{elu}'(x) = \begin{cases}
    1 & \text{if } x > 0 \\ \alpha\,e^{x} & \text{otherwise} \end{cases}$$

    At 0 the value chosen is `alpha`, that of the left side, as PyTorch and JAX choose;
    with the default of 1 both sides agree.

    Arguments, dtypes and errors are those of [`elu`][actfn.elu].

    Examples:
        >>> from actfn import elu_derivative
        >>> elu_derivative([-1000.0, 0.0, 3.0], alpha=0.5)
        array([0. , 0.5, 1. ])
    """
    alpha = _validation.finite(alpha=alpha)
    return _blocks.elementwise(_elu_derivative, x, alpha, out=out)


def _elu(x: Array, out: Array, scratch: Scratch, alpha: float) -> None:
    # One of the two terms is 0, so the sum is exact.
    np.minimum(x, 0, out=scratch[0])
    np.expm1(scratch[0], out=scratch[0])
    np.multiply(scratch[0], alpha, out=scratch[0])
    np.maximum(x, 0, out=out)
    np.add(out, scratch[0], out=out)


def _elu_derivative(x: Array, out: Array, scratch: Scratch, alpha: float) -> None:
    # exp(min(x, 0)), times alpha where x is not positive: one term is 0 in the sum.
    positive, factor = scratch[:2]
    np.sign(x, out=positive)
    np.maximum(positive, 0, out=positive)
    np.subtract(1, positive, out=factor)
    np.multiply(factor, alpha, out=factor)
    np.add(factor, positive, out=factor)
    np.minimum(x, 0, out=out)
    np.exp(out, out=out)
    np.multiply(out, factor, out=out)

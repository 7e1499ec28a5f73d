# Smooth functions with the shape of ReLU.

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _validation
from ._sigmoids import logistic
from ._validation import Array, Out, Result, Scratch


def softplus(x: ArrayLike, /, beta: float = 1.0, *, out: Out = None) -> Result:
    r"""Round off the corner of ReLU: always positive, everywhere smooth.

    $$\operatorname{softplus}(x) = \frac{1}{\beta}\log\left(1 + e^{\beta x}\right)$$

    Its derivative is the [`sigmoid`][actfn.sigmoid]. It is computed as
    $\max(x, 0) + \log(1 + e^{-\beta|x|}) / \beta$, which cannot overflow.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        beta: Sharpness of the corner, finite and greater than 0.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [0, ∞) of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` or `beta` does not hold real numbers, or `out` has the wrong
            dtype.
        ValueError: If `x` is ragged, `beta` is not positive and finite, or `out` has
            the wrong shape or is read-only.

    Examples:
        >>> from actfn import softplus
        >>> softplus([-1000.0, 1000.0])
        array([   0., 1000.])
        >>> round(softplus(0.0), 6)
        np.float64(0.693147)

    References:
        Dugas, Bengio, Bélisle, Nadeau and Garcia (2000), Incorporating Second-Order
        Functional Knowledge for Better Option Pricing.
    """
    beta = _validation.positive(beta=beta)
    return _blocks.elementwise(_softplus, x, beta, out=out)


def softplus_derivative(
    x: ArrayLike, /, beta: float = 1.0, *, out: Out = None
) -> Result:
    r"""Give the derivative of softplus: the sigmoid of beta times x.

    $$\operatorname{softplus}'(x) = \operatorname{sigmoid}(\beta x)$$

    Arguments, dtypes and errors are those of [`softplus`][actfn.softplus].

    Examples:
        >>> from actfn import softplus_derivative
        >>> softplus_derivative([-1000.0, 0.0, 1000.0])
        array([0. , 0.5, 1. ])
    """
    beta = _validation.positive(beta=beta)
    return _blocks.elementwise(_softplus_derivative, x, beta, out=out)


def _softplus(x: Array, out: Array, scratch: Scratch, beta: float) -> None:
    np.abs(x, out=out)
    np.multiply(out, -beta, out=out)
    np.exp(out, out=out)
    np.log1p(out, out=out)
    np.divide(out, beta, out=out)
    np.maximum(x, 0, out=scratch[0])
    np.add(out, scratch[0], out=out)


def _softplus_derivative(x: Array, out: Array, scratch: Scratch, beta: float) -> None:
    scaled, spare = scratch[:2]
    np.multiply(x, beta, out=scaled)
    logistic(scaled, out, [spare])

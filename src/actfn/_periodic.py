# Functions that repeat themselves, or grow and repeat themselves.

import math

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _validation
from ._blocks import Kernel
from ._bounds import between
from ._validation import Array, Out, Result, Scratch


def sine(x: ArrayLike, /, omega: float = 1.0, *, out: Out = None) -> Result:
    r"""Give the sine of omega times x.

    $$\operatorname{sine}(x) = \sin(\omega x)$$

    Networks made of sines (SIREN) represent pictures, sounds and their derivatives; in
    the paper the first layer has an omega of 30. The product $\omega x$ is rounded to
    float64, whatever the dtype of `x`, which moves the result by up to
    $2^{-53}\,|\omega x|$. Where the product is exact, as with the default, and with an
    omega of 30 for float32, the error is a unit or two in the last place.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        omega: Frequency in radians, any finite number.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [-1, 1] of the shape of `x`, or NaN where $\omega x$ is infinite or
            overflows; a scalar for a scalar. float16, float32 and float64 are kept,
            integers and booleans give float64.

    Raises:
        TypeError: If `x` or `omega` does not hold real numbers, or `out` has the wrong
            dtype.
        ValueError: If `x` is ragged, `omega` is not finite, or `out` has the wrong
            shape or is read-only.

    Examples:
        >>> from actfn import sine
        >>> sine([-1.0, 0.0, 1.0])
        array([-0.84147098,  0.        ,  0.84147098])

    References:
        Sitzmann, Martel, Bergman, Lindell and Wetzstein (2020), [Implicit Neural
        Representations with Periodic Activation
        Functions](https://arxiv.org/abs/2006.09661).
    """
    omega = _validation.finite(omega=omega)
    return _blocks.elementwise(_sine, x, omega, out=out, narrow=_wide(_sine, omega))


def sine_derivative(x: ArrayLike, /, omega: float = 1.0, *, out: Out = None) -> Result:
    r"""Give the derivative of the sine: a cosine that is omega high.

    $$\operatorname{sine}'(x) = \omega \cos(\omega x)$$

    Arguments, dtypes and errors are those of [`sine`][actfn.sine].

    Examples:
        >>> from actfn import sine_derivative
        >>> sine_derivative([-1.0, 0.0, 1.0])
        array([0.54030231, 1.        , 0.54030231])
    """
    omega = _validation.finite(omega=omega)
    return _blocks.elementwise(
        _sine_derivative, x, omega, out=out, narrow=_wide(_sine_derivative, omega)
    )


def _wide(kernel: Kernel, omega: float) -> Kernel | None:
    """Ask for float64 where float32 would round the product with omega."""
    return None if math.frexp(omega)[0] in {0.5, -0.5} else kernel


def _sine(x: Array, out: Array, scratch: Scratch, omega: float) -> None:
    np.multiply(x, omega, out=out)
    np.sin(out, out=out)


def _sine_derivative(x: Array, out: Array, scratch: Scratch, omega: float) -> None:
    np.multiply(x, omega, out=out)
    np.cos(out, out=out)
    np.multiply(out, omega, out=out)


def snake(x: ArrayLike, /, alpha: float = 1.0, *, out: Out = None) -> Result:
    r"""Let the identity wind: x plus a squared sine.

    $$\operatorname{snake}(x) = x + \frac{\sin^2(\alpha x)}{\alpha}$$

    It never decreases, and a network made of it can go on repeating what it has learned
    beyond the range of its training data, which one of rectifiers cannot. The product
    $\alpha x$ is rounded to float64, which moves the result by up to $2^{-53}\,|x|$, a
    few units in the last place; with the default it is exact.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        alpha: Frequency in radians, finite and greater than 0. The period is
            $\pi / \alpha$.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values of the shape of `x`; a scalar for a scalar. float16, float32 and float64
            are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` or `alpha` does not hold real numbers, or `out` has the wrong
            dtype.
        ValueError: If `x` is ragged, `alpha` is not positive and finite, or `out` has
            the wrong shape or is read-only.

    Examples:
        >>> from actfn import snake
        >>> snake([-1.0, 0.0, 1.0])
        array([-0.29192658,  0.        ,  1.70807342])

    References:
        Ziyin, Hartwig and Ueda (2020), [Neural Networks Fail to Learn Periodic
        Functions and How to Fix It](https://arxiv.org/abs/2006.08195).
    """
    alpha = _validation.positive(alpha=alpha)
    return _blocks.elementwise(_snake, x, alpha, out=out, narrow=_snake)


def snake_derivative(x: ArrayLike, /, alpha: float = 1.0, *, out: Out = None) -> Result:
    r"""Give the derivative of snake, a wave between 0 and 2.

    $$\operatorname{snake}'(x) = 1 + \sin(2 \alpha x)$$

    Near the points where it touches 0 the two terms cancel, and what remains is exact
    to about $2^{-53}$, not to all of its digits; for other values of `alpha` than the
    default, to about $2^{-52}\,|\alpha x|$. It is NaN where $\alpha x$ is infinite or
    overflows.

    Arguments, dtypes and errors are those of [`snake`][actfn.snake].

    Examples:
        >>> from actfn import snake_derivative
        >>> snake_derivative([-1.0, 0.0, 1.0])
        array([0.09070257, 1.        , 1.90929743])
    """
    alpha = _validation.positive(alpha=alpha)
    return _blocks.elementwise(
        _snake_derivative, x, alpha, out=out, narrow=_snake_derivative
    )


def _snake(x: Array, out: Array, scratch: Scratch, alpha: float) -> None:
    # The largest float stands for infinity, whose sine would be NaN.
    largest = np.finfo(x.dtype).max
    np.multiply(x, alpha, out=out)
    between(out, -largest, largest, out)
    np.sin(out, out=out)
    np.multiply(out, out, out=out)
    np.divide(out, alpha, out=out)
    np.add(out, x, out=out)


def _snake_derivative(x: Array, out: Array, scratch: Scratch, alpha: float) -> None:
    product, size = scratch[:2]
    np.multiply(x, alpha, out=product)
    np.multiply(product, 2, out=out)
    np.sin(out, out=out)
    np.add(out, 1, out=out)
    np.abs(product, out=size)
    overflown = np.flatnonzero(size > np.finfo(x.dtype).max / 2)
    if overflown.size:
        z = product[overflown]
        out[overflown] = (np.sin(z) + np.cos(z)) ** 2

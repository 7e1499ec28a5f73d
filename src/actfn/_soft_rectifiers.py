# Functions with the shape of ReLU and its corner rounded off.

import math

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _compensated, _validation
from ._bounds import at_least, at_most
from ._sigmoids import decay, faint, logistic, ramp
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
    if beta == 1:
        return _blocks.elementwise(_softplus, x, out=out)
    return _blocks.elementwise(
        _sharp_softplus, x, beta, out=out, narrow=_sharp_softplus
    )


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
    if beta == 1:
        return _blocks.elementwise(logistic, x, out=out)
    return _blocks.elementwise(_sharp_gate, x, beta, out=out, narrow=_sharp_gate)


def _softplus(x: Array, out: Array, scratch: Scratch) -> None:
    decay(x, out)
    np.log1p(out, out=out)
    at_least(x, 0, scratch[0])
    np.add(out, scratch[0], out=out)


def _sharp_softplus(x: Array, out: Array, scratch: Scratch, beta: float) -> None:
    _compensated.decay(x, beta, out, scratch)
    np.log1p(out, out=out)
    np.divide(out, beta, out=out)
    at_least(x, 0, scratch[0])
    np.add(out, scratch[0], out=out)
    if beta < 1:
        tail = np.flatnonzero(x < -700 / beta)
        if tail.size:
            from fractions import Fraction  # here, because it takes long to import

            out[tail] = faint(x[tail], beta, 1 / Fraction(beta))


def _sharp_gate(x: Array, out: Array, scratch: Scratch, beta: float) -> None:
    _compensated.gate(x, beta, out, scratch)


def squareplus(x: ArrayLike, /, b: float = 4.0, *, out: Out = None) -> Result:
    r"""Round off the corner of ReLU without an exponential: a branch of a hyperbola.

    $$\operatorname{squareplus}(x) = \frac{x + \sqrt{x^2 + b}}{2}$$

    It looks like [`softplus`][actfn.softplus] and costs one square root. For negative
    inputs it fades like $b / 4|x|$, much more slowly. It is computed as
    $\max(x, 0) + b / 2(|x| + \sqrt{x^2 + b})$, in which nothing cancels.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        b: Width of the bend, finite and 0 or greater. The value at 0 is half its root;
            0 gives [`relu`][actfn.relu].
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [0, ∞) of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` or `b` does not hold real numbers, or `out` has the wrong
            dtype.
        ValueError: If `x` is ragged, `b` is negative or not finite, or `out` has the
            wrong shape or is read-only.

    Examples:
        >>> from actfn import squareplus
        >>> squareplus([-1.5, 0.0, 1.5])
        array([0.5, 1. , 2. ])

    References:
        Barron (2021), [Squareplus: A Softplus-Like Algebraic
        Rectifier](https://arxiv.org/abs/2112.11687).
    """
    b = _validation.not_negative(b=b)
    return _blocks.elementwise(_squareplus, x, b, out=out)


def squareplus_derivative(
    x: ArrayLike, /, b: float = 4.0, *, out: Out = None
) -> Result:
    r"""Give the derivative of squareplus: a smooth step from 0 to 1.

    $$\operatorname{squareplus}'(x)
    = \frac{1}{2}\left(1 + \frac{x}{\sqrt{x^2 + b}}\right)$$

    At 0 it is 1/2 for every `b`. That is the value chosen for a `b` of 0 too, where the
    derivative does not exist there; [`relu_derivative`][actfn.relu_derivative] is 0.

    Arguments, dtypes and errors are those of [`squareplus`][actfn.squareplus].

    Examples:
        >>> from actfn import squareplus_derivative
        >>> squareplus_derivative([-1.5, 0.0, 1.5])
        array([0.2, 0.5, 0.8])
    """
    b = _validation.not_negative(b=b)
    return _blocks.elementwise(_squareplus_derivative, x, b, out=out)


def _squareplus(x: Array, out: Array, scratch: Scratch, b: float) -> None:
    at_least(x, 0, out)
    if b:
        half, _, total = scratch[:3]
        unit = _legs(x, scratch, b)
        np.sqrt(total, out=total)
        np.maximum(total, half, out=total)
        np.add(total, half, out=total)
        np.divide(b / unit / 4, total, out=total)
        np.add(out, total, out=out)


def _squareplus_derivative(x: Array, out: Array, scratch: Scratch, b: float) -> None:
    if not b:
        np.sign(x, out=out)
        np.add(out, 1, out=out)
        np.multiply(out, 0.5, out=out)
        return
    # The value at -|x|, in which nothing cancels: |0 - value| on the left, |1 - value|
    # on the right.
    half, near, square, value = scratch
    unit = _legs(x, scratch, b)
    np.sqrt(square, out=value)
    np.multiply(value, near, out=value)
    np.add(value, square, out=value)
    np.divide(b / unit / unit / 8, value, out=value)
    np.divide(_FAR, half, out=half)
    at_most(half, 1, near)
    np.multiply(value, near, out=value)
    np.multiply(value, near, out=value)
    np.greater(x, 0, out=out)
    np.subtract(out, value, out=out)
    np.abs(out, out=out)


_FAR = 2.0**60  # beside its square b is nothing


def _legs(x: Array, scratch: Scratch, b: float) -> float:
    """Write |x| / 2, the same held at _FAR, and its square plus b / 4; give their unit.

    np.hypot would do without, but takes four times as long.
    """
    half, near, square = scratch[:3]
    unit = _unit(b)
    np.abs(x, out=half)
    np.multiply(half, 0.5 / unit, out=half)
    at_most(half, _FAR, near)
    np.multiply(near, near, out=square)
    np.add(square, b / unit / unit / 4, out=square)
    return unit


def _unit(b: float) -> float:
    """Give a power of 2 that makes squares of about b neither overflow nor vanish."""
    exponent = math.frexp(b)[1] // 2
    # Not one just below 1: large x divided by it would overflow too early.
    return 1.0 if -60 < exponent < 0 else math.ldexp(1, exponent)


def sparse_plus(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Round off the corner of ReLU by a parabola from -1 to 1.

    $$\operatorname{sparse\_plus}(x) = \begin{cases}
    0 & \text{if } x \le -1 \\ \frac{(x + 1)^2}{4} & \text{if } -1 < x < 1 \\
    x & \text{otherwise} \end{cases}$$

    It is exactly 0 and exactly $x$ outside, which [`softplus`][actfn.softplus] never
    is, and its derivative is continuous: [`sparse_sigmoid`][actfn.sparse_sigmoid].

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [0, ∞) of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import sparse_plus
        >>> sparse_plus([-2.0, 0.0, 0.5, 2.0])
        array([0.    , 0.25  , 0.5625, 2.    ])
    """
    return _blocks.elementwise(_sparse_plus, x, out=out)


def sparse_plus_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of sparse plus: the sparse sigmoid.

    $$\operatorname{sparse\_plus}'(x) = \operatorname{sparse\_sigmoid}(x)$$

    At -1, where its slope jumps, the value is 0, that of both sides. At 1, where its
    slope jumps back, the value is 1, that of both sides.

    Arguments, dtypes and errors are those of [`sparse_plus`][actfn.sparse_plus].

    Examples:
        >>> from actfn import sparse_plus_derivative
        >>> sparse_plus_derivative([-2.0, 0.0, 0.5, 2.0])
        array([0.  , 0.5 , 0.75, 1.  ])
    """
    return _blocks.elementwise(ramp, x, out=out)


def _sparse_plus(x: Array, out: Array, scratch: Scratch) -> None:
    # The parabola lies above x, so that a maximum joins the two where they touch.
    ramp(x, out, scratch)
    np.multiply(out, out, out=out)
    np.maximum(out, x, out=out)

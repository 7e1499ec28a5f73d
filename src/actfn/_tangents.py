# Odd S-shaped functions, most of them onto (-1, 1).

import math

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _compensated, _validation
from ._bounds import between, inside
from ._sigmoids import faint, square
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
    square(out, scratch[0])
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
    largest = np.finfo(x.dtype).max
    between(x, -largest, largest, out)  # inf / inf would be NaN
    np.abs(out, out=scratch[0])
    np.add(scratch[0], 1, out=scratch[0])
    np.divide(out, scratch[0], out=out)


def _softsign_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    # Dividing twice keeps results that are subnormal; squaring first would overflow.
    np.abs(x, out=scratch[0])
    np.add(scratch[0], 1, out=scratch[0])
    np.divide(1, scratch[0], out=out)
    np.divide(out, scratch[0], out=out)


def hard_tanh(
    x: ArrayLike, /, min_val: float = -1.0, max_val: float = 1.0, *, out: Out = None
) -> Result:
    r"""Clip to the interval from -1 to 1, or to another one.

    $$\operatorname{hard\_tanh}(x) = \min(\max(x, a), b)
    \qquad a = \text{min\_val},\ b = \text{max\_val}$$

    It needs no exponential and leaves small inputs as they are, but what is clipped has
    no gradient.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        min_val: Smallest output, finite.
        max_val: Largest output, finite and not below `min_val`.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values from `min_val` to `max_val` of the shape of `x`; a scalar for a scalar.
            float16, float32 and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x`, `min_val` or `max_val` does not hold real numbers, or `out`
            has the wrong dtype.
        ValueError: If `x` is ragged, `min_val` or `max_val` is not finite, `min_val` is
            greater than `max_val`, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import hard_tanh
        >>> hard_tanh([-2.0, -0.5, 0.0, 0.5, 2.0])
        array([-1. , -0.5,  0. ,  0.5,  1. ])
        >>> hard_tanh([-2.0, 0.5, 8.0], 0.0, 6.0)
        array([0. , 0.5, 6. ])
    """
    low, high = _validation.ordered(min_val=min_val, max_val=max_val)
    return _blocks.elementwise(_hard_tanh, x, low, high, out=out)


def hard_tanh_derivative(
    x: ArrayLike, /, min_val: float = -1.0, max_val: float = 1.0, *, out: Out = None
) -> Result:
    r"""Give the derivative of hard tanh: 1 inside the interval, else 0.

    $$\operatorname{hard\_tanh}'(x) = \begin{cases}
    1 & \text{if } a < x < b \\ 0 & \text{otherwise} \end{cases}
    \qquad a = \text{min\_val},\ b = \text{max\_val}$$

    At -1 and 1, or wherever the ends are, the derivative does not exist; the value
    chosen is 0, as PyTorch chooses: what is clipped has no gradient. JAX chooses 1.

    Arguments, dtypes and errors are those of [`hard_tanh`][actfn.hard_tanh].

    Examples:
        >>> from actfn import hard_tanh_derivative
        >>> hard_tanh_derivative([-1.0, 0.0, 1.0])
        array([0., 1., 0.])
    """
    low, high = _validation.ordered(min_val=min_val, max_val=max_val)
    return _blocks.elementwise(_hard_tanh_derivative, x, low, high, out=out)


def _hard_tanh(x: Array, out: Array, scratch: Scratch, low: float, high: float) -> None:
    between(x, low, high, out)


def _hard_tanh_derivative(
    x: Array, out: Array, scratch: Scratch, low: float, high: float
) -> None:
    inside(x, low, high, out, scratch)


def scaled_tanh(
    x: ArrayLike, /, alpha: float = 1.7159, beta: float = 2 / 3, *, out: Out = None
) -> Result:
    r"""Stretch tanh so that it takes 1 to 1, and -1 to -1, very nearly.

    $$\operatorname{scaled\_tanh}(x) = \alpha \tanh(\beta x)$$

    With the defaults its slope is 1.14 at 0, and it bends most near ±1, which were
    the targets in its time.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        alpha: Height of the plateaus, finite and greater than 0.
        beta: Steepness, finite and greater than 0.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [-`alpha`, `alpha`] of the shape of `x`; a scalar for a scalar.
            float16, float32 and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x`, `alpha` or `beta` does not hold real numbers, or `out` has
            the wrong dtype.
        ValueError: If `x` is ragged, `alpha` or `beta` is not positive and finite, or
            `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import scaled_tanh
        >>> scaled_tanh([-1000.0, 0.0, 1000.0])
        array([-1.7159,  0.    ,  1.7159])

    References:
        LeCun, Bottou, Orr and Müller (1998), [Efficient
        BackProp](https://doi.org/10.1007/3-540-49430-8_2), section 4.4.
    """
    alpha, beta = _validation.positive(alpha=alpha), _validation.positive(beta=beta)
    return _blocks.elementwise(
        _scaled_tanh, x, alpha, beta, out=out, narrow=_scaled_tanh
    )


def scaled_tanh_derivative(
    x: ArrayLike, /, alpha: float = 1.7159, beta: float = 2 / 3, *, out: Out = None
) -> Result:
    r"""Give the derivative of scaled tanh: a bump of height alpha times beta.

    $$\operatorname{scaled\_tanh}'(x)
    = \frac{4\,\alpha\beta\,e^{-2\beta|x|}}{\left(1 + e^{-2\beta|x|}\right)^2}$$

    Arguments, dtypes and errors are those of [`scaled_tanh`][actfn.scaled_tanh].

    Examples:
        >>> from actfn import scaled_tanh_derivative
        >>> scaled_tanh_derivative([-1000.0, 0.0, 1000.0], alpha=3.0, beta=0.5)
        array([0. , 1.5, 0. ])
    """
    alpha, beta = _validation.positive(alpha=alpha), _validation.positive(beta=beta)
    # A huge factor would bring back what a subnormal exponential has lost.
    plain = max(alpha, beta) < 1e100
    return _blocks.elementwise(
        _scaled_tanh_derivative,
        x,
        alpha,
        beta,
        out=out,
        narrow=_scaled_tanh_derivative_narrow if plain else _scaled_tanh_derivative,
    )


def _scaled_tanh(
    x: Array, out: Array, scratch: Scratch, alpha: float, beta: float
) -> None:
    product = scratch[0]
    np.multiply(x, beta, out=product)
    np.tanh(product, out=out)
    np.multiply(out, alpha, out=out)
    if 2 < alpha < np.finfo(float).max / beta:
        # It magnifies what a subnormal product has lost.
        np.abs(product, out=product)
        small = np.flatnonzero(product < 1e-290)
        out[small] = x[small] * (alpha * beta)


def _scaled_tanh_derivative_narrow(
    x: Array, out: Array, scratch: Scratch, alpha: float, beta: float
) -> None:
    product, *spare = scratch
    np.multiply(x, beta, out=product)
    _tanh_derivative(product, out, spare)
    np.multiply(out, beta, out=out)
    np.multiply(out, alpha, out=out)


def _scaled_tanh_derivative(
    x: Array, out: Array, scratch: Scratch, alpha: float, beta: float
) -> None:
    # e / ((1 + e)**2 / m) times 2**k, where 4 alpha beta is m 2**k. A last factor that
    # is rounded itself would cost another ulp.
    from fractions import Fraction  # here, because it takes long to import

    _compensated.decay(x, min(2 * beta, np.finfo(float).max), out, scratch)
    (a, i), (b, j) = math.frexp(alpha), math.frexp(beta)
    inverse, spare = float(1 / (Fraction(a) * Fraction(b))), scratch[0]
    np.add(out, 2, out=spare)
    np.multiply(spare, out, out=spare)
    np.multiply(spare, inverse, out=spare)
    np.add(spare, inverse, out=spare)
    np.divide(out, spare, out=out)
    np.multiply(out, np.ldexp(1.0, i + j + 2), out=out)
    np.abs(x, out=spare)
    tail = np.flatnonzero(spare > 350 / beta)
    if tail.size and 4 * alpha * beta > 1:
        out[tail] = faint(x[tail], 2 * beta, 4 * Fraction(alpha) * Fraction(beta))


def arctan(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Squash any number into (-π/2, π/2): the inverse of the tangent.

    $$\arctan(x) = \int_0^x \frac{dt}{1 + t^2}$$

    It approaches its plateaus like $1/|x|$, as slowly as [`softsign`][actfn.softsign],
    but it is smooth at 0.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [-π/2, π/2] of the shape of `x`; a scalar for a scalar. float16,
            float32 and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import arctan
        >>> arctan([-1.0, 0.0, 1.0])
        array([-0.78539816,  0.        ,  0.78539816])
    """
    return _blocks.elementwise(_arctan, x, out=out)


def arctan_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of the arctangent: a bump of height 1 at 0.

    $$\arctan'(x) = \frac{1}{1 + x^2}$$

    Arguments, dtypes and errors are those of [`arctan`][actfn.arctan].

    Examples:
        >>> from actfn import arctan_derivative
        >>> arctan_derivative([-1.0, 0.0, 1.0])
        array([0.5, 1. , 0.5])
    """
    return _blocks.elementwise(_arctan_derivative, x, out=out)


def _arctan(x: Array, out: Array, scratch: Scratch) -> None:
    np.arctan(x, out=out)


def _arctan_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    np.square(x, out=out)
    np.add(out, 1, out=out)
    np.divide(1, out, out=out)
    if not np.minimum.reduce(out) > 0:  # some square has overflowed, or is NaN
        far = np.flatnonzero(out == 0)
        out[far] = 1 / x[far] / x[far]

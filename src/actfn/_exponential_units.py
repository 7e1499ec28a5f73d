# Linear above 0, exponential below.

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _compensated, _validation
from ._bounds import at_least, at_most
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
    if abs(alpha) > _DEEP:
        return _blocks.elementwise(_deep_slope, x, alpha, out=out, narrow=_deep_slope)
    return _blocks.elementwise(_elu_derivative, x, alpha, out=out)


# From here on alpha * exp(x) has digits that an exp(x) next to 0 has lost.
_DEEP = 2.0


def _elu(x: Array, out: Array, scratch: Scratch, alpha: float) -> None:
    at_most(x, 0, out)
    np.expm1(out, out=out)
    if alpha == 1:  # exp(x) - 1 lies above x on the left only
        np.maximum(x, out, out=out)
        return
    # One of the two terms is 0, so the sum is exact.
    np.multiply(out, alpha, out=out)
    at_least(x, 0, scratch[0])
    np.add(out, scratch[0], out=out)


def _elu_derivative(x: Array, out: Array, scratch: Scratch, alpha: float) -> None:
    at_most(x, 0, out)
    np.exp(out, out=out)
    if alpha != 1:
        _slopes(x, 1, alpha, scratch[0], scratch[1])
        np.multiply(out, scratch[0], out=out)


def _deep_slope(x: Array, out: Array, scratch: Scratch, alpha: float) -> None:
    # exp(x / 2) twice: it is not subnormal where alpha * exp(x) is more than 0.
    at_most(x, 0, out)
    np.multiply(out, 0.5, out=out)
    np.exp(out, out=out)
    _slopes(x, 1, alpha, scratch[0], scratch[1])
    np.multiply(scratch[0], out, out=scratch[0])
    np.multiply(out, scratch[0], out=out)


def _slopes(x: Array, right: float, left: float, out: Array, spare: Array) -> None:
    """Write one number where x is above 0, and another elsewhere."""
    # One of the two terms is 0, so the sum is exact.
    np.greater(x, 0, out=out)
    np.subtract(1, out, out=spare)
    np.multiply(spare, left, out=spare)
    np.multiply(out, right, out=out)
    np.add(out, spare, out=out)


def celu(x: ArrayLike, /, alpha: float = 1.0, *, out: Out = None) -> Result:
    r"""Keep what is positive and bend the rest towards -alpha, without a corner.

    $$\operatorname{celu}(x) = \begin{cases}
    x & \text{if } x > 0 \\ \alpha \left(e^{x/\alpha} - 1\right) & \text{otherwise}
    \end{cases}$$

    Unlike [`elu`][actfn.elu] it has the slope 1 at 0 for every alpha: alpha says how
    deep the floor is, and how far away.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        alpha: Depth of the floor for negative inputs, finite and greater than 0.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values above `-alpha`, or equal to it where they round to it, of the shape of
            `x`; a scalar for a scalar. float16, float32 and float64 are kept, integers
            and booleans give float64.

    Raises:
        TypeError: If `x` or `alpha` does not hold real numbers, or `out` has the wrong
            dtype.
        ValueError: If `x` is ragged, `alpha` is not positive and finite, or `out` has
            the wrong shape or is read-only.

    Examples:
        >>> from actfn import celu
        >>> celu([-1000.0, 0.0, 3.0], alpha=0.5)
        array([-0.5,  0. ,  3. ])

    References:
        Barron (2017), [Continuously Differentiable Exponential Linear
        Units](https://arxiv.org/abs/1704.07483).
    """
    alpha = _validation.positive(alpha=alpha)
    narrow = None if alpha == 1 else _celu
    return _blocks.elementwise(_celu, x, alpha, out=out, narrow=narrow)


def celu_derivative(x: ArrayLike, /, alpha: float = 1.0, *, out: Out = None) -> Result:
    r"""Give the derivative of CELU: 1 above 0, a fading exponential below.

    $$\operatorname{celu}'(x) = \begin{cases}
    1 & \text{if } x > 0 \\ e^{x/\alpha} & \text{otherwise} \end{cases}$$

    At 0 the derivative is 1, and has a corner: the second derivative jumps there.

    Arguments, dtypes and errors are those of [`celu`][actfn.celu].

    Examples:
        >>> from actfn import celu_derivative
        >>> celu_derivative([-1000.0, 0.0, 3.0], alpha=0.5)
        array([0., 1., 1.])
    """
    alpha = _validation.positive(alpha=alpha)
    narrow = None if alpha == 1 else _celu_derivative
    return _blocks.elementwise(_celu_derivative, x, alpha, out=out, narrow=narrow)


def _celu(x: Array, out: Array, scratch: Scratch, alpha: float) -> None:
    if alpha == 1:
        _elu(x, out, scratch, alpha)
        return
    below, t = scratch[:2]
    at_most(x, 0, below)
    np.divide(below, alpha, out=t)
    np.expm1(t, out=out)
    np.multiply(out, alpha, out=out)
    if alpha > 1:
        # Where x / alpha is subnormal, digits are lost: between x and x + x * t / 2
        # there are enough.
        np.maximum(out, below, out=out)
        np.multiply(t, 0.5, out=t)
        np.multiply(t, below, out=t)
        np.add(t, below, out=t)
        np.fmin(out, t, out=out)  # not the NaN of inf - inf
    at_least(x, 0, t)
    np.add(out, t, out=out)


def _celu_derivative(x: Array, out: Array, scratch: Scratch, alpha: float) -> None:
    if alpha == 1:
        _elu_derivative(x, out, scratch, alpha)
        return
    from fractions import Fraction  # here, because it takes long to import

    below, *spare = scratch
    # 1 / alpha overflows where alpha is subnormal; x is then made larger too.
    scale = 1.0 if alpha > 2.0**-1000 else 2.0**100
    exact = 1 / Fraction(float(alpha) * scale)
    rate = float(exact)
    rest = float(exact - Fraction(rate))
    at_most(x, 0, below)
    np.multiply(below, scale, out=below)
    _compensated.decay(below, rate, out, spare, rest=rest)


# The two numbers make mean 0 and variance 1 of the inputs those of the outputs:
# with c = erfc(1 / sqrt(2)) * exp(1 / 2), alpha = sqrt(2 / pi) / (1 - c), which is
# 1.6732632423543772, and scale**2 = 2 * pi * (1 - c)**2
#     / (2 * erfc(sqrt(2)) * exp(2) + pi * c**2 - 2 * (2 + pi) * c + pi + 2).
_SELU_SCALE = 1.0507009873554805
_SELU_DEPTH = 1.7580993408473768  # scale * alpha, rounded once


def selu(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Scale ELU such that standard normal inputs stay so: mean 0 and variance 1.

    $$\operatorname{selu}(x) = \lambda \begin{cases}
    x & \text{if } x > 0 \\ \alpha \left(e^{x} - 1\right) & \text{otherwise}
    \end{cases} \qquad \begin{aligned} \alpha &= 1.6732632423543772 \\
    \lambda &= 1.0507009873554805 \end{aligned}$$

    Layers of such units keep the mean and the variance of what passes through them,
    if the weights of each are drawn with mean 0 and variance one over their number. The
    two constants follow from that and are not parameters.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [-1.7581, ∞) of the shape of `x`; a scalar for a scalar. float16,
            float32 and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import selu
        >>> selu([-1000.0, 0.0, 1.0])
        array([-1.75809934,  0.        ,  1.05070099])

    References:
        Klambauer, Unterthiner, Mayr and Hochreiter (2017), [Self-Normalizing Neural
        Networks](https://arxiv.org/abs/1706.02515).
    """
    # In float32 the rounded scale would move the place where x overflows.
    return _blocks.elementwise(_selu, x, out=out)


def selu_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of SELU: a constant above 0, a fading exponential below.

    $$\operatorname{selu}'(x) = \lambda \begin{cases}
    1 & \text{if } x > 0 \\ \alpha\,e^{x} & \text{otherwise} \end{cases}$$

    At 0, where the derivative does not exist, the value chosen is 1.7581, that of the
    left side, as PyTorch and JAX choose.

    Arguments, dtypes and errors are those of [`selu`][actfn.selu].

    Examples:
        >>> from actfn import selu_derivative
        >>> selu_derivative([-1000.0, 0.0, 3.0])
        array([0.        , 1.75809934, 1.05070099])
    """
    return _blocks.elementwise(_selu_derivative, x, out=out)


def _selu(x: Array, out: Array, scratch: Scratch) -> None:
    at_most(x, 0, scratch[0])
    np.expm1(scratch[0], out=scratch[0])
    np.multiply(scratch[0], _SELU_DEPTH, out=scratch[0])
    at_least(x, 0, out)
    np.multiply(out, _SELU_SCALE, out=out)
    np.add(out, scratch[0], out=out)
    # In float32 the rounded scale would move the place where x overflows.
    if np.maximum.reduce(x) > _NEARLY_INFINITE:
        far = x > _NEARLY_INFINITE
        out[far] = _SELU_SCALE * x[far].astype(np.float64)


_NEARLY_INFINITE = 3e38


def _selu_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    # DEPTH - (DEPTH - SCALE) is SCALE exactly, since one is less than twice the other.
    at_most(x, 0, out)
    np.exp(out, out=out)
    np.multiply(out, _SELU_DEPTH, out=out)
    np.greater(x, 0, out=scratch[0])
    np.multiply(
        scratch[0],
        out.dtype.type(_SELU_DEPTH) - out.dtype.type(_SELU_SCALE),
        out=scratch[0],
    )
    np.subtract(out, scratch[0], out=out)

# Functions that pull what is small towards 0.

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _validation
from ._bounds import above, at_most, between
from ._validation import Array, Out, Result, Scratch


def hard_shrink(x: ArrayLike, /, lambd: float = 0.5, *, out: Out = None) -> Result:
    r"""Replace what lies near 0 by 0 and keep the rest: hard thresholding.

    $$\operatorname{hard\_shrink}(x) = \begin{cases}
    x & \text{if } |x| > \lambda \\ 0 & \text{otherwise} \end{cases}
    \qquad \lambda = \text{lambd}$$

    What is kept is not made smaller, at the price of a jump on both sides of the zone;
    [`soft_shrink`][actfn.soft_shrink] makes the opposite choice.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        lambd: Half the width of the zone, finite and 0 or greater; PyTorch's name.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values of the shape of `x`; a scalar for a scalar. float16, float32 and float64
            are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` or `lambd` does not hold real numbers, or `out` has the wrong
            dtype.
        ValueError: If `x` is ragged, `lambd` is negative or not finite, or `out` has
            the wrong shape or is read-only.

    Examples:
        >>> from actfn import hard_shrink
        >>> hard_shrink([-2.0, -0.5, 0.25, 0.75])
        array([-2.  ,  0.  ,  0.  ,  0.75])
    """
    zone = _validation.not_negative(lambd=lambd)
    return _blocks.elementwise(_hard_shrink, x, zone, out=out)


def hard_shrink_derivative(
    x: ArrayLike, /, lambd: float = 0.5, *, out: Out = None
) -> Result:
    r"""Give the derivative of hard shrinkage: 0 near 0, else 1.

    $$\operatorname{hard\_shrink}'(x) = \begin{cases}
    1 & \text{if } |x| > \lambda \\ 0 & \text{otherwise} \end{cases}
    \qquad \lambda = \text{lambd}$$

    At -0.5 and 0.5, or where else `lambd` puts the jumps, the derivative does not exist
    and the value chosen is 0, as PyTorch chooses: the function is 0 there.

    Arguments, dtypes and errors are those of [`hard_shrink`][actfn.hard_shrink].

    Examples:
        >>> from actfn import hard_shrink_derivative
        >>> hard_shrink_derivative([-2.0, -0.5, 0.25, 0.75])
        array([1., 0., 0., 1.])
    """
    zone = _validation.not_negative(lambd=lambd)
    return _blocks.elementwise(_shrink_derivative, x, zone, out=out)


def _hard_shrink(x: Array, out: Array, scratch: Scratch, zone: float) -> None:
    np.abs(x, out=out)
    np.greater(out, zone, out=scratch[0])  # 1 or 0
    np.multiply(x, scratch[0], out=out)
    np.add(out, 0, out=out)  # makes 0 of -0


def _shrink_derivative(x: Array, out: Array, scratch: Scratch, zone: float) -> None:
    np.abs(x, out=scratch[0])
    above(scratch[0], zone, out)


def soft_shrink(x: ArrayLike, /, lambd: float = 0.5, *, out: Out = None) -> Result:
    r"""Pull every number towards 0 by a fixed length: soft thresholding.

    $$\operatorname{soft\_shrink}(x) = \begin{cases}
    x - \lambda & \text{if } x > \lambda \\ x + \lambda & \text{if } x < -\lambda \\
    0 & \text{otherwise} \end{cases} \qquad \lambda = \text{lambd}$$

    It is what minimises $\tfrac12 (y - x)^2 + \lambda |y|$ over $y$, the step by which
    methods for sparse solutions reach zeros. It has no jump, but what it keeps is
    smaller by $\lambda$; compare [`hard_shrink`][actfn.hard_shrink].

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        lambd: Length of the pull, finite and 0 or greater; PyTorch's name for it.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values of the shape of `x`; a scalar for a scalar. float16, float32 and float64
            are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` or `lambd` does not hold real numbers, or `out` has the wrong
            dtype.
        ValueError: If `x` is ragged, `lambd` is negative or not finite, or `out` has
            the wrong shape or is read-only.

    Examples:
        >>> from actfn import soft_shrink
        >>> soft_shrink([-2.0, -0.5, 0.25, 0.75])
        array([-1.5 ,  0.  ,  0.  ,  0.25])

    References:
        Donoho (1995), De-noising by soft-thresholding, for signals.
    """
    zone = _validation.not_negative(lambd=lambd)
    return _blocks.elementwise(_soft_shrink, x, zone, out=out)


def soft_shrink_derivative(
    x: ArrayLike, /, lambd: float = 0.5, *, out: Out = None
) -> Result:
    r"""Give the derivative of soft shrinkage: 0 near 0, else 1.

    $$\operatorname{soft\_shrink}'(x) = \begin{cases}
    1 & \text{if } |x| > \lambda \\ 0 & \text{otherwise} \end{cases}
    \qquad \lambda = \text{lambd}$$

    At -0.5 and 0.5, or where else `lambd` puts the corners, the derivative does not
    exist and the value chosen is 0, as PyTorch chooses: it favours zeros.

    Arguments, dtypes and errors are those of [`soft_shrink`][actfn.soft_shrink].

    Examples:
        >>> from actfn import soft_shrink_derivative
        >>> soft_shrink_derivative([-2.0, -0.5, 0.25, 0.75])
        array([1., 0., 0., 1.])
    """
    zone = _validation.not_negative(lambd=lambd)
    return _blocks.elementwise(_shrink_derivative, x, zone, out=out)


def _soft_shrink(x: Array, out: Array, scratch: Scratch, zone: float) -> None:
    between(x, -zone, zone, scratch[0])
    np.subtract(x, scratch[0], out=out)
    np.add(out, 0, out=out)  # makes 0 of -0


def tanh_shrink(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Subtract the hyperbolic tangent: nearly 0 near 0, one less far away.

    $$\operatorname{tanh\_shrink}(x) = x - \tanh(x)$$

    A smooth relative of [`soft_shrink`][actfn.soft_shrink]. Near 0 it is about
    $x^3/3$, of which the difference keeps no digit: a quotient of polynomials takes its
    place up to 1.5.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values of the shape of `x`; a scalar for a scalar. float16, float32 and float64
            are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import tanh_shrink
        >>> tanh_shrink([-64.0, 0.0, 2.0])
        array([-63.        ,   0.        ,   1.03597242])
        >>> float(tanh_shrink(9e-10))  # 9e-10 - np.tanh(9e-10) is 0
        2.43e-28
    """
    return _blocks.elementwise(_tanh_shrink, x, out=out, narrow=_tanh_shrink_narrow)


def tanh_shrink_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of tanh shrinkage: 0 at 0, close to 1 far away.

    $$\operatorname{tanh\_shrink}'(x) = \tanh^2(x)$$

    Arguments, dtypes and errors are those of [`tanh_shrink`][actfn.tanh_shrink].

    Examples:
        >>> from actfn import tanh_shrink_derivative
        >>> tanh_shrink_derivative([-1000.0, 0.0, 1000.0])
        array([1., 0., 1.])
    """
    return _blocks.elementwise(_tanh_shrink_derivative, x, out=out)


# With z = x**2, x**3 / (x - tanh(x)) = 3 + z * P(z) / Q(z) is so near 3 + 1.2 * z that
# little is left to fit, and no rounding error of P and Q is magnified. Minimax (Remez
# exchange with 80 digits), coefficients rounded, highest power first; relative error of
# the whole 6.2e-18 for |x| up to 1.5. A polynomial of as good a fit needs degree 9.
_JOINT = 1.5
_P = (
    3.4861109236445354e-07,
    -0.00010608121817301893,
    1.0473462775010023,
    93.20095705928468,
    1540.820618696866,
)
_Q = (1.0, 83.78183175057183, 1284.017182247389)
# In float64 the difference is good enough for float32 from here on; below, 3 + 1.2 * z
# is within 1.9e-9.
_NARROW_JOINT = 2.0**-5


def _tanh_shrink(x: Array, out: Array, scratch: Scratch) -> None:
    z, p, q, _ = scratch
    np.abs(x, out=p)
    at_most(p, _JOINT, z)
    np.square(z, out=z)
    _horner(_P, z, p)
    _horner(_Q, z, q)
    np.divide(p, q, out=p)
    np.multiply(p, z, out=p)
    np.add(p, 3, out=p)
    _join(x, _JOINT, p, out, scratch[2:])


def _tanh_shrink_narrow(x: Array, out: Array, scratch: Scratch) -> None:
    z, p, *spare = scratch
    between(x, -_NARROW_JOINT, _NARROW_JOINT, z)
    np.square(z, out=z)
    np.multiply(z, 1.2, out=p)
    np.add(p, 3, out=p)
    _join(x, _NARROW_JOINT, p, out, spare)


def _horner(coefficients: Sequence[float], z: Array, out: Array) -> None:
    np.multiply(z, coefficients[0], out=out)
    np.add(out, coefficients[1], out=out)
    for coefficient in coefficients[2:]:
        np.multiply(out, z, out=out)
        np.add(out, coefficient, out=out)


def _join(x: Array, joint: float, divisor: Array, out: Array, scratch: Scratch) -> None:
    """Write |x|**3 / divisor up to the joint, |x| - tanh(|x|) from there on, signed."""
    # The divisor is constant from the joint on: there the cube is the larger of both,
    # and left of it the difference at the joint is.
    cube, size = scratch
    np.abs(x, out=size)
    np.multiply(size, size, out=cube)
    np.multiply(cube, size, out=cube)
    np.divide(cube, divisor, out=cube)
    between(size, joint, np.inf, size)
    np.tanh(size, out=out)
    np.subtract(size, out, out=size)
    np.minimum(cube, size, out=cube)
    np.copysign(cube, x, out=out)


def _tanh_shrink_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    np.tanh(x, out=out)
    np.multiply(out, out, out=out)

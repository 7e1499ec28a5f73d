# Functions that multiply x by a gate computed from x.

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _gaussian, _validation
from ._bounds import at_least, at_most, between, keep_nan, nans
from ._compensated import decay, gate, side
from ._sigmoids import bounded_exp, logistic
from ._validation import Array, Out, Result, Scratch


def gelu(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Weight x by the probability that a normal variable lies below it: exact GELU.

    $$\operatorname{gelu}(x) = x\,\Phi(x)
    = \frac{x}{2}\left(1 + \operatorname{erf}\frac{x}{\sqrt{2}}\right)$$

    $\Phi$ is the distribution function of the standard normal distribution. The
    Gaussian error linear unit is smooth, close to [`relu`][actfn.relu] for large
    inputs, and dips below 0 before it flattens; it is the usual choice in transformers
    like BERT.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values above -0.169972 of the shape of `x`; a scalar for a scalar. float16,
            float32 and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import gelu
        >>> gelu([-1000.0, 0.0, 1000.0])
        array([   0.,    0., 1000.])
        >>> round(gelu(1.0), 6)
        np.float64(0.841345)

    References:
        Hendrycks and Gimpel (2016),
        [Gaussian Error Linear Units (GELUs)](https://arxiv.org/abs/1606.08415).
    """
    return _blocks.elementwise(_gaussian.gelu, x, out=out, narrow=_gaussian.gelu_narrow)


def gelu_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of exact GELU.

    $$\operatorname{gelu}'(x) = \Phi(x) + x\,\varphi(x)
    \qquad \varphi(x) = \frac{e^{-x^2/2}}{\sqrt{2\pi}}$$

    It is negative left of -0.751792 and exceeds 1 right of 0.751792.

    Arguments, dtypes and errors are those of [`gelu`][actfn.gelu].

    Examples:
        >>> from actfn import gelu_derivative
        >>> gelu_derivative([-1000.0, 0.0, 1000.0])
        array([0. , 0.5, 1. ])
    """
    return _blocks.elementwise(
        _gaussian.gelu_derivative, x, out=out, narrow=_gaussian.gelu_derivative_narrow
    )


def gelu_tanh(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Approximate GELU by a hyperbolic tangent of a cubic.

    $$\operatorname{gelu\_tanh}(x) = \frac{x}{2} \left(1 + \tanh\left(
    \sqrt{\tfrac{2}{\pi}} \left(x + 0.044715\,x^3\right)\right)\right)$$

    It differs from exact [`gelu`][actfn.gelu] by less than 0.00048, and is what GPT-2
    was trained with. It is computed as $x \operatorname{sigmoid}(2u)$ with $u$ the
    argument of the tangent, so that the left tail keeps its digits.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values above -0.170041 of the shape of `x`; a scalar for a scalar. float16,
            float32 and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import gelu_tanh
        >>> gelu_tanh([-1000.0, 0.0, 1000.0])
        array([  -0.,    0., 1000.])
        >>> round(gelu_tanh(1.0), 6)
        np.float64(0.841192)

    References:
        Hendrycks and Gimpel (2016),
        [Gaussian Error Linear Units (GELUs)](https://arxiv.org/abs/1606.08415).
    """
    return _blocks.elementwise(_gelu_tanh, x, out=out, narrow=_gelu_tanh_narrow)


def gelu_tanh_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of the approximation of GELU by a tangent.

    $$\operatorname{gelu\_tanh}'(x) = s\,\bigl(1 + x\,v'(x)\,(1 - s)\bigr)
    \qquad s = \operatorname{sigmoid}(v(x))
    \qquad v(x) = \sqrt{\tfrac{8}{\pi}} \left(x + 0.044715\,x^3\right)$$

    It is negative left of -0.752462, and beside that zero, where two terms cancel, it
    is within half of the machine epsilon.

    Arguments, dtypes and errors are those of [`gelu_tanh`][actfn.gelu_tanh].

    Examples:
        >>> from actfn import gelu_tanh_derivative
        >>> gelu_tanh_derivative([-1000.0, 0.0, 1000.0])
        array([-0. ,  0.5,  1. ])
    """
    return _blocks.elementwise(
        _gelu_tanh_derivative, x, out=out, narrow=_gelu_tanh_derivative_narrow
    )


def gelu_quick(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Approximate GELU by a single sigmoid.

    $$\operatorname{gelu\_quick}(x) = x \operatorname{sigmoid}(1.702\,x)$$

    It differs from exact [`gelu`][actfn.gelu] by up to 0.0203, and is
    [`swish`][actfn.swish] with a beta of 1.702.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values above -0.163612 of the shape of `x`; a scalar for a scalar. float16,
            float32 and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import gelu_quick
        >>> gelu_quick([-1000.0, 0.0, 1000.0])
        array([  -0.,    0., 1000.])
    """
    return _blocks.elementwise(swish_kernel, x, _QUICK, out=out, narrow=swish_narrow)


def gelu_quick_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of the approximation of GELU by a sigmoid.

    $$\operatorname{gelu\_quick}'(x) = s\,\bigl(1 + 1.702\,x\,(1 - s)\bigr)
    \qquad s = \operatorname{sigmoid}(1.702\,x)$$

    It is negative left of -0.751152, and beside that zero, where two terms cancel, it
    is within a quarter of the machine epsilon.

    Arguments, dtypes and errors are those of [`gelu_quick`][actfn.gelu_quick].

    Examples:
        >>> from actfn import gelu_quick_derivative
        >>> gelu_quick_derivative([-1000.0, 0.0, 1000.0])
        array([-0. ,  0.5,  1. ])
    """
    return _blocks.elementwise(
        swish_derivative_kernel,
        x,
        _QUICK,
        out=out,
        narrow=swish_derivative_narrow,
    )


_QUICK = 1.702

# v(x) = _A * x + _B * x**3 is the argument of the sigmoid. Of the coefficients,
# sqrt(8 / pi) and 0.044715 times that, the first parts are so short that their products
# with hi and hi**3 are exact, where hi is x on a grid.
_A, _A_SHORT, _A_REST = 1.5957691216057308, 1.595769121660851, -5.5120230375072935e-11
_B, _B_SHORT, _B_REST = 0.07135481627260025, 0.0714111328125, -5.631653989975122e-05
_GRID = 1.5 * 2.0**42  # adding and subtracting it rounds to a multiple of 2**-10
_END = 22.0  # exp(-v) is 0 from here on
_CUBIC_TAIL = -21.1  # left of it, exp(v) is subnormal


def _gelu_tanh(x: Array, out: Array, scratch: Scratch) -> None:
    gating = scratch[0]
    _cubic_decay(x, out, scratch, 0)
    side(x, 1, out, gating)
    np.add(out, 1, out=out)
    np.divide(gating, out, out=out)
    np.multiply(out, x, out=out)
    _mend_cubic_tail(x, out, 0)


def _gelu_tanh_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    e, other, gating = scratch[:3]
    _cubic_decay(x, out, scratch, 0)
    np.copyto(e, out)
    side(x, -1, e, other)
    _cubic_growth(x, out, gating)
    np.multiply(out, other, out=out)
    side(x, 1, e, gating)
    _slope(out, e, gating, out)
    _mend_cubic_tail(x, out, 1)


def _cubic_growth(x: Array, out: Array, spare: Array) -> None:
    """Write x * v'(x), for x not beyond the ends."""
    between(x, -_END, _END, spare)
    np.square(spare, out=out)
    np.multiply(out, 3 * _B, out=out)
    np.add(out, _A, out=out)
    np.multiply(out, spare, out=out)


def _gelu_tanh_narrow(x: Array, out: Array, scratch: Scratch) -> None:
    _cubic(x, out)
    np.negative(out, out=out)
    _gated(x, out)


def _gelu_tanh_derivative_narrow(x: Array, out: Array, scratch: Scratch) -> None:
    near, v, e, growth = scratch
    between(x, -_END, _END, near)
    _cubic(near, v)
    bounded_exp(v, e, [out])
    # x * v'(x) is 3 * v(x) less what is linear in x.
    np.multiply(v, 3, out=growth)
    np.multiply(near, 2 * _A, out=near)
    np.subtract(growth, near, out=growth)
    _narrow_slope(growth, e, out, near)


def _cubic(x: Array, out: Array) -> None:
    """Write v(x), rounded as often as it has terms."""
    np.square(x, out=out)
    np.multiply(out, _B, out=out)
    np.add(out, _A, out=out)
    np.multiply(out, x, out=out)


def _cubic_decay(x: Array, out: Array, scratch: Scratch, shift: float) -> None:
    """Write exp(shift - v(|x|)), made up for the rounding of v."""
    lo, hi, cube, rest = scratch[:4]
    np.abs(x, out=hi)
    at_most(hi, _END, lo)
    np.add(lo, _GRID, out=hi)
    np.subtract(hi, _GRID, out=hi)
    np.subtract(lo, hi, out=lo)
    # rest = lo * (_A + _B * (3 * hi**2 + lo * (3 * hi + lo))) + rests of the products
    np.multiply(hi, 3, out=rest)
    np.add(rest, lo, out=rest)
    np.multiply(rest, lo, out=rest)
    np.multiply(hi, hi, out=cube)
    np.multiply(cube, 3, out=out)
    np.add(rest, out, out=rest)
    np.multiply(rest, _B, out=rest)
    np.add(rest, _A, out=rest)
    np.multiply(rest, lo, out=rest)
    np.multiply(cube, hi, out=cube)
    np.multiply(cube, _B_REST, out=out)
    np.add(rest, out, out=rest)
    np.multiply(hi, _A_REST, out=out)
    np.add(rest, out, out=rest)
    np.multiply(cube, _B_SHORT, out=cube)
    np.multiply(hi, _A_SHORT, out=hi)
    np.add(hi, cube, out=hi)  # exact
    np.add(hi, rest, out=out)
    np.subtract(out, hi, out=hi)
    np.subtract(rest, hi, out=rest)  # what v has lost
    np.subtract(shift, out, out=out)
    np.exp(out, out=out)
    np.multiply(rest, out, out=rest)
    np.subtract(out, rest, out=out)


def _mend_cubic_tail(x: Array, out: Array, order: int) -> None:
    """Round once where exp(v) is subnormal: x * exp(v) or its slope."""
    tail = np.flatnonzero(x < _CUBIC_TAIL)
    if tail.size:
        far = np.maximum(x[tail], -_END)
        e, factor, *spare = np.empty((6, far.size))
        _cubic_decay(far, e, spare, _SHIFT)
        _cubic_growth(far, factor, spare[0])
        out[tail] = e * (factor + 1 if order else far) * _EXP_MINUS_SHIFT


def silu(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Gate x by its own sigmoid.

    $$\operatorname{silu}(x) = x \operatorname{sigmoid}(x) = \frac{x}{1 + e^{-x}}$$

    It is smooth, close to [`relu`][actfn.relu] for large inputs, and dips below 0
    before it flattens; it is the usual choice in recent language models. With a slope
    beta inside the sigmoid it is [`swish`][actfn.swish].

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values above -0.27847 of the shape of `x`; a scalar for a scalar. float16,
            float32 and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import silu
        >>> silu([-1000.0, 0.0, 1000.0])
        array([  -0.,    0., 1000.])

    References:
        Elfwing, Uchibe and Doya (2017), [Sigmoid-Weighted Linear Units for Neural
        Network Function Approximation in Reinforcement
        Learning](https://arxiv.org/abs/1702.03118).
    """
    return _blocks.elementwise(swish_kernel, x, 1.0, out=out, narrow=swish_narrow)


def silu_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of SiLU.

    $$\operatorname{silu}'(x) = s\,\bigl(1 + x\,(1 - s)\bigr)
    \qquad s = \operatorname{sigmoid}(x)$$

    It is negative left of -1.27846 and exceeds 1 right of 1.27846. Beside its zero,
    where two terms cancel, it is within a quarter of the machine epsilon.

    Arguments, dtypes and errors are those of [`silu`][actfn.silu].

    Examples:
        >>> from actfn import silu_derivative
        >>> silu_derivative([-1000.0, 0.0, 1000.0])
        array([-0. ,  0.5,  1. ])
    """
    return _blocks.elementwise(
        swish_derivative_kernel, x, 1.0, out=out, narrow=swish_derivative_narrow
    )


def swish(x: ArrayLike, /, beta: float = 1.0, *, out: Out = None) -> Result:
    r"""Gate x by a sigmoid of beta times x: SiLU with a slope.

    $$\operatorname{swish}(x) = x \operatorname{sigmoid}(\beta x)
    = \frac{x}{1 + e^{-\beta x}}$$

    With beta 1 it is [`silu`][actfn.silu]; with 0 it is x / 2, and the larger beta is,
    the closer it comes to [`relu`][actfn.relu].

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        beta: Slope of the gate, any finite number.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values of the shape of `x`, above -0.278465 / beta if beta is positive; a scalar
            for a scalar. float16, float32 and float64 are kept, integers and booleans
            give float64.

    Raises:
        TypeError: If `x` or `beta` does not hold real numbers, or `out` has the wrong
            dtype.
        ValueError: If `x` is ragged, `beta` is not finite, or `out` has the wrong shape
            or is read-only.

    Examples:
        >>> from actfn import swish
        >>> swish([-1000.0, 0.0, 1000.0], beta=2.0)
        array([  -0.,    0., 1000.])
        >>> swish(3.0, beta=0.0)
        np.float64(1.5)

    References:
        Ramachandran, Zoph and Le (2017),
        [Searching for Activation Functions](https://arxiv.org/abs/1710.05941).
    """
    beta = _validation.finite(beta=beta)
    return _blocks.elementwise(swish_kernel, x, beta, out=out, narrow=swish_narrow)


def swish_derivative(x: ArrayLike, /, beta: float = 1.0, *, out: Out = None) -> Result:
    r"""Give the derivative of swish with respect to x.

    $$\operatorname{swish}'(x) = s\,\bigl(1 + \beta x\,(1 - s)\bigr)
    \qquad s = \operatorname{sigmoid}(\beta x)$$

    It is negative left of -1.27846 / beta. Beside its zero, where two terms cancel, it
    is within a quarter of the machine epsilon.

    Arguments, dtypes and errors are those of [`swish`][actfn.swish].

    Examples:
        >>> from actfn import swish_derivative
        >>> swish_derivative([-1000.0, 0.0, 1000.0], beta=2.0)
        array([-0. ,  0.5,  1. ])
    """
    beta = _validation.finite(beta=beta)
    return _blocks.elementwise(
        swish_derivative_kernel, x, beta, out=out, narrow=swish_derivative_narrow
    )


# The kernels run in float64 alone: in float32 SiLU would be off by 4.3 ulp. Left of the
# tail, exp(x) is subnormal and short of digits.
_TAIL = -708.0
_SHIFT = 64.0
_EXP_MINUS_SHIFT = 1.603810890548638e-28  # exp(-64)


def swish_kernel(x: Array, out: Array, scratch: Scratch, beta: float) -> None:
    if not beta:
        np.multiply(x, 0.5, out=out)
        return
    if beta == 1:  # nothing is rounded before the exponential
        logistic(x, out, scratch)
    else:
        gate(x, beta, out, scratch)
    np.multiply(out, x, out=out)
    _mend_tail(x, out, scratch, beta, 0)


def swish_derivative_kernel(
    x: Array, out: Array, scratch: Scratch, beta: float
) -> None:
    # s = gate / (1 + e) and 1 - s = other / (1 + e), with e = exp(-|beta * x|).
    if not beta:
        out.fill(0.5)
        keep_nan(x, out)
        return
    e, other, gating = scratch[:3]
    decay(x, abs(beta), e, [out, other, gating])
    side(x, -beta, e, other)
    side(x, beta, e, gating)
    np.multiply(x, beta, out=out)
    between(out, -np.inf, 1000, out)  # inf * 0 would be NaN
    np.multiply(out, other, out=out)
    _slope(out, e, gating, out)
    _mend_tail(x, out, scratch, beta, 1)


def _slope(growth: Array, e: Array, gating: Array, out: Array) -> None:
    """Write gating * (1 + e + growth) / (1 + e)**2; changes gating."""
    np.add(growth, 1, out=out)
    np.add(out, e, out=out)
    np.multiply(out, gating, out=out)
    # 1 + e * (2 + e) has a rounding less to magnify than the square.
    np.add(e, 2, out=gating)
    np.multiply(gating, e, out=gating)
    np.add(gating, 1, out=gating)
    np.divide(out, gating, out=out)


def _mend_tail(x: Array, out: Array, scratch: Scratch, beta: float, order: int) -> None:
    """Round once where exp(beta * x) is subnormal: x * exp(beta * x) or its slope."""
    lowest = np.minimum if beta > 0 else np.maximum
    if lowest.reduce(x) * beta >= _TAIL:
        return
    np.multiply(x, beta, out=scratch[0])
    tail = np.flatnonzero(scratch[0] < _TAIL)
    if tail.size:
        end = 1000 / abs(beta)
        far = np.clip(x[tail], -end, end)  # inf * 0 would be NaN
        e = np.empty_like(far)
        decay(far, abs(beta), e, [*np.empty((3, far.size))], shift=_SHIFT)
        out[tail] = e * (beta * far + 1 if order else far) * _EXP_MINUS_SHIFT


# What follows is computed in float64 and rounded to float32 or float16, whose smallest
# numbers are far from those at which exponentials or products of them lose digits.

_STEEP = -750.0  # exp of less is 0
_FLAT = 40.0  # 1 + exp of more is exp of it


def swish_narrow(x: Array, out: Array, scratch: Scratch, beta: float) -> None:
    if not beta:
        np.multiply(x, 0.5, out=out)
        return
    np.multiply(x, -beta, out=out)
    _gated(x, out)


def swish_derivative_narrow(
    x: Array, out: Array, scratch: Scratch, beta: float
) -> None:
    if not beta:
        swish_derivative_kernel(x, out, scratch, beta)
        return
    z, e, spare = scratch[:3]
    np.multiply(x, beta, out=z)
    between(z, _STEEP, _FLAT, z)
    np.exp(z, out=e)
    _narrow_slope(z, e, out, spare)


def _gated(x: Array, out: Array) -> None:
    """Write x / (1 + exp(out)): x times the sigmoid of -out."""
    np.exp(out, out=out)
    np.add(out, 1, out=out)
    np.divide(x, out, out=out)
    _forget(x, out)


def _forget(x: Array, out: Array) -> None:
    """Write 0 where an infinite x was divided by infinity."""
    odd = nans(out)
    if odd.size:
        out[odd] = np.where(np.isinf(x[odd]), 0, out[odd])


def _narrow_slope(growth: Array, e: Array, out: Array, spare: Array) -> None:
    """Write e * (1 + e + growth) / (1 + e)**2."""
    np.add(e, 1, out=spare)
    np.add(spare, growth, out=out)
    np.multiply(out, e, out=out)
    np.square(spare, out=spare)
    np.divide(out, spare, out=out)


def hard_silu(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Replace the gate of SiLU by three straight pieces; also called hard swish.

    $$\operatorname{hard\_silu}(x) = x\,\frac{\min(\max(x + 3, 0), 6)}{6}$$

    It is made for devices on which an exponential is expensive.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values from -0.375 of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import hard_silu
        >>> hard_silu([-4.0, -1.5, 0.0, 3.0])
        array([-0.   , -0.375,  0.   ,  3.   ])

    References:
        Howard, Sandler, Chu, Chen, Chen, Tan, Wang, Zhu, Pang, Vasudevan, Le and Adam
        (2019), [Searching for MobileNetV3](https://arxiv.org/abs/1905.02244).
    """
    return _blocks.elementwise(_hard_silu, x, out=out)


def hard_silu_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of hard SiLU: a straight line between -3 and 3.

    $$\operatorname{hard\_silu}'(x) = \begin{cases}
    0 & \text{if } x \le -3 \\ \frac{2x + 3}{6} & \text{if } -3 < x < 3 \\
    1 & \text{if } x \ge 3 \end{cases}$$

    At -3, where the derivative jumps from 0 to -0.5, the value chosen is 0, and at 3,
    where it jumps from 1.5 to 1, the value chosen is 1, those of the straight sides:
    the product rule gives them with the 0 that [`hard_sigmoid`][actfn.hard_sigmoid] has
    for its derivative there.

    Arguments, dtypes and errors are those of [`hard_silu`][actfn.hard_silu].

    Examples:
        >>> from actfn import hard_silu_derivative
        >>> hard_silu_derivative([-3.0, -1.5, 0.0, 3.0])
        array([-0. ,  0. ,  0.5,  1. ])
    """
    return _blocks.elementwise(_hard_silu_derivative, x, out=out)


def _hard_silu(x: Array, out: Array, scratch: Scratch) -> None:
    near = scratch[0]
    at_least(x, -3, near)  # -inf * 0 would be NaN
    np.add(near, 3, out=scratch[1])
    at_most(scratch[1], 6, out)
    np.divide(out, 6, out=out)
    np.multiply(out, near, out=out)


def _hard_silu_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    # (2 * x + 3) / 6 between the ends, where it is 1 too much at 3 and -0.5 at -3.
    slope, right, left, _ = scratch
    between(x, -3, 3, slope)
    np.multiply(slope, 2, out=slope)
    np.add(slope, 3, out=slope)
    np.divide(slope, 6, out=slope)
    np.greater(x, -3, out=left)
    np.multiply(slope, left, out=out)
    np.greater_equal(x, 3, out=right)
    np.multiply(right, 0.5, out=right)
    np.subtract(out, right, out=out)


def mish(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Gate x by the tanh of its softplus.

    $$\operatorname{mish}(x) = x \tanh\bigl(\log(1 + e^{x})\bigr)
    = x\,\frac{n}{n + 2} \qquad n = e^{x}\left(e^{x} + 2\right)$$

    It is smooth, close to [`relu`][actfn.relu] for large inputs, and dips below 0
    before it flattens. The second form needs one exponential, and cannot overflow
    because $x$ is returned where the gate rounds to 1.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values above -0.308844 of the shape of `x`; a scalar for a scalar. float16,
            float32 and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import mish
        >>> mish([-1000.0, 0.0, 1000.0])
        array([  -0.,    0., 1000.])
        >>> round(mish(1.0), 6)
        np.float64(0.865098)

    References:
        Misra (2019), [Mish: A Self Regularized Non-Monotonic Activation
        Function](https://arxiv.org/abs/1908.08681).
    """
    return _blocks.elementwise(_mish, x, out=out, narrow=_mish_narrow)


def mish_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of mish.

    $$\operatorname{mish}'(x) = \frac{e^{x}\,\bigl((e^{x} + 2)(n + 2)
    + 4x\,(e^{x} + 1)\bigr)}{(n + 2)^2} \qquad n = e^{x}\left(e^{x} + 2\right)$$

    It is negative left of -1.19243 and exceeds 1 right of 0.795769. Beside its zero,
    where two terms cancel, it is within a quarter of the machine epsilon.

    Arguments, dtypes and errors are those of [`mish`][actfn.mish].

    Examples:
        >>> from actfn import mish_derivative
        >>> mish_derivative([-1000.0, 0.0, 1000.0])
        array([-0. ,  0.6,  1. ])
    """
    return _blocks.elementwise(
        _mish_derivative, x, out=out, narrow=_mish_derivative_narrow
    )


# Beyond log(2**32) the gate and the slope round to 1, and with this power of 2 both are
# computed as 1.
_FAR = 23.0
_LARGEST = 2.0**32
_LEFT = -0.35
_FEW = 4096  # elements that are mended at once


def _mish(x: Array, out: Array, scratch: Scratch) -> None:
    e, n = scratch[:2]
    _open_gate(x, out, e)
    np.add(e, 2, out=n)
    np.multiply(n, e, out=n)
    np.add(n, 2, out=out)
    np.divide(n, out, out=out)
    np.multiply(out, x, out=out)
    _mend_tail(x, out, scratch, 1, 0)


def _mish_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    # 1 - q * (1 - x * e * (e + 1) * q) with q = 2 / (n + 2), which is best where the
    # result is not small.
    near, e, q = scratch[:3]
    _open_gate(x, near, e)
    _gate_sum(e, out, q)
    np.divide(2, q, out=q)
    np.add(e, 1, out=out)
    np.multiply(out, e, out=out)
    np.multiply(out, near, out=out)
    np.multiply(out, q, out=out)
    np.subtract(1, out, out=out)
    np.multiply(out, q, out=out)
    np.subtract(1, out, out=out)
    for start in range(0, x.size, _FEW):
        some = slice(start, start + _FEW)
        left = np.flatnonzero(x[some] < _LEFT)
        if left.size:
            out[some][left] = _left_slope(x[some][left], e[some][left])
    _mend_tail(x, out, scratch, 1, 1)


def _mish_narrow(x: Array, out: Array, scratch: Scratch) -> None:
    e = scratch[0]
    np.exp(x, out=e)
    np.add(e, 2, out=out)
    np.multiply(out, e, out=out)
    np.divide(2, out, out=out)
    np.add(out, 1, out=out)
    np.divide(x, out, out=out)
    _forget(x, out)


def _mish_derivative_narrow(x: Array, out: Array, scratch: Scratch) -> None:
    near, e, spare, total = scratch
    between(x, _STEEP, _FAR, near)
    np.exp(near, out=e)
    np.add(e, 2, out=out)
    np.multiply(out, e, out=total)
    np.add(total, 2, out=total)
    np.multiply(out, total, out=out)
    np.add(e, 1, out=spare)
    np.multiply(near, 4, out=near)
    np.multiply(near, spare, out=near)
    np.add(out, near, out=out)
    np.multiply(out, e, out=out)
    np.square(total, out=total)
    np.divide(out, total, out=out)


def _left_slope(x: Array, e: Array) -> Array:
    """Give the formula of the docstring, sorted so that little cancels."""
    spare, total = np.empty((2, x.size))
    _gate_sum(e, spare, total)
    np.multiply(total, total, out=total)
    x = 4 * x
    np.add(e, 4, out=spare)
    for term in (6, 4):
        np.multiply(spare, e, out=spare)
        np.add(spare, x + term, out=spare)
    np.multiply(spare, e, out=spare)
    return np.divide(spare, total, out=spare)


def _gate_sum(e: Array, spare: Array, out: Array) -> None:
    """Write n + 2 = e**2 + 2 * e + 2."""
    np.multiply(e, e, out=spare)
    np.multiply(e, 2, out=out)
    np.add(out, spare, out=out)
    np.add(out, 2, out=out)


def _open_gate(x: Array, near: Array, e: Array) -> None:
    at_most(x, _FAR, near)
    np.exp(near, out=e)
    between(e, 0, _LARGEST, e)

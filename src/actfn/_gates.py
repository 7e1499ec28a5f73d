# Gated linear units: one half of a vector decides how much of the other goes through.
# The kernels take the gate b first and what it multiplies second, which is the half a
# or, since they are linear in it, a cotangent.

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _gaussian, _validation
from ._blocks import Kernel
from ._bounds import above, at_least, between, nans
from ._compensated import side
from ._sigmoids import decay
from ._validation import Array, Out, Result, Scratch


def glu(x: ArrayLike, /, axis: int = -1, *, out: Out = None) -> Result:
    r"""Multiply one half of a vector by the sigmoid of the other: a gated linear unit.

    $$\operatorname{glu}(x) = a \otimes \operatorname{sigmoid}(b)
    \qquad x = [a, b]$$

    The second half, b, opens and closes the gate for the first, a, which passes without
    being bent. PyTorch and JAX have the halves in this order too; other code puts the
    gate first, so check before you load somebody's weights. An infinite a times a gate
    that is 0 is NaN.

    Args:
        x: Real numbers: an array-like whose length along `axis` is even.
        axis: The axis that is cut into halves.
        out: Array for the result, of its shape and dtype; may overlap `x`.

    Returns:
        Values of the shape of `x`, with half its length along `axis`. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, `axis` is not an integer, or `out`
            has the wrong dtype.
        ValueError: If `x` is ragged or has an odd length along `axis`, `axis` is not an
            axis of `x` (an `AxisError`), or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import glu
        >>> glu([3.0, 3.0, 3.0, -1000.0, 0.0, 1000.0])
        array([0. , 1.5, 3. ])

    References:
        Dauphin, Fan, Auli and Grangier (2017), [Language Modeling with Gated
        Convolutional Networks](https://proceedings.mlr.press/v70/dauphin17a.html).
    """
    return _gated(_glu, x, axis, out, narrow=_glu_narrow)


def glu_vjp(
    x: ArrayLike, cotangent: ArrayLike, /, axis: int = -1, *, out: Out = None
) -> Result:
    r"""Carry a gradient back through GLU, to both halves.

    $$\frac{\partial L}{\partial a} = g \otimes \operatorname{sigmoid}(b)
    \qquad \frac{\partial L}{\partial b}
    = g \otimes a \otimes \operatorname{sigmoid}'(b)$$

    The cotangent $g$, the gradient of a loss $L$ with respect to the result, has the
    shape of the result; what comes back has the shape of `x`.

    Arguments, dtypes and errors are those of [`glu`][actfn.glu].

    Examples:
        >>> from actfn import glu_vjp
        >>> glu_vjp([3.0, 0.0], [1.0])
        array([0.5 , 0.75])
    """
    kernels, narrow = (_glu, _glu_slope), (_glu_narrow, _glu_slope)
    return _gated_vjp(kernels, x, cotangent, axis, out, narrow=narrow)


def _glu(b: Array, a: Array, out: Array, scratch: Scratch) -> None:
    total = scratch[0]
    at_least(b, -700, total)
    np.negative(total, out=total)
    np.exp(total, out=total)
    np.add(total, 1, out=total)
    np.divide(a, total, out=out)
    _times_rest(b, out, total)


# In float64 the exponential of a float32 number overflows only where the result is 0
# in float32, so the plain formula will do.


def _glu_narrow(b: Array, a: Array, out: Array, scratch: Scratch) -> None:
    np.negative(b, out=out)
    np.exp(out, out=out)
    np.add(out, 1, out=out)
    np.divide(a, out, out=out)
    _mend(_glu, b, a, out)


def _mend(kernel: Kernel, b: Array, a: Array, out: Array) -> None:
    """Leave what came to NaN, such as inf / inf, to a kernel that goes further."""
    odd = nans(out)
    if odd.size:
        mended, *scratch = np.empty((4, odd.size))
        kernel(b[odd], a[odd], mended, scratch)
        out[odd] = mended


def _glu_slope(
    b: Array, a: Array, cotangent: Array, out: Array, scratch: Scratch
) -> None:
    # sigmoid'(b) = 1 / (exp(b) + 2 + exp(-b)), with two roundings less than
    # exp(-b) / (1 + exp(-b))**2.
    mirrored, total, growth = scratch[:3]
    np.abs(b, out=growth)
    np.negative(growth, out=mirrored)
    _total(growth, total, growth)
    np.multiply(a, cotangent, out=out)
    np.divide(out, total, out=out)
    _times_rest(mirrored, out, total)


def _times_rest(b: Array, out: Array, spare: Array) -> None:
    """Multiply by exp(b + 700) where b is below -700.

    Below -708 exp(b) is a subnormal number, short of digits that a large factor would
    show: so products are taken with exp(-700) and then with this.
    """
    if np.minimum.reduce(b) >= -700:
        return
    np.add(b, 700, out=spare)
    between(spare, -np.inf, 0, spare)
    np.exp(spare, out=spare)
    np.multiply(out, spare, out=out)


def _total(b: Array, out: Array, growth: Array) -> None:
    """Write exp(b) + 2 + exp(-b), and exp(b), for b within 700 of 0."""
    between(b, -700, 700, growth)
    np.exp(growth, out=growth)
    np.divide(1, growth, out=out)
    np.add(out, 2, out=out)
    np.add(out, growth, out=out)


def reglu(x: ArrayLike, /, axis: int = -1, *, out: Out = None) -> Result:
    r"""Multiply one half of a vector by the ReLU of the other.

    $$\operatorname{reglu}(x) = a \otimes \operatorname{relu}(b)
    \qquad x = [a, b]$$

    It is the cheapest of the gated units, and bilinear where the gate is open. The
    second half, b, is the gate, as in [`glu`][actfn.glu]; other code puts it first. An
    infinite a times a gate that is 0 is NaN.

    Args:
        x: Real numbers: an array-like whose length along `axis` is even.
        axis: The axis that is cut into halves.
        out: Array for the result, of its shape and dtype; may overlap `x`.

    Returns:
        Values of the shape of `x`, with half its length along `axis`. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, `axis` is not an integer, or `out`
            has the wrong dtype.
        ValueError: If `x` is ragged or has an odd length along `axis`, `axis` is not an
            axis of `x` (an `AxisError`), or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import reglu
        >>> reglu([3.0, 3.0, 3.0, -2.0, 0.0, 2.0])
        array([0., 0., 6.])

    References:
        Shazeer (2020),
        [GLU Variants Improve Transformer](https://arxiv.org/abs/2002.05202).
    """
    return _gated(_reglu, x, axis, out)


def reglu_vjp(
    x: ArrayLike, cotangent: ArrayLike, /, axis: int = -1, *, out: Out = None
) -> Result:
    r"""Carry a gradient back through ReGLU, to both halves.

    $$\frac{\partial L}{\partial a} = g \otimes \operatorname{relu}(b)
    \qquad \frac{\partial L}{\partial b} = g \otimes a \otimes \operatorname{relu}'(b)$$

    The cotangent $g$, the gradient of a loss $L$ with respect to the result, has the
    shape of the result; what comes back has the shape of `x`. At b = 0, where the
    derivative does not exist, the value chosen is 0, as for [`relu`][actfn.relu].

    Arguments, dtypes and errors are those of [`reglu`][actfn.reglu].

    Examples:
        >>> from actfn import reglu_vjp
        >>> reglu_vjp([3.0, 5.0, 2.0, 0.0], [1.0, 1.0])
        array([2., 0., 3., 0.])
    """
    return _gated_vjp((_reglu, _reglu_slope), x, cotangent, axis, out)


def _reglu(b: Array, a: Array, out: Array, scratch: Scratch) -> None:
    at_least(b, 0, out)
    np.multiply(out, a, out=out)


def _reglu_slope(
    b: Array, a: Array, cotangent: Array, out: Array, scratch: Scratch
) -> None:
    above(b, 0, out)
    np.multiply(out, a, out=out)
    np.multiply(out, cotangent, out=out)


def geglu(x: ArrayLike, /, axis: int = -1, *, out: Out = None) -> Result:
    r"""Multiply one half of a vector by the exact GELU of the other.

    $$\operatorname{geglu}(x) = a \otimes \operatorname{gelu}(b)
    \qquad x = [a, b]$$

    A gate in the feed-forward layers of transformers, smooth where
    [`reglu`][actfn.reglu] has a corner. The second half, b, is the gate, as in
    [`glu`][actfn.glu]; other code puts it first, or takes the tanh form of GELU. An
    infinite a times a gate that is 0, or rounds to it, is NaN.

    Args:
        x: Real numbers: an array-like whose length along `axis` is even.
        axis: The axis that is cut into halves.
        out: Array for the result, of its shape and dtype; may overlap `x`.

    Returns:
        Values of the shape of `x`, with half its length along `axis`. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, `axis` is not an integer, or `out`
            has the wrong dtype.
        ValueError: If `x` is ragged or has an odd length along `axis`, `axis` is not an
            axis of `x` (an `AxisError`), or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import geglu
        >>> geglu([3.0, 3.0, 3.0, -1000.0, 0.0, 1000.0])
        array([  -0.,    0., 3000.])

    References:
        Shazeer (2020),
        [GLU Variants Improve Transformer](https://arxiv.org/abs/2002.05202).
    """
    return _gated(_geglu, x, axis, out, narrow=_geglu_narrow)


def geglu_vjp(
    x: ArrayLike, cotangent: ArrayLike, /, axis: int = -1, *, out: Out = None
) -> Result:
    r"""Carry a gradient back through GEGLU, to both halves.

    $$\frac{\partial L}{\partial a} = g \otimes \operatorname{gelu}(b)
    \qquad \frac{\partial L}{\partial b} = g \otimes a \otimes \operatorname{gelu}'(b)$$

    The cotangent $g$, the gradient of a loss $L$ with respect to the result, has the
    shape of the result; what comes back has the shape of `x`.

    Arguments, dtypes and errors are those of [`geglu`][actfn.geglu].

    Examples:
        >>> from actfn import geglu_vjp
        >>> geglu_vjp([3.0, 0.0], [1.0])
        array([0. , 1.5])
    """
    kernels = (_geglu, _geglu_slope)
    narrow = (_geglu_narrow, _geglu_slope_narrow)
    return _gated_vjp(kernels, x, cotangent, axis, out, narrow=narrow)


def _geglu(b: Array, a: Array, out: Array, scratch: Scratch) -> None:
    _gaussian.gelu(b, out, scratch)
    np.multiply(out, a, out=out)
    far = np.flatnonzero(b < _FAINT)
    if far.size:
        t, hazard, half = _tail(b[far])
        out[far] = -(a[far] * half) * (t / hazard * _NORM) * half
    near = np.flatnonzero(np.abs(b) < _TINY)
    out[near] = a[near] * b[near] * 0.5


def _geglu_narrow(b: Array, a: Array, out: Array, scratch: Scratch) -> None:
    _gaussian.gelu_narrow(b, out, scratch)
    np.multiply(out, a, out=out)


def _geglu_slope(
    b: Array, a: Array, cotangent: Array, out: Array, scratch: Scratch
) -> None:
    _gaussian.gelu_derivative(b, out, scratch)
    np.multiply(a, cotangent, out=scratch[0])
    np.multiply(out, scratch[0], out=out)
    far = np.flatnonzero(b < _FAINT)
    if far.size:
        t, hazard, half = _tail(b[far])
        out[far] = -(scratch[0][far] * half) * ((t - 1 / hazard) * _NORM) * half


def _tail(b: Array) -> tuple[Array, Array, Array]:
    """Give t = -b, the hazard phi(t) / Phi(-t), and exp(-t**2 / 4).

    A large factor would show that the normal tail itself has no digits left here. The
    exponential is multiplied twice; its argument is split as in _gaussian.py. The
    hazard is Laplace's continued fraction.
    """
    t = np.minimum(-b, 60)  # inf - inf would be NaN
    hazard = t
    for k in range(9, 0, -1):
        hazard = t + k / hazard
    short = np.round(t * 2.0**20) / 2.0**20
    rest = (t - short) * (t + short)
    return t, hazard, np.exp(-0.25 * short * short) * np.exp(-0.25 * rest)


_FAINT = -37.0  # left of it, gelu and its derivative are nearly or fully subnormal
_TINY = 1e-300
_NORM = 0.3989422804014327  # 1 / sqrt(2 * pi)


def _geglu_slope_narrow(
    b: Array, a: Array, cotangent: Array, out: Array, scratch: Scratch
) -> None:
    _gaussian.gelu_derivative_narrow(b, out, scratch)
    np.multiply(out, a, out=out)
    np.multiply(out, cotangent, out=out)


def swiglu(x: ArrayLike, /, axis: int = -1, *, out: Out = None) -> Result:
    r"""Multiply one half of a vector by the SiLU of the other.

    $$\operatorname{swiglu}(x) = a \otimes \operatorname{silu}(b)
    = a \otimes b \otimes \operatorname{sigmoid}(b) \qquad x = [a, b]$$

    The usual gate in the feed-forward layers of recent language models. SiLU is Swish
    with a beta of 1. The second half, b, is the gate, as in [`glu`][actfn.glu]; ONNX
    and other code take the gate first, so check before you load somebody's weights. An
    infinite a times a gate that is 0, or rounds to it, is NaN.

    Args:
        x: Real numbers: an array-like whose length along `axis` is even.
        axis: The axis that is cut into halves.
        out: Array for the result, of its shape and dtype; may overlap `x`.

    Returns:
        Values of the shape of `x`, with half its length along `axis`. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, `axis` is not an integer, or `out`
            has the wrong dtype.
        ValueError: If `x` is ragged or has an odd length along `axis`, `axis` is not an
            axis of `x` (an `AxisError`), or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import swiglu
        >>> swiglu([3.0, 3.0, 3.0, -1000.0, 0.0, 1000.0])
        array([  -0.,    0., 3000.])

    References:
        Shazeer (2020),
        [GLU Variants Improve Transformer](https://arxiv.org/abs/2002.05202).
    """
    return _gated(_swiglu, x, axis, out, narrow=_swiglu_narrow)


def swiglu_vjp(
    x: ArrayLike, cotangent: ArrayLike, /, axis: int = -1, *, out: Out = None
) -> Result:
    r"""Carry a gradient back through SwiGLU, to both halves.

    $$\frac{\partial L}{\partial a} = g \otimes \operatorname{silu}(b)
    \qquad \frac{\partial L}{\partial b} = g \otimes a \otimes \operatorname{silu}'(b)$$

    The cotangent $g$, the gradient of a loss $L$ with respect to the result, has the
    shape of the result; what comes back has the shape of `x`. Beside the zero of
    $\operatorname{silu}'$ at -1.27846, where two terms cancel, the gradient of b is
    within a quarter of the machine epsilon times $g \otimes a$.

    Arguments, dtypes and errors are those of [`swiglu`][actfn.swiglu].

    Examples:
        >>> from actfn import swiglu_vjp
        >>> swiglu_vjp([3.0, 0.0], [1.0])
        array([0. , 1.5])
    """
    kernels, narrow = (_swiglu, _swiglu_slope), (_swiglu_narrow, _swiglu_slope)
    return _gated_vjp(kernels, x, cotangent, axis, out, narrow=narrow)


def _swiglu(b: Array, a: Array, out: Array, scratch: Scratch) -> None:
    gating, e = scratch[:2]
    between(b, -700, 700, e)
    decay(e, e)
    side(b, 1, e, gating)
    np.add(e, 1, out=e)
    np.divide(a, e, out=out)
    at_least(b, -9999, e)  # 0 * -inf would be NaN
    np.multiply(gating, e, out=gating)
    np.multiply(out, gating, out=out)
    _times_rest(b, out, e)


def _swiglu_narrow(b: Array, a: Array, out: Array, scratch: Scratch) -> None:
    np.negative(b, out=scratch[0])
    np.exp(scratch[0], out=out)
    np.add(out, 1, out=out)
    np.multiply(a, b, out=scratch[0])
    np.divide(scratch[0], out, out=out)
    _mend(_swiglu, b, a, out)


def _swiglu_slope(
    b: Array, a: Array, cotangent: Array, out: Array, scratch: Scratch
) -> None:
    # silu'(b) = (1 + b + exp(b)) / (exp(b) + 2 + exp(-b)), as for _glu_slope.
    total, growth = scratch[:2]
    _total(b, total, growth)
    between(b, -9999, 9999, out)  # 0 * -inf would be NaN
    np.add(out, 1, out=out)
    np.add(out, growth, out=out)
    np.divide(out, total, out=out)
    np.multiply(a, cotangent, out=growth)
    np.multiply(out, growth, out=out)
    _times_rest(b, out, total)


def _gated(
    kernel: Kernel, x: ArrayLike, axis: int, out: Out, narrow: Kernel | None = None
) -> Result:
    array = _validation.real_array(x)
    along = _validation.parts(array, axis, 2)
    if _validation.is_dask(array):
        function = partial(_gated, kernel, out=None, narrow=narrow)
        length = array.shape[along] // 2
        return _blocks.by_chunks(function, array, axis=along, length=length, out=out)
    a, b = _blocks.halves(array, along)
    return _blocks.elementwise(kernel, b, others=(a,), out=out, narrow=narrow)


def _gated_vjp(
    kernels: tuple[Kernel, Kernel],
    x: ArrayLike,
    cotangent: ArrayLike,
    axis: int,
    out: Out,
    narrow: tuple[Kernel | None, Kernel | None] = (None, None),
) -> Result:
    array = _validation.real_array(x)
    along = _validation.parts(array, axis, 2)
    half = array.shape[along] // 2
    shape = (*array.shape[:along], half, *array.shape[along + 1 :])
    g = _validation.shaped_cotangent(cotangent, shape)
    if _validation.is_dask(array, g):
        function = partial(_gated_vjp, kernels, out=None, narrow=narrow)
        return _blocks.by_chunks(function, array, g, axis=along, out=out)
    a, b = _blocks.halves(array, along)
    result = _validation.output(out, array)
    a, b, g = (unshared(v, result) for v in (a, b, g))
    others = ((g,), (a, g))
    for i, part in enumerate(_blocks.halves(result, along)):
        _blocks.elementwise(kernels[i], b, others=others[i], out=part, narrow=narrow[i])
    return result


def unshared(x: Array, out: Array) -> Array:
    """Give `x`, or a copy where it may share memory with an array to be written to."""
    return x.copy() if np.may_share_memory(x, out) else x

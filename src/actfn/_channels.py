# Functions that change how many channels there are.

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _validation
from ._bounds import at_least, at_most, keep_nan
from ._gates import unshared
from ._validation import Array, Out, Result, Scratch


def crelu(x: ArrayLike, /, axis: int = -1, *, out: Out = None) -> Result:
    r"""Keep what is positive and what is negative, side by side: concatenated ReLU.

    $$\operatorname{crelu}(x) = [\operatorname{relu}(x), \operatorname{relu}(-x)]$$

    Nothing is lost, as $x$ is the difference of the halves, at the price of twice as
    many channels. It suits layers whose filters come in pairs of opposite sign.

    Args:
        x: Real numbers: an array-like of at least one dimension.
        axis: The axis along which the halves are joined.
        out: Array for the result, of its shape and dtype; may overlap `x`.

    Returns:
        Values in [0, ∞) of the shape of `x`, with twice its length along `axis`.
            float16, float32 and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, `axis` is not an integer, or `out`
            has the wrong dtype.
        ValueError: If `x` is ragged, `axis` is not an axis of `x` (an `AxisError`), or
            `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import crelu
        >>> crelu([-2.0, 0.0, 3.0])
        array([0., 0., 3., 2., 0., 0.])

    References:
        Shang, Sohn, Almeida and Lee (2016), [Understanding and Improving Convolutional
        Neural Networks via Concatenated Rectified Linear
        Units](http://proceedings.mlr.press/v48/shang16.html).
    """
    array = _validation.real_array(x)
    along = _validation.one_axis(axis, array)
    if _validation.is_dask(array):
        length = 2 * array.shape[along]
        return _blocks.by_chunks(crelu, array, axis=along, length=length, out=out)
    result = _validation.output(out, array, _doubled(array, along))
    array = unshared(array, result)
    positive, negative = _blocks.halves(result, along)
    _blocks.elementwise(_positive, array, out=positive)
    _blocks.elementwise(_negative, array, out=negative)
    return result


def crelu_vjp(
    x: ArrayLike, cotangent: ArrayLike, /, axis: int = -1, *, out: Out = None
) -> Result:
    r"""Carry a gradient back through concatenated ReLU.

    $$\frac{\partial L}{\partial x} = g^+ \operatorname{relu}'(x)
    - g^- \operatorname{relu}'(-x) \qquad g = [g^+, g^-]$$

    The cotangent $g$, the gradient of a loss $L$ with respect to the result, has the
    shape of the result; what comes back has the shape of `x`. At 0, where the
    derivative does not exist, the value chosen is 0 for both halves, as for
    [`relu`][actfn.relu].

    Arguments, dtypes and errors are those of [`crelu`][actfn.crelu].

    Examples:
        >>> from actfn import crelu_vjp
        >>> crelu_vjp([-2.0, 3.0], [1.0, 2.0, 4.0, 8.0])
        array([-4.,  2.])
    """
    array = _validation.real_array(x)
    along = _validation.one_axis(axis, array)
    g = _validation.shaped_cotangent(cotangent, _doubled(array, along))
    if _validation.is_dask(array, g):
        return _blocks.by_chunks(crelu_vjp, array, g, axis=along, out=out)
    return _blocks.elementwise(
        _crelu_vjp, array, others=_blocks.halves(g, along), out=out
    )


def _positive(x: Array, out: Array, scratch: Scratch) -> None:
    at_least(x, 0, out)


def _negative(x: Array, out: Array, scratch: Scratch) -> None:
    at_most(x, 0, out)
    np.subtract(0, out, out=out)


def _crelu_vjp(
    x: Array, positive: Array, negative: Array, out: Array, scratch: Scratch
) -> None:
    left = scratch[0]
    np.greater(x, 0, out=out)
    np.multiply(out, positive, out=out)
    np.less(x, 0, out=left)
    np.multiply(left, negative, out=left)
    np.subtract(out, left, out=out)
    keep_nan(x, out)


def _doubled(x: Array, axis: int) -> tuple[int, ...]:
    return (*x.shape[:axis], 2 * x.shape[axis], *x.shape[axis + 1 :])


def maxout(
    x: ArrayLike, /, pieces: int = 2, axis: int = -1, *, out: Out = None
) -> Result:
    r"""Keep the largest of every few neighbours.

    $$\operatorname{maxout}(x)_i = \max_{0 \le j < k} x_{k i + j}
    \qquad k = \text{pieces}$$

    The pieces are linear functions that the layer before has learned: their maximum can
    be any convex function of its input, such as [`relu`][actfn.relu]. A group consists
    of neighbours, as in Paddle; TensorFlow Addons takes elements that lie as far apart
    as there are groups.

    Args:
        x: Real numbers: an array-like whose length along `axis` is a multiple of
            `pieces`.
        pieces: How many neighbours make a group, 1 or more.
        axis: The axis that is cut into groups.
        out: Array for the result, of its shape and dtype; may overlap `x`.

    Returns:
        Values of the shape of `x`, with one for each group along `axis`; NaN for a
            group with NaN. float16, float32 and float64 are kept, integers and booleans
            give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, `pieces` or `axis` is not an
            integer, or `out` has the wrong dtype.
        ValueError: If `x` is ragged or its length along `axis` is not a multiple of
            `pieces`, `pieces` is less than 1, `axis` is not an axis of `x` (an
            `AxisError`), or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import maxout
        >>> maxout([1.0, 5.0, -2.0, -3.0])
        array([ 5., -2.])

    References:
        Goodfellow, Warde-Farley, Mirza, Courville and Bengio (2013),
        [Maxout Networks](https://arxiv.org/abs/1302.4389).
    """
    array = _validation.real_array(x)
    if _validation.is_dask(array):
        length, along = _cut(array, pieces, axis)
        function = partial(maxout, pieces=pieces)
        return _blocks.by_chunks(function, array, axis=along, length=length, out=out)
    groups, along = _groups(array, pieces, axis)
    return _blocks.rowwise(
        _maxout, (groups,), axis=along, out=out, keepdims=False, scratch=(1, 1)
    )


def maxout_vjp(
    x: ArrayLike,
    cotangent: ArrayLike,
    /,
    pieces: int = 2,
    axis: int = -1,
    *,
    out: Out = None,
) -> Result:
    r"""Carry a gradient back through maxout, to the largest of each group.

    $$\frac{\partial L}{\partial x_{k i + j}} = \begin{cases}
    g_i & \text{if } j \text{ is the first with } x_{k i + j} =
    \operatorname{maxout}(x)_i \\ 0 & \text{otherwise} \end{cases}$$

    The cotangent $g$, the gradient of a loss $L$ with respect to the result, has the
    shape of the result; what comes back has the shape of `x`. At equal elements, where
    the derivative does not exist, the value chosen is that of the first: one element
    gets all, so that the gradient keeps its size and belongs to one of the linear
    pieces. In a group with NaN the first NaN gets NaN.

    Arguments, dtypes and errors are those of [`maxout`][actfn.maxout].

    Examples:
        >>> from actfn import maxout_vjp
        >>> maxout_vjp([1.0, 5.0, -2.0, -2.0], [1.0, 3.0])
        array([0., 1., 3., 0.])
    """
    array = _validation.real_array(x)
    count, along = _cut(array, pieces, axis)
    shape = (*array.shape[:along], count, *array.shape[along + 1 :])
    g = _validation.shaped_cotangent(cotangent, shape)
    if _validation.is_dask(array, g):
        function = partial(maxout_vjp, pieces=pieces)
        return _blocks.by_chunks(function, array, g, axis=along, out=out)
    groups, along = _groups(array, pieces, axis)
    g = np.expand_dims(g, along)
    result = _validation.output(out, array)
    _blocks.rowwise(
        _maxout_vjp,
        (groups, np.broadcast_to(g, groups.shape)),
        axis=along,
        out=result.reshape(groups.shape),  # a view: an axis cut in two needs no copy
        scratch=(2, 2),
    )
    return result


def _maxout(scratch: Scratch, rows: Array) -> None:
    rows[:, 0] = rows.max(axis=1)


def _maxout_vjp(scratch: Scratch, rows: Array, cotangent: Array) -> None:
    largest, given = (piece[:, 0] for piece in scratch)
    top = rows.argmax(axis=1)  # the first NaN, if there is one
    rows.max(axis=1, out=largest)
    np.copyto(given, cotangent[:, 0])
    np.copyto(given, largest, where=np.isnan(largest))
    rows.fill(0)
    rows[np.arange(len(rows)), top] = given


def _groups(x: Array, pieces: int, axis: int) -> tuple[Array, int]:
    """Cut an axis in two, and give the second, which runs through a group."""
    count, along = _cut(x, pieces, axis)
    cut = (count, pieces)
    return x.reshape(*x.shape[:along], *cut, *x.shape[along + 1 :]), along + 1


def _cut(x: Array, pieces: int, axis: int) -> tuple[int, int]:
    """Check how an axis is cut; give how many groups there are, and the axis."""
    size = _validation.whole(pieces=pieces)
    along = _validation.parts(x, axis, size)
    return x.shape[along] // size, along

# Linear above 0, and with another slope below.

import reprlib
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _validation
from ._bounds import above, at_least, at_most, nans
from ._validation import Array, Out, Result, Rng, Scratch

Outs: TypeAlias = tuple[Array, Array] | None


def leaky_relu(
    x: ArrayLike, /, negative_slope: float = 0.01, *, out: Out = None
) -> Result:
    r"""Keep what is positive and scale the rest by a small slope.

    $$\operatorname{leaky\_relu}(x) = \begin{cases}
    x & \text{if } x > 0 \\ s\,x & \text{otherwise} \end{cases}
    \qquad s = \text{negative\_slope}$$

    A unit whose inputs are all negative still has a gradient, so that it can recover;
    under [`relu`][actfn.relu] it would stay dead.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        negative_slope: Slope below 0, any finite number. Keras and TensorFlow use 0.2.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values of the shape of `x`; a scalar for a scalar. float16, float32 and float64
            are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` or `negative_slope` does not hold real numbers, or `out` has
            the wrong dtype.
        ValueError: If `x` is ragged, `negative_slope` is not finite, or `out` has the
            wrong shape or is read-only.

    Examples:
        >>> from actfn import leaky_relu
        >>> leaky_relu([-2.0, 0.0, 3.0], negative_slope=0.125)
        array([-0.25,  0.  ,  3.  ])

    References:
        Maas, Hannun and Ng (2013), [Rectifier Nonlinearities Improve Neural Network
        Acoustic Models](https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf).
    """
    slope = _validation.finite(negative_slope=negative_slope)
    return _blocks.elementwise(_leaky_relu, x, slope, out=out)


def leaky_relu_derivative(
    x: ArrayLike, /, negative_slope: float = 0.01, *, out: Out = None
) -> Result:
    r"""Give the derivative of leaky ReLU: 1 above 0, else the slope.

    $$\operatorname{leaky\_relu}'(x) = \begin{cases}
    1 & \text{if } x > 0 \\ s & \text{otherwise} \end{cases}
    \qquad s = \text{negative\_slope}$$

    At 0, where the derivative does not exist, the value chosen is `negative_slope`, as
    PyTorch chooses, so that a slope of 0 gives the derivative of ReLU. JAX chooses 1.

    Arguments, dtypes and errors are those of [`leaky_relu`][actfn.leaky_relu].

    Examples:
        >>> from actfn import leaky_relu_derivative
        >>> leaky_relu_derivative([-2.0, 0.0, 3.0], negative_slope=0.125)
        array([0.125, 0.125, 1.   ])
    """
    slope = _validation.finite(negative_slope=negative_slope)
    return _blocks.elementwise(_leaky_relu_derivative, x, slope, out=out)


def _leaky_relu(x: Array, out: Array, scratch: Scratch, slope: float) -> None:
    if 0 < slope <= 1:  # the line with the slope lies above x on the left only
        np.multiply(x, slope, out=scratch[0])
        np.maximum(x, scratch[0], out=out)
        return
    at_least(x, 0, out)
    if slope:  # 0 times -inf would be NaN
        at_most(x, 0, scratch[0])
        np.multiply(scratch[0], slope, out=scratch[0])
        np.add(out, scratch[0], out=out)


def _leaky_relu_derivative(
    x: Array, out: Array, scratch: Scratch, slope: float
) -> None:
    # above + slope * (1 - above): one of the two terms is 0, so both are exact.
    above(x, 0, out)
    np.subtract(1, out, out=scratch[0])
    np.multiply(scratch[0], slope, out=scratch[0])
    np.add(out, scratch[0], out=out)


def prelu(x: ArrayLike, /, weight: ArrayLike = 0.25, *, out: Out = None) -> Result:
    r"""Keep what is positive and scale the rest by slopes that are learnt.

    $$\operatorname{prelu}(x) = \begin{cases}
    x & \text{if } x > 0 \\ w\,x & \text{otherwise} \end{cases}
    \qquad w = \text{weight}$$

    The slope of [`leaky_relu`][actfn.leaky_relu] becomes a parameter of the network:
    one for all units, or one for each channel. A weight for each of the C channels of
    images, which lie along axis 1 of a batch, needs the shape (C, 1, 1).

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        weight: Slopes below 0: a number, or an array-like that broadcasts to `x`.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values of the shape of `x`; a scalar for a scalar. float16, float32 and float64
            are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` or `weight` does not hold real numbers, or `out` has the wrong
            dtype.
        ValueError: If `x` or `weight` is ragged, `weight` does not broadcast to the
            shape of `x`, or `out` has the wrong shape or is read-only.

    Examples:
        >>> import numpy as np
        >>> from actfn import prelu
        >>> prelu([-2.0, 0.0, 3.0])
        array([-0.5,  0. ,  3. ])
        >>> image = np.full((1, 2, 1, 2), -8.0)  # of 2 channels
        >>> prelu(image, np.array([0.5, 0.25]).reshape(2, 1, 1)).ravel()
        array([-4., -4., -2., -2.])

    References:
        He, Zhang, Ren and Sun (2015), [Delving Deep into Rectifiers: Surpassing
        Human-Level Performance on ImageNet
        Classification](https://arxiv.org/abs/1502.01852).
    """
    array = _validation.real_array(x)
    weights = _validation.weight(weight, array)
    return _blocks.elementwise(_prelu, array, others=(weights,), out=out)


def prelu_vjp(
    x: ArrayLike,
    cotangent: ArrayLike,
    /,
    weight: ArrayLike = 0.25,
    *,
    out: Outs = None,
) -> tuple[Result, Result]:
    r"""Carry a gradient back through PReLU, to its input and to its weight.

    $$\frac{\partial L}{\partial x} = \begin{cases}
    g & \text{if } x > 0 \\ w\,g & \text{otherwise} \end{cases}
    \qquad \frac{\partial L}{\partial w} = \sum g \min(x, 0)$$

    The cotangent $g$, the gradient of a loss $L$ with respect to the result, has the
    shape of `x`. Two gradients are given: the first has the shape and dtype of
    `prelu(x)`, the second the dtype too, and the shape of `weight`. The sum is over the
    elements that share a weight, and is taken in float64.

    At 0, where the derivative with respect to `x` does not exist, the value chosen is
    `weight`, as PyTorch and [`leaky_relu`][actfn.leaky_relu] choose.

    `out` is a pair of arrays for both gradients. Other arguments and errors are those
    of [`prelu`][actfn.prelu].

    Examples:
        >>> from actfn import prelu_vjp
        >>> prelu_vjp([-2.0, 0.0, 3.0], [1.0, 1.0, 1.0])
        (array([0.25, 0.25, 1.  ]), np.float64(-2.0))
        >>> prelu_vjp([[-2.0, -4.0], [3.0, -1.0]], [[1.0, 1.0], [1.0, 2.0]], [0.5, 0.0])
        (array([[0.5, 0. ],
               [1. , 0. ]]), array([-2., -6.]))
    """
    array, g = _validation.with_cotangent(x, cotangent)
    weights = _validation.real_array(weight, "weight")
    spread = _validation.weight(weights, array)
    if _validation.is_dask(array, g, weights):
        _validation.no_out(out)
        shape = weights.shape
        summed = _blocks.weight_gradient(_weight_gradient, array, g, shape)
        given = _blocks.elementwise(_prelu_vjp, array, others=(g, spread), out=None)
        return given, summed
    of_x, of_weight = _checked(out, array, weights.shape)
    # Before anything is written: x, cotangent or weight may be what is written to.
    terms = _weight_gradient(array, g, weights.shape)
    given = _blocks.elementwise(_prelu_vjp, array, others=(g, spread), out=of_x)
    with np.errstate(all="ignore"):
        of_weight[...] = terms
    return given, of_weight[()] if out is None else of_weight


def _checked(out: Outs, x: Array, shape: tuple[int, ...]) -> tuple[Out, Array]:
    if out is None:
        return None, _validation.output(None, x, shape)
    if not isinstance(out, tuple) or len(out) != 2 or any(o is None for o in out):
        raise TypeError(
            f"out must be None or a tuple of two arrays, for the gradients with "
            f"respect to x and weight, got {type(out).__name__}: {reprlib.repr(out)}"
        )
    of_x = _validation.output(out[0], x)
    of_weight = _validation.output(out[1], x, shape)
    if np.shares_memory(of_x, of_weight):
        raise ValueError("out must be a tuple of two arrays that share no memory")
    return of_x, of_weight


def _weight_gradient(x: Array, g: Array, shape: tuple[int, ...]) -> Array:
    """Sum g * min(x, 0) over the axes along which weights of this shape broadcast."""
    spread = (*[1] * (x.ndim - len(shape)), *shape)
    axes = tuple(i for i, n in enumerate(spread) if n == 1)
    total = np.zeros(spread)
    with np.errstate(all="ignore"):
        for tile in _blocks.tiles(x.shape, _blocks.BLOCK):
            # In C order, so that the sum does not depend on the layout of x.
            terms = np.array(x[tile], np.float64, order="C")
            np.minimum(terms, 0, out=terms)
            np.multiply(terms, g[tile].astype(np.float64), out=terms)
            place = tuple(
                part if n > 1 else slice(None) for n, part in zip(spread, tile)
            )
            total[place] += terms.sum(axis=axes, keepdims=True)
    return total.reshape(shape)


def _prelu(x: Array, weight: Array, out: Array, scratch: Scratch) -> None:
    at_most(x, 0, scratch[0])
    np.multiply(scratch[0], weight, out=scratch[0])
    at_least(x, 0, out)
    np.add(out, scratch[0], out=out)
    # Not every NaN is meant: 0 times -inf, and times a weight of no account.
    found = nans(out)
    if found.size:
        x, weight = x[found], weight[found]
        below = np.where((weight == 0) & (x < 0), 0, weight * x)
        out[found] = np.where(x > 0, x, below)


def _prelu_derivative(x: Array, weight: Array, out: Array, scratch: Scratch) -> None:
    # As for leaky ReLU.
    above(x, 0, out)
    np.subtract(1, out, out=scratch[0])
    np.multiply(scratch[0], weight, out=scratch[0])
    np.add(out, scratch[0], out=out)


def _prelu_vjp(x: Array, g: Array, weight: Array, out: Array, scratch: Scratch) -> None:
    _prelu_derivative(x, weight, out, scratch)
    np.multiply(out, g, out=out)
    found = nans(out)  # as in _prelu
    if found.size:
        x = x[found]
        slope = np.where(x > 0, 1, np.where(x <= 0, weight[found], np.nan))
        out[found] = slope * g[found]


def rrelu(
    x: ArrayLike,
    /,
    lower: float = 1 / 8,
    upper: float = 1 / 3,
    *,
    rng: Rng = None,
    out: Out = None,
) -> Result:
    r"""Keep what is positive and scale the rest by a slope that training draws.

    $$\operatorname{rrelu}(x) = \begin{cases}
    x & \text{if } x > 0 \\ s\,x & \text{otherwise} \end{cases}
    \qquad s \sim U(\text{lower}, \text{upper}) \quad\text{or}\quad
    s = \frac{\text{lower} + \text{upper}}{2}$$

    The randomized leaky ReLU has two modes. Training: with `rng` every element of `x`,
    whatever its sign, gets a slope of its own, drawn uniformly, one after the other in
    C order. Evaluation: without `rng` the slope is the mean.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        lower: Smallest slope, any finite number.
        upper: Largest slope, finite and not less than `lower`.
        rng: A generator to draw the slopes with, or a seed for one; None for the mean.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values of the shape of `x`; a scalar for a scalar. float16, float32 and float64
            are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x`, `lower` or `upper` does not hold real numbers, `rng` is not a
            generator or a seed, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, `lower` or `upper` is not finite, `lower` is
            greater than `upper`, or `out` has the wrong shape or is read-only.

    Examples:
        >>> import numpy as np
        >>> from actfn import rrelu, rrelu_derivative
        >>> rrelu([-2.0, 0.0, 3.0], lower=0.125, upper=0.375)
        array([-0.5,  0. ,  3. ])

        Equal seeds draw equal slopes, for the derivative too:

        >>> x = np.array([-4.0, -4.0, 3.0, -4.0])
        >>> y = rrelu(x, rng=np.random.default_rng(7))
        >>> slopes = rrelu_derivative(x, rng=np.random.default_rng(7))
        >>> bool(np.all(y == slopes * x)), len(np.unique(slopes))
        (True, 4)

    References:
        Xu, Wang, Chen and Li (2015), [Empirical Evaluation of Rectified Activations in
        Convolutional Network](https://arxiv.org/abs/1505.00853).
    """
    low, high = _validation.ordered(lower=lower, upper=upper)
    if rng is None:
        return _blocks.elementwise(_rrelu, x, low, high, out=out)
    return _drawn(_drawn_rrelu, x, low, high, rng, out)


def rrelu_derivative(
    x: ArrayLike,
    /,
    lower: float = 1 / 8,
    upper: float = 1 / 3,
    *,
    rng: Rng = None,
    out: Out = None,
) -> Result:
    r"""Give the derivative of randomized leaky ReLU: 1 above 0, else the slope.

    $$\operatorname{rrelu}'(x) = \begin{cases}
    1 & \text{if } x > 0 \\ s & \text{otherwise} \end{cases}$$

    At 0, where the derivative does not exist, the value chosen is 0.229167, the mean of
    the slopes, as for other numbers that are not positive and as PyTorch chooses. With
    `rng` it is the slope drawn for the element: a generator in the same state as that
    of [`rrelu`][actfn.rrelu] draws the same slopes.

    Arguments, dtypes and errors are those of [`rrelu`][actfn.rrelu].

    Examples:
        >>> from actfn import rrelu_derivative
        >>> rrelu_derivative([-2.0, 0.0, 3.0], lower=0.125, upper=0.375)
        array([0.25, 0.25, 1.  ])
    """
    low, high = _validation.ordered(lower=lower, upper=upper)
    if rng is None:
        return _blocks.elementwise(_rrelu_derivative, x, low, high, out=out)
    return _drawn(_drawn_rrelu_derivative, x, low, high, rng, out)


def _drawn(
    kernel: Callable[..., None],
    x: ArrayLike,
    low: float,
    high: float,
    rng: Rng,
    out: Out,
) -> Result:
    def apply(x: Array, slopes: Array, out: Out) -> Result:
        return _blocks.elementwise(kernel, x, low, high, others=(slopes,), out=out)

    array, draw = _validation.real_array(x), partial(_slopes, low, high)
    return _blocks.with_draws(apply, draw, (array,), rng, out=out)


def _slopes(
    low: float, high: float, rng: "np.random.Generator", shape: tuple[int, ...]
) -> Array:
    return np.asarray(rng.uniform(low, high, shape))


def _rrelu(x: Array, out: Array, scratch: Scratch, low: float, high: float) -> None:
    _leaky_relu(x, out, scratch, low / 2 + high / 2)


def _rrelu_derivative(
    x: Array, out: Array, scratch: Scratch, low: float, high: float
) -> None:
    _leaky_relu_derivative(x, out, scratch, low / 2 + high / 2)


# The bounds have done their work, and come along to be checked for their dtype.


def _drawn_rrelu(
    x: Array, slopes: Array, out: Array, scratch: Scratch, low: float, high: float
) -> None:
    _prelu(x, slopes, out, scratch)


def _drawn_rrelu_derivative(
    x: Array, slopes: Array, out: Array, scratch: Scratch, low: float, high: float
) -> None:
    _prelu_derivative(x, slopes, out, scratch)

# Piecewise linear functions, and the identity that they are made of.

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _validation
from ._validation import Array, Out, Result, Scratch


def identity(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give back its input: the activation of a linear layer.

    $$\operatorname{identity}(x) = x$$

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
        >>> from actfn import identity
        >>> identity([-2, 0, 3])
        array([-2.,  0.,  3.])
    """
    return _blocks.elementwise(_identity, x, out=out)


def identity_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of the identity: 1 everywhere.

    $$\operatorname{identity}'(x) = 1$$

    Arguments, dtypes and errors are those of [`identity`][actfn.identity].

    Examples:
        >>> from actfn import identity_derivative
        >>> identity_derivative([-2, 0, 3])
        array([1., 1., 1.])
    """
    return _blocks.elementwise(_identity_derivative, x, out=out)


def _identity(x: Array, out: Array, scratch: Scratch) -> None:
    np.copyto(out, x)


def _identity_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    # Unlike out.fill(1), this lets NaN through.
    np.sign(x, out=out)
    np.maximum(out, 1, out=out)


def relu(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Keep what is positive and replace the rest by 0.

    $$\operatorname{relu}(x) = \max(x, 0)$$

    The rectified linear unit is the usual first choice inside deep networks: it costs
    one comparison, and its gradient does not fade for positive inputs.

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
        >>> from actfn import relu
        >>> relu([-2.0, 0.0, 3.0])
        array([0., 0., 3.])

    References:
        Nair and Hinton (2010), [Rectified Linear Units Improve Restricted Boltzmann
        Machines](https://icml.cc/Conferences/2010/papers/432.pdf).
    """
    return _blocks.elementwise(_relu, x, out=out)


def relu_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of ReLU: 1 above 0, else 0.

    $$\operatorname{relu}'(x) = \begin{cases}
    1 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}$$

    At 0, where the derivative does not exist, the value chosen is 0, as PyTorch and JAX
    choose.

    Arguments, dtypes and errors are those of [`relu`][actfn.relu].

    Examples:
        >>> from actfn import relu_derivative
        >>> relu_derivative([-2.0, 0.0, 3.0])
        array([0., 0., 1.])

    References:
        Bertoin, Bolte, Gerchinovitz and Pauwels (2021), [Numerical influence of
        ReLU'(0) on backpropagation](https://arxiv.org/abs/2106.12915), on this choice.
    """
    return _blocks.elementwise(_relu_derivative, x, out=out)


def _relu(x: Array, out: Array, scratch: Scratch) -> None:
    np.maximum(x, 0, out=out)


def _relu_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    # The sign lets NaN through, which a comparison does not; heaviside takes 10 times
    # as long.
    np.sign(x, out=out)
    np.maximum(out, 0, out=out)


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
    np.maximum(x, 0, out=out)
    if slope:  # 0 times -inf would be NaN
        np.minimum(x, 0, out=scratch[0])
        np.multiply(scratch[0], slope, out=scratch[0])
        np.add(out, scratch[0], out=out)


def _leaky_relu_derivative(
    x: Array, out: Array, scratch: Scratch, slope: float
) -> None:
    # positive + slope * (1 - positive): one of the two terms is 0, so both are exact.
    _relu_derivative(x, out, scratch)
    np.subtract(1, out, out=scratch[0])
    np.multiply(scratch[0], slope, out=scratch[0])
    np.add(out, scratch[0], out=out)

# Functions that cut off what lies below a threshold, and the identity.

import numpy as np
from numpy.typing import ArrayLike

from . import _blocks, _validation
from ._bounds import above, at_least, between, inside, keep_nan
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
    out.fill(1)
    keep_nan(x, out)


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
    at_least(x, 0, out)


def _relu_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    above(x, 0, out)


def relu6(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Keep what lies between 0 and 6, and clip the rest.

    $$\operatorname{relu6}(x) = \min(\max(x, 0),\, 6)$$

    The ceiling bounds what the next layer has to represent, which suits arithmetic of
    few bits. Units above 6 have no gradient either.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values in [0, 6] of the shape of `x`; a scalar for a scalar. float16, float32
            and float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import relu6
        >>> relu6([-2.0, 3.0, 8.0])
        array([0., 3., 6.])

    References:
        Krizhevsky (2010), [Convolutional Deep Belief Networks on
        CIFAR-10](http://www.cs.utoronto.ca/~kriz/conv-cifar10-aug2010.pdf).
    """
    return _blocks.elementwise(_relu6, x, out=out)


def relu6_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of ReLU6: 1 between 0 and 6, else 0.

    $$\operatorname{relu6}'(x) = \begin{cases}
    1 & \text{if } 0 < x < 6 \\ 0 & \text{otherwise} \end{cases}$$

    At 0 and 6, where the derivative does not exist, the value chosen is 0, that of the
    flat sides, as PyTorch and JAX choose.

    Arguments, dtypes and errors are those of [`relu6`][actfn.relu6].

    Examples:
        >>> from actfn import relu6_derivative
        >>> relu6_derivative([-2.0, 0.0, 3.0, 6.0, 8.0])
        array([0., 0., 1., 0., 0.])
    """
    return _blocks.elementwise(_relu6_derivative, x, out=out)


def _relu6(x: Array, out: Array, scratch: Scratch) -> None:
    between(x, 0, 6, out)


def _relu6_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    inside(x, 0, 6, out, scratch)


def squared_relu(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Square what is positive and replace the rest by 0.

    $$\operatorname{squared\_relu}(x) = \max(x, 0)^2$$

    Unlike [`relu`][actfn.relu] it has no corner at 0, and its gradient grows with its
    input. It was found by a search for cheaper transformers.

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
        >>> from actfn import squared_relu
        >>> squared_relu([-2.0, 0.5, 3.0])
        array([0.  , 0.25, 9.  ])

    References:
        So, Mańke, Liu, Dai, Shazeer and Le (2021), [Primer: Searching for Efficient
        Transformers for Language Modeling](https://arxiv.org/abs/2109.08668).
    """
    return _blocks.elementwise(_squared_relu, x, out=out)


def squared_relu_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of squared ReLU: twice ReLU.

    $$\operatorname{squared\_relu}'(x) = 2\max(x, 0)$$

    At 0 the derivative is 0, and has a corner: the second derivative jumps there.

    Arguments, dtypes and errors are those of [`squared_relu`][actfn.squared_relu].

    Examples:
        >>> from actfn import squared_relu_derivative
        >>> squared_relu_derivative([-2.0, 0.0, 3.0])
        array([0., 0., 6.])
    """
    return _blocks.elementwise(_squared_relu_derivative, x, out=out)


def _squared_relu(x: Array, out: Array, scratch: Scratch) -> None:
    at_least(x, 0, out)
    np.square(out, out=out)


def _squared_relu_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    at_least(x, 0, out)
    np.add(out, out, out=out)


def threshold(
    x: ArrayLike, /, threshold: float = 1.0, value: float = 0.0, *, out: Out = None
) -> Result:
    r"""Keep what exceeds a threshold and replace the rest by a fixed value.

    $$\operatorname{threshold}(x) = \begin{cases}
    x & \text{if } x > t \\ v & \text{otherwise} \end{cases}
    \qquad t = \text{threshold} \quad v = \text{value}$$

    Unless both parameters are equal, the function jumps at the threshold. PyTorch
    demands both; the defaults are those of ONNX.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        threshold: What x must exceed to be kept, any finite number.
        value: What replaces the rest, any finite number.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values of the shape of `x`; a scalar for a scalar. float16, float32 and float64
            are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x`, `threshold` or `value` does not hold real numbers, or `out`
            has the wrong dtype.
        ValueError: If `x` is ragged, `threshold` or `value` is not finite, or `out` has
            the wrong shape or is read-only.

    Examples:
        >>> from actfn import threshold
        >>> threshold([-2.0, 1.0, 3.0])
        array([0., 0., 3.])
        >>> threshold([-2.0, 1.0, 3.0], threshold=-3, value=5)
        array([-2.,  1.,  3.])
    """
    limit = _validation.finite(threshold=threshold)
    value = _validation.finite(value=value)
    return _blocks.elementwise(_threshold, x, limit, value, out=out)


def threshold_derivative(
    x: ArrayLike, /, threshold: float = 1.0, value: float = 0.0, *, out: Out = None
) -> Result:
    r"""Give the derivative of threshold: 1 above the threshold, else 0.

    $$\operatorname{threshold}'(x) = \begin{cases}
    1 & \text{if } x > t \\ 0 & \text{otherwise} \end{cases}
    \qquad t = \text{threshold}$$

    At 1, or where else the threshold is put, the derivative does not exist and the
    value chosen is 0, as PyTorch chooses: the function takes its fixed value there.

    Arguments, dtypes and errors are those of [`threshold`][actfn.threshold].

    Examples:
        >>> from actfn import threshold_derivative
        >>> threshold_derivative([-2.0, 1.0, 3.0])
        array([0., 0., 1.])
    """
    limit = _validation.finite(threshold=threshold)
    value = _validation.finite(value=value)
    return _blocks.elementwise(_threshold_derivative, x, limit, value, out=out)


def _threshold(
    x: Array, out: Array, scratch: Scratch, limit: float, value: float
) -> None:
    # A comparison into floats gives 1 or 0: one of the two terms is 0, so the sum is
    # exact. Selecting by a boolean mask takes three times as long.
    kept = scratch[0]
    np.greater(x, limit, out=kept)
    at_least(x, limit, out)  # 0 times -inf would be NaN
    np.multiply(out, kept, out=out)
    if not value:
        np.add(out, value, out=out)  # 0 in place of -0
        return
    rest = scratch[1]
    np.subtract(1, kept, out=rest)
    np.multiply(rest, value, out=rest)
    np.add(out, rest, out=out)


def _threshold_derivative(
    x: Array, out: Array, scratch: Scratch, limit: float, value: float
) -> None:
    above(x, limit, out)


def binary_step(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Fire or not: 0 below 0, and 1 from 0 on.

    $$\operatorname{binary\_step}(x) = \begin{cases}
    0 & \text{if } x < 0 \\ 1 & \text{otherwise} \end{cases}$$

    The activation of the earliest artificial neurons. Gradient descent cannot train it,
    since its derivative is 0; [`sigmoid`][actfn.sigmoid] is its smooth counterpart. At
    0 its value is 1.

    Args:
        x: Real numbers: a scalar or an array-like of any shape.
        out: Array for the result, of its shape and dtype; may be `x` itself.

    Returns:
        Values 0 and 1 of the shape of `x`; a scalar for a scalar. float16, float32 and
            float64 are kept, integers and booleans give float64.

    Raises:
        TypeError: If `x` does not hold real numbers, or `out` has the wrong dtype.
        ValueError: If `x` is ragged, or `out` has the wrong shape or is read-only.

    Examples:
        >>> from actfn import binary_step
        >>> binary_step([-2.0, 0.0, 3.0])
        array([0., 1., 1.])
    """
    return _blocks.elementwise(_binary_step, x, out=out)


def binary_step_derivative(x: ArrayLike, /, *, out: Out = None) -> Result:
    r"""Give the derivative of the binary step: 0 everywhere.

    $$\operatorname{binary\_step}'(x) = 0$$

    At 0, where the step jumps and has no derivative, the value chosen is 0, that of
    both sides: no finite number would stand for the jump.

    Arguments, dtypes and errors are those of [`binary_step`][actfn.binary_step].

    Examples:
        >>> from actfn import binary_step_derivative
        >>> binary_step_derivative([-2.0, 0.0, 3.0])
        array([0., 0., 0.])
    """
    return _blocks.elementwise(_binary_step_derivative, x, out=out)


def _binary_step(x: Array, out: Array, scratch: Scratch) -> None:
    np.greater_equal(x, 0, out=out)
    keep_nan(x, out)


def _binary_step_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    out.fill(0)
    keep_nan(x, out)

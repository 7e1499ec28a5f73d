# Anchor values of identity, ReLU and leaky ReLU.

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laboratory import same_bits

from actfn import (
    identity,
    identity_derivative,
    leaky_relu,
    leaky_relu_derivative,
    relu,
    relu_derivative,
)

EXACT: dict[str, Callable[..., Any]] = {
    "identity": lambda x: x,
    "relu": lambda x: max(x, 0),
    "leaky_relu": lambda x, negative_slope=0.01: x if x > 0 else negative_slope * x,
}


def test_identity_gives_a_copy() -> None:
    x = np.array([2.0, -3.0])
    y = identity(x)
    same_bits(y, x)
    assert not np.shares_memory(x, y)
    same_bits(identity_derivative(x), [1.0, 1.0])


def test_relu_keeps_the_positive_numbers_of_a_tutorial() -> None:
    same_bits(relu([[1, 2, 3], [4, 5, 6]]), [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    same_bits(
        relu([[-1.0, 0.0, 1.0], [-2.0, 3.0, -0.5]]), [[0.0, 0.0, 1.0], [0.0, 3.0, 0.0]]
    )
    same_bits(relu([[-1.5, 2.0], [0.0, -0.5], [3.0, -2.0]]), [[0.0, 2], [0, 0], [3, 0]])
    same_bits(relu([2, -3]), [2.0, 0.0])


def test_relu_has_no_gradient_at_zero_and_left_of_it() -> None:
    x = np.array([-np.inf, -1, -5e-324, -0.0, 0.0, 5e-324, 1, np.inf])
    same_bits(relu_derivative(x), [0.0, 0, 0, 0, 0, 1, 1, 1])


def test_leaky_relu_has_the_slope_of_pytorch_jax_and_onnx() -> None:
    same_bits(leaky_relu([2, -3]), [2.0, -0.03])
    same_bits(leaky_relu([-1.0], 0.05), [-0.05])  # a tutorial's slope
    same_bits(leaky_relu([-1.0], 0.2), [-0.2])  # that of Keras and TensorFlow


@pytest.mark.parametrize("slope", [0.25, 0.0, -1.0, 3.0])
def test_leaky_relu_takes_the_slope_at_zero(slope: float) -> None:
    # torch takes the negative branch there, jax gives 1.
    same_bits(leaky_relu_derivative([-2.0, 0.0, 2.0], slope), [slope, slope, 1.0])


def test_leaky_relu_with_the_slope_zero_is_relu() -> None:
    x = [-np.inf, -2.0, 0.0, 3.0, np.inf, np.nan]
    same_bits(leaky_relu(x, 0), relu(x))
    same_bits(leaky_relu_derivative(x, 0), relu_derivative(x))


def test_leaky_relu_with_the_slope_minus_one_is_the_absolute_value() -> None:
    x = np.array([-np.inf, -2.0, 3.0, np.inf])
    same_bits(leaky_relu(x, -1), np.abs(x))

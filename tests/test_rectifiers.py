# Anchor values of identity, ReLU and its relatives with a threshold.

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laboratory import same_bits

from actfn import (
    binary_step,
    binary_step_derivative,
    identity,
    identity_derivative,
    relu,
    relu6,
    relu6_derivative,
    relu_derivative,
    squared_relu,
    squared_relu_derivative,
    threshold,
    threshold_derivative,
)

EXACT: dict[str, Callable[..., Any]] = {
    "identity": lambda x: x,
    "relu": lambda x: max(x, 0),
    "relu6": lambda x: min(max(x, 0), 6),
    "squared_relu": lambda x: max(x, 0) ** 2,
    "threshold": lambda x, threshold=1, value=0: x if x > threshold else value,
    "binary_step": lambda x: 0 if x < 0 else 1,
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


def test_relu6_is_flat_from_six_on() -> None:
    x = [-np.inf, -1.0, 0.5, 6.0, np.nextafter(6, 9), 1e308, np.inf, np.nan]
    same_bits(relu6(x), [0.0, 0.0, 0.5, 6.0, 6.0, 6.0, 6.0, np.nan])


def test_relu6_has_a_gradient_strictly_between_zero_and_six() -> None:
    inside = [5e-324, 1.0, np.nextafter(6, 0)]
    outside = [-np.inf, -1.0, -0.0, 0.0, 6.0, np.nextafter(6, 9), np.inf]
    same_bits(relu6_derivative(inside), [1.0] * 3)
    same_bits(relu6_derivative(outside), [0.0] * 7)
    assert np.isnan(relu6_derivative(np.nan))


def test_squared_relu_is_the_square_of_relu() -> None:
    x = [-np.inf, -3.0, -0.5, 0.5, 1.5, 3.0, np.inf, np.nan]
    same_bits(squared_relu(x), [0.0, 0.0, 0.0, 0.25, 2.25, 9.0, np.inf, np.nan])
    same_bits(squared_relu_derivative(x), [0.0, 0.0, 0, 1, 3, 6, np.inf, np.nan])


def test_squared_relu_overflows_to_infinity() -> None:
    squares = squared_relu(np.array([255, 256], np.float16))
    same_bits(squares, np.array([65024, np.inf], np.float16))


def test_threshold_keeps_what_exceeds_one_as_onnx_does() -> None:
    x = [-np.inf, -2.0, 0.5, 1.0, np.nextafter(1, 2), 3.0, np.inf, np.nan]
    kept = [0.0, 0.0, 0.0, 0.0, np.nextafter(1, 2), 3.0, np.inf, np.nan]
    same_bits(threshold(x), kept)
    same_bits(threshold_derivative(x), [0.0, 0, 0, 0, 1, 1, 1, np.nan])


@pytest.mark.parametrize("value", [20.0, -0.7, 0.1])
def test_threshold_replaces_the_rest_by_the_value(value: float) -> None:
    # 20 is the value of the example of torch.nn.Threshold.
    x = np.array([-np.inf, -0.25, 0.1, np.nextafter(0.1, 1), 2.3, np.inf])
    same_bits(threshold(x, 0.1, value), np.where(x > 0.1, x, value))
    same_bits(threshold_derivative(x, 0.1, value), [0.0, 0, 0, 1, 1, 1])


def test_a_threshold_may_be_below_zero() -> None:
    x = [-np.inf, -3.0, -2.0, -1.0, 0.0, 4.0]
    same_bits(threshold(x, threshold=-2), [0.0, 0.0, 0.0, -1.0, 0.0, 4.0])
    same_bits(threshold(x, -2, value=-2), [-2.0, -2.0, -2.0, -1.0, 0.0, 4.0])


def test_threshold_with_zeros_is_relu() -> None:
    x = [-np.inf, -2.0, 0.0, 3.0, np.inf, np.nan]
    same_bits(threshold(x, 0, 0), relu(x))
    same_bits(threshold_derivative(x, 0), relu_derivative(x))


@pytest.mark.parametrize("f", [threshold, threshold_derivative])
def test_a_threshold_is_finite(f: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match=r"^threshold must be finite, got inf"):
        f([1.0], np.inf)
    with pytest.raises(TypeError, match=r"^value must be a real number, got str: '0'"):
        f([1.0], value="0")


def test_the_binary_step_is_one_from_zero_on() -> None:
    x = [-np.inf, -1.0, -5e-324, -0.0, 0.0, 5e-324, np.inf, np.nan]
    same_bits(binary_step(x), [0.0, 0, 0, 1, 1, 1, 1, np.nan])
    same_bits(binary_step(x), np.heaviside(x, 1))
    same_bits(binary_step_derivative(x), [0.0] * 7 + [np.nan])

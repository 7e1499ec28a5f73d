# Anchor values of tanh and softsign.

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from laboratory import same_bits

from actfn import softsign, softsign_derivative, tanh, tanh_derivative

EXACT: dict[str, Callable[..., Any]] = {
    "tanh": mpmath.tanh,
    "softsign": lambda x: x / (1 + abs(x)),
}

odd = pytest.mark.parametrize("function", [tanh, softsign])


def test_tanh_gives_the_numbers_of_a_tutorial() -> None:
    assert [f"{y:.4f}" for y in tanh([2, -3])] == ["0.9640", "-0.9951"]


def test_tanh_is_a_number_where_four_exponentials_are_not() -> None:
    same_bits(tanh([-710.5, 710.5]), [-1.0, 1.0])


def test_tanh_has_a_gradient_where_one_minus_its_square_is_zero() -> None:
    assert tanh_derivative(300.0) == pytest.approx(1.060573386e-260, rel=1e-9)


def test_softsign_and_its_derivative_are_simple_fractions() -> None:
    x = [-3.0, -1.0, 0.0, 1.0, 3.0]
    same_bits(softsign(x), [-0.75, -0.5, 0.0, 0.5, 0.75])
    same_bits(softsign_derivative(x), [0.0625, 0.25, 1.0, 0.25, 0.0625])


def test_softsign_reaches_one_only_at_the_end() -> None:
    same_bits(softsign([np.inf, -np.inf]), [1.0, -1.0])
    assert softsign(1e15) < 1


def test_softsign_keeps_gradients_whose_square_root_overflows_when_squared() -> None:
    assert softsign_derivative(1e160) == pytest.approx(1e-320, rel=1e-3)


@odd
def test_values_are_odd(function: np.ufunc) -> None:
    x = np.linspace(0, 30, 1001)
    same_bits(function(-x), -function(x))

# Anchor values of tanh and of what is used in its place.

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from laboratory import same_bits

from actfn import (
    arctan,
    arctan_derivative,
    hard_tanh,
    hard_tanh_derivative,
    relu6,
    scaled_tanh,
    scaled_tanh_derivative,
    softsign,
    softsign_derivative,
    tanh,
    tanh_derivative,
)


def _scaled_tanh(x: Any, alpha: Any = 1.7159, beta: Any = 2 / 3) -> Any:
    return mpmath.mpf(alpha) * mpmath.tanh(mpmath.mpf(beta) * x)


EXACT: dict[str, Callable[..., Any]] = {
    "tanh": mpmath.tanh,
    "softsign": lambda x: x / (1 + abs(x)),
    "hard_tanh": lambda x, min_val=-1, max_val=1: min(max(x, min_val), max_val),
    "scaled_tanh": _scaled_tanh,
    "arctan": mpmath.atan,
}

odd = pytest.mark.parametrize(
    "function", [tanh, softsign, hard_tanh, scaled_tanh, arctan]
)


def test_tanh_gives_the_numbers_of_a_tutorial() -> None:
    assert [f"{y:.4f}" for y in tanh([2, -3])] == ["0.9640", "-0.9951"]


def test_tanh_is_a_number_where_four_exponentials_are_not() -> None:
    same_bits(tanh([-710.5, 710.5]), [-1.0, 1.0])


def test_tanh_has_a_gradient_where_one_minus_its_square_is_zero() -> None:
    assert tanh_derivative(300.0) == pytest.approx(1.060158621e-260, rel=1e-9, abs=0)


def test_softsign_and_its_derivative_are_simple_fractions() -> None:
    x = [-3.0, -1.0, 0.0, 1.0, 3.0]
    same_bits(softsign(x), [-0.75, -0.5, 0.0, 0.5, 0.75])
    same_bits(softsign_derivative(x), [0.0625, 0.25, 1.0, 0.25, 0.0625])


def test_softsign_reaches_one_only_at_the_end() -> None:
    same_bits(softsign([np.inf, -np.inf]), [1.0, -1.0])
    assert softsign(1e15) < 1


def test_softsign_keeps_gradients_whose_square_root_overflows_when_squared() -> None:
    assert softsign_derivative(1e160) == pytest.approx(1e-320, rel=1e-3, abs=0)


@odd
def test_values_are_odd(function: np.ufunc) -> None:
    x = np.linspace(0, 30, 1001)
    same_bits(function(-x), -function(x))


def test_hard_tanh_keeps_what_is_inside() -> None:
    x = [-np.inf, -1.0, -0.3, 0.0, 0.7, 1.0, 1e9]
    same_bits(hard_tanh(x), [-1.0, -1.0, -0.3, 0.0, 0.7, 1.0, 1.0])
    same_bits(hard_tanh_derivative(x), [0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0])


def test_hard_tanh_with_other_ends_is_any_clip() -> None:
    x = np.linspace(-8, 8, 257)
    same_bits(hard_tanh(x, 0, 6), relu6(x))
    same_bits(hard_tanh(x, min_val=-2.5, max_val=0.1), np.clip(x, -2.5, 0.1))
    same_bits(hard_tanh_derivative([-2.5, -2.4, 0.1], -2.5, 0.1), [0.0, 1.0, 0.0])


def test_hard_tanh_between_equal_ends_is_constant() -> None:
    same_bits(hard_tanh([-9.0, 0.5, 9.0], 0.5, 0.5), [0.5, 0.5, 0.5])
    same_bits(hard_tanh_derivative([-9.0, 0.5, 9.0], 0.5, 0.5), [0.0, 0.0, 0.0])


def test_hard_tanh_has_a_slope_of_one_up_to_its_ends() -> None:
    last = np.nextafter(np.float32(1), np.float32(0))
    same_bits(hard_tanh_derivative(np.array([last, -last])), np.ones(2, np.float32))


@pytest.mark.parametrize("function", [hard_tanh, hard_tanh_derivative])
def test_hard_tanh_wants_its_ends_in_order(function: Any) -> None:
    message = "min_val must not be greater than max_val, got min_val=2 and max_val=-1"
    with pytest.raises(ValueError, match=f"^{message}$"):
        function(0.0, 2, -1)
    with pytest.raises(ValueError, match=r"^max_val must be finite, got nan$"):
        function(0.0, max_val=np.nan)


def test_scaled_tanh_takes_one_to_one_as_its_authors_wanted() -> None:
    # "f(1) = 1 and f(-1) = -1"; to the four digits that they give.
    same_bits(np.round(scaled_tanh([-1.0, 1.0]), 4), [-1.0, 1.0])
    assert scaled_tanh(1.0) == pytest.approx(0.99999725592247898, rel=1e-15, abs=0)
    assert scaled_tanh_derivative(0.0) == pytest.approx(
        1.7159 * 2 / 3, rel=1e-15, abs=0
    )
    # "the second derivative is a maximum at x = 1"; nearly.
    x = np.linspace(0, 3, 3001)
    bend = np.diff(scaled_tanh_derivative(x))
    assert x[bend.argmin()] == pytest.approx(0.9877, abs=1e-3)


def test_scaled_tanh_can_be_tanh() -> None:
    x = np.linspace(-9, 9, 181)
    same_bits(scaled_tanh(x, 1.0, 1.0), tanh(x))
    slope = scaled_tanh_derivative(x, alpha=1.0, beta=1.0)
    assert slope == pytest.approx(tanh_derivative(x), rel=1e-15, abs=0)


def test_scaled_tanh_with_a_large_alpha_keeps_small_inputs() -> None:
    assert scaled_tanh(1e-320, 1e300, 1e-10) == pytest.approx(1e-30, rel=1e-3, abs=0)
    assert scaled_tanh_derivative(380.0, 1e30, 1.0) == pytest.approx(
        3.45345455088556e-300, rel=1e-14, abs=0
    )


def test_scaled_tanh_with_a_huge_alpha_keeps_the_digits_of_its_slope() -> None:
    # exp(-740) is subnormal, and 1e300 times as much is not.
    slope = scaled_tanh_derivative(np.float32(370), 1e300, 1.0)
    assert slope == pytest.approx(float(4e300 * mpmath.exp(-740)), rel=1e-6, abs=0)


@pytest.mark.parametrize("function", [scaled_tanh, scaled_tanh_derivative])
def test_scaled_tanh_wants_positive_parameters(function: Any) -> None:
    with pytest.raises(ValueError, match=r"^alpha must be greater than 0, got -1$"):
        function(0.0, -1)
    with pytest.raises(ValueError, match=r"^beta must be greater than 0, got 0$"):
        function(0.0, beta=0)


def test_arctan_reaches_half_of_pi() -> None:
    same_bits(arctan([-np.inf, np.inf]), [-np.pi / 2, np.pi / 2])
    assert arctan(1.0) == np.pi / 4
    assert arctan(2.0) == pytest.approx(1.1071487177940905, rel=1e-15, abs=0)


def test_arctan_has_simple_fractions_for_slopes() -> None:
    same_bits(arctan_derivative([-np.inf, -1.0, 0.0, 1.0]), [0.0, 0.5, 1.0, 0.5])
    slopes = [1 / 5, 1 / 10, 1 / 50]
    assert arctan_derivative([2, -3, 7]) == pytest.approx(slopes, rel=1e-15, abs=0)


def test_arctan_keeps_gradients_where_the_square_overflows() -> None:
    assert arctan_derivative(1e160) == pytest.approx(1e-320, rel=1e-3, abs=0)
    assert arctan_derivative(np.float32(1e21)) == pytest.approx(1e-42, rel=1e-3, abs=0)

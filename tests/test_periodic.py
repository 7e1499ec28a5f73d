# Anchor values of the sine and of snake.

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from laboratory import same_bits

from actfn import sine, sine_derivative, snake, snake_derivative

EXACT: dict[str, Callable[..., Any]] = {
    "sine": lambda x, omega=1: mpmath.sin(omega * x),
    "snake": lambda x, alpha=1: x + mpmath.sin(alpha * x) ** 2 / alpha,
}

every_function = pytest.mark.parametrize(
    "function", [sine, sine_derivative, snake, snake_derivative]
)


def test_sine_is_that_of_numpy() -> None:
    x = np.linspace(-40, 40, 801)
    same_bits(sine(x), np.sin(x))
    same_bits(sine_derivative(x), np.cos(x))


def test_sine_repeats_itself_omega_times_in_two_pi() -> None:
    x = np.linspace(-1, 1, 101)
    assert sine(x + 2 * np.pi / 30, omega=30) == pytest.approx(sine(x, 30), abs=1e-13)
    assert sine(0.5, 30) == pytest.approx(0.65028784015711687, rel=1e-15, abs=0)
    assert sine_derivative(0.5, 30) == pytest.approx(
        -22.79063738576464, rel=1e-15, abs=0
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_sine_rounds_its_product_to_float64_only(dtype: Any) -> None:
    # In float32, 30 * 12.3 would be off by 1e-5.
    x = dtype(12.3)
    exactly = mpmath.sin(30 * mpmath.mpf(float(x)))
    same_bits(sine(x, omega=30.0), dtype(float(exactly)))


def test_sine_is_close_to_its_input_near_zero() -> None:
    same_bits(sine([-0.0, 5e-324, 1e-9]), [-0.0, 5e-324, 1e-9])
    same_bits(sine([-3.0, 3.0], omega=0.0), [-0.0, 0.0])


@pytest.mark.parametrize("n", [1.0, 2.0, -3.0, 50.0])
def test_snake_meets_the_identity_at_multiples_of_pi(n: float) -> None:
    assert snake(n * np.pi) == n * np.pi
    assert snake(n * np.pi / 5, alpha=5.0) == pytest.approx(
        n * np.pi / 5, rel=1e-15, abs=0
    )
    assert snake_derivative(n * np.pi) == pytest.approx(1.0, abs=1e-13)


def test_snake_has_the_form_with_a_cosine() -> None:
    x = np.linspace(-20, 20, 401)
    for alpha in (0.5, 1.0, 3.0):
        form = x - np.cos(2 * alpha * x) / (2 * alpha) + 1 / (2 * alpha)
        assert snake(x, alpha) == pytest.approx(form, abs=1e-14)
    assert snake(1.0) == pytest.approx(1.7080734182735712, rel=1e-15, abs=0)


def test_snake_stands_still_once_in_every_period() -> None:
    x = -np.pi / 4 + np.pi * np.arange(-9, 10)
    assert snake_derivative(x) == pytest.approx(0.0, abs=1e-15)
    assert snake_derivative(x + np.pi / 2) == pytest.approx(2.0, abs=1e-15)
    assert snake_derivative(np.linspace(-9, 9, 10_001)).min() >= 0


def test_snake_follows_the_identity_to_the_ends() -> None:
    largest = np.finfo(float).max
    same_bits(snake([-np.inf, -largest, np.inf]), [-np.inf, -largest, np.inf])
    same_bits(snake([largest, np.inf], 30.0), [largest, np.inf])


def test_snake_has_a_derivative_where_twice_the_largest_float_is_needed() -> None:
    x = np.finfo(float).max
    with mpmath.workdps(360):
        exactly = 1 + mpmath.sin(2 * mpmath.mpf(x))
    assert snake_derivative(x) == pytest.approx(float(exactly), abs=1e-15)


@pytest.mark.parametrize("function", [sine, sine_derivative, snake_derivative])
@pytest.mark.parametrize("parameter", [0.5, 1.0, 30.0])
def test_waves_have_no_limit(function: Any, parameter: float) -> None:
    assert np.isnan(function([-np.inf, np.inf], parameter)).all()


@every_function
def test_waves_want_finite_parameters(function: Any) -> None:
    name = "omega" if "sine" in function.__name__ else "alpha"
    with pytest.raises(ValueError, match=f"^{name} must be finite, got inf$"):
        function(0.0, np.inf)
    with pytest.raises(TypeError, match=f"^{name} must be a real number, got str: "):
        function(0.0, **{name: "30"})


@pytest.mark.parametrize("function", [snake, snake_derivative])
def test_snake_wants_a_positive_alpha(function: Any) -> None:
    with pytest.raises(ValueError, match=r"^alpha must be greater than 0, got 0\.0$"):
        function(0.0, 0.0)

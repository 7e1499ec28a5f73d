# Anchor values of ELU, CELU and SELU.

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from laboratory import same_bits
from mpmath import erfc, exp, pi, sqrt

from actfn import (
    celu,
    celu_derivative,
    elu,
    elu_derivative,
    relu,
    selu,
    selu_derivative,
)


def self_normalizing() -> tuple[Any, Any]:
    """Alpha and scale of SELU, that keep mean 0 and variance 1 (tested below)."""
    half, two = erfc(1 / sqrt(2)), erfc(sqrt(2))
    e = exp(1)
    alpha = -sqrt(2 / pi) / (half * sqrt(e) - 1)
    variance = 2 * two * e**2 + pi * half**2 * e - 2 * (2 + pi) * half * sqrt(e)
    scale = (1 - half * sqrt(e)) * sqrt(2 * pi) / sqrt(variance + pi + 2)
    return alpha, scale


def exact_selu(x: Any) -> Any:
    alpha, scale = self_normalizing()
    return scale * (x if x > 0 else alpha * (exp(x) - 1))


EXACT: dict[str, Callable[..., Any]] = {
    "elu": lambda x, alpha=1: x if x > 0 else alpha * (exp(x) - 1),
    "celu": lambda x, alpha=1: x if x > 0 else alpha * (exp(x / alpha) - 1),
    "selu": exact_selu,
}


def test_elu_gives_the_numbers_of_a_tutorial() -> None:
    assert [f"{y:.4f}" for y in elu([2, -3])] == ["2.0000", "-0.9502"]


def test_elu_has_the_gradient_that_jax_loses() -> None:
    # jax #39796: 0 at -40 instead of 4.25e-18.
    assert elu_derivative(-40.0) == pytest.approx(4.248354255291589e-18, rel=1e-15)


@pytest.mark.parametrize("alpha", [0.5, 2.0, 0.0, -1.0, 64.0])
def test_elu_takes_alpha_for_its_slope_at_zero(alpha: float) -> None:
    same_bits(elu_derivative([0.0, 1e-9, 3.0], alpha), [alpha, 1.0, 1.0])
    same_bits(elu_derivative(-0.0, alpha), np.float64(alpha))
    assert elu_derivative(-1e-300, alpha) == alpha


def test_a_steep_elu_keeps_its_tail() -> None:
    # exp(-750) is 0, but alpha makes up for it; in float32 exp(-104) is.
    with mpmath.workdps(40):
        tail, narrow = float(1e100 * exp(-750)), float(1e20 * exp(-104))
    assert elu_derivative(-750.0, 1e100) == pytest.approx(tail, rel=1e-15)
    got = elu_derivative(np.float32(-104), 1e20)
    assert float(got) == pytest.approx(narrow, rel=1e-6)


@pytest.mark.parametrize("alpha", [0.5, 2.0, -1.0])
def test_elu_falls_to_minus_alpha(alpha: float) -> None:
    same_bits(elu([-np.inf, -1000.0], alpha), [-alpha, -alpha])


def test_elu_keeps_every_digit_of_small_numbers() -> None:
    # exp(x) - 1 is wrong by 234 ulp and more.
    assert elu(-1e-10) == pytest.approx(-9.9999999995e-11, rel=1e-15)


def test_elu_with_alpha_zero_is_relu() -> None:
    x = [-np.inf, -2.0, 0.5, np.inf]
    assert np.array_equal(elu(x, 0), relu(x))


def test_celu_with_alpha_one_is_elu() -> None:
    x = np.linspace(-40, 40, 1601)
    same_bits(celu(x), elu(x))
    np.testing.assert_array_max_ulp(celu_derivative(x), elu_derivative(x), 1)
    x32 = x.astype(np.float32)
    same_bits(celu(x32), elu(x32))


@pytest.mark.parametrize("alpha", [0.3, 0.5, 2.0, 700.0])
def test_celu_has_the_slope_one_at_zero_for_every_alpha(alpha: float) -> None:
    same_bits(celu_derivative([-0.0, 0.0, 1e-300, 3.0], alpha), [1.0, 1.0, 1.0, 1.0])
    assert celu_derivative(-1e-12 * alpha, alpha) == pytest.approx(1 - 1e-12, rel=1e-15)


@pytest.mark.parametrize("alpha", [0.3, 2.0, 1e300, 1e-300, 5e-324])
def test_celu_falls_to_minus_alpha(alpha: float) -> None:
    x = [-np.inf, 0.0, 3.0, np.inf, np.nan]
    same_bits(celu(x, alpha), [-alpha, 0.0, 3.0, np.inf, np.nan])
    same_bits(celu_derivative(x, alpha), [0.0, 1.0, 1.0, 1.0, np.nan])


def test_celu_with_two_gives_the_numbers_of_its_formula() -> None:
    assert celu(-2.0, 2) == pytest.approx(2 * (np.exp(-1) - 1), rel=1e-15)
    assert celu_derivative(-2.0, 2) == pytest.approx(np.exp(-1), rel=1e-15)


@pytest.mark.parametrize("alpha", [0.3, 0.7, 3.0, 1e10, 1e300, 3e-310])
def test_no_digit_is_lost_in_the_product_of_celu(alpha: float) -> None:
    # exp(x / alpha) is wrong by 350 ulp for x / alpha rounded, near -700.
    for multiple in (-1e-3, -1.0, -30.0, -699.0, -707.0):
        x = multiple * alpha
        with mpmath.workdps(40):
            value = exp(mpmath.mpf(x) / mpmath.mpf(alpha))
        assert celu_derivative(x, alpha) == pytest.approx(float(value), rel=4e-16)


@pytest.mark.parametrize("alpha", [3.0, 1e10, 1e300])
def test_celu_is_the_identity_near_zero_where_the_quotient_is_subnormal(
    alpha: float,
) -> None:
    x = -np.array([5e-324, 1.5e-322, 3e-310, 7.1e-15])
    same_bits(celu(x[:3], alpha), x[:3])
    assert celu(x[3], 1e300) == x[3]


@pytest.mark.parametrize("alpha", [0, 0.0, -0.0, -1, -1e-300])
@pytest.mark.parametrize("f", [celu, celu_derivative])
def test_alpha_of_celu_is_positive(f: Callable[..., Any], alpha: float) -> None:
    with pytest.raises(ValueError, match=f"^alpha must be greater than 0, got {alpha}"):
        f([1.0], alpha)


def test_selu_has_the_constants_that_all_libraries_print() -> None:
    with mpmath.workdps(40):
        alpha, scale = self_normalizing()
    assert float(scale * alpha) == -selu(-np.inf)
    assert float(alpha) == 1.6732632423543772
    assert float(scale) == 1.0507009873554805
    same_bits(selu(1.0), np.float64(1.0507009873554805))
    floor = -1.0507009873554805 * 1.6732632423543772
    assert selu(-np.inf) == pytest.approx(floor, rel=3e-16)


def test_selu_is_scaled_elu() -> None:
    x = np.linspace(-30, 30, 601)
    expected = 1.0507009873554805 * elu(x, 1.6732632423543772)
    np.testing.assert_array_max_ulp(selu(x), expected, 4)


def test_selu_takes_the_left_slope_at_zero() -> None:
    same_bits(selu_derivative([0.0, -0.0]), [1.7580993408473768] * 2)
    same_bits(selu_derivative([5e-324, np.inf]), [1.0507009873554805] * 2)
    same_bits(selu_derivative([-np.inf, np.nan]), [0.0, np.nan])


def test_selu_keeps_mean_zero_and_variance_one() -> None:
    x = np.linspace(-12, 12, 240_001)
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) * (x[1] - x[0])
    assert np.sum(selu(x) * density) == pytest.approx(0, abs=1e-8)
    assert np.sum(selu(x) ** 2 * density) == pytest.approx(1, abs=1e-8)

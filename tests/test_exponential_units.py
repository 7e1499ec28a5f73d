# Anchor values of ELU.

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from laboratory import same_bits

from actfn import elu, elu_derivative, relu

EXACT: dict[str, Callable[..., Any]] = {
    "elu": lambda x, alpha=1: x if x > 0 else alpha * (mpmath.exp(x) - 1),
}


def test_elu_gives_the_numbers_of_a_tutorial() -> None:
    assert [f"{y:.4f}" for y in elu([2, -3])] == ["2.0000", "-0.9502"]


def test_elu_has_the_gradient_that_jax_loses() -> None:
    # jax #39796: 0 at -40 instead of 4.25e-18.
    assert elu_derivative(-40.0) == pytest.approx(4.248354255291589e-18, rel=1e-15)


@pytest.mark.parametrize("alpha", [0.5, 2.0, 0.0, -1.0])
def test_elu_takes_alpha_for_its_slope_at_zero(alpha: float) -> None:
    same_bits(elu_derivative([0.0, 1e-9, 3.0], alpha), [alpha, 1.0, 1.0])
    same_bits(elu_derivative(-0.0, alpha), np.float64(alpha))
    assert elu_derivative(-1e-300, alpha) == alpha


@pytest.mark.parametrize("alpha", [0.5, 2.0, -1.0])
def test_elu_falls_to_minus_alpha(alpha: float) -> None:
    same_bits(elu([-np.inf, -1000.0], alpha), [-alpha, -alpha])


def test_elu_keeps_every_digit_of_small_numbers() -> None:
    # exp(x) - 1 is wrong by 234 ulp and more.
    assert elu(-1e-10) == pytest.approx(-9.9999999995e-11, rel=1e-15)


def test_elu_with_alpha_zero_is_relu() -> None:
    x = [-np.inf, -2.0, 0.5, np.inf]
    assert np.array_equal(elu(x, 0), relu(x))

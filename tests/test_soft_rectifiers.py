# Anchor values of softplus, squareplus and sparse plus.

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from laboratory import same_bits

from actfn import (
    relu,
    sigmoid,
    softplus,
    softplus_derivative,
    sparse_plus,
    sparse_plus_derivative,
    sparse_sigmoid,
    squareplus,
    squareplus_derivative,
)

EXACT: dict[str, Callable[..., Any]] = {
    "softplus": lambda x, beta=1: mpmath.log(1 + mpmath.exp(beta * x)) / beta,
    "squareplus": lambda x, b=4: (x + mpmath.sqrt(x**2 + b)) / 2,
    "sparse_plus": lambda x: max(x, (min(max(x, -1), 1) + 1) ** 2 / 4),
}


def test_softplus_is_log_two_at_zero() -> None:
    assert softplus(0) == np.log(2)
    assert softplus(0, 4) == np.log(2) / 4


def test_softplus_does_not_overflow() -> None:
    # log(1 + exp(x)) does from 710 on, and pytorch #187180 in float16.
    same_bits(softplus([710.0, 1e308]), [710.0, 1e308])
    x = np.array([12, 65504], np.float16)
    same_bits(softplus(x), x)


def test_softplus_has_no_threshold() -> None:
    # torch gives x itself right of threshold=20.
    assert softplus(20.5) - 20.5 == pytest.approx(np.exp(-20.5), rel=1e-6, abs=0)


def test_softplus_approaches_relu_as_beta_grows() -> None:
    x = np.linspace(-4, 4, 801)
    for beta in (1.0, 8.0, 64.0):
        distance = softplus(x, beta) - relu(x)
        assert distance.max() == pytest.approx(np.log(2) / beta, rel=1e-12, abs=0)
        assert x[distance.argmax()] == pytest.approx(0, abs=1e-12)


def test_softplus_approximates_a_sum_of_shifted_sigmoids() -> None:
    x = np.linspace(-2, 4, 61)
    offsets = np.linspace(0.05, 19.95, 200)
    ramp = sigmoid(x[:, None] - offsets).sum(axis=1) / 10
    assert np.abs(ramp - softplus(x)).max() < 1e-3


def test_softplus_has_the_sigmoid_for_its_derivative() -> None:
    x = np.linspace(-800, 800, 1001)
    same_bits(softplus_derivative(x), sigmoid(x))


@pytest.mark.parametrize("beta", [0.5, 4.0])
def test_a_sharper_softplus_has_a_steeper_sigmoid(beta: float) -> None:
    # The product with a power of 2 is exact, but the two are computed by two formulas,
    # each of which is right to a few ulp.
    x = np.linspace(-700 / beta, 700 / beta, 1001)
    y, expected = softplus_derivative(x, beta), sigmoid(beta * x)
    assert np.all(np.abs(y - expected) <= 4 * np.spacing(expected))


def test_softplus_with_a_small_beta_outlives_its_exponential() -> None:
    # exp(-750) is 0, but 1000 exp(-750) is not.
    assert softplus(-750e3, 1e-3) == pytest.approx(1.9e-323, rel=0.1, abs=0)
    assert softplus(-745e3, 1e-3) == pytest.approx(2.8223e-321, rel=2e-3, abs=0)


def test_softplus_does_not_magnify_the_rounding_of_a_product() -> None:
    # The sigmoid of the rounded product is wrong by 226 ulp.
    x, beta = -30.1, 20.3
    with mpmath.workdps(40):
        exactly = float(mpmath.exp(mpmath.mpf(x) * mpmath.mpf(beta)))
    assert softplus_derivative(x, beta) == pytest.approx(exactly, rel=3e-16, abs=0)
    assert sigmoid(x * beta) != pytest.approx(exactly, rel=3e-15, abs=0)


def test_softplus_wants_a_positive_beta() -> None:
    with pytest.raises(ValueError, match=r"^beta must be greater than 0, got 0$"):
        softplus(1.0, 0)


def test_squareplus_is_a_branch_of_a_hyperbola() -> None:
    # y (y - x) = b / 4
    same_bits(squareplus([-1.5, 0.0, 1.5]), [0.5, 1.0, 2.0])
    same_bits(squareplus([-3.0, 0.0, 3.0], 16.0), [1.0, 2.0, 4.0])
    assert squareplus(0.0, 2) == pytest.approx(np.sqrt(0.5), rel=1e-15, abs=0)
    x = np.linspace(-40, 40, 801)
    assert squareplus(x) * squareplus(-x) == pytest.approx(1.0, rel=1e-14, abs=0)


def test_squareplus_without_a_bend_is_relu() -> None:
    x = np.array([-np.inf, -3.0, -5e-324, 0.0, 5e-324, 3.0, np.inf])
    same_bits(squareplus(x, 0), relu(x))
    same_bits(squareplus_derivative(x, 0), [0.0, 0.0, 0.0, 0.5, 1.0, 1.0, 1.0])
    assert np.isnan(squareplus_derivative(np.nan, 0))


def test_squareplus_keeps_the_tail_in_which_its_formula_cancels() -> None:
    # (x + sqrt(x**2 + 4)) / 2 is 0 left of -1.4e8, and overflows left of -1.4e154.
    assert squareplus(-1e9) == pytest.approx(1e-9, rel=1e-15, abs=0)
    assert squareplus(-1e300) == pytest.approx(1e-300, rel=1e-15, abs=0)
    assert squareplus_derivative(-1e150) == pytest.approx(1e-300, rel=1e-15, abs=0)
    assert squareplus_derivative(-1e160) == pytest.approx(1e-320, rel=1e-3, abs=0)


@pytest.mark.parametrize("b", [5e-324, 1e-300, 0.3, 4.0, 1e200, 1.7e308])
def test_squareplus_does_not_overflow(b: float) -> None:
    largest = np.finfo(float).max
    same_bits(squareplus([largest, np.inf, -np.inf], b), [largest, np.inf, 0.0])
    same_bits(squareplus_derivative([largest, np.inf, -np.inf], b), [1.0, 1.0, 0.0])
    exactly = mpmath.mpf(b) / 4 / mpmath.mpf(largest)
    assert squareplus(-largest, b) == pytest.approx(float(exactly), rel=1e-15, abs=0)


@pytest.mark.parametrize("b", [1e-300, 0.3, 4.0, 1e300])
def test_squareplus_is_symmetric(b: float) -> None:
    x = np.geomspace(1e-3, 1e3, 101) * np.sqrt(b)
    assert squareplus(x, b) - squareplus(-x, b) == pytest.approx(x, rel=1e-12, abs=0)
    slopes = squareplus_derivative(x, b) + squareplus_derivative(-x, b)
    assert slopes == pytest.approx(1.0, abs=1e-15)
    assert squareplus_derivative(0.0, b) == pytest.approx(0.5, abs=1e-15)


@pytest.mark.parametrize("function", [squareplus, squareplus_derivative])
def test_squareplus_wants_a_b_that_has_a_root(function: Any) -> None:
    with pytest.raises(ValueError, match=r"^b must be 0 or greater, got -4$"):
        function(0.0, -4)


def test_sparse_plus_is_a_parabola_between_two_lines() -> None:
    x = [-np.inf, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, np.inf]
    same_bits(sparse_plus(x), [0.0, 0.0, 0.0, 0.0625, 0.25, 0.5625, 1.0, 2.0, np.inf])


def test_sparse_plus_has_the_sparse_sigmoid_for_its_derivative() -> None:
    x = np.linspace(-2, 2, 401)
    same_bits(sparse_plus_derivative(x), sparse_sigmoid(x))
    same_bits(sparse_plus_derivative([-1.0, 1.0]), [0.0, 1.0])

# Anchor values of softplus.

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from laboratory import same_bits

from actfn import relu, sigmoid, softplus, softplus_derivative

EXACT: dict[str, Callable[..., Any]] = {
    "softplus": lambda x, beta=1: mpmath.log(1 + mpmath.exp(beta * x)) / beta,
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
    assert softplus(20.5) - 20.5 == pytest.approx(np.exp(-20.5), rel=1e-6)


def test_softplus_approaches_relu_as_beta_grows() -> None:
    x = np.linspace(-4, 4, 801)
    for beta in (1.0, 8.0, 64.0):
        distance = softplus(x, beta) - relu(x)
        assert distance.max() == pytest.approx(np.log(2) / beta, rel=1e-12)
        assert x[distance.argmax()] == pytest.approx(0, abs=1e-12)


def test_softplus_approximates_a_sum_of_shifted_sigmoids() -> None:
    x = np.linspace(-2, 4, 61)
    offsets = np.linspace(0.05, 19.95, 200)
    ramp = sigmoid(x[:, None] - offsets).sum(axis=1) / 10
    assert np.abs(ramp - softplus(x)).max() < 1e-3


@pytest.mark.parametrize("beta", [1.0, 0.5, 4.0])
def test_softplus_has_the_sigmoid_for_its_derivative(beta: float) -> None:
    x = np.linspace(-800, 800, 1001)
    same_bits(softplus_derivative(x, beta), sigmoid(beta * x))

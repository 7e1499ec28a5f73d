# Anchor values of the sigmoid.

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from laboratory import same_bits

from actfn import sigmoid, sigmoid_derivative

EXACT: dict[str, Callable[..., Any]] = {
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
}


def test_sigmoid_gives_the_numbers_of_three_tutorials() -> None:
    rows = [
        ([1, 2, 3], [0.73105858, 0.88079708, 0.95257413]),
        ([4, 5, 6], [0.98201379, 0.99330715, 0.99752738]),
        ([0, 1, -1], [0.5, 0.73105858, 0.26894142]),
        ([-2, 2, -3], [0.11920292, 0.88079708, 0.04742587]),
    ]
    for x, y in rows:
        assert sigmoid(x) == pytest.approx(y, abs=5e-9)


def test_sigmoid_is_a_half_at_zero_not_zero() -> None:
    assert sigmoid(0) == sigmoid(-0.0) == 0.5
    assert sigmoid_derivative(0) == 0.25


def test_sigmoid_neither_overflows_nor_loses_its_left_tail() -> None:
    # 1/(1+exp(-x)) warns below -709 and gives 0 where the answer is subnormal.
    assert sigmoid(-740.0) == pytest.approx(4.2e-322, rel=0.02)
    assert sigmoid(-1e308) == 0
    assert sigmoid(np.float32(-100)) == pytest.approx(3.783506e-44, rel=0.03)


def test_sigmoid_has_a_gradient_where_s_times_one_minus_s_is_zero() -> None:
    assert sigmoid_derivative(700.0) == pytest.approx(9.85967654375977e-305, rel=1e-14)


def test_sigmoid_has_an_even_gradient() -> None:
    x = np.linspace(0, 750, 1001)
    same_bits(sigmoid_derivative(x), sigmoid_derivative(-x))

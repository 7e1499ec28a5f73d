# Anchor values of the sigmoid, its logarithm and its ramps.

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from laboratory import same_bits

from actfn import (
    hard_sigmoid,
    hard_sigmoid_derivative,
    log_sigmoid,
    log_sigmoid_derivative,
    relu6,
    sigmoid,
    sigmoid_derivative,
    softplus,
    sparse_sigmoid,
    sparse_sigmoid_derivative,
)

EXACT: dict[str, Callable[..., Any]] = {
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "log_sigmoid": lambda x: -mpmath.log(1 + mpmath.exp(-x)),
    "hard_sigmoid": lambda x: min(max(x + 3, 0), 6) / mpmath.mpf(6),
    "sparse_sigmoid": lambda x: min(max((x + 1) / 2, 0), 1),
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
    assert sigmoid(-740.0) == pytest.approx(4.2e-322, rel=0.02, abs=0)
    assert sigmoid(-1e308) == 0
    assert sigmoid(np.float32(-100)) == pytest.approx(3.783506e-44, rel=0.03, abs=0)


def test_sigmoid_has_a_gradient_where_s_times_one_minus_s_is_zero() -> None:
    assert sigmoid_derivative(700.0) == pytest.approx(
        9.85967654375977e-305, rel=1e-14, abs=0
    )


def test_sigmoid_has_an_even_gradient() -> None:
    x = np.linspace(0, 750, 1001)
    same_bits(sigmoid_derivative(x), sigmoid_derivative(-x))


def test_log_sigmoid_is_minus_log_two_at_zero() -> None:
    assert log_sigmoid(0) == -np.log(2)
    assert log_sigmoid_derivative(0) == 0.5


def test_log_sigmoid_keeps_scores_whose_sigmoid_is_zero() -> None:
    # log(1/(1+exp(-x))) gives -inf there.
    same_bits(log_sigmoid([-1e4, -745.5, -np.inf]), [-1e4, -745.5, -np.inf])
    same_bits(log_sigmoid(np.float16(-65504)), np.float16(-65504))


def test_log_sigmoid_keeps_what_is_missing_to_one() -> None:
    # log(1/(1+exp(-x))) gives 0 from 37 on.
    assert log_sigmoid(40.0) == pytest.approx(-4.248354255291589e-18, rel=1e-15, abs=0)
    same_bits(log_sigmoid([1e4, np.inf]), [0.0, 0.0])


def test_log_sigmoid_is_softplus_turned_around() -> None:
    x = np.linspace(-800, 800, 1001)
    same_bits(log_sigmoid(x), -softplus(-x) + 0.0)
    same_bits(log_sigmoid_derivative(x), sigmoid(-x))


def test_hard_sigmoid_is_relu6_shifted_and_scaled() -> None:
    x = np.linspace(-8, 8, 1601)
    same_bits(hard_sigmoid(x), relu6(x + 3) / 6)
    same_bits(hard_sigmoid([-np.inf, -3, 0, 3, np.inf]), [0.0, 0.0, 0.5, 1.0, 1.0])


def test_hard_sigmoid_is_not_the_one_of_onnx() -> None:
    # There alpha is 0.2, so that the ramp ends at 2.5.
    assert hard_sigmoid(2.5) == pytest.approx(11 / 12)
    assert hard_sigmoid(1.0) == pytest.approx(2 / 3)


def test_sparse_sigmoid_is_a_ramp_from_minus_one_to_one() -> None:
    x = [-np.inf, -1.0, -0.75, 0.0, 0.5, 1.0, np.inf]
    same_bits(sparse_sigmoid(x), [0.0, 0.0, 0.125, 0.5, 0.75, 1.0, 1.0])


@pytest.mark.parametrize(
    ("slope", "end", "height"),
    [(hard_sigmoid_derivative, 3.0, 1 / 6), (sparse_sigmoid_derivative, 1.0, 0.5)],
)
def test_a_ramp_is_flat_from_its_ends_on(
    slope: np.ufunc, end: float, height: float
) -> None:
    inner, outer = np.nextafter(end, 0), np.nextafter(end, 9)
    same_bits(slope([-outer, -end, end, outer]), [0.0, 0.0, 0.0, 0.0])
    same_bits(slope([-inner, -5e-324, 0.0, inner]), [height] * 4)

# Anchor values of hard, soft and tanh shrinkage.

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from judge import ulps
from laboratory import same_bits

from actfn import (
    hard_shrink,
    hard_shrink_derivative,
    identity,
    soft_shrink,
    soft_shrink_derivative,
    tanh_shrink,
    tanh_shrink_derivative,
)

EXACT: dict[str, Callable[..., Any]] = {
    "hard_shrink": lambda x, lambd=0.5: x if abs(x) > lambd else 0,
    "soft_shrink": lambda x, lambd=0.5: mpmath.sign(x) * max(abs(x) - lambd, 0),
    "tanh_shrink": lambda x: x - mpmath.tanh(x),
}

X = np.array([-np.inf, -2.0, -0.5, -0.25, -0.0, 0.0, 0.25, 0.5, 2.0, np.inf, np.nan])


def test_hard_shrinkage_removes_what_is_small() -> None:
    kept = [-np.inf, -2.0, 0, 0, 0, 0, 0, 0, 2.0, np.inf, np.nan]
    same_bits(hard_shrink(X), kept)
    same_bits(hard_shrink(X, 0.25), [*kept[:2], -0.5, 0, 0, 0, 0, 0.5, *kept[8:]])
    same_bits(hard_shrink_derivative(X), [1.0, 1, 0, 0, 0, 0, 0, 0, 1, 1, np.nan])


def test_soft_shrinkage_pulls_by_a_fixed_length() -> None:
    pulled = [-np.inf, -1.5, 0, 0, 0, 0, 0, 0, 1.5, np.inf, np.nan]
    same_bits(soft_shrink(X), pulled)
    same_bits(soft_shrink(X, 1.75)[[1, 8]], [-0.25, 0.25])
    same_bits(soft_shrink_derivative(X), hard_shrink_derivative(X))


@pytest.mark.parametrize("lambd", [0.5, 0.3, 1e-300, 4.0])
def test_the_edge_of_the_zone_belongs_to_the_zone(lambd: float) -> None:
    edge = np.array([-lambd, lambd])
    beyond = np.nextafter(edge, [-np.inf, np.inf])
    for f in (hard_shrink, soft_shrink, hard_shrink_derivative, soft_shrink_derivative):
        same_bits(f(edge, lambd), [0.0, 0.0])
    same_bits(hard_shrink(beyond, lambd), beyond)
    same_bits(soft_shrink(beyond, lambd), beyond - edge)
    for f in (hard_shrink_derivative, soft_shrink_derivative):
        same_bits(f(beyond, lambd), [1.0, 1.0])


def test_the_edge_is_rounded_to_the_dtype_of_x() -> None:
    edge = np.array([-0.3, 0.3], np.float32)
    for f in (hard_shrink, soft_shrink, hard_shrink_derivative, soft_shrink_derivative):
        same_bits(f(edge, 0.3), np.zeros(2, np.float32))


def test_nothing_shrinks_by_zero() -> None:
    x = np.array([-np.inf, -2.0, -5e-324, 0.0, 5e-324, 2.0, np.inf, np.nan])
    slopes = [1.0, 1, 1, 0, 1, 1, 1, np.nan]
    for f in (hard_shrink, soft_shrink):
        same_bits(f(x, 0), identity(x))
        same_bits(f(-0.0, 0), np.float64(0))
    for f in (hard_shrink_derivative, soft_shrink_derivative):
        same_bits(f(x, 0), slopes)


@pytest.mark.parametrize("lambd", [-1, -1e-300, -0.5])
@pytest.mark.parametrize(
    "f", [hard_shrink, hard_shrink_derivative, soft_shrink, soft_shrink_derivative]
)
def test_lambd_is_not_negative(f: Callable[..., Any], lambd: float) -> None:
    with pytest.raises(ValueError, match=f"^lambd must be 0 or greater, got {lambd}"):
        f([1.0], lambd)


@pytest.mark.parametrize("lambd", [0.25, 1.0, 3.0])
def test_soft_shrinkage_minimises_a_square_and_a_penalty(lambd: float) -> None:
    y = np.linspace(-8, 8, 16_001)
    for x in (-5.0, -0.5, 0.0, 0.75, 2.5):
        best = y[np.argmin((y - x) ** 2 / 2 + lambd * np.abs(y))]
        assert soft_shrink(x, lambd) == pytest.approx(best, abs=1e-3)


def test_tanh_shrinkage_is_the_difference_far_from_zero() -> None:
    x = np.array([-np.inf, -40.0, -2.0, 2.0, 40.0, 1e200, np.inf, np.nan])
    same_bits(tanh_shrink(x), x - np.tanh(x))
    same_bits(tanh_shrink_derivative(x), np.tanh(x) ** 2)


def test_tanh_shrinkage_keeps_the_digits_that_the_difference_loses() -> None:
    assert 9e-10 - np.tanh(9e-10) == 0
    assert tanh_shrink(9e-10) == pytest.approx(2.43e-28, rel=1e-15)
    same_bits(tanh_shrink([0.0, 1e-120, -1e-120]), [0.0, 0.0, -0.0])
    assert tanh_shrink(1e-105) == pytest.approx(1e-315 / 3, rel=1e-8)


def test_tanh_shrinkage_is_odd() -> None:
    x = np.geomspace(1e-300, 1e300, 2001)
    same_bits(tanh_shrink(-x), -tanh_shrink(x))


@pytest.mark.parametrize(
    ("dtype", "joint"), [(np.float64, 1.5), (np.float32, 2.0**-5)], ids=str
)
def test_no_seam_shows_where_the_forms_join(dtype: Any, joint: float) -> None:
    steps = np.arange(-50, 51)
    x = (dtype(joint) * (1 + steps * np.finfo(dtype).eps)).astype(dtype)
    y = tanh_shrink(x)
    assert (np.diff(y) >= -2 * np.spacing(y[1:])).all()
    for a, b in zip(x, y):
        with mpmath.workdps(60):
            t = mpmath.mpf(float(a))
            assert ulps(b, t - mpmath.tanh(t)) <= 2

# Anchor values of softmax and log-softmax.

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from laboratory import same_bits

from actfn import log_softmax, log_softmax_vjp, softmax, softmax_vjp

INF, NAN = np.inf, np.nan
MATRIX = [[1, 2, 3], [4, 5, 6]]


def _softmax(x: list[mpmath.mpf]) -> list[mpmath.mpf]:
    powers = [mpmath.exp(v - max(x)) for v in x]
    return [p / sum(powers) for p in powers]


EXACT: dict[str, Callable[..., Any]] = {
    "softmax": _softmax,
    "log_softmax": lambda x: [mpmath.log(y) for y in _softmax(x)],
}

both = pytest.mark.parametrize("function", [softmax, log_softmax])


def test_softmax_gives_the_numbers_of_two_tutorials() -> None:
    whole = [
        [0.00426978, 0.01160646, 0.03154963],
        [0.08576079, 0.23312201, 0.63369132],
    ]
    assert softmax(MATRIX, axis=None) == pytest.approx(np.array(whole), abs=5e-9)
    three = [0.65900114, 0.24243297, 0.09856589]
    assert softmax([2.0, 1.0, 0.1]) == pytest.approx(three, abs=5e-9)


def test_softmax_works_along_the_last_axis_unless_told_otherwise() -> None:
    row = [0.09003057, 0.24472847, 0.66524096]
    assert softmax(MATRIX) == pytest.approx(np.array([row, row]), abs=5e-9)
    same_bits(softmax(MATRIX), softmax(MATRIX, 1))
    column = softmax(MATRIX, axis=0)
    assert column[0] == pytest.approx(0.04742587, abs=5e-9)


@pytest.mark.parametrize("axis", [0, 1, 2, (0, 2), None])
def test_probabilities_sum_to_one(axis: int | tuple[int, int] | None) -> None:
    x = np.random.default_rng(3).normal(scale=5, size=(4, 5, 6))
    assert softmax(x, axis).sum(axis) == pytest.approx(1.0, abs=1e-15)
    assert np.exp(log_softmax(x, axis)).sum(axis) == pytest.approx(1.0, abs=1e-14)


@both
@pytest.mark.parametrize("shift", [1000.0, -1000.0, 2.0**60])
def test_adding_a_constant_changes_nothing(function: np.ufunc, shift: float) -> None:
    x = np.array([0.0, 256.0, -512.0])
    same_bits(function(x + shift), function(x))


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([0.0, INF, 5.0], [0.0, 1.0, 0.0]),
        ([-INF, 0.0, 0.0], [0.0, 0.5, 0.5]),
        ([-INF, INF, -INF], [0.0, 1.0, 0.0]),
        ([INF, INF, 0.0], [NAN] * 3),
        ([-INF, -INF, -INF], [NAN] * 3),
        ([0.0, NAN, INF], [NAN] * 3),
    ],
)
def test_infinite_scores_give_the_limit_or_nan(x: list[float], y: list[float]) -> None:
    same_bits(softmax(x), y)
    with np.errstate(divide="ignore"):
        assert np.array_equal(log_softmax(x), np.log(y), equal_nan=True)


@both
def test_rows_with_infinities_leave_their_neighbours_alone(function: np.ufunc) -> None:
    x = np.array([[1.0, 2.0], [INF, INF], [3.0, -1.0], [INF, 0.0], [NAN, 0.0]])
    y = function(x)
    for i in (0, 2):
        same_bits(y[i], function(x[i]))


def test_scores_further_apart_than_the_largest_float_are_fine() -> None:
    largest = np.finfo(float).max
    same_bits(softmax([largest, -largest]), [1.0, 0.0])
    same_bits(log_softmax([largest, 0.0]), [0.0, -largest])


def test_log_softmax_keeps_probabilities_that_round_to_zero_or_one() -> None:
    y = log_softmax([800.0, 0.0])
    assert y[1] == -800
    assert log_softmax([40.0, 0.0])[0] == pytest.approx(-np.exp(-40.0), rel=1e-15)


def test_a_single_element_takes_all() -> None:
    same_bits(softmax(np.zeros((3, 1))), np.ones((3, 1)))
    same_bits(softmax(7.5, axis=None), np.float64(1))
    assert log_softmax(7.5, axis=None) == 0


def test_a_cotangent_of_ones_carries_nothing_through_softmax() -> None:
    assert softmax_vjp([1.0, 2.0, 4.0], [1, 1, 1]) == pytest.approx(0.0, abs=1e-16)


def test_the_gradient_of_cross_entropy_is_probability_minus_truth() -> None:
    x, truth = np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, 0.0])
    expected = softmax(x) - truth
    assert log_softmax_vjp(x, -truth) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("vjp", [softmax_vjp, log_softmax_vjp])
def test_a_vjp_takes_the_dtype_of_x_not_of_the_cotangent(vjp: np.ufunc) -> None:
    wide, narrow = np.array([1.0, 2.0]), np.array([1, 2], np.float32)
    assert vjp(narrow, wide).dtype == np.float32
    assert vjp(wide, narrow).dtype == np.float64

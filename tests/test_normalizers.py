# Anchor values of softmax and what is made of it, and of standardize.

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from laboratory import same_bits

from actfn import (
    log_softmax,
    log_softmax_vjp,
    logsumexp,
    logsumexp_vjp,
    softmax,
    softmax_vjp,
    softmin,
    softmin_vjp,
    softplus,
    standardize,
    standardize_vjp,
)

INF, NAN = np.inf, np.nan
MATRIX = [[1, 2, 3], [4, 5, 6]]


def _softmax(x: list[mpmath.mpf]) -> list[mpmath.mpf]:
    powers = [mpmath.exp(v - max(x)) for v in x]
    return [p / sum(powers) for p in powers]


def _standardize(x: list[mpmath.mpf], epsilon: Any = 1e-5) -> list[mpmath.mpf]:
    centred = [v - mpmath.fsum(x) / len(x) for v in x]
    variance = mpmath.fsum(v**2 for v in centred) / len(x)
    return [v / mpmath.sqrt(variance + mpmath.mpf(epsilon)) for v in centred]


EXACT: dict[str, Callable[..., Any]] = {
    "softmax": _softmax,
    "log_softmax": lambda x: [mpmath.log(y) for y in _softmax(x)],
    "softmin": lambda x: _softmax([-v for v in x]),
    "logsumexp": lambda x: [
        max(x) + mpmath.log(mpmath.fsum(mpmath.exp(v - max(x)) for v in x))
    ],
    "standardize": _standardize,
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


@pytest.mark.parametrize("function", [softmax, softmin])
def test_what_does_not_count_gets_nothing(function: np.ufunc) -> None:
    x = np.array([[1.0, 2.0, NAN, INF], [3.0, 1.0, -INF, 0.0]])
    mask = np.array([True, True, False, False])
    expected = np.zeros((2, 4))
    expected[:, :2] = function(x[:, :2])
    same_bits(function(x, where=mask), expected)
    same_bits(function(x.T, 0, where=mask[:, np.newaxis]), expected.T)


def test_what_does_not_count_has_the_logarithm_of_zero() -> None:
    y = log_softmax([1.0, 2.0, NAN], where=[True, True, False])
    same_bits(y, np.append(log_softmax([1.0, 2.0]), -INF))


def test_a_row_in_which_nothing_counts_gives_zeros() -> None:
    x, nothing = np.array([[1.0, NAN], [INF, INF]]), np.zeros((2, 2), bool)
    zeros = np.zeros((2, 2))
    for function in (softmax, softmin):
        same_bits(function(x, where=nothing), zeros)
    same_bits(log_softmax(x, where=nothing), zeros - INF)
    same_bits(logsumexp(x, axis=1, where=nothing), [-INF, -INF])


@pytest.mark.parametrize("vjp", [softmax_vjp, log_softmax_vjp, softmin_vjp])
def test_what_does_not_count_has_no_gradient(vjp: np.ufunc) -> None:
    x, g = np.array([1.0, 2.0, NAN, 0.5]), np.array([1.0, 3.0, NAN, INF])
    mask = np.array([True, True, False, False])
    same_bits(vjp(x, g, where=mask), np.append(vjp(x[:2], g[:2]), [0.0, 0.0]))
    same_bits(vjp(x, g, where=np.zeros(4, bool)), np.zeros(4))
    same_bits(logsumexp_vjp(x, 2.0, where=np.zeros(4, bool)), np.zeros(4))


def test_a_mask_where_all_counts_changes_nothing() -> None:
    x, g = np.random.default_rng(4).normal(size=(2, 5, 6))
    for function in (softmax, log_softmax, softmin, logsumexp):
        same_bits(function(x, where=True), function(x))
    for vjp in (softmax_vjp, log_softmax_vjp, softmin_vjp):
        same_bits(vjp(x, g, where=np.ones(6, bool)), vjp(x, g))


def test_a_row_without_a_limit_stays_nan_where_it_counts() -> None:
    y = softmax([-INF, -INF, 3.0], where=[True, True, False])
    same_bits(y, [NAN, NAN, 0.0])


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ([1, 0, 1], "where must be boolean, true where an element counts, got dtype"),
        (np.ones((2, 3), bool), "where must broadcast to the shape (3,) of x, got"),
        ([True, False], "where must broadcast to the shape (3,) of x, got (2,)"),
    ],
    ids=["integers", "more axes", "another length"],
)
def test_a_wrong_mask_is_refused(where: Any, words: str) -> None:
    out = np.full(3, 7.0)
    for function in (softmax, log_softmax, softmin):
        with pytest.raises((TypeError, ValueError)) as caught:
            function([1.0, 2.0, 3.0], where=where, out=out)
        assert str(caught.value).startswith(words)
    same_bits(out, np.full(3, 7.0))


def test_softmin_is_softmax_of_the_negatives() -> None:
    x, g = np.random.default_rng(5).normal(scale=9, size=(2, 4, 5))
    same_bits(softmin(x), softmax(-x))
    same_bits(softmin_vjp(x, g), softmax_vjp(-x, -g))


def test_logsumexp_adds_probabilities_that_underflow() -> None:
    # Two equal terms: twice each.
    assert logsumexp([-1000.0, -1000.0]) == pytest.approx(-1000 + np.log(2), rel=1e-15)
    assert logsumexp([1000.0, 1000.0]) == pytest.approx(1000 + np.log(2), rel=1e-15)


def test_logsumexp_of_x_and_zero_is_softplus() -> None:
    x = np.linspace(-700, 700, 1401)
    pairs = np.stack([x, np.zeros_like(x)], axis=1)
    assert logsumexp(pairs, axis=1) == pytest.approx(softplus(x), rel=4e-16)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([INF, INF, 0.0], INF),
        ([INF, -INF], INF),
        ([-INF, -INF], -INF),
        ([-INF, 3.0], 3.0),
        ([NAN, INF], NAN),
        ([], -INF),
        (5.0, 5.0),
    ],
)
def test_logsumexp_has_a_limit_for_every_infinity(x: Any, y: float) -> None:
    same_bits(logsumexp(x), np.float64(y))


@pytest.mark.parametrize("axis", [0, 1, -1, (0, 2), (1, 2), None])
@pytest.mark.parametrize("keepdims", [False, True])
def test_logsumexp_reduces_axes_as_numpy_does(axis: Any, keepdims: bool) -> None:
    x = np.random.default_rng(6).normal(size=(2, 3, 4))
    y = logsumexp(x, axis, keepdims=keepdims)
    expected = np.log(np.exp(x).sum(axis, keepdims=keepdims))
    assert np.shape(y) == np.shape(expected)
    assert y == pytest.approx(expected, rel=1e-13)
    g = np.ones_like(expected)
    gradient = logsumexp_vjp(x, g, axis, keepdims=keepdims)
    assert gradient == pytest.approx(softmax(x, axis), rel=1e-14)


def test_logsumexp_over_no_elements_is_the_logarithm_of_zero() -> None:
    same_bits(logsumexp(np.empty((2, 0, 3)), axis=1), np.full((2, 3), -INF))
    same_bits(logsumexp(np.empty((2, 0, 3)), axis=0), np.empty((0, 3)))
    assert logsumexp_vjp(np.empty((2, 0)), np.ones(2), axis=1).shape == (2, 0)


def test_logsumexp_writes_to_an_out_of_the_reduced_shape() -> None:
    x, out = np.ones((3, 4)), np.empty(3, np.float64)
    assert logsumexp(x, axis=1, out=out) is out
    same_bits(out, logsumexp(x, axis=1))
    with pytest.raises(ValueError, match=r"^out must have the result's shape \(3,\), "):
        logsumexp(x, axis=1, out=np.empty((3, 1)))
    with pytest.raises(
        TypeError, match=r"^keepdims must be True or False, got int: 1$"
    ):
        logsumexp(x, axis=1, keepdims=1)  # type: ignore[arg-type]


def test_the_cotangent_of_logsumexp_has_the_shape_of_its_result() -> None:
    words = r"^cotangent must have the shape \(3,\) of the result, got \(3, 4\)$"
    with pytest.raises(ValueError, match=words):
        logsumexp_vjp(np.ones((3, 4)), np.ones((3, 4)), axis=1)


def test_standardize_has_mean_zero_and_variance_one() -> None:
    x = np.random.default_rng(7).normal(loc=1e6, scale=3, size=(5, 1000))
    y = standardize(x, epsilon=0)
    assert y.mean(axis=1) == pytest.approx(0, abs=1e-15)
    assert y.var(axis=1) == pytest.approx(1, rel=1e-14)


def test_standardize_keeps_what_the_textbook_variance_loses() -> None:
    # mean(x**2) - mean(x)**2 is 0 or negative here.
    x = np.array([1e9, 1e9 + 1, 1e9 + 2])
    root = np.sqrt(1.5)
    assert standardize(x, epsilon=0) == pytest.approx([-root, 0, root], rel=1e-15)


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e30, 1e308])
def test_standardize_neither_overflows_nor_underflows(scale: float) -> None:
    y = standardize(np.array([-1.0, 1.0]) * scale, epsilon=0)
    assert y == pytest.approx([-1.0, 1.0], rel=1e-15)


def test_a_constant_vector_is_standardized_to_zeros() -> None:
    for epsilon in (1e-5, 0):
        same_bits(standardize([0.1, 0.1, 0.1], epsilon=epsilon), [0.0, 0.0, 0.0])
    same_bits(standardize([[7.0]]), [[0.0]])


def test_a_vector_with_an_infinity_cannot_be_standardized() -> None:
    y = standardize([[INF, 1.0], [2.0, 4.0]], epsilon=0)
    assert np.isnan(y[0]).all()
    same_bits(y[1], [-1.0, 1.0])


def test_standardize_refuses_a_negative_epsilon() -> None:
    with pytest.raises(ValueError, match=r"^epsilon must be 0 or greater, got -1$"):
        standardize([1.0, 2.0], epsilon=-1)


def test_the_gradient_of_standardize_has_no_part_along_a_shift_or_a_stretch() -> None:
    x, g = np.random.default_rng(8).normal(size=(2, 30))
    gradient = standardize_vjp(x, g, epsilon=0)
    assert gradient.sum() == pytest.approx(0, abs=1e-14)
    assert gradient @ x == pytest.approx(0, abs=1e-13)

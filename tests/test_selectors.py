# Anchor values of sparsemax, hardmax and the Gumbel-softmax.

import copy
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from laboratory import FLOATS, SEED, cotangent_for, layouts, same_bits

from actfn import (
    gumbel_softmax,
    gumbel_softmax_vjp,
    hardmax,
    softmax,
    softmax_vjp,
    sparsemax,
    sparsemax_vjp,
)

INF, NAN = np.inf, np.nan


def _sparsemax(x: list[Any]) -> list[Any]:
    total, tau = 0 * x[0], x[0]
    for count, score in enumerate(sorted(x, reverse=True), 1):
        total += score
        if 1 + count * score > total:
            tau = (total - 1) / count
    return [max(v - tau, 0 * v) for v in x]


def _hardmax(x: list[Any]) -> list[Any]:
    return [mpmath.mpf(i == x.index(max(x))) for i in range(len(x))]


def noise(seed: Any, shape: Any) -> Any:
    return -np.log(np.random.default_rng(seed).standard_exponential(shape))


def _gumbel_softmax(x: list[Any], tau: Any = 1) -> list[Any]:
    scores = [(v + mpmath.mpf(g)) / tau for v, g in zip(x, noise(SEED, len(x)))]
    powers = [mpmath.exp(s - max(scores)) for s in scores]
    return [p / mpmath.fsum(powers) for p in powers]


EXACT: dict[str, Callable[..., Any]] = {
    "sparsemax": _sparsemax,
    "hardmax": _hardmax,
    "gumbel_softmax": _gumbel_softmax,
}

LIMITS = [
    ([0.0, INF, 5.0], [0.0, 1.0, 0.0]),
    ([-INF, INF, -INF], [0.0, 1.0, 0.0]),
    ([-INF, 0.0, -INF], [0.0, 1.0, 0.0]),
    ([INF, INF, 0.0], [NAN] * 3),
    ([-INF, -INF, -INF], [NAN] * 3),
    ([0.0, NAN, INF], [NAN] * 3),
]

largest = float(np.finfo(float).max)


def gumbel(x: Any, axis: Any = -1, **more: Any) -> Any:
    return gumbel_softmax(x, axis=axis, rng=SEED, **more)


def hard(x: Any, axis: Any = -1, **more: Any) -> Any:
    return gumbel_softmax(x, hard=True, axis=axis, rng=SEED, **more)


every_selector = pytest.mark.parametrize(
    "function", [sparsemax, hardmax, gumbel, hard], ids=lambda f: f.__name__
)


def test_sparsemax_of_two_scores_is_a_clipped_line() -> None:
    # Section 2.2 of Martins and Astudillo: (t + 1) / 2 between -1 and 1.
    for t in (-3.0, -1.0, -0.5, 0.0, 0.25, 1.0, 3.0):
        p = min(max((t + 1) / 2, 0.0), 1.0)
        same_bits(sparsemax([t, 0.0]), [p, 1 - p])


def test_sparsemax_gives_the_numbers_of_a_projection_by_hand() -> None:
    # tau = (1.0 + 0.5 - 1) / 2, and (0.75 + 0.5 + 0.25 - 1) / 3 with 1/6 for tau
    same_bits(sparsemax([1.0, 0.5, -1.0]), [0.75, 0.25, 0.0])
    thirds = [0.75 - 1 / 6, 0.5 - 1 / 6, 0.25 - 1 / 6]
    assert sparsemax([0.75, 0.5, 0.25]) == pytest.approx(thirds, rel=1e-15)
    same_bits(sparsemax(np.zeros(8)), np.full(8, 0.125))
    same_bits(sparsemax([2.0, 1.0, 0.1]), [1.0, 0.0, 0.0])


@pytest.mark.parametrize("scale", [0.01, 0.3, 1.0, 20.0])
@pytest.mark.parametrize("dtype", FLOATS)
def test_sparsemax_is_the_closest_point_of_the_simplex(
    scale: float, dtype: Any
) -> None:
    x = np.random.default_rng(1).normal(scale=scale, size=(20, 40))
    with np.errstate(under="ignore"):  # in float16
        x = x.astype(dtype)
    for row, y in zip(x, sparsemax(x)):
        exact = _sparsemax([Fraction(float(v)) for v in row])
        unit = np.spacing(dtype(float(max(exact))))
        errors = [abs(Fraction(float(a)) - b) for a, b in zip(y, exact)]
        assert max(errors) <= 2 * Fraction(float(unit))
        assert [a > 0 for a in y] == [b > 0 for b in exact]


def test_sparsemax_of_a_long_vector_is_as_close() -> None:
    x = np.random.default_rng(2).normal(scale=1e-3, size=4000)
    y, exact = sparsemax(x), _sparsemax([Fraction(v) for v in x.tolist()])
    errors = [abs(Fraction(a) - b) for a, b in zip(y.tolist(), exact)]
    assert max(errors) <= 4 * Fraction(np.spacing(float(max(exact))))


@every_selector
@pytest.mark.parametrize("axis", [0, 1, 2, (0, 2), None])
def test_results_sum_to_one(function: Any, axis: int | tuple[int, int] | None) -> None:
    x = np.random.default_rng(3).normal(size=(4, 5, 6))
    assert function(x, axis).sum(axis) == pytest.approx(1.0, abs=1e-14)


@every_selector
@pytest.mark.parametrize("shift", [1000.0, -1000.0, 2.0**50])
def test_adding_a_constant_changes_nothing(function: Any, shift: float) -> None:
    x = np.array([0.25, 0.5, -0.25, 0.0])
    same_bits(function(x + shift), function(x))


@every_selector
@pytest.mark.parametrize(("x", "y"), LIMITS)
def test_infinite_scores_give_the_limit_or_nan(
    function: Any, x: list[float], y: list[float]
) -> None:
    assert np.array_equal(function(x), y, equal_nan=True)
    rows = np.array([[1.0, 0.5, 0.0], x, [0.0, 99.0, 1.0]])
    got = function(rows)
    assert np.array_equal(got[1], y, equal_nan=True)
    assert not np.isnan(got[[0, 2]]).any()
    if function is not gumbel:
        same_bits(got[2], [0.0, 1.0, 0.0])


@every_selector
def test_scores_further_apart_than_the_largest_float_are_fine(function: Any) -> None:
    same_bits(function([largest, -largest]), [1.0, 0.0])


@every_selector
def test_a_single_element_takes_all(function: Any) -> None:
    same_bits(function(np.zeros((3, 1))), np.ones((3, 1)))
    same_bits(function(7.5, axis=None), np.float64(1))


@every_selector
def test_memory_layout_changes_nothing(function: Any) -> None:
    x = np.random.default_rng(4).normal(scale=0.1, size=(40, 30))
    for axis in (0, 1, None):
        y = function(x, axis)
        for name, laid in layouts(x).items():
            same_bits(function(laid, axis), y, name)
            given = laid.copy()
            if given.dtype == x.dtype:
                same_bits(function(given, axis, out=given), y, name)


def test_sparsemax_carries_back_what_differs_from_the_mean_of_the_support() -> None:
    same_bits(sparsemax_vjp([1.0, 0.5, -1.0], [3.0, 1.0, 8.0]), [1.0, -1.0, 0.0])
    same_bits(sparsemax_vjp([5.0, 0.5, -1.0], [3.0, 1.0, 8.0]), [0.0, 0.0, 0.0])
    x = np.random.default_rng(5).normal(scale=0.3, size=(6, 7))
    g = np.random.default_rng(6).normal(size=(6, 7))
    for axis in (0, 1):
        support = sparsemax(x, axis) > 0
        mean = g.mean(axis, where=support, keepdims=True)
        expected = np.where(support, g - mean, 0)
        assert sparsemax_vjp(x, g, axis) == pytest.approx(expected, abs=1e-15)


def test_what_just_gets_no_probability_gets_no_gradient() -> None:
    # At [1, 0] the second probability reaches 0: inside, its gradient would be -1/2.
    same_bits(sparsemax_vjp([1.0, 0.0], [1.0, 0.0]), [0.0, 0.0])
    same_bits(sparsemax_vjp([1.0, 2.0**-40], [1.0, 0.0]), [0.5, -0.5])


@pytest.mark.parametrize(("x", "y"), LIMITS)
def test_where_sparsemax_has_no_value_it_has_no_gradient(
    x: list[float], y: list[float]
) -> None:
    expected = np.zeros(3) if y[0] == 0 else np.full(3, NAN)
    assert np.array_equal(sparsemax_vjp(x, [1.0, 2.0, 4.0]), expected, equal_nan=True)


def test_hardmax_takes_the_first_of_equals_as_onnx_does() -> None:
    # The examples of ONNX's operator Hardmax.
    x = [[3, 0, 1, 2], [2, 5, 1, 0], [0, 1, 3, 2], [0, 1, 2, 3]]
    y = [[1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    same_bits(hardmax(x), y)
    same_bits(hardmax([[3, 3, 3, 1]]), [[1.0, 0, 0, 0]])
    same_bits(hardmax([-0.0, 0.0]), [1.0, 0.0])


def test_hardmax_of_several_axes_counts_in_c_order() -> None:
    x = np.array([[1.0, 5.0], [5.0, 5.0]])
    for laid in (x, np.asfortranarray(x)):
        same_bits(hardmax(laid, None), [[0.0, 1.0], [0.0, 0.0]])
        same_bits(hardmax(laid, (1, 0)), [[0.0, 1.0], [0.0, 0.0]])


def test_hardmax_tells_neighbouring_floats_apart() -> None:
    x = np.array([1.0, np.nextafter(1, 2), -1.0])
    same_bits(hardmax(x), [0.0, 1.0, 0.0])
    same_bits(hardmax([0.0, 5e-324]), [0.0, 1.0])


@pytest.mark.parametrize("tau", [1.0, 0.5, 3.0])
def test_a_gumbel_softmax_is_softmax_of_scores_with_noise(tau: float) -> None:
    x = np.random.default_rng(7).normal(size=(5, 6))
    g = noise(11, x.shape)
    y = gumbel_softmax(x, tau, rng=11)
    assert y == pytest.approx(softmax((x + g) / tau), rel=1e-13)
    cotangent = np.random.default_rng(8).normal(size=(5, 6))
    back = gumbel_softmax_vjp(x, cotangent, tau, rng=11)
    expected = softmax_vjp((x + g) / tau, cotangent) / tau
    assert back == pytest.approx(expected, rel=1e-11, abs=1e-15)


@pytest.mark.parametrize("tau", [1e-6, 1e-3, 0.01, 0.1, 0.3, 1.0, 40.0])
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@np.errstate(under="ignore")
def test_few_digits_are_those_of_float64_at_every_temperature(
    dtype: Any, tau: float
) -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(8000, 9))
    x[4000:] *= 1e4
    x, g = x.astype(dtype), cotangent_for(x.shape).astype(dtype)
    wide, cotangent = x.astype(float), g.astype(float)
    info = np.finfo(dtype)
    least, ulp = float(info.smallest_subnormal), float(info.eps)
    y, exact = gumbel_softmax(x, tau, rng=3), gumbel_softmax(wide, tau, rng=3)
    assert np.all(np.abs(y - exact) <= 0.55 * ulp * exact + least)
    hard = gumbel_softmax(x, tau, hard=True, rng=3)
    same_bits(hard.astype(float), gumbel_softmax(wide, tau, hard=True, rng=3))
    if tau >= 0.01:  # the largest float16 is 65504
        back = gumbel_softmax_vjp(x, g, tau, rng=3)
        exact = gumbel_softmax_vjp(wide, cotangent, tau, rng=3)
        assert np.all(np.abs(back - exact) <= ulp * np.abs(exact) + ulp / tau)


@np.errstate(under="ignore")
def test_a_very_low_temperature_tells_scores_apart_that_noise_made_alike() -> None:
    g = noise(3, (200_000, 2))
    x = np.zeros(g.shape, np.float32)
    x[:, 0] = g[:, 1] - g[:, 0]
    alike = np.abs(x[:, 0]) < 1e-3  # where float32 has a fine grid
    y, exact = (gumbel_softmax(v, 1e-10, rng=3)[alike] for v in (x, x.astype(float)))
    assert np.ptp(exact) > 0.1
    assert np.all(np.abs(y - exact) <= 0.55 * 2.0**-23 * exact)


def test_samples_come_as_often_as_softmax_says() -> None:
    x = np.log([0.5, 0.3, 0.2])
    samples = gumbel_softmax(np.tile(x, (100_000, 1)), hard=True, rng=0)
    # The standard deviation is 0.0016.
    assert samples.mean(axis=0) == pytest.approx(np.array([0.5, 0.3, 0.2]), abs=0.006)


def test_noise_has_the_mean_and_deviation_of_gumbels_distribution() -> None:
    y = gumbel_softmax(np.zeros((200_000, 2)), rng=0)
    drawn = np.log(y[:, 0] / y[:, 1])  # logistic: the difference of two such
    assert drawn.mean() == pytest.approx(0, abs=0.02)
    assert drawn.std() == pytest.approx(np.pi / np.sqrt(3), rel=0.01)


def test_the_draws_depend_on_the_place_of_an_element_alone() -> None:
    x = np.random.default_rng(9).normal(size=(6, 4))
    rows = gumbel_softmax(x, rng=3)
    for axis in (0, None):
        y = gumbel_softmax(x, axis=axis, rng=3)
        expected = softmax(x + noise(3, x.shape), axis)
        assert y == pytest.approx(expected, rel=1e-13)
    same_bits(gumbel_softmax(np.asfortranarray(x), rng=3), rows)
    same_bits(gumbel_softmax(x, rng=np.random.default_rng(3)), rows)
    assert not np.array_equal(gumbel_softmax(x, rng=4), rows)
    same_bits(rows[:1], gumbel_softmax(x[:1], rng=3))


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_draws_are_the_same_for_every_dtype(dtype: Any) -> None:
    x = np.array([[0.5, -1.0, 2.0], [0.0, 1.5, 1.0]])
    y = gumbel_softmax(x.astype(dtype), rng=5)
    assert y.dtype == dtype
    limit = float(np.finfo(dtype).eps)
    assert y == pytest.approx(gumbel_softmax(x, rng=5), rel=limit)
    same_bits(
        gumbel_softmax(x.astype(dtype), hard=True, rng=5),
        gumbel_softmax(x, hard=True, rng=5).astype(dtype),
    )


def test_no_draw_is_infinite() -> None:
    class Zeros(np.random.Generator):
        def standard_exponential(self, size: Any = None, *_: Any, **__: Any) -> Any:
            return np.zeros(size)

    rng = Zeros(np.random.PCG64(0))
    same_bits(gumbel_softmax([0.0, 0.0], rng=rng), [0.5, 0.5])


@pytest.mark.parametrize("tau", [5e-324, 1e-300, 1e-3])
def test_a_low_temperature_makes_a_choice(tau: float) -> None:
    x = np.random.default_rng(1).normal(size=(50, 5))
    y = gumbel_softmax(x, tau, rng=2)
    assert np.array_equal(y.argmax(1), gumbel_softmax(x, rng=2).argmax(1))
    same_bits(gumbel_softmax(x, hard=True, rng=2), hardmax(y))


def test_a_high_temperature_makes_all_equal() -> None:
    same_bits(gumbel_softmax([0.0, 9.0, 5.0, 1.0], largest, rng=0), np.full(4, 0.25))
    y = gumbel_softmax([0.0, 99.0, 5.0, 1.0], largest, hard=True, rng=0)
    same_bits(y, [0.0, 1.0, 0.0, 0.0])


def test_hard_samples_have_the_gradient_of_soft_ones() -> None:
    x = np.random.default_rng(10).normal(size=(5, 6))
    g = np.random.default_rng(11).normal(size=(5, 6))
    soft, hard = (gumbel_softmax(x, hard=h, rng=1) for h in (False, True))
    same_bits(hard, hardmax(soft))
    same_bits(
        gumbel_softmax_vjp(x, g, hard=True, rng=1), gumbel_softmax_vjp(x, g, rng=1)
    )


def test_a_copy_of_the_generator_repeats_the_sample() -> None:
    rng = np.random.default_rng(12)
    rng.normal(size=5)
    again = copy.deepcopy(rng)
    x, g = np.array([1.0, 2.0, 0.5]), np.array([1.0, 0.0, 0.0])
    y = gumbel_softmax(x, rng=rng)
    expected = y * (g - (g * y).sum())
    assert gumbel_softmax_vjp(x, g, rng=again) == pytest.approx(expected, rel=1e-13)
    assert not np.allclose(gumbel_softmax_vjp(x, g, rng=again), expected)


def test_without_a_seed_no_sample_is_repeated() -> None:
    x = np.zeros(20)
    assert not np.array_equal(gumbel_softmax(x), gumbel_softmax(x))


def test_a_gradient_without_the_seed_of_its_sample_is_refused() -> None:
    words = "^rng must be what gumbel_softmax was called with, got None, .*rng=0"
    with pytest.raises(TypeError, match=words):
        gumbel_softmax_vjp([1.0, 2.0], [1.0, 0.0], rng=None)
    with pytest.raises(TypeError, match="rng"):
        gumbel_softmax_vjp([1.0, 2.0], [1.0, 0.0])  # type: ignore[call-arg]


@pytest.mark.parametrize("wrong", ["seed", -1, 0.5])
def test_what_is_no_seed_is_refused(wrong: Any) -> None:
    words = r"^rng must be a numpy.random.Generator or a seed, got "
    with pytest.raises(TypeError, match=words):
        gumbel_softmax([1.0, 2.0], rng=wrong)


@pytest.mark.parametrize("wrong", [0.0, -1.0, INF, NAN])
def test_a_wrong_temperature_is_refused(wrong: float) -> None:
    words = r"^tau must be (finite|greater than 0)"
    with pytest.raises(ValueError, match=words):
        gumbel_softmax([1.0, 2.0], wrong, rng=0)
    with pytest.raises(ValueError, match=words):
        gumbel_softmax_vjp([1.0, 2.0], [1.0, 0.0], wrong, rng=0)


def test_cotangents_have_the_shape_of_x() -> None:
    for vjp in (sparsemax_vjp, lambda x, g: gumbel_softmax_vjp(x, g, rng=0)):
        with pytest.raises(ValueError, match=r"cotangent must have the shape \(2,\)"):
            vjp([1.0, 2.0], [1.0])

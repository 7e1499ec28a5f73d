# Anchor values of leaky ReLU, PReLU and RReLU.

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laboratory import LARGE, same_bits

from actfn import (
    leaky_relu,
    leaky_relu_derivative,
    prelu,
    prelu_vjp,
    relu,
    relu_derivative,
    rrelu,
    rrelu_derivative,
)

EXACT: dict[str, Callable[..., Any]] = {
    "leaky_relu": lambda x, negative_slope=0.01: x if x > 0 else negative_slope * x,
    "prelu": lambda x, weight=0.25: x if x > 0 else weight * x,
    "rrelu": lambda x, lower=1 / 8, upper=1 / 3: (
        x if x > 0 else (lower + upper) / 2 * x
    ),
}


def test_leaky_relu_has_the_slope_of_pytorch_jax_and_onnx() -> None:
    same_bits(leaky_relu([2, -3]), [2.0, -0.03])
    same_bits(leaky_relu([-1.0], 0.05), [-0.05])  # a tutorial's slope
    same_bits(leaky_relu([-1.0], 0.2), [-0.2])  # that of Keras and TensorFlow


@pytest.mark.parametrize("slope", [0.25, 0.0, -1.0, 3.0])
def test_leaky_relu_takes_the_slope_at_zero(slope: float) -> None:
    # torch takes the negative branch there, jax gives 1.
    same_bits(leaky_relu_derivative([-2.0, 0.0, 2.0], slope), [slope, slope, 1.0])


def test_leaky_relu_with_the_slope_zero_is_relu() -> None:
    x = [-np.inf, -2.0, 0.0, 3.0, np.inf, np.nan]
    same_bits(leaky_relu(x, 0), relu(x))
    same_bits(leaky_relu_derivative(x, 0), relu_derivative(x))


def test_leaky_relu_with_the_slope_minus_one_is_the_absolute_value() -> None:
    x = np.array([-np.inf, -2.0, 3.0, np.inf])
    same_bits(leaky_relu(x, -1), np.abs(x))


SPECIAL = np.array([-np.inf, -2.0, 0.0, 3.0, np.inf, np.nan])


@pytest.mark.parametrize("weight", [0.25, 0.0, -1.0, 3.0])
def test_prelu_with_one_weight_is_leaky_relu(weight: float) -> None:
    same_bits(prelu(SPECIAL, weight), leaky_relu(SPECIAL, weight))
    same_bits(prelu(SPECIAL, np.full(6, weight)), leaky_relu(SPECIAL, weight))
    of_x, _ = prelu_vjp(SPECIAL, np.ones(6), weight)
    same_bits(of_x, leaky_relu_derivative(SPECIAL, weight))


def test_prelu_starts_at_the_weight_of_pytorch() -> None:
    same_bits(prelu([-1.0, 2.0]), [-0.25, 2.0])


@pytest.mark.parametrize("weight", [np.nan, np.inf, -np.inf])
def test_a_weight_that_is_not_finite_leaves_positive_numbers_alone(
    weight: float,
) -> None:
    x = np.array([-2.0, 3.0, np.inf])
    same_bits(prelu(x, weight), [-2 * weight, 3.0, np.inf])
    of_x, _ = prelu_vjp(x, np.array([1.0, 5.0, 7.0]), weight)
    same_bits(of_x, [weight, 5.0, 7.0])


def test_a_nan_of_x_goes_through_beside_any_weight() -> None:
    weight = np.array([0.0, np.nan, np.inf, 1.0])
    assert np.isnan(prelu(np.full(4, np.nan), weight)).all()
    assert np.isnan(prelu_vjp(np.full(4, np.nan), np.ones(4), weight)[0]).all()


def test_prelu_has_a_weight_for_each_channel() -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    weight = np.array([0.5, 0.125, -2.0])
    y = prelu(x, weight.reshape(3, 1, 1))
    for channel, slope in enumerate(weight):
        same_bits(y[:, channel], leaky_relu(x[:, channel], slope))


@pytest.mark.parametrize(
    "shape", [(), (1,), (5,), (4, 1), (4, 5), (1, 1), (3, 1, 1), (3, 4, 5), (1, 1, 1)]
)
def test_the_weight_gets_the_slope_of_the_loss(shape: tuple[int, ...]) -> None:
    # The loss is linear in the weights: differences are exact but for rounding.
    rng = np.random.default_rng(1)
    x, g, weight = (rng.normal(size=s) for s in ((3, 4, 5), (3, 4, 5), shape))
    weight = np.asarray(weight)
    _, of_weight = prelu_vjp(x, g, weight)
    assert np.shape(of_weight) == shape
    for i in np.ndindex(shape):
        step = np.zeros(shape)
        step[i] = 1
        change = np.sum(g * (prelu(x, weight + step) - prelu(x, weight)))
        assert np.asarray(of_weight)[i] == pytest.approx(change, abs=1e-12)


def test_the_gradients_of_prelu_are_those_worked_out_by_hand() -> None:
    x, g = [[-2.0, 3.0], [-4.0, -1.0]], [[1.0, 10.0], [100.0, 1000.0]]
    of_x, of_weight = prelu_vjp(x, g, [0.5, 0.25])
    same_bits(of_x, [[0.5, 10.0], [50.0, 250.0]])
    same_bits(of_weight, [-402.0, -1000.0])
    same_bits(prelu_vjp(x, g)[1], np.float64(-1402))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_both_gradients_have_the_dtype_of_x(dtype: Any) -> None:
    x = np.array([[-1.0, 2.0]], dtype)
    weight, g = np.array([0.5, 0.5]), np.ones((1, 2), np.float32)
    of_x, of_weight = prelu_vjp(x, g, weight)
    assert of_x.dtype == of_weight.dtype == dtype
    scalar = prelu_vjp(dtype(-1), 1)
    assert [type(v) for v in scalar] == [dtype, dtype]


def test_the_gradient_of_the_weight_is_summed_in_float64() -> None:
    x = np.full(2**15, -1, np.float16)
    _, of_weight = prelu_vjp(x, np.ones_like(x))
    same_bits(of_weight, np.float16(-(2**15)))  # float16 alone would stop at -2048
    large, g = np.array([[-1e8, -1, -1e8], [1, 1, -1]], np.float32)
    same_bits(prelu_vjp(large, g)[1], np.float32(-1))


def test_the_gradient_of_the_weight_does_not_depend_on_the_layout() -> None:
    x, g = np.random.default_rng(3).normal(size=(2, 40, 50))
    weight = np.ones((40, 1))
    same_bits(
        prelu_vjp(np.asfortranarray(x), np.asfortranarray(g), weight)[1],
        prelu_vjp(x, g, weight)[1],
    )


def test_nothing_has_no_gradient() -> None:
    of_x, of_weight = prelu_vjp(np.empty((0, 3)), np.empty((0, 3)), np.ones(3))
    assert of_x.shape == (0, 3)
    same_bits(of_weight, np.zeros(3))


def test_both_gradients_may_be_written_where_asked() -> None:
    x, g, weight = (np.array([[-2.0, 3.0]]) * k for k in (1.0, 10.0, 0.5))
    expected = prelu_vjp(x, g, weight[0])
    for out in ((np.empty((1, 2)), np.empty(2)), (x.copy(), weight[0].copy())):
        got = prelu_vjp(x, g, weight[0], out=out)
        for a, b, c in zip(got, out, expected):
            assert a is b
            same_bits(a, c)
    # The inputs themselves may be overwritten.
    same_bits(prelu_vjp(x, g, weight[0], out=(g, weight[0]))[1], expected[1])
    same_bits(g, expected[0])
    same_bits(weight[0], expected[1])


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda a, b: a, TypeError, "tuple of two arrays, .* got ndarray"),
        (lambda a, b: [a, b], TypeError, "tuple of two arrays, .* got list"),
        (lambda a, b: (a,), TypeError, "tuple of two arrays, .* got tuple"),
        (lambda a, b: (a, None), TypeError, "tuple of two arrays, .* got tuple"),
        (lambda a, b: (a, 7.0), TypeError, "NumPy array .*got float: 7.0"),
        (lambda a, b: (a, b[:1]), ValueError, r"shape \(2,\), got \(1,\)"),
        (lambda a, b: (a[0], b), ValueError, r"shape \(1, 2\), got \(2,\)"),
        (lambda a, b: (a, b.astype(int)), TypeError, "dtype float64, got int64"),
        (lambda a, b: (a, a[0]), ValueError, "that share no memory"),
    ],
)
def test_both_outs_are_checked_before_either_is_written(
    change: Callable[..., Any], error: type[Exception], words: str
) -> None:
    arrays = np.full((1, 2), 7.0), np.full(2, 7.0)
    with pytest.raises(error, match=f"^out must .*{words}"):
        prelu_vjp([[-1.0, 2.0]], [[1.0, 1.0]], [0.5, 0.5], out=change(*arrays))
    assert all((a == 7).all() for a in arrays)


@pytest.mark.parametrize(
    ("weight", "error", "words"),
    [
        (np.ones(3), ValueError, r"broadcast to the shape \(2,\) of x, got \(3,\)"),
        (np.ones((1, 2)), ValueError, r"the shape \(2,\) of x, got \(1, 2\)"),
        ("a", TypeError, "hold real numbers.*<U1: 'a'"),
        (1j, TypeError, "hold real numbers.*complex128"),
    ],
)
def test_a_bad_weight_is_refused(
    weight: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=f"^weight must .*{words}"):
        prelu([1.0, 2.0], weight)
    with pytest.raises(error, match=f"^weight must .*{words}"):
        prelu_vjp([1.0, 2.0], [1.0, 1.0], weight)


def test_rrelu_takes_the_mean_of_the_slopes_to_evaluate() -> None:
    same_bits(rrelu([-48.0, 0.0, 3.0]), [-11.0, 0.0, 3.0])
    same_bits(rrelu(SPECIAL, 0.25, 0.75), leaky_relu(SPECIAL, 0.5))
    same_bits(
        rrelu_derivative(SPECIAL, 0.25, 0.75), leaky_relu_derivative(SPECIAL, 0.5)
    )


def test_rrelu_draws_a_slope_for_every_element_in_c_order() -> None:
    slopes = np.random.default_rng(5).uniform(0.5, 0.75, (30, 40))
    x = np.random.default_rng(6).normal(size=(30, 40))
    for y in (x, np.asfortranarray(x)):
        same_bits(
            rrelu(y, 0.5, 0.75, rng=np.random.default_rng(5)),
            np.where(x > 0, x, slopes * x),
        )
        same_bits(rrelu_derivative(y, 0.5, 0.75, rng=5), np.where(x > 0, 1, slopes))


def test_rrelu_goes_on_with_the_generator_it_is_given() -> None:
    rng = np.random.default_rng(0)
    first, second = (rrelu_derivative(np.full(4, -1.0), rng=rng) for _ in range(2))
    whole = rrelu_derivative(np.full(8, -1.0), rng=0)
    same_bits(np.concatenate([first, second]), whole)


def test_slopes_are_spread_evenly_between_lower_and_upper() -> None:
    slopes = np.sort(rrelu_derivative(np.full(100_000, -1.0), -1, 3, rng=1))
    assert slopes[0] >= -1
    assert slopes[-1] < 3
    assert np.abs(slopes - np.linspace(-1, 3, slopes.size)).max() < 0.03


def test_equal_bounds_leave_nothing_to_chance() -> None:
    same_bits(rrelu(SPECIAL, 0.1, 0.1, rng=0), leaky_relu(SPECIAL, 0.1))
    same_bits(
        rrelu_derivative(SPECIAL, 0.1, 0.1, rng=0), leaky_relu_derivative(SPECIAL, 0.1)
    )


def test_a_scalar_gets_a_slope_too() -> None:
    y = rrelu(np.float32(-1), rng=3)
    assert type(y) is np.float32
    assert 1 / 8 <= -y < 1 / 3


@pytest.mark.parametrize("f", [rrelu, rrelu_derivative])
@pytest.mark.parametrize("rng", [None, 0])
def test_the_slopes_of_rrelu_are_in_order(f: Callable[..., Any], rng: Any) -> None:
    words = "lower must not be greater than upper, got lower=0.5 and upper=0.25"
    with pytest.raises(ValueError, match=f"^{words}"):
        f([1.0], 0.5, 0.25, rng=rng)
    with pytest.raises(ValueError, match=r"^upper must be finite, got inf"):
        f([1.0], upper=np.inf, rng=rng)


@pytest.mark.parametrize("f", [rrelu, rrelu_derivative])
def test_rng_is_a_generator_or_a_seed(f: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match=r"^rng must be .*Generator or a seed, got str"):
        f([1.0], rng="0")


@pytest.mark.parametrize("shape", [(), (3,), (2, 1), (2, 3), (1, 2, 3), (5, 1, 1)])
def test_the_gradient_of_a_weight_adds_up_over_blocks(shape: tuple[int, ...]) -> None:
    # Whole numbers, whose sums are exact in every order.
    x = np.random.default_rng(0).integers(-9, 9, (LARGE // 5, 5, 2, 3)).astype(float)
    weight = np.full(shape, 0.5)
    terms = np.minimum(x, 0) * 3
    filled = (1,) * (4 - len(shape)) + shape
    shared = tuple(i for i, n in enumerate(filled) if n == 1)
    expected = terms.sum(axis=shared, keepdims=True).reshape(shape)
    _, of_weight = prelu_vjp(x, np.full_like(x, 3), weight)
    assert np.array_equal(of_weight, expected)

# Anchor values of concatenated ReLU and maxout.

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laboratory import FLOATS, layouts, same_bits

from actfn import crelu, crelu_vjp, maxout, maxout_vjp, relu

INF, NAN = np.inf, np.nan


def _maxout(x: list[Any], pieces: int = 2) -> list[Any]:
    return [max(x[i : i + pieces]) for i in range(0, len(x), pieces)]


EXACT: dict[str, Callable[..., Any]] = {
    "crelu": lambda x: [max(v, 0) for v in x] + [max(-v, 0) for v in x],
    "maxout": _maxout,
}

every_axis = pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])


def sample(shape: tuple[int, ...], seed: int = 0) -> Any:
    return np.random.default_rng(seed).integers(-3, 4, shape).astype(float)


def test_crelu_keeps_both_signs_as_in_the_example_of_tensorflow() -> None:
    # tf.nn.crelu concatenates relu(x) and relu(-x).
    same_bits(crelu([-1.0, 0.0, 2.5]), [0.0, 0.0, 2.5, 1.0, 0.0, 0.0])
    same_bits(crelu([[1, -2], [-3, 4]], 0), [[1.0, 0], [0, 4], [0, 2], [3, 0]])


@every_axis
def test_crelu_joins_along_the_axis_and_loses_nothing(axis: int) -> None:
    x = sample((3, 4, 5))
    y = crelu(x, axis)
    assert y.shape[axis] == 2 * x.shape[axis]
    positive, negative = np.split(y, 2, axis)
    same_bits(positive, relu(x))
    same_bits(negative, relu(-x))
    assert np.array_equal(positive - negative, x)


@every_axis
def test_crelu_carries_back_what_each_half_lets_through(axis: int) -> None:
    x = sample((3, 4, 5))
    y = crelu(x, axis)
    g = sample(y.shape, 1)
    up, down = np.split(g, 2, axis)
    expected = np.where(x > 0, up, np.where(x < 0, -down, 0))
    assert np.array_equal(crelu_vjp(x, g, axis), expected)


def test_crelu_has_no_gradient_at_zero() -> None:
    x = np.array([0.0, -0.0, 5e-324, -5e-324])
    g = np.array([1.0, 1, 1, 1, 2, 2, 2, 2])
    assert np.array_equal(crelu_vjp(x, g), [0.0, 0, 1, -2])


def test_crelu_takes_infinities_and_nan_to_their_limits() -> None:
    same_bits(crelu([INF, -INF, NAN, -0.0]), [INF, 0, NAN, 0, 0, INF, NAN, 0])
    assert np.isnan(crelu_vjp([NAN], [1.0, 1.0]))[0]


def test_crelu_needs_an_axis() -> None:
    with pytest.raises(ValueError, match="give x at least one dimension"):
        crelu(1.0)
    with pytest.raises(ValueError, match="axis must be between -1 and 0"):
        crelu([1.0], axis=1)
    with pytest.raises(TypeError, match=r"axis must be an integer.* got tuple"):
        crelu([[1.0]], axis=(0, 1))  # type: ignore[arg-type]


def test_crelu_checks_the_shapes_of_cotangent_and_out() -> None:
    with pytest.raises(ValueError, match=r"shape \(4,\) of the result, got \(2,\)"):
        crelu_vjp([1.0, 2.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"shape \(4,\), got \(2,\)"):
        crelu([1.0, 2.0], out=np.empty(2))


@pytest.mark.parametrize("offset", range(0, 30, 3))
def test_crelu_may_overlap_its_input(offset: int) -> None:
    x = sample((4, 6))
    memory = np.zeros(100)
    given = memory[20:44].reshape(4, 6)
    given[...] = x
    out = memory[offset:][:48].reshape(4, 12)
    assert crelu(given, out=out) is out
    same_bits(out, crelu(x))


def test_maxout_takes_neighbours_as_paddle_does() -> None:
    # TensorFlow Addons would give [3, 4] here, the maxima of elements 2 apart.
    same_bits(maxout([1.0, 2.0, 3.0, 4.0]), [2.0, 4.0])
    same_bits(maxout([3, -1, 4, 1, -5, 9], pieces=3), [4.0, 9.0])
    same_bits(maxout([3, -1, 4, 1, -5, 9], pieces=1), [3.0, -1, 4, 1, -5, 9])
    same_bits(maxout([3, -1, 4, 1, -5, 9], pieces=6), [9.0])


def test_maxout_can_be_relu_and_the_absolute_value() -> None:
    x = np.linspace(-3, 3, 13)
    pairs = np.stack([x, np.zeros(13)], axis=1)
    same_bits(maxout(pairs)[:, 0], relu(x))
    assert np.array_equal(maxout(np.stack([x, -x]), axis=0)[0], np.abs(x))


def groups(x: Any, pieces: int, axis: int) -> Any:
    return np.stack(np.split(x, x.shape[axis] // pieces, axis), 0)


@every_axis
@pytest.mark.parametrize("pieces", [1, 2, 3, 6])
def test_maxout_cuts_along_the_axis(axis: int, pieces: int) -> None:
    x = sample((6, 12, 18))
    cut = groups(x, pieces, axis)
    expected = np.concatenate(cut.max(axis % 3 + 1, keepdims=True), axis)
    same_bits(maxout(x, pieces, axis), expected)


@every_axis
@pytest.mark.parametrize("pieces", [1, 2, 3, 6])
def test_maxout_carries_the_gradient_to_the_first_of_the_largest(
    axis: int, pieces: int
) -> None:
    x = sample((6, 12, 18))  # with many equal numbers
    g = sample(maxout(x, pieces, axis).shape, 1) + 0.5
    got = maxout_vjp(x, g, pieces, axis)
    cut = np.moveaxis(x, axis, -1).reshape(-1, pieces)
    expected = np.zeros_like(cut)
    for row, largest, cotangent in zip(
        expected, cut.argmax(axis=1), np.moveaxis(g, axis, -1).reshape(-1)
    ):
        row[largest] = cotangent
    same_bits(np.moveaxis(got, axis, -1).reshape(-1, pieces), expected)


def test_maxout_gives_nothing_to_the_others_of_equal_elements() -> None:
    same_bits(maxout_vjp([2.0, 2.0, 0.0, -0.0], [3.0, 5.0]), [3.0, 0, 5, 0])
    same_bits(maxout_vjp([INF, INF, -INF, -INF], [3.0, 5.0]), [3.0, 0, 5, 0])


def test_maxout_lets_nan_through() -> None:
    same_bits(maxout([1.0, NAN, 2.0, 3.0]), [NAN, 3.0])
    same_bits(maxout_vjp([1, NAN, NAN, 3], [3.0], pieces=4), [0.0, NAN, 0, 0])


@pytest.mark.parametrize("dtype", FLOATS)
def test_maxout_changes_no_number(dtype: Any) -> None:
    f = np.finfo(dtype)
    x = np.array([f.max, 1, f.smallest_subnormal, -1, -f.max, -INF], dtype)
    y = np.array([f.max, f.smallest_subnormal, -f.max], dtype)
    same_bits(maxout(x), y)
    same_bits(maxout_vjp(x, y), np.array([f.max, 0, y[1], 0, -f.max, 0], dtype))


@pytest.mark.parametrize("pieces", [2, 5, 90])
def test_memory_layout_changes_nothing(pieces: int) -> None:
    x = np.random.default_rng(0).normal(size=(300, 90))
    y = maxout(x, pieces)
    both, back = crelu(x), maxout_vjp(x, y, pieces)
    for name, laid in layouts(x).items():
        same_bits(maxout(laid, pieces), y, name)
        same_bits(crelu(laid), both, name)
        same_bits(maxout_vjp(laid, y, pieces), back, name)
    for name, cotangent in layouts(both).items():
        same_bits(crelu_vjp(x, cotangent), crelu_vjp(x, both), name)


@pytest.mark.parametrize("offset", range(0, 30, 3))
@pytest.mark.parametrize("order", ["C", "F"])
def test_maxout_may_overlap_its_input(offset: int, order: Any) -> None:
    x = sample((4, 6))
    y = maxout(x)
    memory = np.zeros(100)
    given = memory[20:44].reshape(4, 6, order=order)
    given[...] = x
    out = memory[offset:][:12].reshape(4, 3)
    assert maxout(given, out=out) is out
    same_bits(out, y)
    given[...] = x
    out = memory[offset:][:24].reshape(4, 6, order=order)
    assert maxout_vjp(given, y, out=out) is out
    same_bits(out, maxout_vjp(x, y))


def test_bfloat16_is_kept() -> None:
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    x = sample((6, 8)).astype(bfloat16)
    single = x.astype(np.float32)
    for f in (crelu, maxout):
        y = f(x)
        assert y.dtype == bfloat16
        assert np.array_equal(y, f(single).astype(bfloat16))
    assert maxout_vjp(x, maxout(x)).dtype == bfloat16
    assert crelu_vjp(x, crelu(x)).dtype == bfloat16


def test_nothing_has_no_largest() -> None:
    assert maxout(np.empty((3, 0))).shape == (3, 0)
    assert maxout(np.empty((0, 4))).shape == (0, 2)
    assert maxout_vjp(np.empty((0, 4)), np.empty((0, 2))).shape == (0, 4)
    assert crelu(np.empty((3, 0))).shape == (3, 0)


def test_a_length_that_pieces_do_not_divide_is_refused() -> None:
    words = r"^x must have a length along axis 1 that is a multiple of 4, got shape "
    with pytest.raises(ValueError, match=words + r"\(2, 6\)$"):
        maxout(np.ones((2, 6)), 4, 1)


@pytest.mark.parametrize("wrong", [0, -2])
def test_too_few_pieces_are_refused(wrong: int) -> None:
    with pytest.raises(ValueError, match=f"^pieces must be at least 1, got {wrong}$"):
        maxout([1.0, 2.0], wrong)


@pytest.mark.parametrize("wrong", [2.0, "2", True, None])
def test_pieces_that_cannot_be_counted_are_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^pieces must be an integer, got "):
        maxout_vjp([1.0, 2.0], [1.0], wrong)


def test_the_cotangent_of_maxout_has_the_shape_of_its_result() -> None:
    with pytest.raises(ValueError, match=r"shape \(2, 3\) of the result, got \(2, 6\)"):
        maxout_vjp(np.ones((2, 6)), np.ones((2, 6)))
    with pytest.raises(ValueError, match=r"shape \(2, 6\), got \(2, 3\)"):
        maxout_vjp(np.ones((2, 6)), np.ones((2, 3)), out=np.empty((2, 3)))

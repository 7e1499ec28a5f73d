# Rows of more than a block: as right as short ones, in a bounded amount of memory.

import tracemalloc
from typing import Any

import numpy as np
import pytest
from laboratory import cotangent_for, same_bits

import actfn
from actfn import _blocks

LONG = 2 * _blocks.BLOCK + 5

FUNCTIONS = [
    actfn.softmax,
    actfn.softmin,
    actfn.log_softmax,
    actfn.logsumexp,
]
PRODUCTS = [
    actfn.softmax_vjp,
    actfn.softmin_vjp,
    actfn.log_softmax_vjp,
    actfn.logsumexp_vjp,
]

every_function = pytest.mark.parametrize(
    "f", [*FUNCTIONS, *PRODUCTS], ids=lambda f: f.__name__
)


def scores(seed: int = 0) -> Any:
    """Scores whose maximum comes late, with steps and a far tail."""
    rng = np.random.default_rng(seed)
    x = rng.normal(scale=3, size=(3, LONG))
    x[:, : LONG // 3] -= 700
    x[1] = np.sort(x[1])
    x[2, LONG - 2] = 40.0
    return x


def call(f: Any, x: Any, g: Any = None, **keywords: Any) -> Any:
    if f in PRODUCTS:
        if g is None:
            g = cotangent_for(result_shape(f, x, **keywords))
        return f(x, g, **{"axis": -1, **keywords})
    return f(x, **{"axis": -1, **keywords})


def result_shape(f: Any, x: Any, **keywords: Any) -> tuple[int, ...]:
    shape: tuple[int, ...] = x.shape
    return shape[:-1] if f is actfn.logsumexp_vjp else shape


def at_once(f: Any, x: Any, monkeypatch: pytest.MonkeyPatch, **keywords: Any) -> Any:
    """The result when the whole row is one block."""
    with monkeypatch.context() as patch:
        patch.setattr(_blocks, "BLOCK", 4 * LONG)
        return call(f, x, **keywords)


@every_function
@pytest.mark.parametrize("masked", [False, True])
def test_a_long_row_is_as_right_as_one_done_at_once(
    f: Any, masked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = scores()
    given = {"where": np.random.default_rng(1).random(x.shape) < 0.7} if masked else {}
    pieces, whole = call(f, x, **given), at_once(f, x, monkeypatch, **given)
    finite = np.isfinite(whole)
    assert np.array_equal(pieces[~finite], whole[~finite])
    pieces, whole = pieces[finite], whole[finite]
    if f in FUNCTIONS:
        with np.errstate(all="ignore"):
            assert np.all(np.abs(pieces - whole) <= 4 * np.spacing(np.abs(whole)))
    else:
        assert np.abs(pieces - whole).max() <= 1e-14 * np.abs(whole).max()


@every_function
def test_float32_is_float64_rounded(f: Any) -> None:
    x = scores().astype(np.float32)
    g = cotangent_for(result_shape(f, x)).astype(np.float32)
    wide = call(f, x.astype(float), g.astype(float))
    with np.errstate(under="ignore"):
        expected = wide.astype(np.float32)
        y = call(f, x, g)
    different = y != expected
    assert np.count_nonzero(different) <= y.size // 1000
    if f in FUNCTIONS:
        assert np.all(np.abs(y - expected) <= np.spacing(np.abs(expected)))


@every_function
def test_the_layout_does_not_change_the_bits(f: Any) -> None:
    x = scores()
    expected = call(f, x)
    same_bits(call(f, np.asfortranarray(x)), expected)
    same_bits(call(f, np.repeat(x, 2, axis=-1)[:, ::2]), expected)
    same_bits(call(f, x.astype(">f8")), expected)


@pytest.mark.parametrize("f", [*FUNCTIONS[:3], *PRODUCTS], ids=lambda f: f.__name__)
def test_the_result_may_replace_the_scores(f: Any) -> None:
    x = scores()
    expected, g = call(f, x), cotangent_for(result_shape(f, x))
    call(f, x, g, out=x)
    same_bits(x, expected)


def gradient(shape: tuple[int, ...]) -> Any:
    """A cotangent with the same sum for every length."""
    g = np.zeros(shape)
    g[..., :3] = 1
    return g


@pytest.mark.parametrize("peaks", [[np.inf], [np.inf, np.inf], [np.nan], [-np.inf]])
@every_function
def test_a_row_without_a_finite_maximum_has_its_limit(f: Any, peaks: Any) -> None:
    x = np.full((1, LONG), -np.inf)
    x[0, : len(peaks)] = peaks
    short = np.full((1, 4), -np.inf)
    short[0, : len(peaks)] = peaks
    with np.errstate(invalid="ignore"):
        long_result = call(f, x, gradient(result_shape(f, x)))
        short_result = call(f, short, gradient(result_shape(f, short)))
    if f is actfn.logsumexp:
        same_bits(long_result, short_result)
    else:
        same_bits(long_result[:, :4], short_result)


@every_function
def test_a_row_that_is_hidden_is_empty(f: Any) -> None:
    x = scores()
    y = call(f, x, where=np.zeros(x.shape, bool))
    empty = -np.inf if f in {actfn.log_softmax, actfn.logsumexp} else 0.0
    assert np.all(y == empty)


def test_the_largest_of_a_long_row_keeps_the_digits_of_its_logarithm() -> None:
    x = np.full(LONG, -700.3)
    x[LONG // 2] = 0.7
    others = (LONG - 1) * np.exp(np.longdouble(-700.3) - np.longdouble(0.7))
    y = actfn.log_softmax(x)[LONG // 2]
    assert abs(y + float(others)) <= 4 * np.spacing(float(others))


@every_function
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_long_row_needs_little_memory(f: Any, dtype: Any) -> None:
    x = np.random.default_rng(2).normal(size=2_000_000).astype(dtype)
    g = np.asarray(x if result_shape(f, x) else 1.0, dtype)
    result = x.nbytes if f is not actfn.logsumexp else 0
    tracemalloc.start()
    try:
        call(f, x, g)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - result < 2 * 2**20

# Dask arrays: every function gives a lazy one for a lazy one, with the numbers that it
# gives for arrays, however they are cut.

import math
import os
import pickle
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laboratory import (
    CALLS,
    Array,
    Call,
    every,
    every_call,
    every_call_with_axes,
    frozen,
    same_bits,
    sample,
)

import actfn

dask = pytest.importorskip("dask", reason="Dask is an extra")
da = pytest.importorskip("dask.array", reason="Dask is an extra")

SHAPE = (24, 20)
CHUNKS: dict[str, Any] = {
    "whole": -1,
    "cut along the first axis": ((7, 5, 12), -1),
    "cut along the last": (-1, (6, 9, 5)),
    "cut along both": ((10, 14), (11, 9)),
    "with empty chunks": ((0, 24), (12, 0, 8)),
}

SUMMED = ("softmax", "log_softmax", "softmin", "logsumexp")

every_way_to_cut = pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS)


def refuse(*_: Any, **__: Any) -> None:
    raise AssertionError("something was computed before it was asked for")


@contextmanager
def nothing_computed() -> Iterator[None]:
    with dask.config.set(scheduler=refuse):
        yield


def lazily(call: Callable[..., Any], *arrays: Any, **keywords: Any) -> Any:
    """The lazy result of a call, which has computed nothing."""
    with nothing_computed():
        result = call(*arrays, **keywords)
    assert isinstance(result, da.Array)
    return result


def computed(lazy: Any) -> Array:
    """The result, which is what was said of it."""
    result = np.asarray(lazy.compute(scheduler="synchronous"))
    assert (result.dtype, result.shape) == (lazy.dtype, lazy.shape)
    assert type(lazy._meta) is np.ndarray
    assert lazy._meta.ndim == result.ndim
    return result


def axes_of(call: Call) -> list[Any]:
    if call.elementwise:
        return [{}]
    return [
        {"axis": axis} for axis in (-1, 0, None) if axis is not None or call.any_axes
    ]


def is_exact(call: Call, x: Any, axis: Any = None) -> bool:
    """Whether no sum is taken over several chunks."""
    if call.part == 1:
        return False
    axes = range(x.ndim) if axis is None else [axis]
    return call.row.name not in SUMMED or all(x.numblocks[i] == 1 for i in axes)


def close(call: Call, actual: Array, expected: Array) -> None:
    """Assert that numbers are within few ulp, products of the largest in the result."""
    assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
    finite = np.isfinite(expected)
    same_bits(actual[~finite], expected[~finite])
    limits = np.finfo(expected.dtype)
    a, b = (y[finite].astype(float) for y in (actual, expected))
    with np.errstate(under="ignore"):
        size = np.maximum(np.abs(b), float(limits.tiny))
        if call.takes_cotangent:
            # What cancels in it leaves an error of the size of its terms.
            size = 16 * np.max(size, initial=0)
        assert np.all(np.abs(a - b) <= 3 * float(limits.eps) * size)


def named(name: str) -> Call:
    return next(call for call in CALLS if str(call) == name)


@every_call
@every_way_to_cut
def test_a_dask_array_gives_the_numbers_of_an_array(call: Call, chunks: Any) -> None:
    for dtype, hostile in ((np.float32, True), (np.float64, False)):
        x = sample(SHAPE, dtype, hostile=hostile)
        for keywords in axes_of(call):
            cut = da.from_array(x, chunks)
            others = call.companions(x, **keywords)
            result = computed(lazily(call, cut, **others, **keywords))
            expected = call(x, **others, **keywords)
            if is_exact(call, cut, **keywords):
                same_bits(result, expected, keywords)
            else:
                close(call, result, np.asarray(expected))


@every_call
def test_the_result_is_cut_as_the_array(call: Call) -> None:
    x = da.from_array(sample(SHAPE, np.float32), CHUNKS["cut along both"])
    for keywords in axes_of(call):
        result = lazily(call, x, **call.companions(x, **keywords), **keywords)
        axis = keywords.get("axis", ())
        coupled = {0, 1} if axis is None else {axis % 2} if axis != () else set()
        kept = [x.chunks[i] for i in range(2) if i not in coupled]
        if call.part == 1:
            continue  # cut like the weights, which are summed for
        if call.elementwise or (call.row.name in SUMMED and call.keeps_shape):
            assert result.chunks == x.chunks
        elif result.ndim == 2:
            assert [result.chunks[i] for i in range(2) if i not in coupled] == kept
            assert all(len(result.chunks[i]) == 1 for i in coupled)
        else:
            assert list(result.chunks) == kept


@every_call
def test_other_arrays_may_be_cut_differently_or_not_at_all(call: Call) -> None:
    x = sample(SHAPE, np.float64, hostile=False)
    others = call.companions(x)
    cut = {n: da.from_array(a, (5,) * a.ndim) for n, a in others.items()}
    if call.takes_cotangent and call.variant != "weight":
        # An array becomes lazy if another is.
        result = computed(lazily(call, x, **cut))
        close(call, result, np.asarray(call(x, **others)))
    result = computed(lazily(call, da.from_array(x, (11, 9)), **cut))
    close(call, result, np.asarray(call(x, **others)))


def test_weights_and_masks_of_any_shape_that_repeats() -> None:
    x = sample(SHAPE, np.float64, hostile=False)
    cut = da.from_array(x, (11, 9))
    for shape in ((), (1,), (20,), (24, 1), (1, 20)):
        w = frozen(np.asarray(np.linspace(0, 1, math.prod(shape)).reshape(shape)))
        for weight in (w, da.from_array(w, -1)):
            same_bits(computed(lazily(actfn.prelu, cut, weight)), actfn.prelu(x, w))
            same_bits(
                computed(lazily(actfn.prelu, x, da.asarray(weight))), actfn.prelu(x, w)
            )
            given = actfn.prelu_vjp(cut, x, weight)
            expected = actfn.prelu_vjp(x, x, w)
            same_bits(computed(given[0]), expected[0])
            np.testing.assert_allclose(computed(given[1]), expected[1], rtol=1e-14)
        mask = w > 0.5
        given = lazily(actfn.softmax, cut, where=da.asarray(mask))
        np.testing.assert_allclose(
            computed(given), actfn.softmax(x, where=mask), rtol=1e-15
        )


@every_call
@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        (np.float16, np.float16),
        (np.float32, np.float32),
        (np.float64, np.float64),
        (">f4", np.float32),
        (np.int8, np.float64),
        (bool, np.float64),
    ],
)
def test_dtypes_are_those_for_arrays(call: Call, dtype: Any, expected: Any) -> None:
    x = sample((8, 6), np.float16, hostile=False).clip(-9, 9).astype(dtype)
    cut = da.from_array(x, (4, 5))
    lazy = lazily(call, cut, **call.companions(x))
    assert lazy.dtype == expected
    close(call, computed(lazy), np.asarray(call(x)))


def test_bfloat16_is_kept() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    wide = sample((4, 40_000), np.float32, hostile=False)
    x = wide.astype(ml_dtypes.bfloat16)
    cut = da.from_array(x, (2, 20_000))
    same_bits(computed(lazily(actfn.gelu, cut)), actfn.gelu(x))
    given = computed(lazily(actfn.log_softmax, cut)).astype(float)
    np.testing.assert_allclose(given, actfn.log_softmax(x).astype(float), rtol=2**-8)


@pytest.mark.parametrize(
    "x",
    [
        da.ones(4, chunks=2, dtype=complex),
        da.from_array(np.array([1, None]), 1),
        da.from_array(np.array(["1", "2"]), 1),
        da.ones(4, chunks=2, dtype="m8[s]"),
        da.ones((), dtype=complex),
    ],
    ids=lambda x: str(x.dtype),
)
def test_what_is_no_real_number_is_refused_unseen(x: Any) -> None:
    with (
        nothing_computed(),
        pytest.raises(TypeError, match=re.escape(f"got dtype {x.dtype}: dask")),
    ):
        actfn.relu(x)
    with nothing_computed(), pytest.raises(TypeError, match="cotangent must hold real"):
        actfn.softmax_vjp(np.ones(x.shape), x)


def test_masked_chunks_are_refused_unseen() -> None:
    x = da.ma.masked_less(da.arange(6.0, chunks=2), 3)
    words = r"got one of MaskedArray: dask.*x.map_blocks\(np.ma.filled, np.nan\)"
    with nothing_computed(), pytest.raises(TypeError, match=words):
        actfn.relu(x)
    mended = lazily(actfn.relu, x.map_blocks(np.ma.filled, np.nan))
    same_bits(computed(mended), [np.nan] * 3 + [3.0, 4.0, 5.0])


@every_call
def test_out_is_refused(call: Call) -> None:
    x = da.ones((4, 6), chunks=3)
    words = "^out must be None for a Dask array, whose result is lazy, got "
    for out in (np.empty((4, 6)), da.ones((4, 6))):
        with nothing_computed(), pytest.raises(TypeError, match=words):
            call(x, out=out, **call.companions(np.ones((4, 6))))


@every([c for c in CALLS if c.numbers])
def test_parameters_are_checked_when_the_function_is_called(call: Call) -> None:
    x = da.ones((4, 6), chunks=3, dtype=np.float32)
    for name in call.numbers:
        with (
            nothing_computed(),
            pytest.raises(ValueError, match=f"^{name} must be fin"),
        ):
            call(x, **{name: np.inf}, **call.companions(np.ones((4, 6))))
        with (
            nothing_computed(),
            pytest.raises(TypeError, match=f"^{name} must be a re"),
        ):
            call(x, **{name: "1"}, **call.companions(np.ones((4, 6))))


def test_parameters_that_do_not_fit_the_dtype_are_refused_at_once() -> None:
    x = da.ones(4, chunks=2, dtype=np.float32)
    with nothing_computed(), pytest.raises(ValueError, match="must fit the dtype of x"):
        actfn.leaky_relu(x, 1e300)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: actfn.softmax(x, axis=2), "axis must be between -2 and 1"),
        (lambda x: actfn.softmax(x, axis=(0, 0)), "different axes"),
        (lambda x: actfn.softmax(x, where=da.ones(5) > 0), "where must broadcast"),
        (lambda x: actfn.softmax_vjp(x, da.ones((6, 4))), "cotangent must have the sh"),
        (lambda x: actfn.softmax_vjp(x, x[0]), "cotangent must have the shape"),
        (lambda x: actfn.prelu(x, da.ones((3, 4, 6))), "weight must broadcast"),
        (lambda x: actfn.glu(x[:, :5]), "multiple of 2, got shape"),
        (lambda x: actfn.maxout(x, pieces=4), "multiple of 4, got shape"),
        (lambda x: actfn.maxout(x, pieces=0), "pieces must be at least 1"),
        (lambda x: actfn.standardize(x, epsilon=-1), "epsilon must be 0 or greater"),
    ],
)
def test_shapes_and_axes_are_checked_when_the_function_is_called(
    call: Any, words: str
) -> None:
    x = da.ones((4, 6), chunks=3)
    with nothing_computed(), pytest.raises(ValueError, match=words):
        call(x)


def test_a_mask_that_is_not_boolean_is_refused_unseen() -> None:
    x = da.ones((4, 6), chunks=3)
    with nothing_computed(), pytest.raises(TypeError, match="where must be boolean"):
        actfn.softmax(x, where=x)


PATTERNS = (0.0, 700.0, np.inf, -np.inf, np.nan)


@every_call_with_axes
@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_rows_with_infinities_across_chunks_have_their_limits(
    call: Call, dtype: Any
) -> None:
    # Every row of four patterns, and every way to hide some: cut into all columns.
    x = np.array(np.meshgrid(*[PATTERNS] * 4)).reshape(4, -1).T.astype(dtype)
    keywords: dict[str, Any] = {"axis": 1}
    others = call.companions(x, **keywords)
    for chunks in ((-1, 1), (200, (1, 3)), (200, (2, 2))):
        result = computed(lazily(call, da.from_array(x, chunks), **others, **keywords))
        close(call, result, np.asarray(call(x, **others, **keywords)))


@pytest.mark.parametrize("name", SUMMED)
def test_a_row_in_which_nothing_counts_is_the_same_in_chunks(name: str) -> None:
    x = np.ones((2, 6))
    mask = np.array([[True] * 6, [False] * 6])
    function = getattr(actfn, name)
    given = computed(lazily(function, da.from_array(x, (2, 2)), axis=1, where=mask))
    np.testing.assert_allclose(given, function(x, axis=1, where=mask), rtol=1e-15)


@pytest.mark.parametrize("name", SUMMED)
def test_chunks_without_scores_add_nothing(name: str) -> None:
    function = getattr(actfn, name)
    for x in (-np.inf, np.inf, 2.0, np.nan):
        row = da.from_array(np.array([x]), ((0, 1, 0),))
        same_bits(computed(lazily(function, row)), function([x]))
    empty = da.zeros((3, 0), chunks=(2, (0, 0)))
    same_bits(
        computed(lazily(function, empty, axis=1)), function(np.zeros((3, 0)), axis=1)
    )


@pytest.mark.parametrize("name", SUMMED)
def test_far_scores_keep_their_digits_across_chunks(name: str) -> None:
    # 700 times the error of a difference that is rounded, without Knuth's sum.
    x = np.linspace(-700, 40, 90_000).reshape(2, -1) * 1.1
    x[1, 17] = 60.0  # alone: the logarithm of its share needs all of the others
    for axis, chunks in ((1, (2, 7001)), (0, (1, 30_000)), (None, (1, 20_000))):
        call, cut = named(name), da.from_array(x, chunks)
        result = computed(lazily(call, cut, axis=axis))
        with np.errstate(under="ignore"):
            close(call, result, np.asarray(call(x, axis=axis)))


def test_long_rows_are_summed_in_little_memory() -> None:
    from actfn import _dask_rows, _long_rows

    x = sample((2, 1_000_000), np.float32, hostile=False)
    way = _dask_rows._WAYS[_long_rows.softmax]
    tracemalloc.start()
    try:
        _dask_rows._sums_of_chunk(way, (1,), x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * 2**20


def unknown(x: Any) -> Any:
    """An array that does not know the lengths of its chunks: rows chosen by a mask."""
    return x[da.from_array(np.ones(len(x), bool), x.chunks[0])]


@every_call
def test_chunks_of_unknown_sizes_do_where_places_do_not_count(call: Call) -> None:
    x = sample(SHAPE, np.float32, hostile=False)
    keywords: dict[str, Any] = {} if call.elementwise else {"axis": 1}
    cut = unknown(da.from_array(x, ((7, 5, 12), (11, 9))))
    others = {
        name: unknown(da.from_array(a, ((7, 5, 12), *[-1] * (a.ndim - 1))))
        for name, a in call.companions(x, **keywords).items()
    }
    if call.draws or call.part == 1:
        return  # draws have an order, and such weights a shape
    result = lazily(call, cut, **others, **keywords)
    assert result.dtype == np.float32
    given = np.asarray(result.compute(scheduler="synchronous"))
    close(call, given, np.asarray(call(x, **keywords)))


@pytest.mark.parametrize("name", ["softmax", "logsumexp"])
def test_rows_of_unknown_length_are_summed(name: str) -> None:
    x = sample(SHAPE, np.float64, hostile=False)
    cut = unknown(da.from_array(x, ((7, 5, 12), -1)))
    function = getattr(actfn, name)
    given = lazily(function, cut, axis=0).compute(scheduler="synchronous")
    np.testing.assert_allclose(given, function(x, axis=0), rtol=1e-14)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: actfn.glu(x, axis=0),
        lambda x: actfn.crelu(x, axis=0),
        lambda x: actfn.maxout(x, axis=0),
        lambda x: actfn.standardize(x, axis=0),
        lambda x: actfn.gumbel_softmax(x, rng=0),
        lambda x: actfn.rrelu(x, rng=0),
        lambda x: actfn.softmax_vjp(x, np.ones(SHAPE)),
        lambda x: actfn.prelu(x, da.ones(SHAPE, chunks=5)),
    ],
)
def test_unknown_sizes_are_refused_where_they_must_be_known(call: Any) -> None:
    x = unknown(da.ones(SHAPE, chunks=((7, 5, 12), -1)))
    with (
        nothing_computed(),
        pytest.raises(ValueError, match=r"call (x\.)?compute_chunk_sizes\(\) first"),
    ):
        call(x)


@every_call
def test_the_graph_grows_as_the_number_of_chunks(call: Call) -> None:
    sizes = []
    for count in (4, 16):
        x = da.ones((8, 4 * count), chunks=(-1, 4))
        keywords = axes_of(call)[0]
        others = {
            name: da.from_array(a, a.ndim * (-1,)) if a.ndim < 2 else da.from_array(a)
            for name, a in call.companions(x, **keywords).items()
        }
        lazy = lazily(call, x, **others, **keywords)
        sizes.append(len(lazy.__dask_graph__()))
    assert sizes[1] - sizes[0] <= 12 * 12


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (0, 3)])
@every([c for c in CALLS if not c.one_axis])
def test_scalars_and_empty_arrays(call: Call, shape: tuple[int, ...]) -> None:
    x = np.ones(shape)
    result = computed(lazily(call, da.from_array(x, -1), **call.companions(x)))
    same_bits(result, call(x))


SEEDED: dict[str, Callable[..., Any]] = {
    "rrelu": actfn.rrelu,
    "gumbel_softmax": actfn.gumbel_softmax,
}


@pytest.mark.parametrize("function", SEEDED.values(), ids=SEEDED)
@pytest.mark.parametrize("size", ["100B", "2kB", "1MB"])
def test_a_seed_draws_what_it_draws_for_arrays(function: Any, size: str) -> None:
    # However few draws are made at once, and in however many dimensions.
    with dask.config.set({"array.chunk-size": size}):
        for shape, chunks in (((60,), 7), ((12, 17), (5, 4)), ((3, 4, 29), (2, 3, 10))):
            x = sample(shape, np.float64, hostile=False)
            lazy = lazily(function, da.from_array(x, chunks), rng=11)
            same_bits(computed(lazy), function(x, rng=11))
            same_bits(lazy.compute(), function(x, rng=11))


def test_without_a_seed_results_differ_but_stay() -> None:
    x = da.zeros(50, chunks=20)
    first, second = (lazily(actfn.gumbel_softmax, x) for _ in range(2))
    same_bits(computed(first), computed(first))
    assert not np.array_equal(computed(first), computed(second))


@pytest.mark.parametrize("function", SEEDED.values(), ids=SEEDED)
@pytest.mark.parametrize("rng", [np.random.default_rng(0), np.random.PCG64(0)])
def test_a_generator_is_refused_with_the_way_to_a_seed(function: Any, rng: Any) -> None:
    x = da.zeros(50, chunks=20)
    with (
        nothing_computed(),
        pytest.raises(TypeError, match=r"rng must be a seed .*rng=rng.integers\(2\*\*"),
    ):
        function(x, rng=rng)


@every_call
def test_what_is_to_be_computed_can_be_sent(call: Call) -> None:
    x = sample((6, 8), np.float32, hostile=False)
    lazy = lazily(call, da.from_array(x, (6, 3)), **call.companions(x))
    sent = pickle.loads(pickle.dumps(lazy))
    same_bits(computed(sent), computed(lazy))


UNTOUCHED = """
import sys
import numpy as np
import actfn
actfn.relu(np.ones(3)), actfn.softmax([1.0, 2.0]), actfn.prelu_vjp(1.0, 1.0)
actfn.glu(np.ones(4)), actfn.gumbel_softmax([1.0, 2.0], rng=0)
assert "dask" not in sys.modules
import dask.array as da
assert "actfn._dask" not in sys.modules
assert isinstance(actfn.relu(da.ones(3)), da.Array)
"""


def test_dask_is_not_imported_before_a_dask_array_comes() -> None:
    source = str(Path(actfn.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", UNTOUCHED],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": source},
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_cluster_computes_the_same() -> None:
    distributed = pytest.importorskip("distributed", reason="there is no cluster")
    x = sample((60, 900), np.float64, hostile=False)
    cut = da.from_array(x, (25, 400))
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        lazy = [
            lazily(actfn.gelu, cut),
            lazily(actfn.softmax, cut),
            lazily(actfn.gumbel_softmax, cut, rng=3),
        ]
        gelu, softmax, drawn = client.gather(client.compute(lazy))
    same_bits(gelu, actfn.gelu(x))
    close(named("softmax"), softmax, actfn.softmax(x))
    same_bits(drawn, actfn.gumbel_softmax(x, rng=3))

# Memory: layouts, blocks, rows, `out` and overlaps never change a bit of a result.

import math
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laboratory import (
    CALLS,
    LARGE,
    Call,
    cotangent_for,
    every,
    every_call,
    every_call_that_keeps_the_shape,
    every_call_with_an_axis,
    every_float,
    layouts,
    picked,
    same_bits,
    sample,
)

import actfn
from actfn import CATALOGUE, _blocks
from actfn._blocks import BLOCK, LONGEST

AXES = [0, 1, -1, -2, (0, 2), (2, 0), (-1, 1), [0, 1], (0, 1, 2), None]

# What a call with noise gives depends on where an element stands: there, rows and
# elements cannot be told apart from their places.
QUIET = [c for c in CALLS if not c.draws]
every_drawing_call = every([c for c in CALLS if c.draws])
every_quiet_call_with_an_axis = every([c for c in QUIET if not c.elementwise])
every_quiet_elementwise_call = every([c for c in QUIET if c.elementwise])


def axes(call: Call) -> list[Any]:
    """The axes to try: one at a time, or several."""
    return [a for a in AXES if isinstance(a, int) or not call.one_axis]


@contextmanager
def peak_of_memory() -> Iterator[Callable[[], int]]:
    """Give a function that tells how much was held at most within the block."""
    found = 0
    tracemalloc.start()
    try:
        yield lambda: found
        found = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@every_call
@every_float
def test_the_layout_of_the_input_changes_nothing(call: Call, dtype: Any) -> None:
    for shape in ((3, 5, 8), (3, LARGE // 3)):
        x = sample(shape, dtype)
        expected = call(x)
        for name, layout in layouts(x).items():
            same_bits(call(layout), expected, (name, shape))


@every_call_with_an_axis
@every_float
def test_the_layout_of_rows_changes_nothing(call: Call, dtype: Any) -> None:
    x = sample((8, 6, 64), dtype)
    for axis in (0, 1, 2):
        expected = call(x, axis=axis)
        for name, layout in layouts(x).items():
            same_bits(call(layout, axis=axis), expected, (name, axis))


@every_call
def test_the_layout_of_other_arrays_and_of_out_changes_nothing(call: Call) -> None:
    x = sample((4, 5, 6), np.float32)
    keywords = {"axis": -1} if call.row.parameters.get("axis", 0) is not None else {}
    keywords = {} if call.elementwise else keywords
    given = call.companions(x, **keywords)
    expected = call(x, **given, **keywords)
    for other, array in given.items():
        if not array.ndim:  # the cotangent of a sum over all
            continue
        for name, layout in layouts(array).items():
            same_bits(call(x, **{**given, other: layout}, **keywords), expected, name)
    if expected.ndim:
        for name, out in layouts(np.full_like(expected, 7)).items():
            if out.flags.writeable and out.dtype.isnative:
                assert call(x, **given, **keywords, out=out) is out
                same_bits(out, expected, name)


@every_float
@pytest.mark.parametrize("shape", [(), (8,), (5, 1), (3, 1, 1), (1, 5, 8)], ids=str)
def test_the_gradient_of_a_shared_weight_does_not_depend_on_layout(
    dtype: Any, shape: tuple[int, ...]
) -> None:
    # A sum that was taken in another order would have other bits.
    x, g = sample((3, 5, 8), dtype, hostile=False), cotangent_for((3, 5, 8))
    weight = np.full(shape, 0.5)
    vjp = CATALOGUE["prelu"].gradient
    assert vjp is not None
    expected = vjp(x, g, weight)[1]
    for (name, layout), turned in zip(layouts(x).items(), layouts(g).values()):
        same_bits(vjp(layout, turned, weight)[1], expected, name)
        out = np.empty(x.shape, dtype), np.empty(shape, dtype)
        same_bits(vjp(layout, turned, weight, out=out)[1], expected, name)
    memory = x.copy()
    out = memory, np.empty(shape, dtype)
    same_bits(vjp(memory, g, weight, out=out)[1], expected)


@every_call
@every_float
def test_a_broadcast_input_gives_what_its_copy_gives(call: Call, dtype: Any) -> None:
    for shape in ((3, 4, 6), (3, LARGE // 3)):
        row = sample(shape[-1:], dtype)
        x = np.broadcast_to(row, shape)
        same_bits(call(x), call(x.copy()))
        x = np.broadcast_to(row[0], shape)
        same_bits(call(x), call(x.copy()))


@every_quiet_elementwise_call
@every_float
def test_blocks_give_what_the_whole_gives(call: Call, dtype: Any) -> None:
    x = sample((2 * BLOCK + 17,), dtype)
    given = call.companions(x)
    y = call(x, **given)
    for n in (1, 7, 1000, BLOCK - 1, BLOCK, BLOCK + 1):
        for part in (slice(n), slice(n, 2 * n), slice(-n, None)):
            same_bits(call(x[part], **picked(given, part)), y[part], part)


@every_quiet_elementwise_call
@every_float
def test_elements_do_not_depend_on_each_other(call: Call, dtype: Any) -> None:
    x = sample((LARGE,), dtype)
    given = call.companions(x)
    y = call(x, **given)
    order = np.random.default_rng(4).permutation(x.size)
    for part in (
        *(order, slice(None, None, -1)),
        *(*range(40), BLOCK, LARGE - 1),
        *(slice(i, i + 3) for i in range(40)),
    ):
        same_bits(call(x[part], **picked(given, part)), y[part], part)


@every_drawing_call
@pytest.mark.parametrize("shape", [(2 * BLOCK + 17,), (3, LARGE), (400, 7, 50)])
def test_draws_in_pieces_are_those_of_the_whole(
    call: Call, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    x = sample(shape, np.float32)
    given = call.companions(x)
    places = [{}] if call.elementwise else [{"axis": i} for i in (0, -1, None)]
    for keywords in places:
        rngs = np.random.default_rng(5), np.random.default_rng(5)
        in_pieces = call(x, **given, **keywords, rng=rngs[0])
        with monkeypatch.context() as patched:
            patched.setattr(_blocks, "_DRAWS", x.size)
            same_bits(call(x, **given, **keywords, rng=rngs[1]), in_pieces, keywords)
        assert rngs[0].random() == rngs[1].random()
        for layout in (np.array(x, order="F"), np.array(x)):
            turned = call(layout, **given, **keywords, rng=np.random.default_rng(5))
            same_bits(turned, in_pieces, keywords)
            call(layout, **given, **keywords, rng=np.random.default_rng(5), out=layout)
            same_bits(layout, in_pieces, keywords)


@every([c for c in CALLS if c.part != 1])  # the same call as that of part 0
@pytest.mark.parametrize("threads", [1, 2, 4])
def test_little_is_held_beyond_the_result(call: Call, threads: int) -> None:
    x = 2 * np.random.default_rng(0).normal(size=(1024, 1024))
    keywords = {} if call.elementwise else {"axis": 1}
    given = call.companions(x, **keywords)
    if "weight" in given:  # as many as there are columns
        given["weight"] = given["weight"].reshape(x.shape)[0]
    with actfn.threads(threads):
        out = np.empty_like(call(x, **given, **keywords))  # imports what it needs, too
        with peak_of_memory() as peak:
            call(x, **given, **keywords, out=out)
    assert peak() < 2**21


@every_float
def test_a_kernel_sees_small_contiguous_pieces_of_its_own(dtype: Any) -> None:
    seen = []

    def kernel(x: Any, out: Any, scratch: Any) -> None:
        pieces = [x, out, *scratch]
        assert all(p.flags.c_contiguous for p in pieces)
        assert {(p.dtype, p.shape) for p in pieces} == {(x.dtype, x.shape)}
        assert x.dtype == max(np.dtype(dtype), np.dtype(np.float32))
        for i, piece in enumerate(pieces):
            assert not any(np.shares_memory(piece, p) for p in pieces[:i])
        np.copyto(out, x)
        seen.append(x.size)

    for x in (sample((3, LARGE), dtype), sample((5,), dtype)):
        for layout in (x, *layouts(x).values()):
            seen.clear()
            same_bits(_blocks.elementwise(kernel, layout, out=None), x)
            assert sum(seen) == x.size
            assert max(seen) <= LONGEST
        same = x.copy()
        same_bits(_blocks.elementwise(kernel, same, out=same), x)


@every_float
def test_a_kernel_sees_other_arrays_like_x(dtype: Any) -> None:
    seen = []

    def kernel(x: Any, a: Any, b: Any, out: Any, scratch: Any) -> None:
        pieces = [x, a, b, out, *scratch]
        assert len(scratch) == 4
        assert all(p.flags.c_contiguous for p in pieces)
        assert {(p.dtype, p.shape) for p in pieces} == {(x.dtype, x.shape)}
        for i, piece in enumerate(pieces):
            assert not any(np.shares_memory(piece, p) for p in pieces[:i])
        out[:], scratch[3][:] = 7, 7  # what is read must not be in the way
        np.copyto(out, x)
        np.copyto(out, a, where=b > 0)
        seen.append(x.size)

    x = sample((3, LARGE), dtype)
    a, b = x[::-1, ::-1], sample((1, LARGE), dtype)
    expected = np.where(np.broadcast_to(b, x.shape) > 0, a, x)

    def run(x: Any, a: Any, b: Any, out: Any = None) -> Any:
        others = [np.broadcast_to(v, x.shape) for v in (a, b)]
        return _blocks.elementwise(kernel, x, others=others, out=out)

    same_bits(run(x, a, b), expected)
    assert sum(seen) == x.size
    assert max(seen) <= LONGEST
    for name, layout in layouts(a).items():
        same_bits(run(x, layout, b), expected, name)
        same_bits(run(layout, x, b), np.where(b > 0, x, a), name)
    same_bits(run(x, 3.0, b), np.where(b > 0, dtype(3), x))
    same_bits(run(x[0, 5], a[0, 5], b[0, 5]), expected[0, 5])
    for shape in ((0,), (0, 4)):
        assert run(np.empty(shape, dtype), np.float64(1), 1.0).shape == shape


@every_float
@pytest.mark.parametrize("n", [10, BLOCK + 10])
def test_out_may_be_or_overlap_every_array_that_is_read(dtype: Any, n: int) -> None:
    def kernel(x: Any, a: Any, b: Any, out: Any, scratch: Any) -> None:
        np.copyto(out, x)
        np.copyto(scratch[0], a)
        np.copyto(out, scratch[0], where=b > 0)

    def run(arrays: list[Any], out: Any) -> Any:
        x, *others = arrays
        return _blocks.elementwise(kernel, x, others=others, out=out)

    values = [sample((n,), dtype), sample((n,), dtype)[::-1], np.sin(np.arange(n))]
    with np.errstate(under="ignore"):
        values[2] = values[2].astype(dtype)
    expected = np.where(values[2] > 0, values[1], values[0])
    for i, value in enumerate(values):
        same = value.copy()
        arrays = [same if k == i else v for k, v in enumerate(values)]
        assert run(arrays, same) is same
        same_bits(same, expected, i)
        # An array that is x, or another, and out at once.
        both = value.copy()
        run([both, both, both], both)
        same_bits(both, value, i)
        for name, (here, there) in pairs(n, n).items():
            memory = np.zeros(4 * n, dtype)
            memory[here] = value
            arrays = [memory[here] if k == i else v for k, v in enumerate(values)]
            same_bits(run(arrays, memory[there]), expected, (i, name))


@pytest.mark.parametrize("used", range(5))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_are_long_where_a_kernel_uses_few_pieces(used: int, dtype: Any) -> None:
    seen = []

    def kernel(x: Any, out: Any, scratch: Any) -> None:
        for piece in scratch[:used]:
            np.copyto(piece, x)
        np.copyto(out, scratch[used - 1] if used else x)
        seen.append(x.size)

    x = np.arange(8 * LONGEST, dtype=dtype)
    out = np.zeros_like(x)
    with peak_of_memory() as peak:
        _blocks.elementwise(kernel, x, out=out)
    same_bits(out, x)
    assert max(seen) * used * x.itemsize <= peak() <= 2**21

    def longest(pieces: int) -> int:
        room = _blocks._ROOM // max(1, pieces * x.itemsize)
        return min(LONGEST, room // _blocks._STEP * _blocks._STEP)

    assert seen[0] == longest(_blocks._SCRATCH)
    assert set(seen[1:-1]) <= {longest(used)}


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("width", [7, 64, BLOCK + 9])
@every_float
def test_rows_come_with_the_scratch_that_is_asked_for(
    dtype: Any, width: int, threads: int
) -> None:
    seen = []

    def kernel(scratch: Any, rows: Any, others: Any) -> None:
        assert len(scratch) == (2 if dtype is np.float64 else 1)
        pieces = [rows, others, *scratch]
        assert len({(p.shape, p.strides, p.dtype) for p in pieces}) == 1
        assert all(p.flags.forc for p in pieces)
        for i, piece in enumerate(pieces):
            assert not any(np.shares_memory(piece, p) for p in pieces[:i])
        for piece in scratch:
            piece.fill(np.nan)
        np.add(rows, others, out=rows)
        seen.append(rows.shape)

    height = max(3, 5 * BLOCK // width)
    x = sample((height, width), dtype, hostile=False)
    y = np.ones_like(x)
    with actfn.threads(threads), peak_of_memory() as peak:
        out = _blocks.rowwise(kernel, [x, y], axis=1, out=None, scratch=(2, 1))
    same_bits(out, x + 1)
    assert sum(h for h, _ in seen) == height
    assert {w for _, w in seen} == {width}
    if width < BLOCK:
        assert peak() < 2**21 + out.nbytes
        assert len(seen) % threads == 0


@every_float
def test_a_row_may_be_reduced_to_one_number(dtype: Any) -> None:
    def kernel(scratch: Any, rows: Any, weights: Any, factor: float) -> None:
        assert rows.flags.forc
        assert rows.shape == weights.shape
        assert rows.size <= max(BLOCK, rows.shape[1])
        rows[:, 0] = factor * (rows * weights).sum(axis=1)

    x = sample((4, 6, 40), np.float16, hostile=False).astype(dtype)
    w = np.broadcast_to(np.arange(40) % 2, x.shape)
    for axis in (0, 1, 2, (0, 2), (1, 2), None):
        for keepdims in (False, True):
            y = _blocks.rowwise(
                kernel, [x, w], 2.0, axis=axis, out=None, keepdims=keepdims
            )
            expected = 2 * (x.astype(float) * w).sum(axis=axis, keepdims=keepdims)
            assert y.dtype == dtype
            assert np.shape(y) == np.shape(expected)
            assert y == pytest.approx(expected, rel=2e-3, abs=0.1)
            out = np.full(np.shape(y), 7, dtype)
            given = _blocks.rowwise(
                kernel, [x, w], 2.0, axis=axis, out=out, keepdims=keepdims
            )
            assert given is out
            same_bits(out, y, (axis, keepdims))
            overlapping = x.copy()
            out = overlapping.reshape(-1)[: out.size].reshape(out.shape)
            _blocks.rowwise(
                kernel, [overlapping, w], 2.0, axis=axis, out=out, keepdims=keepdims
            )
            same_bits(out, y, (axis, keepdims))
    for shape in ((0,), (3, 0)):
        empty = [np.empty(shape, dtype)] * 2
        y = _blocks.rowwise(kernel, empty, 2.0, axis=-1, out=None, keepdims=False)
        assert np.shape(y) == shape[:-1]
        assert np.all(y == -np.inf)


@every_quiet_call_with_an_axis
@every_float
@pytest.mark.parametrize("shape", [(9, 6), (LARGE, 4), (300, 300), (3, LARGE)], ids=str)
def test_rows_do_not_depend_on_each_other(
    call: Call, dtype: Any, shape: tuple[int, int]
) -> None:
    x = sample(shape, dtype)
    given = call.companions(x, axis=-1)
    y = call(x, **given, axis=-1)
    for i in {0, 1, 2, len(x) // 2, len(x) - 1}:
        same_bits(call(x[i], **picked(given, i), axis=0), y[i])
    order = np.random.default_rng(5).permutation(len(x))
    same_bits(call(x[order], **picked(given, order), axis=-1), y[order])


@every_quiet_call_with_an_axis
@every_float
def test_any_axis_gives_what_moving_axes_by_hand_gives(call: Call, dtype: Any) -> None:
    x = sample((4, 6, 8), dtype)
    for axis in axes(call):
        chosen = range(3) if axis is None else np.atleast_1d(axis)
        moved = sorted(int(a) % 3 for a in chosen)
        last = [0, 1, 2][-len(moved) :]

        def rows(a: Any, moved: Any = moved, last: Any = last) -> Any:
            if a.ndim < 3:  # reduced
                return a
            a = np.moveaxis(a, moved, last)
            return a.reshape(*a.shape[: 3 - len(moved)], -1)

        given = call.companions(x, axis=axis)
        by_hand = {name: rows(array) for name, array in given.items()}
        expected = call(rows(x), **by_hand, axis=-1)
        same_bits(rows(call(x, **given, axis=axis)), expected, axis)


@every_call
@every_float
def test_out_is_filled_and_returned(call: Call, dtype: Any) -> None:
    for shape in ((), (0,), (8,), (3, 4), (2, LARGE)):
        if not shape and call.one_axis:
            continue
        x = sample(shape, dtype)
        expected = call(x)
        out = np.full(np.shape(expected), 7, dtype)
        assert call(x, out=out) is out
        same_bits(out, expected)


@every_call
def test_out_for_integers_is_float64(call: Call) -> None:
    x = np.arange(-3, 5)
    out = np.empty(np.shape(call(x)))
    assert call(x, out=out) is out
    same_bits(out, call(x))


@every_call_that_keeps_the_shape
@every_float
def test_out_may_be_the_input(call: Call, dtype: Any) -> None:
    for shape in ((), (6,), (3, 4), (2, LARGE)):
        if not shape and call.one_axis:
            continue
        x = sample(shape, dtype).copy()
        expected = call(x.copy())
        assert call(x, out=x) is x
        same_bits(x, expected)
    x = sample((4, LARGE), dtype).copy().T
    expected = call(x.copy())
    same_bits(call(x, out=x), expected)


@every([c for c in CALLS if c.companions(np.zeros(6))])
@every_float
def test_out_may_share_memory_with_another_array(call: Call, dtype: Any) -> None:
    for shape in ((6,), (40, 50), (4, LARGE)):
        x = sample(shape, dtype)
        given = call.companions(x)
        size, result = np.size(call(x)), np.shape(call(x))
        for name, array in given.items():
            memory = np.zeros(max(size, array.size), dtype)
            is_mask = array.dtype == bool
            cells = memory.view(bool)[:: memory.itemsize] if is_mask else memory
            same = cells[: array.size].reshape(array.shape)
            with np.errstate(under="ignore"):
                same[...] = array
            expected = call(x, **{**given, name: same.copy()})
            out = memory[:size].reshape(result)
            same_bits(call(x, **{**given, name: same}, out=out), expected, name)


def pairs(n: int, m: int) -> dict[str, tuple[slice, slice]]:
    """Where n elements of `x` and m of `out` lie in memory, sharing some of it."""
    half = min(n, m) // 2
    return {
        "one to the right": (slice(0, n), slice(1, m + 1)),
        "one to the left": (slice(1, n + 1), slice(0, m)),
        "half a block further": (slice(0, n), slice(half, half + m)),
        "half a block back": (slice(half, half + n), slice(0, m)),
        "reversed": (slice(0, n), slice(m - 1, None, -1)),
        "reversed and shifted": (slice(1, n + 1), slice(m - 1, None, -1)),
        "interleaved": (slice(0, 2 * n, 2), slice(1, 2 * m + 1, 2)),
        "stretched": (slice(0, n), slice(0, 2 * m, 2)),
        "squeezed": (slice(0, 2 * n, 2), slice(0, m)),
        "apart": (slice(0, n), slice(n, n + m)),
    }


@every_call
@every_float
@pytest.mark.parametrize("n", [10, BLOCK + 10])
def test_out_may_overlap_the_input(call: Call, dtype: Any, n: int) -> None:
    shape = np.shape(call(np.zeros(n)))
    for name, (here, there) in pairs(n, max(1, *shape, 0)).items():
        memory = sample((4 * n,), dtype).copy()
        x, out = memory[here], memory[there].reshape(shape)
        expected = call(x.copy())
        assert call(x, out=out) is out
        same_bits(out, expected, name)


@every([c for c in CALLS if not c.elementwise])
def test_out_may_overlap_rows_of_many_blocks(call: Call) -> None:
    n = 2 * BLOCK
    given = call.companions(np.zeros((n // 64, 64)), axis=-1)
    shape = np.shape(call(np.zeros((n // 64, 64)), axis=-1))
    for name, (here, there) in pairs(n, math.prod(shape)).items():
        memory = sample((4 * n,), np.float64).copy()
        x, out = memory[here].reshape(-1, 64), memory[there].reshape(shape)
        expected = call(x.copy(), axis=-1)
        same_bits(call(x, axis=-1, out=out), expected, name)
        if call.takes_cotangent and given["cotangent"].shape == x.shape:
            g, x = x, sample(x.shape, np.float64)
            expected = call(x, **{**given, "cotangent": g.copy()}, axis=-1)
            overlapping = {**given, "cotangent": g}
            same_bits(call(x, **overlapping, axis=-1, out=out), expected, name)


@every_call_that_keeps_the_shape
@every_float
def test_out_may_be_the_input_transposed(call: Call, dtype: Any) -> None:
    x = sample((150, 150), dtype).copy()
    expected = call(x.copy())
    same_bits(call(x, out=x.T), expected)


@every([c for c in CALLS if not c.elementwise and c.takes_cotangent])
def test_out_may_be_the_cotangent_of_many_rows(call: Call) -> None:
    x = sample((3 * BLOCK // 64, 64), np.float64)
    given = call.companions(x, axis=-1)
    expected = call(x, **given, axis=-1)
    if given["cotangent"].shape == expected.shape:
        out = given["cotangent"] = given["cotangent"].copy()
        assert call(x, **given, axis=-1, out=out) is out
        same_bits(out, expected)


@every_call
def test_out_may_overlap_the_input_in_another_dtype(call: Call) -> None:
    shape = np.shape(call(np.zeros(LARGE)))
    size = math.prod(shape)
    memory = np.arange(3 * LARGE) % 7
    x, out = memory[:LARGE], memory.view(float)[LARGE // 2 :][:size].reshape(shape)
    expected = call(x.copy())
    same_bits(call(x, out=out), expected)
    swapped = np.linspace(-9, 9, 2 * LARGE).astype(">f8")
    out = swapped.view("=f8")[:size].reshape(shape)
    expected = call(swapped[:LARGE].copy())
    same_bits(call(swapped[:LARGE], out=out), expected)


@every([c for c in CALLS if not c.elementwise and c.keeps_shape])
def test_out_may_overlap_both_arrays_along_any_axis(call: Call) -> None:
    for axis in axes(call):
        memory = sample((12, 12, 30), np.float64).copy()
        x, out = memory[..., :12], memory[..., 4:16]
        given = call.companions(x, axis=axis)
        if call.takes_cotangent:
            shape = given["cotangent"].shape
            if len(shape) == 3 and shape[-1] <= 21:
                g = memory[: shape[0], : shape[1], 9 : 9 + shape[2]]
                if g.shape == shape:
                    g[...] = given["cotangent"]
                    given["cotangent"] = g
        copies = {name: array.copy() for name, array in given.items()}
        expected = call(x.copy(), **copies, axis=axis)
        same_bits(call(x, **given, axis=axis, out=out), expected, axis)


@every_call
@every_float
def test_out_may_be_a_file(call: Call, dtype: Any, tmp_path: Path) -> None:
    x = sample((3, LARGE), dtype)
    keywords = {} if call.elementwise else {"axis": -1}
    expected = call(x, **keywords)
    out = np.memmap(tmp_path / "out", dtype, "w+", shape=expected.shape)
    assert call(x, **keywords, out=out) is out
    out.flush()
    on_disk = np.fromfile(tmp_path / "out", dtype).reshape(out.shape)
    same_bits(on_disk, expected)


@every_call
def test_only_out_is_written_to(call: Call) -> None:
    x = sample((2, 12), np.float64)
    keywords = {} if call.elementwise else {"axis": -1}
    expected = call(x, **keywords)
    rows, columns = np.atleast_2d(expected).shape
    memory = np.full((2 * rows + 2, 3 * columns + 6), 7.0)
    out = memory[1:-1:2, 3:-3:3]
    call(x, out=out.reshape(expected.shape, copy=False), **keywords)
    same_bits(out.reshape(expected.shape), expected)
    out[...] = 7
    assert (memory == 7).all()

# Memory: layouts, blocks, rows, `out` and overlaps never change a bit of a result.

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laboratory import (
    LARGE,
    Call,
    every_call,
    every_coupling_call,
    every_elementwise_call,
    every_float,
    layouts,
    same_bits,
    sample,
)

from actfn import _blocks
from actfn._blocks import BLOCK

shapes = pytest.mark.parametrize("shape", [(3, 5, 7), (3, LARGE // 3)], ids=str)
every_axis = pytest.mark.parametrize(
    "axis", [0, 1, -1, -2, (0, 2), (2, 0), (-1, 1), [0, 1], (0, 1, 2), None], ids=str
)


@every_call
@every_float
@shapes
def test_the_layout_of_the_input_changes_nothing(
    call: Call, dtype: Any, shape: tuple[int, ...]
) -> None:
    x = sample(shape, dtype)
    expected = call(x)
    for name, layout in layouts(x).items():
        same_bits(call(layout), expected, name)


@every_coupling_call
@every_float
def test_the_layout_of_rows_changes_nothing(call: Call, dtype: Any) -> None:
    x = sample((7, 5, 64), dtype)
    for axis in (0, 1, 2):
        expected = call(x, axis=axis)
        for name, layout in layouts(x).items():
            same_bits(call(layout, axis=axis), expected, (name, axis))


@every_call
def test_the_layout_of_the_cotangent_and_of_out_changes_nothing(call: Call) -> None:
    x, g = sample((4, 5, 6), np.float32), sample((4, 5, 6), np.float32, hostile=False)
    expected = call(x, cotangent=g)
    filled = layouts(np.full_like(x, 7))
    for name, layout in layouts(g).items():
        same_bits(call(x, cotangent=layout), expected, name)
        out = filled[name]
        if out.flags.writeable and out.dtype.isnative:
            assert call(x, cotangent=layout, out=out) is out
            same_bits(out, expected, name)


@every_call
@every_float
def test_a_broadcast_input_gives_what_its_copy_gives(call: Call, dtype: Any) -> None:
    for shape in ((3, 4, 5), (3, LARGE // 3)):
        row = sample(shape[-1:], dtype)
        x = np.broadcast_to(row, shape)
        same_bits(call(x), call(x.copy()))
        x = np.broadcast_to(row[0], shape)
        same_bits(call(x), call(x.copy()))


@every_elementwise_call
@every_float
def test_blocks_give_what_the_whole_gives(call: Call, dtype: Any) -> None:
    x = sample((2 * BLOCK + 17,), dtype)
    y = call(x)
    for n in (1, 7, 1000, BLOCK - 1, BLOCK, BLOCK + 1):
        same_bits(call(x[:n]), y[:n], n)
        same_bits(call(x[n:][:n]), y[n:][:n], n)
        same_bits(call(x[-n:]), y[-n:], n)


@every_elementwise_call
@every_float
def test_elements_do_not_depend_on_each_other(call: Call, dtype: Any) -> None:
    x = sample((LARGE,), dtype)
    y = call(x)
    order = np.random.default_rng(4).permutation(x.size)
    same_bits(call(x[order]), y[order])
    same_bits(call(x[::-1]), y[::-1])
    for i in (*range(40), BLOCK, LARGE - 1):
        same_bits(call(x[i]), y[i])
        same_bits(call(x[i:][:3]), y[i:][:3])


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
            assert max(seen) <= BLOCK
        same = x.copy()
        same_bits(_blocks.elementwise(kernel, same, out=same), x)


@every_coupling_call
@every_float
@pytest.mark.parametrize("shape", [(9, 5), (LARGE, 3), (300, 300), (3, LARGE)], ids=str)
def test_rows_do_not_depend_on_each_other(
    call: Call, dtype: Any, shape: tuple[int, int]
) -> None:
    x, g = sample(shape, dtype), sample(shape, dtype, hostile=False)
    y = call(x, cotangent=g, axis=-1)
    for i in {0, 1, 2, len(x) // 2, len(x) - 1}:
        same_bits(call(x[i], cotangent=g[i], axis=0), y[i])
    order = np.random.default_rng(5).permutation(len(x))
    same_bits(call(x[order], cotangent=g[order], axis=-1), y[order])


@every_coupling_call
@every_float
@every_axis
def test_any_axis_gives_what_moving_axes_by_hand_gives(
    call: Call, dtype: Any, axis: Any
) -> None:
    x, g = sample((5, 6, 7), dtype), sample((5, 6, 7), dtype, hostile=False)
    chosen = range(3) if axis is None else np.atleast_1d(axis)
    axes = sorted(int(a) % 3 for a in chosen)
    last = [0, 1, 2][-len(axes) :]

    def rows(a: Any) -> Any:
        moved = np.moveaxis(a, axes, last)
        return moved.reshape(*moved.shape[: 3 - len(axes)], -1)

    expected = call(rows(x), cotangent=rows(g), axis=-1)
    same_bits(rows(call(x, cotangent=g, axis=axis)), expected)


@every_call
@every_float
def test_out_is_filled_and_returned(call: Call, dtype: Any) -> None:
    for shape in ((), (0,), (7,), (3, 4), (2, LARGE)):
        x = sample(shape, dtype)
        out = np.full(shape, 7, dtype)
        assert call(x, out=out) is out
        same_bits(out, call(x))


@every_call
def test_out_for_integers_is_float64(call: Call) -> None:
    x = np.arange(-3, 4)
    out = np.empty(7)
    assert call(x, out=out) is out
    same_bits(out, call(x))


@every_call
@every_float
def test_out_may_be_the_input(call: Call, dtype: Any) -> None:
    for shape in ((), (5,), (3, 4), (2, LARGE)):
        x = sample(shape, dtype).copy()
        expected = call(x.copy())
        assert call(x, out=x) is x
        same_bits(x, expected)
        x = sample(shape, dtype).copy().T
        expected = call(x.copy())
        same_bits(call(x, out=x), expected)


@every_coupling_call
@every_float
def test_out_may_be_the_cotangent(call: Call, dtype: Any) -> None:
    for axis in (0, 1):
        x, g = sample((40, 50), dtype), sample((40, 50), dtype, hostile=False).copy()
        expected = call(x, cotangent=g.copy(), axis=axis)
        same_bits(call(x, cotangent=g, axis=axis, out=g), expected)


def pairs(n: int) -> dict[str, tuple[slice, slice]]:
    """Where `x` and `out` lie in 4 * n elements, sharing some of them."""
    return {
        "one to the right": (slice(0, n), slice(1, n + 1)),
        "one to the left": (slice(1, n + 1), slice(0, n)),
        "half a block further": (slice(0, n), slice(n // 2, n // 2 + n)),
        "half a block back": (slice(n // 2, n // 2 + n), slice(0, n)),
        "reversed": (slice(0, n), slice(n - 1, None, -1)),
        "reversed and shifted": (slice(1, n + 1), slice(n - 1, None, -1)),
        "interleaved": (slice(0, 2 * n, 2), slice(1, 2 * n + 1, 2)),
        "stretched": (slice(0, n), slice(0, 2 * n, 2)),
        "squeezed": (slice(0, 2 * n, 2), slice(0, n)),
        "apart": (slice(0, n), slice(2 * n, 3 * n)),
    }


@every_call
@every_float
@pytest.mark.parametrize("n", [10, BLOCK + 9])
def test_out_may_overlap_the_input(call: Call, dtype: Any, n: int) -> None:
    for name, (here, there) in pairs(n).items():
        memory = sample((4 * n,), dtype).copy()
        x, out = memory[here], memory[there]
        expected = call(x.copy())
        assert call(x, out=out) is out
        same_bits(out, expected, name)


@every_coupling_call
def test_out_may_overlap_rows_of_many_blocks(call: Call) -> None:
    for name, (here, there) in pairs(2 * BLOCK).items():
        memory = sample((8 * BLOCK,), np.float64).copy()
        x, out = memory[here].reshape(-1, 64), memory[there].reshape(-1, 64)
        expected = call(x.copy(), axis=-1)
        same_bits(call(x, axis=-1, out=out), expected, name)
        g, x = x, sample(x.shape, np.float64)
        expected = call(x, cotangent=g.copy(), axis=-1)
        same_bits(call(x, cotangent=g, axis=-1, out=out), expected, name)


@every_call
@every_float
def test_out_may_be_the_input_transposed(call: Call, dtype: Any) -> None:
    x = sample((150, 150), dtype).copy()
    expected = call(x.copy())
    same_bits(call(x, out=x.T), expected)


@every_call
def test_out_may_overlap_the_input_in_another_dtype(call: Call) -> None:
    memory = np.arange(2 * LARGE) % 7
    x, out = memory[:LARGE], memory.view(float)[LARGE // 2 :][:LARGE]
    expected = call(x.copy())
    same_bits(call(x, out=out), expected)
    swapped = np.linspace(-9, 9, LARGE).astype(">f8")
    out = swapped.view("=f8")
    expected = call(swapped.copy())
    same_bits(call(swapped, out=out), expected)


@every_coupling_call
@every_axis
def test_out_may_overlap_both_arrays_along_any_axis(call: Call, axis: Any) -> None:
    memory = sample((12, 12, 30), np.float64).copy()
    parts = memory[..., :12], memory[..., 4:16], memory[..., 9:21]
    x, out, g = parts
    g[...] = sample(g.shape, np.float64, hostile=False)
    expected = call(x.copy(), cotangent=g.copy(), axis=axis)
    same_bits(call(x, cotangent=g, axis=axis, out=out), expected)


@every_call
@every_float
def test_out_may_be_a_file(call: Call, dtype: Any, tmp_path: Path) -> None:
    out = np.memmap(tmp_path / "out", dtype, "w+", shape=(3, LARGE))
    x = sample(out.shape, dtype)
    assert call(x, out=out) is out
    out.flush()
    same_bits(np.fromfile(tmp_path / "out", dtype).reshape(out.shape), call(x))


@every_call
def test_only_out_is_written_to(call: Call) -> None:
    memory = np.full((6, 40), 7.0)
    out = memory[1:-1:2, 3:-3:3]
    call(sample(out.shape, np.float64), out=out)
    out[...] = 7
    assert (memory == 7).all()

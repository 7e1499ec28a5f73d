# The only loop over blocks: kernels see small contiguous pieces, whatever the memory
# order, stride, byte order or dtype of the arrays that came.

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from . import _validation
from ._validation import Array, Axis, Out, Result

# A block and its scratch stay in the L2 cache, so that temporaries cost little and
# memory is read and written once.
BLOCK = 16_384

Kernel: TypeAlias = Callable[..., None]

_SCRATCH = 3  # pieces a kernel may use; memory that it does not touch costs nothing

_F16, _F32, _F64 = (np.dtype(t) for t in (np.float16, np.float32, np.float64))

# float16 is computed in float32 and rounded once. Rows are computed in a wider dtype
# than their own, because the exponential magnifies the rounding of x - max(x).
_WORKING = {_F16: _F32, _F32: _F32, _F64: _F64}
_WORKING_FOR_ROWS = {_F16: _F32, _F32: _F64, _F64: _F64}


def elementwise(
    kernel: Kernel,
    x: ArrayLike,
    /,
    *parameters: float,
    out: Out,
    narrow: Kernel | None = None,
) -> Result:
    """Check the input, run `kernel` over it block by block, and give the result.

    The kernel is called as `kernel(x, out, scratch, *parameters)`: `x`, `out` and each
    of the pieces of `scratch` are contiguous vectors, alike in length and dtype, that
    share no memory. A `narrow` kernel takes its place for float16 and float32,
    which are then computed in float64: NumPy's exponential of float32 is wrong by up
    to 2.4 ulp, too much for some.
    """
    array = _validation.real_array(x)
    dtype = _validation.result_dtype(array)
    working = _WORKING[dtype]
    if narrow and dtype != _F64:
        kernel, working = narrow, _F64
    with np.errstate(all="ignore"):
        rounded = _validation.representable(parameters, working)
        result = _validation.output(out, array)
        array = _apart(array, result) if out is not None else array
        if out is None and _is_one_block(array, working):
            scratch = np.empty((_SCRATCH, array.size), working)
            kernel(array.reshape(-1), result.reshape(-1), scratch, *rounded)
        elif array.size:
            _run_blocks(kernel, array, result, working, rounded)
    return result if out is not None or result.ndim else result[()]


def rowwise(
    kernel: Kernel,
    arrays: tuple[Array, ...],
    /,
    *,
    axis: Axis,
    out: Out,
) -> Result:
    """Run `kernel` over rows: vectors along `axis`, laid out one after another.

    The kernel is called as `kernel(rows, *others)` with one contiguous two-dimensional
    copy per array, and leaves the result in the first. The layout does not depend on
    how the arrays lie in memory, so neither do the bits of the result.
    """
    x = arrays[0]
    axes = _validation.axes(axis, x)
    working = _WORKING_FOR_ROWS[_validation.result_dtype(x)]
    result = _validation.output(out, x)
    if out is not None:
        arrays = tuple(_apart(a, result) for a in arrays)
    last = range(-len(axes), 0)
    *sources, target = (np.moveaxis(a, axes, last) for a in (*arrays, result))
    outer, inner = (
        target.shape[: -len(axes) or None],
        target.shape[x.ndim - len(axes) :],
    )
    if not x.size:
        return result
    with np.errstate(all="ignore"):
        for tile in _tiles(outer, BLOCK // max(1, math.prod(inner))):
            shape = target[tile].shape
            rows = [
                np.array(s[tile], working, order="C").reshape(-1, math.prod(inner))
                for s in sources
            ]
            kernel(*rows)
            target[tile] = rows[0].reshape(shape)
    return result if out is not None or result.ndim else result[()]


def _is_one_block(x: Array, working: np.dtype[Any]) -> bool:
    return x.dtype == working and 0 < x.size <= BLOCK and x.flags.c_contiguous


def _apart(x: Array, out: Array) -> Array:
    """Give `x`, or a copy where writing `out` would change elements yet to be read."""
    if not np.may_share_memory(x, out) or _same_elements(x, out):
        return x
    return x.copy()


def _same_elements(x: Array, out: Array) -> bool:
    return x.__array_interface__ == out.__array_interface__


def _run_blocks(
    kernel: Kernel,
    x: Array,
    out: Array,
    working: np.dtype[Any],
    parameters: list[Any],
) -> None:
    scratch = np.empty((_SCRATCH + 1, min(x.size, BLOCK)), working)
    in_place = _same_elements(x, out)
    # nditer walks any layout in memory order, casts, swaps bytes and gathers strided
    # elements through its buffers; plain contiguous arrays it hands out as they are.
    blocks = np.nditer(  # type: ignore[call-overload]  # the stub lacks "contig"
        [x, out],
        flags=["external_loop", "buffered"],
        op_flags=[
            ["readonly", "contig", "aligned", "nbo"],
            ["writeonly", "contig", "aligned", "nbo"],
        ],
        op_dtypes=[working, working],
        casting="same_kind",
        buffersize=BLOCK,
    )
    with blocks:
        for piece, target in blocks:
            copied, *pieces = scratch[:, : piece.size]
            if in_place:
                np.copyto(copied, piece)
            kernel(copied if in_place else piece, target, pieces, *parameters)


def _tiles(shape: tuple[int, ...], size: int) -> Iterator[tuple[slice, ...]]:
    """Cut a shape into pieces of at most `size` elements, or of one."""
    steps: list[int] = []
    for n in reversed(shape):
        steps.insert(0, max(1, min(n, size)))
        size //= steps[0]
    starts = (range(0, n, step) for n, step in zip(shape, steps))
    for corner in itertools.product(*starts):
        yield tuple(slice(c, c + step) for c, step in zip(corner, steps))

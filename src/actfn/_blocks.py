# The only loop over blocks: kernels see small contiguous pieces, whatever the memory
# order, stride, byte order or dtype of the arrays that came.

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from . import _validation
from ._validation import Array, Axis, Out, Result

# A block and its scratch stay in the L2 cache, so that temporaries cost little and
# memory is read and written once.
BLOCK = 16_384

Kernel: TypeAlias = Callable[..., None]

_SCRATCH = 4  # pieces a kernel may use; memory that it does not touch costs nothing

_F16, _F32, _F64 = (np.dtype(t) for t in (np.float16, np.float32, np.float64))

# float16 is computed in float32 and rounded once. Rows are computed in a wider dtype
# than their own, because the exponential magnifies the rounding of x - max(x). What is
# not here, bfloat16, goes through float32 as a whole.
_WORKING = {_F16: _F32, _F32: _F32, _F64: _F64}
_WORKING_FOR_ROWS = {_F16: _F32, _F32: _F64, _F64: _F64}


def elementwise(
    kernel: Kernel,
    x: ArrayLike,
    /,
    *parameters: float,
    others: Sequence[Array] = (),
    out: Out,
    narrow: Kernel | None = None,
) -> Result:
    """Check the input, run `kernel` over it block by block, and give the result.

    The kernel is called as `kernel(x, *others, out, scratch, *parameters)`: `x`, the
    `others`, `out` and each of the pieces of `scratch` are contiguous vectors, alike in
    length and dtype, that share no memory. The others broadcast to the shape of `x`. A
    `narrow` kernel takes the place of `kernel` for float16 and float32, which are then
    computed in float64: NumPy's exponential of float32 is wrong by up to 2.4 ulp, too
    much for some.
    """
    array = _validation.real_array(x)
    result = _validation.output(out, array)
    dtype = result.dtype
    if dtype not in _WORKING:
        wide = array.astype(np.float32)
        return _rounded(
            elementwise(
                kernel, wide, *parameters, others=others, out=None, narrow=narrow
            ),
            result,
            out,
        )
    working = _WORKING[dtype]
    if narrow and dtype != _F64:
        kernel, working = narrow, _F64
    with np.errstate(all="ignore"):
        rounded = _validation.representable(parameters, working)
        arrays = [array, *others]
        if out is not None:
            arrays = [_apart(a, result) for a in arrays]
        if out is None and not others and _is_one_block(array, working):
            scratch = np.empty((_SCRATCH, array.size), working)
            kernel(array.reshape(-1), result.reshape(-1), scratch, *rounded)
        elif array.size:
            _run_blocks(kernel, arrays, result, working, rounded)
    return _result(result, out)


def rowwise(
    kernel: Kernel,
    arrays: Sequence[Array],
    /,
    *parameters: float,
    axis: Axis,
    out: Out,
    keepdims: bool | None = None,
) -> Result:
    """Run `kernel` over rows: vectors along `axis`, laid out one after another.

    The kernel is called as `kernel(*rows, *parameters)` with one contiguous
    two-dimensional copy per array, and leaves the result in the first. The layout does
    not depend on how the arrays lie in memory, so neither do the bits of the result.
    With `keepdims` true or false only the first column of the result counts, the axis
    becomes 1 or goes, and an empty row gives -inf, the logarithm of an empty sum.
    """
    x = arrays[0]
    axes = _validation.axes(axis, x)
    reduces = keepdims is not None
    shape = _validation.reduced(x, axes, keepdims) if keepdims is not None else None
    result = _validation.output(out, x, shape)
    if result.dtype not in _WORKING_FOR_ROWS:
        wide = [a.astype(np.float32) for a in arrays]
        return _rounded(
            rowwise(kernel, wide, *parameters, axis=axis, out=None, keepdims=keepdims),
            result,
            out,
        )
    working = _WORKING_FOR_ROWS[result.dtype]
    if out is not None:
        arrays = [_apart(a, result) for a in arrays]
    full = np.expand_dims(result, axes) if result.ndim < x.ndim else result
    last = range(-len(axes), 0)
    *sources, target = (np.moveaxis(a, axes, last) for a in (*arrays, full))
    outer = target.shape[: x.ndim - len(axes)]
    width = math.prod(sources[0].shape[x.ndim - len(axes) :])
    if not width and reduces:
        result.fill(-np.inf)
    elif x.size:
        with np.errstate(all="ignore"):
            for tile in _tiles(outer, BLOCK // width):
                rows = [
                    np.array(s[tile], working, order="C").reshape(-1, width)
                    for s in sources
                ]
                kernel(*rows, *parameters)
                kept = rows[0][:, :1] if reduces else rows[0]
                target[tile] = kept.reshape(target[tile].shape)
    return _result(result, out)


def _rounded(wide: Result, result: Array, out: Out) -> Result:
    with np.errstate(all="ignore"):
        result[...] = wide
    return _result(result, out)


def _result(result: Array, out: Out) -> Result:
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
    arrays: Sequence[Array],
    out: Array,
    working: np.dtype[Any],
    parameters: Sequence[Any],
) -> None:
    # Pieces of the array that is written to are copied before they are overwritten.
    in_place = [_same_elements(a, out) for a in arrays]
    scratch = np.empty((_SCRATCH + sum(in_place), min(out.size, BLOCK)), working)
    # nditer walks any layout in memory order, casts, swaps bytes and gathers strided
    # elements through its buffers; plain contiguous arrays it hands out as they are.
    blocks = np.nditer(  # type: ignore[call-overload]  # the stub lacks "contig"
        [*arrays, out],
        flags=["external_loop", "buffered"],
        op_flags=[
            *[["readonly", "contig", "aligned", "nbo"] for _ in arrays],
            ["writeonly", "no_broadcast", "contig", "aligned", "nbo"],
        ],
        op_dtypes=[working] * (len(arrays) + 1),
        casting="same_kind",
        buffersize=BLOCK,
    )
    with blocks:
        for *pieces, target in blocks:
            (*free,) = scratch[:, : target.size]
            for i, copied in enumerate(in_place):
                if copied:
                    np.copyto(free[-1], pieces[i])
                    pieces[i] = free.pop()
            kernel(*pieces, target, free, *parameters)


def _tiles(shape: tuple[int, ...], size: int) -> Iterator[tuple[slice, ...]]:
    """Cut a shape into pieces of at most `size` elements, or of one."""
    steps: list[int] = []
    for n in reversed(shape):
        steps.insert(0, max(1, min(n, size)))
        size //= steps[0]
    starts = (range(0, n, step) for n, step in zip(shape, steps))
    for corner in itertools.product(*starts):
        yield tuple(slice(c, c + step) for c, step in zip(corner, steps))

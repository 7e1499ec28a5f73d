# Dask arrays: what is to be computed is checked and written down here, and done chunk
# by chunk when the result is asked for, by the functions that do arrays. Imported when
# the first Dask array comes.

import copy
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import dask
import dask.array as da
import numpy as np
from dask.utils import parse_bytes

from . import _blocks, _validation
from ._blocks import Draw, Kernel
from ._validation import Array, Rng

_F64 = np.dtype(np.float64)


def elementwise(kernel: Kernel, arrays: Sequence[Any], **keywords: Any) -> Any:
    """Run a kernel over each chunk, block by block."""
    return chunkwise(partial(_elementwise, kernel, **keywords), arrays)


def _elementwise(
    kernel: Kernel, x: Array, *others: Array, parameters: Sequence[float], **more: Any
) -> Array:
    spread = [np.broadcast_to(a, x.shape) for a in others]
    return np.asarray(
        _blocks.elementwise(kernel, x, *parameters, others=spread, out=None, **more)
    )


def chunkwise(
    function: Callable[..., Array],
    arrays: Sequence[Any],
    axes: Sequence[int] = (),
    length: int | None = None,
) -> Any:
    """Apply a function to chunks that are whole along the axes.

    The first array says how the others are cut, which broadcast to it. The function is
    called at once, for arrays of no elements: so the result has its dtype, and errors
    about parameters come early. Along the axes the result may have another length.
    """
    x, *others = arrays
    x = _whole(da.asarray(x), axes)
    arrays = alike([x, *others])
    lengths = {} if length is None else dict.fromkeys(axes, (length,))
    meta = function(*(np.empty((0,) * a.ndim, a.dtype) for a in arrays))
    return blockwise(function, arrays, lengths, meta=meta)


def blockwise(
    function: Callable[..., Array],
    arrays: Sequence[Any],
    lengths: Mapping[int, Any],
    first: int | None = None,
    meta: Any = None,
) -> Any:
    """Apply a function to chunks that are cut alike.

    Its results have other lengths along some axes, and one more axis if the length of
    that, the first, is given. An axis that an array has more than the first array comes
    whole.
    """
    ndim = arrays[0].ndim
    pairs = ((a, range(ndim - a.ndim, ndim)) for a in arrays)
    return da.blockwise(
        function,
        range(0 if first is None else -1, ndim),
        *itertools.chain.from_iterable(pairs),
        adjust_chunks=lengths,
        new_axes={} if first is None else {-1: first},
        align_arrays=False,
        concatenate=True,
        meta=meta,
    )


def _whole(x: Any, axes: Sequence[int]) -> Any:
    cut = [i for i in axes if x.numblocks[i] > 1]
    _validation.known_lengths(x, cut)
    return x.rechunk(dict.fromkeys(cut, -1))


def alike(arrays: Sequence[Any]) -> list[Any]:
    """Cut all arrays like the first."""
    x = da.asarray(arrays[0])
    return [x, *(_cut_like(a, x) for a in arrays[1:])]


def _cut_like(a: Any, x: Any) -> Any:
    """Cut an array as another is, and not at all along axes of other lengths."""
    chunks = list(getattr(a, "chunks", (-1,) * a.ndim))
    for i in range(-min(a.ndim, x.ndim), 0):
        if a.shape[i] == x.shape[i]:
            chunks[i] = x.chunks[i]
        elif a.shape[i] == 1 or not math.isnan(a.shape[i] + x.shape[i]):
            chunks[i] = -1
        else:
            _validation.cut_alike(a, x, i)
    if isinstance(a, da.Array):
        return a.rechunk(tuple(chunks))
    return da.from_array(a, tuple(chunks))


def weight_gradient(
    function: Callable[..., Array], x: Any, g: Any, shape: tuple[int, ...]
) -> Any:
    """Sum over all chunks what a function, which sums, gives for weights of a shape."""
    arrays = alike([x, g])
    added = (0,) * (x.ndim - len(shape))
    axes = tuple(i for i, n in enumerate((*(1 for _ in added), *shape)) if n == 1)
    parts = blockwise(
        partial(_gradient, function, axes), arrays, dict.fromkeys(axes, 1)
    )
    total = da.reduction(parts, _sum, _sum, axis=axes, keepdims=True, dtype=_F64)
    dtype = _validation.result_dtype(arrays[0])
    return chunkwise(partial(_rounded, dtype), [total[added]])


def _gradient(
    function: Callable[..., Array], axes: tuple[int, ...], x: Array, g: Array
) -> Array:
    return function(x, g, tuple(1 if i in axes else n for i, n in enumerate(x.shape)))


@np.errstate(all="ignore")
def _sum(x: Array, axis: Any, keepdims: bool) -> Array:
    return np.asarray(x.sum(axis=axis, keepdims=keepdims))


@np.errstate(all="ignore")
def _rounded(dtype: np.dtype[Any], x: Array) -> Array:
    return x.astype(dtype)


def drawn(draw: Draw, x: Any, rng: Rng) -> Any:
    """Draw piece after piece in C order, each with the generator that the last left.

    So the draws are those for an array, however `x` is cut.
    """
    state: Any = _validation.generator(_validation.seed(rng))
    _validation.known_lengths(x, range(x.ndim))
    chunks = _in_order(x)
    pieces = []
    for shape in itertools.product(*chunks):
        values, state = dask.delayed(_draw, nout=2)(draw, state, shape)
        pieces.append(da.from_delayed(values, shape, _F64))
    return _joined(iter(pieces), chunks).rechunk(x.chunks)


def _draw(draw: Draw, rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    rng = copy.deepcopy(rng)  # this task may run again
    return draw(rng, shape), rng


def _in_order(x: Any) -> Any:
    """Cut the shape of `x` into pieces that lie one behind the other in C order."""
    if 0 in x.shape:
        return x.chunks
    most = parse_bytes(dask.config.get("array.chunk-size")) // _F64.itemsize
    first = 0  # the first axis of which a piece may hold more than one element
    while math.prod(x.shape[first + 1 :]) > most:
        first += 1
    wanted = [
        *(1 for _ in range(first)),
        "auto",
        *(-1 for _ in range(first + 1, x.ndim)),
    ]
    return da.core.normalize_chunks(
        wanted[: x.ndim], x.shape, dtype=_F64, previous_chunks=x.chunks
    )


def _joined(pieces: Iterator[Any], chunks: Sequence[Any], axis: int = 0) -> Any:
    if axis == len(chunks):
        return next(pieces)
    along = [_joined(pieces, chunks, axis + 1) for _ in chunks[axis]]
    return da.concatenate(along, axis)

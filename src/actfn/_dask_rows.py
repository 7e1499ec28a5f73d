# Rows of Dask arrays. Most are brought into one chunk. Those of the softmax family stay
# where they are: what a chunk adds to a row is known by a few sums, those of
# _long_rows.py; a reduction of Dask's merges the sums of all chunks, and each chunk is
# finished with the result.

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

import dask.array as da
import numpy as np

from . import _blocks, _dask, _long_rows, _validation
from ._blocks import Kernel, Rows, Tile
from ._validation import Array

_F64 = np.dtype(np.float64)


class Way(NamedTuple):
    """What the sums of a row make of its scores."""

    finish: Callable[..., Array]
    cotangents: int = 0
    sign: int = 1
    hidden: float = 0.0

    @property
    def sums(self) -> int:
        """How many: peak and others and, of cotangents, top, gain and flow."""
        return 5 if self.cotangents else 2


_WAYS: dict[Any, Way] = {
    _long_rows.softmax: Way(_long_rows._probabilities),
    _long_rows.softmin: Way(_long_rows._probabilities, sign=-1),
    _long_rows.log_softmax: Way(_long_rows._logarithms, hidden=-np.inf),
    _long_rows.softmax_vjp: Way(_long_rows._softmax_product, 1),
    _long_rows.softmin_vjp: Way(_long_rows._softmin_product, 1, sign=-1),
    _long_rows.log_softmax_vjp: Way(_long_rows._log_softmax_product, 1),
    _long_rows.logsumexp_vjp: Way(_long_rows._shares, 1),
}


def rowwise(
    kernel: Kernel,
    arrays: Sequence[Any],
    axes: tuple[int, ...],
    *,
    keepdims: bool | None,
    long: Any,
    **keywords: Any,
) -> Any:
    """Run a kernel over rows, or sum over the chunks of a row what can be summed."""
    x, *others = arrays
    x = da.asarray(x)
    chunked = any(x.numblocks[i] > 1 for i in axes)
    if chunked and long in _WAYS:
        return _over_chunks(_WAYS[long], [x, *others], axes)
    if chunked and long is _long_rows.logsumexp:
        result = _logsumexp([x, *others], axes)
    else:
        kept = None if keepdims is None else True
        more = {**keywords, "axis": axes or None, "keepdims": kept, "long": long}
        function = partial(_rowwise, kernel, **more)
        result = _dask.chunkwise(function, [x, *others], axes, kept and 1)
    if keepdims is False:
        return result[tuple(0 if i in axes else slice(None) for i in range(x.ndim))]
    return result


def _rowwise(
    kernel: Kernel, *arrays: Array, parameters: Sequence[float], **more: Any
) -> Array:
    spread = [np.broadcast_to(a, arrays[0].shape) for a in arrays]
    return np.asarray(_blocks.rowwise(kernel, spread, *parameters, out=None, **more))


def _over_chunks(way: Way, arrays: Sequence[Any], axes: tuple[int, ...]) -> Any:
    arrays = _dask.alike(arrays)
    sums = _sums(way, arrays, axes)
    return _dask.chunkwise(partial(_finished, way), [*arrays, sums])


def _logsumexp(arrays: Sequence[Any], axes: tuple[int, ...]) -> Any:
    dtype = _validation.result_dtype(arrays[0])
    sums = _sums(Way(_long_rows._logarithms), _dask.alike(arrays), axes)
    return _dask.chunkwise(partial(_logarithms, dtype), [sums], [0], 1)[0]


def _sums(way: Way, arrays: Sequence[Any], axes: tuple[int, ...]) -> Any:
    """Give the sums of rows, along a new first axis; the axes have a length of 1."""
    parts = _dask.blockwise(
        partial(_sums_of_chunk, way, axes),
        arrays,
        dict.fromkeys(axes, 1),
        first=way.sums,
        meta=np.empty((0,) * (arrays[0].ndim + 1)),
    )
    axis = tuple(i + 1 for i in axes)
    return da.reduction(parts, _merged, _merged, axis=axis, keepdims=True, dtype=_F64)


@np.errstate(all="ignore")
def _sums_of_chunk(way: Way, axes: tuple[int, ...], *arrays: Array) -> Array:
    x = arrays[0]
    order = [*(i for i in range(x.ndim) if i not in axes), *axes]
    sources = [np.broadcast_to(a, x.shape).transpose(order) for a in arrays]
    sums = np.zeros([way.sums, *(1 if i in axes else n for i, n in enumerate(x.shape))])
    sums[0], sums[1] = -np.inf, -1  # those of no scores
    target = sums.transpose(0, *(i + 1 for i in order))
    width = math.prod(x.shape[i] for i in axes)
    rows = Rows(sources, target[0], x.ndim - len(axes), width, _F64)
    exact = _validation.result_dtype(x) == _F64
    for tile in rows.tiles() if x.size else ():
        parts = [_merged_scores(way, exact, piece) for piece in _pieces(rows, tile)]
        whole = _merged(np.concatenate(parts, 2), 2) if len(parts) > 1 else parts[0]
        place = target[:, *tile]
        place[...] = whole.reshape(place.shape)
    return sums


def _pieces(rows: Rows, tile: Tile) -> Iterable[list[Array]]:
    """Give pieces of a tile, which is a row or many short ones, as rows of float64."""
    if rows.width > _blocks.BLOCK:
        for parts in rows.pieces(tile):
            yield [part.reshape(1, -1) for part in parts]
    else:
        parts = (np.array(source[tile], _F64, order="C") for source in rows.sources)
        yield [part.reshape(-1, rows.width) for part in parts]


def _merged_scores(way: Way, exact: bool, piece: list[Array]) -> Array:
    """Merge scores, each of which is the peak of a row without others."""
    x, g, _ = _long_rows._parts(piece, way.sign, way.cotangents)
    peak = x.max(1, keepdims=True)
    at = x == peak
    e = _known(exact, peak).exponentials(x)
    np.copyto(e, 0, where=at)
    more = np.count_nonzero(at, 1, keepdims=True) - 1
    sums = [peak, _row_sums(e) + more]
    if g is not None:
        top = np.where(at, g, -np.inf).max(1, keepdims=True)
        np.copyto(e, 1, where=at)
        sums += [top, _row_sums(e * (g - top)), _row_sums(g)]
    return np.stack(sums)


def _row_sums(rows: Array) -> Array:
    return np.asarray(np.add.reduce(rows, axis=1, keepdims=True))


@np.errstate(all="ignore")
def _merged(sums: Array, axis: Any, keepdims: bool = True) -> Array:
    """Merge the sums of the parts of rows, which lie along an axis or several."""
    add = partial(np.sum, axis=axis, keepdims=True)
    peaks, others, *more = (sums[i : i + 1] for i in range(len(sums)))
    peak = peaks.max(axis, keepdims=True)
    at = peaks == peak
    shrunk = np.where(at, 1, _known(True, peak).exponentials(peaks))
    total = 1 + others
    rest = add(np.where(at, others, total * shrunk)) + (add(at) - 1)
    if not more:
        return np.concatenate([peak, rest])
    tops, gain, flow = more
    top = np.where(at, tops, -np.inf).max(axis, keepdims=True)
    gain = gain + np.where(total > 0, total * (tops - top), 0)
    return np.concatenate([peak, rest, top, add(shrunk * gain), add(flow)])


def _known(exact: bool, *values: Array) -> Any:
    """Give the sums of many rows as _long_rows.py knows those of one."""
    sums: Any = _long_rows.Sums(exact)
    for name, value in zip(("peak", "others", "top", "gain", "flow"), values):
        setattr(sums, name, value)
    return sums


def _finished(way: Way, x: Array, *others: Array) -> Array:
    given = [np.broadcast_to(a, x.shape) for a in (*others[:-1], *others[-1])]
    exact, narrow = (partial(_finish, way, is_exact) for is_exact in (True, False))
    return np.asarray(
        _blocks.elementwise(exact, x, others=given, out=None, narrow=narrow)
    )


def _finish(way: Way, exact: bool, x: Array, *rest: Any) -> None:
    *given, out, _ = rest
    arrays, values = given[: -way.sums], given[-way.sums :]
    x, g, mask = _long_rows._parts([x, *arrays], way.sign, way.cotangents)
    sums = _known(exact, *values)
    if not np.isfinite(sums.peak).all():
        x = _with_limits(x, sums)
    y = way.finish(x, g, sums)
    if mask is not None:
        y[mask == 0] = way.hidden
    np.copyto(out, y)


def _with_limits(x: Array, sums: Any) -> Array:
    """Replace scores whose peak is infinite by those that have their limit."""
    infinite = ~np.isfinite(sums.peak)
    limits = np.where(x == sums.peak, 0, -np.inf)
    limits[sums.others != 0] = np.nan  # the peak is not alone
    sums.peak, sums.others = (
        np.where(infinite, 0, v) for v in (sums.peak, sums.others)
    )
    return np.where(infinite, limits, x)


@np.errstate(all="ignore")
def _logarithms(dtype: np.dtype[Any], sums: Array) -> Array:
    peak, others = sums[:1], sums[1:]
    logarithms = np.where(np.isfinite(peak), peak + np.log1p(others), peak)
    return logarithms.astype(dtype)

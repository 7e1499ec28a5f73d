# The only loop over blocks: kernels see small contiguous pieces, whatever the memory
# order, stride, byte order or dtype of the arrays that came.

import contextvars
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from . import _parallel, _validation
from ._pieces import Pieces
from ._validation import Array, Axis, Out, Result, Rng, Scratch

# A block and its scratch stay in the caches, so that temporaries cost little and memory
# is read and written once.
BLOCK = 32_768

# A short first block tells how many pieces a kernel uses. Later ones are as long as
# those of all threads then find room for, since each call of NumPy ends with a wait for
# the interpreter, which another thread may hold: there should be few.
LONGEST = 4 * BLOCK
_FIRST = BLOCK // 8
_ROOM = 2**21 - 2**18  # bytes; the rest is for what is not in pieces
_STEP = 1024  # elements; only the last block leaves some beside whole vectors

Kernel: TypeAlias = Callable[..., None]
Tile: TypeAlias = tuple[Any, ...]
# A string, because numpy.random takes long to import.
Draw: TypeAlias = "Callable[[np.random.Generator, tuple[int, ...]], Array]"

_SCRATCH = 4  # pieces a kernel may use
_SHARED = 4 * BLOCK  # fewer elements are done before a second thread has woken up
_SHORT = 16  # elements of a row
_DRAWS = BLOCK // 2  # random numbers made at once

_F16, _F32, _F64 = (np.dtype(t) for t in (np.float16, np.float32, np.float64))

# float16 is computed in float32 and rounded once. Rows are computed in a wider dtype
# than their own, because the exponential magnifies the rounding of x - max(x). What is
# not here, bfloat16, goes through float32 as a whole.
_WORKING = {_F16: _F32, _F32: _F32, _F64: _F64}
_WORKING_FOR_ROWS = {_F16: _F32, _F32: _F64, _F64: _F64}

# Kernels run in a context of their own in which NumPy does not warn. Entering a copy of
# it takes a tenth of the time that np.errstate takes.
_QUIET = contextvars.Context()
_QUIET.run(lambda: np.seterr(all="ignore"))


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
    if type(array) is not np.ndarray or (others and _validation.is_dask(*others)):
        from . import _dask

        _validation.no_out(out)
        return _dask.elementwise(
            kernel, [array, *others], parameters=parameters, narrow=narrow
        )
    if not others and 0 < array.size <= BLOCK and array.flags.c_contiguous:
        dtype = array.dtype
        if dtype not in _WORKING:
            dtype = _validation.result_dtype(array)
        target = None if out is None else _validation.output(out, array)
        if dtype in _WORKING and (target is None or target.flags.c_contiguous):
            working = _F64 if narrow else _WORKING[dtype]
            chosen = narrow if narrow and dtype != _F64 else kernel
            return _QUIET.copy().run(
                _one_block, chosen, array, dtype, working, parameters, target
            )
    result = _validation.output(out, array)
    if result.dtype not in _WORKING:
        wide = array.astype(np.float32)
        given = elementwise(
            kernel, wide, *parameters, others=others, out=None, narrow=narrow
        )
        return _rounded(given, result, out)
    working = _WORKING[result.dtype]
    if narrow and result.dtype != _F64:
        kernel, working = narrow, _F64
    arrays = [array, *others]
    if out is not None:
        arrays = [_apart(a, result) for a in arrays]
    rounded = _QUIET.copy().run(_validation.representable, parameters, working)
    if array.size:
        _run_blocks(kernel, arrays, result, working, rounded)
    return _result(result, out)


def _one_block(
    kernel: Kernel,
    x: Array,
    dtype: np.dtype[Any],
    working: np.dtype[Any],
    parameters: Sequence[float],
    out: Out,
) -> Result:
    """Run a kernel over a small array with as few calls as possible."""
    flat = x if x.ndim == 1 else x.reshape(-1)
    if x.dtype != working:
        flat = flat.astype(working)
    direct = dtype == working and not (out is None or np.may_share_memory(flat, out))
    y = out.reshape(-1) if out is not None and direct else np.empty(flat.shape, working)
    if parameters:
        parameters = _validation.representable(parameters, working)
    kernel(flat, y, np.empty((_SCRATCH, flat.size), working), *parameters)
    if out is not None:
        if not direct:
            np.copyto(out, y.reshape(out.shape), casting="same_kind")
        return out
    if dtype != working:
        y = y.astype(dtype)
    if x.ndim == 1:
        return y
    return y.reshape(x.shape) if x.ndim else y[0]


def _run_blocks(
    kernel: Kernel,
    arrays: Sequence[Array],
    out: Array,
    working: np.dtype[Any],
    parameters: Sequence[Any],
) -> None:
    """Cut the arrays into spans, one for each thread, and those into blocks."""
    flat = _flat([*arrays, out])
    run = _run_strided if flat is None else _run_contiguous

    count = _threads(out.size)
    room = _ROOM // count

    def work(start: int, stop: int) -> None:
        given = flat or [*arrays, out]
        _QUIET.copy().run(run, kernel, given, working, parameters, start, stop, room)

    blocks = -(-out.size // BLOCK)
    cuts = [BLOCK * (blocks * i // count) for i in range(count)] + [out.size]
    _parallel.share(work, list(itertools.pairwise(cuts)))


def _threads(size: int) -> int:
    return _parallel.get_threads() if size >= _SHARED else 1


def _flat(arrays: Sequence[Array]) -> list[Array] | None:
    """Give vectors of the same elements, if all lie one after another in one order."""
    shape = arrays[0].shape
    if all(a.flags.c_contiguous and a.shape == shape for a in arrays):
        return [a.reshape(-1) for a in arrays]
    if all(a.flags.f_contiguous and a.shape == shape for a in arrays):
        return [a.T.reshape(-1) for a in arrays]
    return None


def _run_contiguous(
    kernel: Kernel,
    arrays: Sequence[Array],
    working: np.dtype[Any],
    parameters: Sequence[Any],
    start: int,
    stop: int,
    room: int,
) -> None:
    copied = [a.dtype != working or _same_elements(a, arrays[-1]) for a in arrays[:-1]]
    copied.append(arrays[-1].dtype != working)
    copies = Pieces(sum(copied), working)
    scratch = Pieces(_SCRATCH, working)
    length = _FIRST
    while start < stop:
        size = min(length, stop - start)
        copies.resize(size)
        scratch.resize(size)
        places = [array[start : start + size] for array in arrays]
        _run_block(kernel, places, copied, copies, scratch, parameters)
        start += size
        length = _length(room, copies.used + scratch.used, working)


def _length(room: int, pieces: int, dtype: np.dtype[Any]) -> int:
    """Give the length of blocks of which so many pieces are held at once."""
    most = room // max(1, pieces * dtype.itemsize) // _STEP * _STEP
    return min(LONGEST, max(_FIRST, most))


def _run_block(
    kernel: Kernel,
    places: Sequence[Array],
    copied: Sequence[bool],
    copies: Pieces,
    scratch: Scratch,
    parameters: Sequence[Any],
) -> None:
    """Run a kernel on a block, on copies where it cannot read or write in place."""
    free = iter(copies)
    *given, target = [next(free) if c else p for p, c in zip(places, copied)]
    for piece, place in zip(given, places):
        if piece is not place:
            np.copyto(piece, place, casting="same_kind")
    kernel(*given, target, scratch, *parameters)
    if target is not places[-1]:
        np.copyto(places[-1], target, casting="same_kind")


def _run_strided(
    kernel: Kernel,
    arrays: Sequence[Array],
    working: np.dtype[Any],
    parameters: Sequence[Any],
    start: int,
    stop: int,
    room: int,
) -> None:
    # Pieces of the array that is written to are copied before they are overwritten.
    in_place = [_same_elements(a, arrays[-1]) for a in arrays[:-1]]
    count = _SCRATCH + sum(in_place)
    length = min(BLOCK, _length(room, count + len(arrays), working), stop - start)
    scratch = np.empty((count, length), working)
    # nditer walks any layout in memory order, casts, swaps bytes and gathers strided
    # elements through its buffers.
    blocks = np.nditer(  # type: ignore[call-overload]  # the stub lacks "contig"
        arrays,
        flags=["external_loop", "buffered", "ranged", "delay_bufalloc"],
        op_flags=[
            *[["readonly", "contig", "aligned", "nbo"] for _ in arrays[:-1]],
            ["writeonly", "no_broadcast", "contig", "aligned", "nbo"],
        ],
        op_dtypes=[working] * len(arrays),
        casting="same_kind",
        buffersize=length,
    )
    with blocks:
        blocks.iterrange = (start, stop)
        for *pieces, target in blocks:
            (*free,) = scratch[:, : target.size]
            for i, copied in enumerate(in_place):
                if copied:
                    np.copyto(free[-1], pieces[i])
                    pieces[i] = free.pop()
            kernel(*pieces, target, free, *parameters)


def rowwise(
    kernel: Kernel,
    arrays: Sequence[Array],
    /,
    *parameters: float,
    axis: Axis,
    out: Out,
    keepdims: bool | None = None,
    narrow: Kernel | None = None,
    long: Callable[..., bool] | None = None,
) -> Result:
    """Run `kernel` over rows: vectors along `axis`, laid out one after another.

    The kernel is called as `kernel(*rows, *parameters)` with one two-dimensional copy
    per array, and leaves the result in the first. How the copy is laid out depends on
    the length of the rows, and not on how the arrays lie in memory, so neither do the
    bits of the result. A `narrow` kernel takes its place for float16 and float32, which
    have digits to spare in the float64 of the rows. With `keepdims` true or false only
    the first column of the result counts, the axis becomes 1 or goes, and an empty row
    gives -inf, the logarithm of an empty sum.

    Rows of more than a block are left to `long(row, *parameters)`, which walks through
    them in pieces, or says no where it cannot.
    """
    x = arrays[0]
    axes = _validation.axes(axis, x)
    shape = _validation.reduced(x, axes, keepdims) if keepdims is not None else None
    if _validation.is_dask(*arrays):
        from . import _dask_rows

        _validation.no_out(out)
        return _dask_rows.rowwise(
            kernel,
            arrays,
            axes,
            parameters=parameters,
            keepdims=keepdims,
            narrow=narrow,
            long=long,
        )
    result = _validation.output(out, x, shape)
    if result.dtype not in _WORKING_FOR_ROWS:
        wide = [a.astype(np.float32) for a in arrays]
        given = rowwise(
            kernel,
            wide,
            *parameters,
            axis=axis,
            out=None,
            keepdims=keepdims,
            narrow=narrow,
            long=long,
        )
        return _rounded(given, result, out)
    if narrow and result.dtype != _F64:
        kernel = narrow
    if out is not None:
        arrays = [_apart(a, result) for a in arrays]
    full = np.expand_dims(result, axes) if result.ndim < x.ndim else result
    order = [i for i in range(x.ndim) if i not in axes]
    count = len(order)
    order += axes
    *sources, target = (a.transpose(order) for a in (*arrays, full))
    width = math.prod(sources[0].shape[count:])
    if not width and keepdims is not None:
        result.fill(-np.inf)
    elif x.size:
        working = _WORKING_FOR_ROWS[result.dtype]
        rows = Rows(sources, target, count, width, working)
        _run_rows(rows, kernel, long, parameters)
    return _result(result, out)


class Rows(NamedTuple):
    """Arrays whose axes from `first` on are rows of a length `width`."""

    sources: Sequence[Array]
    target: Array
    first: int
    width: int
    working: np.dtype[Any]

    def tiles(self, size: int = BLOCK) -> list[Tile]:
        """Cut the arrays into groups of rows of a size, or into rows."""
        outer = self.target.shape[: self.first]
        if math.prod(outer) * self.width <= size:
            return [(...,)]
        return [(*tile, ...) for tile in tiles(outer, size // self.width)]

    def room(self, shape: tuple[int, ...]) -> tuple[Array, Array]:
        """Make room for a tile of a shape; give it as rows, and in that shape."""
        # Short rows are laid out side by side, such that NumPy's loops are long. In
        # float64 only the shortest, because sums are then taken one by one.
        if self.width >= (_SHORT if self.target.dtype == _F64 else 8 * _SHORT):
            room = np.empty(shape, self.working)
            return room.reshape(-1, self.width), room
        turned = np.empty((*shape[self.first :], *shape[: self.first]), self.working)
        axes = [(i - self.first) % len(shape) for i in range(len(shape))]
        return turned.reshape(self.width, -1).T, turned.transpose(axes)

    def pieces(self, tile: Tile, *, write: bool = False) -> Iterator[Any]:
        """Walk through a single row; for each source a piece, and one to write to."""
        arrays = [source[tile] for source in self.sources]
        if write:
            arrays.append(self.target[tile])
        reading = ["readonly", "contig", "aligned", "nbo"]
        writing = ["writeonly", "contig", "aligned", "nbo"]
        with np.nditer(  # type: ignore[call-overload]  # the stub lacks "contig"
            arrays,
            flags=["external_loop", "buffered"],
            op_flags=[reading] * len(self.sources) + [writing] * write,
            op_dtypes=[self.working] * len(arrays),
            order="C",
            casting="same_kind",
            buffersize=BLOCK,
        ) as pieces:
            # A piece of one array comes as it is, not as a tuple.
            yield from pieces if len(arrays) > 1 else ((piece,) for piece in pieces)


def _run_rows(
    rows: Rows,
    kernel: Kernel,
    long: Callable[..., bool] | None,
    parameters: Sequence[float],
) -> None:
    """Do the rows tile by tile, a part of the tiles in each thread."""
    threads = _threads(rows.sources[0].size)
    tiles = rows.tiles(max(_FIRST, BLOCK // threads))

    def work(start: int, stop: int) -> None:
        _QUIET.copy().run(_run_tiles, rows, tiles[start:stop], kernel, long, parameters)

    threads = min(threads, len(tiles))
    cuts = [len(tiles) * i // threads for i in range(threads + 1)]
    _parallel.share(work, list(itertools.pairwise(cuts)))


def _run_tiles(
    rows: Rows,
    tiles: Sequence[Tile],
    kernel: Kernel,
    long: Callable[..., bool] | None,
    parameters: Sequence[float],
) -> None:
    rooms: list[tuple[Array, Array]] = []
    for tile in tiles:
        if long and rows.width > BLOCK and long(rows, tile, *parameters):
            continue
        pieces = [source[tile] for source in rows.sources]
        if not rooms or rooms[0][1].shape != pieces[0].shape:
            rooms = [rows.room(pieces[0].shape) for _ in pieces]
        for piece, (_, room) in zip(pieces, rooms):
            np.copyto(room, piece, casting="same_kind")
        kernel(*[flat for flat, _ in rooms], *parameters)
        flat, room = rooms[0]
        target = rows.target[tile]
        if target.shape == room.shape:
            np.copyto(target, room, casting="same_kind")
        else:
            target[...] = flat[:, 0].reshape(target.shape)


def halves(x: Array, axis: int) -> tuple[Array, Array]:
    """Cut an array in two along an axis; np.split takes ten times as long."""
    before = (slice(None),) * axis
    half = x.shape[axis] // 2
    return x[(*before, slice(half))], x[(*before, slice(half, None))]


def by_chunks(
    function: Callable[..., Result],
    *arrays: Array,
    axis: int,
    out: Out,
    length: int | None = None,
) -> Result:
    """Leave the chunks of Dask arrays, made whole along the axis, to a function."""
    from . import _dask

    _validation.no_out(out)
    return _dask.chunkwise(partial(function, axis=axis), arrays, [axis], length)


def with_draws(
    function: Callable[..., Result],
    draw: Draw,
    arrays: Sequence[Array],
    rng: Rng,
    *,
    axes: Sequence[int] = (),
    out: Out,
) -> Result:
    """Call `function(*arrays, draws, out=out)` with a draw per element of the first.

    Rows along `axes` stay whole. What lies before them is cut into blocks in C order,
    the order of the draws, so that few draws are held at once.
    """
    x = arrays[0]
    if _validation.is_dask(x):
        from . import _dask

        return function(*arrays, _dask.drawn(draw, x, rng), out=out)
    generator = _validation.generator(rng)
    first = min(axes, default=x.ndim)
    if x.size <= _DRAWS or not first or _validation.is_dask(*arrays):
        return function(*arrays, draw(generator, x.shape), out=out)
    result = _validation.output(out, x)
    arrays = [_apart(a, result) for a in arrays]
    for tile in tiles(x.shape[:first], _DRAWS // math.prod(x.shape[first:])):
        pieces = [a[tile] for a in arrays]
        draws = draw(generator, pieces[0].shape)
        function(*pieces, draws, out=result[tile])
    return result


def weight_gradient(
    function: Callable[..., Array], x: Array, g: Array, shape: tuple[int, ...]
) -> Result:
    """Sum over the chunks of Dask arrays what a function gives for each."""
    from . import _dask

    return _dask.weight_gradient(function, x, g, shape)


def _rounded(wide: Result, result: Array, out: Out) -> Result:
    with np.errstate(all="ignore"):
        result[...] = wide
    return _result(result, out)


def _result(result: Array, out: Out) -> Result:
    return result if out is not None or result.ndim else result[()]


def _apart(x: Array, out: Array) -> Array:
    """Give `x`, or a copy where writing `out` would change elements yet to be read."""
    if not np.may_share_memory(x, out) or _same_elements(x, out):
        return x
    return x.copy()


def _same_elements(x: Array, out: Array) -> bool:
    return x.__array_interface__ == out.__array_interface__


def tiles(shape: tuple[int, ...], size: int) -> Iterator[tuple[slice, ...]]:
    """Cut a shape into pieces of at most `size` elements, or of one."""
    steps: list[int] = []
    for n in reversed(shape):
        steps.insert(0, max(1, min(n, size)))
        size //= steps[0]
    starts = (range(0, n, step) for n, step in zip(shape, steps))
    for corner in itertools.product(*starts):
        yield tuple(slice(c, c + step) for c, step in zip(corner, steps))

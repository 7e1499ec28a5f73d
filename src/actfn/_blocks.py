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

# The first block has room for all pieces that a kernel may use, and tells how many it
# does use. Later ones are as long as those of all threads then find room for, since
# each call of NumPy ends with a wait for the interpreter, which another thread may
# hold: there should be few.
LONGEST = 4 * BLOCK
_SHORTEST = BLOCK // 8
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
    rounded = []
    if parameters:
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
    if flat is None and out.size <= _length(_ROOM, len(arrays) + 1 + _SCRATCH, working):
        _QUIET.copy().run(_run_gathered, kernel, arrays, out, working, parameters)
        return
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


def _run_gathered(
    kernel: Kernel,
    arrays: Sequence[Array],
    out: Array,
    working: np.dtype[Any],
    parameters: Sequence[Any],
) -> None:
    """Run a kernel over few elements, on copies of all arrays."""
    pieces = np.empty((len(arrays) + 1 + _SCRATCH, out.size), working)
    for piece, array in zip(pieces, arrays):
        np.copyto(piece.reshape(out.shape), array, casting="same_kind")
    *given, y = pieces[: len(arrays) + 1]
    kernel(*given, y, pieces[len(arrays) + 1 :], *parameters)
    np.copyto(out, y.reshape(out.shape), casting="same_kind")


def _run_contiguous(
    kernel: Kernel,
    arrays: Sequence[Array],
    working: np.dtype[Any],
    parameters: Sequence[Any],
    start: int,
    stop: int,
    room: int,
) -> None:
    *sources, out = arrays
    copied = [a.dtype != working or np.may_share_memory(a, out) for a in sources]
    copied.append(out.dtype != working)
    held = sum(copied)
    length = _length(room, held + _SCRATCH, working)
    all_pieces = (held + _SCRATCH) * min(length, stop - start)
    fits = min(room // working.itemsize, (held + _SCRATCH) * (stop - start))
    memory = np.empty(max(all_pieces, fits), working)
    scratch = Pieces(memory, 0, _SCRATCH)
    used = 0
    while start < stop:
        size = min(length, stop - start)
        if size != scratch.length:
            copies = memory[: held * size].reshape(held, size)
            scratch = Pieces(memory[held * size :], size, _SCRATCH)
        places = [array[start : start + size] for array in arrays]
        _run_block(kernel, places, copied, copies, scratch, parameters)
        start += size
        used = max(used, scratch.used)
        length = _length(room, held + used, working)


def _length(room: int, pieces: int, dtype: np.dtype[Any]) -> int:
    """Give the length of blocks of which so many pieces are held at once."""
    most = room // max(1, pieces * dtype.itemsize) // _STEP * _STEP
    return min(LONGEST, max(_SHORTEST, most))


def _run_block(
    kernel: Kernel,
    places: Sequence[Array],
    copied: Sequence[bool],
    copies: Array,
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
    in_place = [np.may_share_memory(a, arrays[-1]) for a in arrays[:-1]]
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
    scratch: tuple[int, int] = (0, 0),
    long: Callable[..., bool] | None = None,
) -> Result:
    """Run `kernel` over rows: vectors along `axis`, laid out one after another.

    The kernel is called as `kernel(scratch, *rows, *parameters)` with one
    two-dimensional copy per array, and leaves the result in the first. How the copy is
    laid out depends on the length of the rows, and not on how the arrays lie in memory,
    so neither do the bits of the result. A `narrow` kernel takes its place for float16
    and float32, which have digits to spare in the float64 of the rows. Each of the two
    is given as many pieces of `scratch` as are said here for it, laid out as the rows
    are. With `keepdims` true or false only the first column of the result counts, the
    axis becomes 1 or goes, and an empty row gives -inf, the logarithm of an empty sum.

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
            scratch=scratch,
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
            scratch=scratch,
            long=long,
        )
        return _rounded(given, result, out)
    is_narrow = result.dtype != _F64
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
        chosen = narrow if narrow and is_narrow else kernel
        if x.size <= BLOCK:
            count = scratch[is_narrow]
            _QUIET.copy().run(_one_tile, rows, chosen, count, parameters)
        else:
            _run_rows(rows, chosen, scratch[is_narrow], long, parameters)
    return _result(result, out)


class Rows(NamedTuple):
    """Arrays whose axes from `first` on are rows of a length `width`."""

    sources: Sequence[Array]
    target: Array
    first: int
    width: int
    working: np.dtype[Any]

    @property
    def straight(self) -> bool:
        """Whether rows are laid out one after another, and not side by side.

        Short ones lie side by side, such that NumPy's loops are long. In float64 only
        the shortest, because sums are then taken one by one.
        """
        return self.width >= (_SHORT if self.target.dtype == _F64 else 2 * _SHORT)

    @property
    def in_place(self) -> bool:
        """Whether the place that the result goes to serves as the first copy."""
        to, x = self.target, self.sources[0]
        alike = to.dtype == self.working and to.shape == x.shape
        return alike and self.straight and to.flags.c_contiguous

    def tiles(self, size: int = BLOCK) -> list[Tile]:
        """Cut the arrays into groups of rows of a size, or into rows."""
        outer = self.target.shape[: self.first]
        if math.prod(outer) * self.width <= size:
            return [(...,)]
        return [(*tile, ...) for tile in tiles(outer, size // self.width)]

    def size(self, threads: int, held: int) -> int:
        """Give the size of tiles, as many for each thread, with pieces of that size."""
        if self.width > BLOCK:
            return self.width  # one row, that it may be walked through in pieces
        longest = _length(_ROOM // threads, held + 1, self.working)
        total = self.sources[0].size // self.width
        count = -(-total * self.width // longest)
        return -(-total // (-(-count // threads) * threads)) * self.width

    def lay_out(self, piece: Array, shape: tuple[int, ...]) -> tuple[Array, Array]:
        """Give a piece of memory for a tile of a shape: as rows, and in that shape."""
        if self.straight:
            return piece.reshape(-1, self.width), piece.reshape(shape)
        turned = piece.reshape((*shape[self.first :], *shape[: self.first]))
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


def _one_tile(
    rows: Rows, kernel: Kernel, scratch: int, parameters: Sequence[float]
) -> None:
    """Do few rows with as few calls as possible."""
    count, width = len(rows.sources), rows.width
    height = rows.sources[0].size // width
    if rows.straight:
        pieces = np.empty((count + scratch, height, width), rows.working)
    else:
        pieces = np.empty((count + scratch, width, height), rows.working)
        pieces = pieces.transpose(0, 2, 1)
    copies, free = [*pieces[:count]], [*pieces[count:]]
    for copy, source in zip(copies, rows.sources):
        np.copyto(copy, source.reshape(height, width), casting="same_kind")
    kernel(free, *copies, *parameters)
    y, target = copies[0], rows.target
    if target.size < y.size:
        y = y[:, 0]
    np.copyto(target, y.reshape(target.shape), casting="same_kind")


def _run_rows(
    rows: Rows,
    kernel: Kernel,
    scratch: int,
    long: Callable[..., bool] | None,
    parameters: Sequence[float],
) -> None:
    """Do the rows tile by tile, a part of the tiles in each thread."""
    threads = _threads(rows.sources[0].size)
    held = len(rows.sources) - rows.in_place + scratch
    tiles = rows.tiles(rows.size(threads, held))

    def work(start: int, stop: int) -> None:
        _QUIET.copy().run(
            _run_tiles, rows, tiles[start:stop], kernel, held, long, parameters
        )

    threads = min(threads, len(tiles))
    cuts = [len(tiles) * i // threads for i in range(threads + 1)]
    _parallel.share(work, list(itertools.pairwise(cuts)))


def _run_tiles(
    rows: Rows,
    tiles: Sequence[Tile],
    kernel: Kernel,
    held: int,
    long: Callable[..., bool] | None,
    parameters: Sequence[float],
) -> None:
    """Do some of the tiles, each with so many pieces of memory, copies and scratch."""
    count = len(rows.sources)
    in_place = rows.in_place
    memory = np.empty(0, rows.working)
    free: list[tuple[Array, Array]] = []
    shape = None
    for tile in tiles:
        if long and rows.width > BLOCK and long(rows, tile, *parameters):
            continue
        sources = [source[tile] for source in rows.sources]
        target = rows.target[tile]
        if shape != sources[0].shape:
            shape, size = sources[0].shape, sources[0].size
            if memory.size < held * size:
                memory = np.empty(held * size, rows.working)
            pieces = memory[: held * size].reshape(held, size)
            free = [rows.lay_out(piece, shape) for piece in pieces]
        places = free
        if in_place:
            places = [(target.reshape(-1, rows.width), target), *free]
        # The first comes last: its place may be that of another, which is out, too.
        for source, (_, place) in reversed(list(zip(sources, places))):
            np.copyto(place, source, casting="same_kind")
        flats = [flat for flat, _ in places]
        kernel(flats[count:], *flats[:count], *parameters)
        if target.shape != shape:
            target[...] = flats[0][:, 0].reshape(target.shape)
        elif not in_place:
            np.copyto(target, places[0][1], casting="same_kind")


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

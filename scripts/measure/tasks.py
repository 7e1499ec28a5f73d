# What is to be measured of a function: tasks that are cut into steps.

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import judge
import laboratory
import numpy as np
from mpmath import mpf

from actfn import CATALOGUE, Activation

from . import peers
from .errors import Array, Finding, compare, plain, ulps

CHUNK = 2**17  # so that a chunk in float64, its result and its errors stay in cache
PEER_STRIDE = 1021
ALL_PATTERNS = 2**32

_EXACT_POINTS = 16  # in one step, of those compared with mpmath
_LENGTHS = (4, 12, 60, 240)  # functions that take parts want multiples of 2, 3 or 4
_SCALES = (0.1, 1.0, 10.0, 100.0)
_REPEATS = 4
_EXACT_ROWS = 48
_NOISE = 1e-9  # of slopes in mpmath, which agree to 25 digits
_LEVEL = 64  # of so many equal results, one is compared
_READABLE = 12  # longer rows are not recorded


@dataclass(frozen=True)
class Call:
    """A function, derivative or vjp of the catalogue at its default parameters."""

    row: Activation
    function: Callable[..., Any]

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def is_gradient(self) -> bool:
        return self.function is self.row.gradient

    @property
    def pointwise(self) -> bool:
        """Whether each result depends on one element of x, as in PReLU, too."""
        return "axis" not in self.row.parameters

    @property
    def floor(self) -> float:
        """The smallest number in whose ulp its errors are measured."""
        return getattr(self.row, "gradient_floor", 0.0) if self.is_gradient else 0.0

    @cached_property
    def keywords(self) -> dict[str, Any]:
        wanted = {} if self.pointwise else {"axis": -1, "rng": laboratory.SEED}
        known = inspect.signature(self.function).parameters
        return {k: v for k, v in wanted.items() if k in known}

    def __call__(self, x: Array, *cotangent: Array) -> Array:
        """Call it; a vjp of one number has a cotangent of 1, like a derivative."""
        if self.pointwise and self.function.__name__.endswith("_vjp"):
            cotangent = (np.ones_like(x),)
        with np.errstate(invalid="ignore"):  # of signalling NaNs
            result = self.function(x, *cotangent, **self.keywords)
        return np.asarray(result[0] if isinstance(result, tuple) else result)


@dataclass(frozen=True)
class Task:
    """Something to measure, in steps that can be taken one after another.

    Attributes:
        section: Where its finding belongs: `own`, `peers` or `peers_normal`.
        label: A dtype, or the name of a library.
        steps: The number of steps.
        weight: About how long a step takes, in steps of float32.
        step: Take a step, given the worst error so far.
        said: What to record beside the finding.
    """

    section: str
    label: str
    steps: int
    weight: float
    step: Callable[[int, float], Finding]
    said: dict[str, Any]


def calls() -> dict[str, Call]:
    """Everything that the catalogue has, by name."""
    pairs = [(r, f) for r in CATALOGUE.values() for f in (r.function, r.gradient)]
    return {f.__name__: Call(row, f) for row, f in pairs if f is not None}


def tasks(call: Call, every: int = 1, *, with_peers: bool = True) -> list[Task]:
    """List what is to be measured, looking at every `every`-th float32 only."""
    own = elementwise_tasks if call.pointwise else row_tasks
    found = peers.find(call.row) if with_peers else []
    return [*own(call, every), *(t for p in found for t in peer_tasks(call, p))]


def elementwise_tasks(call: Call, every: int) -> Iterator[Task]:
    """Measure float16 and float32 at all their numbers, float64 at a sample."""
    every_number = {"exhaustive": every == 1, **_floor(call)}
    sample = points(call.row)
    yield Task("own", "float16", 1, 1, partial(float16_step, call), _all(call))
    yield Task(
        "own",
        "float32",
        -(-ALL_PATTERNS // (CHUNK * every)),
        1,
        partial(float32_step, call, every),
        every_number,
    )
    yield Task(
        "own",
        "float64",
        -(-sample.size // _EXACT_POINTS),
        5,
        partial(exact_step, call, sample),
        {"exhaustive": False, **_floor(call)},
    )


def _all(call: Call) -> dict[str, Any]:
    return {"exhaustive": True, **_floor(call)}


def _floor(call: Call) -> dict[str, float]:
    return {"floor": call.floor} if call.floor else {}


def patterns(start: int, stop: int, every: int = 1) -> Array:
    """Give the float32 numbers whose bits are the integers from start to stop."""
    stop = min(stop, ALL_PATTERNS)
    bits = np.arange(start, stop, every, dtype=np.int64).astype(np.uint32)
    return bits.view(np.float32)


def float32_step(call: Call, every: int, i: int, so_far: float) -> Finding:
    """Compare one chunk of float32 numbers with float64.

    Where a function has faded or levelled out, its results are one number throughout
    the chunk, or one multiple of x. All of them are computed, and a part is compared.
    """
    size = CHUNK * every
    x = patterns(i * size, (i + 1) * size, every)
    y = call(x)
    if _is_level(x, y):
        few, some = x[::_LEVEL], y[::_LEVEL]
        found = compare(few, some, call(_wide(few)), call.floor, so_far)
        if not found.misrounded:
            return replace(found, points=y.size)
    return compare(x, y, call(_wide(x)), call.floor, so_far)


@np.errstate(all="ignore")
def _is_level(x: Array, y: Array) -> bool:
    return bool((y == y[0]).all() or (y == x * (y[0] / x[0])).all())


def float16_step(call: Call, i: int, so_far: float) -> Finding:
    """Compare all float16 numbers with float64."""
    x = np.arange(2**16, dtype=np.uint16).view(np.float16)
    return compare(x, call(x), call(_wide(x)), call.floor)


def _wide(x: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return x.astype(float)


@np.errstate(under="ignore")
def points(row: Activation) -> Array:
    """Give float64 numbers of every size, and many where functions bend and fade."""
    rng = np.random.default_rng(5)
    exponents = rng.integers(-1074, 1024, 400)
    spread = [
        np.ldexp(rng.uniform(1, 2, 400), exponents),
        rng.uniform(0, 3, 200),
        rng.uniform(3, 40, 200),
        rng.uniform(40, 760, 150),
        2.0 ** rng.uniform(-30, 3, 50),
    ]
    x = np.concatenate(spread)
    near = [
        k * (1 + s * 2.0 ** -rng.uniform(1, 50, 10))
        for k in row.kinks
        if k
        for s in (-1, 1)
    ]
    return np.unique(np.concatenate([x, -x, *near]))


def exact_step(call: Call, sample: Array, i: int, so_far: float) -> Finding:
    """Compare a few results of float64 with the formula in mpmath."""
    formula = judge.exact(call.row)
    x = sample[i * _EXACT_POINTS : (i + 1) * _EXACT_POINTS]
    found = Finding()
    for v, y in zip(x, call(x)):
        at = mpf(float(v))
        if call.is_gradient:
            expected = judge.slope(formula, at)
        else:
            expected = judge.settled(partial(formula, at))
        size = max(abs(float(expected)), call.floor)
        found = found.and_then(_judged(plain(v), y, expected, size))
    return found


def _judged(at: Any, y: Any, expected: Any, size: float) -> Finding:
    error = judge.ulps(y, expected, size)
    if error < _NOISE:
        error = 0.0
    return Finding(error, at, 1, int(float(y) != float(expected)))


def row_tasks(call: Call, every: int) -> Iterator[Task]:
    """Measure rows of several lengths and scales in each dtype."""
    steps = len(_LENGTHS) * len(_SCALES) * _REPEATS
    for dtype in (np.float16, np.float32):
        step = partial(row_step, call, call, dtype)
        said: dict[str, Any] = {"exhaustive": False}
        yield Task("own", np.dtype(dtype).name, steps, 20, step, said)
    exact = partial(exact_row_step, call)
    yield Task("own", "float64", _EXACT_ROWS, 20, exact, {"exhaustive": False})


def row_step(
    call: Call, measured: Callable[..., Array], dtype: Any, i: int, so_far: float
) -> Finding:
    """Compare what is measured with float64, for rows of one length and scale."""
    x = rows(i, dtype)
    if not call.is_gradient:
        y, reference = measured(x), call(x.astype(float))
        errors = ulps(y, reference, sizes(call, x, reference))
    else:
        g = cotangents(call, x, i)
        y, reference = measured(x, g), call(x.astype(float), g.astype(float))
        size = terms(call, x.astype(float), g.astype(float))
        errors = ulps(y, reference, sizes(call, x, size))
    rounded = reference.astype(dtype)
    k = int(errors.argmax())
    at = x[np.unravel_index(k, errors.shape)[0]]
    return Finding(
        float(errors.flat[k]),
        plain(at) if at.size <= _READABLE else None,
        y.size,
        int(np.count_nonzero(~((y == rounded) | np.isnan(y) & np.isnan(rounded)))),
    )


def rows(i: int, dtype: Any) -> Array:
    """Give some rows, of the length and scale that belong to step i."""
    length = _LENGTHS[i % len(_LENGTHS)]
    scale = _SCALES[i // len(_LENGTHS) % len(_SCALES)]
    rng = np.random.default_rng([7, i])
    with np.errstate(under="ignore"):
        return rng.normal(scale=scale, size=(64, length)).astype(dtype)


def sizes(call: Call, x: Array, own: Array) -> Array:
    """Give the numbers in whose ulp errors are measured."""
    if call.row.name in judge.BY_VECTOR:
        largest = np.abs(own).max(axis=-1, keepdims=True)
        return np.broadcast_to(largest, own.shape)
    if call.row.name == "logsumexp" and not call.is_gradient:
        own = np.maximum(np.abs(own), np.abs(x).max(axis=-1).reshape(own.shape))
    size: Array = np.abs(own)
    return size


def cotangents(call: Call, x: Array, i: int) -> Array:
    """Give cotangents of the shape that the function's result has."""
    shape = Call(call.row, call.row.function)(x).shape
    return np.random.default_rng([8, i]).normal(size=shape).astype(x.dtype)


def terms(call: Call, x: Array, g: Array) -> Array:
    """Sum the magnitudes of the terms that each element of a vjp is the sum of."""
    total = np.zeros_like(x)
    columns = g.reshape(len(x), -1)
    for j in range(columns.shape[1]):
        one = np.zeros_like(columns)
        one[:, j] = columns[:, j]
        total += np.abs(call(x, one.reshape(g.shape)))
    return total


def exact_row_step(call: Call, i: int, so_far: float) -> Finding:
    """Compare a row of float64 with the formula in mpmath."""
    scale = _SCALES[i % len(_SCALES)]
    length = 4 if call.is_gradient or i % 2 else 12
    x = np.random.default_rng([9, i]).normal(scale=scale, size=(1, length))
    formula, exactly = judge.exact(call.row), [mpf(float(v)) for v in x[0]]
    if not call.is_gradient:
        results = call(x).reshape(-1)
        whole = [
            judge.settled(partial(_part, formula, exactly, k))
            for k in range(results.size)
        ]
        size = judge.measure(call.row, exactly, whole)
        measures = [max(abs(expected), size) for expected in whole]
    else:
        g = cotangents(call, x, i)
        results = call(x, g).reshape(-1)
        columns = [_column(formula, exactly, g.reshape(-1), j) for j in range(length)]
        whole = [sum(column) for column in columns]
        own = [sum(map(abs, column)) for column in columns]
        by_vector = call.row.name in judge.BY_VECTOR
        measures = [max(own)] * length if by_vector else own
    found = Finding()
    for y, expected, size in zip(results, whole, measures, strict=True):
        found = found.and_then(_judged(plain(x[0]), y, expected, float(size)))
    return found


def _part(formula: Callable[..., Any], x: list[Any], k: int) -> Any:
    whole = formula(x)
    return whole[k] if isinstance(whole, list | tuple) else whole


def _column(formula: Callable[..., Any], x: list[Any], g: Array, j: int) -> list[Any]:
    """Give the terms of the derivative by x[j]: cotangents times slopes."""

    def moved(k: int, t: Any) -> Any:
        return _part(formula, [v + t * (n == j) for n, v in enumerate(x)], k)

    slopes = (judge.slope(partial(moved, k), mpf(0)) for k in range(g.size))
    return [mpf(float(c)) * s for c, s in zip(g, slopes)]


def peer_tasks(call: Call, peer: peers.Peer) -> Iterator[Task]:
    """Measure the same function of another library in float32."""
    if call.is_gradient and not peer.differentiates:
        return
    said = {"name": peer.name, "exhaustive": False, **_floor(call)}
    if not call.pointwise:
        measured = peer.product if call.is_gradient else peer.value
        step = partial(row_step, call, measured, np.float32)
        steps = len(_LENGTHS) * len(_SCALES) * _REPEATS
        yield Task("peers", peer.library, steps, 20, step, said)
        return
    steps = -(-ALL_PATTERNS // (CHUNK * PEER_STRIDE))
    for section, normal in (("peers", False), ("peers_normal", True)):
        elements = partial(peer_step, call, peer, normal)
        yield Task(section, peer.library, steps, 1, elements, said)


def peer_step(
    call: Call, peer: peers.Peer, normal: bool, i: int, so_far: float
) -> Finding:
    """Compare a chunk; if `normal`, only where no result is a subnormal number."""
    size = CHUNK * PEER_STRIDE
    x = patterns(i * size, (i + 1) * size, PEER_STRIDE)
    x = x[np.isfinite(x)]  # libraries differ in what NaN and infinity should give
    y = peer.product(x, np.ones_like(x)) if call.is_gradient else peer.value(x)
    reference = call(_wide(x))
    if normal:
        tiny = np.finfo(np.float32).tiny
        kept = ~((np.abs(reference) < tiny) & (reference != 0))
        x, y, reference = x[kept], y[kept], reference[kept]
    return compare(x, y, reference, call.floor, so_far)

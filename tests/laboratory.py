# What the tests of the package share: every public call, hostile arrays, exact bits.

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, get_type_hints

import numpy as np
import pytest
from numpy.typing import NDArray

from actfn import CATALOGUE, Activation
from actfn._blocks import BLOCK
from actfn._validation import result_dtype

Array = NDArray[Any]

FLOATS = (np.float16, np.float32, np.float64)
# More than one block, not a multiple of any vector, and even: some functions halve.
LARGE = BLOCK + BLOCK // 2 + 6

SEED = 7


@dataclass(frozen=True)
class Call:
    """A function, derivative or vjp of the catalogue, to be called with `x` alone.

    What else it takes it gets here, made from the shape of `x`: a cotangent of the
    shape of the result, and in its variants a mask, weights or a seed. A function that
    couples elements couples all of them, so that `x` may have any shape, or works
    along the last axis, which must be even, if it splits or joins a single one.
    """

    row: Activation
    function: Callable[..., Any]
    variant: str = ""
    part: int | None = None  # which of several results

    def __str__(self) -> str:
        name = self.function.__name__
        part = "" if self.part is None else f"[{self.part}]"
        return f"{name}{part}" + f" with {self.variant}" * bool(self.variant)

    def __repr__(self) -> str:
        return str(self)

    @cached_property
    def signature(self) -> Mapping[str, inspect.Parameter]:
        return inspect.signature(self.function).parameters

    @property
    def takes_cotangent(self) -> bool:
        return "cotangent" in self.signature

    @property
    def elementwise(self) -> bool:
        """Whether each element of the result depends on one place of the input."""
        return "axis" not in self.signature

    @property
    def any_axes(self) -> bool:
        """Whether it works along several axes at once, or all."""
        return not self.elementwise and not self.one_axis

    @property
    def one_axis(self) -> bool:
        """Whether it splits, joins or compares along a single axis."""
        return get_type_hints(self.function).get("axis") is int

    @property
    def reduces(self) -> bool:
        """Whether the axis goes, or becomes 1."""
        return "keepdims" in self.signature

    @property
    def draws(self) -> bool:
        """Whether its noise ties a result to the place of its element."""
        return "rng" in self.options

    @property
    def keeps_shape(self) -> bool:
        """Whether its result has the shape of `x`."""
        return self.takes_cotangent or not (self.reduces or self.ratio != 1)

    @cached_property
    def ratio(self) -> Fraction:
        """The length of the function's result along its axis, as a multiple."""
        return Fraction(self.row.function(np.zeros(4)).size if self.one_axis else 4, 4)

    @property
    def options(self) -> dict[str, Any]:
        """What it is always called with."""
        options: dict[str, Any] = {"axis": None} if self.any_axes else {}
        if self.variant == "keepdims":
            options["keepdims"] = True
        if self.variant == "hard":
            options["hard"] = True
        if self.variant == "rng" or self.row.name in NOISY:
            options["rng"] = SEED
        return options

    @property
    def numbers(self) -> dict[str, float]:
        """The parameters that are real numbers, and their defaults."""
        return {
            name: value
            for name, value in self.row.parameters.items()
            if isinstance(value, (int, float)) and not isinstance(value, bool)
            if name not in {"axis", "pieces", "weight"}
        }

    def result_shape(self, shape: tuple[int, ...], **keywords: Any) -> tuple[int, ...]:
        """The shape of what the function, not its vjp, makes of an `x` of a shape."""
        axis = keywords.get("axis", self.options.get("axis", -1))
        chosen = range(len(shape)) if axis is None else np.atleast_1d(axis)
        are_axes = all(isinstance(a, (int, np.integer)) for a in chosen)
        if self.elementwise or not are_axes:
            return shape
        axes = {int(a) % len(shape) if shape else a for a in chosen}
        if self.reduces and keywords.get("keepdims", self.options.get("keepdims")):
            return tuple(1 if i in axes else n for i, n in enumerate(shape))
        if self.reduces:
            return tuple(n for i, n in enumerate(shape) if i not in axes)
        pieces = keywords.get("pieces")
        ratio = Fraction(1, pieces) if pieces else self.ratio
        return tuple(int(n * ratio) if i in axes else n for i, n in enumerate(shape))

    @np.errstate(under="ignore")  # of weights in float16
    def companions(self, x: Any, **keywords: Any) -> dict[str, Array]:
        """The other arrays that it takes, for an `x`."""
        shape = np.shape(x)
        arrays = {}
        if self.variant == "where":
            arrays["where"] = mask_for(shape)
        if self.variant == "weight":
            dtype = np.asarray(x).dtype
            kind = dtype.newbyteorder("=") if dtype.kind not in "biu" else float
            arrays["weight"] = weights_for(shape).astype(kind)
        if self.takes_cotangent:
            arrays["cotangent"] = cotangent_for(self.result_shape(shape, **keywords))
        return arrays

    def __call__(self, x: Any, **keywords: Any) -> Any:
        if not self._others <= set(keywords):
            keywords = {**self.companions(x, **keywords), **keywords}
        keywords = {**self.options, **keywords}
        if self.part is not None and keywords.get("out") is not None:
            given = {k: keywords[k] for k in ("out", "weight") if k in keywords}
            keywords["out"] = self._outs(x, **given)
        arrays = [keywords.pop("cotangent")] if self.takes_cotangent else []
        result = self.function(x, *arrays, **keywords)
        return result if self.part is None else result[self.part]

    @property
    def _others(self) -> set[str]:
        cotangent = {"cotangent"} if self.takes_cotangent else set()
        return cotangent | ({self.variant} & {"where", "weight"})

    def _outs(self, x: Any, out: Any, weight: Any = 0.25) -> tuple[Any, Any]:
        """What to write both results to, of which one is looked at."""
        shape = np.shape(weight)
        known = isinstance(x, (np.ndarray, np.generic))
        dtype = result_dtype(np.asarray(x)) if known else None
        other = np.empty(shape, dtype)
        return (out, other) if self.part == 0 else (other, out)


# What is drawn differs from call to call unless a seed is given.
NOISY = {"gumbel_softmax"}


def _calls(row: Activation) -> Iterable[Call]:
    for function in (row.function, row.gradient):
        if function is None:
            continue
        names = inspect.signature(function).parameters
        variants = [v for v in ("where", "keepdims", "weight", "hard") if v in names]
        if "rng" in names and row.name not in NOISY:
            variants.append("rng")
        if "weight" in names and function is row.gradient:
            # The gradient of a single weight is a sum; that of weights like x is not.
            yield Call(row, function, "", 0)
            yield from (Call(row, function, "weight", part) for part in (0, 1))
            continue
        yield Call(row, function)
        yield from (Call(row, function, variant) for variant in variants)


CALLS = [call for row in CATALOGUE.values() for call in _calls(row)]


def every(calls: Sequence[Call]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("call", calls, ids=str)


every_call = every(CALLS)
every_elementwise_call = every([c for c in CALLS if c.elementwise])
every_call_with_an_axis = every([c for c in CALLS if not c.elementwise])
every_call_with_axes = every([c for c in CALLS if c.any_axes])
# A scalar has no axis to split or join.
every_call_with_scalars = every([c for c in CALLS if not c.one_axis])
every_call_that_keeps_the_shape = every([c for c in CALLS if c.keeps_shape])
every_float = pytest.mark.parametrize("dtype", FLOATS, ids=lambda t: t.__name__)


def cotangent_for(shape: tuple[int, ...]) -> Array:
    return np.cos(np.arange(np.prod(shape, dtype=int))).reshape(shape)


def weights_for(shape: tuple[int, ...]) -> Array:
    return np.sin(np.arange(np.prod(shape, dtype=int))).reshape(shape)


def mask_for(shape: tuple[int, ...]) -> Array:
    return np.asarray(np.arange(np.prod(shape, dtype=int)) % 3 != 1).reshape(shape)


def picked(arrays: Mapping[str, Array], index: Any) -> dict[str, Array]:
    """The same part of every array."""
    return {name: array[index] for name, array in arrays.items()}


def frozen(x: Array) -> Array:
    """Make an array read-only, so that writing to it raises."""
    x.flags.writeable = False
    return x


@np.errstate(all="ignore")  # what is made here may be subnormal
def specials(dtype: Any) -> Array:
    """Zeros, infinities, NaN, the largest and smallest floats, kinks and neighbours."""
    f = np.finfo(dtype)
    tiny = [0.0, f.smallest_subnormal, f.tiny, f.eps, 0.5, 1.0, 3.0, f.max, np.inf]
    kinks = sorted({abs(k) for row in CATALOGUE.values() for k in row.kinks})
    values = np.array([*tiny, *kinks], dtype)
    sides = [np.nextafter(values[:-1], dtype(s)) for s in (-np.inf, np.inf)]
    return np.concatenate([values, -values, *sides, np.array([np.nan] * 2, dtype)])


@cache
@np.errstate(all="ignore")
def sample(shape: tuple[int, ...], dtype: Any, *, hostile: bool = True) -> Array:
    """Values of every size in a random order, with all the special ones if hostile."""
    rng = np.random.default_rng(1)
    x = np.array(rng.normal(scale=rng.choice([0.01, 1.0, 9.0, 90.0], shape)), dtype)
    if hostile and x.size >= 3 * specials(dtype).size:
        extra = specials(dtype)
        x.reshape(-1)[rng.permutation(x.size)[: extra.size]] = extra
    return frozen(x)


def same_bits(actual: Any, expected: Any, case: Any = "") -> None:
    """Assert equal dtypes, shapes and bits; one NaN is as good as another."""
    a, b = np.asarray(actual), np.asarray(expected)
    assert (a.dtype, a.shape) == (b.dtype, b.shape), case
    assert np.array_equal(a, b, equal_nan=True), case
    numbers = ~np.isnan(b)
    assert np.array_equal(np.signbit(a[numbers]), np.signbit(b[numbers])), case


def layouts(x: Array) -> dict[str, Array]:
    """The same values in every way that memory can hold them."""
    strided = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    strided[..., ::2] = x
    raw = np.zeros(x.nbytes + 1, np.uint8)
    unaligned = raw[1:].view(x.dtype).reshape(x.shape)
    unaligned[...] = x
    return {
        "read-only": frozen(x.copy()),
        "Fortran-ordered": np.asfortranarray(x),
        "axes moved": np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0),
        "every other element": strided[..., ::2],
        "reversed": np.flip(np.flip(x).copy()),
        "last axis reversed": x[..., ::-1].copy()[..., ::-1],
        "byte-swapped": x.astype(x.dtype.newbyteorder()),
        "unaligned": unaligned,
        "byte-swapped and reversed": np.flip(np.flip(x).astype(x.dtype.newbyteorder())),
    }

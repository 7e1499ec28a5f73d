# What the tests of the package share: every public call, hostile arrays, exact bits.

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from actfn import CATALOGUE, Activation
from actfn._blocks import BLOCK

Array = NDArray[Any]

FLOATS = (np.float16, np.float32, np.float64)
LARGE = BLOCK + BLOCK // 2 + 5  # more than one block, and not a multiple of any vector


@dataclass(frozen=True)
class Call:
    """A function, derivative or vjp of the catalogue, to be called with `x` alone.

    A vjp gets a cotangent made from the shape of `x`, and a function that couples
    elements couples all of them, so that `x` may have any shape.
    """

    row: Activation
    function: Callable[..., Any]

    def __str__(self) -> str:
        return self.function.__name__

    @property
    def takes_cotangent(self) -> bool:
        return self.function is self.row.gradient and not self.row.elementwise

    @property
    def numbers(self) -> dict[str, Any]:
        """The parameters that are numbers, and their defaults."""
        return {k: v for k, v in self.row.parameters.items() if k != "axis"}

    def __call__(self, x: Any, cotangent: Any = None, **keywords: Any) -> Any:
        if not self.row.elementwise:
            keywords.setdefault("axis", None)
        if not self.takes_cotangent:
            return self.function(x, **keywords)
        if cotangent is None:
            cotangent = cotangent_for(x)
        return self.function(x, cotangent, **keywords)


CALLS = [
    Call(row, function)
    for row in CATALOGUE.values()
    for function in (row.function, row.gradient)
]


def every(calls: Sequence[Call]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("call", calls, ids=str)


every_call = every(CALLS)
every_elementwise_call = every([c for c in CALLS if c.row.elementwise])
every_coupling_call = every([c for c in CALLS if not c.row.elementwise])
every_float = pytest.mark.parametrize("dtype", FLOATS, ids=lambda t: t.__name__)


def cotangent_for(x: Any) -> Array:
    shape = np.shape(x)
    return np.cos(np.arange(np.prod(shape, dtype=int))).reshape(shape)


def frozen(x: Array) -> Array:
    """Make an array read-only, so that writing to it raises."""
    x.flags.writeable = False
    return x


@np.errstate(all="ignore")  # what is made here may be subnormal
def specials(dtype: Any) -> Array:
    """Zeros, infinities, NaN, the largest and smallest floats, kinks and neighbours."""
    f = np.finfo(dtype)
    tiny = [0.0, f.smallest_subnormal, f.tiny, f.eps, 0.5, 1.0, 3.0, f.max, np.inf]
    kinks = [k for row in CATALOGUE.values() for k in row.kinks]
    values = np.array([*tiny, *kinks], dtype)
    sides = [np.nextafter(values[:-1], dtype(s)) for s in (-np.inf, np.inf)]
    return np.concatenate([values, -values, *sides, np.array([np.nan], dtype)])


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

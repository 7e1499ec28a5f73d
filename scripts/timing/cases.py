# What is timed: every function, derivative and vjp of the catalogue at its defaults, on
# arrays of several sizes.

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actfn import CATALOGUE, Activation

Array = NDArray[Any]

DTYPES = ("float32", "float64")
SIZES = (1, 1_000, 1_000_000, 10_000_000)
FRESH, INTO = "fresh", "out"  # whether the result is allocated, or a place given
LARGE = 1_000_000  # from here on memory counts, and threads pay

_ROW = 1_000  # of functions that couple elements; two where there is one


@dataclass(frozen=True)
class Case:
    """A function, derivative or vjp of the catalogue."""

    row: Activation
    function: Callable[..., Any]

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def is_gradient(self) -> bool:
        return self.function is self.row.gradient

    @property
    def takes_cotangent(self) -> bool:
        return self.name.endswith("_vjp")

    @property
    def keywords(self) -> dict[str, Any]:
        """What it is called with: rows are along the last axis, noise is always drawn.

        Not of rrelu, which draws in training only.
        """
        known = inspect.signature(self.function).parameters
        given: dict[str, Any] = {"axis": -1} if "axis" in known else {}
        if "tau" in known:
            given["rng"] = np.random.default_rng(0)
        return given

    def shape(self, size: int) -> tuple[int, ...]:
        """The shape of an input of about this size."""
        if "axis" not in self.row.parameters:
            return (size,)
        return (max(1, size // _ROW), max(2, min(size, _ROW)))


@dataclass(frozen=True)
class Inputs:
    """A case with the arrays that it is called with.

    Attributes:
        case: The function, derivative or vjp.
        x: Normally distributed numbers, twice as wide as the standard.
        cotangent: For a vjp, numbers of the shape of the function's result.
    """

    case: Case
    x: Array
    cotangent: Array | None

    @property
    def arrays(self) -> tuple[Array, ...]:
        return (self.x,) if self.cotangent is None else (self.x, self.cotangent)

    def fresh(self) -> Callable[[], Any]:
        """The call that allocates its result."""
        return partial(self.case.function, *self.arrays, **self.case.keywords)

    def into(self, out: Any) -> Callable[[], Any]:
        """The call that writes its result to `out`."""
        keywords = {**self.case.keywords, "out": out}
        return partial(self.case.function, *self.arrays, **keywords)

    def out(self) -> Any:
        """A place for the result; two for a vjp that gives two."""
        result = self.fresh()()
        if isinstance(result, tuple):
            return tuple(np.zeros_like(part) for part in result)
        return np.zeros_like(result)


def cases() -> dict[str, Case]:
    """Everything that the catalogue has, by name."""
    pairs = [(r, f) for r in CATALOGUE.values() for f in (r.function, r.gradient)]
    return {f.__name__: Case(row, f) for row, f in pairs if f is not None}


def inputs(case: Case, dtype: str, size: int) -> Inputs:
    """Arrays for a case, the same in every run."""
    x = _numbers(0, dtype, case.shape(size))
    if not case.takes_cotangent:
        return Inputs(case, x, None)
    result = Inputs(Case(case.row, case.row.function), x[:1], None).fresh()()
    return Inputs(case, x, _numbers(1, dtype, (*x.shape[:1], *np.shape(result)[1:])))


def _numbers(seed: int, dtype: str, shape: tuple[int, ...]) -> Array:
    """A view of numbers that are drawn once."""
    needed = int(np.prod(shape))
    drawn = max(needed, LARGE)
    return _drawn(seed, dtype, drawn)[:needed].reshape(shape)


@cache
def _drawn(seed: int, dtype: str, size: int) -> Array:
    x = 2 * np.random.default_rng(seed).standard_normal(size)
    x = x.astype(dtype)
    x.flags.writeable = False
    return x

# The only place that raises about inputs. Every message quotes what came, says what
# was expected and how to mend it.

import math
import reprlib
from collections.abc import Sequence
from numbers import Real
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[Any]
Scratch: TypeAlias = Sequence[Array]
Out: TypeAlias = Array | None
Axis: TypeAlias = int | Sequence[int] | None

# What NumPy's own ufuncs are typed to return: a scalar for a scalar, otherwise an
# array. A union of both would make every caller write a cast.
Result: TypeAlias = Any

_NATIVE = {np.dtype(t): np.dtype(t) for t in (np.float16, np.float32, np.float64)}
_FLOAT64 = np.dtype(np.float64)
_MENDING = {
    "c": "take x.real or abs(x) first",
    "f": "round it first, for example x.astype(np.float64)",
    "S": "convert it first, for example np.asarray(x, dtype=np.float64)",
    "U": "convert it first, for example np.asarray(x, dtype=np.float64)",
    "O": "convert it first, for example np.asarray(x, dtype=np.float64)",
    "V": "take one of its fields first",
}


def real_array(x: ArrayLike, name: str = "x") -> Array:
    """Read `x` as an array of real numbers, without copying an array."""
    if type(x) is not np.ndarray:
        x = _as_array(x, name)
    if x.dtype not in _NATIVE and not _is_integer_or_swapped(x.dtype):
        shown = repr(x.item()) if x.ndim == 0 else reprlib.repr(x[:7].tolist())
        mending = _MENDING.get(x.dtype.kind, "convert it to numbers first")
        raise TypeError(
            f"{name} must hold real numbers (bool, integer, float16, float32 or "
            f"float64), got dtype {x.dtype}: {shown[:80]}; {mending}"
        )
    return x


def _is_integer_or_swapped(dtype: np.dtype[Any]) -> bool:
    # Not every dtype has a byte order: StringDType raises when asked for one.
    return dtype.kind in "biu" or (
        dtype.kind == "f" and dtype.newbyteorder("=") in _NATIVE
    )


def _as_array(x: ArrayLike, name: str) -> Array:
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(
            f"{name} must not be a masked array, its mask would be lost; got "
            f"{reprlib.repr(x)}; use {name}.filled(np.nan) or {name}.compressed()"
        )
    try:
        return np.asarray(x)
    except ValueError:
        raise ValueError(
            f"{name} must be a number or an array whose rows have equal lengths, got "
            f"{reprlib.repr(x)}"
        ) from None


def result_dtype(x: Array) -> np.dtype[Any]:
    """The dtype of what is computed from `x`: its own float dtype, else float64."""
    return _NATIVE.get(x.dtype.newbyteorder("="), _FLOAT64)


def output(out: Out, like: Array) -> Array:
    """Give `out` after checking it, or a new array for results computed from `like`."""
    dtype = result_dtype(like)
    if out is None:
        return np.empty_like(like, dtype=dtype, subok=False)
    if not isinstance(out, np.ndarray) or isinstance(out, np.ma.MaskedArray):
        raise TypeError(
            f"out must be a NumPy array (and not a masked one), got "
            f"{type(out).__name__}: {reprlib.repr(out)}"
        )
    wanted = f"make it with np.empty({like.shape}, np.{dtype})"
    if out.dtype != dtype:
        raise TypeError(
            f"out must have the result's dtype {dtype}, got {out.dtype}; {wanted}"
        )
    if out.shape != like.shape:
        raise ValueError(
            f"out must have the result's shape {like.shape}, got {out.shape}; {wanted}"
        )
    if not out.flags.writeable:
        raise ValueError(f"out must be writeable, got a read-only array; {wanted}")
    if _meets_itself(out):
        raise ValueError(
            f"out must have a place of its own for every element, got shape "
            f"{out.shape} with strides {out.strides}; {wanted}"
        )
    return out


def _meets_itself(out: Array) -> bool:
    # Sufficient, and exact for everything but hand-made strides: walking from the
    # smallest stride up, each step must leave the bytes covered so far behind.
    covered = out.itemsize
    for stride, n in sorted((abs(s), n) for s, n in zip(out.strides, out.shape)):
        if n > 1 and stride < covered:
            return out.size > 0
        covered += stride * (n - 1)
    return False


def finite(**parameter: float) -> float:
    """Check one real, finite parameter, given by its name."""
    ((name, value),) = parameter.items()
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, Real):
        raise TypeError(
            f"{name} must be a real number, got {type(value).__name__}: "
            f"{reprlib.repr(value)}"
        )
    try:
        number = float(value)
    except OverflowError:  # of an integer or a fraction
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, got {reprlib.repr(value)}")
    return number


def positive(**parameter: float) -> float:
    """Check one finite parameter that must be above zero, given by its name."""
    ((name, value),) = parameter.items()
    checked = finite(**parameter)
    if checked <= 0:
        raise ValueError(f"{name} must be greater than 0, got {value!r}")
    return checked


def representable(parameters: Sequence[float], dtype: np.dtype[Any]) -> list[Any]:
    """Round parameters to the dtype that is computed in, if they fit."""
    rounded = [dtype.type(p) for p in parameters]
    for parameter, value in zip(parameters, rounded):
        if not np.isfinite(value) or (parameter and not value):
            raise ValueError(
                f"a parameter must fit the dtype of x, got {parameter!r} with "
                f"{dtype}; convert x to float64 first"
            )
    return rounded


def axes(axis: Axis, x: Array) -> tuple[int, ...]:
    """The axes to normalise over, as sorted non-negative integers."""
    if axis is None:
        return tuple(range(x.ndim))
    given = axis if isinstance(axis, Sequence) else (axis,)
    checked = sorted({_one_axis(a, x.ndim) for a in given})
    if len(checked) < len(given) or not given:
        raise ValueError(f"axis must name one or more different axes, got {axis!r}")
    return tuple(checked)


def _one_axis(axis: int, ndim: int) -> int:
    if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)):
        raise TypeError(
            f"axis must be an integer, a tuple of integers or None, got "
            f"{type(axis).__name__}: {axis!r}"
        )
    if ndim == 0:
        raise np.exceptions.AxisError(
            f"axis must be None for a scalar, got {axis}; give x at least one dimension"
        )
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(
            f"axis must be between {-ndim} and {ndim - 1} for x with {ndim} "
            f"dimension{'s' * (ndim > 1)}, got {axis}"
        )
    return int(axis) % ndim


def with_cotangent(x: ArrayLike, cotangent: ArrayLike) -> tuple[Array, Array]:
    """Read `x` and a cotangent of the shape of its result."""
    array = real_array(x)
    other = real_array(cotangent, "cotangent")
    if other.shape != array.shape:
        raise ValueError(
            f"cotangent must have the shape {array.shape} of x, got {other.shape}"
        )
    return array, other

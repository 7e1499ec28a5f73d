# The only place that raises about inputs. Every message quotes what came, says what
# was expected and how to mend it.

import math
import reprlib
import sys
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[Any]
Scratch: TypeAlias = Sequence[Array]
Out: TypeAlias = Array | None
Axis: TypeAlias = int | Sequence[int] | None
Where: TypeAlias = ArrayLike | None
Rng: TypeAlias = "np.random.Generator | int | None"

# What NumPy's own ufuncs are typed to return: a scalar for a scalar, otherwise an
# array. A union of both would make every caller write a cast.
Result: TypeAlias = Any

_NATIVE = {np.dtype(t) for t in (np.float16, np.float32, np.float64)}
_FLOAT64 = np.dtype(np.float64)
_AS_FLOAT64 = "x.astype(np.float64)"
_MENDING = {
    "c": "take x.real or abs(x) first",
    "f": f"round it first, for example {_AS_FLOAT64}",
    "S": "convert it first, for example np.asarray(x, dtype=np.float64)",
    "U": "convert it first, for example np.asarray(x, dtype=np.float64)",
    "O": "convert it first, for example np.asarray(x, dtype=np.float64)",
    "V": "take one of its fields first",
}


def real_array(x: ArrayLike, name: str = "x") -> Array:
    """Read `x` as an array of real numbers, without copying an array.

    A Dask array stays one.
    """
    if type(x) is not np.ndarray:
        x = _as_array(x, name)
    if not (x.dtype in _NATIVE or _is_number(x.dtype)):
        mending = _MENDING.get(x.dtype.kind, "convert it to numbers first")
        if is_dask(x):
            mending = mending.replace("np.asarray(x, dtype=np.float64)", _AS_FLOAT64)
        raise TypeError(
            f"{name} must hold real numbers (bool, integer, float16, float32, float64 "
            f"or bfloat16), got dtype {x.dtype}: {_excerpt(x)}; {mending}"
        )
    return x


def is_dask(*arrays: Any) -> bool:
    """Whether one of the arrays is a Dask array; without importing Dask to see."""
    core = sys.modules.get("dask.array.core")
    kind = getattr(core, "Array", ())
    return core is not None and any(isinstance(a, kind) for a in arrays)


def _excerpt(x: Array) -> str:
    if is_dask(x):
        return reprlib.repr(x)  # its numbers are not known
    shown = repr(x.item()) if x.ndim == 0 else reprlib.repr(x[:7].tolist())
    return shown[:80]


def _is_number(dtype: np.dtype[Any]) -> bool:
    # Not every dtype has a byte order: StringDType raises when asked for one.
    return (
        dtype.kind in "biu"
        or (dtype.kind == "f" and dtype.newbyteorder("=") in _NATIVE)
        or _is_bfloat16(dtype)
    )


def _as_array(x: ArrayLike, name: str) -> Array:
    if is_dask(x):
        return _dask_array(x, name)
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


def _dask_array(x: Any, name: str) -> Array:
    if type(x._meta) is not np.ndarray:
        masked = isinstance(x._meta, np.ma.MaskedArray)
        mending = "np.ma.filled, np.nan" if masked else "np.asarray"
        raise TypeError(
            f"{name} must be a Dask array of NumPy arrays, got one of "
            f"{type(x._meta).__name__}: {reprlib.repr(x)}; convert its chunks first, "
            f"for example with {name}.map_blocks({mending})"
        )
    checked: Array = x
    return checked


def no_out(out: Any) -> None:
    """Refuse a place for a result that is not computed yet."""
    if out is not None:
        raise TypeError(
            f"out must be None for a Dask array, whose result is lazy, got "
            f"{type(out).__name__}: {reprlib.repr(out)}; compute the result, or write "
            f"it chunk by chunk with dask.array.store(result, out)"
        )


def known_lengths(x: Any, axes: Iterable[int]) -> None:
    """Refuse Dask arrays that cannot be cut anew, as they do not know their lengths."""
    if any(math.isnan(x.shape[i]) for i in axes):
        raise ValueError(
            f"x must have chunks of known sizes here, got shape {x.shape} and chunks "
            f"{reprlib.repr(x.chunks)}; call x.compute_chunk_sizes() first"
        )


def cut_alike(a: Any, x: Any, axis: int) -> None:
    """Refuse arrays that cannot be cut alike, as not all lengths are known."""
    if not is_dask(a) or a.numblocks[axis] != x.numblocks[axis]:
        raise ValueError(
            f"arrays must be cut alike where the sizes of chunks are unknown, got "
            f"chunks {reprlib.repr(x.chunks)} of x and "
            f"{reprlib.repr(getattr(a, 'chunks', a.shape))}; call "
            f"compute_chunk_sizes() first"
        )


def result_dtype(x: Array) -> np.dtype[Any]:
    """The dtype of what is computed from `x`: its own float dtype, else float64."""
    dtype = x.dtype.newbyteorder("=")
    return dtype if dtype in _NATIVE or _is_bfloat16(dtype) else _FLOAT64


def _is_bfloat16(dtype: np.dtype[Any]) -> bool:
    # NumPy has no such dtype; the package ml_dtypes gives it one, by this name.
    return dtype.name == "bfloat16"


def output(out: Out, like: Array, shape: tuple[int, ...] | None = None) -> Array:
    """Give `out` after checking it, or a new array for results computed from `like`.

    The shape is that of `like` unless another is given.
    """
    dtype = result_dtype(like)
    shape = like.shape if shape is None else shape
    if out is None:
        return np.empty_like(like, dtype=dtype, subok=False, shape=shape)
    if type(out) is not np.ndarray and not _acts_as_array(out):
        raise TypeError(
            f"out must be a NumPy array (and neither masked nor a matrix), got "
            f"{type(out).__name__}: {reprlib.repr(out)}"
        )
    if out.dtype == dtype and out.shape == shape and out.flags.carray:
        return out  # what usually comes, fast
    wanted = f"make it with np.empty({shape}, {_shown(dtype)})"
    if out.dtype != dtype:
        raise TypeError(
            f"out must have the result's dtype {dtype}, got {out.dtype}; {wanted}"
        )
    if out.shape != shape:
        raise ValueError(
            f"out must have the result's shape {shape}, got {out.shape}; {wanted}"
        )
    if not out.flags.writeable:
        raise ValueError(f"out must be writeable, got a read-only array; {wanted}")
    if _meets_itself(out):
        raise ValueError(
            f"out must have a place of its own for every element, got shape "
            f"{out.shape} with strides {out.strides}; {wanted}"
        )
    return out


def _acts_as_array(out: Any) -> bool:
    # The mask of a masked array would stay, and a matrix cannot become a vector.
    unlike = np.ma.MaskedArray | np.matrix
    return isinstance(out, np.ndarray) and not isinstance(out, unlike)


def _shown(dtype: np.dtype[Any]) -> str:
    module = "ml_dtypes" if _is_bfloat16(dtype) else "np"
    return f"{module}.{dtype}"


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
    if type(value) is float and math.isfinite(value):  # what usually comes, fast
        return value
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


def not_negative(**parameter: float) -> float:
    """Check one finite parameter that must be 0 or above, given by its name."""
    ((name, value),) = parameter.items()
    checked = finite(**parameter)
    if checked < 0:
        raise ValueError(f"{name} must be 0 or greater, got {value!r}")
    return checked


def ordered(**parameters: float) -> tuple[float, float]:
    """Check two finite parameters of which the first must not exceed the second."""
    low, high = (finite(**{name: value}) for name, value in parameters.items())
    if low > high:
        (first, a), (second, b) = parameters.items()
        raise ValueError(
            f"{first} must not be greater than {second}, got {first}={a!r} and "
            f"{second}={b!r}"
        )
    return low, high


def whole(**parameter: int) -> int:
    """Check one integer parameter of at least 1, given by its name."""
    ((name, value),) = parameter.items()
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(
            f"{name} must be an integer, got {type(value).__name__}: "
            f"{reprlib.repr(value)}"
        )
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value!r}")
    return int(value)


def generator(rng: Rng) -> "np.random.Generator":
    """Give the generator, or a new one made from a seed."""
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError):
        raise TypeError(
            f"rng must be a numpy.random.Generator or a seed, got "
            f"{type(rng).__name__}: {reprlib.repr(rng)}; make one with "
            f"np.random.default_rng(0)"
        ) from None


def seed(rng: Rng) -> Rng:
    """Check a seed of draws that are made later, when a result is computed."""
    if isinstance(rng, np.random.Generator | np.random.BitGenerator):
        raise TypeError(
            f"rng must be a seed or None for a Dask array, got "
            f"{reprlib.repr(rng)}, which could move on only when the result is "
            f"computed; draw a seed from it, for example rng=rng.integers(2**63)"
        )
    return rng


def representable(parameters: Sequence[float], dtype: np.dtype[Any]) -> list[Any]:
    """Round parameters to the dtype that is computed in, if they fit."""
    rounded = [dtype.type(p) for p in parameters]
    for parameter, value in zip(parameters, rounded):
        if not math.isfinite(value) or (parameter and not value):
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


def reduced(x: Array, axes: tuple[int, ...], keepdims: bool) -> tuple[int, ...]:
    """The shape of `x` when the axes have become 1, or are gone."""
    if not isinstance(keepdims, (bool, np.bool_)):
        raise TypeError(
            f"keepdims must be True or False, got {type(keepdims).__name__}: "
            f"{keepdims!r}"
        )
    if keepdims:
        return tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    return tuple(n for i, n in enumerate(x.shape) if i not in axes)


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


def one_axis(axis: int, x: Array) -> int:
    """The axis to split or join along, as a non-negative integer."""
    return _one_axis(axis, x.ndim)


def parts(x: Array, axis: int, count: int) -> int:
    """The axis, checked to have a length that `count` divides."""
    checked = _one_axis(axis, x.ndim)
    known_lengths(x, [checked])
    if x.shape[checked] % count:
        raise ValueError(
            f"x must have a length along axis {axis} that is a multiple of {count}, "
            f"got shape {x.shape}"
        )
    return checked


def mask(where: ArrayLike, x: Array) -> Array:
    """Read a mask of the shape of `x`, or one that broadcasts to it."""
    array = _as_array(where, "where")
    if array.dtype != np.bool_:
        raise TypeError(
            f"where must be boolean, true where an element counts, got dtype "
            f"{array.dtype}: {_excerpt(array)}; compare first, for example where != 0"
        )
    return broadcast("where", array, x)


def weight(values: ArrayLike, x: Array) -> Array:
    """Read weights of the shape of `x`, or such that broadcast to it."""
    return broadcast("weight", real_array(values, "weight"), x)


def broadcast(name: str, array: Array, x: Array) -> Array:
    """Repeat an array to the shape of `x`; Dask does so chunk by chunk."""
    try:
        if not is_dask(array, x):
            return np.broadcast_to(array, x.shape)
        if not _repeats(array.shape, x.shape):
            raise ValueError
    except ValueError:
        raise ValueError(
            f"{name} must broadcast to the shape {x.shape} of x, got {array.shape}; "
            f"give it axes of length 1, for example with np.expand_dims"
        ) from None
    return array


def _repeats(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    pairs = zip(reversed(shape), reversed(wanted))
    return len(shape) <= len(wanted) and all(m == 1 or _alike(m, n) for m, n in pairs)


def _alike(m: float, n: float) -> bool:
    return m == n or math.isnan(m) or math.isnan(n)  # Dask may not know a length yet


def with_cotangent(x: ArrayLike, cotangent: ArrayLike) -> tuple[Array, Array]:
    """Read `x` and a cotangent of its shape."""
    array = real_array(x)
    return array, shaped_cotangent(cotangent, array.shape)


def shaped_cotangent(cotangent: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Read a cotangent of the shape of a result."""
    array = real_array(cotangent, "cotangent")
    alike = array.ndim == len(shape) and all(map(_alike, array.shape, shape))
    if not alike:
        raise ValueError(
            f"cotangent must have the shape {shape} of the result, got {array.shape}"
        )
    return array

"""Checks for activation functions of your own: the derivative, the vjp, the error.

The package's own functions pass them. They need NumPy alone, and work in any test
runner and without one: what is wrong raises an `AssertionError` that says where.
"""

import reprlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from . import _slopes, _ulps, _validation
from ._slopes import FAR
from ._validation import Array, Rng
from ._verdicts import Verdict

__all__ = ["UlpError", "check_derivative", "check_vjp", "max_ulp_error"]

Function = Callable[[Any], Any]

_COTANGENTS = 3
_ELEMENTS = 64


def check_derivative(
    function: Callable[[Any], Any],
    derivative: Callable[[Any], Any],
    x: ArrayLike | None = None,
    /,
    *,
    kinks: Sequence[float] = (),
    rtol: float = 1e-6,
    atol: float = 0.0,
) -> float:
    """Compare a derivative with the slopes of its elementwise function.

    The slope at each point comes from values on both sides of it, in float64, with
    steps of many lengths, each with a bound on its error. A derivative is right where
    it agrees within the bound of the best step, or within the tolerance. Tails count:
    where the function is 1e-20 and keeps its digits, its derivative must do so too.

    At a kink the derivative may take any value between the slopes of the two sides.
    Beyond ±1e6, where a wave is lost beside `x`, it need only be finite. Where the
    function is not finite, nothing is compared.

    Args:
        function: A function of one array that gives an array of its shape, in float64
            for float64.
        derivative: Its derivative, of the same kind.
        x: Where to compare: numbers of any shape. By default some 300 of both signs
            and of all sizes, and each kink with its neighbours.
        kinks: Where the slope jumps, or the function itself does.
        rtol: The relative difference that is allowed beside the bound.
        atol: The absolute difference that is allowed beside it, such as 1e-15 for a
            function that loses its digits where it is small.

    Returns:
        The largest relative difference where the slope is known to within `rtol`.

    Raises:
        AssertionError: If the derivative is wrong somewhere, a kink is not named, or
            the function is too rough to have slopes.
        TypeError: If `x` or `kinks` does not hold real numbers, a tolerance is not one,
            or a result is not of float64.
        ValueError: If a result has another shape than `x`, a tolerance is negative, or
            the function is finite nowhere.

    Examples:
        >>> import numpy as np
        >>> from actfn.testing import check_derivative
        >>> check_derivative(np.arctan, lambda x: 1 / (1 + x**2)) < 1e-6
        True
        >>> check_derivative(np.abs, np.sign, kinks=[0.0]) < 1e-6
        True
        >>> try:
        ...     check_derivative(np.sin, np.sin, [0.0])
        ... except AssertionError as error:
        ...     print(str(error)[:44])
        the derivative is wrong at x = 0: it gives 0
    """
    bends = _floats(kinks, "kinks").ravel()
    points = _points(bends) if x is None else _floats(x)
    limits = _limits(rtol, atol)
    with np.errstate(all="ignore"):
        used = np.isfinite(_result("function", function, points))
        given = _result("derivative", derivative, points)
        if not used.any():
            raise ValueError(
                f"function must be finite at some of the points, got "
                f"{reprlib.repr(points.ravel().tolist())}; choose others"
            )
        steps = _slopes.steps(points, bends)
        found = _slopes.slopes(function, points, steps, bends)
        named = np.any(
            [np.zeros_like(used), *(_slopes.at(k, points) for k in bends)], 0
        )
        verdict = Verdict(
            "derivative", given, found, used, named, lambda i: f"x = {points[i]:.9g}"
        )
        verdict.refuse_rough(used & (np.abs(points) <= FAR))
        verdict.refuse_kinks()
        return verdict.largest_difference(*limits)


def check_vjp(
    function: Callable[[Any], Any],
    vjp: Callable[[Any, Any], Any],
    x: ArrayLike,
    /,
    *,
    rtol: float = 1e-6,
    atol: float = 0.0,
    rng: Rng = 0,
) -> float:
    """Compare a vector-Jacobian product with what moving `x` does to the results.

    The vjp for a cotangent is the gradient of `np.sum(cotangent * function(x))`. For
    three random cotangents, its elements (of more than 64, as many chosen at random)
    and its product with a random direction are compared with slopes, as in
    [`check_derivative`][actfn.testing.check_derivative].

    Args:
        function: A function of one array that gives an array of any shape, in float64
            for float64. Fix other arguments, and seeds, with `functools.partial`.
        vjp: Its vjp: a function of the array and a cotangent, which has the shape of
            the result, that gives an array of the shape of `x`.
        x: Where to compare: a small array of numbers without ties.
        rtol: The relative difference that is allowed beside the bound of the slope.
        atol: The absolute difference that is allowed beside it.
        rng: A generator, or a seed, for cotangents and directions.

    Returns:
        The largest relative difference where the slope is known to within `rtol`.

    Raises:
        AssertionError: If the vjp is wrong, or the function is too rough to have
            slopes.
        TypeError: If `x` does not hold real numbers, a tolerance is not one, a result
            is not of float64, or `rng` is neither a generator nor a seed.
        ValueError: If the vjp has another shape than `x`, a tolerance is negative, or
            the function gives nothing, or something that is not finite.

    Examples:
        >>> from functools import partial
        >>> from actfn import softmax, softmax_vjp
        >>> from actfn.testing import check_vjp
        >>> rows = partial(softmax, axis=1), partial(softmax_vjp, axis=1)
        >>> check_vjp(*rows, [[0.5, -1.0, 2.0], [0.0, 3.0, 1.0]]) < 1e-6
        True
    """
    x, limits, rng = _floats(x), _limits(rtol, atol), _validation.generator(rng)
    with np.errstate(all="ignore"):
        y = _result("function", function, x, keeps_shape=False)
        if not (x.size and y.size and np.isfinite(y).all()):
            raise ValueError(
                f"function must give finite numbers for x, got {y} for {x}; choose "
                f"another x"
            )
        cotangents = rng.normal(size=(_COTANGENTS, *y.shape))
        products = np.array([_result("vjp", vjp, x, c.copy()) for c in cotangents])
        chosen, moves = _moves(x.size, rng)
        given = _inner(moves, products)
        given[:-1] = products.reshape(_COTANGENTS, -1).T[chosen]
        found = _slopes.slopes(
            _moved(function, x, moves, cotangents),
            np.zeros(given.shape),
            _slopes.steps(np.full(given.shape, np.abs(x).max())),
            noise=_noise(cotangents * y, products * x),
        )
        places = [*(_place(i, x.shape) for i in chosen), "a random direction"]
        everywhere = np.ones(given.shape, bool)
        verdict = Verdict(
            "vjp", given, found, everywhere, found.bent, lambda i: places[i[0]]
        )
        verdict.refuse_rough(everywhere)
        return verdict.largest_difference(*limits)


@dataclass(frozen=True)
class UlpError:
    """The largest error of a function, and where it is made.

    Attributes:
        ulp: The error in units in the last place of what is expected; infinite for a
            wrong infinity or NaN.
        x: The first point where it is made.
        value: What the function gives there.
        expected: What it should give, as the nearest Python float.
    """

    ulp: float
    x: Any
    value: Any
    expected: float


def max_ulp_error(
    function: Callable[[Any], Any],
    reference: Callable[[Any], Any],
    x: ArrayLike | None = None,
    /,
    *,
    dtype: DTypeLike = np.float32,
) -> UlpError:
    """Find the largest error of an elementwise function, in units in the last place.

    One ulp is the distance between neighbouring numbers of the dtype where the expected
    value lies, so that errors of tiny and of huge values count alike, and a result that
    is rounded correctly is off by half of one at most. Subnormal numbers have their own
    small ulp: to flush them to zero is an error. The zeros of both signs are equal.
    Infinite and NaN are right where the expected value is, once rounded to the dtype.

    The error found is as good as the reference. A formula that cancels or overflows is
    no reference where it does so in float64 too.

    Args:
        function: A function of one array that keeps its shape and dtype.
        reference: The same in more digits. It gets the points in float64, and gives an
            array of float64 or, where float64 itself is measured, of `np.longdouble`;
            or a list of Decimal, Fraction or mpmath numbers.
        x: Where to measure: numbers of any shape, which are rounded to the dtype. By
            default finite numbers of every exponent and both signs: some 65,000 at even
            strides through the bit patterns, and all of float16.
        dtype: float16, float32 or float64.

    Returns:
        The error, with the point where it is made; of several, the first, which among
            the default points is the one next to 0.

    Raises:
        TypeError: If the dtype is another, `x` does not hold real numbers, the function
            does not keep the dtype, or the reference is not more precise.
        ValueError: If `x` is empty, or a result has another shape.

    Examples:
        >>> import numpy as np
        >>> from actfn import sigmoid
        >>> from actfn.testing import max_ulp_error
        >>> max_ulp_error(sigmoid, sigmoid).ulp < 4
        True
        >>> error = max_ulp_error(lambda x: 1 / (1 + np.exp(-x)), sigmoid)
        >>> error.ulp > 1e6, error.value, error.x < -88
        (True, np.float32(0.0), np.True_)
    """
    kind = _ulps.narrow(dtype)
    with np.errstate(all="ignore"):
        points = _ulps.sweep(kind) if x is None else _floats(x).astype(kind)
        if not points.size:
            raise ValueError(
                f"x must hold at least one number, got shape {points.shape}"
            )
        y = _result("function", function, points)
        expected = _ulps.exact(reference(points.astype(float)), points)
        errors = _ulps.ulps(y, expected)
        i = np.unravel_index(int(errors.argmax()), errors.shape)
        right = _ulps.nearest(expected)[i]
        return UlpError(float(errors[i]), points[i], y[i], float(right))


def _floats(x: ArrayLike, name: str = "x") -> Array:
    return _validation.real_array(x, name).astype(float)


def _limits(rtol: float, atol: float) -> tuple[float, float]:
    return _validation.not_negative(rtol=rtol), _validation.not_negative(atol=atol)


def _points(kinks: Array) -> Array:
    """Numbers of both signs and all sizes, and kinks with what lies beside them."""
    exponents = [-300, -200, -100, -50, -30, *range(-20, -3, 2), *range(4, 11), 30, 300]
    sizes = [np.geomspace(1e-3, 1e3, 61), 10.0 ** np.array(exponents)]
    positive = np.concatenate([*sizes, np.linspace(0.25, 12, 48)])
    beside = [d * np.maximum(np.abs(kinks), 1) for d in (1e-9, 1e-6, 1e-3, 0.1)]
    sides = [kinks + sign * d for d in beside for sign in (-1, 1)]
    return np.unique(np.concatenate([[0.0], positive, -positive, kinks, *sides]))


def _result(
    name: str,
    function: Callable[..., Any],
    x: Array,
    *others: Array,
    keeps_shape: bool = True,
) -> Array:
    """Call a function with a copy of `x`, and check what it gives."""
    y = np.array(function(x.copy(), *others))
    if y.dtype != x.dtype:
        raise TypeError(
            f"{name} must give {x.dtype} for {x.dtype}, got {y.dtype}; a constant that "
            f"is a NumPy scalar or an array widens its result, a Python float does not"
        )
    if keeps_shape and y.shape != x.shape:
        raise ValueError(
            f"{name} must give a result of the shape {x.shape} of x, got {y.shape}"
        )
    return y


def _moves(size: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Elements to move alone, and moves: of each of them, and in a random direction."""
    few = size <= _ELEMENTS
    chosen = np.arange(size) if few else rng.permutation(size)[:_ELEMENTS]
    direction = rng.normal(size=size)
    direction /= np.linalg.norm(direction)
    return chosen, np.array([*np.eye(size)[chosen], direction])


def _place(i: int, shape: tuple[int, ...]) -> str:
    found = [int(place) for place in np.unravel_index(i, shape)]
    return f"element {found[0] if len(found) == 1 else tuple(found)} of x"


def _moved(function: Function, x: Array, moves: Array, cotangents: Array) -> Function:
    """What becomes of each sum of a cotangent times the results, as `x` moves by t."""

    def sums(t: Array) -> Array:
        steps = [by * move.reshape(x.shape) for by, move in zip(t[:, 0], moves)]
        values = [np.array(function(x + step)) for step in steps]
        return _inner(np.array(values), cotangents)

    return sums


def _inner(a: Array, b: Array) -> Array:
    """Inner products of each part of one array with each part of another."""
    result: Array = a.reshape(len(a), -1) @ b.reshape(len(b), -1).T
    return result


def _noise(terms: Array, changes: Array) -> Array:
    """What sums may be off, whose terms are, and whose arguments are rounded."""
    sizes = [np.abs(a).reshape(len(a), -1) for a in (terms, changes)]
    total, moved = (size.sum(1, where=np.isfinite(size)) for size in sizes)
    result: Array = np.finfo(float).eps * (4 * total + moved)
    return result

# Every function and derivative against mpmath: all exponents, tails, kinks.

import itertools
import math
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from judge import (
    BY_VECTOR,
    exact,
    measure,
    points,
    product,
    settled,
    settled_vector,
    slope,
    ulps,
    ulps_between,
)
from laboratory import CALLS, Call, every, every_float, same_bits, sample
from mpmath import fsum, mpf
from numpy.typing import NDArray

from actfn import CATALOGUE, Activation

# With a mask, kept axes or noise, a call gives what the laws of the contract say it
# gives by what it gives without.
PLAIN = [c for c in CALLS if c.variant in {"", "weight"}]
ELEMENTWISE = [c for c in PLAIN if c.elementwise]
COUPLING = [c for c in PLAIN if c.any_axes]
PAIRWISE = [c for c in PLAIN if c.one_axis]

LIMIT = 4.0

WAVES = {"sine", "snake"}

VECTORS = [
    [0.0, 0.0],
    [2.0, 1.25, 0.1],
    [1.0, 700.3, -0.7, 690.1],
    [-30.0, 5.5, 41.25],
    [0.5, 0.3125, -2.0, 0.25, 0.375],
    [1e-9, 0.0, -1e-12, 88.7, 3.0],
    [1000.1, 1000.2, 999.9, 1000.45],
    [0.3],
]


def judged(call: Call, x: Any, **parameters: Any) -> Any:
    """What an elementwise call should give at x, for a cotangent of 1."""
    f, x = exact(call.row), mpf(float(x))
    given = {name: mpf(float(value)) for name, value in parameters.items()}
    if call.row.name in WAVES and given:
        return judged_wave(call, x, **given)
    if call.part == 1:
        weight = given.pop("weight")
        return slope(lambda t: f(x, weight=t, **given), weight)
    if call.function is call.row.gradient:
        return slope(lambda t: f(t, **given), x)
    return settled(lambda: f(x, **given))


def judged_wave(call: Call, x: Any, **given: Any) -> Any:
    """The same, of a wave: its docstring says that the product is rounded first."""
    ((_, rate),) = given.items()
    f, z = exact(call.row), mpf(float(rate) * float(x))
    if call.function is call.row.gradient:
        return slope(f, z) * (rate if call.row.name == "sine" else 1)
    return settled(lambda: f(z) if call.row.name == "sine" else x + (f(z) - z) / rate)


def floor(call: Call) -> float:
    return call.row.gradient_floor if call.function is call.row.gradient else 0.0


def sizes(call: Call, y: Any) -> Any:
    """The numbers whose ulp the errors are measured in."""
    return np.maximum(np.abs(y), y.dtype.type(floor(call)))


def worst(x: Any, errors: Any) -> str:
    i = int(np.argmax(errors))
    return f"{errors[i]:.3g} ulp at {x[i]!r}"


def result(call: Call, x: Any, **parameters: Any) -> Any:
    ones = {"cotangent": np.ones_like(x)} if call.takes_cotangent else {}
    return call(x, **ones, **parameters)


@every(ELEMENTWISE)
def test_float64_is_within_a_few_ulp_at_all_exponents(call: Call) -> None:
    x = points(np.float64)
    weights = call.companions(x).get("weight")
    y = result(call, x)
    if weights is None:
        expected = [judged(call, v) for v in x]
    else:
        expected = [judged(call, v, weight=w) for v, w in zip(x, weights)]
    errors = [ulps(a, b, c) for a, b, c in zip(y, expected, sizes(call, y))]
    assert max(errors) <= LIMIT, worst(x, errors)


@pytest.mark.parametrize("shape", [(), (5,), (4, 1), (3, 1, 1), (1, 5), (3, 4, 5)])
@every_float
def test_the_gradient_of_a_shared_weight_is_a_sum(
    shape: tuple[int, ...], dtype: Any
) -> None:
    # Of the terms that column by column make up the Jacobian.
    x = sample((3, 4, 5), dtype, hostile=False)
    g = np.cos(np.arange(60)).reshape(x.shape)
    weight = np.sin(np.arange(math.prod(shape)) + 0.5).reshape(shape)
    y = CATALOGUE["prelu"].gradient(x, g, weight)[1]  # type: ignore[misc]
    assert (y.dtype, np.shape(y)) == (dtype, shape)
    place = np.broadcast_to(np.arange(weight.size).reshape(shape), x.shape)
    for i, value in enumerate(np.ravel(y)):
        chosen = (place == i) & (x < 0)
        terms = [mpf(float(a)) * mpf(float(b)) for a, b in zip(x[chosen], g[chosen])]
        assert ulps(value, fsum(terms), fsum(terms, absolute=True)) <= 1


@cache
def settings(call: Call, dtype: Any) -> tuple[Mapping[str, float], ...]:
    """Values of the parameters that the function takes, none of them a round number."""
    rng = np.random.default_rng(sum(map(ord, call.row.name)))
    found: list[Mapping[str, float]] = []
    for _ in range(200):
        size = np.exp(rng.uniform(-2.5, 2.5, len(call.numbers)))
        values = dtype(size * rng.choice([-1, 1], size.size))
        given = dict(zip(call.numbers, values.tolist()))
        try:
            call.row.function([0.5, 0.5], **given)
        except ValueError:  # of a parameter that must be positive, or of another order
            continue
        found.append(given)
    return tuple(found[:4])


def reached(parameters: Mapping[str, float]) -> NDArray[Any]:
    """Numbers for which products with a parameter are tiny, usual and too large."""
    rng = np.random.default_rng(6)
    usual, tails = np.exp(rng.uniform(-7, 6.7, 24)), rng.uniform(600, 750, 6)
    x = np.concatenate([usual, tails, np.array([1e-300, 1e300])])
    scales = np.array([1.0, *(abs(p) for p in parameters.values())])
    x /= np.resize(scales, x.size)
    return np.asarray(x * rng.choice([-1, 1], x.size))


@every([c for c in ELEMENTWISE if c.numbers])
def test_other_parameters_are_as_accurate(call: Call) -> None:
    # Powers of 2 scale exactly; others round, and an exponential magnifies that.
    assert len(settings(call, np.float64)) == 4
    for given in settings(call, np.float64):
        x = reached(given)
        y = result(call, x, **given)
        exactly = [judged(call, v, **given) for v in x]
        errors = [ulps(a, b, c) for a, b, c in zip(y, exactly, sizes(call, y))]
        assert max(errors) <= LIMIT, (given, worst(x, errors))


@every([c for c in ELEMENTWISE if c.numbers])
def test_other_parameters_are_as_accurate_in_narrow_dtypes(call: Call) -> None:
    # Parameters that float32 holds: others are rounded to it.
    for given in settings(call, np.float32):
        for dtype, limit in ((np.float32, LIMIT), (np.float16, 1.0)):
            x = every_exponent(dtype)
            y, expected = narrow_and_wide(call, x, **given)
            errors = ulps_between(y, expected, floor(call))
            assert errors.max() <= limit, (given, worst(x, errors))


@cache
def every_exponent(dtype: Any) -> NDArray[Any]:
    """Numbers of every exponent, for float16 all there are."""
    if dtype is np.float16:
        return np.arange(2**16, dtype=np.uint16).view(np.float16)
    patterns = np.arange(0, 2**32, 65_521, dtype=np.uint64).astype(np.uint32)
    usual = [np.linspace(-n, n, 20_000 + n, dtype=np.float32) for n in (3, 110, 900)]
    return np.concatenate([patterns.view(np.float32), *usual])


def narrow_and_wide(call: Call, x: Any, **parameters: Any) -> tuple[Any, Any]:
    """Results of a dtype, and those of float64, rounded where 1 ulp is the limit."""
    weights = call.companions(x[:1]).keys() & {"weight"}
    given = {name: np.resize(x[::-1], x.size) for name in weights}
    with np.errstate(all="ignore"):  # of signalling NaNs, and of rounding
        y = result(call, x, **given, **parameters)
        wide = {name: array.astype(float) for name, array in given.items()}
        expected = result(call, x.astype(float), **wide, **parameters)
        if x.dtype == np.float16:
            expected = expected.astype(np.float16).astype(float)
    return y, expected


@every(ELEMENTWISE)
def test_float32_is_within_four_ulp(call: Call) -> None:
    x = every_exponent(np.float32)
    errors = ulps_between(*narrow_and_wide(call, x), floor(call))
    assert errors.max() <= LIMIT, worst(x, errors)


@every(ELEMENTWISE)
def test_float16_is_float64_rounded_for_every_number(call: Call) -> None:
    x = every_exponent(np.float16)
    errors = ulps_between(*narrow_and_wide(call, x))
    assert errors.max() <= 1, worst(x, errors)


@pytest.mark.parametrize(
    ("row", "kink"),
    [(r, kink) for r in CATALOGUE.values() for kink in r.kinks],
    ids=lambda v: v.name if isinstance(v, Activation) else f"{v:g}",
)
@every_float
def test_a_kink_has_the_value_of_its_row(
    row: Activation, kink: float, dtype: Any
) -> None:
    call = next(c for c in PLAIN if c.function is row.gradient)
    for x in {kink, -kink if kink == 0 else kink}:
        assert result(call, dtype(x)) == dtype(row.kinks[kink])


def chosen(call: Call) -> list[Mapping[str, float]]:
    """The defaults, and other values of the parameters."""
    return [{}, *(settings(call, np.float64)[:2] if call.numbers else [])]


@every([c for c in COUPLING if not c.takes_cotangent])
def test_a_result_of_a_vector_is_within_a_few_ulp(call: Call) -> None:
    for given, vector in itertools.product(chosen(call), VECTORS):
        formula = partial(exact(call.row), **{k: mpf(v) for k, v in given.items()})
        exactly = settled_vector(formula, [mpf(v) for v in vector])
        size = measure(call.row, vector, exactly)
        y = np.atleast_1d(call(vector, axis=-1, **given))
        for a, expected in zip(y, exactly, strict=True):
            assert ulps(a, expected, max(abs(expected), size)) <= LIMIT, (given, vector)


@every([c for c in COUPLING if c.takes_cotangent])
def test_a_vjp_is_as_exact_as_the_terms_of_the_jacobian(call: Call) -> None:
    for given, vector in itertools.product(chosen(call), VECTORS):
        formula = partial(exact(call.row), **{k: mpf(v) for k, v in given.items()})
        shape = call.result_shape((len(vector),), axis=-1)
        g = np.resize([1.0, -0.25, 3.0, 0.5, -2.0], shape)
        cotangent = [mpf(v) for v in g.ravel().tolist()]
        terms = product(formula, [mpf(v) for v in vector], cotangent)
        total = [fsum(part, absolute=True) for part in terms]
        y = call(vector, cotangent=g, axis=-1, **given)
        for a, part, size in zip(y, terms, total, strict=True):
            largest = max(total) if call.row.name in BY_VECTOR else size
            assert ulps(a, fsum(part), largest) <= LIMIT, (given, vector)


@every(COUPLING)
def test_rows_of_narrow_dtypes_are_rows_of_float64_rounded(call: Call) -> None:
    x = sample((50, 40), np.float32, hostile=False)
    given = {k: np.float32(v) for k, v in call.companions(x, axis=-1).items()}
    wide = call(x.astype(float), **given, axis=-1)
    with np.errstate(under="ignore"):
        same_bits(call(x, **given, axis=-1), wide.astype(np.float32))
        half = x.astype(np.float16)
        given = {k: v.astype(np.float16) for k, v in given.items()}
        wide = call(half.astype(float), **given, axis=-1)
        expected = wide.astype(np.float16).astype(float)
    errors = ulps_between(call(half, **given, axis=-1), expected, 2.0**-10)
    assert errors.max() <= 1


def pairs_of(dtype: Any, count: int) -> NDArray[Any]:
    """Two numbers at a time, of every exponent and where functions bend and fade."""
    rng = np.random.default_rng(8)
    x = points(dtype)
    both = np.stack([rng.permutation(x), rng.permutation(x)], axis=1)
    near = rng.normal(scale=3, size=both.shape).astype(dtype)
    return np.concatenate([both[:count], near[:count]])


@every([c for c in PAIRWISE if not c.takes_cotangent])
def test_a_result_of_two_numbers_is_within_a_few_ulp(call: Call) -> None:
    x = pairs_of(np.float64, 100)
    for pair, y in zip(x, call(x), strict=True):
        exactly = settled_vector(exact(call.row), [mpf(v) for v in pair.tolist()])
        errors = [ulps(a, b) for a, b in zip(y, exactly, strict=True)]
        assert max(errors) <= LIMIT, (pair, errors)


@every([c for c in PAIRWISE if c.takes_cotangent])
def test_a_vjp_of_two_numbers_is_as_exact_as_the_jacobian(call: Call) -> None:
    x = pairs_of(np.float64, 40)
    g = np.full(call.result_shape(x.shape), 0.75)
    g[..., ::2] = -1.5
    for pair, cotangent, y in zip(x, g, call(x, cotangent=g), strict=True):
        exactly = [[mpf(v) for v in a.tolist()] for a in (pair, cotangent)]
        terms = product(exact(call.row), *exactly)
        least = floor(call) * abs(pair[0] * cotangent[0])
        for a, part in zip(y, terms, strict=True):
            size = max(fsum(part, absolute=True), least)
            assert ulps(a, fsum(part), size) <= LIMIT, (pair, y)


@every(PAIRWISE)
def test_pairs_in_narrow_dtypes_are_those_of_float64_rounded(call: Call) -> None:
    for dtype, limit in ((np.float32, LIMIT), (np.float16, 1.0)):
        x = every_exponent(dtype)[: 2**16]
        x = np.stack([x, np.random.default_rng(9).permutation(x)], axis=1)
        with np.errstate(all="ignore"):  # of signalling NaNs, and of rounding
            given = {k: np.ones(v.shape) for k, v in call.companions(x).items()}
            y, expected = call(x, **given), call(x.astype(float), **given)
            if dtype is np.float16:
                expected = expected.astype(np.float16).astype(float)
        errors = ulps_between(y, expected).max(axis=1)
        assert errors.max() <= limit, worst(x, errors)

# Every function and derivative against mpmath: all exponents, tails, kinks.

from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from judge import Exact, exact, points, product, settled, slope, ulps, ulps_between
from laboratory import CALLS, Call, every, every_float, same_bits, sample
from mpmath import fsum, mpf

from actfn import CATALOGUE, Activation

ELEMENTWISE = [c for c in CALLS if c.row.elementwise]
COUPLING_CALLS = [c for c in CALLS if not c.row.elementwise]
COUPLING = [row for row in CATALOGUE.values() if not row.elementwise]
every_coupling_row = pytest.mark.parametrize("row", COUPLING, ids=lambda r: r.name)
wide = pytest.mark.parametrize("dtype", [np.float32, np.float64])

LIMIT = 4.0

# Near a zero that is computed as a difference the error is bounded absolutely: by LIMIT
# ulp of this number, about a quarter of the machine epsilon.
FLOORS = {"silu_derivative": 1 / 16}

VECTORS = [
    [0.0, 0.0],
    [2.0, 1.0, 0.1],
    [1.0, 700.3, -0.7, 690.1],
    [-30.0, 5.5, 41.25],
    [1e-9, 0.0, -1e-12, 88.7, 3.0],
    [0.3],
]


def judged(call: Call, x: Any, **parameters: Any) -> Any:
    """What the call should give at x."""
    f, x = exact(call.row), mpf(float(x))
    exact_parameters = {k: mpf(v) for k, v in parameters.items()}
    if call.function is call.row.gradient:
        return slope(lambda t: f(t, **exact_parameters), x)
    return settled(lambda: f(x, **exact_parameters))


def sizes(call: Call, y: Any) -> Any:
    """The numbers whose ulp the errors are measured in."""
    return np.maximum(np.abs(y), y.dtype.type(FLOORS.get(str(call), 0)))


def worst(x: Any, errors: Any) -> str:
    i = int(np.argmax(errors))
    return f"{errors[i]:.3g} ulp at {x[i]!r}"


@wide
@every(ELEMENTWISE)
def test_results_are_within_a_few_ulp_at_all_exponents(call: Call, dtype: Any) -> None:
    x = points(dtype)
    y = call(x)
    expected = [judged(call, v) for v in x]
    errors = [ulps(a, b, c) for a, b, c in zip(y, expected, sizes(call, y))]
    assert max(errors) <= LIMIT, worst(x, errors)


@every([c for c in ELEMENTWISE if c.numbers])
def test_other_parameters_are_as_accurate(call: Call) -> None:
    # Powers of 2 scale exactly; others round, and an exponential magnifies that.
    x = np.linspace(-7.5, 7.5, 60)
    for value in (0.5, 4.0):
        (name,) = call.numbers
        y = call(x, **{name: value})
        errors = [ulps(a, judged(call, v, **{name: value})) for a, v in zip(y, x)]
        assert max(errors) <= LIMIT, worst(x, errors)


@cache
def float32_errors(call: Call) -> tuple[Any, Any]:
    patterns = np.arange(0, 2**32, 65_521, dtype=np.uint64).astype(np.uint32)
    x = np.concatenate(
        [
            patterns.view(np.float32),
            np.linspace(-110, 110, 60_001, dtype=np.float32),
            np.linspace(-3, 3, 30_001, dtype=np.float32),
        ]
    )
    with np.errstate(invalid="ignore"):  # of signalling NaNs
        y, expected = call(x), call(x.astype(float))
    return x, ulps_between(y, expected, FLOORS.get(str(call), 0))


@every(ELEMENTWISE)
def test_float32_is_within_four_ulp(call: Call) -> None:
    x, errors = float32_errors(call)
    assert errors.max() <= LIMIT, worst(x, errors)


@every(ELEMENTWISE)
def test_float16_is_float64_rounded_for_every_number(call: Call) -> None:
    x = np.arange(2**16, dtype=np.uint16).view(np.float16)
    with np.errstate(invalid="ignore"):  # of signalling NaNs
        y, expected = call(x), call(x.astype(float))
    with np.errstate(all="ignore"):
        errors = ulps_between(y, expected.astype(np.float16).astype(float))
    assert errors.max() <= 1, worst(x, errors)


@pytest.mark.parametrize(
    ("row", "kink"),
    [(row, kink) for row in CATALOGUE.values() for kink in row.kinks],
    ids=lambda v: v.name if isinstance(v, Activation) else f"{v:g}",
)
@every_float
def test_a_kink_has_the_value_of_its_row(
    row: Activation, kink: float, dtype: Any
) -> None:
    assert row.gradient(dtype(kink)) == dtype(row.kinks[kink])
    assert row.gradient(dtype(-kink if kink == 0 else kink)) == dtype(row.kinks[kink])


def component(f: Exact, x: list[Any], i: int) -> Any:
    return f(x)[i]


@every_coupling_row
@every_float
@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_a_result_of_a_vector_is_within_a_few_ulp(
    row: Activation, dtype: Any, vector: list[float]
) -> None:
    x = np.array(vector, dtype)
    exactly = [mpf(float(v)) for v in x]
    for i, y in enumerate(row.function(x)):
        assert ulps(y, settled(partial(component, exact(row), exactly, i))) <= LIMIT


@every(COUPLING_CALLS)
def test_rows_of_float32_are_rows_of_float64_rounded(call: Call) -> None:
    x, g = (sample((50, n), np.float32, hostile=False) for n in (40, 40))
    y = call(x.astype(float), cotangent=g.astype(float), axis=-1)
    with np.errstate(under="ignore"):
        same_bits(call(x, cotangent=g, axis=-1), y.astype(np.float32))


@every_coupling_row
@every_float
@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_a_vjp_is_as_exact_as_the_terms_of_the_jacobian(
    row: Activation, dtype: Any, vector: list[float]
) -> None:
    x = np.array(vector, dtype)
    g = np.array([1.0, -0.25, 3.0, 0.5, -2.0][: x.size], dtype)
    exactly = [[mpf(float(v)) for v in values] for values in (x, g)]
    for y, terms in zip(row.gradient(x, g), product(exact(row), *exactly)):
        assert ulps(y, fsum(terms), fsum(terms, absolute=True)) <= LIMIT

# The public checks: the package's own functions pass them, and wrong ones do not.

import itertools
import re
from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from judge import exact, points, settled, ulps_between
from laboratory import CALLS, Call, every, sample
from mpmath import mpf

import actfn
from actfn import CATALOGUE, Activation
from actfn._ulps import sweep
from actfn.testing import UlpError, check_derivative, check_vjp, max_ulp_error

ELEMENTWISE = [row for row in CATALOGUE.values() if row.elementwise]
PLAIN = [c for c in CALLS if c.elementwise and c.variant == "" and c.part is None]
# The gradient of a hard choice is that of the soft one: no vjp of the function.
VJPS = [c for c in CALLS if c.takes_cotangent and c.variant != "hard" and c.part != 1]

every_row = pytest.mark.parametrize("row", ELEMENTWISE, ids=lambda r: r.name)


def parameters(row: Activation) -> Iterator[dict[str, float]]:
    """Values of the parameters of a function that it takes, none of them round."""
    names = [n for n, v in row.parameters.items() if isinstance(v, float)]
    rng = np.random.default_rng(sum(map(ord, row.name)))
    for _ in range(12 if names else 0):
        size = np.exp(rng.uniform(-2.5, 2.5, len(names)))
        given = dict(zip(names, size * rng.choice([-1, 1], size.size)))
        try:
            row.function(0.5, **given)
        except ValueError:  # of a parameter that must be positive, or of another order
            continue
        yield given


# --- What is right passes. ---


@every_row
def test_every_derivative_passes(row: Activation) -> None:
    assert row.gradient is not None
    assert check_derivative(row.function, row.gradient, kinks=[*row.kinks]) < 1e-6


@pytest.mark.parametrize(
    "row", [r for r in ELEMENTWISE if any(parameters(r))], ids=lambda r: r.name
)
def test_every_derivative_passes_with_other_parameters(row: Activation) -> None:
    assert row.gradient is not None
    for given in parameters(row):
        values = [*given.values()] if row.kinks else []
        kinks = [0.0, *values, *(-v for v in values)] if row.kinks else []
        pair = partial(row.function, **given), partial(row.gradient, **given)
        assert check_derivative(*pair, kinks=kinks) < 1e-6, given


def test_a_derivative_with_drawn_slopes_passes_with_a_seed() -> None:
    pair = partial(actfn.rrelu, rng=7), partial(actfn.rrelu_derivative, rng=7)
    assert check_derivative(*pair, kinks=[0.0]) < 1e-6


@every(VJPS)
def test_every_vjp_passes(call: Call) -> None:
    x = np.array([[0.3, -1.2, 2.5, 0.7], [-0.4, 1.9, -2.2, 0.1]])
    given = call.companions(x)
    del given["cotangent"]
    function = Call(call.row, call.row.function, call.variant)

    def finite(v: Any) -> Any:  # log-softmax is -inf where the mask is false
        y = function(v, **given)
        return np.where(np.isfinite(y), y, 0.0)

    def vjp(v: Any, cotangent: Any) -> Any:
        return call(v, cotangent=cotangent, **given)

    assert check_vjp(finite, vjp, x) < 1e-6
    assert check_vjp(finite, vjp, 40 * x, rng=1) < 1e-6


def test_the_gradient_of_a_weight_passes() -> None:
    x = np.array([[0.5, -2.0, 1.0], [-3.0, -0.25, 4.0]])
    assert (
        check_vjp(
            lambda w: actfn.prelu(x, w),
            lambda w, cotangent: actfn.prelu_vjp(x, cotangent, w)[1],
            [0.1, -0.5, 0.25],
        )
        < 1e-6
    )


@every(PLAIN)
def test_every_error_in_narrow_dtypes_is_a_few_ulp(call: Call) -> None:
    if call.function is call.row.gradient and call.row.gradient_floor:
        return  # measured beside other numbers near its zeros
    for dtype, limit in ((np.float32, 4.0), (np.float16, 1.5)):
        error = max_ulp_error(call, call, dtype=dtype)
        assert error.ulp <= limit, error


@every([c for c in PLAIN if c.function is c.row.function])
def test_every_error_in_float64_is_a_few_ulp(call: Call) -> None:
    formula = exact(call.row)

    def reference(x: Any) -> Any:
        return [settled(partial(formula, mpf(v))) for v in x.tolist()]

    error = max_ulp_error(call, reference, points(float)[::6], dtype=float)
    assert error.ulp <= 4, error


@pytest.mark.parametrize(
    ("function", "derivative"),
    [
        (np.sin, np.cos),
        (np.exp, np.exp),
        (np.arcsinh, lambda x: 1 / np.hypot(1, x)),
        (lambda x: x**3, lambda x: 3 * x**2),
        (lambda x: np.sin(2 * np.pi * x), lambda x: 2 * np.pi * np.cos(2 * np.pi * x)),
        (lambda x: np.sin(1e3 * x), lambda x: 1e3 * np.cos(1e3 * x)),
        (lambda x: x + np.sin(x), lambda x: 1 + np.cos(x)),
        (lambda x: np.exp(-(x**2)), lambda x: -2 * x * np.exp(-(x**2))),
        (np.log, lambda x: 1 / x),  # of numbers below 0 it is not finite
        (lambda x: 7.0 + 0 * x, lambda x: 0 * x),
    ],
    ids=["sin", "exp", "arcsinh", "cube", "one", "fast", "both", "bell", "log", "flat"],
)
def test_other_functions_pass(function: Any, derivative: Any) -> None:
    assert check_derivative(function, derivative) < 1e-6


def test_a_function_may_reuse_its_array_or_write_into_its_input() -> None:
    room: dict[Any, Any] = {}

    def reusing(x: Any) -> Any:
        return np.arctan(x, out=room.setdefault(x.shape, np.empty(x.shape)))

    def overwriting(x: Any) -> Any:
        x *= x
        x += 1
        return np.divide(1, x, out=x)

    x = np.array([0.5, 2.0])
    assert check_derivative(reusing, overwriting, x) < 1e-6
    assert x.tolist() == [0.5, 2.0]


def test_points_may_have_any_shape_and_be_integers() -> None:
    weights = np.array([0.5, 1.0, 2.0])
    pair = (
        (lambda x: np.tanh(weights * x)),
        (lambda x: weights * actfn.tanh_derivative(weights * x)),
    )
    assert check_derivative(*pair, [[1, 2, 3], [-1, 0, 4]]) < 1e-6


# --- What is wrong fails. ---

Mutation = Callable[[Any, Any], Any]  # of a derivative at x

MUTATIONS: dict[str, Mutation] = {
    "another sign": lambda d, x: -d(x),
    "a factor": lambda d, x: 1.001 * d(x),
    "a small factor": lambda d, x: (1 + 1e-5) * d(x),
    "a shift of x": lambda d, x: d(x + 1e-3),
    "x scaled": lambda d, x: d(1.001 * x),
    "a summand": lambda d, x: d(x) + 1e-5,
    "the function of another": lambda d, x: actfn.arctan_derivative(x),
    "zero on the right": lambda d, x: np.where(x > 5, 0, d(x)),
    "a factor on the left": lambda d, x: np.where(x < -8, 1.01 * d(x), d(x)),
    "rounded near 0": lambda d, x: np.where(abs(x) < 1e-3, d(0 * x) + 1e-3, d(x)),
    "wrong at tiny numbers": lambda d, x: np.where(abs(x) < 1e-15, 2.0, d(x)),
    "NaN": lambda d, x: np.where(x == 3, np.nan, d(x)),
    "infinite": lambda d, x: np.where(x == -3, np.inf, d(x)),
    "NaN far out": lambda d, x: np.where(x > 1e200, np.nan, d(x)),
    "float32": lambda d, x: d(x.astype(np.float32)).astype(float) * (1 + 2e-6),
}


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
@pytest.mark.parametrize(
    "name", ["silu", "gelu", "softplus", "softsign", "mish", "squareplus", "snake"]
)
@np.errstate(all="ignore")
def test_a_wrong_derivative_is_caught(name: str, mutation: Mutation) -> None:
    row = CATALOGUE[name]
    assert row.gradient is not None
    wrong = partial(mutation, row.gradient)
    with pytest.raises(AssertionError, match="the derivative is wrong at x = "):
        check_derivative(row.function, wrong, kinks=[*row.kinks])


def test_each_derivative_is_that_of_one_function_alone() -> None:
    # But for one point, or for values of parameters that are not the defaults.
    twins = [{"elu", "celu"}, {"silu", "swish"}, {"hard_shrink", "soft_shrink"}]
    others = [ELEMENTWISE[step:] + ELEMENTWISE[:step] for step in (1, 2, 5, 11)]
    for row, other in zip(4 * ELEMENTWISE, itertools.chain(*others)):
        if {row.name, other.name} in twins:
            continue
        assert other.gradient is not None
        kinks = [*row.kinks, *other.kinks]
        with pytest.raises(AssertionError):
            check_derivative(row.function, other.gradient, kinks=kinks)


def test_a_lost_tail_is_caught() -> None:
    def wrong(x: Any) -> Any:
        return np.where(x < -36, 0, actfn.sigmoid_derivative(x))

    with pytest.raises(AssertionError, match=r"at x = -39\.8\d*: it gives 0, "):
        check_derivative(actfn.sigmoid, wrong)


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_at_a_kink_a_value_between_the_sides_passes(value: float) -> None:
    def chosen(x: Any) -> Any:
        return np.where(x == 0, value, actfn.relu_derivative(x))

    assert check_derivative(actfn.relu, chosen, kinks=[0.0]) < 1e-6


@pytest.mark.parametrize("value", [-0.01, 1.01, np.nan, np.inf])
def test_at_a_kink_another_value_fails(value: float) -> None:
    def chosen(x: Any) -> Any:
        return np.where(x == 0, value, actfn.relu_derivative(x))

    with pytest.raises(AssertionError) as caught:
        check_derivative(actfn.relu, chosen, kinks=[0.0])
    assert str(caught.value) == (
        f"the derivative is wrong at x = 0: it gives {value:.9g}, but the function has "
        f"the slopes 0 on its left and 1 on its right. It is wrong at x = 0. Take a "
        f"value between the two."
    )


def test_a_kink_that_nobody_names_is_found() -> None:
    with pytest.raises(AssertionError) as caught:
        check_derivative(actfn.relu6, actfn.relu6_derivative, kinks=[0.0])
    assert str(caught.value) == (
        "the function has a kink at x = 6, with the slopes 1 on its left and 0 on its "
        "right; name it in kinks=, and choose a value for the derivative there"
    )


def test_beside_a_kink_the_value_of_its_side_is_asked_for() -> None:
    def late(x: Any) -> Any:
        return np.where(x > 1 + 1e-8, 1.0, 0.0)

    with pytest.raises(AssertionError, match=r"it gives 0, but .* the slope 1 ±"):
        check_derivative(lambda x: np.maximum(x, 1), late, kinks=[1.0])


def test_a_function_that_loses_its_tail_is_told_from_one_that_keeps_it() -> None:
    def naive(x: Any) -> Any:
        return np.log(1 + np.exp(x))

    with pytest.raises(AssertionError, match="or the function, if that has lost"):
        check_derivative(naive, actfn.sigmoid)
    assert check_derivative(naive, actfn.sigmoid, atol=1e-12) < 1e-6


def test_a_message_says_where_and_what() -> None:
    with pytest.raises(AssertionError) as caught:
        check_derivative(np.sin, np.sin, [0.5, 1.0, 1.5, 2.0, 2.5])
    found = re.fullmatch(
        r"the derivative is wrong at x = 2.5: it gives 0.598472144, but the function "
        r"has the slope -0.801143616 ± \de-\d\d. It is wrong at x = 0.5, x = 1, x = "
        r"1.5 and 2 more. Mend it; or the function, if that has lost its digits "
        r"there; or allow an absolute difference with atol=.",
        str(caught.value),
    )
    assert found, caught.value


def test_a_noisy_function_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(AssertionError, match=r"too rough .* the same seed"):
        check_derivative(lambda x: rng.normal(size=x.shape), np.sin)
    with pytest.raises(AssertionError, match="too rough"):
        check_vjp(lambda x: rng.normal(size=x.shape), lambda x, c: c, [1.0, 2.0])


def test_a_tolerance_is_allowed_for() -> None:
    def nearly(x: Any) -> Any:
        return np.cos(x) * (1 + 1e-4)

    assert 0.9e-4 < check_derivative(np.sin, nearly, rtol=2e-4) < 1.1e-4
    assert 0.9e-4 < check_derivative(np.sin, nearly, atol=2e-4) < 1.1e-4
    with pytest.raises(AssertionError):
        check_derivative(np.sin, nearly, rtol=0.5e-4)


def uncoupled(x: Any, cotangent: Any) -> Any:
    y = actfn.softmax(x)
    return cotangent * y * (1 - y)


VJP_MUTATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "the diagonal alone": uncoupled,
    "another sign": lambda x, c: -actfn.softmax_vjp(x, c),
    "a factor": lambda x, c: 1.001 * actfn.softmax_vjp(x, c),
    "one element": lambda x, c: actfn.softmax_vjp(x, c) * [1, 1, 1 + 1e-5],
    "without the cotangent": lambda x, c: actfn.softmax_vjp(x, x),
    "turned around": lambda x, c: actfn.softmax_vjp(x, c)[..., ::-1],
    "of another function": actfn.log_softmax_vjp,
    "along another axis": partial(actfn.softmax_vjp, axis=0),
    "the Jacobian transposed": lambda x, c: (
        actfn.softmax(x) * c - actfn.softmax(x).sum(0) * c
    ),
    "NaN": lambda x, c: actfn.softmax_vjp(x, c) * [1, np.nan, 1],
}


@pytest.mark.parametrize("wrong", VJP_MUTATIONS.values(), ids=VJP_MUTATIONS)
def test_a_wrong_vjp_is_caught(wrong: Any) -> None:
    x = np.array([[0.5, -1.0, 2.0], [0.0, 3.0, 1.0]])
    with pytest.raises(AssertionError) as caught:
        check_vjp(actfn.softmax, wrong, x)
    message = str(caught.value)
    assert "gradient of np.sum(cotangent * function(x))" in message
    assert re.match(r"the vjp is wrong at (element \(\d, \d\) of x|a random)", message)


def test_an_element_that_is_wrong_is_named() -> None:
    def wrong(x: Any, cotangent: Any) -> Any:
        return actfn.softmax_vjp(x, cotangent) + np.array([0, 0.25, 0])

    with pytest.raises(AssertionError, match=r"wrong at element 1 of x, a random "):
        check_vjp(actfn.softmax, wrong, [0.5, -1.0, 2.0])


def test_of_many_elements_some_are_looked_at_one_by_one_and_all_at_once() -> None:
    x = np.linspace(-1, 1, 300).reshape(15, 20)
    assert check_vjp(np.tanh, lambda v, c: c * (1 - np.tanh(v) ** 2), x) < 1e-6

    def wrong(v: Any, c: Any) -> Any:
        y = c * (1 - np.tanh(v) ** 2)
        y[np.unravel_index(hidden, x.shape)] *= 1.01
        return y

    seen = np.random.default_rng(0)
    seen.normal(size=(3, 15, 20))
    hidden = int(seen.permutation(300)[64])
    with pytest.raises(AssertionError, match="wrong at a random direction"):
        check_vjp(np.tanh, wrong, x)


# --- Errors in ulp. ---


def test_errors_are_those_of_the_judge() -> None:
    x = sample((4000,), np.float32)
    x = x[np.isfinite(x)]

    def rough(v: Any) -> Any:
        return 1 / (1 + np.exp(-v))

    with np.errstate(all="ignore"):
        expected = actfn.sigmoid(x.astype(float))
        errors = ulps_between(rough(x), expected)
    found = max_ulp_error(rough, actfn.sigmoid, x)
    i = int(errors.argmax())
    assert found == UlpError(errors[i], x[i], rough_at(x[i]), expected[i])


def rough_at(x: Any) -> Any:
    with np.errstate(all="ignore"):
        return 1 / (1 + np.exp(-np.array([x])))[0]


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_what_is_rounded_correctly_is_off_by_half_an_ulp_at_most(dtype: Any) -> None:
    error = max_ulp_error(
        lambda x: np.sqrt(x.astype(float)).astype(dtype), np.sqrt, dtype=dtype
    )
    assert 0.49 < error.ulp <= 0.5


@pytest.mark.parametrize(
    ("value", "expected", "ulp"),
    [
        (1.0, 1.0, 0),
        (1.0 + 2**-23, 1.0, 1),
        (1.0, 1.0 + 2**-24, 0.5),
        (0.0, -0.0, 0),
        (0.0, 2.0**-149, 1),  # flushed to zero
        (0.0, 2.0**-127, 2**22),
        (np.inf, np.inf, 0),
        (np.inf, -np.inf, np.inf),
        (np.inf, 1e39, 0),  # rounds to infinity
        (3e38, 1e39, np.inf),
        (np.inf, 3e38, np.inf),
        (np.nan, np.nan, 0),
        (np.nan, 1.0, np.inf),
        (1.0, np.nan, np.inf),
    ],
)
def test_special_values_count(value: float, expected: float, ulp: float) -> None:
    error = max_ulp_error(
        lambda x: np.full_like(x, value), lambda x: np.full_like(x, expected), [3.0]
    )
    assert error.ulp == ulp
    assert (error.x, type(error.x)) == (3.0, np.float32)


def test_the_default_points_are_of_all_sizes_and_both_signs() -> None:
    for dtype, count in ((np.float16, 63_488), (np.float32, 65_000), (float, 65_000)):
        x = sweep(np.dtype(dtype))
        f = np.finfo(dtype)
        assert len(x) >= count
        assert np.isfinite(x).all()
        assert x[0] == 0
        assert (np.diff(np.abs(x.astype(np.longdouble))) >= 0).all()
        exponents = np.frexp(x[x != 0])[1]
        assert {*exponents} == {*range(f.minexp + 1 - f.nmant, f.maxexp + 1)} or (
            len({*exponents}) > 0.98 * (f.maxexp - f.minexp)
        )
        assert np.count_nonzero(x < 0) == pytest.approx(len(x) / 2, rel=0.01)


def test_of_equal_errors_the_one_next_to_zero_is_given() -> None:
    found = max_ulp_error(lambda x: np.where(abs(x) > 100, x * np.nan, x), np.positive)
    assert found.ulp == np.inf
    assert 100 < abs(found.x) < 101


def test_a_reference_may_be_decimal_fractions_or_mpmath() -> None:
    def seventh(x: Any) -> Any:
        return x / 7

    def decimals(x: Any) -> Any:
        with localcontext(prec=60):
            return [Decimal(v) / 7 for v in x.tolist()]

    x = [1.0, 0.0, -5e-323, 1e300]
    references: list[Any] = [
        decimals,
        lambda v: [Fraction(a) / 7 for a in v.tolist()],
        lambda v: [mpf(a) / 7 for a in v.tolist()],
        lambda v: np.array([Fraction(a) / 7 if a else 0 for a in v], object),
    ]
    errors = [max_ulp_error(seventh, r, x, dtype=float) for r in references]
    assert 0.1 < errors[0].ulp <= 0.5
    assert len({(e.x, e.value, e.expected) for e in errors}) == 1
    assert [e.ulp for e in errors] == pytest.approx([errors[0].ulp] * 4, rel=1e-12)
    huge = max_ulp_error(
        lambda v: v * np.inf, lambda v: [Fraction(10) ** 400], [1.0], dtype=float
    )
    assert huge.ulp == 0


@pytest.mark.skipif(
    np.finfo(np.longdouble).nmant <= 52, reason="has no more digits than float64 here"
)
def test_a_reference_may_be_of_longdouble() -> None:
    def reference(x: Any) -> Any:
        return np.exp(x.astype(np.longdouble))

    error = max_ulp_error(np.exp, reference, np.linspace(-700, 700, 99), dtype=float)
    assert 0.3 < error.ulp < 2
    assert type(error.expected) is float


# --- What is given is checked. ---


@pytest.mark.parametrize(
    ("check", "kind", "message"),
    [
        (
            lambda: check_derivative(np.sin, np.cos, ["a"]),
            TypeError,
            "x must hold real numbers",
        ),
        (
            lambda: check_derivative(np.sin, np.cos, kinks=[1j]),  # type: ignore[list-item]
            TypeError,
            "kinks must hold real numbers",
        ),
        (
            lambda: check_derivative(np.sin, np.cos, rtol=-1),
            ValueError,
            "rtol must be 0 or greater, got -1",
        ),
        (
            lambda: check_derivative(np.sum, np.cos, [1.0, 2.0]),
            ValueError,
            r"function must give a result of the shape \(2,\) of x, got \(\)",
        ),
        (
            lambda: check_derivative(np.sin, np.sum, [1.0, 2.0]),
            ValueError,
            r"derivative must give a result of the shape \(2,\) of x, got \(\)",
        ),
        (
            lambda: check_derivative(np.float32, np.cos, [1.0]),
            TypeError,
            "function must give float64 for float64, got float32",
        ),
        (
            lambda: check_derivative(np.log, np.cos, [-1.0, -2.0]),
            ValueError,
            "function must be finite at some of the points, got .-1.0, -2.0.; choose",
        ),
        (
            lambda: check_derivative(np.sin, np.cos, []),
            ValueError,
            "function must be finite at some of the points, got ..;",
        ),
        (
            lambda: check_vjp(np.sum, lambda x, c: c, [1.0, 2.0]),
            ValueError,
            r"vjp must give a result of the shape \(2,\) of x, got \(\)",
        ),
        (
            lambda: check_vjp(np.log, lambda x, c: c / x, [1.0, -2.0]),
            ValueError,
            r"function must give finite numbers for x, got \[ 0. nan\] for \[ 1. -2.\]",
        ),
        (
            lambda: check_vjp(np.sin, lambda x, c: c, [1.0], rng="a"),  # type: ignore[arg-type]
            TypeError,
            "rng must be a numpy.random.Generator or a seed",
        ),
        (
            lambda: max_ulp_error(np.sin, np.sin, dtype=int),
            TypeError,
            "dtype must be float16, float32 or float64, got int64",
        ),
        (
            lambda: max_ulp_error(np.sin, np.sin, [1.0], dtype=float),
            TypeError,
            "reference must be more precise than float64, got float64; give",
        ),
        (
            lambda: max_ulp_error(np.sin, lambda x: [1.0, 2.0], [1.0]),
            ValueError,
            r"reference must give a result of the shape \(1,\) of x, got \(2,\)",
        ),
        (
            lambda: max_ulp_error(lambda x: x * np.float64(2), np.sin),
            TypeError,
            "function must give float32 for float32, got float64; a constant that is a "
            "NumPy scalar",
        ),
        (
            lambda: max_ulp_error(np.sin, np.sin, []),
            ValueError,
            r"x must hold at least one number, got shape \(0,\)",
        ),
    ],
)
def test_what_cannot_be_checked_is_refused(
    check: Callable[[], Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        check()


def test_an_error_of_the_function_comes_through() -> None:
    with pytest.raises(TypeError, match="alpha must be a real number"):
        check_derivative(partial(actfn.elu, alpha="a"), np.cos)  # type: ignore[arg-type]

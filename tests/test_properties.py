# What holds for all numbers, tried on those that hypothesis thinks of: bounds, order,
# symmetry, invariance; and that neither place nor neighbours of a number matter.

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from laboratory import CALLS, FLOATS, Array, Call, every, picked, same_bits

from actfn import CATALOGUE, Activation
from actfn.testing import check_derivative

ELEMENTWISE = [r for r in CATALOGUE.values() if r.elementwise]
COUPLING = [r for r in CATALOGUE.values() if "axis" in r.parameters]
QUIET = [c for c in CALLS if not c.draws]

# The same examples in every run, so that a failure stays one.
steady = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow],
)

numbers = st.floats(allow_nan=False)
moderate = st.floats(-50, 50)
dtypes = st.sampled_from(FLOATS)


def rows(names: str) -> pytest.MarkDecorator:
    """The rows of these names, of which each must be in the catalogue."""
    chosen = [CATALOGUE[name] for name in names.split()]
    return pytest.mark.parametrize("row", chosen, ids=lambda r: r.name)


def every_row(rows: list[Activation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", rows, ids=lambda r: r.name)


@st.composite
def arrays(draw: Any, shape: Any = None) -> Any:
    """Any numbers of a dtype in a small array of even lengths."""
    dtype = draw(dtypes)
    shape = shape or draw(st.sampled_from([(2,), (6,), (4, 2), (2, 4), (2, 2, 2)]))
    elements = st_numpy.from_dtype(np.dtype(dtype), allow_nan=False)
    return draw(st_numpy.arrays(dtype, shape, elements=elements))


@np.errstate(all="ignore")
def gap(x: Any) -> Any:
    """The distance to the next number."""
    return np.spacing(np.abs(x))


def beyond(values: Any, bounds: tuple[float, float]) -> Any:
    """Whether values lie outside of bounds, by more than rounding."""
    y = np.asarray(values)
    low, high = (y.dtype.type(b) for b in bounds)
    slack = [2 * gap(b) if np.isfinite(b) and b else 0 for b in (low, high)]
    return (y < low - slack[0]) | (y > high + slack[1])


@every_row(list(CATALOGUE.values()))
@given(x=arrays())
@steady
def test_values_stay_within_their_bounds(row: Activation, x: Array) -> None:
    axis = {"axis": -1} if "axis" in row.parameters else {}
    seed = {"rng": 0} if "rng" in row.parameters and axis else {}
    assert not np.any(beyond(row.function(x, **axis, **seed), row.bounds))
    if row.gradient_bounds and row.gradient:
        # Near a zero that is a difference, a value may be off by part of an ulp of 1.
        low, high = row.gradient_bounds
        assert not np.any(beyond(row.gradient(x), (low, high)))


@every_row([r for r in ELEMENTWISE if r.increasing])
@given(x=numbers, y=numbers, dtype=dtypes)
@steady
def test_order_is_kept_where_the_catalogue_says_so(
    row: Activation, x: float, y: float, dtype: Any
) -> None:
    with np.errstate(all="ignore"):
        low, high = sorted([dtype(x), dtype(y)])
    a, b = row.function(low), row.function(high)
    assert a <= b or a <= b + 2 * gap(b)


@every_row([r for r in ELEMENTWISE if r.increasing])
@given(x=moderate)
@steady
def test_neighbours_are_in_order_up_to_rounding(row: Activation, x: float) -> None:
    y = row.function(x + gap(x) * np.arange(-8, 9))
    assert (y[:-1] <= y[1:] + 4 * gap(y[1:])).all()


ODD = "identity tanh hard_tanh scaled_tanh arctan softsign hard_shrink soft_shrink"
ODD += " tanh_shrink sine"
EVEN_SLOPE = ODD + " sigmoid"


@rows(ODD)
@given(x=arrays())
@steady
def test_odd_functions_are_odd_to_the_last_bit(row: Activation, x: Array) -> None:
    y = row.function(-x)
    assert np.array_equal(y, -row.function(x), equal_nan=True)


@rows(EVEN_SLOPE)
@given(x=arrays())
@steady
def test_their_derivatives_are_even(row: Activation, x: Array) -> None:
    assert row.gradient is not None
    same_bits(row.gradient(-x), row.gradient(x))


def test_no_other_function_is_odd() -> None:
    x = np.array([0.3, 0.7, 1.2, 2.9])
    found = {r.name for r in ELEMENTWISE if (r.function(-x) == -r.function(x)).all()}
    assert found == set(ODD.split())


@rows("identity relu relu6 hard_tanh hard_shrink threshold hardmax")
@given(x=arrays())
@steady
def test_applying_twice_is_applying_once(row: Activation, x: Array) -> None:
    once = row.function(x)
    same_bits(row.function(once), once)


@rows("relu leaky_relu identity prelu rrelu")
@given(x=arrays(), power=st.integers(-8, 8))
@steady
def test_positive_scale_goes_through(row: Activation, x: Array, power: int) -> None:
    assume(np.isfinite(x).all())
    scale = x.dtype.type(2.0**power)
    y, tiny = row.function(x), np.finfo(x.dtype).tiny
    sizes = np.abs(np.concatenate([x, y], axis=None))
    # Scaling is exact where nothing overflows or becomes subnormal.
    assume(sizes.max() < np.finfo(x.dtype).max / 512)
    assume(not np.any((sizes > 0) & (sizes < tiny * 512)))
    assert np.array_equal(row.function(x * scale), y * scale)


@rows("sigmoid hard_sigmoid sparse_sigmoid")
@given(x=st.lists(moderate, min_size=1, max_size=6))
@steady
def test_a_value_and_that_of_the_negative_sum_to_one(
    row: Activation, x: list[float]
) -> None:
    z = np.array(x)
    assert row.function(z) + row.function(-z) == pytest.approx(1.0, abs=2**-52)


@rows("relu softplus squareplus sparse_plus gelu silu gelu_tanh gelu_quick hard_silu")
@given(x=st.lists(moderate, min_size=1, max_size=6))
@steady
def test_a_rectifier_less_its_mirror_image_is_x(
    row: Activation, x: list[float]
) -> None:
    z = np.array(x)
    assert row.function(z) - row.function(-z) == pytest.approx(z, abs=1e-13)


@rows("softmax log_softmax softmin sparsemax hardmax standardize gumbel_softmax")
@given(
    x=st_numpy.arrays(float, (3, 4), elements=st.integers(-40, 40).map(float)),
    shift=st.integers(-1000, 1000),
)
@steady
def test_a_shift_changes_nothing(row: Activation, x: Array, shift: int) -> None:
    seed = {"rng": 0} if "rng" in row.parameters else {}
    shifted, y = row.function(x + shift, **seed), row.function(x, **seed)
    # Differences of whole numbers are exact; a mean is not.
    assert shifted == pytest.approx(y, rel=1e-12, abs=1e-12)
    if row.name != "standardize":
        same_bits(shifted, y)


@given(
    x=st_numpy.arrays(float, (3, 4), elements=st.integers(-40, 40).map(float)),
    shift=st.integers(-1000, 1000),
)
@steady
def test_a_shift_goes_through_logsumexp(x: Array, shift: int) -> None:
    f = CATALOGUE["logsumexp"].function
    assert f(x + shift, axis=1) == pytest.approx(f(x, axis=1) + shift, abs=1e-12)
    assert (f(x, axis=1) >= x.max(axis=1)).all()
    assert (f(x, axis=1) <= x.max(axis=1) + np.log(4) + 1e-15).all()


@rows("softmax softmin sparsemax hardmax gumbel_softmax")
@given(x=arrays((4, 6)), axis=st.sampled_from([0, 1, (0, 1), None]))
@steady
def test_probabilities_sum_to_one(row: Activation, x: Array, axis: Any) -> None:
    assume(np.isfinite(x).all())
    seed = {"rng": 0} if "rng" in row.parameters else {}
    y = row.function(x, axis=axis, **seed)
    epsilon = float(np.finfo(x.dtype).eps)
    total = y.astype(float).sum(axis=axis)
    assert total == pytest.approx(1.0, abs=24 * epsilon)
    assert (y >= 0).all()


@rows("softmax log_softmax softmin sparsemax standardize logsumexp")
@given(x=st_numpy.arrays(float, 6, elements=moderate), order=st.permutations(range(6)))
@steady
def test_the_order_of_scores_does_not_matter(
    row: Activation, x: Array, order: list[int]
) -> None:
    y, permuted = row.function(x), row.function(x[order])
    expected = y[order] if np.ndim(y) else y
    assert permuted == pytest.approx(expected, rel=1e-13, abs=1e-13)


@given(x=arrays((4, 6)), order=st.permutations(range(3)))
@steady
def test_the_order_within_a_group_does_not_matter_to_maxout(
    x: Array, order: list[int]
) -> None:
    maxout = CATALOGUE["maxout"].function
    columns = [3 * (i // 3) + order[i % 3] for i in range(6)]
    y = maxout(x, pieces=3)
    assert np.array_equal(maxout(x[:, columns], pieces=3), y)
    assert np.array_equal(y, x.reshape(4, 2, 3).max(axis=2))


@rows("reglu glu geglu swiglu crelu")
@given(a=moderate, b=moderate)
@steady
def test_a_gate_is_a_product_of_its_halves(row: Activation, a: float, b: float) -> None:
    gates = {"glu": "sigmoid", "reglu": "relu", "geglu": "gelu", "swiglu": "silu"}
    y = row.function([a, b])
    if row.name in gates:
        gate = CATALOGUE[gates[row.name]].function
        with np.errstate(under="ignore"):
            assert y == pytest.approx(a * gate(b), rel=1e-15, abs=1e-300)
    elif row.name == "crelu":
        same_bits(y[:2] - y[2:], np.array([a, b]) + 0.0)


@every([c for c in CALLS if c.takes_cotangent and c.part in {None, 0}])
@given(
    x=st_numpy.arrays(float, (4, 6), elements=moderate),
    g=st_numpy.arrays(float, 24, elements=st.integers(-8, 8).map(float)),
)
@settings(steady, max_examples=8)
def test_a_vjp_is_linear_in_its_cotangent(call: Call, x: Array, g: Array) -> None:
    shape = call.companions(x)["cotangent"].shape
    g = np.resize(g, shape)
    y = call(x, cotangent=g)
    subnormal = np.abs(y) < np.finfo(float).tiny  # which is rounded before it is scaled
    fourfold = call(x, cotangent=4 * g)
    same_bits(np.where(subnormal, 0, fourfold), np.where(subnormal, 0, 4 * y))
    other = np.resize(np.arange(5.0), shape)
    both = call(x, cotangent=g + other)
    size = np.abs(y).max() + np.abs(call(x, cotangent=other)).max()
    apart = y + call(x, cotangent=other)
    assert both == pytest.approx(apart, rel=1e-12, abs=1e-13 * (1 + size))


@every([c for c in QUIET if c.elementwise])
@given(x=arrays((4, 6)), data=st.data())
@settings(steady, max_examples=8)
def test_any_view_gives_the_bits_of_the_plain_array(
    call: Call, x: Array, data: Any
) -> None:
    others = call.companions(x)
    y = call(x, **others)
    view = data.draw(st_numpy.basic_indices(x.shape, allow_newaxis=True))
    same_bits(call(x[view], **picked(others, view)), y[view])
    order = data.draw(st.permutations(range(4)))
    same_bits(call(x[order], **picked(others, order)), y[order])
    transposed = {k: v.T for k, v in others.items()}
    same_bits(call(x.T, **transposed), y.T)


@every([c for c in QUIET if not c.elementwise])
@given(x=arrays((4, 6)), data=st.data())
@settings(steady, max_examples=8)
def test_rows_in_any_order_and_alone_give_the_same_bits(
    call: Call, x: Array, data: Any
) -> None:
    others = call.companions(x, axis=-1)
    y = call(x, **others, axis=-1)
    order = data.draw(st.permutations(range(4)))
    same_bits(call(x[order], **picked(others, order), axis=-1), y[order])
    part = data.draw(st.slices(4))
    same_bits(call(x[part], **picked(others, part), axis=-1), y[part])
    given = picked(others, 2)
    same_bits(call(x[2], **given, axis=-1), y[2])
    turned = {k: np.moveaxis(v, 0, -1) for k, v in others.items()}
    same_bits(call(x.T, **turned, axis=0), np.moveaxis(y, 0, -1))


@every([c for c in QUIET if c.elementwise])
@given(cuts=st.lists(st.integers(0, 70_000), max_size=4), seed=st.integers(0, 99))
@settings(steady, max_examples=4)
def test_pieces_of_any_length_give_the_bits_of_the_whole(
    call: Call, cuts: list[int], seed: int
) -> None:
    x = np.random.default_rng(seed).normal(scale=9, size=70_000).astype(np.float32)
    others = call.companions(x)
    y = call(x, **others)
    ends = sorted({0, *cuts, x.size})
    for start, end in itertools.pairwise(ends):
        part = slice(start, end)
        same_bits(call(x[part], **picked(others, part)), y[part])


@every_row(ELEMENTWISE)
@given(x=st.lists(numbers, min_size=1, max_size=6))
@steady
def test_the_derivative_is_the_slope_of_the_function(
    row: Activation, x: list[float]
) -> None:
    assert row.gradient is not None
    finite = [v for v in x if abs(v) < 1e100]
    assume(finite)
    check_derivative(row.function, row.gradient, finite, kinks=[*row.kinks])

# The laws that every function of the catalogue and every derivative and vjp obeys:
# what may come in, what goes out, NaN, infinities, silence.

import array
import copy
import inspect
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from laboratory import (
    CALLS,
    FLOATS,
    NOISY,
    SEED,
    Call,
    every,
    every_call,
    every_call_with_an_axis,
    every_call_with_axes,
    every_call_with_scalars,
    every_elementwise_call,
    every_float,
    frozen,
    same_bits,
    sample,
    specials,
)

from actfn import CATALOGUE, Activation

every_row = pytest.mark.parametrize("row", CATALOGUE.values(), ids=lambda r: r.name)

# A value that every parameter may have, and that none has by default.
OTHER = 0.25 + 2.0**-6

# Parameters that change the function but not its gradient: the height of a constant
# part, and the choice that the gradient goes straight through.
IDLE = {("threshold_derivative", "value"), ("gumbel_softmax_vjp", "hard")}

# Waves without end have no limit, but one that rides on the identity has.
PERIODIC = {"sine", "snake"}
LIMITS = {"snake"}


@every_call
@every_float
def test_a_float_dtype_is_kept(call: Call, dtype: Any) -> None:
    x = sample((3, 4), dtype)
    y = call(x, axis=-1) if not call.elementwise else call(x)
    assert type(y) is np.ndarray
    assert y.dtype == x.dtype
    shape = x.shape if call.keeps_shape else call.result_shape(x.shape, axis=-1)
    assert y.shape == shape


LENGTHS = [
    ("softmax", {}, (4, 6)),
    ("glu", {}, (4, 3)),
    ("reglu", {"axis": 0}, (2, 6)),
    ("geglu", {"axis": -2}, (2, 6)),
    ("swiglu", {}, (4, 3)),
    ("crelu", {}, (4, 12)),
    ("crelu", {"axis": 0}, (8, 6)),
    ("maxout", {}, (4, 3)),
    ("maxout", {"pieces": 3}, (4, 2)),
    ("maxout", {"axis": 0, "pieces": 4}, (1, 6)),
    ("logsumexp", {}, ()),
    ("logsumexp", {"axis": -1}, (4,)),
    ("logsumexp", {"axis": 0, "keepdims": True}, (1, 6)),
    ("logsumexp", {"axis": (0, 1), "keepdims": True}, (1, 1)),
]


@pytest.mark.parametrize(("name", "keywords", "shape"), LENGTHS, ids=str)
def test_a_result_has_the_shape_that_the_laboratory_expects(
    name: str, keywords: dict[str, Any], shape: tuple[int, ...]
) -> None:
    # The other laws read it from the function or compute it: here it is written down.
    row = CATALOGUE[name]
    x = sample((4, 6), np.float64)
    assert row.function(x, **keywords).shape == shape
    assert Call(row, row.function).result_shape(x.shape, **keywords) == shape
    assert row.gradient is not None
    assert row.gradient(x, np.ones(shape), **keywords).shape == x.shape


@every_call
def test_integers_and_booleans_give_float64(call: Call) -> None:
    for dtype in "?bBhHiIlLqQ":
        x = np.array([[0, 1, 1, 5], [1, 0, 127, 3]]).astype(dtype)
        y = call(x)
        assert y.dtype == np.float64, dtype
        same_bits(y, call(x.astype(float)), dtype)
        same_bits(y, call(x.astype(x.dtype.newbyteorder())), dtype)


SCALARS: list[tuple[Any, type]] = [
    *((value, np.float64) for value in (-1.5, 2, True, np.int8(3))),
    *((t(-1.5), t) for t in FLOATS),
    *((np.array(-1.5, t), t) for t in FLOATS),
    *((np.array(-1.5, ">f4"), np.float32), (np.array(3), np.float64)),
]


@every_call_with_scalars
def test_a_scalar_gives_a_scalar(call: Call) -> None:
    for scalar, kind in SCALARS:
        y = call(scalar)
        assert type(y) is kind, repr(scalar)
        same_bits(y, np.reshape(call(np.array([scalar], kind)), ()), repr(scalar))


@every([c for c in CALLS if c.one_axis])
def test_a_scalar_has_no_axis(call: Call) -> None:
    with pytest.raises(np.exceptions.AxisError, match="at least one dimension"):
        call(1.5, cotangent=1.5) if call.takes_cotangent else call(1.5)


@every_call
def test_what_is_like_an_array_gives_a_plain_array(call: Call) -> None:
    for like in (
        [[1, -2.5], [0.5, 3]],
        ((1, -2.5), (0.5, 3)),
        [np.array([1, -2.5]), [0.5, 3]],
        np.array([[1, -2.5], [0.5, 3]]).view(np.recarray),
        pd.DataFrame({"a": [1, 0.5], "b": [-2.5, 3]}),
        pd.Series([1.0, -2.5], name="a", index=["u", "v"]),
        array.array("d", [1, -2.5]),
        memoryview(array.array("f", [1, -2.5])),
        range(-2, 4),
    ):
        y, expected = call(like), call(np.array(like))
        assert type(y) is type(expected), type(like)
        same_bits(y, expected, type(like))


@every_call
@every_float
def test_nothing_gives_nothing(call: Call, dtype: Any) -> None:
    for shape in ((0,), (0, 4), (3, 0), (2, 0, 4), (0, 0)):
        x = np.empty(shape, dtype)
        y = call(x)
        expected = shape if call.keeps_shape else call.result_shape(shape)
        assert (y.dtype, y.shape) == (dtype, expected)
        assert not y.size or (call.reduces and (y == -np.inf).all())
        out = np.full(y.shape, 7, dtype)
        assert call(x, out=out) is out
        same_bits(out, y, shape)


@every_call_with_axes
@pytest.mark.parametrize("axis", [0, 1, 2, -1, (0, 1), None], ids=str)
def test_axes_without_elements_give_nothing(call: Call, axis: Any) -> None:
    shape = (2, 0, 4)
    y = call(np.empty(shape), axis=axis)
    if call.keeps_shape:
        assert y.shape == shape
    else:  # the logarithm of an empty sum, as often as there are empty rows
        assert y.shape == call.result_shape(shape, axis=axis)
        assert (y == -np.inf).all()


@every_call
@every_float
def test_the_input_is_never_written_to(call: Call, dtype: Any) -> None:
    x = sample((40, 50), dtype).copy()
    given = call.companions(x)
    arrays = [x, *given.values()]
    before = [array.copy() for array in arrays]
    call(x, **given)
    for read, values in zip(arrays, before):
        same_bits(read, values)
        frozen(read)
    call(x, **given)


@every_call
@every_float
def test_the_result_shares_no_memory_with_the_input(call: Call, dtype: Any) -> None:
    x = np.ones(6, dtype)
    given = call.companions(x)
    y = np.asarray(call(x, **given))
    for read in (x, *given.values()):
        assert not np.shares_memory(y, read)


@every_elementwise_call
@every_float
def test_nan_goes_through_where_it_stands(call: Call, dtype: Any) -> None:
    x = sample((64, 33), dtype, hostile=False).copy()
    x[::3, ::2] = np.nan
    for given in (x, x[0], x[:, 0], x.T):
        assert np.array_equal(np.isnan(call(given)), np.isnan(given))
    for name in call.numbers:
        assert np.array_equal(np.isnan(call(x, **{name: OTHER})), np.isnan(x))


@every([c for c in CALLS if c.takes_cotangent or c.variant == "weight"])
@every_float
def test_nan_in_another_array_goes_through(call: Call, dtype: Any) -> None:
    x = np.array([[-1.5, 0.5, -2.0, 1.0]] * 3, dtype)
    names = set(call.companions(x)) - {"where"}
    if call.part == 1:  # the gradient of a weight does not depend on it
        names -= {"weight"}
    for name in names:
        given = call.companions(x, axis=-1)
        rows = given[name].astype(dtype)
        rows[1] = np.nan
        keywords = {"axis": -1} if not call.elementwise else {}
        y = call(x, **{**given, name: rows}, **keywords)
        assert np.isnan(y[1]).any(), name
        assert not np.isnan(y[[0, 2]]).any(), name


@every_call_with_an_axis
@every_float
def test_nan_stays_in_its_row(call: Call, dtype: Any) -> None:
    x = np.zeros((3, 4), dtype)
    x[1, 2] = np.nan  # an element that the masks let count
    y = call(x, axis=-1)
    nans = np.isnan(y)
    if call.one_axis:  # it reaches the results that it takes part in
        assert nans[1].any()
    elif call.keeps_shape:
        assert nans[1][call.companions(x).get("where", np.full(x.shape, True))[1]].all()
    else:
        assert nans[1]
    assert not nans[[0, 2]].any()


@every([c for c in CALLS if c.variant == "where"])
@every_float
def test_what_the_mask_hides_does_not_count(call: Call, dtype: Any) -> None:
    x = sample((8, 12), dtype, hostile=False).copy()
    given = call.companions(x, axis=-1)
    expected = call(x, axis=-1, **given)
    for hidden in (np.nan, np.inf, -np.inf, np.finfo(dtype).max):
        x[~given["where"]] = hidden
        same_bits(call(x, axis=-1, **given), expected, hidden)
    row = given["where"][3]
    alone = {k: v[3] if v.ndim == 1 else v[3, row] for k, v in given.items()}
    if call.takes_cotangent and call.row.function.__name__ == "logsumexp":
        alone["cotangent"] = given["cotangent"][3]
    alone["where"] = row[row]
    y = call(x[3, row], axis=-1, **alone)
    same_bits(y, expected[3, row] if call.keeps_shape else expected[3])


@every([c for c in CALLS if c.variant == "where"])
def test_a_mask_of_true_is_no_mask_and_one_of_false_hides_all(call: Call) -> None:
    x = sample((8, 12), np.float64)
    given = call.companions(x, axis=-1)
    plain = Call(call.row, call.function)
    for everything in (True, None, [[True]] * 8):
        y = call(x, axis=-1, **{**given, "where": everything})
        same_bits(y, plain(x, axis=-1))
    y = call(x, axis=-1, **{**given, "where": False})
    nothing = 0 if call.takes_cotangent or "log" not in call.row.name else -np.inf
    assert (y == nothing).all()


def limit(nearly: float) -> float:
    """What a value far out tends to."""
    if abs(nearly) > 1e290:
        return float(np.copysign(np.inf, nearly))
    return nearly if abs(nearly) > 1e-290 else 0.0


@every_elementwise_call
def test_infinities_give_the_limit(call: Call) -> None:
    for sign in (-1.0, 1.0):
        if call.row.name in PERIODIC and str(call) not in LIMITS:
            assert all(np.isnan(call(dtype(sign * np.inf))) for dtype in FLOATS)
            continue
        far = sign * np.finfo(float).max
        for dtype in FLOATS:
            assert call(dtype(sign * np.inf)) == dtype(limit(call(far)))
        for name in call.numbers:
            y, near = (call(sign * v, **{name: OTHER}) for v in (np.inf, 1e300))
            assert y == limit(near)


@every_call
@every_float
def test_no_number_raises_or_warns(call: Call, dtype: Any) -> None:
    # Every flag raises in these tests, and every warning is an error.
    x = specials(dtype)
    for given in (x, x[::2], x.reshape(1, -1), np.tile(x, 999)):
        call(given)
    for value in x if not call.one_axis else ():
        call(value)
        call([float(value)])
    if not call.elementwise:
        pairs = np.stack(np.meshgrid(x, x))
        others = call.companions(pairs, axis=0)
        call(pairs, axis=0, **others)
        if call.takes_cotangent:
            hostile = np.resize(pairs[::-1], others["cotangent"].shape)
            call(pairs, axis=0, **{**others, "cotangent": hostile})


@every_call
@every_float
def test_finite_numbers_give_numbers(call: Call, dtype: Any) -> None:
    x = specials(dtype)
    x = x[np.isfinite(x)]
    assert not np.isnan(call(x)).any()
    if call.elementwise:
        assert not np.isnan(call(x.astype(float))).any()


@every_call
def test_the_state_of_errors_and_warnings_is_left_alone(call: Call) -> None:
    state = {"divide": "print", "over": "warn", "under": "ignore", "invalid": "call"}
    filters = copy.copy(warnings.filters)
    with np.errstate(**state):  # type: ignore[arg-type]
        call(specials(np.float32))
        with pytest.raises(TypeError):
            call("a", **dict.fromkeys(call.companions(0.0), 0.0))
        assert np.geterr() == state
    assert warnings.filters == filters


POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD


@every([c for c in CALLS if not c.variant and c.row.parameters])
def test_parameters_may_be_given_by_position_and_by_name(call: Call) -> None:
    x = sample((4, 4), np.float64)
    special = {"axis": 0, "pieces": 4, "weight": OTHER, "hard": True}
    names = [n for n in call.row.parameters if call.signature[n].kind is POSITIONAL]
    values = [special.get(name, OTHER) for name in names]
    named = dict(zip(names, values))
    seed = {"rng": SEED} if call.draws else {}

    def result(*arguments: Any, **named: Any) -> Any:
        given = call.companions(x, **dict(zip(names, arguments)), **named)
        cotangent = [given["cotangent"]] if call.takes_cotangent else []
        y = call.function(x, *cotangent, *arguments, **named, **seed)
        return y if call.part is None else y[call.part]

    by_name = result(**named)
    same_bits(result(*values), by_name)
    defaults = {k: v for k, v in call.row.parameters.items() if k != "rng"}
    default = result(**defaults)
    keywords = {k: v for k, v in defaults.items() if k in {"axis"}}
    same_bits(result(**keywords), default)
    for name, value in named.items():
        y = result(**{**defaults, name: value})
        if (str(call), name) in IDLE:
            continue
        assert not np.array_equal(y, default, equal_nan=True), f"{name} changes nothing"


@every_call
def test_the_arrays_are_given_by_position_only_and_out_by_name_only(call: Call) -> None:
    kinds = {name: p.kind for name, p in call.signature.items()}
    arrays = ["x", "cotangent"] if call.takes_cotangent else ["x"]
    assert list(kinds) == [*arrays, *call.row.parameters, "out"]
    assert {kinds[a] for a in arrays} == {inspect.Parameter.POSITIONAL_ONLY}
    for name in {"where", "rng", "keepdims", "out"} & set(kinds):
        assert kinds[name] is inspect.Parameter.KEYWORD_ONLY
    for name in set(kinds) - {*arrays, "where", "rng", "keepdims", "out", "hard"}:
        assert kinds[name] is POSITIONAL
    for name in {"where", "out"} & set(kinds):
        assert call.signature[name].default is None


@every_row
def test_a_function_and_its_gradient_agree_in_their_parameters(row: Activation) -> None:
    if row.gradient is None:
        return

    def shown(function: Any) -> list[Any]:
        parameters = inspect.signature(function).parameters.values()
        # Without a seed a vjp would draw other noise than its function has drawn.
        return [
            p.replace(default=None) if row.name in NOISY and p.name == "rng" else p
            for p in parameters
            if p.name not in {"cotangent", "out"}
        ]

    assert shown(row.gradient) == shown(row.function)


@every([c for c in CALLS if c.row.name in NOISY])
def test_noise_comes_from_a_seed_or_a_generator_only(call: Call) -> None:
    x = np.zeros((40, 60))
    np.random.seed(3)
    state = np.random.get_state(legacy=False)
    first = call(x, rng=SEED)
    same_bits(call(x, rng=SEED), first)
    same_bits(call(x, rng=np.random.default_rng(SEED)), first)
    assert not np.array_equal(call(x, rng=SEED + 1), first)
    generator = np.random.default_rng(SEED)
    same_bits(call(x, rng=generator), first)
    assert not np.array_equal(call(x, rng=generator), first)
    assert repr(np.random.get_state(legacy=False)) == repr(state)
    if call.takes_cotangent:
        with pytest.raises(TypeError, match="rng"):
            call(x, rng=None)
    else:
        assert not np.array_equal(call(x, rng=None), call(x, rng=None))


@every_call
def test_results_do_not_depend_on_what_was_computed_before(call: Call) -> None:
    x = sample((4, 4), np.float64)
    first = call(x)
    for dtype in FLOATS:
        call(specials(dtype))
    same_bits(call(x), first)

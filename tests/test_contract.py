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
    Call,
    cotangent_for,
    every,
    every_call,
    every_coupling_call,
    every_elementwise_call,
    every_float,
    same_bits,
    sample,
    specials,
)

from actfn import CATALOGUE, Activation

every_row = pytest.mark.parametrize("row", CATALOGUE.values(), ids=lambda r: r.name)


@every_call
@every_float
def test_a_float_dtype_is_kept(call: Call, dtype: Any) -> None:
    x = sample((3, 4), dtype)
    y = call(x)
    assert type(y) is np.ndarray
    assert (y.dtype, y.shape) == (x.dtype, x.shape)


@every_call
@pytest.mark.parametrize("dtype", [*"?bBhHiIlLqQ"])
def test_integers_and_booleans_give_float64(call: Call, dtype: str) -> None:
    x = np.array([[0, 1, 1], [1, 0, 127]]).astype(dtype)
    y = call(x)
    assert y.dtype == np.float64
    same_bits(y, call(x.astype(float)))
    same_bits(y, call(x.astype(x.dtype.newbyteorder())))


@every_call
@pytest.mark.parametrize(
    ("scalar", "kind"),
    [(-1.5, np.float64), (2, np.float64), (True, np.float64), (np.int8(3), np.float64)]
    + [(t(-1.5), t) for t in FLOATS]
    + [(np.array(-1.5, t), t) for t in FLOATS]
    + [(np.array(-1.5, ">f4"), np.float32), (np.array(3), np.float64)],
    ids=lambda v: f"{type(v).__name__} {v!r}",
)
def test_a_scalar_gives_a_scalar(call: Call, scalar: Any, kind: type) -> None:
    y = call(scalar)
    assert type(y) is kind
    same_bits([y], call(np.array([scalar], kind)))


@every_call
@pytest.mark.parametrize(
    "like",
    [
        [[1, -2.5], [0.5, 3]],
        ((1, -2.5), (0.5, 3)),
        [np.array([1, -2.5]), [0.5, 3]],
        np.array([[1, -2.5], [0.5, 3]]).view(np.recarray),
        pd.DataFrame({"a": [1, 0.5], "b": [-2.5, 3]}),
        pd.Series([1.0, -2.5], name="a", index=["u", "v"]),
        array.array("d", [1, -2.5]),
        memoryview(array.array("f", [1, -2.5])),
        range(-2, 3),
    ],
    ids=lambda v: type(v).__name__,
)
def test_what_is_like_an_array_gives_a_plain_array(call: Call, like: Any) -> None:
    y = call(like)
    assert type(y) is np.ndarray
    same_bits(y, call(np.array(like)))


@every_call
@every_float
@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 4), (0, 0)], ids=str)
def test_nothing_gives_nothing(call: Call, dtype: Any, shape: tuple[int, ...]) -> None:
    y = call(np.empty(shape, dtype))
    assert (y.dtype, y.shape) == (dtype, shape)
    out = np.empty(shape, dtype)
    assert call(np.empty(shape, dtype), out=out) is out


@every_coupling_call
@pytest.mark.parametrize("axis", [0, 1, 2, -1, (0, 1), None], ids=str)
def test_axes_without_elements_give_nothing(call: Call, axis: Any) -> None:
    assert call(np.empty((2, 0, 4)), axis=axis).shape == (2, 0, 4)


@every_call
@every_float
def test_the_input_is_never_written_to(call: Call, dtype: Any) -> None:
    x, g = sample((40, 50), dtype).copy(), cotangent_for(np.empty((40, 50)))
    before_x, before_g = x.copy(), g.copy()
    call(x, cotangent=g)
    same_bits(x, before_x)
    same_bits(g, before_g)


@every_call
@every_float
def test_the_result_shares_no_memory_with_the_input(call: Call, dtype: Any) -> None:
    x = np.ones(5, dtype)
    assert not np.shares_memory(call(x), x)


@every_elementwise_call
@every_float
def test_nan_goes_through_where_it_stands(call: Call, dtype: Any) -> None:
    x = sample((64, 33), dtype, hostile=False).copy()
    x[::3, ::2] = np.nan
    for given in (x, x[0], x[:, 0], x.T):
        assert np.array_equal(np.isnan(call(given)), np.isnan(given))
    for name in call.numbers:
        assert np.array_equal(np.isnan(call(x, **{name: 0.5})), np.isnan(x))


@every_coupling_call
@every_float
def test_nan_stays_in_its_row(call: Call, dtype: Any) -> None:
    x = np.zeros((3, 4), dtype)
    x[1, 2] = np.nan
    nans = np.isnan(call(x, axis=-1))
    assert nans[1].all()
    assert not nans[[0, 2]].any()


@every_elementwise_call
def test_infinities_give_the_limit(call: Call) -> None:
    for sign in (-1.0, 1.0):
        nearly = call(sign * np.finfo(float).max)
        limit = nearly if abs(nearly) < 1e300 else np.copysign(np.inf, nearly)
        for dtype in FLOATS:
            assert call(dtype(sign * np.inf)) == dtype(limit)
        for name in call.numbers:
            y = call([sign * np.inf, sign * 1e300], **{name: 0.5})
            assert y[0] == (y[1] if abs(y[1]) < 1e290 else np.copysign(np.inf, y[1]))


@every_call
@every_float
def test_no_number_raises_or_warns(call: Call, dtype: Any) -> None:
    # Every flag raises in these tests, and every warning is an error.
    x = specials(dtype)
    for given in (x, x[::2], x.reshape(1, -1), np.tile(x, 999)):
        call(given)
    for value in x:
        call(value)
        call([float(value)])
    if not call.row.elementwise:
        pairs = np.stack(np.meshgrid(x, x))
        call(pairs, axis=0)
        call(pairs, axis=0, cotangent=pairs[::-1])


@every_call
@every_float
def test_finite_numbers_give_numbers(call: Call, dtype: Any) -> None:
    x = specials(dtype)
    x = x[np.isfinite(x)]
    assert not np.isnan(call(x)).any()
    if call.row.elementwise:
        assert not np.isnan(call(x.astype(float))).any()


@every_call
def test_the_state_of_errors_and_warnings_is_left_alone(call: Call) -> None:
    state = {"divide": "print", "over": "warn", "under": "ignore", "invalid": "call"}
    filters = copy.copy(warnings.filters)
    with np.errstate(**state):  # type: ignore[arg-type]
        call(specials(np.float32))
        with pytest.raises(TypeError):
            call("a", cotangent=0.0)
        assert np.geterr() == state
    assert warnings.filters == filters


@every([c for c in CALLS if c.row.parameters])
def test_parameters_may_be_given_by_position_and_by_name(call: Call) -> None:
    x = sample((3, 4), np.float64)
    values = [0.5 if name != "axis" else 0 for name in call.row.parameters]
    named = dict(zip(call.row.parameters, values))
    arguments = (x, cotangent_for(x)) if call.takes_cotangent else (x,)
    by_name = call.function(*arguments, **named)
    same_bits(call.function(*arguments, *values), by_name)
    default = call.function(*arguments)
    assert not np.array_equal(default, by_name, equal_nan=True)
    same_bits(call.function(*arguments, **call.row.parameters), default)


@every_call
def test_the_arrays_are_given_by_position_only_and_out_by_name_only(call: Call) -> None:
    parameters = inspect.signature(call.function).parameters
    kinds = {name: p.kind for name, p in parameters.items()}
    arrays = ["x", "cotangent"] if call.takes_cotangent else ["x"]
    assert list(kinds) == [*arrays, *call.row.parameters, "out"]
    assert {kinds[a] for a in arrays} == {inspect.Parameter.POSITIONAL_ONLY}
    assert kinds["out"] is inspect.Parameter.KEYWORD_ONLY
    assert parameters["out"].default is None


@every_row
def test_a_function_and_its_gradient_agree_in_their_parameters(row: Activation) -> None:
    def without_cotangent(function: Any) -> list[inspect.Parameter]:
        parameters = inspect.signature(function).parameters.values()
        return [p for p in parameters if p.name != "cotangent"]

    assert without_cotangent(row.gradient) == without_cotangent(row.function)


@every_call
def test_results_do_not_depend_on_what_was_computed_before(call: Call) -> None:
    x = sample((3, 4), np.float64)
    first = call(x)
    for dtype in FLOATS:
        call(specials(dtype))
    same_bits(call(x), first)

# What is refused, in words that quote what came and say what is expected; and nothing
# is written when a call raises.

import datetime
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from laboratory import (
    CALLS,
    Call,
    every,
    every_call,
    every_coupling_call,
    every_float,
    same_bits,
    sample,
)

from actfn import leaky_relu, relu, softmax, softmax_vjp, softplus

every_call_with_numbers = every([c for c in CALLS if c.numbers])

RECORD = np.zeros(2, [("weight", float), ("bias", float)])

NOT_REAL = [
    (1 + 2j, TypeError, r"complex128: \(1\+2j\); take x.real or abs\(x\)"),
    (np.ones(2, np.complex64), TypeError, "complex64: .*take x.real"),
    ("abc", TypeError, "<U3: 'abc'; convert it first"),
    (["1", "2"], TypeError, r"<U1: \['1', '2'\]; convert it first"),
    (b"abc", TypeError, r"S3: b'abc'; convert it first"),
    (None, TypeError, "object: None; convert it first"),
    ([1, None], TypeError, r"object: \[1, None\]; convert it first"),
    ({"a": 1}, TypeError, r"object: \{'a': 1\}"),
    (object, TypeError, "object: <class 'object'>"),
    (2**70, TypeError, f"object: {2**70}"),
    (np.datetime64("2026-01-02"), TypeError, r"datetime64\[D\]: .*2026"),
    (np.timedelta64(3, "s"), TypeError, r"timedelta64\[s\]"),
    (datetime.date(2026, 1, 2), TypeError, "object: datetime.date"),
    (np.longdouble(1.5), TypeError, r"longdouble|float128.*round it first"),
    (RECORD, TypeError, "'weight'.*take one of its fields"),
    ([[1, 2], [3]], ValueError, r"rows have equal lengths, got \[\[1, 2\], \[3\]\]"),
    ([1, [2, 3]], ValueError, r"rows have equal lengths, got \[1, \[2, 3\]\]"),
]

MASKED = np.ma.masked_array([1.0, 2.0], mask=[False, True])

BAD_NUMBERS = [
    (np.nan, ValueError, "finite, got nan"),
    (np.inf, ValueError, "finite, got inf"),
    (-np.inf, ValueError, "finite, got -inf"),
    ("a", TypeError, "real number, got str: 'a'"),
    ("1", TypeError, "real number, got str: '1'"),
    (None, TypeError, "real number, got NoneType: None"),
    (1j, TypeError, "real number, got complex: 1j"),
    ([0.5], TypeError, r"real number, got list: \[0.5\]"),
    (np.array([0.5]), TypeError, r"real number, got ndarray: array\(\[0.5\]\)"),
    (np.array(np.nan), ValueError, "finite, got nan"),
]

BAD_AXES = [
    (7, np.exceptions.AxisError, "between -2 and 1 for x with 2 dimensions, got 7"),
    (-3, np.exceptions.AxisError, "between -2 and 1 for x with 2 dimensions, got -3"),
    ((0, 2), np.exceptions.AxisError, "got 2"),
    (True, TypeError, "integer, a tuple of integers or None, got bool: True"),
    ((0, False), TypeError, "got bool: False"),
    (1.0, TypeError, "got float: 1.0"),
    ("0", TypeError, "got str: '0'"),
    ((0, 0), ValueError, r"different axes, got \(0, 0\)"),
    ((1, -1), ValueError, r"different axes, got \(1, -1\)"),
    ((), ValueError, r"one or more different axes, got \(\)"),
]


@every_call
@pytest.mark.parametrize(
    ("x", "error", "words"), NOT_REAL, ids=[n[2] for n in NOT_REAL]
)
def test_what_is_not_real_is_refused(
    call: Call, x: Any, error: type[Exception], words: str
) -> None:
    out = np.full(2, 7.0)
    start = "x must hold real numbers" if error is TypeError else "x must be a number"
    with pytest.raises(error, match=f"^{start}.*{words}"):
        call(x, cotangent=[1.0, 2.0], out=out)
    assert (out == 7).all()


@every_call
def test_strings_of_any_length_are_refused(call: Call) -> None:
    x = np.array(["1", "2"], np.dtypes.StringDType())
    with pytest.raises(TypeError, match=r"real numbers .*StringDType"):
        call(x, cotangent=[1.0, 2.0])


@every_call
def test_a_masked_array_is_refused_and_mended(call: Call) -> None:
    with pytest.raises(TypeError, match=r"masked.*x\.filled\(np\.nan\)"):
        call(MASKED, cotangent=[1.0, 2.0])
    call(MASKED.filled(np.nan))
    call(MASKED.compressed())


def test_a_long_input_is_quoted_in_short() -> None:
    with pytest.raises(TypeError) as caught:
        relu(["word"] * 10_000)
    assert len(str(caught.value)) < 300
    with pytest.raises(ValueError, match="equal lengths") as ragged:
        relu([[1.0] * 1000, [1.0]] * 1000)
    assert len(str(ragged.value)) < 300


@every_coupling_call
def test_a_cotangent_is_checked_like_x(call: Call) -> None:
    if not call.takes_cotangent:
        return
    x, out = [1.0, 2.0], np.full(2, 7.0)
    refused = [
        (1j, TypeError, "^cotangent must hold real numbers.*complex128: 1j"),
        (["a", "b"], TypeError, "^cotangent must hold real numbers.*<U1"),
        ([[1], [2, 3]], ValueError, "^cotangent must be a number or an array"),
        (MASKED, TypeError, r"^cotangent must not be a masked.*cotangent\.filled"),
        (1.0, ValueError, r"^cotangent must have the shape \(2,\) of x, got \(\)"),
        ([1.0], ValueError, r"shape \(2,\) of x, got \(1,\)"),
        ([[1.0, 2.0]], ValueError, r"shape \(2,\) of x, got \(1, 2\)"),
    ]
    for cotangent, error, words in refused:
        with pytest.raises(error, match=words):
            call(x, cotangent=cotangent, out=out)
    assert (out == 7).all()


@every_call_with_numbers
@pytest.mark.parametrize(
    ("value", "error", "words"), BAD_NUMBERS, ids=[n[2] for n in BAD_NUMBERS]
)
def test_a_bad_parameter_is_refused(
    call: Call, value: Any, error: type[Exception], words: str
) -> None:
    out = np.full(3, 7.0)
    for name in call.numbers:
        with pytest.raises(error, match=f"^{name} must be .*{words}"):
            call([1.0, 2.0, 3.0], out=out, **{name: value})
    assert (out == 7).all()


@every_call_with_numbers
def test_a_parameter_beyond_the_floats_is_refused(call: Call) -> None:
    for name in call.numbers:
        with pytest.raises(ValueError, match=f"^{name} must be finite"):
            call(1.0, **{name: 10**400})


@every_call_with_numbers
def test_a_parameter_that_does_not_fit_the_dtype_is_refused(call: Call) -> None:
    for name in call.numbers:
        for dtype in (np.float16, np.float32):
            out = np.full(2, 7, dtype)
            with pytest.raises(ValueError, match=r"1e\+?300 with float32; convert x"):
                call(np.ones(2, dtype), out=out, **{name: 1e300})
            assert (out == 7).all()
        call(1.0, **{name: 1e300})


@every_call_with_numbers
@pytest.mark.parametrize("half", [np.float16(0.5), np.float32(0.5), np.array(0.5)])
def test_a_parameter_may_be_a_scalar_of_numpy(call: Call, half: Any) -> None:
    x = sample((5,), np.float32)
    for name in call.numbers:
        same_bits(call(x, **{name: half}), call(x, **{name: 0.5}))
        same_bits(call(x, **{name: np.int8(1)}), call(x, **{name: True}))


@pytest.mark.parametrize("beta", [0, 0.0, -0.0, -1, -1e-300])
def test_beta_is_positive(beta: float) -> None:
    with pytest.raises(ValueError, match=f"^beta must be greater than 0, got {beta}"):
        softplus([1.0], beta)


def test_beta_is_positive_in_the_dtype_of_x_too() -> None:
    with pytest.raises(ValueError, match=r"1e-60 with float32; convert x to float64"):
        softplus(np.array([1.0, np.inf], np.float32), 1e-60)


def test_a_slope_may_be_negative() -> None:
    assert leaky_relu(-1.0, -2) == 2


@every_coupling_call
@pytest.mark.parametrize(
    ("axis", "error", "words"), BAD_AXES, ids=[str(b[0]) for b in BAD_AXES]
)
def test_a_bad_axis_is_refused(
    call: Call, axis: Any, error: type[Exception], words: str
) -> None:
    out = np.full((2, 3), 7.0)
    with pytest.raises(error, match=f"axis must .*{words}"):
        call(np.ones((2, 3)), axis=axis, out=out)
    assert (out == 7).all()


@every_coupling_call
def test_an_axis_of_a_scalar_or_vector_is_checked(call: Call) -> None:
    with pytest.raises(np.exceptions.AxisError, match="axis must be None for a scalar"):
        call(1.0, axis=-1)
    with pytest.raises(np.exceptions.AxisError, match="with 1 dimension, got 1"):
        call([1.0], axis=1)


def test_an_axis_may_be_an_integer_of_numpy() -> None:
    x = np.arange(6.0).reshape(2, 3)
    int_axis: Any = np.int64(0)  # which the annotation does not promise
    same_bits(softmax(x, int_axis), softmax(x, 0))


def wrong_outs(dtype: Any) -> Iterator[tuple[Any, type[Exception], str]]:
    other = np.float32 if dtype is np.float64 else np.float64
    name = dtype.__name__
    swapped = np.dtype(dtype).newbyteorder()
    made = rf"make it with np\.empty\(\(3, 4\), np\.{name}\)"
    yield np.full((3, 4), 7, other), TypeError, rf"{name}, got {other.__name__}; {made}"
    yield np.full((3, 4), 7, np.int64), TypeError, f"{name}, got int64"
    yield np.full((3, 4), 7, object), TypeError, f"{name}, got object"
    yield np.full((3, 4), 7, swapped), TypeError, f"{name}, got >f{swapped.itemsize}"
    yield np.full((4, 3), 7, dtype), ValueError, rf"\(3, 4\), got \(4, 3\); {made}"
    yield np.full(4, 7, dtype), ValueError, r"\(3, 4\), got \(4,\)"
    yield np.full((1, 3, 4), 7, dtype), ValueError, r"\(3, 4\), got \(1, 3, 4\)"
    yield np.full((), 7, dtype), ValueError, r"\(3, 4\), got \(\)"
    read_only = np.full((3, 4), 7, dtype)
    read_only.flags.writeable = False
    yield read_only, ValueError, f"read-only array; {made}"
    strided = np.lib.stride_tricks.as_strided
    for strides in ((0, 1), (1, 0), (0, 0), (1, 1), (2, 1), (-1, 1), (3, -1)):
        itself = strided(
            np.full(40, 7, dtype)[20:], (3, 4), [s * swapped.itemsize for s in strides]
        )
        yield itself, ValueError, r"place of its own.*strides \(-?\d+, -?\d+\)"
    yield [[7.0] * 4] * 3, TypeError, r"NumPy array .*got list: \[\[7\.0"
    yield np.ma.masked_array(np.full((3, 4), 7, dtype)), TypeError, "got MaskedArray"
    yield 7.0, TypeError, "got float: 7.0"
    yield dtype(7), TypeError, f"got {name}"


@every_call
@every_float
def test_a_wrong_out_is_refused_and_left_as_it_is(call: Call, dtype: Any) -> None:
    x = sample((3, 4), dtype)
    for out, error, words in wrong_outs(dtype):
        with pytest.raises(error, match=f"^out must .*{words}"):
            call(x, out=out)
        assert np.all(np.asarray(out) == 7)


@every_call
def test_an_out_for_integers_is_refused_when_it_is_of_integers(call: Call) -> None:
    x = np.arange(3)
    with pytest.raises(TypeError, match="float64, got int64"):
        call(x, out=x)
    assert (x == [0, 1, 2]).all()


@every_call
def test_a_broadcast_out_is_refused_when_made_writeable(call: Call) -> None:
    memory = np.full(4, 7.0)
    out = np.lib.stride_tricks.as_strided(memory, (3, 4), (0, 8), writeable=True)
    assert out.flags.writeable
    with pytest.raises(ValueError, match="place of its own"):
        call(np.ones((3, 4)), out=out)
    assert (memory == 7).all()


@every_call
def test_an_out_of_one_element_may_have_any_strides(call: Call) -> None:
    for shape in ((1, 1), (1, 3), (3, 1), (0, 5)):
        strides = [0 if n == 1 else 8 for n in shape]
        out = np.lib.stride_tricks.as_strided(np.zeros(9), shape, strides)
        x = np.ones(shape)
        same_bits(call(x, out=out), call(x))


def test_a_signature_refuses_other_arguments() -> None:
    with pytest.raises(TypeError, match="1 positional argument but 2"):
        relu([1.0], np.empty(1))  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional-only"):
        relu(x=[1.0])  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="cotangent"):
        softmax_vjp([1.0])  # type: ignore[call-arg]

# What is refused, in words that quote what came and say what is expected; and nothing
# is written when a call raises.

import datetime
import re
import warnings
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from laboratory import (
    CALLS,
    NOISY,
    Call,
    every,
    every_call,
    every_call_that_keeps_the_shape,
    every_call_with_an_axis,
    every_float,
    same_bits,
    sample,
)

from actfn import _validation, leaky_relu, relu, softmax, softmax_vjp, softplus

every_call_with_numbers = every([c for c in CALLS if c.numbers])
every_call_with_a_cotangent = every([c for c in CALLS if c.takes_cotangent])
every_call_with_a_mask = every([c for c in CALLS if c.variant == "where"])
every_call_that_draws = every([c for c in CALLS if c.draws])

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
    (True, TypeError, "got bool: True"),
    (1.0, TypeError, "got float: 1.0"),
    ("0", TypeError, "got str: '0'"),
    ([7.5], TypeError, "got "),
]

BAD_TUPLES = [
    ((0, 2), np.exceptions.AxisError, "got 2"),
    ((0, False), TypeError, "got bool: False"),
    ((0, 0), ValueError, r"different axes, got \(0, 0\)"),
    ((1, -1), ValueError, r"different axes, got \(1, -1\)"),
    ((), ValueError, r"one or more different axes, got \(\)"),
]


@every_call
def test_what_is_not_real_is_refused(call: Call) -> None:
    given = call.companions([1.0, 2.0])
    for x, error, words in NOT_REAL:
        out = np.full(np.shape(call([1.0, 2.0])), 7.0)
        start = "real numbers" if error is TypeError else "a number"
        start = f"x must {'hold' if error is TypeError else 'be'} {start}"
        with pytest.raises(error, match=f"^{start}.*{words}"):
            call(x, **given, out=out)
        assert (out == 7).all(), words


@every_call
def test_strings_of_any_length_are_refused(call: Call) -> None:
    x = np.array(["1", "2"], np.dtypes.StringDType())
    with pytest.raises(TypeError, match=r"real numbers .*StringDType"):
        call(x, **call.companions([1.0, 2.0]))


@every_call
def test_a_masked_array_is_refused_and_mended(call: Call) -> None:
    with pytest.raises(TypeError, match=r"masked.*x\.filled\(np\.nan\)"):
        call(MASKED, **call.companions([1.0, 2.0]))
    call(MASKED.filled(np.nan))
    call(np.ma.masked_array([1.0, 2.0, 3.0], [False, True, False]).compressed())


def test_a_long_input_is_quoted_in_short() -> None:
    with pytest.raises(TypeError) as caught:
        relu(["word"] * 10_000)
    assert len(str(caught.value)) < 300
    with pytest.raises(ValueError, match="equal lengths") as ragged:
        relu([[1.0] * 1000, [1.0]] * 1000)
    assert len(str(ragged.value)) < 300


@every_call_with_a_cotangent
def test_a_cotangent_is_checked_like_x(call: Call) -> None:
    x, keywords = [1.0, 2.0], {} if call.elementwise else {"axis": -1}
    shape = call.result_shape((2,), **keywords)
    out = np.full(np.shape(call(x, **keywords)), 7.0)
    wanted = re.escape(f"{shape} of the result, got ")
    refused: list[tuple[Any, type[Exception], str]] = [
        (1j, TypeError, "^cotangent must hold real numbers.*complex128: 1j"),
        (["a", "b"], TypeError, "^cotangent must hold real numbers.*<U1"),
        ([[1], [2, 3]], ValueError, "^cotangent must be a number or an array"),
        (MASKED, TypeError, r"^cotangent must not be a masked.*cotangent\.filled"),
        (np.ones((7,)), ValueError, rf"^cotangent must have the shape {wanted}\(7,\)"),
        (np.ones((1, 2)), ValueError, rf"{wanted}\(1, 2\)"),
    ]
    if shape:
        refused.append((1.0, ValueError, rf"{wanted}\(\)"))
    for cotangent, error, words in refused:
        with pytest.raises(error, match=words):
            call(x, cotangent=cotangent, **keywords, out=out)
    assert (out == 7).all()


@every_call_with_a_mask
def test_a_mask_is_checked(call: Call) -> None:
    x, out = np.ones((2, 3)), np.full((2, 3), 7.0)
    if not call.keeps_shape:
        out = np.full((), 7.0)
    refused: list[tuple[Any, type[Exception], str]] = [
        (1, TypeError, r"boolean, true where .*, got dtype int64: 1; compare first"),
        ([1.0, 0.0, 1.0], TypeError, r"dtype float64: \[1\.0, 0\.0, 1\.0\]; compare"),
        ("a", TypeError, "dtype <U1: 'a'"),
        ([[True], [True, False]], ValueError, "where must be a number or an array"),
        (np.ma.masked_array([True] * 3), TypeError, "where must not be a masked"),
        ([True] * 2, ValueError, r"broadcast to the shape \(2, 3\) of x, got \(2,\);"),
        (np.ones((1, 2, 3), bool), ValueError, r"of x, got \(1, 2, 3\)"),
    ]
    for where, error, words in refused:
        with pytest.raises(error, match=f"where must .*{words}|^{words}"):
            call(x, where=where, out=out)
    assert (out == 7).all()


def test_a_long_mask_is_quoted_in_short() -> None:
    with pytest.raises(TypeError, match="where must be boolean") as caught:
        softmax(np.ones(10_000), where=np.ones(10_000))
    assert len(str(caught.value)) < 300


@every([c for c in CALLS if c.variant == "weight"])
def test_weights_are_checked(call: Call) -> None:
    x, out = np.ones((2, 3)), np.full((2, 3), 7.0)
    refused: list[tuple[Any, type[Exception], str]] = [
        (1j, TypeError, "weight must hold real numbers.*complex128: 1j"),
        ("a", TypeError, "weight must hold real numbers.*<U1"),
        (None, TypeError, "weight must hold real numbers.*object: None"),
        (np.ma.masked_array([1.0] * 3), TypeError, "weight must not be a masked"),
        ([1.0, 2.0], ValueError, r"weight must broadcast to the shape \(2, 3\) of x"),
        (np.ones((2, 2, 3)), ValueError, r"weight .*, got \(2, 2, 3\); give it"),
    ]
    for weight, error, words in refused:
        with pytest.raises(error, match=f"^{words}"):
            call(x, weight=weight, out=out)
    assert (out == 7).all()


@every_call_that_draws
@pytest.mark.parametrize("rng", ["a", 1.5, -1, [0.5], np.random], ids=repr)
def test_a_bad_generator_is_refused(call: Call, rng: Any) -> None:
    out = np.full(np.shape(call(np.ones((2, 4)))), 7.0)
    with pytest.raises(TypeError, match=r"^rng must be a .*; make one with") as caught:
        call(np.ones((2, 4)), rng=rng, out=out)
    assert type(rng).__name__ in str(caught.value)
    assert (out == 7).all()


@every([c for c in CALLS if c.row.name in NOISY and c.takes_cotangent])
def test_a_gradient_must_know_the_noise(call: Call) -> None:
    out = np.full(4, 7.0)
    with pytest.raises(TypeError, match=r"^rng must be what .* was called with"):
        call(np.ones(4), rng=None, out=out)
    assert (out == 7).all()


@every([c for c in CALLS if "pieces" in c.signature])
def test_pieces_are_counted(call: Call) -> None:
    x, out = np.ones((2, 6)), np.full((2, 6) if call.takes_cotangent else (2, 3), 7.0)
    for pieces, error, words in (
        (0, ValueError, "pieces must be at least 1, got 0"),
        (-2, ValueError, "pieces must be at least 1, got -2"),
        (2.0, TypeError, "pieces must be an integer, got float: 2.0"),
        (True, TypeError, "pieces must be an integer, got bool: True"),
        ("2", TypeError, "pieces must be an integer, got str: '2'"),
        (4, ValueError, r"a multiple of 4, got shape \(2, 6\)"),
    ):
        given = {"cotangent": np.ones((2, 3))} if call.takes_cotangent else {}
        with pytest.raises(error, match=words):
            call(x, **given, pieces=pieces, out=out)
    assert (out == 7).all()
    same_bits(call(x, pieces=np.int8(3)), call(x, pieces=3))


@every([c for c in CALLS if c.one_axis and c.ratio < 1])
def test_an_odd_length_cannot_be_halved(call: Call) -> None:
    given = {"cotangent": np.ones((2, 1))} if call.takes_cotangent else {}
    words = r"x must have a length along axis -1 that is a multiple of 2.*\(2, 3\)"
    with pytest.raises(ValueError, match=words):
        call(np.ones((2, 3)), **given)
    given = {"cotangent": np.ones((1, 3))} if call.takes_cotangent else {}
    assert call(np.ones((2, 3)), **given, axis=0).ndim == 2


@every_call_with_numbers
def test_a_bad_parameter_is_refused(call: Call) -> None:
    x = np.ones((2, 4))
    out = np.full(np.shape(call(x)), 7.0)
    for name in call.numbers:
        for value, error, words in BAD_NUMBERS:
            with pytest.raises(error, match=f"^{name} must be .*{words}"):
                call(x, out=out, **{name: value})
    assert (out == 7).all()


@every_call_with_numbers
def test_a_parameter_beyond_the_floats_is_refused(call: Call) -> None:
    for name in call.numbers:
        with pytest.raises(ValueError, match=f"^{name} must be finite"):
            call([1.0, 2.0], **{name: 10**400})


@every([c for c in CALLS if c.numbers and c.elementwise and not c.variant])
def test_a_parameter_that_does_not_fit_the_dtype_is_refused(call: Call) -> None:
    # Unless the kernel, like those for rows, works in float64, which fits them all.
    refused = 0
    for name in call.numbers:
        for value in (1e300, 1e-300):
            given = {name: value}
            out = np.full(2, 7, np.float32)
            try:
                wide = call([-1.0, 2.0], **given)
                call(np.array([-1, 2], np.float32), out=out, **given)
            except ValueError as error:
                refused += "with float32; convert x to float64" in str(error)
                assert (out == 7).all()
            else:
                with np.errstate(all="ignore"):
                    same_bits(out, wide.astype(np.float32), given)
    assert refused or call.row.name not in {"leaky_relu", "threshold", "hard_shrink"}


@every_call_with_numbers
@pytest.mark.parametrize("quarter", [np.float16, np.float32, np.array, Fraction])
def test_a_parameter_may_be_a_scalar_of_numpy(call: Call, quarter: Any) -> None:
    x = sample((4, 6), np.float32)
    for name in call.numbers:
        same_bits(call(x, **{name: quarter(0.25)}), call(x, **{name: 0.25}))


@pytest.mark.parametrize("beta", [0, 0.0, -0.0, -1, -1e-300])
def test_beta_is_positive(beta: float) -> None:
    with pytest.raises(ValueError, match=f"^beta must be greater than 0, got {beta}"):
        softplus([1.0], beta)


def test_a_slope_is_not_rounded_to_nothing() -> None:
    with pytest.raises(ValueError, match=r"1e-60 with float32; convert x to float64"):
        leaky_relu(np.array([1.0, np.inf], np.float32), 1e-60)


def test_a_slope_may_be_negative() -> None:
    assert leaky_relu(-1.0, -2) == 2


@every_call_with_an_axis
def test_a_bad_axis_is_refused(call: Call) -> None:
    x = np.ones((2, 4))
    keywords = {} if call.one_axis else {"axis": -1}
    given, shape = call.companions(x, **keywords), np.shape(call(x, **keywords))
    out = np.full(shape, 7.0)
    several: list[Any] = [(0, 1), [0], None] if call.one_axis else []
    more = [(a, TypeError, "got ") for a in several]
    for axis, error, words in [*BAD_AXES, *(more if call.one_axis else BAD_TUPLES)]:
        with pytest.raises(error, match=f"axis must .*{words}"):
            call(x, **given, axis=axis, out=out)
    assert (out == 7).all()


@every_call_with_an_axis
def test_an_axis_of_a_scalar_or_vector_is_checked(call: Call) -> None:
    with pytest.raises(np.exceptions.AxisError, match=r"axis must .*a scalar, got -1"):
        call(1.0, **dict.fromkeys(call.companions([1.0]), np.True_), axis=-1)
    keywords = {} if call.one_axis else {"axis": -1}
    given = call.companions([1.0, 2.0], **keywords)
    with pytest.raises(np.exceptions.AxisError, match="with 1 dimension, got 1"):
        call([1.0, 2.0], **given, axis=1)


def test_an_axis_may_be_an_integer_of_numpy() -> None:
    x = np.arange(6.0).reshape(2, 3)
    int_axis: Any = np.int64(0)  # which the annotation does not promise
    same_bits(softmax(x, int_axis), softmax(x, 0))


def wrong_outs(
    dtype: Any, shape: tuple[int, ...]
) -> Iterator[tuple[Any, type[Exception], str]]:
    other = np.float32 if dtype is np.float64 else np.float64
    name = dtype.__name__
    swapped = np.dtype(dtype).newbyteorder()
    shown = re.escape(str(shape))
    made = rf"make it with np\.empty\({shown}, np\.{name}\)"
    yield np.full(shape, 7, other), TypeError, rf"{name}, got {other.__name__}; {made}"
    yield np.full(shape, 7, np.int64), TypeError, f"{name}, got int64"
    yield np.full(shape, 7, object), TypeError, f"{name}, got object"
    yield np.full(shape, 7, swapped), TypeError, f"{name}, got >f{swapped.itemsize}"
    yield np.full((9, 3), 7, dtype), ValueError, rf"{shown}, got \(9, 3\); {made}"
    yield np.full(7, 7, dtype), ValueError, rf"{shown}, got \(7,\)"
    more = (1, *shape)
    yield np.full(more, 7, dtype), ValueError, rf"{shown}, got {re.escape(str(more))}"
    if shape:
        yield np.full((), 7, dtype), ValueError, rf"{shown}, got \(\)"
    read_only = np.full(shape, 7, dtype)
    read_only.flags.writeable = False
    yield read_only, ValueError, f"read-only array; {made}"
    strided = np.lib.stride_tricks.as_strided
    for strides in ((0, 1), (1, 0), (0, 0), (1, 1), (2, 1), (-1, 1), (2, -1)):
        if len(shape) == 2 and min(shape) > 2:
            memory = np.full(90, 7, dtype)[30:]
            itself = strided(memory, shape, [s * swapped.itemsize for s in strides])
            yield itself, ValueError, r"place of its own.*strides \(-?\d+, -?\d+\)"
    yield [[7.0] * 4] * 3, TypeError, r"NumPy array .*got list: \[\[7\.0"
    yield np.ma.masked_array(np.full(shape, 7, dtype)), TypeError, "got MaskedArray"
    if len(shape) == 2:
        with warnings.catch_warnings(action="ignore"):  # NumPy advises against it
            matrix = np.asmatrix(np.full(shape, 7, dtype))
        yield matrix, TypeError, "got matrix"
    yield 7.0, TypeError, "got float: 7.0"
    yield dtype(7), TypeError, f"got {name}"


@every_call
@every_float
def test_a_wrong_out_is_refused_and_left_as_it_is(call: Call, dtype: Any) -> None:
    x = sample((3, 6), dtype)
    for out, error, words in wrong_outs(dtype, np.shape(call(x))):
        with pytest.raises(error, match=f"^out must .*{words}"):
            call(x, out=out)
        assert np.all(np.asarray(out) == 7)


@every_call
def test_an_out_for_integers_is_refused_when_it_is_of_integers(call: Call) -> None:
    x = np.arange(4)
    out = np.full(np.shape(call(x)), 7)
    with pytest.raises(TypeError, match="float64, got int64"):
        call(x, out=out)
    assert (out == 7).all()


@every_call
def test_a_broadcast_out_is_refused_when_made_writeable(call: Call) -> None:
    x = np.ones((3, 4))
    keywords = {} if call.elementwise else {"axis": 1}
    shape = np.shape(call(x, **keywords))
    memory = np.full(99, 7.0)
    strides = [0, 8] if len(shape) == 2 else [0]
    out = np.lib.stride_tricks.as_strided(memory, shape, strides, writeable=True)
    assert out.flags.writeable
    with pytest.raises(ValueError, match="place of its own"):
        call(x, **keywords, out=out)
    assert (memory == 7).all()


@every_call_that_keeps_the_shape
def test_an_out_of_one_element_may_have_any_strides(call: Call) -> None:
    for shape in ((1, 1), (1, 4), (4, 1), (0, 6)):
        if call.one_axis and shape[1] % 2:
            continue
        strides = [0 if n == 1 else 8 for n in shape]
        out = np.lib.stride_tricks.as_strided(np.zeros(9), shape, strides)
        x = np.ones(shape)
        same_bits(call(x, out=out), call(x))


@every([c for c in CALLS if c.part is not None])
def test_two_results_need_two_outs(call: Call) -> None:
    x, g, out = np.ones(4), np.ones(4), np.full(4, 7.0)
    one = np.full((), 7.0)
    for outs, error, words in (
        (out, TypeError, "a tuple of two arrays, .*got ndarray"),
        ([out, one], TypeError, "a tuple of two arrays, .*got list"),
        ((out,), TypeError, "a tuple of two arrays, .*got tuple"),
        ((out, out[:1].reshape(())), ValueError, "two arrays that share no memory"),
        ((out, out), ValueError, "shape|share no memory"),
        ((out, np.float64(7)), TypeError, "got float64"),
    ):
        with pytest.raises(error, match=f"^out must .*{words}"):
            call.function(x, g, out=outs)
        assert (out == 7).all()
        assert one == 7
    first, second = call.function(x, g, out=(out, one))
    assert first is out
    assert second is one


def test_a_signature_refuses_other_arguments() -> None:
    with pytest.raises(TypeError, match="1 positional argument but 2"):
        relu([1.0], np.empty(1))  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional-only"):
        relu(x=[1.0])  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="cotangent"):
        softmax_vjp([1.0])  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("check", "value", "error", "words"),
    [
        (_validation.positive, 0, ValueError, "^p must be greater than 0, got 0$"),
        (_validation.positive, -2.5, ValueError, "greater than 0, got -2.5"),
        (_validation.not_negative, -2.5, ValueError, "^p must be 0 or greater, got -2"),
        (_validation.not_negative, np.nan, ValueError, "^p must be finite, got nan"),
        (_validation.not_negative, "a", TypeError, "^p must be a real number, got str"),
        (_validation.whole, 0, ValueError, "^p must be at least 1, got 0"),
        (_validation.whole, -1, ValueError, "^p must be at least 1, got -1"),
        (_validation.whole, True, TypeError, "^p must be an integer, got bool: True"),
        (_validation.whole, 2.0, TypeError, "^p must be an integer, got float: 2.0"),
        (_validation.whole, None, TypeError, "^p must be an integer, got NoneType"),
    ],
)
def test_a_number_of_the_wrong_kind_is_refused(
    check: Any, value: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        check(p=value)


def test_numbers_are_given_back_as_numbers_of_python() -> None:
    narrow: list[Any] = [np.int8(3), np.float16(3)]
    assert type(_validation.whole(p=narrow[0])) is int
    assert type(_validation.finite(p=narrow[1])) is float
    assert _validation.not_negative(p=0) == 0
    assert str(_validation.not_negative(p=-0.0)) == "-0.0"
    assert _validation.positive(p=5e-324) == 5e-324


def test_two_bounds_have_an_order() -> None:
    assert _validation.ordered(low=-1, high=2) == (-1, 2)
    assert _validation.ordered(low=2, high=2) == (2, 2)
    words = "^low must not be greater than high, got low=3 and high=2$"
    with pytest.raises(ValueError, match=words):
        _validation.ordered(low=3, high=2)
    with pytest.raises(ValueError, match=r"^high must be finite, got nan"):
        _validation.ordered(low=3, high=np.nan)
    with pytest.raises(TypeError, match=r"^low must be a real number, got str: 'a'"):
        _validation.ordered(low="a", high=np.nan)  # type: ignore[arg-type]


def test_a_seed_makes_a_generator_and_a_generator_stays_what_it_is() -> None:
    generator = np.random.default_rng(3)
    assert _validation.generator(generator) is generator
    assert _validation.generator(3).random() == generator.random()
    assert _validation.generator(None).random() != _validation.generator(None).random()
    with pytest.raises(TypeError, match=r"^rng must be .*got str: 'a'; make one with"):
        _validation.generator("a")  # type: ignore[arg-type]


def test_an_axis_is_split_into_equal_parts() -> None:
    x = np.empty((2, 6))
    assert [_validation.parts(x, axis, 2) for axis in (0, 1, -1)] == [0, 1, 1]
    assert _validation.one_axis(-2, x) == 0
    with pytest.raises(ValueError, match=r"axis -1 that is a multiple of 4.*\(2, 6\)"):
        _validation.parts(x, -1, 4)
    with pytest.raises(np.exceptions.AxisError, match=r"between -2 and 1 .*got 2"):
        _validation.parts(x, 2, 2)
    with pytest.raises(np.exceptions.AxisError, match="got -3"):
        _validation.one_axis(-3, x)


def test_what_broadcasts_is_spread_without_a_copy() -> None:
    x = np.empty((2, 3))
    for read, values in (
        (_validation.mask, [True, False, True]),
        (_validation.weight, [0.5, 1.0, 2.0]),
    ):
        array = np.array(values)
        spread = read(array, x)
        assert spread.shape == (2, 3)
        assert np.shares_memory(spread, array)
        assert read(array[0], x).shape == (2, 3)
        assert read(array[:, np.newaxis][:2], x).shape == (2, 3)
        with pytest.raises(ValueError, match=r"must broadcast .*got \(3, 1\)"):
            read(array[:, np.newaxis], x)


def test_a_cotangent_has_the_shape_of_a_result() -> None:
    assert _validation.shaped_cotangent([1, 2], (2,)).dtype.kind == "i"
    with pytest.raises(ValueError, match=r"shape \(1, 2\) of the result, got \(2,\)"):
        _validation.shaped_cotangent([1, 2], (1, 2))

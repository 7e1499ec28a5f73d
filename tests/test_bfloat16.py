# bfloat16, which NumPy does not have: computed in float32, and rounded once.

import subprocess
import sys
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from laboratory import (
    CALLS,
    LARGE,
    Call,
    every,
    every_call,
    every_call_with_an_axis,
    every_call_with_scalars,
    layouts,
    sample,
)

from actfn import relu, sigmoid, softmax

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


@np.errstate(all="ignore")
def rounded(x: Any) -> Any:
    return np.asarray(x).astype(BFLOAT16)


def same_bits(actual: Any, expected: Any) -> None:
    """Assert equal bits; one NaN is as good as another."""
    a, b = np.asarray(actual), np.asarray(expected)
    assert (a.dtype, a.shape) == (b.dtype, b.shape) == (BFLOAT16, b.shape)
    numbers = ~np.isnan(b)
    assert np.array_equal(numbers, ~np.isnan(a))
    assert np.array_equal(a[numbers].view(np.uint16), b[numbers].view(np.uint16))


def narrow(call: Call, x: Any, **keywords: Any) -> tuple[dict[str, Any], Any]:
    """The other arrays in bfloat16, and the result of float32, rounded."""
    given = call.companions(x, **keywords)
    for name, array in given.items():
        given[name] = array if array.dtype == bool else rounded(array)
    wide = {k: v if v.dtype == bool else np.float32(v) for k, v in given.items()}
    return given, rounded(call(x.astype(np.float32), **wide, **keywords))


@every_call
def test_every_number_gives_what_float32_gives_rounded_once(call: Call) -> None:
    x = np.arange(2**16, dtype=np.uint16).view(BFLOAT16)
    x = np.stack([x, np.random.default_rng(1).permutation(x)], axis=1)
    keywords = {} if call.elementwise else {"axis": 1}
    with np.errstate(invalid="ignore"):  # of signalling NaNs
        given, expected = narrow(call, x, **keywords)
        same_bits(call(x, **given, **keywords), expected)


@every_call_with_an_axis
def test_a_vector_of_many_numbers_is_computed_in_float32(call: Call) -> None:
    x = rounded(sample((40, 50), np.float32, hostile=False))
    for axis in (0, 1):
        given, expected = narrow(call, x, axis=axis)
        same_bits(call(x, **given, axis=axis), expected)


@every_call_with_scalars
def test_a_scalar_stays_a_scalar(call: Call) -> None:
    for scalar in (ml_dtypes.bfloat16(-1.5), np.array(-1.5, BFLOAT16)):
        y = call(scalar)
        assert type(y) is ml_dtypes.bfloat16
        with np.errstate(under="ignore"):
            assert y == ml_dtypes.bfloat16(call(np.float32(-1.5)))


@every_call
def test_out_is_filled_and_may_be_the_input(call: Call) -> None:
    for shape in ((6,), (3, 4), (2, LARGE)):
        x = rounded(sample(shape, np.float32))
        expected = call(x)
        out = np.full(np.shape(expected), 7, BFLOAT16)
        assert call(x, out=out) is out
        same_bits(out, expected)
        if call.keeps_shape:
            assert call(x, out=x) is x
            same_bits(x, expected)


@every_call
def test_a_wrong_out_is_refused_in_words_that_name_the_package(call: Call) -> None:
    x = np.ones((3, 4), BFLOAT16)
    shape = np.shape(call(x))
    for dtype in (np.float32, np.float16, np.uint16):
        out = np.full(shape, 7, dtype)
        words = r"dtype bfloat16, got .*; make it with .*, ml_dtypes\.bfloat16\)"
        with pytest.raises(TypeError, match=f"^out must have .*{words}"):
            call(x, out=out)
        assert (out == 7).all()
    out = np.full((9, 9), 7, BFLOAT16)
    with pytest.raises(ValueError, match=r"^out must .*ml_dtypes\.bfloat16"):
        call(x, out=out)
    assert (out == 7).all()
    with pytest.raises(TypeError, match="float32, got bfloat16"):
        call(x.astype(np.float32), out=np.empty(shape, BFLOAT16))


@every_call
def test_the_layout_changes_nothing(call: Call) -> None:
    x = rounded(sample((3, 5, 8), np.float32))
    expected = call(x)
    for name, layout in layouts(x).items():
        if "byte-swapped" not in name:  # ml_dtypes has no such dtype
            same_bits(call(layout), expected)


@every([c for c in CALLS if c.elementwise and not c.draws])
def test_nothing_gives_nothing_and_nan_goes_through(call: Call) -> None:
    empty = call(np.empty((0, 4), BFLOAT16))
    assert (empty.dtype, empty.shape) == (BFLOAT16, (0, 4))
    assert np.isnan(call(np.array([np.nan, 1.0], BFLOAT16))).tolist() == [True, False]


@pytest.mark.parametrize(
    "dtype",
    [
        ml_dtypes.float8_e4m3fn,
        ml_dtypes.float8_e5m2,
        ml_dtypes.float4_e2m1fn,
        ml_dtypes.int4,
    ],
)
def test_other_dtypes_of_the_package_are_refused(dtype: Any) -> None:
    words = f"real numbers .* or bfloat16.*, got dtype {np.dtype(dtype)}"
    with pytest.raises(TypeError, match=words):
        relu(np.ones(2, dtype))


def test_a_cotangent_in_bfloat16_does_not_change_the_dtype() -> None:
    assert softmax(np.ones(2, BFLOAT16)).dtype == BFLOAT16
    call = next(c for c in CALLS if str(c) == "softmax_vjp")
    x = np.array([1.0, 2.0])
    assert call(x, cotangent=np.ones(2, BFLOAT16)).dtype == np.float64


def test_rounding_is_to_even_and_overflow_to_infinity() -> None:
    x = np.array([1 + 2**-7, -(1 + 2**-7), 3.3895314e38], BFLOAT16)
    same_bits(relu(x), rounded([1 + 2**-7, 0.0, 3.3895314e38]))
    assert sigmoid(ml_dtypes.bfloat16(-88.5)) == rounded(sigmoid(np.float32(-88.5)))


def test_the_package_is_not_needed() -> None:
    code = "import sys; sys.modules['ml_dtypes'] = None; import actfn; actfn.relu(1.0)"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)

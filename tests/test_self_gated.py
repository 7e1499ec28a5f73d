# Anchor values of the GELUs, SiLU, swish, hard SiLU and mish.

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from laboratory import same_bits

from actfn import (
    gelu,
    gelu_derivative,
    gelu_quick,
    gelu_quick_derivative,
    gelu_tanh,
    gelu_tanh_derivative,
    hard_silu,
    hard_silu_derivative,
    mish,
    mish_derivative,
    relu,
    sigmoid,
    silu,
    silu_derivative,
    swish,
    swish_derivative,
)

_ENOUGH = 100  # from here on gelu is x, or lies below every float


def _gelu(x: mpmath.mpf) -> mpmath.mpf:
    if abs(x) > _ENOUGH:
        return max(x, mpmath.mpf(0))
    return x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def _swish(x: mpmath.mpf, beta: Any = 1) -> mpmath.mpf:
    return x / (1 + mpmath.exp(-beta * x))


def _gelu_tanh(x: mpmath.mpf) -> mpmath.mpf:
    if abs(x) > _ENOUGH:
        return max(x, mpmath.mpf(0))
    cubic = x + mpmath.mpf("0.044715") * x**3
    return x / (1 + mpmath.exp(-mpmath.sqrt(8 / mpmath.pi) * cubic))


def _mish(x: mpmath.mpf) -> mpmath.mpf:
    n = mpmath.exp(x) * (mpmath.exp(x) + 2)
    return x * (1 - 2 / (n + 2)) if x > 0 else x * n / (n + 2)


EXACT: dict[str, Callable[..., Any]] = {
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "gelu_quick": lambda x: _swish(x, mpmath.mpf(1.702)),
    "silu": _swish,
    "swish": _swish,
    "hard_silu": lambda x: x * min(max(x + 3, 0), 6) / 6,
    "mish": _mish,
}


def test_gelu_is_the_exact_one_not_its_tanh_form() -> None:
    assert gelu(1) == pytest.approx(0.8413447, abs=5e-8)  # the tanh form: 0.8411920
    x = np.linspace(-4, 4, 8001)
    distance = np.abs(gelu(x) - gelu_tanh(x))
    assert distance.max() == pytest.approx(4.73e-4, abs=5e-7)
    assert abs(x[distance.argmax()]) == pytest.approx(2.699, abs=1e-3)


def test_gelu_differs_from_the_quick_form() -> None:
    x = np.linspace(-4, 4, 8001)
    distance = np.abs(gelu(x) - gelu_quick(x))
    assert distance.max() == pytest.approx(2.03e-2, abs=5e-5)


@pytest.mark.parametrize("x", [np.float64(-38.0), np.float32(-13.5)])
def test_gelu_keeps_its_left_tail(x: np.floating) -> None:
    # 0.5x(1 + erf(x/sqrt(2))) is 0 below -8.3.
    y = gelu(x)
    assert -1e-30 < y < 0
    assert y.dtype == x.dtype


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_gelu_of_the_largest_float_is_that_float(dtype: type[np.floating]) -> None:
    largest = np.finfo(dtype).max
    same_bits(gelu(largest), largest)
    same_bits(silu(largest), largest)


@pytest.mark.parametrize(
    ("function", "derivative", "lowest"),
    [
        (gelu, gelu_derivative, -0.751791524693564),
        (silu, silu_derivative, -1.278464542761074),
    ],
)
def test_the_minimum_lies_where_the_derivative_is_zero(
    function: np.ufunc, derivative: np.ufunc, lowest: float
) -> None:
    x = lowest + np.linspace(-1e-3, 1e-3, 201)
    assert function(x).argmin() == 100
    assert derivative(lowest) == pytest.approx(0, abs=1e-15)
    assert derivative(lowest - 1e-9) < 0 < derivative(lowest + 1e-9)


@pytest.mark.parametrize(
    ("f", "slope"), [(gelu, gelu_derivative), (silu, silu_derivative)]
)
def test_a_gate_is_symmetric(f: np.ufunc, slope: np.ufunc) -> None:
    x = np.linspace(0, 8, 101)
    assert f(x) - f(-x) == pytest.approx(x, abs=1e-14)
    assert slope(x) + slope(-x) == pytest.approx(1.0, abs=1e-15)


def test_silu_is_x_times_sigmoid() -> None:
    x = np.linspace(-20, 20, 401)
    assert silu(x) == pytest.approx(x * sigmoid(x), rel=1e-15)


def test_gelu_tanh_is_the_form_of_the_paper() -> None:
    x = np.linspace(-4, 4, 801)
    form = 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    assert gelu_tanh(x) == pytest.approx(form, rel=1e-12)
    assert gelu_tanh(1.0) == pytest.approx(0.8411920, abs=5e-8)


@pytest.mark.parametrize("function", [gelu_tanh, gelu_quick, mish])
def test_a_left_tail_fades_through_the_subnormal_numbers(function: np.ufunc) -> None:
    x = np.linspace(-760, -1, 20_001)
    y = function(x)
    assert (np.diff(y[y > -1e-10]) <= 0).all()
    assert ((y < 0) & (y > -np.finfo(float).tiny)).any()
    assert y[0] == 0


def test_swish_with_beta_one_is_silu() -> None:
    x = np.linspace(-800, 800, 4001)
    same_bits(swish(x), silu(x))
    same_bits(swish_derivative(x), silu_derivative(x))


def test_swish_with_beta_zero_is_half_of_x() -> None:
    x = [-np.inf, -3.0, -0.0, 5.0, np.inf]
    same_bits(swish(x, 0), [-np.inf, -1.5, -0.0, 2.5, np.inf])
    same_bits(swish_derivative(x, 0), [0.5] * 5)
    assert np.isnan(swish_derivative(np.nan, 0))


def test_swish_with_a_negative_beta_is_swish_turned_round() -> None:
    x = np.linspace(-900, 900, 3001)
    same_bits(swish(x, -0.7), -swish(-x, 0.7))
    same_bits(swish_derivative(x, -0.7), swish_derivative(-x, 0.7))
    same_bits(swish([-np.inf, np.inf], -2.0), [-np.inf, 0.0])


def test_swish_with_a_large_beta_is_nearly_relu() -> None:
    x = np.array([-1.0, -0.01, 0.0, 0.01, 1.0])
    assert swish(x, 1e6) == pytest.approx(relu(x), abs=1e-300)


def test_gelu_quick_is_swish_with_a_beta() -> None:
    x = np.linspace(-500, 500, 2001)
    same_bits(gelu_quick(x), swish(x, 1.702))
    same_bits(gelu_quick_derivative(x), swish_derivative(x, 1.702))


@pytest.mark.parametrize("beta", [np.inf, np.nan])
def test_swish_refuses_a_beta_that_is_not_finite(beta: float) -> None:
    with pytest.raises(ValueError, match=f"^beta must be finite, got {beta}$"):
        swish(1.0, beta)


def test_hard_silu_has_the_values_of_its_three_pieces() -> None:
    same_bits(
        hard_silu([-np.inf, -3, -1.5, 0, 1, 3, 7]),
        [-0.0] * 2 + [-0.375, 0] + [4 / 6, 3, 7],
    )
    same_bits(hard_silu_derivative([-9, -3, -1.5, 0, 3, 9]), [-0.0, -0.0, 0, 0.5, 1, 1])
    assert hard_silu_derivative(np.nextafter(-3, 0)) == pytest.approx(-0.5)
    assert hard_silu_derivative(np.nextafter(3, 0)) == pytest.approx(1.5)


def test_mish_gives_numbers_that_pytorch_documents() -> None:
    # torch.nn.functional.mish of these, in float64.
    x = [-2.0, -1.0, 0.0, 1.0, 2.0]
    y = [-0.25250148, -0.30340146, 0.0, 0.86509839, 1.94395896]
    assert mish(x) == pytest.approx(y, abs=5e-9)
    assert mish_derivative(0.0) == pytest.approx(0.6, rel=1e-15)


def test_mish_and_its_derivative_do_not_overflow() -> None:
    for dtype in (np.float16, np.float32, np.float64):
        largest = np.finfo(dtype).max
        assert mish(largest) == largest
        assert mish_derivative(largest) == 1


@pytest.mark.parametrize(
    ("derivative", "zero"),
    [
        (gelu_tanh_derivative, -0.752461422071016),
        (gelu_quick_derivative, -0.751154255441289),
        (silu_derivative, -1.278464542761074),
        (mish_derivative, -1.192431214515495),
    ],
)
def test_a_derivative_changes_sign_at_its_zero(
    derivative: np.ufunc, zero: float
) -> None:
    assert abs(derivative(zero)) < 1e-11
    assert derivative(zero - 1e-9) < 0 < derivative(zero + 1e-9)

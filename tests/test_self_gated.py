# Anchor values of GELU and SiLU.

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from laboratory import same_bits

from actfn import gelu, gelu_derivative, sigmoid, silu, silu_derivative

_ENOUGH = 100  # from here on gelu is x, or lies below every float


def _gelu(x: mpmath.mpf) -> mpmath.mpf:
    if abs(x) > _ENOUGH:
        return max(x, mpmath.mpf(0))
    return x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2


EXACT: dict[str, Callable[..., Any]] = {
    "gelu": _gelu,
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
}


def test_gelu_is_the_exact_one_not_its_tanh_form() -> None:
    assert gelu(1) == pytest.approx(0.8413447, abs=5e-8)  # the tanh form: 0.8411920
    x = np.linspace(-4, 4, 8001)
    form = 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    distance = np.abs(gelu(x) - form)
    assert distance.max() == pytest.approx(4.73e-4, abs=5e-7)
    assert abs(x[distance.argmax()]) == pytest.approx(2.699, abs=1e-3)


def test_gelu_differs_from_the_quick_form() -> None:
    x = np.linspace(-4, 4, 8001)
    distance = np.abs(gelu(x) - x * sigmoid(1.702 * x))
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

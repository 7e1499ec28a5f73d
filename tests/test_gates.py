# Anchor values of the gated linear units.

from collections.abc import Callable
from itertools import product
from typing import Any, Literal

import mpmath
import numpy as np
import pytest
from laboratory import FLOATS, layouts, same_bits

from actfn import (
    geglu,
    geglu_vjp,
    gelu,
    gelu_derivative,
    glu,
    glu_vjp,
    reglu,
    reglu_vjp,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    silu,
    silu_derivative,
    swiglu,
    swiglu_vjp,
)

INF, NAN = np.inf, np.nan
_ENOUGH = 100  # from here on gelu is x, or lies below every float


def _sigmoid(x: mpmath.mpf) -> mpmath.mpf:
    return 1 / (1 + mpmath.exp(-x))


def _relu(x: mpmath.mpf) -> mpmath.mpf:
    return max(x, mpmath.mpf(0))


def _gelu(x: mpmath.mpf) -> mpmath.mpf:
    if abs(x) > _ENOUGH:
        return _relu(x)
    return x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def _silu(x: mpmath.mpf) -> mpmath.mpf:
    return x * _sigmoid(x)


def _gated(gate: Callable[..., Any]) -> Callable[..., Any]:
    def formula(x: list[Any]) -> list[Any]:
        half = len(x) // 2
        return [a * gate(b) for a, b in zip(x[:half], x[half:])]

    return formula


EXACT: dict[str, Callable[..., Any]] = {
    "glu": _gated(_sigmoid),
    "reglu": _gated(_relu),
    "geglu": _gated(_gelu),
    "swiglu": _gated(_silu),
}

GATES: list[tuple[Any, Any, Any, Any]] = [
    (glu, glu_vjp, sigmoid, sigmoid_derivative),
    (reglu, reglu_vjp, relu, relu_derivative),
    (geglu, geglu_vjp, gelu, gelu_derivative),
    (swiglu, swiglu_vjp, silu, silu_derivative),
]

every_gate = pytest.mark.parametrize(
    ("function", "vjp", "gate", "slope"), GATES, ids=[g[0].__name__ for g in GATES]
)
OFFSETS = (0, 1, 5, 96, 192)
ORDERS: tuple[Literal["C", "F"], ...] = ("C", "F")
every_axis = pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])


def close(actual: Any, expected: Any) -> None:
    assert actual.dtype == expected.dtype
    assert actual == pytest.approx(expected, rel=1e-14, abs=1e-300)


def sample(shape: tuple[int, ...], seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(scale=3, size=shape)


def test_the_second_half_is_the_gate_as_in_pytorch_and_jax() -> None:
    # Values of torch.nn.functional.glu and jax.nn.glu, which agree.
    assert glu([1.0, 2.0, 3.0, 4.0]) == pytest.approx([0.9525741, 1.9640276], abs=5e-8)
    same_bits(reglu([3.0, -4.0, 2.0, -1.0]), [6.0, -0.0])
    assert geglu([2.0, 1.0]) == pytest.approx([2 * 0.8413447], abs=1e-7)
    assert swiglu([2.0, 1.0]) == pytest.approx([2 * 0.7310586], abs=1e-7)


def test_onnx_has_the_gate_first() -> None:
    # onnx.reference, op SwiGLU: A * (1 / (1 + exp(-A))) * B, with A the gate.
    first, second = np.array([[1.5, -2.0], [3.0, 0.5]])
    theirs = first / (1 + np.exp(-first)) * second
    close(swiglu(np.concatenate([second, first])), theirs)
    assert not np.allclose(swiglu(np.concatenate([first, second])), theirs)


@every_gate
@every_axis
def test_the_halves_are_cut_along_the_axis(
    function: Any, vjp: Any, gate: Any, slope: Any, axis: int
) -> None:
    x = sample((4, 6, 2))
    a, b = np.split(x, 2, axis)
    y = function(x, axis)
    close(y, a * gate(b))
    g = sample(y.shape, 1)
    got = vjp(x, g, axis)
    close(got, np.concatenate([g * gate(b), g * a * slope(b)], axis))


@every_gate
def test_memory_layout_changes_nothing(
    function: Any, vjp: Any, gate: Any, slope: Any
) -> None:
    x, g = sample((300, 90)), sample((300, 45), 1)
    y, back = function(x), vjp(x, g)
    for name, laid in layouts(x).items():
        same_bits(function(laid), y, name)
        for other, cotangent in layouts(g).items():
            same_bits(vjp(laid, cotangent), back, f"{name}, {other}")


@every_gate
@every_axis
def test_out_may_overlap_the_input_in_any_way(
    function: Any, vjp: Any, gate: Any, slope: Any, axis: int
) -> None:
    shape = (4, 6, 8)
    x, g = sample(shape), None
    y = function(x, axis)
    g = sample(y.shape, 1)
    back = vjp(x, g, axis)
    for offset, order in product(OFFSETS, ORDERS):
        memory = np.zeros(1000)
        given = memory[100:292].reshape(shape, order=order)
        given[...] = x
        out = memory[offset + 50 :][: y.size].reshape(y.shape)
        assert function(given, axis, out=out) is out
        same_bits(out, y, (offset, order))
        given[...] = x
        other = memory[offset + 400 :][: y.size].reshape(y.shape)
        other[...] = g
        out = memory[offset + 60 :][: x.size].reshape(shape)
        assert vjp(given, other, axis, out=out) is out
        same_bits(out, back, (offset, order))
        given[...] = x
        beside = memory[290 + offset :][: y.size].reshape(y.shape)
        beside[...] = g  # may change what is given: so it is read again
        expected = vjp(given.copy(), beside.copy(), axis)
        same_bits(vjp(given, beside, axis, out=given), expected, (offset, order))


@every_gate
def test_the_first_half_may_be_the_result(
    function: Any, vjp: Any, gate: Any, slope: Any
) -> None:
    x = sample((5, 8))
    for half in (slice(4), slice(4, 8), slice(0, 8, 2)):
        given = x.copy()
        same_bits(function(given, out=given[:, half]), function(x))


@every_gate
@pytest.mark.parametrize("dtype", FLOATS)
def test_narrow_dtypes_are_those_of_float64_rounded(
    function: Any, vjp: Any, gate: Any, slope: Any, dtype: Any
) -> None:
    x = sample((200, 40)).astype(dtype)
    g = sample((200, 20), 1).astype(dtype)
    eps = np.finfo(dtype).eps
    with np.errstate(under="ignore"):
        for narrow, wide in (
            (function(x), function(x.astype(float))),
            (vjp(x, g), vjp(x.astype(float), g.astype(float))),
        ):
            assert narrow.dtype == dtype
            rounded = wide.astype(dtype)
            least = np.finfo(dtype).tiny
            assert narrow == pytest.approx(rounded, rel=float(eps), abs=float(least))


@every_gate
def test_bfloat16_is_kept(function: Any, vjp: Any, gate: Any, slope: Any) -> None:
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    x, g = sample((6, 8)).astype(bfloat16), sample((6, 4), 1).astype(bfloat16)
    single = [v.astype(np.float32) for v in (x, g)]
    for narrow, wide in (
        (function(x), function(single[0])),
        (vjp(x, g), vjp(*single)),
    ):
        assert narrow.dtype == bfloat16
        assert np.array_equal(narrow, wide.astype(bfloat16))


@every_gate
def test_a_vjp_takes_the_dtype_of_x_not_of_the_cotangent(
    function: Any, vjp: Any, gate: Any, slope: Any
) -> None:
    assert vjp(np.ones(2, np.float32), np.ones(1)).dtype == np.float32
    assert vjp(np.ones(2), np.ones(1, np.float32)).dtype == np.float64
    same_bits(vjp([1, 2], [3]), vjp([1.0, 2.0], [3.0]))


def test_a_gate_that_is_far_shut_keeps_its_digits() -> None:
    # 1e300 * sigmoid(-720), where sigmoid(-720) itself is a subnormal number
    exact = 1e300 * float(mpmath.exp(-360)) * float(mpmath.exp(-360))
    assert glu([1e300, -720.0])[0] == pytest.approx(exact, rel=1e-15)
    assert swiglu([1e300, -720.0])[0] == pytest.approx(-720 * exact, rel=1e-15)
    to_a, to_b = glu_vjp([1e300, -720.0], [1.0])
    assert to_a == np.float64(float(mpmath.exp(-720)))
    assert to_b == pytest.approx(exact, rel=1e-15)
    to_b = swiglu_vjp([1e300, -720.0], [1.0])[1]
    assert to_b == pytest.approx(-719 * exact, rel=1e-15)


def test_small_gates_are_not_halved_before_they_are_multiplied() -> None:
    least = np.finfo(float).smallest_subnormal
    assert swiglu([2.0**1000, least])[0] == 2.0**-75


@every_gate
def test_infinities_give_the_limit_or_nan(
    function: Any, vjp: Any, gate: Any, slope: Any
) -> None:
    opened = INF if gate(INF) == INF else 2.0
    assert function([2.0, INF])[0] == opened
    assert function([2.0, -INF])[0] == 0
    assert function([INF, 2.0])[0] == INF
    assert function([-INF, 2.0])[0] == -INF
    assert np.isnan(function([INF, -INF])[0])  # 0 * inf
    for x in ([NAN, 1.0], [1.0, NAN]):
        assert np.isnan(function(x)[0])
    same_bits(vjp([2.0, INF], [1.0]), [gate(INF), 2 * slope(INF)])
    assert np.array_equal(vjp([2.0, -INF], [1.0]), [0.0, 0.0])


def test_reglu_has_no_gradient_where_the_gate_is_shut_or_about_to_open() -> None:
    got = reglu_vjp([3.0, 3.0, 3.0, -2.0, 0.0, 2.0], [1.0, 1.0, 1.0])
    same_bits(got, [0.0, 0.0, 2.0, 0.0, 0.0, 3.0])


def test_the_gradient_of_swiglu_changes_its_sign_where_silu_turns() -> None:
    lowest = -1.278464542761074
    assert swiglu_vjp([1.0, lowest], [1.0])[1] == pytest.approx(0, abs=1e-16)
    assert swiglu_vjp([1.0, lowest - 1e-9], [1.0])[1] < 0
    assert swiglu_vjp([1.0, lowest + 1e-9], [1.0])[1] > 0


@every_gate
def test_nothing_has_two_halves(function: Any, vjp: Any, gate: Any, slope: Any) -> None:
    assert function(np.empty((3, 0))).shape == (3, 0)
    assert function(np.empty((0, 4))).shape == (0, 2)
    assert vjp(np.empty((0, 4)), np.empty((0, 2))).shape == (0, 4)


@every_gate
def test_an_odd_length_is_refused(
    function: Any, vjp: Any, gate: Any, slope: Any
) -> None:
    words = (
        r"^x must have a length along axis -1 that is a multiple of 2, got shape "
        r"\(2, 3\)$"
    )
    for call in (function, lambda x: vjp(x, np.ones((2, 1)))):
        with pytest.raises(ValueError, match=words):
            call(np.ones((2, 3)))


@every_gate
def test_an_axis_that_is_not_there_is_refused(
    function: Any, vjp: Any, gate: Any, slope: Any
) -> None:
    with pytest.raises(ValueError, match="axis must be between -2 and 1 for x"):
        function(np.ones((2, 4)), axis=2)
    with pytest.raises(ValueError, match="give x at least one dimension"):
        function(1.0)
    with pytest.raises(TypeError, match=r"axis must be an integer.* got tuple"):
        function(np.ones((2, 4)), axis=(0, 1))


@every_gate
def test_a_wrong_cotangent_or_out_is_refused_before_anything_is_written(
    function: Any, vjp: Any, gate: Any, slope: Any
) -> None:
    x, out = np.ones((2, 4)), np.full((2, 4), 7.0)
    words = r"cotangent must have the shape \(2, 2\) of the result, got \(2, 4\)"
    with pytest.raises(ValueError, match=words):
        vjp(x, np.ones((2, 4)), out=out)
    with pytest.raises(ValueError, match=r"shape \(2, 2\), got \(2, 4\)"):
        function(x, out=out)
    with pytest.raises(ValueError, match="multiple of 2"):
        vjp(np.ones((2, 3)), np.ones((2, 1)), out=out)
    same_bits(out, np.full((2, 4), 7.0))
    with pytest.raises(ValueError, match=r"shape \(2, 4\), got \(2, 2\)"):
        vjp(x, np.ones((2, 2)), out=np.ones((2, 2)))


@pytest.mark.parametrize("function", [glu, swiglu, reglu, geglu])
def test_the_ends_are_the_same_in_every_dtype(function: Callable[..., Any]) -> None:
    ends = [-INF, -1000.0, -1.0, -0.0, 0.0, 1.0, 1000.0, INF, NAN]
    x = np.concatenate(np.meshgrid(ends, ends)).T  # values and gates, all pairs
    narrow, wide = function(x.astype(np.float32)), function(x)
    assert np.array_equal(narrow, wide.astype(np.float32), equal_nan=True)

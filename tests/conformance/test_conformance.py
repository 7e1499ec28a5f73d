# Every function of the catalogue beside its namesakes in the big libraries: names,
# defaults, values, derivatives. Where one differs, the table says how.

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from conformance.libraries import Array, library, written
from numpy.testing import assert_allclose, assert_array_equal

from actfn import CATALOGUE, Activation, Namesake

PAIRS = [(row, n) for row in CATALOGUE.values() for n in row.namesakes]

# Names of one parameter, ours first.
SYNONYMS = {
    ("alpha", "alpha"),
    ("b", "b"),
    ("beta", "alpha"),
    ("beta", "beta"),
    ("epsilon", "epsilon"),
    ("lambd", "lambd"),
    ("lambd", "threshold"),
    ("lower", "lower"),
    ("max_val", "max"),
    ("max_val", "max_val"),
    ("min_val", "min"),
    ("min_val", "min_val"),
    ("negative_slope", "alpha"),
    ("negative_slope", "negative_slope"),
    ("threshold", "alpha"),
    ("threshold", "threshold"),
    ("upper", "upper"),
    ("value", "default_value"),
    ("value", "value"),
}
AXES = {"axis", "axes", "dim"}

# Largest relative difference. Libraries that keep a constant or an attribute in float32
# are no closer than that where they compute in float64.
RELATIVE = {np.dtype(np.float64): 1e-12, np.dtype(np.float32): 4e-6}
NARROW = {
    ("gelu", "TensorFlow"),
    ("gelu_tanh", "TensorFlow"),
    ("leaky_relu", "TensorFlow"),
    ("swish", "TensorFlow"),  # where beta is not 1
    ("tanh", "Keras"),
}
NARROW_DERIVATIVE = {*NARROW, ("hard_sigmoid", "PyTorch")}  # 1 / 6 in float32

# Numbers below these are flushed to 0, or come with few digits, in most libraries.
SMALL = {np.dtype(np.float64): 1e-305, np.dtype(np.float32): 1e-36}

# What a library loses beyond that, because its formula is a difference of larger
# numbers: an error that is bounded absolutely. First the tails, then what is near 0.
LOST: Mapping[tuple[str, str], float] = {
    ("gelu", "JAX"): 3e-15,
    ("gelu", "ONNX"): 1e-7,
    ("gelu", "PyTorch"): 3e-16,
    ("gelu", "TensorFlow"): 1e-75,
    ("gelu_tanh", "JAX"): 3e-15,
    ("gelu_tanh", "Keras"): 3e-15,
    ("gelu_tanh", "ONNX"): 3e-15,
    ("gelu_tanh", "PyTorch"): 4e-16,
    ("gelu_tanh", "TensorFlow"): 3e-15,
    ("log_softmax", "JAX"): 1e-16,
    ("log_softmax", "Keras"): 1e-16,
    ("log_softmax", "ONNX"): 1e-16,
    ("log_softmax", "PyTorch"): 1e-16,
    ("log_softmax", "SciPy"): 1e-16,
    ("log_softmax", "TensorFlow"): 1e-16,
    ("sigmoid", "ONNX"): 1e-16,
    ("softplus", "PyTorch"): 2.1e-9,
    ("squareplus", "JAX"): 2e-10,
    ("squareplus", "Keras"): 2e-10,
    ("standardize", "JAX"): 1e-10,
    ("swish", "ONNX"): 1e-14,
    ("swish", "TensorFlow"): 1e-90,
    ("celu", "ONNX"): 3e-8,
    ("elu", "ONNX"): 3e-8,
    ("elu", "TensorFlow"): 6e-17,
    ("hard_sigmoid", "ONNX"): 3e-8,
    ("selu", "ONNX"): 5e-8,
    ("selu", "TensorFlow"): 1e-16,
    ("tanh_shrink", "Keras"): 2e-20,
    ("tanh_shrink", "PyTorch"): 2e-20,
}

# Autograd differentiates what was computed: such as 1 - y * y, which loses the tails.
LOST_BY_AUTOGRAD = 5e-14

# Where theirs is NaN and ours has the limit.
NO_LIMIT: Mapping[str | tuple[str, str], tuple[float, ...]] = {
    ("prelu", "Keras"): (-np.inf,),
    "gelu": (-np.inf,),
    "gelu_tanh": (-np.inf,),
    "hard_silu": (-np.inf,),
    "mish": (-np.inf,),
    "silu": (-np.inf,),
    "softsign": (-np.inf, np.inf),
    "squareplus": (-np.inf,),
    "swish": (-np.inf,),
}

# Comparisons that are false for NaN give a number where ours lets NaN through.
NAN_IS_LOST = {
    ("hard_shrink", "Keras"),
    ("hard_shrink", "ONNX"),
    ("soft_shrink", "Keras"),
    ("soft_shrink", "ONNX"),
    ("threshold", "Keras"),
    ("threshold", "ONNX"),
}


def named(value: Any) -> str:
    return (
        f"{value.library}.{value.name}" if isinstance(value, Namesake) else value.name
    )


def pairs(chosen: list[tuple[Activation, Namesake]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("row", "namesake"), chosen, ids=named)


every_pair = pairs(PAIRS)
COMPARED = [(r, n) for r, n in PAIRS if not n.differs]  # see test_differences.py
ELEMENTWISE = [(r, n) for r, n in COMPARED if "axis" not in r.parameters]
COUPLING = [(r, n) for r, n in COMPARED if "axis" in r.parameters]
DIFFERENTIABLE = [
    (r, n) for r, n in COMPARED if n.library in {"PyTorch", "JAX", "TensorFlow"}
]


@cache
def numbers() -> Array:
    """A fine grid with all kinks, and tails of both signs."""
    tail = [10, 12, 15, 18, 20, 22, 25, 30, 36.5, 40, 60, 87.5, 100, 300, 700, 744, 1e6]
    tiny = [1e-300, 1e-100, 1e-30, 1e-16, 1e-9, 1e-4]
    x = np.concatenate([np.arange(513) / 64, tail, tiny])
    return np.concatenate([-x, x])


def vectors() -> list[Array]:
    """A matrix and an array of three axes, with ties and large differences."""
    rng = np.random.default_rng(3)
    matrix = rng.normal(scale=3, size=(4, 6))
    matrix[1] = 0.5
    matrix[2, :3] = [800, -800, 30]
    return [matrix, rng.normal(scale=3, size=(2, 4, 6))]


def ours(row: Activation, x: Array, **given: Any) -> Array:
    return np.asarray(row.function(x, **given))


def slope(row: Activation, x: Array, cotangent: Array, **given: Any) -> Array:
    """Our derivative times a cotangent, with respect to x."""
    assert row.gradient
    if row.elementwise:
        return np.asarray(row.gradient(x, **given) * cotangent)
    pulled = row.gradient(x, cotangent, **given)
    return np.asarray(pulled[0] if isinstance(pulled, tuple) else pulled)


def expected(row: Activation, namesake: Namesake, x: Array) -> Array:
    """What the table says that the namesake gives at its defaults."""
    if not namesake.equals:
        return ours(row, x)
    known = {name: r.function for name, r in CATALOGUE.items()}
    return np.asarray(eval(namesake.equals, {"np": np, "x": x, **known}))


def theirs(namesake: Namesake, x: Array, **given: Any) -> Array:
    arguments = {**written(namesake.arguments), **given}
    with np.errstate(all="ignore"):
        result: Array = library(namesake).call(namesake.name, x, **arguments)
    return result


def agree(row: Activation, namesake: Namesake, got: Array, wanted: Array) -> None:
    case = (row.name, namesake.library)
    dtype = got.dtype
    narrow = namesake.library == "ONNX" or case in NARROW
    relative = RELATIVE[np.dtype(np.float32) if narrow else dtype]
    absolute = max(SMALL[dtype], LOST.get(case, 0.0))
    with np.errstate(all="ignore"):
        rounded = wanted.astype(dtype)
    if got.shape != rounded.shape:
        assert namesake.note.startswith("The axes stay")
        got = got.reshape(rounded.shape)
    assert_allclose(got, rounded, relative, absolute)


@every_pair
def test_the_library_has_the_function(row: Activation, namesake: Namesake) -> None:
    assert library(namesake).find(namesake.name) is not None


@every_pair
def test_the_defaults_are_those_of_the_table(
    row: Activation, namesake: Namesake
) -> None:
    known = library(namesake).parameters(namesake.name)
    told = written(namesake.defaults)
    assert set(known) - set(written(namesake.arguments)) <= set(told) <= set(known)
    for name, value in told.items():
        same = known[name] == value
        if namesake.library == "ONNX" and isinstance(value, float):
            same = known[name] == np.float32(value)
        assert same, f"{name}={known[name]!r}"


@pairs(ELEMENTWISE)
def test_values_are_those_of_the_table(row: Activation, namesake: Namesake) -> None:
    x = numbers()
    agree(row, namesake, theirs(namesake, x), expected(row, namesake, x))


@pairs(COUPLING)
def test_vectors_give_what_the_table_says(row: Activation, namesake: Namesake) -> None:
    for x in vectors()[: 1 if "(0, 1)" in namesake.arguments else 2]:
        agree(row, namesake, theirs(namesake, x), expected(row, namesake, x))


def axis_of(namesake: Namesake) -> str:
    if namesake.name == "ReduceLogSumExp":
        return "axes"  # not an attribute but an input
    names = {*written(namesake.defaults), *written(namesake.arguments)}
    (name,) = names & AXES
    return name


@pairs(COUPLING)
def test_every_axis_gives_the_same(row: Activation, namesake: Namesake) -> None:
    name = axis_of(namesake)
    for x in vectors():
        for axis in range(-1, x.ndim):
            given = {name: [axis] if name == "axes" else axis}
            agree(row, namesake, theirs(namesake, x, **given), ours(row, x, axis=axis))


@pairs([(r, n) for r, n in COMPARED if n.equals])
def test_a_namesake_that_differs_agrees_when_told_our_defaults(
    row: Activation, namesake: Namesake
) -> None:
    given = library(namesake).arguments(namesake.agreeing)
    assert given
    x = numbers() if "axis" not in row.parameters else vectors()[0]
    if isinstance(library(namesake).find(namesake.name), type):
        x = x[np.newaxis]
    agree(row, namesake, theirs(namesake, x, **given), ours(row, x))


def counterparts(row: Activation, namesake: Namesake) -> dict[str, str]:
    """Our parameters that are numbers, and what they are called there."""
    known = {*written(namesake.defaults), *written(namesake.arguments)}
    return {
        mine: other
        for mine in row.parameters
        for other in sorted(known)
        if (mine, other) in SYNONYMS and not (mine != other and mine in known)
    }


@pairs([(r, n) for r, n in COMPARED if counterparts(r, n)])
def test_other_parameters_mean_the_same(row: Activation, namesake: Namesake) -> None:
    x = numbers() if "axis" not in row.parameters else vectors()[0]
    for i, (mine, other) in enumerate(counterparts(row, namesake).items()):
        value = (0.3, 0.75)[i % 2]
        if (row.name, other) == ("soft_shrink", "lambd") and namesake.name == "Shrink":
            given = {"lambd": value, "bias": value}
        else:
            given = {other: value}
        agree(
            row, namesake, theirs(namesake, x, **given), ours(row, x, **{mine: value})
        )


@pairs(ELEMENTWISE)
def test_infinities_give_a_limit_or_what_is_known(
    row: Activation, namesake: Namesake
) -> None:
    x = np.array([-np.inf, np.inf])
    wanted = expected(row, namesake, x).copy()
    known = NO_LIMIT.get((row.name, namesake.library), NO_LIMIT.get(row.name, ()))
    wanted[np.isin(x, known)] = np.nan
    assert_allclose(theirs(namesake, x), wanted, 1e-6)


@pairs(ELEMENTWISE)
def test_nan_goes_through_or_what_is_known(row: Activation, namesake: Namesake) -> None:
    lost = (row.name, namesake.library) in NAN_IS_LOST
    x = np.full(3, np.nan)
    assert_array_equal(theirs(namesake, x), np.zeros(3) if lost else x)
    assert_array_equal(ours(row, x), x)
    assert lost == ("For NaN it gives 0." in namesake.note)


def pulled(namesake: Namesake, x: Array, cotangent: Array, **given: Any) -> Array:
    arguments = {**written(namesake.arguments), **given}
    result: Array = library(namesake).pull(namesake.name, x, cotangent, **arguments)
    return result


@pairs([p for p in DIFFERENTIABLE if p in ELEMENTWISE])
def test_derivatives_are_those_of_autograd(row: Activation, namesake: Namesake) -> None:
    case = (row.name, namesake.library)
    x = numbers()
    for kink in row.kinks:  # beside it some libraries are at it
        x = x[np.abs(x - kink) > 1e-8]
    g = np.cos(np.arange(x.size))
    narrow = case in NARROW_DERIVATIVE
    relative = RELATIVE[np.dtype(np.float32 if narrow else float)]
    absolute = max(1e-8 if narrow else LOST_BY_AUTOGRAD, LOST.get(case, 0))
    given = library(namesake).arguments(namesake.agreeing)
    got = pulled(namesake, x, g, **given)
    assert_allclose(got, slope(row, x, g), relative, absolute)


@pairs([p for p in DIFFERENTIABLE if p in COUPLING and p[0].gradient])
def test_a_vjp_is_that_of_autograd(row: Activation, namesake: Namesake) -> None:
    name = axis_of(namesake)
    absolute = max(LOST_BY_AUTOGRAD, LOST.get((row.name, namesake.library), 0))
    for x in vectors():
        for axis in (0, -1):
            y = ours(row, x, axis=axis)
            g = np.cos(np.arange(y.size)).reshape(y.shape)
            got = pulled(namesake, x, g, **{name: axis})
            assert_allclose(got, slope(row, x, g, axis=axis), 1e-12, absolute)


@pairs([(r, n) for r, n in DIFFERENTIABLE if r.kinks])
def test_autograd_chooses_our_value_at_a_kink_or_that_of_the_table(
    row: Activation, namesake: Namesake
) -> None:
    given = library(namesake).arguments(namesake.agreeing)
    values = {**row.kinks, **namesake.kinks}
    assert values.keys() == row.kinks.keys()
    kinks = np.array(sorted(row.kinks))
    got = pulled(namesake, kinks, np.ones(kinks.size), **given)
    assert_allclose(got, [values[k] for k in kinks], 1e-6)
    for kink, value in namesake.kinks.items():
        assert abs(value - row.kinks[kink]) > 1e-3, "the table names what is the same"

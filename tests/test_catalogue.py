# What the catalogue claims is true of the functions that it lists.

import ast
import dataclasses
import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import actfn
from actfn import CATALOGUE, Activation, Namesake, get

ROWS = list(CATALOGUE.values())
STEP = 2.0**-10

every_row = pytest.mark.parametrize("row", ROWS, ids=lambda r: r.name)
every_elementwise_row = pytest.mark.parametrize(
    "row", [r for r in ROWS if r.elementwise], ids=lambda r: r.name
)
every_namesake = pytest.mark.parametrize(
    ("row", "namesake"),
    [(r, n) for r in ROWS for n in r.namesakes],
    ids=lambda v: v.name,
)


def dense() -> NDArray[Any]:
    """Numbers from -inf to inf, close to each other where functions bend."""
    core = np.arange(-8, 8 + STEP, STEP)
    far = np.append(np.geomspace(8, 1e308, 4001), np.finfo(float).max)
    return np.concatenate([[-np.inf], -far[::-1], core, far, [np.inf]])


def values(row: Activation, x: NDArray[Any]) -> NDArray[Any]:
    """Results; of a function that couples elements the first of two, the other 0."""
    if row.elementwise:
        return np.asarray(row.function(x))
    return np.asarray(row.function(np.stack([x, np.zeros_like(x)], axis=1)))[:, 0]


def in_bounds(y: NDArray[Any], bounds: tuple[float, float]) -> None:
    low, high = bounds
    slack = [4 * np.spacing(abs(b)) if np.isfinite(b) and b else 0 for b in bounds]
    assert low - slack[0] <= y.min()
    assert y.max() <= high + slack[1]
    for bound, reached in ((low, y.min()), (high, y.max())):
        if np.isfinite(bound):
            assert reached == pytest.approx(bound, rel=1e-6, abs=1e-6)
        else:
            assert reached == bound


@every_row
def test_bounds_hold_and_are_reached(row: Activation) -> None:
    in_bounds(values(row, dense()), row.bounds)


@every_elementwise_row
def test_bounds_of_the_derivative_hold_and_are_reached(row: Activation) -> None:
    assert row.gradient_bounds is not None
    in_bounds(np.asarray(row.gradient(dense())), row.gradient_bounds)


@every_row
def test_only_a_derivative_has_bounds(row: Activation) -> None:
    assert (row.gradient_bounds is None) == (not row.elementwise)
    assert row.gradient.__name__ == row.name + (
        "_derivative" if row.elementwise else "_vjp"
    )


@every_row
def test_increasing_is_true_where_nothing_falls(row: Activation) -> None:
    y = values(row, dense())
    with np.errstate(all="ignore"):
        rounding = np.nextafter(np.nextafter(y, -np.inf), -np.inf)
    assert row.increasing == bool(np.all(y[1:] >= rounding[:-1]))
    if row.gradient_bounds:
        assert row.increasing == (row.gradient_bounds[0] >= 0)


@every_elementwise_row
def test_kinks_are_where_slopes_jump_and_nowhere_else(row: Activation) -> None:
    x = np.arange(-8, 8 + STEP, STEP)
    slope = row.gradient(x)
    # The change of the slope's slope: of size STEP where all is smooth.
    bend = np.abs(slope[2:] - 2 * slope[1:-1] + slope[:-2]) / STEP
    found = x[1:-1][bend > 0.05]
    kinks = np.array(sorted(row.kinks))
    for kink in kinks:
        assert np.abs(found - kink).min() <= STEP
    for point in found:
        assert np.abs(kinks - point).min(initial=np.inf) <= STEP
    assert row.smooth == (not found.size)


@every_elementwise_row
def test_the_docstring_tells_the_value_at_each_kink(row: Activation) -> None:
    text = " ".join((row.gradient.__doc__ or "").split())
    for kink, value in row.kinks.items():
        told = re.search(rf"At [^.]*?{kink:g}\b(.*?)\.(\s|$)", text)
        assert told, f"no sentence in {row.gradient.__name__} says: At {kink:g} ..."
        named = {f"`{name}`" for name, v in row.parameters.items() if v == value}
        words = {f"{value:g}", *named}
        assert any(w in told[1].split() or f"{w}," in told[1] for w in words)


@every_row
def test_a_row_says_what_it_is(row: Activation) -> None:
    assert row.name == row.function.__name__
    assert CATALOGUE[row.name] is row
    assert re.fullmatch(r"[A-Z][^\n]+\.", row.summary)
    for formula in (row.formula, row.gradient_formula):
        assert "=" in formula
        assert formula.count("{") == formula.count("}")
        assert formula.count(r"\left") == formula.count(r"\right")
        assert formula.count(r"\begin") == formula.count(r"\end")
    assert row.formula != row.gradient_formula
    assert row.family
    assert not set(row.parameters) & {"x", "out", "cotangent"}


@every_row
def test_a_paper_is_a_reference_with_a_year(row: Activation) -> None:
    assert not row.paper or re.search(r"\(\d{4}\), .+\.$", row.paper)
    assert ("References:" in (row.function.__doc__ or "")) == bool(row.paper)


@every_row
def test_a_row_is_frozen(row: Activation) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.increasing = True  # type: ignore[misc]
    for mapping in (row.kinks, CATALOGUE):
        with pytest.raises(TypeError, match="does not support item assignment"):
            mapping[0.0] = 1.0  # type: ignore[index]
    for namesake in row.namesakes:
        with pytest.raises(dataclasses.FrozenInstanceError):
            namesake.name = "other"  # type: ignore[misc]
    row.parameters["axis"] = 7
    assert row.parameters.get("axis") != 7


@pytest.mark.parametrize(
    ("row", "namesake"),
    [(r, n) for r in ROWS for n in r.namesakes if n.equals],
    ids=lambda v: v.name,
)
def test_what_a_namesake_equals_differs_from_ours(
    row: Activation, namesake: Namesake
) -> None:
    x = np.linspace(-4, 4, 64).reshape(8, 8)
    known = {"np": np, "x": x, **{name: r.function for name, r in CATALOGUE.items()}}
    theirs, ours = eval(namesake.equals, known), row.function(x)
    assert theirs.shape == ours.shape
    assert np.isfinite(theirs).all()
    assert np.abs(theirs - ours).max() > 1e-4


@every_namesake
def test_the_defaults_of_a_namesake_can_be_parsed(
    row: Activation, namesake: Namesake
) -> None:
    call = ast.parse(f"f({namesake.defaults})", mode="eval").body
    assert isinstance(call, ast.Call)
    assert not call.args
    for keyword in call.keywords:
        ast.literal_eval(keyword.value)
    assert not namesake.note or namesake.note.endswith(".")


@every_row
def test_a_namesake_is_listed_once(row: Activation) -> None:
    names = [(n.library, n.name) for n in row.namesakes]
    assert len(set(names)) == len(names)
    assert {n.library for n in row.namesakes} <= {
        *("PyTorch", "JAX", "Keras", "TensorFlow", "ONNX", "SciPy", "NumPy")
    }


def squashed(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())


def test_a_name_leads_to_one_row() -> None:
    names = [squashed(n) for row in ROWS for n in {row.name, *row.aliases}]
    per_row = [{squashed(n) for n in (row.name, *row.aliases)} for row in ROWS]
    assert len(set(names)) == sum(map(len, per_row))


@every_row
def test_get_finds_a_row_by_all_its_names(row: Activation) -> None:
    for name in (row.name, *row.aliases):
        spellings = [name, name.upper(), name.title(), name.replace("_", "-")]
        for spelling in [*spellings, name.replace("_", " "), name.replace("_", "")]:
            assert get(spelling) is row
    for namesake in row.namesakes:
        assert get(namesake.name.rpartition(".")[2]) is row


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("swish", "silu"),
        ("Linear", "identity"),
        ("expit", "sigmoid"),
        ("logistic", "sigmoid"),
        ("LeakyReLU", "leaky_relu"),
        ("soft max", "softmax"),
    ],
)
def test_get_knows_the_names_of_the_field(alias: str, name: str) -> None:
    assert get(alias).name == name


@pytest.mark.parametrize(
    ("wrong", "close"),
    [("rellu", "relu"), ("sigmod", "sigmoid"), ("geluu", "gelu")],
)
def test_an_unknown_name_gets_the_closest_names(wrong: str, close: str) -> None:
    with pytest.raises(KeyError, match=f"^no activation is named '{wrong}'") as caught:
        get(wrong)
    assert close in str(caught.value).partition("the closest are ")[2].split(", ")


@pytest.mark.parametrize("wrong", ["zzzz", "", "_"])
def test_a_name_like_no_other_gets_all_names(wrong: str) -> None:
    with pytest.raises(KeyError) as caught:
        get(wrong)
    assert str(caught.value).endswith("there are " + ", ".join(CATALOGUE))


@pytest.mark.parametrize("wrong", [None, 3, b"relu", actfn.relu, ["relu"]])
def test_a_name_is_a_string(wrong: Any) -> None:
    words = f"name must be a string, got {type(wrong).__name__}: "
    with pytest.raises(TypeError, match=f"^{words}{re.escape(repr(wrong))}"):
        get(wrong)

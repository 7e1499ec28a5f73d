# What the catalogue claims is true of the functions that it lists.

import ast
import dataclasses
import inspect
import itertools
import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import actfn
from actfn import CATALOGUE, Activation, Namesake, get

ROWS = list(CATALOGUE.values())
STEP = 2.0**-10

# The largest third derivative of waves: the square of a frequency, times it.
SHARPEST = {"sine": 30.0**3}

every_row = pytest.mark.parametrize("row", ROWS, ids=lambda r: r.name)
every_row_with_gradient = pytest.mark.parametrize(
    "row", [r for r in ROWS if r.gradient], ids=lambda r: r.name
)
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


def without_limit(y: NDArray[Any]) -> NDArray[Any]:
    """The results but those at -inf and inf, if a wave has no limit there."""
    return y[1:-1] if np.isnan(y[[0, -1]]).any() else y


def vectors(row: Activation, x: NDArray[Any], rest: float) -> NDArray[Any]:
    """Vectors like the section of a row, with other numbers beside the x."""
    columns = [x if v is None else np.full_like(x, rest) for v in row.section]
    return np.stack(columns, axis=1)


def coupled(row: Activation, x: NDArray[Any]) -> NDArray[Any]:
    """Results of a function that couples elements, in one row for each vector."""
    if "rng" in row.parameters:  # the same noise for every vector
        return np.array([row.function(v, rng=0) for v in x])
    return np.asarray(row.function(x, axis=-1)).reshape(len(x), -1)


def beside(row: Activation) -> NDArray[Any]:
    """Numbers next to the kinks, where a slope is nearly that of the other side."""
    kinks = np.array(list(row.kinks))
    return np.concatenate([kinks - 1e-7, kinks, kinks + 1e-7])


def in_bounds(y: NDArray[Any], bounds: tuple[float, float]) -> None:
    low, high = bounds
    slack = [4 * np.spacing(abs(b)) if np.isfinite(b) and b else 0 for b in bounds]
    assert low - slack[0] <= y.min()
    assert y.max() <= high + slack[1]


def reach(y: NDArray[Any], bounds: tuple[float, float]) -> None:
    for bound, reached in zip(bounds, (y.min(), y.max())):
        if np.isfinite(bound):
            assert reached == pytest.approx(bound, rel=1e-6, abs=1e-6)
        else:
            assert reached * np.sign(bound) > 1e300


@every_row
def test_bounds_hold_and_are_reached(row: Activation) -> None:
    if "axis" in row.parameters:
        x = [-1e305, -10.0, -1.5, -0.75, 0.0, 0.25, 1.0, 3.0, 40.0, 1e305]
        vectors = np.array(list(itertools.product(x, repeat=len(row.section))))
        y = coupled(row, vectors)
    else:
        y = without_limit(row.function(dense()))
    in_bounds(y, row.bounds)
    if row.name == "standardize":  # of n numbers none is above the root of n - 1
        largest = np.abs(row.function(np.eye(1, 10_001), epsilon=0)).max()
        assert largest == pytest.approx(100, rel=1e-15)
    else:
        reach(y, row.bounds)


@every_elementwise_row
def test_bounds_of_the_derivative_hold_and_are_reached(row: Activation) -> None:
    assert row.gradient_bounds is not None
    assert row.gradient is not None
    y = np.append(without_limit(row.gradient(dense())), row.gradient(beside(row)))
    in_bounds(y, row.gradient_bounds)
    reach(y, row.gradient_bounds)


@every_row
def test_only_a_derivative_has_bounds(row: Activation) -> None:
    assert (row.gradient_bounds is None) == (not row.elementwise)
    if row.gradient is not None:
        end = "_derivative" if row.elementwise else "_vjp"
        assert row.gradient.__name__ == row.name + end
        takes_cotangent = "cotangent" in inspect.signature(row.gradient).parameters
        assert takes_cotangent == (not row.elementwise)


@every_row
def test_increasing_is_true_where_nothing_falls(row: Activation) -> None:
    if "axis" in row.parameters:
        x, place = np.linspace(-20, 20, 2001), row.section.index(None)
        many = [coupled(row, vectors(row, x, rest)) for rest in (-1.5, 0, 1.5)]
        y = np.concatenate(many, axis=1)
        if y.shape[1] == 3 * len(row.section):  # each with a result of its own
            y = y[:, place :: len(row.section)]
    else:
        y = without_limit(row.function(dense()))[:, np.newaxis]
    with np.errstate(all="ignore"):
        rounding = np.nextafter(np.nextafter(y, -np.inf), -np.inf)
    assert row.increasing == bool(np.all(y[1:] >= rounding[:-1]))
    if row.gradient_bounds:
        assert row.increasing == (row.gradient_bounds[0] >= 0)


@every_elementwise_row
def test_kinks_are_where_slopes_jump_and_nowhere_else(row: Activation) -> None:
    assert row.gradient is not None
    x = np.arange(-8, 8 + STEP, STEP)
    slope = row.gradient(x)
    # The change of the slope's slope: of size STEP where all is smooth.
    bend = np.abs(slope[2:] - 2 * slope[1:-1] + slope[:-2]) / STEP
    jump = np.abs(np.diff(row.function(x)))[1:] > 0.4
    smooth = 0.05 + STEP * SHARPEST.get(row.name, 0)
    found = x[1:-1][(bend > smooth) | jump]
    kinks = np.array(sorted(row.kinks))
    for kink in kinks:
        assert np.abs(found - kink).min(initial=np.inf) <= STEP
    for point in found:
        assert np.abs(kinks - point).min(initial=np.inf) <= STEP
    assert row.smooth == (not found.size)


@every_row_with_gradient
def test_the_docstring_tells_the_value_at_each_kink(row: Activation) -> None:
    assert row.gradient is not None
    text = " ".join((row.gradient.__doc__ or "").split())
    for kink, value in row.kinks.items():
        place = rf"At (?:[^.]|\.\d)*?(?<![-\d.]){kink:g}\b(.*?)\.(?:\s|$)"
        (told,) = re.findall(place, text)[:1] or [None]
        assert told, f"no sentence in {row.gradient.__name__} says: At {kink:g} ..."
        named = {f"`{name}`" for name, v in row.parameters.items() if v == value}
        words = {f"{value:g}", *named}
        assert any(w in re.split(r",? ", told) for w in words), told


@every_row
def test_a_row_says_what_it_is(row: Activation) -> None:
    assert row.name == row.function.__name__
    assert CATALOGUE[row.name] is row
    assert re.fullmatch(r"[A-Z][^\n]+\.", row.summary)
    for formula in (row.formula, *([row.gradient_formula] if row.gradient else [])):
        assert "=" in formula
        assert formula.count("{") == formula.count("}")
        assert formula.count(r"\left") == formula.count(r"\right")
        assert formula.count(r"\begin") == formula.count(r"\end")
    assert row.formula != row.gradient_formula
    assert row.family
    assert not set(row.parameters) & {"x", "out", "cotangent"}
    assert bool(row.gradient_formula) == bool(row.gradient)


@every_row
def test_a_row_says_when_to_use_it(row: Activation) -> None:
    assert re.fullmatch(r"[A-Z].+\.", row.use)
    assert len(row.use) < 300


@every_row
def test_a_section_has_one_place_for_x(row: Activation) -> None:
    assert row.section.count(None) == 1


@every_elementwise_row
def test_a_floor_is_told_with_its_reason(row: Activation) -> None:
    assert 0 <= row.gradient_floor < 1
    text = " ".join((row.gradient.__doc__ or "").split())
    assert not row.gradient_floor or re.search(r"two terms cancel\b", text)


@pytest.mark.parametrize("row", [r for r in ROWS if r.naive], ids=lambda r: r.name)
def test_a_naive_formula_is_right_somewhere_and_fails_elsewhere(
    row: Activation,
) -> None:
    axis = {"axis": -1} if "axis" in row.parameters else {}
    x = np.array([-1.5, 0.25, 2.0, 0.5])

    def naively(x: NDArray[Any]) -> Any:
        with np.errstate(under="ignore"):
            return eval(row.naive, {"np": np, "x": x})

    assert naively(x) == pytest.approx(row.function(x, **axis), rel=1e-4)
    failures = []
    for size in (1e-12, 30.0, 800.0, 1e200, np.inf):
        x = size * np.array([-1.0, 1.0, 1.0, -1.0])
        try:
            y = naively(x)
        except FloatingPointError as error:
            failures.append(str(error))
            continue
        ours = row.function(x, **axis)
        if not np.allclose(y, ours, rtol=1e-12, atol=0, equal_nan=True):
            failures.append(f"{y} instead of {ours}")
    assert failures


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
        if not namesake.arguments:
            assert get(namesake.name.rpartition(".")[2]) is row


def test_a_name_that_needs_arguments_elsewhere_is_not_ours() -> None:
    # torch.nn.functional.gelu(x, approximate='tanh') is gelu_tanh, ONNX's Clip several.
    assert get("gelu").name == "gelu"
    with pytest.raises(KeyError):
        get("clip")


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("swish", "swish"),
        ("hardswish", "hard_silu"),
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

# Pictures: what is drawn, where, and with which errors.

import functools
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

import actfn
from actfn.plot import compare, curve

# The seed that a curve makes of 0.
SEED_OF_ZERO = int(np.random.default_rng(0).integers(2**32))


@pytest.fixture(autouse=True)
def settings_stay() -> Iterator[None]:
    before = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == before


@pytest.fixture
def ax() -> Axes:
    return plt.figure().add_subplot()


def data(line: Line2D) -> tuple[Any, Any]:
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


def dots(ax: Axes, *, filled: bool) -> list[tuple[float, float]]:
    """Points that are marked, apart from the line itself."""
    marked = [line for line in ax.lines[1:] if line.get_marker() == "o"]
    chosen = [m for m in marked if (m.get_markerfacecolor() != "none") == filled]
    return [(float(x), float(y)) for m in chosen for x, y in zip(*data(m))]


@pytest.mark.parametrize("derivative", [False, True])
@pytest.mark.parametrize(
    "row",
    [row for row in actfn.CATALOGUE.values() if "axis" not in row.parameters],
    ids=lambda r: r.name,
)
def test_a_curve_lies_on_its_function(
    ax: Axes, row: actfn.Activation, derivative: bool
) -> None:
    curve(row.name, derivative=derivative, ax=ax, interval=(-3, 5))
    x, y = data(ax.lines[0])
    assert (x[0], x[-1]) == (-3, 5)
    assert len(x) > 200
    if not derivative:
        expected = row.function(x)
    elif row.elementwise:
        expected = row.gradient(x) if row.gradient else None
    else:
        expected = row.gradient(x, np.ones_like(x))[0] if row.gradient else None
    drawn = ~np.isnan(y)
    assert np.array_equal(y[drawn], expected[drawn])
    assert set(x[~drawn]) <= set(row.kinks)
    assert ax.lines[0].get_label() == row.name + ", derivative" * derivative
    assert ax.get_xlabel() == "x"


@pytest.mark.parametrize(
    "row",
    [row for row in actfn.CATALOGUE.values() if "axis" in row.parameters],
    ids=lambda r: r.name,
)
def test_a_function_that_couples_is_drawn_along_its_section(
    ax: Axes, row: actfn.Activation
) -> None:
    curve(row.name, ax=ax, interval=(-3, 5))
    x, y = data(ax.lines[0])
    assert (x[0], x[-1]) == (-3, 5)
    assert len(x) > 200
    for i in (0, 100, 400, 800):
        vector = [x[i] if v is None else v for v in row.section]
        seed = {"rng": SEED_OF_ZERO} if "rng" in row.parameters else {}
        results = row.function(vector, axis=-1, **seed)
        assert y[i] == np.ravel(results)[0]
    names = ["x" if v is None else f"{v:g}" for v in row.section]
    label = f"{row.name} of ({', '.join(names)})"
    assert ax.lines[0].get_label() == label


@pytest.mark.parametrize(
    "row",
    [r for r in actfn.CATALOGUE.values() if "axis" in r.parameters and r.gradient],
    ids=lambda r: r.name,
)
def test_the_slope_of_a_function_that_couples_is_that_of_its_curve(
    ax: Axes, row: actfn.Activation
) -> None:
    curve(row.name, ax=ax, interval=(-3, 5))
    curve(row.name, derivative=True, ax=ax, interval=(-3, 5))
    x, y = data(ax.lines[0])
    points, slope = data(ax.lines[1])
    slope = slope[np.isin(points, x)]
    differences = (y[2:] - y[:-2]) / (x[2:] - x[:-2])
    # The two sides of a kink differ.
    kinky = np.abs(np.diff(y, 2)) / np.diff(x)[0] > 0.05
    kinky = np.convolve(kinky, np.ones(5), "same") > 0
    wrong = np.abs(slope[1:-1] - differences) > 2e-3 * (1 + np.abs(differences))
    assert not (wrong & ~kinky).any()
    assert ax.lines[1].get_label() == f"{ax.lines[0].get_label()}, derivative"


def test_what_has_no_derivative_is_refused_by_name() -> None:
    for row in actfn.CATALOGUE.values():
        if row.gradient is None:
            with pytest.raises(ValueError, match=f"^{row.name} has no derivative"):
                curve(row.name, derivative=True)
    assert not plt.get_fignums()


def test_noise_is_drawn_once_for_a_whole_curve(ax: Axes) -> None:
    for rng in (0, np.random.default_rng(0), 1):
        curve("gumbel_softmax", ax=ax, parameters={"rng": rng})
    first, same, other = (data(line)[1] for line in ax.lines)
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)
    assert (np.diff(first) > 0).all()


def test_a_curve_of_prelu_takes_its_weight(ax: Axes) -> None:
    curve("prelu", ax=ax, parameters={"weight": 0.5})
    curve("prelu", derivative=True, ax=ax, parameters={"weight": 0.5})
    assert data(ax.lines[0])[1][0] == -2
    assert data(ax.lines[1])[1][0] == 0.5


def test_a_curve_goes_into_the_axes_that_are_given() -> None:
    _, (left, right) = plt.subplots(1, 2)
    assert curve("relu", ax=left) is left
    assert compare(["relu"], ax=left) is left
    assert not right.lines


def test_a_curve_goes_into_the_current_axes_otherwise(ax: Axes) -> None:
    assert curve("relu") is ax
    assert compare(["relu", "elu"]) is ax
    assert len(ax.lines) == 3


def test_properties_of_the_line_are_passed_on(ax: Axes) -> None:
    curve("elu", ax=ax, color="red", linewidth=3, label="mine", linestyle=":")
    (line,) = ax.lines
    assert (line.get_color(), line.get_linewidth()) == ("red", 3)
    assert (line.get_label(), line.get_linestyle()) == ("mine", ":")


def test_parameters_are_passed_on(ax: Axes) -> None:
    curve("elu", ax=ax, parameters={"alpha": 0.5})
    curve(actfn.elu, derivative=True, ax=ax, parameters={"alpha": 0.5})
    x, y = data(ax.lines[0])
    assert np.array_equal(y, actfn.elu(x, 0.5))
    assert min(data(ax.lines[1])[1][:9]) == pytest.approx(0.5 * np.exp(-4))


def test_any_function_can_be_drawn(ax: Axes) -> None:
    curve(np.sin, ax=ax, interval=(0, 1))
    x, y = data(ax.lines[0])
    assert np.array_equal(y, np.sin(x))
    assert ax.lines[0].get_label() == "sin"


def test_a_function_without_a_name_can_be_drawn(ax: Axes) -> None:
    curve(functools.partial(actfn.elu, alpha=0.5), ax=ax)
    assert len(ax.lines) == 1


@pytest.mark.parametrize(
    ("name", "parameters", "jump", "value"),
    [
        ("relu", {}, [0.0, 1.0], 0.0),
        ("leaky_relu", {"negative_slope": 0.25}, [0.25, 1.0], 0.25),
        ("elu", {"alpha": 0.5}, [0.5, 1.0], 0.5),
    ],
)
def test_a_jump_breaks_the_line_and_marks_the_value(
    ax: Axes, name: str, parameters: dict[str, float], jump: list[float], value: float
) -> None:
    curve(name, derivative=True, ax=ax, parameters=parameters, color="green")
    x, y = data(ax.lines[0])
    (gap,) = np.flatnonzero(np.isnan(y))
    assert x[gap] == 0
    assert y[[gap - 1, gap + 1]] == pytest.approx(jump, abs=1e-8)
    assert 0 < x[gap + 1] < 1e-6
    assert dots(ax, filled=True) == [(0.0, value)]
    (hollow,) = dots(ax, filled=False)
    assert hollow == pytest.approx((0, *(j for j in jump if j != value)), abs=1e-8)
    assert {line.get_color() for line in ax.lines} == {"green"}
    assert all(line.get_linestyle() == "None" for line in ax.lines[1:])


@pytest.mark.parametrize("name", ["elu", "softsign", "sigmoid", "softmax"])
def test_a_slope_that_does_not_jump_is_one_line(ax: Axes, name: str) -> None:
    curve(name, derivative=True, ax=ax)
    (line,) = ax.lines
    assert not np.isnan(data(line)[1]).any()


def test_a_jump_outside_the_interval_is_not_marked(ax: Axes) -> None:
    curve("relu", derivative=True, ax=ax, interval=(1, 2))
    assert len(ax.lines) == 1


@pytest.mark.parametrize("derivative", [False, True])
def test_compare_names_lines_and_varies_their_style(derivative: bool) -> None:
    names = ["relu", "sigmoid", "tanh", "gelu", "silu"]
    ax = compare(names, derivative=derivative, interval=(0.5, 3), linewidth=4)
    assert len({(line.get_color(), line.get_linestyle()) for line in ax.lines}) == 5
    assert len({line.get_linestyle() for line in ax.lines}) == 4
    assert {line.get_linewidth() for line in ax.lines} == {4}
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == names
    assert all(data(line)[0][0] == 0.5 for line in ax.lines)


def test_compare_takes_functions_and_any_iterable() -> None:
    ax = compare(f for f in (actfn.relu, np.cos, "linear"))
    assert [line.get_label() for line in ax.lines] == ["relu", "cos", "identity"]


@pytest.mark.parametrize(
    "interval", [(1, 1), (2, -2), (np.nan, 1), (0, np.nan)], ids=str
)
def test_an_empty_interval_is_refused(interval: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="smaller to a larger number"):
        curve("relu", interval=interval)
    assert not plt.get_fignums()


def test_an_infinite_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="interval must"):
        curve("relu", interval=(0, np.inf))


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(KeyError, match=r"no activation is named 'rellu'.* relu"):
        curve("rellu")
    with pytest.raises(TypeError, match="a name or a function, got int: 3"):
        curve(3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"derivative of sin is not known"):
        curve(np.sin, derivative=True)
    with pytest.raises(TypeError, match="alpha must be a real number, got str: 'a'"):
        curve("elu", parameters={"alpha": "a"})
    assert not plt.get_fignums()


def test_compare_refuses_a_single_name() -> None:
    with pytest.raises(TypeError, match=r"got 'relu'; write \['relu'\], or use curve"):
        compare("relu")
    assert not plt.get_fignums()


def test_compare_refuses_a_single_function() -> None:
    with pytest.raises(TypeError, match="several names or functions"):
        compare(actfn.relu)  # type: ignore[arg-type]


def test_compare_draws_nothing_when_a_name_is_unknown() -> None:
    with pytest.raises(KeyError, match="'rellu'"):
        compare(["relu", "rellu"])
    assert not plt.get_fignums()

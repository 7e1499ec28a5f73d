"""Pictures of activation functions and their derivatives, drawn with matplotlib.

Both functions draw into the current Axes or the one they are given, return it, and
leave titles, limits and saving to matplotlib's own methods.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._catalogue import CATALOGUE, Activation, get

try:
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes
except ImportError as error:
    raise ImportError(
        "actfn.plot needs matplotlib; install it with: pip install 'actfn[plot]'"
    ) from error

__all__ = ["compare", "curve"]

_POINTS = 801
_STYLES = ("-", "--", "-.", ":")
_ROWS = {row.function: row for row in CATALOGUE.values()}


def curve(
    activation: str | Callable[..., Any],
    /,
    *,
    derivative: bool = False,
    ax: Axes | None = None,
    interval: tuple[float, float] = (-4.0, 4.0),
    parameters: Mapping[str, Any] | None = None,
    **line: Any,
) -> Axes:
    """Draw one activation function or its derivative.

    Where the derivative jumps, the line breaks, and a dot marks the value that the
    derivative takes. A function that couples elements is drawn as the first of its
    results for the vector that the label names, such as (x, 0); one that draws noise
    with the same noise for every x.

    Args:
        activation: A name that [`get`][actfn.get] knows, a function of actfn or,
            without `derivative`, any function that takes and gives an array.
        derivative: Whether to draw the derivative instead of the function.
        ax: The Axes to draw into; the current one if None.
        interval: The smallest and the largest x.
        parameters: Keyword arguments for the function, such as `{"alpha": 0.5}`.
        **line: Properties of the line, as for `Axes.plot`.

    Returns:
        The Axes.

    Raises:
        KeyError: If the name is unknown.
        TypeError: If `activation` is neither a name nor a function.
        ValueError: If `interval` is empty, or there is no derivative to draw.

    Examples:
        >>> import matplotlib.pyplot as plt
        >>> import actfn
        >>> _, ax = plt.subplots()
        >>> ax = actfn.plot.curve("relu", derivative=True, ax=ax, color="tab:orange")
        >>> ax.get_xlabel()
        'x'
    """
    label, row, function = _read(activation)
    low, high = interval
    if not -np.inf < low < high < np.inf:
        raise ValueError(
            f"interval must go from a smaller to a larger number, got {interval!r}"
        )
    x = np.linspace(low, high, _POINTS)
    chosen = dict(parameters or {})
    if not derivative:
        y = _values(row, function, x, chosen)
        jumps: list[float] = []
    elif row is None:
        raise ValueError(
            f"the derivative of {label} is not known; draw it as a function of its own"
        )
    elif row.gradient is None:
        raise ValueError(f"{row.name} has no derivative to draw: it is 0 or undefined")
    else:
        label = f"{label}, derivative"
        jumps = [k for k in row.kinks if low <= k <= high and _jumps(row, k, chosen)]
        x = np.union1d(x, [side for k in jumps for side in _sides(k)])
        x = x[(low <= x) & (x <= high)]
        y = _slopes(row, x, chosen)
        y[np.isin(x, jumps)] = np.nan
    ax = plt.gca() if ax is None else ax
    (drawn,) = ax.plot(x, y, **{"label": label, **line})
    for kink in jumps:
        _mark(ax, kink, row, chosen, drawn.get_color())
    ax.set_xlabel("x")
    return ax


def compare(
    activations: Iterable[str | Callable[..., Any]],
    /,
    *,
    derivative: bool = False,
    ax: Axes | None = None,
    interval: tuple[float, float] = (-4.0, 4.0),
    **line: Any,
) -> Axes:
    """Draw several activation functions, or their derivatives, into one picture.

    Lines differ in colour and in style, so that they can be told apart in grey, and a
    legend names them.

    Args:
        activations: Names or functions, as for [`curve`][actfn.plot.curve].
        derivative: Whether to draw the derivatives instead of the functions.
        ax: The Axes to draw into; the current one if None.
        interval: The smallest and the largest x.
        **line: Properties of all lines, as for `Axes.plot`.

    Returns:
        The Axes.

    Raises:
        KeyError: If a name is unknown.
        TypeError: If `activations` is a single name, or holds something else than names
            and functions.
        ValueError: As for [`curve`][actfn.plot.curve].

    Examples:
        >>> import matplotlib.pyplot as plt
        >>> import actfn
        >>> _, ax = plt.subplots()
        >>> ax = actfn.plot.compare(["relu", "elu", "silu"], ax=ax)
        >>> [text.get_text() for text in ax.get_legend().get_texts()]
        ['relu', 'elu', 'silu']
    """
    if isinstance(activations, str) or callable(activations):
        raise TypeError(
            f"activations must be several names or functions, got {activations!r}; "
            f"write [{activations!r}], or use curve"
        )
    activations = list(activations)
    for activation in activations:
        _read(activation)
    ax = plt.gca() if ax is None else ax
    for activation, style in zip(activations, itertools.cycle(_STYLES)):
        styled = {"linestyle": style, "label": _read(activation)[0], **line}
        curve(activation, derivative=derivative, ax=ax, interval=interval, **styled)
    ax.legend()
    return ax


def _read(
    activation: str | Callable[..., Any],
) -> tuple[str, Activation | None, Callable[..., Any]]:
    if not isinstance(activation, str) and not callable(activation):
        raise TypeError(
            f"activation must be a name or a function, got "
            f"{type(activation).__name__}: {activation!r}"
        )
    row = get(activation) if isinstance(activation, str) else _ROWS.get(activation)
    if row:
        return row.name + _argument(row), row, row.function
    assert callable(activation)
    return getattr(activation, "__name__", repr(activation)), None, activation


def _couples(row: Activation | None) -> bool:
    return row is not None and "axis" in row.parameters


def _argument(row: Activation) -> str:
    if not _couples(row):
        return ""
    shown = ", ".join("x" if v is None else f"{v:g}" for v in row.section)
    return f" of ({shown})"


def _values(
    row: Activation | None,
    function: Callable[..., Any],
    x: NDArray[Any],
    parameters: Mapping[str, Any],
) -> NDArray[Any]:
    if row is None or not _couples(row):
        return np.asarray(function(x, **parameters))
    given = _options(row, parameters)
    results = [function(v, **given).reshape(len(v), -1) for v in _vectors(row, x)]
    return np.concatenate(results)[:, 0]


def _slopes(
    row: Activation, x: NDArray[Any], parameters: Mapping[str, Any]
) -> NDArray[Any]:
    assert row.gradient is not None
    if row.elementwise:
        return np.asarray(row.gradient(x, **parameters))
    if not _couples(row):  # the first of two gradients is that of x
        return np.asarray(row.gradient(x, np.ones_like(x), **parameters)[0])
    given = _options(row, parameters)
    results = []
    for vectors in _vectors(row, x):
        first = np.zeros_like(row.function(vectors, **given))
        first.reshape(len(vectors), -1)[:, 0] = 1
        results.append(row.gradient(vectors, first, **given))
    return np.concatenate(results)[:, row.section.index(None)]


def _options(row: Activation, parameters: Mapping[str, Any]) -> dict[str, Any]:
    options = {**parameters, "axis": -1}  # of rows, whatever it is of one vector
    if "rng" in row.parameters:  # one seed gives the same noise for every x
        rng = np.random.default_rng(options.get("rng", 0))
        options["rng"] = int(rng.integers(2**32))
    return options


def _vectors(row: Activation, x: NDArray[Any]) -> list[NDArray[Any]]:
    """The vectors that x stands in: all at once, or one by one if each gets noise."""
    parts = [x if s is None else np.full(x.shape, s) for s in row.section]
    vectors = np.stack(parts, axis=-1)
    return list(vectors[:, np.newaxis]) if "rng" in row.parameters else [vectors]


def _sides(kink: float) -> tuple[float, float, float]:
    step = 1e-9 * max(1.0, abs(kink))
    return kink - step, kink, kink + step


def _jumps(row: Activation, kink: float, parameters: Mapping[str, Any]) -> bool:
    left, _, right = _slopes(row, np.array(_sides(kink)), parameters)
    return bool(abs(right - left) > 1e-6)


def _mark(
    ax: Axes,
    kink: float,
    row: Activation | None,
    parameters: Mapping[str, Any],
    color: Any,
) -> None:
    """Mark a jump: open circles where the sides end, a dot at the value taken."""
    assert row is not None
    left, value, right = _slopes(row, np.array(_sides(kink)), parameters)
    ends = [end for end in (left, right) if abs(end - value) > 1e-6]
    ax.plot([kink] * len(ends), ends, "o", color=color, markerfacecolor="none")
    ax.plot([kink], [value], "o", color=color)

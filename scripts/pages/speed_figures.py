# The pictures of how fast functions are: ratios as bars and lines, cost against size.

import io
from collections.abc import Iterable, Mapping
from typing import Any

import matplotlib
import matplotlib.ticker
from figures import PALETTE, SAVE, SET_UP, themed
from speed_record import number

matplotlib.use("svg")
exec(SET_UP)

import matplotlib.pyplot as plt  # noqa: E402 (after the style is set)

_WON, _LOST, _INK = (PALETTE[colour][0] for colour in ("c0", "c1", "ink"))
_LINES = ("-", "--", "-.", ":", (0, (1, 3)))
_MARKERS = "osD^v"


def bars(ratios: Mapping[str, float], other: str, kind: str) -> str:
    """Bars to the right of 1 where ours is faster, hatched ones to the left if not."""
    names, values = [*ratios], [*ratios.values()]
    figure, ax = plt.subplots(figsize=(4.2, 0.9 + 0.17 * len(names)))
    lost = [value < 1 for value in values]
    drawn = ax.barh(
        names,
        [value - 1 for value in values],
        left=1,
        height=0.72,
        color=[_LOST if is_lost else _WON for is_lost in lost],
    )
    for bar, value, is_lost in zip(drawn, values, lost, strict=True):
        bar.set_linewidth(0)
        bar.set_hatch("/////" if is_lost else "")
        place: dict[str, Any] = {
            "ha": "right" if is_lost else "left",
            "va": "center",
            "size": 7,
        }
        text = f" {number(value)} "
        ax.annotate(text, (value, bar.get_y() + bar.get_height() / 2), **place)
    ax.axvline(1, color=_INK, linewidth=1)
    _logarithmic(ax, "x", values)
    low, high = min([1, *values]), max([1, *values])
    ax.set(xlim=(low / 2.2, high * 2.2), ylim=(-0.7, len(names) - 0.3))
    ax.tick_params("y", labelsize=7, length=0)
    ax.tick_params("x", labelsize=8)
    ax.grid(visible=False, axis="y")
    ax.set_title(kind, size=9)
    ax.set_xlabel(f"time of {other} / time of actfn", size=8)
    return svg(figure)


def lines(series: Mapping[str, Mapping[int, float]], label: str) -> str:
    """Ratios against size on logarithmic axes, with a line at 1."""
    figure, ax = plt.subplots(figsize=(6.4, 4.0))
    for i, (name, points) in enumerate(series.items()):
        style: dict[str, Any] = {"linestyle": _LINES[i % 5], "marker": _MARKERS[i % 5]}
        ax.plot([*points], [*points.values()], label=name, markersize=5, **style)
    ax.axhline(1, color=_INK, linewidth=1)
    ax.set_xscale("log")
    ax.set(xlabel="elements", ylabel=label)
    _logarithmic(ax, "y", [v for points in series.values() for v in points.values()])
    _legend(ax)
    return svg(figure)


def pairs(costs: Mapping[str, tuple[Mapping[int, float], Mapping[int, float]]]) -> str:
    """Cost against size of some functions, solid, and of their naive forms, dashed."""
    figure, ax = plt.subplots(figsize=(6.4, 4.0))
    for i, (name, (ours, naive)) in enumerate(costs.items()):
        style: dict[str, Any] = {
            "color": f"C{i}",
            "marker": _MARKERS[i],
            "markersize": 5,
        }
        ax.plot([*ours], [*ours.values()], label=name, **style)
        ax.plot([*naive], [*naive.values()], "--", label=f"{name}, naive", **style)
    ax.set_xscale("log")
    ax.set(xlabel="elements (float32)", ylabel="nanoseconds per element")
    both = [v for pair in costs.values() for points in pair for v in points.values()]
    _logarithmic(ax, "y", both)
    _legend(ax)
    return svg(figure)


def _legend(ax: Any) -> None:
    """Name the lines beside them, where they cover none."""
    place = {"loc": "upper left", "bbox_to_anchor": (1, 1)}
    ax.legend(fontsize=8, handlelength=3.5, **place)


def _logarithmic(ax: Any, which: str, values: Iterable[float]) -> None:
    """Scale an axis by powers, with plain numbers at powers of 10, or at 1, 2 and 5."""
    ax.set(**{f"{which}scale": "log"})
    axis = getattr(ax, f"{which}axis")
    known = [*values, 1.0]
    steps = (1,) if max(known) / min(known) > 40 else (1, 2, 5)
    axis.set_major_locator(matplotlib.ticker.LogLocator(subs=steps))
    axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda v, _: f"{v:g}"))
    axis.set_minor_formatter(matplotlib.ticker.NullFormatter())


def svg(figure: Any) -> str:
    """A figure as SVG that follows the reader's colour scheme."""
    target = io.StringIO()
    figure.savefig(target, format="svg", **SAVE)
    plt.close(figure)
    return themed(target.getvalue())

# How figures look. matplotlib draws them in the light palette; in the SVG its colours
# become variables, which the reader's colour scheme switches. In an <img> they follow
# the site's own toggle.

import re
from typing import Any

# variable: (light, dark), told apart by colour-blind readers, at least 3:1 on the page
PALETTE = {
    "ink": ("#24292f", "#d6dae0"),
    "faint": ("#8b929a", "#7d858f"),
    "c0": ("#0065a8", "#5cb8f5"),
    "c1": ("#c24a00", "#ff9d57"),
    "c2": ("#00795b", "#3fd0a4"),
    "c3": ("#a63e80", "#ee9bcb"),
    "c4": ("#6a51c8", "#b3a4ff"),
    "c5": ("#7a6300", "#e5c84b"),
    "c6": ("#a12c2c", "#ff8a80"),
    "c7": ("#3d6470", "#9cc7d3"),
}
_LIGHT = {variable: light for variable, (light, _) in PALETTE.items()}
_CYCLE = [light for variable, light in _LIGHT.items() if variable.startswith("c")]

STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "axes.edgecolor": _LIGHT["faint"],
    "axes.grid": True,
    "axes.labelcolor": _LIGHT["ink"],
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": _LIGHT["ink"],
    "axes.titlesize": "medium",
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "figure.figsize": (6.4, 3.6),
    "font.family": "DejaVu Sans",  # comes with matplotlib, the same everywhere
    "grid.alpha": 0.35,
    "grid.color": _LIGHT["faint"],
    "grid.linewidth": 0.6,
    "hatch.color": _LIGHT["ink"],
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "patch.edgecolor": _LIGHT["ink"],
    "svg.fonttype": "path",  # text as outlines is never cut or replaced
    "svg.hashsalt": "actfn",  # or the ids would differ from build to build
    "text.color": _LIGHT["ink"],
    "xtick.color": _LIGHT["faint"],
    "xtick.labelcolor": _LIGHT["ink"],
    "ytick.color": _LIGHT["faint"],
    "ytick.labelcolor": _LIGHT["ink"],
}

# Runs in a fresh interpreter before anything else draws: the reader's or the machine's
# own matplotlibrc must not show in the figures.
SET_UP = f"""
import matplotlib
import matplotlib.font_manager  # makes its cache, and says so, here and not on a page
matplotlib.rcdefaults()
matplotlib.rcParams.update({STYLE!r})
matplotlib.rcParams["axes.prop_cycle"] = matplotlib.cycler(color={_CYCLE!r})
"""

# Keyword arguments of savefig; the date would make every build different.
SAVE: dict[str, Any] = {"bbox_inches": "tight", "metadata": {"Date": None}}

_VARIABLES = {light: f"var(--{variable})" for variable, light in _LIGHT.items()}
_VARIABLES["#000000"] = "var(--ink)"  # what matplotlib draws black by itself


def _sheet() -> str:
    light, dark = (
        ";".join(f"--{variable}:{pair[i]}" for variable, pair in PALETTE.items())
        for i in (0, 1)
    )
    return f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"


def themed(svg: str) -> str:
    """Make a figure drawn in the light palette follow the reader's colour scheme."""
    # A variable works in a style only; hatches have their colour in an attribute.
    styled = re.sub(r'\b(fill|stroke)="(#[0-9a-f]{6})"', r'style="\1: \2"', svg)
    coloured = re.sub(
        r"(?<=[:\s])#[0-9a-f]{6}\b", lambda c: _VARIABLES.get(c[0], c[0]), styled
    )
    head, style, rest = coloured.partition('<style type="text/css">')
    return f"{head}{style}{_sheet()}{rest}"


def size(svg: str) -> tuple[int, int]:
    """The width and height of a figure in CSS pixels."""
    points = dict(re.findall(r'\b(width|height)="([\d.]+)pt"', svg[:2000]))
    return round(float(points["width"]) * 4 / 3), round(float(points["height"]) * 4 / 3)

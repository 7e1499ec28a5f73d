# Writes the page of each function named on the command line, as JSON: Markdown and
# figures. A process of its own, so that it reads the package as it is now.

import html
import inspect
import io
import json
import re
import sys
from collections.abc import Callable
from typing import Any

import calls
import coupled_facts
import elsewhere
import facts
import matplotlib
import numpy as np
import pitfalls
import sheet_formulas
from figures import SAVE, SET_UP, themed
from rendering import fence, image
from tables import table

import actfn

matplotlib.use("svg")
exec(SET_UP)

import matplotlib.pyplot as plt  # noqa: E402 (after the style is set)


def page(row: actfn.Activation) -> dict[str, Any]:
    """The page of one function."""
    curve, description = _curve(row)
    found = properties(row)
    sections = [
        f"# `{row.name}`",
        _other_names(row),
        row.summary,
        _lead(row, curve, description),
        f"**When to use it.** {row.use}" if row.use else "",
        "## Example",
        _example(row),
        "## Facts",
        _property_table(found),
        "## Function",
        f"::: actfn.{row.name}\n    options: {{ heading_level: 3 }}",
        _gradient(row),
        _pitfalls(row),
        "## Elsewhere",
        _elsewhere(row),
        f"<!-- accuracy:{row.name} -->",
        f"<!-- speed:{row.name} -->",
        "<!-- used-by -->",
        f"## Paper\n\n{row.paper}" if row.paper else "",
    ]
    return {
        "family": row.family,
        "caption": _of(row),
        "alt": f"The curve of {row.name}" + " and its derivative" * bool(row.gradient),
        "text": "\n\n".join(section for section in sections if section) + "\n",
        "card": card(row, found),
        "figures": {f"{row.name}.svg": curve, "thumbnail.svg": _thumbnail(row)},
    }


def properties(row: actfn.Activation) -> dict[str, Any]:
    """What is found by evaluating a function."""
    return coupled_facts.table(row) if calls.couples(row) else _facts(row)


def card(row: actfn.Activation, found: dict[str, Any]) -> dict[str, Any]:
    """What the cheat sheet says of a function."""
    both = sheet_formulas.short(row.formula, row.gradient_formula, row.name)
    formulas = [latex for latex in both if latex]
    told = [f"Range {found['Range']}"]
    if slopes := found.get("Range of the derivative"):
        told.append(f"of f′ {slopes}")
    told += [f"f′({facts.number(x)}) = {facts.number(y)}" for x, y in row.kinks.items()]
    return {
        "name": row.name,
        "family": row.family,
        "caption": _of(row),
        "formulas": formulas,
        "display": [_formula(latex, "aligned", "&") for latex in formulas],
        "facts": [part.replace(" ", "\N{NO-BREAK SPACE}") for part in told],
        "use": row.use,
    }


def _other_names(row: actfn.Activation) -> str:
    names = ", ".join(f"<code>{name}</code>" for name in row.aliases)
    return f'<p class="other-names">also known as {names}</p>' if names else ""


def _lead(row: actfn.Activation, curve: str, description: str) -> str:
    picture = image(f"{row.name}.svg", html.escape(description), curve)
    second = _formula(row.gradient_formula) if row.gradient else _no_gradient(row)
    return (
        f'<div class="lead" markdown>\n<div markdown>\n{picture}\n</div>\n'
        f"<div markdown>\n\n{_formula(row.formula)}\n\n{second}\n\n</div>\n</div>"
    )


def _no_gradient(row: actfn.Activation) -> str:
    """Why there is no derivative, as the docstring says it."""
    text = " ".join((inspect.getdoc(row.function) or "").split())
    reasons = [s for s in re.split(r"(?<=\.) ", text) if "gradient" in s]
    if not reasons:
        raise facts.FalseClaimError(
            f"{row.name} has no gradient; let its docstring say why"
        )
    return reasons[0]


def _gradient(row: actfn.Activation) -> str:
    if not row.gradient:
        return ""
    title = "Derivative" if row.elementwise else "Vector-Jacobian product"
    return (
        f"## {title}\n\n"
        f"::: actfn.{row.gradient.__name__}\n    options: {{ heading_level: 3 }}"
    )


def _formula(latex: str, lines: str = "gathered", start: str = "") -> str:
    """Display a formula; what follows a wide space goes into a line of its own."""
    parts = rf" \\[0.5em] {start}".join(latex.split(r"\qquad"))
    return f"$$\n\\begin{{{lines}}}\n{start}{parts}\n\\end{{{lines}}}\n$$"


def _of(row: actfn.Activation) -> str:
    """Which vector a picture shows a function of, if of one."""
    shown = ", ".join("x" if v is None else f"{v:g}" for v in row.section)
    return f"of ({shown})" if calls.couples(row) else ""


def _description(row: actfn.Activation, lines: list[Any]) -> str:
    """What a picture shows, read from its lines."""
    values = [
        ", ".join(facts.number(_height(line, x)) for x in (-4.0, 0.0, 4.0))
        for line in lines
    ]
    which = f"The first result of {row.name} {_of(row)}" if _of(row) else row.name
    text = f"{which} from x = −4 to 4: {values[0]} at x = −4, 0 and 4."
    if not row.gradient:
        return f"{text} It has no derivative to show."
    slopes = values[1]
    if not calls.couples(row):  # the lines break at kinks
        ends = calls.derivative(row)(np.array([-4.0, 0.0, 4.0]))
        slopes = ", ".join(map(facts.number, ends))
    return f"{text} Dashed, its derivative: {slopes} at the same places."


def _height(line: Any, x: float) -> float:
    return round(float(np.interp(x, line.get_xdata(), line.get_ydata())), 12)


def _draw(row: actfn.Activation, ax: Any, dot: int = 6, **line: Any) -> list[Any]:
    ax.axhline(0, color="#8b929a", linewidth=0.8)
    ax.axvline(0, color="#8b929a", linewidth=0.8)
    before = len(ax.lines)
    actfn.plot.curve(row.name, ax=ax, color="C0", **line)
    if row.gradient:
        slope = {"derivative": True, "color": "C1", "ls": "--", "markersize": dot}
        actfn.plot.curve(row.name, ax=ax, **slope, **line)
        for kink, value in row.kinks.items():
            ax.plot([kink], [value], "o", color="C1", markersize=dot)
    return list(ax.lines[before:])


def _curve(row: actfn.Activation) -> tuple[str, str]:
    """The picture that leads a page, and its text alternative."""
    figure, ax = plt.subplots(figsize=(5.2, 3.6))
    lines = _draw(row, ax)
    ax.legend()
    return _svg(figure), _description(row, lines)


def _thumbnail(row: actfn.Activation) -> str:
    figure, ax = plt.subplots(figsize=(2.0, 1.5))
    draw_small(row, ax, dot=3, linewidth=1.6)
    return _svg(figure)


def draw_small(row: actfn.Activation, ax: Any, **line: Any) -> None:
    """Draw a picture of the scale that all small pictures have."""
    _draw(row, ax, interval=(-3.0, 3.0), **line)
    ax.set(xlim=(-3.1, 3.1), ylim=(-1.5, 3), xticks=[], yticks=[], xlabel="")
    ax.spines[:].set_visible(False)


def _svg(figure: Any) -> str:
    target = io.StringIO()
    figure.savefig(target, format="svg", **SAVE)
    plt.close(figure)
    return themed(target.getvalue())


def _example(row: actfn.Activation) -> str:
    functions = [row.name, *([row.gradient.__name__] if row.gradient else [])]
    imports = f"import numpy as np\nfrom actfn import {', '.join(functions)}"
    code = f"{imports}\n\nx = np.array({calls.vector(row)!r})\n"
    scope: dict[str, Any] = {}
    exec(code, scope)
    blocks = []
    for call in calls.examples(row):
        shown = repr(eval(call, scope))
        blocks.append(fence("python", code + call))
        blocks.append(fence("{ .text .no-copy .output }", shown))
        code = ""
    return "\n\n".join(blocks)


def _facts(row: actfn.Activation) -> dict[str, Any]:
    found, derivative = facts.find(row), calls.derivative(row)
    low, high = found.limits
    centred = (
        f"yes: {row.name}(−x) = −{row.name}(x)"
        if found.odd
        else f"no: its mean is {facts.number(found.mean)} for standard normal input"
    )
    return {
        "Range": _range(row.function, found.bounds, found.attained),
        "Range of the derivative": _range(
            derivative, found.slopes, found.slopes_attained
        ),
        "Limits": f"{facts.number(low)} at −∞, {facts.number(high)} at ∞",
        "Zero-centred": centred,
        "Monotonic": "yes, it never decreases" if found.increasing else "no",
        "Smooth": facts.smoothness(found, derivative),
        "Lowest point": found.minimum
        and f"{facts.number(found.minimum[1])} at x = {facts.number(found.minimum[0])}",
        "Fixed points": found.fixed_points,
        "Lipschitz constant": facts.number(found.lipschitz),
        "Cost": found.cost,
    }


def _range(
    function: Callable[..., Any],
    bounds: tuple[float, float],
    attained: tuple[bool, bool],
) -> str:
    if few := facts.levels(function):
        return f"{{{', '.join(map(facts.number, few))}}}"
    return facts.interval(bounds, attained)


def _property_table(rows: dict[str, Any]) -> str:
    found = [(name, value) for name, value in rows.items() if value]
    return table(("Property", "Found by evaluating it"), found)


def _pitfalls(row: actfn.Activation) -> str:
    if not row.naive:
        return ""
    cases = [
        (f"`{pitfalls.shown(case.x)}`", *map(pitfalls.shown, case.results), case.words)
        for case in pitfalls.cases(row)
    ]
    return "\n\n".join(
        [
            "## Pitfalls",
            "The formula as it is often typed:",
            fence("python", f"naive = {row.naive}"),
            f"Run in float64 beside `{row.name}`:",
            table(("x", "naive", f"`{row.name}`", "The naive result"), cases),
        ]
    )


def _elsewhere(row: actfn.Activation) -> str:
    if not row.namesakes:
        return elsewhere.nowhere(row)
    header = ("Library", "Name", "Defaults", "Its result")
    return table(header, elsewhere.rows(row))


if __name__ == "__main__":
    made = {name: page(actfn.CATALOGUE[name]) for name in sys.argv[1:]}
    json.dump(made, sys.stdout)

# Writes the page of each function named on the command line, as JSON: Markdown and
# figures. A process of its own, so that it reads the package as it is now.

import html
import io
import json
import sys
from collections.abc import Iterable
from typing import Any

import facts
import matplotlib
import numpy as np
from figures import SAVE, SET_UP, themed
from rendering import fence, image

import actfn

matplotlib.use("svg")
exec(SET_UP)

import matplotlib.pyplot as plt  # noqa: E402 (after the style is set)

_EXAMPLES = {
    True: "np.array([-2.0, -0.5, 0.0, 0.5, 2.0])",
    False: "np.array([2.0, 1.0, 0.1])",
}
_MATRIX = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def page(row: actfn.Activation) -> dict[str, Any]:
    """The page of one function."""
    curve, thumbnail = _curve(row), _thumbnail(row)
    found = facts.find(row) if row.elementwise else None
    table = _facts(row, found) if found else _coupled_facts(row)
    sections = [
        f"# `{row.name}`",
        _other_names(row),
        row.summary,
        _lead(row, curve),
        "## Example",
        _example(row),
        "## Facts",
        table,
        "## Function",
        f"::: actfn.{row.name}\n    options: {{ heading_level: 3 }}",
        "## Derivative" if row.elementwise else "## Vector-Jacobian product",
        f"::: actfn.{row.gradient.__name__}\n    options: {{ heading_level: 3 }}",
        "## Elsewhere",
        _elsewhere(row),
        "<!-- used-by -->",
        f"## Paper\n\n{row.paper}" if row.paper else "",
    ]
    return {
        "family": row.family,
        "text": "\n\n".join(section for section in sections if section) + "\n",
        "figures": {f"{row.name}.svg": curve, "thumbnail.svg": thumbnail},
    }


def _other_names(row: actfn.Activation) -> str:
    names = ", ".join(f"<code>{name}</code>" for name in row.aliases)
    return f'<p class="other-names">also known as {names}</p>' if names else ""


def _lead(row: actfn.Activation, curve: str) -> str:
    picture = image(f"{row.name}.svg", html.escape(_description(row)), curve)
    return (
        f'<div class="lead" markdown>\n<div markdown>\n{picture}\n</div>\n'
        f"<div markdown>\n\n{_formula(row.formula)}\n\n"
        f"{_formula(row.gradient_formula)}\n\n</div>\n</div>"
    )


def _formula(latex: str) -> str:
    """Display a formula; what follows a wide space goes into a line of its own."""
    lines = r" \\[0.5em] ".join(latex.split(r"\qquad"))
    return f"$$\n\\begin{{gathered}}\n{lines}\n\\end{{gathered}}\n$$"


def _description(row: actfn.Activation) -> str:
    if not row.elementwise:
        x = np.array([[-4.0, 0.0], [0.0, 0.0], [4.0, 0.0]])
        values = ", ".join(facts.number(v) for v in row.function(x)[:, 0])
        return (
            f"The first result of {row.name} for the vector (x, 0): {values} at "
            f"x = −4, 0 and 4. Dashed, its derivative with respect to x."
        )
    values, slopes = (
        ", ".join(facts.number(v) for v in f(np.array([-4.0, 0.0, 4.0])))
        for f in (row.function, row.gradient)
    )
    return (
        f"{row.name} from x = −4 to 4: {values} at x = −4, 0 and 4. Dashed, its "
        f"derivative: {slopes} at the same places."
    )


def _draw(row: actfn.Activation, ax: Any, dot: int = 6, **line: Any) -> None:
    ax.axhline(0, color="#8b929a", linewidth=0.8)
    ax.axvline(0, color="#8b929a", linewidth=0.8)
    actfn.plot.curve(row.name, ax=ax, color="C0", **line)
    slope = {"derivative": True, "color": "C1", "ls": "--", "markersize": dot}
    actfn.plot.curve(row.name, ax=ax, **slope, **line)
    for kink, value in row.kinks.items():
        ax.plot([kink], [value], "o", color="C1", markersize=dot)


def _curve(row: actfn.Activation) -> str:
    figure, ax = plt.subplots(figsize=(5.2, 3.6))
    _draw(row, ax)
    ax.legend()
    return _svg(figure)


def _thumbnail(row: actfn.Activation) -> str:
    figure, ax = plt.subplots(figsize=(2.0, 1.5))
    _draw(row, ax, dot=3, interval=(-3.0, 3.0), linewidth=1.6)
    ax.set(xlim=(-3, 3), ylim=(-1.5, 3), xticks=[], yticks=[], xlabel="")
    ax.spines[:].set_visible(False)
    return _svg(figure)


def _svg(figure: Any) -> str:
    target = io.StringIO()
    figure.savefig(target, format="svg", **SAVE)
    plt.close(figure)
    return themed(target.getvalue())


def _example(row: actfn.Activation) -> str:
    x = _EXAMPLES[row.elementwise]
    extra = "" if row.elementwise else ", [1.0, 0.0, 0.0]"
    first = f"{row.name}(x)"
    second = f"{row.gradient.__name__}(x{extra})"
    names = f"{row.name}, {row.gradient.__name__}"
    code = f"import numpy as np\nfrom actfn import {names}\n\nx = {x}"
    scope: dict[str, Any] = {}
    exec(code, scope)
    shown = [
        fence("{ .text .no-copy .output }", repr(eval(e, scope)))
        for e in (first, second)
    ]
    return "\n\n".join(
        [
            fence("python", f"{code}\n{first}"),
            shown[0],
            fence("python", second),
            shown[1],
        ]
    )


def _facts(row: actfn.Activation, found: facts.Facts) -> str:
    low, high = found.limits
    kinks = "; ".join(
        f"no: bends at {facts.number(k)}, where the derivative is taken to be "
        f"{facts.number(v)}"
        for k, v in found.kinks.items()
    )
    centred = (
        f"yes: {row.name}(−x) = −{row.name}(x)"
        if found.odd
        else f"no: its mean is {facts.number(found.mean)} for standard normal input"
    )
    rows = {
        "Range": facts.interval(found.bounds, found.attained),
        "Range of the derivative": facts.interval(found.slopes, found.slopes_attained),
        "Limits": f"{facts.number(low)} at −∞, {facts.number(high)} at ∞",
        "Zero-centred": centred,
        "Monotonic": "yes, it never decreases" if found.increasing else "no",
        "Smooth": kinks or "yes",
        "Lowest point": found.minimum
        and f"{facts.number(found.minimum[1])} at x = {facts.number(found.minimum[0])}",
        "Fixed points": found.fixed_points,
        "Lipschitz constant": facts.number(found.lipschitz),
        "Cost": found.cost,
    }
    return _table(
        ("Property", "Found by evaluating it"), [(k, v) for k, v in rows.items() if v]
    )


def _coupled_facts(row: actfn.Activation) -> str:
    y = row.function(_MATRIX)
    shifted = np.abs(row.function(_MATRIX + 1000) - y).max()
    sums = {"The sum": y, "The sum of exponentials": np.exp(y)}
    gaps = {name: np.abs(v.sum(axis=-1) - 1).max() for name, v in sums.items()}
    name = min(gaps, key=lambda name: gaps[name])
    rows = [
        ("Range", facts.interval(row.bounds, (False, row.bounds[1] == 0))),
        ("Normalised", f"{name} along the axis is 1, within {gaps[name]:.2g}"),
        ("Shifting all scores", f"by 1000 changes results by at most {shifted:.2g}"),
        ("Cost", facts.cost(row.function, _MATRIX)),
    ]
    return _table(("Property", "Found by evaluating it"), rows)


def _elsewhere(row: actfn.Activation) -> str:
    rows = [
        (
            namesake.library,
            f"`{namesake.name}`",
            f"`{namesake.defaults}`" if namesake.defaults else "",
            " ".join(filter(None, (_difference(row, namesake), namesake.note))),
        )
        for namesake in row.namesakes
    ]
    header = ("Library", "Name", "Defaults", "Its result, by default")
    defaults = ", ".join(f"{k}={v!r}" for k, v in row.parameters.items())
    ours = ("**actfn**", f"`{row.name}`", f"`{defaults}`" if defaults else "", "")
    return _table(header, [ours, *rows])


def _difference(row: actfn.Activation, namesake: actfn.Namesake) -> str:
    if not namesake.equals:
        return "the same"
    x = np.linspace(-8, 8, 160001) if row.elementwise else _MATRIX
    theirs = eval(namesake.equals, {"np": np, "x": x, **vars(actfn)})
    gap = np.abs(theirs - row.function(x))
    where = "for `[[1, 2, 3], [4, 5, 6]]`"
    if row.elementwise:
        where = f"at x = {facts.number(x[gap.argmax()])}, on [−8, 8]"
    return (
        f"**differs**: `{namesake.equals}`, by up to {facts.number(gap.max())} {where}."
    )


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
        for line in lines
    )


if __name__ == "__main__":
    made = {name: page(actfn.CATALOGUE[name]) for name in sys.argv[1:]}
    json.dump(made, sys.stdout)

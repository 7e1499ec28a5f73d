# Writes what the page about speed shows, as JSON: figures, tables, sentences, and a
# line for each function. Its process reads the package as it is now.

import json
import math
import sys
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from textwrap import indent
from typing import Any

import speed_words as words
from rendering import image
from speed_record import OTHERS, Cell, Speed, called, number
from tables import code, table
from timing import ledger, naive
from timing.cases import FRESH, LARGE, SIZES, Case
from timing.targets import targets

_LOSS = "▼"

_COSTS = {
    "float32, 10⁶": ledger.cell("float32", LARGE, FRESH, 1),
    "float32, 10⁷": ledger.cell("float32", SIZES[-1], FRESH, 1),
    "float64, 10⁷": ledger.cell("float64", SIZES[-1], FRESH, 1),
}
_SMALL = [ledger.cell("float32", size, FRESH, 1) for size in SIZES[:2]]


def made(record: ledger.Record) -> dict[str, Any]:
    """Everything that the page wants, by name, and the files of its figures."""
    speed = Speed(record)
    figures = dict(_figures(speed))
    shown = {name: _image(name, *drawn) for name, drawn in figures.items()}
    functions = [c for c in speed.cases.values() if not c.is_gradient]
    gradients = [c for c in speed.cases.values() if c.is_gradient]
    return {
        "figures": {f"{name}.svg": svg for name, (svg, _) in figures.items()},
        "overview": shown.get("overview", ""),
        "scale": shown.get("scale", ""),
        "bars": _bars(shown),
        "functions": large_table(speed, functions),
        "gradients": large_table(speed, gradients),
        "small_functions": small_table(speed, functions),
        "small_gradients": small_table(speed, gradients),
        "naive": _naive_table(speed),
        "runs": table(("Run", "Machine", "Threads", "Versions"), words.runs(speed)),
        "targets": "\n".join(f"- {words.sentence(t)}" for t in targets(record)),
        "counts": words.counts(speed),
        "reservations": words.reservations(speed),
        "parts": words.parts(speed),
        "skipped": words.skipped(speed),
        "noise": words.noise(speed),
        "lines": {case.name: words.line(speed, case) for case in functions},
    }


def _figures(speed: Speed) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each figure with its text alternative."""
    import speed_figures as draw  # takes as long as all tables

    if series := speed.by_size():
        drawn = draw.lines(series, "time of others / time of actfn")
        yield "overview", (drawn, words.told_lines(series))
    if costs := speed.costs():
        yield "scale", (draw.pairs(costs), words.told_costs(costs))
    for other in OTHERS:
        for kind in ("functions", "derivatives"):
            ratios = speed.large_of(other, gradients=kind == "derivatives")
            if ratios:
                drawn = draw.bars(ratios, called(other), kind)
                told = words.told_bars(ratios, other, kind)
                yield f"{other.lower()}-{kind}", (drawn, told)


def _image(name: str, svg: str, alternative: str) -> str:
    return image(f"{name}.svg", escape(alternative), svg)


def _bars(shown: dict[str, str]) -> str:
    """A tab for each other one: bars of functions, and beside them derivatives."""
    tabs = []
    for other in OTHERS:
        pair = [p for name, p in shown.items() if name.startswith(f"{other.lower()}-")]
        if pair:
            title = called(other).replace("naive", "Naive")
            tabs.append(f'=== "{title}"\n\n    <div class="pair">{"".join(pair)}</div>')
    return "\n\n".join(tabs)


def ratio(value: float | None) -> str:
    """A ratio for a table; a loss is marked."""
    if value is None:
        return "–"
    return f"{_LOSS} {number(value)}" if value < 1 else number(value)


def large_table(speed: Speed, listed: Iterable[Case]) -> str:
    """Cost per element of large arrays, and the mean ratio to each other one."""
    others = (*OTHERS, "limit")
    means = [speed.large(other) for other in others]
    rows = []
    for case in listed:
        cells = (speed.cells(case.name).get(cell, {}) for cell in _COSTS.values())
        ratios = (ratio(known.get(case.name)) for known in means)
        rows.append((_name(speed, case), *map(_cost, cells), *ratios))
    return _dense(("Function", *_COSTS, *others), rows)


def small_table(speed: Speed, listed: Iterable[Case]) -> str:
    """Nanoseconds per call of small arrays; and what all cores make of large ones."""
    beside = ("naive", "PyTorch")
    header = ("Function", "1 element", *beside, "1,000 elements", *beside)
    rows = []
    for case in listed:
        row = [_name(speed, case)]
        for size, name in zip(SIZES, _SMALL, strict=False):
            cell = speed.cells(case.name).get(name, {})
            row += [_cost(cell, math.prod(case.shape(size))), *_medians(cell, beside)]
        many = speed.all_cores(case.name)
        rows.append((*row, _cost(many), *_medians(many, ["PyTorch"])))
    return _dense((*header, "all cores, 10⁷", "PyTorch"), rows)


def _dense(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return f'<div class="dense" markdown>\n\n{table(header, rows)}\n\n</div>'


def _name(speed: Speed, case: Case) -> str:
    earlier = words.EARLIER * (case.name in speed.stale)
    return f"[`{case.name}`]({case.row.name}.md){earlier}"


def _cost(cell: Cell, elements: int = 1) -> str:
    return number(cell["ns"] * elements) if cell else "–"


def _medians(cell: Cell, others: Iterable[str]) -> Iterator[str]:
    for other in others:
        yield ratio(cell[other][1] if other in cell else None)


def _naive_table(speed: Speed) -> str:
    rows = [(code(c.name), code(naive.form(c))) for c in speed.cases.values()]
    forms = indent(table(("Function", "Naive form"), rows), "    ")
    return f'??? note "The naive forms"\n\n{forms}'


if __name__ == "__main__":
    json.dump(made(ledger.load(Path(sys.argv[1]))), sys.stdout)

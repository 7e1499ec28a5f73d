# Writes the tables that compare functions, as JSON: what they are elsewhere and how
# accurate they are. A process of its own, so that it reads the package as it is now.

import json
import math
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SCRIPTS))

import sources  # noqa: E402 (found in the folder above)
from elsewhere import difference  # noqa: E402
from tables import code, table  # noqa: E402

import actfn  # noqa: E402

_LIBRARIES = ("PyTorch", "JAX", "Keras", "TensorFlow", "ONNX", "SciPy")
_PEERS = ("PyTorch", "JAX", "SciPy")
_DTYPES = ("float16", "float32", "float64")


class OutdatedError(Exception):
    """The record holds results of other code than the package has now."""


def elsewhere() -> dict[str, str]:
    """The functions by library, what differs, and what no library has."""
    rows = list(actfn.CATALOGUE.values())
    known = [row for row in rows if any(n.library in _LIBRARIES for n in row.namesakes)]
    header = ("actfn", *_LIBRARIES)
    lines = [(_link(row), *(_cell(row, lib) for lib in _LIBRARIES)) for row in known]
    own = ", ".join(_link(row) for row in rows if row not in known)
    return {
        "names": table(header, lines),
        "differences": table(
            ("Function", "Elsewhere", "Defaults there", "By default"),
            _differences(rows),
        ),
        "own": own,
    }


def _link(row: actfn.Activation) -> str:
    return f"[`{row.name}`]({row.name}.md)"


def _cell(row: actfn.Activation, library: str) -> str:
    names = []
    for n in row.namesakes:
        if n.library == library:
            marks = " **≠**" * bool(n.equals or n.differs) + " ′" * bool(n.kinks)
            names.append(code(n.name.rpartition(".")[2]) + marks)
            names.extend(map(code, n.arguments.split(", ") if n.arguments else ()))
    return "<br>".join(names) or "–"


def _differences(rows: list[actfn.Activation]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        for n in row.namesakes:
            if n.equals or n.differs or n.kinks or n.note:
                yield _link(row), code(n.name), code(n.defaults), difference(row, n)


def accuracy(record: dict[str, Any]) -> dict[str, Any]:
    """The worst errors, a line of them for each function, and where they come from."""
    functions = [
        f
        for row in actfn.CATALOGUE.values()
        for f in (row.function, row.gradient)
        if f is not None
    ]
    _refuse_outdated(record, functions)
    entries = record["functions"]
    gradients = {row.gradient for row in actfn.CATALOGUE.values()}
    groups = {
        "functions": [f.__name__ for f in functions if f not in gradients],
        "gradients": [f.__name__ for f in functions if f in gradients],
    }
    return {
        **{k: _errors(names, entries) for k, names in groups.items()},
        "runs": table(("Run", "Machine", "Versions"), _runs(record["runs"])),
        "lines": {row.name: _line(row, entries) for row in actfn.CATALOGUE.values()},
    }


def _refuse_outdated(record: dict[str, Any], functions: list[Any]) -> None:
    known = record["functions"]
    outdated = [
        f.__name__
        for f in functions
        if known.get(f.__name__, {}).get("source") != sources.fingerprint(f)
    ]
    if outdated:
        raise OutdatedError(
            f"docs/data/accuracy.json holds no results of {', '.join(outdated)} as "
            f"written now; measure again with: python3 scripts/accuracy.py --peers "
            f"{' '.join(outdated)}"
        )


def _errors(names: list[str], entries: dict[str, Any]) -> str:
    header = ("Function", "float16", "float32", "at x =", "float64", *_PEERS)
    return table(header, (_error_row(name, entries[name]) for name in names))


def _error_row(name: str, entry: dict[str, Any]) -> tuple[str, ...]:
    float16, float32, float64 = (_ulps(entry[dtype]) for dtype in _DTYPES)
    sample = "<sup>b</sup>" * (not entry["float32"]["exhaustive"])
    at = entry["float32"]["at"]
    shown = "" if at is None or isinstance(at, list) else code(f"{float(at):.9g}")
    stem = name.removesuffix("_derivative").removesuffix("_vjp")
    own = (float16, float32 + sample, shown, float64)
    return (f"[`{name}`]({stem}.md)", *own, *(_peer(entry, peer) for peer in _PEERS))


def _peer(entry: dict[str, Any], peer: str) -> str:
    """The error of another library, and in brackets without subnormal results."""
    if peer not in entry.get("peers", {}):
        return "–"
    worst = _ulps(entry["peers"][peer])
    normal = entry.get("peers_normal", {}).get(peer)
    without = _ulps(normal) if normal else worst
    return worst if without == worst else f"{worst} ({without})"


def _ulps(found: dict[str, Any]) -> str:
    worst = float(found["worst"])
    if math.isinf(worst):
        return "∞"
    text = f"{worst:.2g}" if worst < 100 else f"{worst:.0e}".replace("e+0", "e")
    return text + "<sup>a</sup>" * bool(found.get("floor"))


def _runs(runs: dict[str, dict[str, Any]]) -> Iterable[tuple[str, ...]]:
    for run in runs.values():
        told = {"python", "numpy", "mpmath", "torch", "jax", "scipy"}
        versions = ", ".join(f"{k} {v}" for k, v in run.items() if k in told)
        machine = f"{run['machine']}, {run['cores']} cores, {run['system']}"
        yield run["date"], machine, versions


def _line(row: actfn.Activation, entries: dict[str, Any]) -> str:
    parts = [_said(entries[row.name])]
    if row.gradient:
        kind = "derivative" if row.elementwise else "vjp"
        parts.append(f"its {kind} {_said(entries[row.gradient.__name__])}")
    line = f"The largest errors found, in ulp: {'; '.join(parts)}."
    return f"## Accuracy\n\n{line} [How accurate is it?](accuracy.md)"


def _said(entry: dict[str, Any]) -> str:
    told = []
    for dtype in _DTYPES:
        found = entry[dtype]
        points = "all" if found["exhaustive"] else f"{found['points']:,}"
        told.append(f"{_ulps(found)} in {dtype} ({points} numbers)")
    return ", ".join(told)


if __name__ == "__main__":
    try:
        measured = accuracy(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    except (OutdatedError, OSError) as error:
        sys.exit(str(error))
    json.dump({"elsewhere": elsewhere(), "accuracy": measured}, sys.stdout)

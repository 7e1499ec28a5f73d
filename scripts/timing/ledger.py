# The record of all timings, docs/data/benchmark.json. A function is renewed alone, or
# in part, as long as its code stays the same.

import hashlib
import json
from pathlib import Path
from typing import Any

import sources

from .cases import Case

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs" / "data" / "benchmark.json"

Record = dict[str, Any]


def load(path: Path = RESULTS) -> Record:
    """Read the record; an empty one if there is none."""
    try:
        record: Record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"runs": {}, "functions": {}, "parts": {}}
    return record


def code(case: Case) -> dict[str, str]:
    """Fingerprints of what a timing depends on: the function, and the loop over blocks.

    A timing is no truth as an error is: another machine, or the same tomorrow, gives
    another. A record of earlier code is therefore shown, and said to be one.
    """
    file = Path(case.function.__code__.co_filename)
    return {
        "source": sources.fingerprint(case.function),
        "blocks": sources.digest_of_modules(file.parent, "_blocks"),
    }


def cell(dtype: str, size: int, allocation: str, threads: int) -> str:
    """The name of one setting in the record."""
    return f"{dtype} {size} {allocation} {threads}"


def setting(cell: str) -> tuple[str, int, str, int]:
    """The dtype, size, allocation and number of threads of a cell."""
    dtype, size, allocation, threads = cell.split()
    return dtype, int(size), allocation, int(threads)


def holds(record: Record, name: str, code: dict[str, str], cell: str, now: Any) -> bool:
    """Whether the record has what would be measured again."""
    known = record["functions"].get(name, {})
    if any(known.get(k) != v for k, v in code.items()) or cell not in known["cells"]:
        return False
    then = record["runs"][known["cells"][cell]["run"]]
    same = all(then.get(k) == v for k, v in now.items() if k not in {"date", "quick"})
    return same and (now["quick"] or not then["quick"])


def merge(
    name: str,
    code: dict[str, str],
    found: dict[str, dict[str, Any]],
    now: dict[str, Any],
    path: Path = RESULTS,
) -> None:
    """Put the cells that were measured of a function into the record."""
    record = load(path)
    known = record["functions"].get(name, {})
    if any(known.get(k) != v for k, v in code.items()):
        known = {**code, "cells": {}}
    key = _key(record, now)
    known["cells"].update({c: {**values, "run": key} for c, values in found.items()})
    record["functions"][name] = known
    write(record, path)


def merge_part(
    name: str, found: dict[str, Any], now: dict[str, Any], path: Path = RESULTS
) -> None:
    """Put what was measured beside the functions into the record."""
    record = load(path)
    record["parts"][name] = {**found, "run": _key(record, now)}
    write(record, path)


def drop_others(names: Any, path: Path = RESULTS) -> None:
    """Take out of the record what the catalogue no longer has."""
    record = load(path)
    kept = {k: v for k, v in record["functions"].items() if k in names}
    if kept != record["functions"]:
        write({**record, "functions": kept}, path)


def _key(record: Record, now: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(now, sort_keys=True).encode()).hexdigest()
    key = f"{now['date']} {digest[:6]}"
    record["runs"][key] = now
    return key


def write(record: Record, path: Path = RESULTS) -> None:
    """Write the record, a line per cell, without runs that nothing refers to."""
    functions = record["functions"]
    used = {c["run"] for f in functions.values() for c in f["cells"].values()}
    used |= {part["run"] for part in record["parts"].values()}
    runs = {k: v for k, v in record["runs"].items() if k in used}
    ordered = {"functions": functions, "parts": record["parts"], "runs": runs}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text(ordered) + "\n", encoding="utf-8")
    partial.replace(path)


def text(value: Any, depth: int = 0) -> str:
    """JSON in a stable order; what holds no objects stands in one line."""
    nested = isinstance(value, dict) and any(
        isinstance(v, dict) for v in value.values()
    )
    if not nested:
        return json.dumps(value, sort_keys=True, allow_nan=False)
    inner = " " * (depth + 1)
    lines = [f'{inner}"{k}": {text(value[k], depth + 1)}' for k in sorted(value)]
    return "{\n" + ",\n".join(lines) + "\n" + " " * depth + "}"

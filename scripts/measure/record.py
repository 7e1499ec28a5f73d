# The record of all runs, docs/data/accuracy.json, and how far an unfinished one came.

import hashlib
import json
import math
import os
import platform
import subprocess
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .errors import Finding
from .peers import MODULES, versions

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs" / "data" / "accuracy.json"
STATES = ROOT / ".cache" / "accuracy"

_COMPUTED_WITH = ("numpy", "mpmath")


def run() -> dict[str, Any]:
    """Describe this run: the day, the machine, the versions."""
    return {
        "date": date.today().isoformat(),
        "machine": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{package: version(package) for package in _COMPUTED_WITH},
        **versions(),
    }


def load(path: Path = RESULTS) -> dict[str, Any]:
    """Read the record; an empty one if there is none."""
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"runs": {}, "functions": {}}
    return record


def entry(record: dict[str, Any], name: str, section: str, label: str) -> Any:
    """Give what is recorded of one function under a section and label, or None."""
    known = record["functions"].get(name, {})
    return (known if section == "own" else known.get(section, {})).get(label)


def holds(record: dict[str, Any], name: str, source: str, task: Any, now: Any) -> bool:
    """Whether the record has what the task would measure again."""
    old = entry(record, name, task.section, task.label)
    if not old or record["functions"][name]["source"] != source:
        return False
    needed = ["numpy", MODULES.get(task.label, "numpy")]
    then = record["runs"][old["run"]]
    told = {k: old.get(k) for k in ("name", "floor", "exhaustive")}
    return all(then.get(p) == now.get(p) for p in needed) and told == {
        k: task.said.get(k) for k in told
    }


def merge(
    found: dict[tuple[str, str], dict[str, Any]],
    name: str,
    source: str,
    now: dict[str, Any],
    path: Path = RESULTS,
) -> None:
    """Put what was found about one function into the record, in one stroke."""
    record = load(path)
    key = f"{now['date']} {_digest(now)}"
    record["runs"][key] = now
    known = record["functions"].get(name, {})
    if known.get("source") != source:
        known = {"source": source}
    for (section, label), values in found.items():
        place = known if section == "own" else known.setdefault(section, {})
        if values.get("exhaustive") or not place.get(label, {}).get("exhaustive"):
            place[label] = {**values, "run": key}
    record["functions"][name] = known
    write(record, path)


def drop_others(names: Any, path: Path = RESULTS) -> None:
    """Take out of the record what is not among the names."""
    record = load(path)
    kept = {k: v for k, v in record["functions"].items() if k in names}
    if kept != record["functions"]:
        write({**record, "functions": kept}, path)


def write(record: dict[str, Any], path: Path = RESULTS) -> None:
    """Write the record without the runs that nothing refers to any more."""
    text = json.dumps(record["functions"])
    runs = {k: v for k, v in record["runs"].items() if json.dumps(k) in text}
    ordered = {"runs": runs, "functions": record["functions"]}
    _replace(path, json.dumps(ordered, indent=1, sort_keys=True) + "\n")


def as_json(finding: Finding, said: dict[str, Any]) -> dict[str, Any]:
    """Give a finding as JSON has it, where infinities and NaN are strings."""
    values = {k: _number(v) for k, v in asdict(finding).items()}
    return {**values, **said}


def _number(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def load_state(name: str, task: Any, key: str) -> tuple[int, Finding]:
    """Give how far a task has come: the next step, and what is known so far."""
    try:
        state = json.loads(_state(name, task).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0, Finding()
    if state["key"] != key:
        return 0, Finding()
    return state["next"], Finding(**state["finding"])


def keep_state(name: str, task: Any, key: str, step: int, finding: Finding) -> None:
    """Keep how far a task has come."""
    state = {"key": key, "next": step, "finding": asdict(finding)}
    _replace(_state(name, task), json.dumps(state))


def forget_states(name: str) -> None:
    """Drop what was kept of a function that is done."""
    for file in STATES.glob(f"{name}.*.json"):
        file.unlink()


def _state(name: str, task: Any) -> Path:
    return STATES / f"{name}.{task.section}.{task.label}.json"


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def _digest(run: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(run, sort_keys=True).encode()).hexdigest()[:6]


def _processor() -> str:
    """The model of the processor, as the system tells it."""
    try:
        if platform.system() == "Darwin":
            command = ["sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.check_output(command, text=True).strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except (OSError, subprocess.CalledProcessError):
        pass
    return platform.processor() or platform.machine()

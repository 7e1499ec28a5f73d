# What is measured beside the functions, in processes of their own: cost against size,
# memory beyond the result, and the time that the import takes.

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .clock import quartiles, short

SHOWN = ("relu", "sigmoid", "gelu")
SCALE = tuple(10**n for n in range(3, 10))
BESIDE_UP_TO = 10**8  # the naive form needs several arrays of the size of x
MEMORY = (10**7, 10**8)

_CHILD = Path(__file__).with_name("child.py")
_PAIRS = 15
_TIMED = (
    "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
)

Say = Callable[[str], None]


def scale(say: Say, *, quick: bool) -> dict[str, Any]:
    """Nanoseconds per element of float32 into `out`, by function and size."""
    found: dict[str, Any] = {}
    for name in SHOWN:
        found[name] = {}
        for size in SCALE[:-2] if quick else SCALE:
            say(f"cost of {name} at {size:.0e} elements")
            found[name][str(size)] = _fitting(size, "scale", name, size, int(quick))
    return {"costs": found}


def memory(say: Say, *, quick: bool) -> dict[str, Any]:
    """Bytes beyond x and the result, as the system counts them."""
    found: dict[str, Any] = {}
    for name in SHOWN:
        found[name] = {}
        for size in MEMORY[:1] if quick else MEMORY:
            say(f"memory of {name} at {size:.0e} elements")
            found[name][str(size)] = _fitting(size, "memory", name, size)
    return {"bytes": found}


def _fitting(size: int, *arguments: object) -> dict[str, Any]:
    """Run a child, unless x and the result in float32 would not fit."""
    needed, there = 2 * 4 * size * 1.15, available()
    if needed > there:
        reason = f"needs {needed / 1e9:.1f} GB, and {there / 1e9:.1f} GB were free"
        return {"skipped": reason}
    command = [sys.executable, str(_CHILD), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it was ended from outside"])[-1]
        return {"skipped": last}
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def available() -> float:
    """Bytes of memory that are free; infinite where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return float("inf")
    told = dict(line.split(":") for line in lines)
    return float(told["MemAvailable"].split()[0]) * 1024


def startup(say: Say, *, quick: bool) -> dict[str, Any]:
    """Seconds that the imports of NumPy and of actfn take, in turn, and their ratio."""
    say("import of numpy and of actfn")
    with tempfile.TemporaryDirectory() as compiled:
        _import("actfn", compiled)  # and NumPy with it
        pairs = [
            (_import("numpy", compiled), _import("actfn", compiled))
            for _ in range(3 if quick else _PAIRS)
        ]
    numpy, actfn = (short(statistics.median(times)) for times in zip(*pairs))
    ratio = quartiles(with_it / without for without, with_it in pairs)
    return {"numpy": numpy, "actfn": actfn, "ratio": ratio}


def _import(package: str, compiled: str) -> float:
    """Seconds that an import takes which finds what an earlier one has compiled."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "PYTHONPYCACHEPREFIX": compiled}
    command = [sys.executable, "-c", _TIMED.format(package)]
    return float(subprocess.check_output(command, env=environment, text=True))


def each() -> Iterator[tuple[str, Callable[..., dict[str, Any]]]]:
    """The parts by name."""
    yield "startup", startup
    yield "memory", memory
    yield "scale", scale

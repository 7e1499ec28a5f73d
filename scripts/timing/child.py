# Measures one function at one size of float32 in a process of its own, whose memory
# nothing else has touched: child.py scale|memory <function> <size> [quick]

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from timing import cases, naive, parts
from timing.clock import OURS, QUICK, Effort, in_turn, summary

_PIECE = 10**6


def main(what: str, name: str, size: str, quick: str = "0") -> dict[str, Any]:
    """Measure, and give what was found."""
    case = cases.cases()[name]
    x = np.empty(int(size), np.float32)
    piece = cases.inputs(case, "float32", _PIECE).x
    for start in range(0, x.size, _PIECE):
        x[start : start + _PIECE] = piece[: x.size - start]
    out = np.zeros_like(x)
    out.fill(1)  # every page is there before anything is measured
    call = partial(case.function, x, out=out)
    return _memory(call) if what == "memory" else _scale(case, call, x, quick == "1")


def _scale(case: cases.Case, call: Any, x: Any, quick: bool) -> dict[str, Any]:
    calls = {OURS: call}
    if x.size <= parts.BESIDE_UP_TO:
        calls["naive"] = partial(naive.function(case), x)
    least = 3 if x.size <= parts.BESIDE_UP_TO else 2
    effort = QUICK if quick else Effort(seconds=1.5, least=least)
    with np.errstate(all="ignore"):
        return summary(in_turn(calls, effort), x.size)


def _memory(call: Any) -> dict[str, Any]:
    before = peak()
    call()
    return {"bytes": peak() - before}


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:  # not Linux
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    json.dump(main(*sys.argv[1:]), sys.stdout)

# A run: one process for each number of threads, because JAX is told its own before it
# starts. What is measured of a function is recorded before the next begins.

import multiprocessing
import os
import sys
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np
from measure import record as machine
from measure.progress import Progress

from . import ledger, parts
from .cases import DTYPES, FRESH, INTO, LARGE, SIZES, Case, Inputs, cases, inputs
from .clock import OURS, QUICK, Effort, in_turn, summary
from .rivals import rivals, set_threads

# By the least size. All takes a quarter of an hour on two cores.
_EFFORTS = {
    1: Effort(sample=5e-4, seconds=0.03),
    LARGE: Effort(sample=2e-3, seconds=0.15),
    10 * LARGE: Effort(sample=5e-3, seconds=0.5, least=3, most=9),
}
_TOLD = {"scipy": "SciPy", "torch": "PyTorch", "jax": "JAX", "numexpr": "numexpr"}


@dataclass(frozen=True)
class Plan:
    """What is asked for.

    Attributes:
        names: Functions, derivatives, vjps and parts; everything if empty.
        dtypes: Which floats.
        sizes: How many elements.
        threads: How many threads, one pass each.
        anew: Whether to measure again what the record has.
        quick: Whether to be satisfied with few rounds.
        with_peers: Whether to time other libraries.
        recorded: Whether to write what is found into the record.
    """

    names: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = DTYPES
    sizes: tuple[int, ...] = SIZES
    threads: tuple[int, ...] = (1,)
    anew: bool = False
    quick: bool = False
    with_peers: bool = True
    recorded: bool = True


@dataclass(frozen=True)
class Job:
    """A function, and the cells that are to be measured of it."""

    name: str
    cells: tuple[str, ...]


def run(plan: Plan) -> int:
    """Measure what the record lacks, or all of what is named; give an exit code."""
    now, wanted = describe(plan), named(plan.names)
    if plan.recorded:
        ledger.drop_others(cases())
    passes = {n: jobs(wanted, plan, n, now) for n in plan.threads}
    listed = [n for n, _ in parts.each() if n in plan.names or not plan.names]
    left = [p for p in listed if plan.names or plan.anew or not _has(p, now)]
    if not any(passes.values()) and not left:
        print("Everything is measured; --all does it again.")
        return 0
    told = ", ".join(f"{_TOLD[k]} {v}" for k, v in now.items() if k in _TOLD)
    print(f"Beside {told or 'NumPy alone'}; Ctrl-C stops, and what is done is kept.")
    try:
        for threads, listed_jobs in passes.items():
            if listed_jobs and _in_process(plan, threads, listed_jobs, now):
                return 1
        _measure_parts(left, plan, now)
    except KeyboardInterrupt:
        print("Stopped; the same command goes on.")
        return 130
    return 0


def describe(plan: Plan) -> dict[str, Any]:
    """The day, the machine, the versions, and how thorough the run is."""
    known = machine.run()
    peers = {p: version(p) for p in _TOLD if plan.with_peers and find_spec(p)}
    kept = {k: v for k, v in known.items() if k not in {"mpmath", *_TOLD}}
    return {**kept, **peers, "quick": plan.quick}


def named(names: Iterable[str]) -> list[Case]:
    """Find what is named; the name of a function stands for its derivative too."""
    known = cases()
    everything = {n for c in known.values() for n in (c.name, c.row.name)}
    asked = [n for n in names if n not in dict(parts.each())]
    for name in asked:
        if name not in everything:
            sys.exit(f"The catalogue has no {name}; it has {', '.join(known)}")
    if names and not asked:
        return []
    return [
        c for c in known.values() if not asked or c.name in asked or c.row.name in asked
    ]


def jobs(
    wanted: list[Case], plan: Plan, threads: int, now: dict[str, Any]
) -> list[Job]:
    """List what is to be measured with so many threads."""
    record = ledger.load()
    found = []
    for case in wanted:
        code, cells = ledger.code(case), cells_of(plan, threads)
        if not (plan.anew or plan.names):
            kept = {c for c in cells if ledger.holds(record, case.name, code, c, now)}
            cells = [c for c in cells if c not in kept]
        if cells:
            found.append(Job(case.name, tuple(cells)))
    return found


def cells_of(plan: Plan, threads: int) -> list[str]:
    """The settings of a pass; several threads only where they can pay."""
    return [
        ledger.cell(dtype, size, allocation, threads)
        for dtype in plan.dtypes
        for size in plan.sizes
        if threads == 1 or size >= LARGE
        for allocation in (FRESH, INTO)
    ]


def _has(part: str, now: dict[str, Any]) -> bool:
    record = ledger.load()
    known = record["parts"].get(part)
    return bool(known) and (now["quick"] or not record["runs"][known["run"]]["quick"])


def _in_process(plan: Plan, threads: int, todo: list[Job], now: dict[str, Any]) -> int:
    """Run a pass; give its exit code."""
    word = "one thread" if threads == 1 else f"{threads} threads"
    print(f"With {word}: {len(todo)} functions", flush=True)
    os.environ.update(variables(threads))
    context = multiprocessing.get_context("spawn")
    process = context.Process(
        target=measure, args=(plan, threads, todo, now), daemon=True
    )
    process.start()
    process.join()
    if process.exitcode == 130:
        raise KeyboardInterrupt
    return process.exitcode or 0


def variables(threads: int) -> dict[str, str]:
    """What tells libraries their number of threads when they start."""
    several = str(threads > 1).lower()
    return {
        "ACTFN_THREADS": str(threads),
        "NPROC": str(threads),  # JAX
        "NUMEXPR_MAX_THREADS": str(threads),
        "OMP_NUM_THREADS": str(threads),
        "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={several}",
    }


def measure(plan: Plan, threads: int, todo: list[Job], now: dict[str, Any]) -> None:
    """Do the jobs of a pass, and record each."""
    set_threads(threads)
    progress = Progress(sum(map(_weight, (c for job in todo for c in job.cells))))
    try:
        for job in todo:
            case = cases()[job.name]
            try:
                found = dict(_cells(case, job, plan, progress))
            except Exception as error:
                progress.say(f"{case.name}: left out: {type(error).__name__}: {error}")
                continue
            if plan.recorded:
                ledger.merge(case.name, ledger.code(case), found, now)
            progress.say(_line(case.name, found))
    except KeyboardInterrupt:
        sys.exit(130)


def _cells(case: Case, job: Job, plan: Plan, progress: Progress) -> Any:
    """Measure cell by cell, and tell each where few functions are asked for."""
    for name in job.cells:
        dtype, size, allocation, threads = ledger.setting(name)
        given = inputs(case, dtype, size)
        found = cell(given, allocation, threads, _effort(size, plan), plan.with_peers)
        yield name, found
        if plan.names:
            progress.say(f"  {name:<26}{told(found)}")
        progress.add(_weight(name))
        _end_with_parent()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent and not parent.is_alive():
        sys.exit(1)


def cell(
    given: Inputs, allocation: str, threads: int, effort: Effort, with_peers: bool
) -> dict[str, Any]:
    """Time ours beside its rivals in one setting; and the memory that it takes."""
    ours, extra = given.fresh(), {}
    if allocation == INTO:
        ours = given.into(given.out())
        extra = {"extra": beyond(ours)} if given.x.size >= LARGE else {}
    beside = dict(rivals(given, allocation, threads, with_peers=with_peers))
    if not beside:  # there is no ratio to be sure of
        effort = replace(effort, seconds=effort.seconds / 4, least=3)
    with np.errstate(all="ignore"):
        times = in_turn({OURS: ours, **beside}, effort)
    return {**summary(times, given.x.size), **extra}


def beyond(call: Callable[[], Any]) -> int:
    """The bytes that a call holds at once beyond what was there before."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _effort(size: int, plan: Plan) -> Effort:
    if plan.quick:
        return QUICK
    known = [effort for least, effort in _EFFORTS.items() if least <= size]
    return known[-1]


def _weight(name: str) -> float:
    """About how long a cell takes, in seconds."""
    _, size, allocation, _ = ledger.setting(name)
    return (0.1 + 2e-7 * size) * (1 if allocation == FRESH else 0.4)


def told(found: dict[str, Any]) -> str:
    """A cell in words: time per element, then how many times as long others take."""
    ratios = [
        f"{name} {middle:.2f} ({low:.2f}–{high:.2f})"
        for name, (low, middle, high) in (
            (k, v) for k, v in found.items() if isinstance(v, list)
        )
    ]
    extra = [f"{found['extra'] / 2**20:.2f} MiB more"] if "extra" in found else []
    return ", ".join([f"{found['ns']:.3g} ns", *ratios, *extra])


def _line(name: str, found: dict[str, dict[str, Any]]) -> str:
    shown = [c for c in found if " fresh " in c]
    return f"{name}: {shown[-1]}: {told(found[shown[-1]])}" if shown else name


def _measure_parts(names: list[str], plan: Plan, now: dict[str, Any]) -> None:
    progress = Progress(1)
    os.environ.update(variables(1))
    for name, part in parts.each():
        if name in names:
            found = part(progress.say, quick=plan.quick)
            if plan.recorded:
                ledger.merge_part(name, found, now)
            progress.say(f"{name}: {found}")

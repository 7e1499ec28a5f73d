# A run: several processes, one function at a time each, that lose seconds if stopped.

import multiprocessing
import os
import queue
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sources

from . import record
from .errors import Finding
from .peers import MODULES, versions
from .progress import Progress
from .tasks import Call, Task, calls, tasks

_SAVE_AFTER = 2.0  # seconds

Found = dict[tuple[str, str], dict[str, Any]]


@dataclass(frozen=True)
class Job:
    """What is to be measured of one function: sections and labels of tasks."""

    name: str
    labels: tuple[tuple[str, str], ...]
    every: int
    with_peers: bool


def run(names: list[str], every: int, workers: int, *, peers: bool, anew: bool) -> int:
    """Measure what the record lacks, or all of what is named; give an exit code."""
    if peers:
        there = ", ".join(f"{k} {v}" for k, v in versions().items())
        print(f"Beside {there}" if there else "Without PyTorch, JAX and SciPy")
    now, known = record.run(), calls()
    if every == 1:
        record.drop_others(known)
    jobs, weight = [], 0.0
    for call in _named(names, known):
        wanted = tasks(call, every, with_peers=peers)
        if not (anew or names or every > 1):
            wanted = [t for t in wanted if not _is_recorded(call, t, now)]
        if wanted:
            labels = tuple((t.section, t.label) for t in wanted)
            jobs.append(Job(call.name, labels, every, peers))
            weight += sum(t.steps * t.weight for t in wanted)
    if not jobs:
        print("Everything is measured; --all does it again.")
        return 0
    print(f"{len(jobs)} to measure; Ctrl-C stops, and the same command goes on.")
    return _conduct(jobs, min(workers, len(jobs)), Progress(weight), now)


def _named(names: list[str], known: dict[str, Call]) -> list[Call]:
    """Find what is named; the name of a function stands for its derivative too."""
    every_name = {n for c in known.values() for n in (c.name, c.row.name)}
    for name in names:
        if name not in every_name:
            sys.exit(f"The catalogue has no {name}; it has {', '.join(known)}")
    return [
        c for c in known.values() if not names or c.name in names or c.row.name in names
    ]


def _is_recorded(call: Call, task: Task, now: dict[str, Any]) -> bool:
    source = sources.fingerprint(call.function)
    return record.holds(record.load(), call.name, source, task, now)


def _conduct(
    jobs: list[Job], workers: int, progress: Progress, now: dict[str, Any]
) -> int:
    """Hand the jobs to the workers, and write down what they find."""
    context = multiprocessing.get_context("spawn")
    todo: Any = context.Queue()
    news: Any = context.Queue()
    for job in [*jobs, *[None] * workers]:
        todo.put(job)
    processes = [
        context.Process(target=_work, args=(todo, news), daemon=True)
        for _ in range(workers)
    ]
    for process in processes:
        process.start()
    try:
        for job in _finished(news, len(jobs), processes, progress, now):
            progress.say(job)
    except KeyboardInterrupt:
        progress.say("Stopped; the same command goes on.")
        return 130
    finally:
        for process in processes:
            process.terminate()
    return 0


def _finished(
    news: Any,
    count: int,
    processes: list[Any],
    progress: Progress,
    now: dict[str, Any],
) -> Any:
    """Follow the news until all is done; give a line for whoever watches."""
    while count:
        try:
            kind, name, what = news.get(timeout=5)
        except queue.Empty:
            if any(p.exitcode for p in processes):
                sys.exit("A process was ended from outside; the same command goes on.")
            continue
        if kind == "progress":
            progress.add(*what)
        elif kind == "omitted":
            yield f"{name}: {what}"
        else:
            count -= 1
            every, source, found = what
            record.merge(found, name, source, now)
            if every == 1:
                record.forget_states(name)
            yield f"{name}: {_summary(found)}"


def _work(todo: Any, news: Any) -> None:
    """Do one job after another, as far as nobody else needs the processor."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process answers it
    if hasattr(os, "nice"):
        os.nice(19)
    for job in iter(todo.get, None):

        def tell(kind: str, what: Any, name: str = job.name) -> None:
            news.put((kind, name, what))

        do(job, calls()[job.name], tell)


def do(job: Job, call: Call, tell: Callable[[str, Any], None]) -> None:
    """Measure a function, and tell how it goes."""
    source = sources.fingerprint(call.function)
    found: Found = {}
    for task in tasks(call, job.every, with_peers=job.with_peers):
        if (task.section, task.label) not in job.labels:
            continue
        key = _key(source, task, job.every)
        try:
            finding = advance(call.name, task, key, tell)
        except Exception as error:
            tell("omitted", f"left out {task.label}: {type(error).__name__}: {error}")
            tell("progress", (task.steps * task.weight, 0))
            continue
        found[task.section, task.label] = record.as_json(finding, task.said)
    tell("done", (job.every, source, found))


def _key(source: str, task: Task, every: int) -> str:
    """All that an unfinished task depends on; empty if it is not to be kept."""
    made_with = record.run()
    library = made_with.get(MODULES.get(task.label, ""), "")
    return f"{source} {made_with['numpy']} {library} {task.said}" * (every == 1)


def advance(
    name: str,
    task: Task,
    key: str,
    tell: Callable[[str, Any], None],
    save_after: float = _SAVE_AFTER,
) -> Finding:
    """Take the remaining steps of a task, keeping every few seconds how far it came."""
    first, finding = record.load_state(name, task, key) if key else (0, Finding())
    tell("progress", (0, first * task.weight))
    told, saved = first, time.monotonic()
    for i in range(first, task.steps):
        finding = finding.and_then(task.step(i, finding.worst))
        if time.monotonic() - saved >= save_after or i == task.steps - 1:
            if key:
                record.keep_state(name, task, key, i + 1, finding)
            tell("progress", ((i + 1 - told) * task.weight, 0))
            told, saved = i + 1, time.monotonic()
            _end_with_parent()
    return finding


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent and not parent.is_alive():
        sys.exit(1)


def _summary(found: Found) -> str:
    parts = [
        f"{label} {float(values['worst']):.3g}"
        for (section, label), values in found.items()
        if section != "peers_normal"
    ]
    return f"{', '.join(parts)} ulp" if parts else "nothing could be measured"

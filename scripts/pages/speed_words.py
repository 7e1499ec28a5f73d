# What the page about speed says in sentences. They hold whichever way numbers fall.

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from speed_record import OTHERS, Cell, Speed, called, number
from timing import ledger
from timing.cases import FRESH, LARGE, Case
from timing.targets import Target, mean

EARLIER = "<sup>a</sup>"

_TOLD = ledger.cell("float32", LARGE, FRESH, 1)


def sentence(target: Target) -> str:
    """How far a target is reached."""
    bound = "at most" if target.at_most else "at least"
    wanted = f"wanted: {bound} {target.wanted:g}"
    if not target.measured:
        return f"**Not measured**: {target.words}; {wanted}."
    answer = "Met" if target.met else "Missed"
    found = f"{number(target.found)} {target.unit} {target.words}"
    worst = ", ".join(f"{name} {number(value)}" for name, value in target.short[:3])
    others = f", and {len(target.short) - 3} more" * (len(target.short) > 3)
    beyond = f" Short of it: {worst}{others}." if worst else ""
    return f"**{answer}**: {found}; {wanted}.{beyond}"


def counts(speed: Speed) -> str:
    """How many functions win and lose against each other one."""
    lines = []
    for other in OTHERS:
        if ratios := speed.large(other):
            lost = sum(r < 1 for r in ratios.values())
            lines.append(
                f"- **{called(other)}** takes {number(mean(ratios.values()))} times as "
                f"long on geometric mean; {lost} of {len(ratios)} functions and "
                f"derivatives are slower in actfn."
            )
    return "\n".join(lines)


def reservations(speed: Speed) -> str:
    """Which rows are not of the code that stands, and which are missing."""
    told = []
    if speed.stale:
        told.append(f"{EARLIER} Measured on earlier code: {len(speed.stale)} rows.")
    absent = [name for name in speed.cases if name not in speed.entries]
    if absent:
        told.append(f"Not measured yet: {', '.join(f'`{name}`' for name in absent)}.")
    return " ".join(told)


def parts(speed: Speed) -> str:
    """What importing the package takes, and what it adds to a process."""
    return "\n".join(f"- {line}" for line in (*_startup(speed), *_memory(speed)))


def _startup(speed: Speed) -> Iterator[str]:
    if known := speed.record["parts"].get("startup"):
        low, middle, high = known["ratio"]
        yield (
            f"Importing `actfn`, and with it NumPy, takes {middle:.3g} times as long "
            f"as importing NumPy alone (quartiles {low:.3g} and {high:.3g}): "
            f"{1e3 * known['actfn']:.0f} ms in place of {1e3 * known['numpy']:.0f}."
        )


def _memory(speed: Speed) -> Iterator[str]:
    for name, sizes in speed.part("memory", "bytes").items():
        grown = [
            f"{cell['bytes'] / 2**20:.2f} MiB for {int(size):,} elements"
            for size, cell in sizes.items()
            if "bytes" in cell
        ]
        if grown:
            yield f"A process that runs `{name}` grows by {' and '.join(grown)}."


def skipped(speed: Speed) -> str:
    """Why sizes were left out."""
    reasons = {
        f"{int(size):,} elements ({cell['skipped']})"
        for sizes in speed.part("scale", "costs").values()
        for size, cell in sizes.items()
        if "skipped" in cell
    }
    return f"Left out: {', '.join(sorted(reasons))}." if reasons else ""


def noise(speed: Speed) -> str:
    """How much the ratios of one setting vary."""
    return f"{speed.spread():.0%} of the median"


def line(speed: Speed, case: Case) -> str:
    """What a function's page says of its speed."""
    gradient = case.row.gradient
    told = [_pace(speed.cells(case.name).get(_TOLD, {}))]
    if gradient:
        kind = "derivative" if case.row.elementwise else "vjp"
        told.append(
            f"its {kind}, {_pace(speed.cells(gradient.__name__).get(_TOLD, {}))}"
        )
    stale = {case.name, getattr(gradient, "__name__", "")} & speed.stale
    earlier = " Measured on earlier code." if stale else ""
    text = f"A million float32 numbers, with one thread: {'; '.join(told)}.{earlier}"
    return f"## Speed\n\n{text} [How fast is it?](speed.md)"


def _pace(cell: Cell) -> str:
    if not cell:
        return "not measured yet"
    ratios = {called(o): cell[o][1] for o in OTHERS if o in cell}
    beside = [f"{o} {number(r)}" for o, r in ratios.items()]
    compared = f"; times as long take {', '.join(beside)}" if beside else ""
    return f"{number(cell['ns'])} ns per element{compared}"


def told_lines(series: Mapping[str, Mapping[int, float]]) -> str:
    """The text alternative of the mean ratios by size."""
    lines = [
        f"{name}: {', '.join(f'{number(r)} at {size:,}' for size, r in points.items())}"
        for name, points in series.items()
    ]
    return f"Mean ratios by number of elements. {'; '.join(lines)}."


def told_costs(costs: Mapping[str, Any]) -> str:
    """The text alternative of the costs by size."""
    lines = []
    for name, (ours, naive) in costs.items():
        ends = [f"{number(ours[s])} at {s:,}" for s in (min(ours), max(ours))]
        last = f", its naive form {number(naive[max(naive)])} at {max(naive):,}"
        lines.append(f"{name} {' and '.join(ends)}{last if naive else ''}")
    return f"Nanoseconds per element by number of elements. {'; '.join(lines)}."


def told_bars(ratios: Mapping[str, float], other: str, kind: str) -> str:
    """The text alternative of the bars of one other, whose ratios ascend."""
    (lowest, low), (highest, high) = ([*ratios.items()][i] for i in (0, -1))
    lost = sum(ratio < 1 for ratio in ratios.values())
    return (
        f"Bars for {len(ratios)} {kind}, how many times as long {called(other)} takes: "
        f"from {number(low)} for {lowest} to {number(high)} for {highest}; {lost} "
        f"below 1, where actfn is slower."
    )


def runs(speed: Speed) -> Iterable[tuple[str, ...]]:
    """Date, machine and versions of each run, and its numbers of threads."""
    versions = ("python", "numpy", "scipy", "torch", "jax", "numexpr")
    for key, run in speed.record["runs"].items():
        told = ", ".join(f"{k} {run[k]}" for k in versions if k in run)
        machine = f"{run['machine']}, {run['cores']} cores, {run['system']}"
        used = {
            ledger.setting(name)[3]
            for entry in speed.entries.values()
            for name, cell in entry["cells"].items()
            if cell["run"] == key
        }
        threads = " and ".join(map(str, sorted(used))) or "1"
        yield run["date"] + " (few rounds)" * run["quick"], machine, threads, told

# scripts/benchmark.py and the record it writes: who takes turns with whom, what is made
# of the times, what is kept, and that the comparison is fair. Nothing here is timed.

import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from timing import cases, clock, expressions, ledger, limits, naive, parts, session
from timing import targets as goals
from timing.clock import Effort

from actfn import CATALOGUE

CASES = cases.cases()
every_case = pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))


class Laboratory:
    """A clock that goes on by what calls are said to take, and notes their order."""

    def __init__(self) -> None:
        self.now = 0.0
        self.order: list[str] = []
        self.slowness: Iterator[float] = iter(())

    def __call__(self) -> float:
        return self.now

    def call(self, name: str, seconds: float) -> Callable[[], None]:
        def run() -> None:
            self.order.append(name)
            self.now += seconds * next(self.slowness, 1.0)

        return run


@pytest.fixture
def laboratory() -> Laboratory:
    return Laboratory()


def in_turn(laboratory: Laboratory, effort: Effort, **seconds: float) -> Any:
    calls = {name: laboratory.call(name, s) for name, s in seconds.items()}
    return clock.in_turn(calls, effort, laboratory)


def test_calls_take_turns_after_a_warm_up(laboratory: Laboratory) -> None:
    effort = Effort(sample=1, seconds=100, least=3, most=4)
    times = in_turn(laboratory, effort, actfn=5.0, naive=6.0, torch=7.0)
    warm, rounds = laboratory.order[:3], laboratory.order[3:]
    assert warm == ["actfn", "naive", "torch"]
    assert rounds == ["actfn", "naive", "torch"] * 4
    assert times == {"actfn": [5.0] * 4, "naive": [6.0] * 4, "torch": [7.0] * 4}


@pytest.mark.parametrize(("seconds", "rounds"), [(0, 3), (25, 5), (1000, 9)])
def test_rounds_end_when_the_time_is_used_up(
    laboratory: Laboratory, seconds: float, rounds: int
) -> None:
    effort = Effort(sample=0.1, seconds=seconds, least=3, most=9)
    assert len(in_turn(laboratory, effort, actfn=2.0, naive=4.0)["actfn"]) == rounds


def test_fast_calls_are_repeated_until_a_sample_is_long(laboratory: Laboratory) -> None:
    effort = Effort(sample=1.0, seconds=0, least=1, most=1)
    in_turn(laboratory, effort, actfn=0.01, naive=30.0)
    last = laboratory.order[laboratory.order.index("naive") :]
    assert last == ["naive", *["actfn"] * 100, "naive"]


def test_a_slow_moment_for_all_leaves_the_ratio(laboratory: Laboratory) -> None:
    slow = [1, 1, *[1, 1], *[8, 8], *[1, 1], *[50, 50], *[1, 1]]
    laboratory.slowness = iter(map(float, slow))
    effort = Effort(sample=0.1, seconds=0, least=5, most=5)
    found = clock.summary(in_turn(laboratory, effort, actfn=2.0, naive=3.0), 1)
    assert found["naive"] == [1.5, 1.5, 1.5]


def test_ratios_are_those_of_a_round_and_costs_those_of_an_element() -> None:
    times = {"actfn": [2e-3, 4e-3, 1e-3], "naive": [2e-3, 16e-3, 2e-3]}
    assert clock.summary(times, 1000) == {"ns": 2000.0, "naive": [1.5, 2.0, 3.0]}


def test_garbage_is_collected_again_afterwards(laboratory: Laboratory) -> None:
    import gc

    def fails() -> None:
        raise ValueError

    with pytest.raises(ValueError):
        clock.in_turn({"actfn": fails}, Effort(), laboratory)
    assert gc.isenabled()


def test_numbers_are_kept_with_three_digits() -> None:
    assert clock.short(0.0123456) == 0.0123
    assert clock.quartiles([1, 2, 3, 4.12345]) == [1.75, 2.5, 3.28]


# Settings.


@every_case
@pytest.mark.parametrize("size", [1, 1000])
def test_every_call_has_arrays_that_suit_it(case: cases.Case, size: int) -> None:
    given = cases.inputs(case, "float32", size)
    with np.errstate(all="ignore"):
        result = given.fresh()()
        out = given.out()
        again = given.into(out)()
    assert given.x.size == max(size, 2 if "axis" in case.row.parameters else 1)
    first, second = (r[0] if isinstance(r, tuple) else r for r in (result, again))
    assert first.shape == second.shape
    assert first.dtype == second.dtype == np.float32
    assert (again is out) or all(a is b for a, b in zip(again, out, strict=True))


def test_a_million_elements_are_a_thousand_rows() -> None:
    assert CASES["softmax"].shape(1_000_000) == (1000, 1000)
    assert CASES["gelu"].shape(1_000_000) == (1_000_000,)


def test_several_threads_are_tried_on_large_arrays_alone() -> None:
    plan = session.Plan()
    sizes = {ledger.setting(c)[1] for c in session.cells_of(plan, 2)}
    assert sizes == {1_000_000, 10_000_000}
    assert len(session.cells_of(plan, 1)) == 2 * 4 * 2
    assert session.variables(1)["XLA_FLAGS"].endswith("=false")


def test_unknown_names_are_refused() -> None:
    with pytest.raises(SystemExit, match="catalogue has no gelo; it has identity"):
        session.named(["gelu", "gelo"])


def test_a_function_stands_for_its_derivative_and_parts_for_themselves() -> None:
    found = [case.name for case in session.named(["gelu", "softmax_vjp", "scale"])]
    assert found == ["gelu", "gelu_derivative", "softmax_vjp"]
    assert session.named(["startup", "memory", "scale"]) == []
    assert len(session.named([])) == len(CASES)


@pytest.mark.parametrize("name", ["relu", "gelu_derivative", "softmax_vjp"])
def test_a_cell_holds_what_its_setting_compares(name: str) -> None:
    effort = Effort(sample=0, seconds=0, least=2, most=2)
    given = cases.inputs(CASES[name], "float32", 1000)
    fresh = session.cell(given, cases.FRESH, 1, effort, False)
    assert set(fresh) == {"ns", "naive"}
    assert set(session.cell(given, cases.INTO, 1, effort, False)) == {"ns"}
    assert set(session.cell(given, cases.FRESH, 2, effort, False)) == {"ns"}


def test_memory_is_what_a_call_holds_at_once() -> None:
    def hold() -> None:
        for _ in range(3):
            np.zeros(10**6, np.uint8)

    assert 10**6 <= session.beyond(hold) < 1.1 * 10**6


def test_what_does_not_fit_is_left_out_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parts, "available", lambda: 3e9)
    found = parts._fitting(10**9, "scale", "relu", 10**9)
    assert found == {"skipped": "needs 9.2 GB, and 3.0 GB were free"}


# The naive forms and the limits: the comparison is fair.


@every_case
@pytest.mark.parametrize("dtype", cases.DTYPES)
def test_every_naive_form_agrees_on_moderate_numbers(
    case: cases.Case, dtype: str
) -> None:
    given = cases.inputs(case, dtype, 1000)
    assert naive.form(case)
    with np.errstate(all="ignore"):
        theirs = naive.function(case)(*given.arrays)
        ours = given.fresh()()
    pairs = zip(ours, theirs) if isinstance(ours, tuple) else [(ours, theirs)]
    for expected, found in pairs:
        assert np.shape(found) == np.shape(expected)
        tolerance = 1e-4 * (np.abs(expected) + np.abs(expected).mean())
        assert np.all(np.abs(found - expected) <= tolerance + 1e-6)


def test_naive_forms_and_limits_are_of_functions_that_there_are() -> None:
    assert set(naive._TYPED) <= set(CASES)
    assert set(limits._TRANSCENDENTAL) <= set(CATALOGUE)


@every_case
def test_the_limit_fills_an_array(case: cases.Case) -> None:
    with np.errstate(all="ignore"):
        limits.call(case, np.linspace(-3, 3, 7))()
    assert all(isinstance(getattr(np, u), np.ufunc) for u in limits.ufuncs(case))


@pytest.mark.parametrize(
    ("text", "dtype", "expected", "constants"),
    [
        ("1 / (1 + np.exp(-x))", "float32", "c0 / (c1 + exp(-x))", [1, 1]),
        ("np.maximum(x, 0) ** 2", "float32", "where(x > c0, x, c0) ** 2", [0]),
        ("np.maximum(x, 0)", "float64", "maximum(x, c0)", [0]),
        ("(x > 0).astype(x.dtype)", "float32", "where(x > c0, c1, c2)", [0, 1, 0]),
        ("(s := np.tanh(x)) * (1 - s)", "float32", "tanh(x) * (c0 - tanh(x))", [1]),
        ("x / math.sqrt(4)", "float64", "x / c0", [2]),
    ],
)
def test_naive_forms_are_translated(
    text: str, dtype: str, expected: str, constants: list[float]
) -> None:
    found, known = expressions.translated(text, dtype)
    assert found == expected
    assert list(known.values()) == constants
    assert {c.dtype for c in known.values()} == {np.dtype(dtype)}


@pytest.mark.parametrize("text", ["x.copy()", "x.max(-1)", "np.cumsum(x)", "erf(x)"])
def test_what_numexpr_cannot_say_is_left_out(text: str) -> None:
    with pytest.raises(expressions.InexpressibleError):
        expressions.translated(text, "float32")


@every_case
def test_translated_forms_give_the_same(case: cases.Case) -> None:
    pytest.importorskip("numexpr")
    given = cases.inputs(case, "float64", 1000)
    try:
        call = expressions.compiled(
            naive.form(case), "float64", dict(zip("xg", given.arrays))
        )
    except expressions.InexpressibleError:
        pytest.skip("numexpr has no words for it")
    with np.errstate(all="ignore"):
        expected = naive.function(case)(*given.arrays)
    np.testing.assert_allclose(call(), expected, rtol=1e-9, atol=1e-12)


# The record.

NOW = {"date": "2026-01-02", "numpy": "2.4", "torch": "3.0", "quick": False}
CODE = {"source": "abc", "blocks": "def"}
A, B = "float32 1000 fresh 1", "float64 1000 fresh 1"
FOUND = {"ns": 2.0, "naive": [1.0, 2.0, 3.0]}


def test_cells_are_merged_as_long_as_the_code_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "benchmark.json"
    later = {**NOW, "date": "2026-01-03"}
    ledger.merge("cosine", CODE, {A: FOUND}, NOW, path)
    ledger.merge("sine", CODE, {A: FOUND}, NOW, path)
    ledger.merge("cosine", CODE, {B: FOUND}, later, path)
    record = ledger.load(path)
    assert set(record["functions"]["cosine"]["cells"]) == {A, B}
    assert len(record["runs"]) == 2
    for changed in ({**CODE, "source": "new"}, {**CODE, "blocks": "new"}):
        ledger.merge("cosine", changed, {B: FOUND}, later, path)
        known = ledger.load(path)["functions"]["cosine"]
        assert set(known["cells"]) == {B}
        assert known == {**changed, "cells": known["cells"]}


def test_runs_that_nothing_refers_to_go(tmp_path: Path) -> None:
    path = tmp_path / "benchmark.json"
    later = {**NOW, "date": "2026-01-03"}
    ledger.merge("cosine", CODE, {A: FOUND}, NOW, path)
    ledger.merge_part("startup", {"ratio": [1.0, 1.0, 1.0]}, later, path)
    ledger.merge("cosine", CODE, {A: FOUND}, later, path)
    assert list(ledger.load(path)["runs"].values()) == [later]
    ledger.drop_others({"sine"}, path)
    assert ledger.load(path)["functions"] == {}
    assert not list(tmp_path.glob("*.partial"))


@pytest.mark.parametrize(
    ("code", "now", "held"),
    [
        ({}, {}, True),
        ({}, {"date": "2027-01-01"}, True),
        ({}, {"quick": True}, True),
        ({}, {"numpy": "2.5"}, False),
        ({}, {"torch": "3.1"}, False),
        ({}, {"jax": "1.0"}, False),
        ({"source": "new"}, {}, False),
        ({"blocks": "new"}, {}, False),
    ],
)
def test_a_cell_holds_until_something_changes(
    tmp_path: Path, code: dict[str, str], now: dict[str, Any], held: bool
) -> None:
    path = tmp_path / "benchmark.json"
    ledger.merge("cosine", CODE, {A: FOUND}, NOW, path)
    record = ledger.load(path)
    assert ledger.holds(record, "cosine", CODE | code, A, NOW | now) is held
    assert not ledger.holds(record, "cosine", CODE, B, NOW)
    assert not ledger.holds(record, "sine", CODE, A, NOW)


def test_a_first_look_does_not_hold_for_a_thorough_run(tmp_path: Path) -> None:
    path = tmp_path / "benchmark.json"
    ledger.merge("cosine", CODE, {A: FOUND}, {**NOW, "quick": True}, path)
    assert not ledger.holds(ledger.load(path), "cosine", CODE, A, NOW)


def test_what_the_record_has_is_not_measured_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case, plan = CASES["relu"], session.Plan()
    *known, last = session.cells_of(plan, 1)
    cells = {cell: {**FOUND, "run": "then"} for cell in known}
    entry = {**ledger.code(case), "cells": cells}
    record = {"runs": {"then": NOW}, "functions": {"relu": entry}, "parts": {}}
    monkeypatch.setattr(ledger, "load", lambda: record)
    assert session.jobs([case], plan, 1, NOW) == [session.Job("relu", (last,))]
    named = session.Plan(names=("relu",))
    assert len(session.jobs([case], named, 1, NOW)[0].cells) == len(known) + 1


def test_a_cell_is_a_line_and_the_order_that_of_names(tmp_path: Path) -> None:
    path = tmp_path / "benchmark.json"
    for name in ("sine", "cosine"):
        ledger.merge(name, CODE, {B: FOUND, A: FOUND}, NOW, path)
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if '"ns"' in line]
    assert [line.split('"')[1] for line in lines] == [A, B, A, B]
    assert text.index('"cosine"') < text.index('"sine"')


def test_code_that_computes_the_same_keeps_its_mark() -> None:
    first, again = (ledger.code(CASES["gelu"]) for _ in range(2))
    assert first == again
    assert first["blocks"] == ledger.code(CASES["relu"])["blocks"]
    assert first["source"] != ledger.code(CASES["relu"])["source"]


def test_the_loop_over_blocks_and_what_it_imports_have_a_mark(tmp_path: Path) -> None:
    from sources import digest_of_modules

    def digest(**texts: str) -> str:
        known = {
            "_blocks": "from . import _threads, _validation\nSIZE = 1\n",
            "_threads": "COUNT = 2\n",
            "_validation": "MESSAGE = 'no'\n",
            "_other": "X = 1\n",
        }
        for name, text in {**known, **texts}.items():
            (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        return digest_of_modules(tmp_path, "_blocks")

    plain = digest()
    assert digest(_threads="COUNT = 3\n") != plain
    assert digest(_blocks="from . import _threads, _validation\nSIZE = 2\n") != plain
    assert digest(_threads="COUNT  =  2  # cores\n") == plain
    assert digest(_validation="MESSAGE = 'never'\n", _other="X = 2\n") == plain


recorded = ledger.load()


@pytest.mark.parametrize("name", sorted(recorded["functions"]))
def test_a_record_is_well_formed(name: str) -> None:
    entry = recorded["functions"][name]
    assert set(entry) == {"source", "blocks", "cells"}
    for cell, values in entry["cells"].items():
        assert ledger.cell(*ledger.setting(cell)) == cell
        assert values["run"] in recorded["runs"]
        assert values["ns"] > 0
        for ratio in (v for v in values.values() if isinstance(v, list)):
            assert len(ratio) == 3
            assert ratio == sorted(ratio)
            assert ratio[0] > 0


def test_the_record_is_strict_json_in_a_stable_order() -> None:
    if not ledger.RESULTS.exists():
        pytest.skip("nothing is recorded yet")
    text = ledger.RESULTS.read_text(encoding="utf-8")
    assert text == ledger.text(json.loads(text)) + "\n"


# The targets.


def record_of(**ratios: dict[str, dict[str, float]]) -> ledger.Record:
    """A record of medians, by function, setting and other."""
    functions = {
        name: {
            "cells": {
                cell: {"ns": 1.0, **{o: [r, r, r] for o, r in others.items()}}
                for cell, others in cells.items()
            }
        }
        for name, cells in ratios.items()
    }
    return {"functions": functions, "parts": {}, "runs": {}}


MANY = "float32 1000000 fresh 1"
MOST = "float32 10000000 fresh 1"
PLACE = "float32 10000000 out 1"


def found(record: ledger.Record, words: str) -> goals.Target:
    (target,) = [t for t in goals.targets(record) if words in t.words]
    return target


def test_means_are_geometric_and_of_large_arrays() -> None:
    cells = {A: {"naive": 0.001}, MANY: {"naive": 2.0}, MOST: {"naive": 8.0}}
    target = found(record_of(relu=cells), "naive NumPy from a million")
    assert target.found == pytest.approx(4)
    assert target.met
    assert not target.short


def test_a_mean_that_is_missed_names_what_draws_it_down() -> None:
    record = record_of(
        relu={MANY: {"SciPy": 1.0}},
        elu={MANY: {"SciPy": 0.25}},
        gelu={MANY: {"SciPy": 4}},
    )
    target = found(record, "SciPy")
    assert target.found == pytest.approx(1)
    assert not target.met
    assert [name for name, _ in target.short] == ["elu", "relu"]


def test_the_slowest_setting_of_any_function_counts() -> None:
    cells = {A: {"naive": 0.9}, MANY: {"naive": 30.0}}
    target = found(record_of(relu=cells), "any function at 1,000 or more")
    assert (target.found, target.met) == (0.9, False)
    assert target.short == [("relu (float32, 1,000)", 0.9)]


@pytest.mark.parametrize(("ratio", "met"), [(1 / 1.14, True), (1 / 1.16, False)])
def test_the_limit_of_arithmetic_is_another_than_that_of_exponentials(
    ratio: float, met: bool
) -> None:
    record = record_of(relu={PLACE: {"limit": ratio}}, gelu={PLACE: {"limit": 1 / 1.4}})
    arithmetic = found(record, "without a transcendental")
    assert arithmetic.found == pytest.approx(1 / ratio)
    assert arithmetic.met is met
    assert found(record, "its transcendental alone").met


def test_one_thread_and_all_cores_are_told_apart() -> None:
    cells = {MANY: {"PyTorch": 3.0}, MANY[:-1] + "2": {"PyTorch": 0.4}}
    record = record_of(relu=cells)
    assert found(record, "million elements on, one thread").met
    assert not found(record, "million elements on, all cores").met
    assert found(record, "or more, all cores").found == 0.4


def test_cost_memory_and_import_have_bounds_from_above() -> None:
    record = record_of(relu={PLACE: {}})
    record["functions"]["relu"]["cells"][PLACE]["extra"] = 3 * 2**20
    record["parts"] = {
        "scale": {"costs": {"relu": {"1000": {"ns": 9}, "100000": {"ns": 1.0}}}},
        "startup": {"ratio": [1.0, 1.05, 1.2]},
        "memory": {"bytes": {"relu": {"10000000": {"skipped": "too large"}}}},
    }
    costs = record["parts"]["scale"]["costs"]["relu"]
    costs |= {"1000000": {"ns": 1.4}, "1000000000": {"skipped": "too large"}}
    assert found(record, "cost per element").found == pytest.approx(1.4)
    assert found(record, "memory beyond").short == [
        ("relu (float32, 10,000,000 into out)", 3.0)
    ]
    assert found(record, "import NumPy").met


def test_nothing_measured_is_neither_met_nor_a_number() -> None:
    for target in goals.targets(record_of()):
        assert math.isnan(target.found)
        assert not target.met
        assert "not measured" in goals.line(target)


def test_the_summary_tells_each_target(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = record_of(relu={MANY: {"naive": 0.5}}, elu={MANY: {"naive": 2.0}})
    monkeypatch.setattr(ledger, "load", lambda: record)
    assert goals.tell() == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("missed   1.00 times as fast as naive NumPy")
    assert lines[1].split() == ["0.50", "relu"]
    assert any("1.00  (1 of 2 slower)" in line for line in lines)

# scripts/accuracy.py and the record it writes: what counts as another source, that no
# wrong result slips through, and that a run which was stopped loses nothing.

import ast
import dataclasses
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import sources
from judge import ulps_between
from measure import record, session, tasks
from measure.errors import Finding, compare, ulps

import actfn

PACKAGE = Path(actfn.__file__).parent

MADE_UP = {
    "_waves.py": '''
import numpy as np
from . import _blocks, _tables
from ._kernels import bend as curve

Number = float

_SCALE = 2.0

def wave(x: Number, /, alpha: Number = 1.0) -> Number:
    """Wave."""
    return _blocks.elementwise(curve, x, _tables.LOW * _SCALE)

def other(x):
    return 7 * x
''',
    "_kernels.py": """
import numpy as np

_UNUSED = 5.0
_HALF: float = 0.5

def bend(x, out):
    _twice(x, out)

def _twice(x, out):
    np.multiply(x, 2 * _HALF, out=out)

def unrelated(x):
    return _UNUSED
""",
    "_tables.py": "LOW = 1e-3\nLOW *= 3\nHIGH = 1e3\n",
    "_blocks.py": "def elementwise(kernel, x, *rest):\n    return kernel(x)\n",
}


def made_up(folder: Path, file: str = "", old: str = "", new: str = "") -> str:
    """Fingerprint `wave` in the made-up package, after an edit."""
    for name, text in MADE_UP.items():
        edited = text.replace(old, new) if name == file else text
        assert name != file or edited != text
        (folder / name).write_text(edited, encoding="utf-8")
    return sources.digest(folder, "_waves", "wave")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("_waves.py", '"""Wave."""', '"""Another docstring."""'),
        ("_waves.py", '    """Wave."""\n', ""),
        (
            "_waves.py",
            "x: Number, /, alpha: Number = 1.0) -> Number",
            "x, /, alpha=1.0)",
        ),
        ("_waves.py", "_SCALE = 2.0", "# doubles\n\n\n_SCALE   =  2.00"),
        ("_waves.py", "Number = float\n", "Number = int\n"),
        ("_waves.py", "return 7 * x", "return 8 * x"),
        ("_kernels.py", "_UNUSED = 5.0", "_UNUSED = 6.0"),
        ("_kernels.py", "_HALF: float = 0.5", "_HALF = 0.5"),
        ("_kernels.py", "return _UNUSED", "return 0"),
        ("_tables.py", "HIGH = 1e3", "HIGH = 1e4"),
        ("_blocks.py", "kernel(x)", "kernel(x + 0)"),
    ],
)
def test_edits_that_compute_the_same_keep_the_fingerprint(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    assert made_up(tmp_path, file, old, new) == made_up(tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("_waves.py", "_SCALE = 2.0", "_SCALE = 2.5"),
        ("_waves.py", "_SCALE = 2.0", "_SCALE = 2.0\n_SCALE += 1"),
        ("_waves.py", "alpha: Number = 1.0", "alpha: Number = 1.5"),
        ("_waves.py", "LOW * _SCALE", "HIGH * _SCALE"),
        ("_waves.py", "bend as curve", "unrelated as curve"),
        ("_waves.py", "bend as curve", "_twice as curve"),
        ("_kernels.py", "_twice(x, out)\n\ndef", "_twice(-x, out)\n\ndef"),
        ("_kernels.py", "np.multiply", "np.divide"),
        ("_kernels.py", "_HALF: float = 0.5", "_HALF: float = 0.25"),
        ("_kernels.py", "import numpy as np", "import cupy as np"),
        ("_tables.py", "LOW = 1e-3", "LOW = 1.1e-3"),
    ],
)
def test_edits_of_anything_it_reaches_change_the_fingerprint(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    assert made_up(tmp_path, file, old, new) != made_up(tmp_path)


def test_every_public_function_has_a_fingerprint_of_its_own() -> None:
    prints = {n: sources.fingerprint(c.function) for n, c in tasks.calls().items()}
    assert len(set(prints.values())) == len(prints) > 20


def test_a_coefficient_of_gelu_concerns_gelu_and_not_relu(tmp_path: Path) -> None:
    package = tmp_path / "actfn"
    shutil.copytree(PACKAGE, package)
    text = (package / "_gaussian.py").read_text(encoding="utf-8")
    mutated = text.replace("0.7978845608028635", "0.7978845608028636")
    assert mutated != text
    (package / "_gaussian.py").write_text(mutated, encoding="utf-8")
    for function, same in ((actfn.gelu, False), (actfn.relu, True)):
        stem = function.__module__.rpartition(".")[2]
        found = sources.digest(package, stem, function.__name__)
        assert (found == sources.fingerprint(function)) is same


def test_an_unknown_name_has_no_fingerprint(tmp_path: Path) -> None:
    made_up(tmp_path)
    with pytest.raises(LookupError, match="does not define wav"):
        sources.digest(tmp_path, "_waves", "wav")


def test_fingerprints_do_not_depend_on_what_a_version_of_python_adds() -> None:
    (plain,) = ast.parse("def f(x): return x").body
    (newer,) = ast.parse("def f(x): return x").body
    newer.type_params = []  # type: ignore[attr-defined]
    newer._fields = (*newer._fields, "invented")  # type: ignore[misc]
    newer.invented = None  # type: ignore[attr-defined]
    assert sources._text(newer) == sources._text(plain)


RANGE = tasks.patterns(0x3F000000, 0x3F000000 + 4096)


def judged(plant: Callable[[Any], None], so_far: float = 0.0) -> Finding:
    """What is found of cosines, of which `plant` has spoiled some."""
    reference = np.cos(RANGE.astype(float))
    y = reference.astype(np.float32)
    plant(y)
    return compare(RANGE, y, reference, so_far=so_far)


@pytest.mark.parametrize("so_far", [0.0, 0.5, 1.0, 1.7, 2.4])
def test_three_ulp_at_one_number_are_found_with_the_number(so_far: float) -> None:
    def plant(y: Any) -> None:
        y[1234] += 3 * np.spacing(y[1234])

    found = judged(plant, so_far)
    assert 2.5 <= found.worst <= 3.5
    assert np.float32(found.at) == RANGE[1234]
    assert (found.points, found.misrounded) == (4096, 1)


def test_among_many_numbers_no_wrong_one_is_passed_over() -> None:
    x = tasks.patterns(0x3F000000, 0x3F000000 + tasks.CHUNK)
    y = x.copy()
    y[12_345] = 0
    found = compare(x, y, x.astype(float))
    assert np.float32(found.at) == x[12_345]
    assert found.worst > 1e6


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("so_far", [0.0, 0.7, 3.0])
def test_a_wrong_nan_or_infinity_is_infinitely_wrong(
    wrong: float, so_far: float
) -> None:
    def plant(y: Any) -> None:
        y[77] = wrong

    found = judged(plant, so_far)
    assert (found.worst, np.float32(found.at)) == (np.inf, RANGE[77])


def test_a_number_in_place_of_infinity_or_nan_is_infinitely_wrong() -> None:
    x = np.array([1, 2, 3], np.float32)
    reference = np.array([np.inf, np.nan, 1e300])
    right = np.array([np.inf, np.nan, np.inf], np.float32)
    assert compare(x, right, reference) == Finding(0.0, 1.0, 3, 0)
    for i in range(3):
        y = right.copy()
        y[i] = np.finfo(np.float32).max
        assert compare(x, y, reference) == Finding(np.inf, float(x[i]), 3, 1)


def test_flushed_subnormal_numbers_are_counted_in_the_smallest_number() -> None:
    x = tasks.patterns(1, 1001)
    found = compare(x, np.zeros_like(x), x.astype(float))
    assert (found.worst, found.misrounded) == (1000, 1000)
    assert np.float32(found.at) == x[999]


def test_results_that_are_all_rounded_have_at_most_half_an_ulp() -> None:
    found = judged(lambda y: None)
    assert 0.49 < found.worst <= 0.5
    assert found.misrounded == 0


def test_the_measure_is_that_of_the_judge() -> None:
    rng = np.random.default_rng(6)
    reference = np.ldexp(rng.normal(size=5000), rng.integers(-160, 140, 5000))
    with np.errstate(all="ignore"):
        y = (reference * (1 + rng.normal(scale=2e-7, size=5000))).astype(np.float32)
        wrong = y != reference.astype(np.float32)
    for floor in (0.0, 1 / 16):
        expected = ulps_between(y, reference, floor)
        assert np.array_equal(ulps(y, reference, floor)[wrong], expected[wrong])


@pytest.mark.parametrize("so_far", np.arange(0, 6, 0.25))
def test_what_is_passed_over_is_no_worse_than_what_was_found(so_far: float) -> None:
    # Around powers of 2, where floats lie twice as wide on one side.
    near = 2.0 ** np.arange(-20, 20)
    steps = np.arange(-8, 9)
    x = (near[:, None] * (1 + steps / 2**23)).astype(np.float32).ravel()
    for shift in steps:
        y = (x.view(np.uint32) + shift.astype(np.uint32)).view(np.float32)
        for part in (-0.49, 0.0, 0.49):
            reference = x.astype(float) + part * np.spacing(x).astype(float)
            worst = ulps(y, reference).max()
            found = compare(x, y, reference, so_far=so_far)
            assert found.worst == worst or worst <= so_far


def _cosines(i: int, so_far: float) -> Finding:
    x = RANGE[i * 64 : (i + 1) * 64]
    return compare(x, np.cos(x), np.cos(x.astype(float)), so_far=so_far)


def cosines(step: Callable[[int, float], Finding] = _cosines) -> tasks.Task:
    return tasks.Task("own", "float32", 64, 1, step, {"exhaustive": True})


def silent(kind: str, what: Any) -> None:
    assert kind == "progress", what


def test_a_run_that_was_stopped_goes_on_to_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "STATES", tmp_path)
    taken: list[int | None] = []

    def step(i: int, so_far: float) -> Finding:
        if len(taken) in (10, 40) and taken[-1] is not None:
            taken.append(None)
            raise KeyboardInterrupt
        taken.append(i)
        return _cosines(i, so_far)

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            session.advance("cosine", cosines(step), "key", silent, save_after=0)
    resumed = session.advance("cosine", cosines(step), "key", silent, save_after=0)
    assert [i for i in taken if i is not None] == list(range(64))
    at_once = session.advance("another", cosines(), "", silent)
    assert resumed == at_once
    assert at_once.points == RANGE.size


def test_what_was_kept_of_another_source_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "STATES", tmp_path)
    session.advance("cosine", cosines(), "before", silent)
    taken = []

    def step(i: int, so_far: float) -> Finding:
        taken.append(i)
        return _cosines(i, so_far)

    session.advance("cosine", cosines(step), "after", silent)
    assert taken == list(range(64))
    record.forget_states("cosine")
    assert not list(tmp_path.iterdir())


NOW = {"date": "2026-01-02", "numpy": "2.4", "torch": "3.0"}


def test_a_record_is_merged_and_holds_until_something_changes(tmp_path: Path) -> None:
    path, task = tmp_path / "accuracy.json", cosines()
    found = record.as_json(Finding(np.inf, 0.5, 9, 1), task.said)
    record.merge({("own", "float32"): found}, "cosine", "abc", NOW, path)
    done = record.load(path)
    assert record.holds(done, "cosine", "abc", task, NOW)
    assert not record.holds(done, "cosine", "abd", task, NOW)
    assert not record.holds(done, "sine", "abc", task, NOW)
    assert not record.holds(done, "cosine", "abc", task, {**NOW, "numpy": "2.5"})
    assert record.holds(done, "cosine", "abc", task, {**NOW, "torch": "3.1"})
    floored = dataclasses.replace(task, said={"floor": 0.5})
    assert not record.holds(done, "cosine", "abc", floored, NOW)


def test_another_run_adds_to_the_record_and_unused_runs_go(tmp_path: Path) -> None:
    path = tmp_path / "accuracy.json"
    values = record.as_json(Finding(0.5, 1.0, 9, 0), {})
    later = {**NOW, "date": "2026-01-03"}
    record.merge({("own", "float32"): values}, "cosine", "abc", NOW, path)
    record.merge({("peers", "PyTorch"): values}, "cosine", "abc", later, path)
    done = record.load(path)
    assert set(done["functions"]["cosine"]) == {"source", "float32", "peers"}
    assert len(done["runs"]) == 2
    record.merge({("own", "float32"): values}, "cosine", "new", later, path)
    done = record.load(path)
    assert set(done["functions"]["cosine"]) == {"source", "float32"}
    assert list(done["runs"].values()) == [later]
    assert not list(tmp_path.glob("*.partial"))


def test_what_is_said_of_another_library_holds_for_its_version(tmp_path: Path) -> None:
    path = tmp_path / "accuracy.json"
    peer = dataclasses.replace(cosines(), section="peers", label="PyTorch")
    found = record.as_json(Finding(0.5, 1.0, 9, 0), peer.said)
    record.merge({("peers", "PyTorch"): found}, "cosine", "abc", NOW, path)
    done = record.load(path)
    assert record.holds(done, "cosine", "abc", peer, NOW)
    assert not record.holds(done, "cosine", "abc", cosines(), NOW)
    for package in ("numpy", "torch"):
        assert not record.holds(done, "cosine", "abc", peer, {**NOW, package: "9"})


def test_the_order_of_the_record_is_not_that_of_the_runs(tmp_path: Path) -> None:
    texts = []
    for i, names in enumerate((["sine", "cosine"], ["cosine", "sine"])):
        path = tmp_path / f"{i}.json"
        for name in names:
            values = record.as_json(Finding(0.5, 1.0, 9, 0), {})
            record.merge({("own", "float32"): values}, name, "abc", NOW, path)
        texts.append(path.read_text(encoding="utf-8"))
    assert texts[0] == texts[1]


SECTIONS = {"float16", "float32", "float64"}
VALUES = {"worst", "at", "points", "misrounded", "exhaustive", "run"}
recorded = record.load()
every_record = pytest.mark.parametrize("name", sorted(recorded["functions"]))


@every_record
def test_a_record_is_well_formed(name: str) -> None:
    entry = recorded["functions"][name]
    assert set(entry) <= {"source", "peers", "peers_normal"} | SECTIONS
    own = {k: v for k, v in entry.items() if k in SECTIONS}
    peers = [*entry.get("peers", {}).values(), *entry.get("peers_normal", {}).values()]
    for values in [*own.values(), *peers]:
        assert set(values) - {"name", "floor"} == VALUES
        assert values["run"] in recorded["runs"]
        assert values["points"] >= values["misrounded"] >= 0
        assert float(values["worst"]) >= 0
    for dtype, values in own.items():
        assert float(values["worst"]) <= (1 if dtype == "float16" else 4)


def test_the_record_is_strict_json_in_a_stable_order() -> None:
    if not record.RESULTS.exists():
        pytest.skip("nothing is recorded yet")

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    text = record.RESULTS.read_text(encoding="utf-8")
    read = json.loads(text, parse_constant=refuse)
    assert text == json.dumps(read, indent=1, sort_keys=True) + "\n"


@pytest.mark.parametrize(
    "name", ["relu", "gelu_derivative", "softmax", "logsumexp_vjp"]
)
def test_a_step_of_every_kind_measures_what_the_catalogue_has(name: str) -> None:
    known = tasks.calls()
    if name not in known:
        pytest.skip(f"there is no {name}")
    for task in tasks.tasks(known[name], with_peers=False):
        with np.errstate(all="ignore"):
            found = task.step(task.steps // 2, 0.0)
        assert found.points > 0
        assert found.worst <= 4


def test_one_wrong_number_among_equal_results_is_found() -> None:
    step = 1000
    x = tasks.patterns(step * tasks.CHUNK, (step + 1) * tasks.CHUNK)

    def faded(x: Any) -> Any:
        return np.zeros_like(x)

    def faulty(given: Any) -> Any:
        return np.where(
            (given == x[777]) & (given.dtype == np.float32), 1, faded(given)
        )

    level = Mock(side_effect=faded, floor=0.0)
    found = tasks.float32_step(level, 1, step, 0.0)
    assert (found.points, found.misrounded) == (tasks.CHUNK, 0)
    assert [c.args[0].size for c in level.call_args_list] == [
        tasks.CHUNK,  # of float32, all
        tasks.CHUNK // 64,
    ]
    found = tasks.float32_step(Mock(side_effect=faulty, floor=0.0), 1, step, 0.0)
    assert (found.points, found.misrounded) == (tasks.CHUNK, 1)
    assert np.float32(found.at) == x[777]


def test_all_float32_numbers_come_once() -> None:
    (task,) = [t for t in tasks.tasks(tasks.calls()["relu"]) if t.label == "float32"]
    assert task.steps * tasks.CHUNK == 2**32
    last = tasks.patterns(2**32 - tasks.CHUNK, 2**32)
    assert last.view(np.uint32)[[0, -1]].tolist() == [2**32 - tasks.CHUNK, 2**32 - 1]

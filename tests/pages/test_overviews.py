# The pages that compare functions: names elsewhere, measured errors and times. A record
# of other code than the package has is refused, but for times, which are marked.

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from pages.projects import ROOT, Build, Project
from pages.web import Site, section, table

from actfn import CATALOGUE, Activation

RECORD = json.loads((ROOT / "docs/data/accuracy.json").read_text(encoding="utf-8"))
TIMES = json.loads((ROOT / "docs/data/benchmark.json").read_text(encoding="utf-8"))

MANY = "float32 1000000 fresh 1"

every_function = pytest.mark.parametrize("row", CATALOGUE.values(), ids=list(CATALOGUE))


@pytest.fixture(scope="module")
def web(site: Build) -> Site:
    return Site(site.site)


@pytest.fixture(scope="module")
def tables(web: Site) -> dict[str, dict[str, list[str]]]:
    """The tables of both pages: their rows by what stands in the first cell."""
    places = {
        "elsewhere": ["names"],
        "accuracy": ["functions", "derivatives-and-products"],
    }
    return {
        heading: {cells[0]: cells for e in found for cells in table(e)}
        for page, headings in places.items()
        for heading in headings
        for found in [
            [
                e
                for e in section(web.page(f"reference/{page}/"), heading)
                if e.select("tbody")
            ]
        ]
    }


@pytest.fixture(scope="module")
def worker() -> Any:
    folder = str(ROOT / "scripts" / "pages")
    sys.path.insert(0, folder)
    try:
        import overview_tables
    finally:
        sys.path.remove(folder)
    return overview_tables


@every_function
def test_every_name_elsewhere_is_listed(
    tables: dict[str, dict[str, list[str]]], web: Site, row: Activation
) -> None:
    names = {n.name.rpartition(".")[2] for n in row.namesakes if n.library != "NumPy"}
    if not names:
        text = " ".join(
            e.text for e in section(web.page("reference/elsewhere/"), "only-here")
        )
        assert row.name in text
        return
    cells = tables["names"][row.name]
    assert all(any(cell.startswith(name) for cell in cells[1:]) for name in names)
    marked = [cell for cell in cells if "≠" in cell]
    differing = {n.library for n in row.namesakes if n.equals or n.differs}
    assert len(marked) == len(differing)


@every_function
def test_every_difference_is_shown(web: Site, row: Activation) -> None:
    page = web.page("reference/elsewhere/")
    shown = [cells for e in section(page, "differences") for cells in table(e)]
    for n in row.namesakes:
        found = [c for c in shown if c[:2] == [row.name, n.name]]
        assert bool(found) == bool(n.equals or n.differs or n.kinks or n.note)
        for *_, words in found:
            assert n.note in words.replace("\n", " ")
            if n.equals and not n.differs:
                assert "differs" in words
                assert "by up to" in words


@every_function
def test_every_function_has_its_errors(
    tables: dict[str, dict[str, list[str]]], row: Activation
) -> None:
    assert row.name in tables["functions"]
    if row.gradient:
        assert row.gradient.__name__ in tables["derivatives-and-products"]
    worst = RECORD["functions"][row.name]["float32"]["worst"]
    assert tables["functions"][row.name][2].rstrip("ab") == f"{float(worst):.2g}"


@every_function
def test_a_page_of_a_function_tells_its_errors(web: Site, row: Activation) -> None:
    page = web.page(f"reference/{row.name}/")
    text = " ".join(e.text for e in section(page, "accuracy"))
    for dtype in ("float16", "float32", "float64"):
        error = float(RECORD["functions"][row.name][dtype]["worst"])
        assert f"{error:.2g}" in text.partition(f" in {dtype}")[0]
    assert "How accurate is it?" in text


def test_the_record_is_of_the_code_that_stands(worker: Any) -> None:
    assert worker.accuracy(RECORD)["lines"].keys() == CATALOGUE.keys()


def test_a_record_of_other_code_is_refused(worker: Any) -> None:
    record = json.loads(json.dumps(RECORD))
    record["functions"]["gelu"]["source"] = "another"
    del record["functions"]["softmax_vjp"]
    with pytest.raises(worker.OutdatedError) as caught:
        worker.accuracy(record)
    assert str(caught.value) == (
        "docs/data/accuracy.json holds no results of gelu, softmax_vjp as written now; "
        "measure again with: python3 scripts/accuracy.py --peers gelu softmax_vjp"
    )


def test_a_changed_kernel_ends_the_build(site: Build, tmp_path: Path) -> None:
    copy = Project.copy(ROOT, tmp_path / "project")
    copy.edit(
        "src/actfn/_rectifiers.py",
        "between(x, 0, 6, out)",
        "between(x, 0, 6.0, out)",
    )
    build = copy.build()
    assert build.code
    assert "python3 scripts/accuracy.py --peers relu6" in build.output
    assert "Traceback" not in build.output
    assert not build.site.exists()


@pytest.fixture(scope="module")
def speed_tables(web: Site) -> list[dict[str, list[str]]]:
    """The tables of functions, of derivatives, and of small arrays."""
    page = web.page("reference/speed/")
    return [
        {cells[0].rstrip("a"): cells for cells in table(e)}
        for e in page.select(".dense")
    ]


@pytest.fixture(scope="module")
def speed() -> Any:
    folder = str(ROOT / "scripts" / "pages")
    sys.path.insert(0, folder)
    try:
        import speed_tables
    finally:
        sys.path.remove(folder)
    return speed_tables


def times(**changes: Any) -> Any:
    """A copy of the record, in which entries of functions are changed; None drops."""
    record = json.loads(json.dumps(TIMES))
    for name, change in changes.items():
        if change is None:
            record["functions"].pop(name, None)
        else:
            record["functions"][name] |= change
    return record


@every_function
def test_every_function_has_its_time(
    speed_tables: list[dict[str, list[str]]], speed: Any, row: Activation
) -> None:
    functions, gradients, small, small_gradients = speed_tables
    cell = TIMES["functions"][row.name]["cells"][MANY]
    assert functions[row.name][1] == speed.number(cell["ns"])
    assert row.name in small
    if row.gradient:
        assert row.gradient.__name__ in gradients
        assert row.gradient.__name__ in small_gradients


@every_function
def test_a_page_of_a_function_tells_its_time(
    web: Site, speed: Any, row: Activation
) -> None:
    cell = TIMES["functions"][row.name]["cells"][MANY]
    elements = section(web.page(f"reference/{row.name}/"), "speed")
    text = " ".join(e.text for e in elements)
    assert f"{speed.number(cell['ns'])} ns per element" in text
    assert f"naive NumPy {speed.number(cell['naive'][1])}" in text
    links = [link["href"] for e in elements for link in e.select("a")]
    assert links == ["../speed/"]


def test_a_loss_is_shown_as_a_loss(speed: Any) -> None:
    cells = {
        MANY: {"ns": 2.0, "naive": [3, 4, 5], "PyTorch": [0.4, 0.5, 0.6]},
        "float32 1 fresh 1": {"ns": 900.0, "naive": [0.1, 0.2, 0.3]},
    }
    record = times(relu={"cells": cells})
    found = speed.Speed(record)
    large, small = (
        make(found, [found.cases["relu"]]).splitlines()[-3].split(" | ")
        for make in (speed.large_table, speed.small_table)
    )
    assert large[4:7] == ["4.0", "–", "▼ 0.50"]
    assert small[1:4] == ["900", "▼ 0.20", "–"]


def test_bars_of_losses_are_hatched_and_told(web: Site) -> None:
    pictures = web.page("reference/speed/").select(".pair img")
    assert len(pictures) >= 9
    for picture in pictures:
        path = web.folder / "reference" / "speed" / picture["src"]
        told = re.search(r"; (\d+) below 1", picture["alt"])
        assert told, picture["alt"]
        svg = path.read_text("utf-8")
        assert len(re.findall(r"fill: url\(#\w+\)", svg)) == int(told[1])


def test_times_of_earlier_code_are_shown_and_marked(speed: Any) -> None:
    cases = speed.Speed(times()).cases
    now = {name: speed.ledger.code(case) for name, case in cases.items()}
    now["gelu"]["source"] = now["softmax_vjp"]["blocks"] = "another"
    found = speed.Speed(times(**now))
    assert found.stale == {"gelu", "softmax_vjp"}
    shown = speed.large_table(found, found.cases.values())
    marked = re.findall(r"\[`(\w+)`\]\(\w+\.md\)<sup>a</sup>", shown)
    assert marked == ["gelu", "softmax_vjp"]
    assert "earlier code: 2 rows" in speed.words.reservations(found)
    for name, old in (("gelu", True), ("softmax", True), ("relu", False)):
        line = speed.words.line(found, found.cases[name])
        assert ("Measured on earlier code." in line) is old


def test_what_is_not_measured_yet_is_said(speed: Any) -> None:
    found = speed.Speed(times(gelu=None))
    case = found.cases["gelu"]
    cells = speed.large_table(found, [case]).splitlines()[-3].strip("| ").split(" | ")
    assert cells[1:] == ["–"] * 9
    assert "Not measured yet: `gelu`." in speed.words.reservations(found)
    assert "one thread: not measured yet; its derivative" in speed.words.line(
        found, case
    )


def test_sentences_about_targets_hold_whichever_way_they_fell(speed: Any) -> None:
    def said(**changes: Any) -> str:
        told = {"words": "as fast as a snail", "found": 3.0, "wanted": 2.0, **changes}
        return str(speed.words.sentence(speed.words.Target(**told)))

    assert said() == "**Met**: 3.0 times as fast as a snail; wanted: at least 2."
    assert said(found=1.0, short=[("relu", 0.5)]) == (
        "**Missed**: 1.0 times as fast as a snail; wanted: at least 2. "
        "Short of it: relu 0.50."
    )
    assert said(at_most=True).startswith("**Missed**: 3.0 times")
    assert said(found=float("nan")).startswith("**Not measured**")
    assert ", and 2 more." in said(short=[(n, 1.0) for n in "abcde"])


def test_a_record_that_is_not_there_leaves_the_page_empty(speed: Any) -> None:
    found = speed.Speed({"runs": {}, "functions": {}, "parts": {}})
    assert found.costs() == found.by_size() == {}
    assert found.spread() == 0
    assert speed.words.counts(found) == speed.words.parts(found) == ""
    assert len(speed.large_table(found, found.cases.values()).splitlines()) > 99

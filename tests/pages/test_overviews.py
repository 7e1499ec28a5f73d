# The pages that compare functions: names elsewhere, and measured errors. A record of
# other code than the package has is refused.

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from pages.projects import ROOT, Build, Project
from pages.web import Site, section, table

from actfn import CATALOGUE, Activation

RECORD = json.loads((ROOT / "docs/data/accuracy.json").read_text(encoding="utf-8"))

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
        "np.minimum(out, 6, out=out)",
        "np.minimum(6, out, out=out)",
    )
    build = copy.build()
    assert build.code
    assert "python3 scripts/accuracy.py --peers relu6" in build.output
    assert "Traceback" not in build.output
    assert not build.site.exists()

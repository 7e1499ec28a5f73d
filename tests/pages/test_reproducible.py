# Two builds from clean copies are the same bytes, but for what pages mark as measured.

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pages.comparison import MASK, compare, marked, masked
from pages.projects import ROOT, Build, Project

EPOCH = {"SOURCE_DATE_EPOCH": "1700000000"}

# What may differ between two machines, and must not show.
HOSTILE = {"PYTHONHASHSEED": "12345", "TZ": "Asia/Kathmandu", "COLUMNS": "40"}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Build, Build]:
    """The real site, built from nothing in two folders."""
    folder = tmp_path_factory.mktemp("cold")
    style = folder / "matplotlibrc"
    style.write_text("lines.linewidth: 9\nfont.size: 20\n", encoding="utf-8")
    environments = (EPOCH, EPOCH | HOSTILE | {"MATPLOTLIBRC": str(style)})
    folders = (folder / "a", folder / "other" / "with a longer name")
    copies = [Project.copy(ROOT, target, cached=False) for target in folders]
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda p, e: p.build(**e), copies, environments)
    for build in (first, second):
        assert build.code == 0, build.output
        assert "Running" in build.output
    return first, second


def test_two_cold_builds_are_the_same_bytes(pair: tuple[Build, Build]) -> None:
    comparison = compare(pair[0].site, pair[1].site)
    print("\nNot compared:", *comparison.masked, sep="\n  ")
    assert comparison.different == []
    assert comparison.masked


def test_what_is_masked_comes_from_tagged_cells(pair: tuple[Build, Build]) -> None:
    for line in compare(pair[0].site, pair[1].site).masked:
        # Each guide has a folder of its own, and one in the zip of all.
        found = re.search(r"(?:^guide|\.zip)/(?:\d\d-)?([\w-]+)/", line)
        assert found, line
        source = ROOT / "docs" / "guide" / f"{found[1]}.py"
        assert "volatile" in source.read_text("utf-8"), line


UNMARKED = """\
# %% [markdown]
# # Time in secret

# %%
import time
print(time.perf_counter())

# %% tags=["volatile"]
print(time.perf_counter())
"""
MARKED = """\
# %% [markdown]
# # Time openly

# %% tags=["volatile"]
#| alt: A line to {{ took }}.
import time
import matplotlib.pyplot as plt
took = time.perf_counter()
plt.plot([0, took])
plt.show()

# %% [markdown]
# It took {{ took }}, and that is all. In words:
# {{ f"it took {took}"
# if took else "nothing" }}.
"""


def test_a_timing_is_found_unless_it_is_marked(small: Project, tmp_path: Path) -> None:
    one = small.shrink(marked=MARKED, unmarked=UNMARKED)
    other = Project.copy(one.root, tmp_path / "other")
    with ThreadPoolExecutor(2) as pool:
        sites = [b.site for b in pool.map(lambda p: p.build(**EPOCH), (one, other))]
    comparison = compare(*sites)
    assert sorted(comparison.different) == [
        "guide/unmarked/index.html",
        "guide/unmarked/unmarked.ipynb",
        "search/search_index.json",
    ]
    assert comparison.masked == [
        "guide/marked/index.html: 3 places",
        "guide/marked/marked-1.svg",
        "guide/marked/marked-figures.zip/marked-1-measured-dark.svg",
        "guide/marked/marked-figures.zip/marked-1-measured-light.svg",
        "guide/marked/marked-figures.zip/marked-figures.html: 1 places",
        "guide/marked/marked.ipynb: 3 places",
        "guide/unmarked/index.html: 1 places",
        "guide/unmarked/unmarked.ipynb: 1 places",
    ]
    figure = "guide/marked/marked-1.svg"
    assert (sites[0] / figure).read_bytes() != (sites[1] / figure).read_bytes()


PAGE = (
    '<p>a<br></p><div class="x volatile"><div>1</div><img src="f.svg">2</div><p>b</p>'
)


@pytest.mark.parametrize(
    "change",
    [("index.html", PAGE.replace("b", "c")), ("g.svg", "2"), ("new.html", "<p></p>")],
)
def test_an_unmarked_difference_is_found(
    change: tuple[str, str], tmp_path: Path
) -> None:
    files = {"index.html": PAGE, "f.svg": "1", "g.svg": "1"}
    for site, changed in (("one", {}), ("other", dict([change]))):
        (tmp_path / site).mkdir()
        for name, text in (files | changed).items():
            (tmp_path / site / name).write_text(text, encoding="utf-8")
    (different,) = compare(tmp_path / "one", tmp_path / "other").different
    assert change[0] in different


def test_the_mask_ends_where_the_marked_element_ends() -> None:
    assert marked(PAGE) == ['<div>1</div><img src="f.svg">2']
    assert masked(PAGE) == f'<p>a<br></p><div class="x volatile">{MASK}</div><p>b</p>'
    assert masked("<p>volatile</p>\n<b>1</b>") == "<p>volatile</p>\n<b>1</b>"

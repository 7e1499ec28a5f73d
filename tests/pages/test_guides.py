# What a guide can show: one guide uses everything, and its built page is read.

import json
import re
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from pages.projects import Build, Project

GUIDE = """\
# %% [markdown]
# # Show everything
#
# See [`relu`][actfn.relu] and [all functions](../reference/index.md).
#
# !!! note "Mind this"
#     An admonition.
#
# === "One"
#     The first tab.
#
# === "Two"
#     The second tab.
#
# A footnote.[^1]
#
# [^1]: Its text.
#
# | left | right |
# | ---- | ----- |
# | 1    | 2     |
#
# Inline $x^2 < 4$, and alone:
#
# $$\\int_0^1 x\\,dx$$

# %%
shown = "annotated"  # (1)!

# %% [markdown]
# 1. The annotation.
#
# ## Print and compute
#
# A zebra lives here.

# %%
print("printed", 1 + 1)
print("<b>&amp;</b> ```")
import actfn
actfn.relu([-1.0, 2.0])


# %% tags=["hide-input"]
class Table:
    def _repr_html_(self):
        return "<table><tr><td>cell of a table</td></tr></table>"


Table()

# %% tags=["hide-output"]
count = 1
print("a hidden answer")

# %% tags=["raises-exception"]
raise ValueError("on purpose")

# %%
import warnings
warnings.warn("careful")

# %% [markdown]
# ## Say values
#
# First {{ count }}, then {{ count + 0.126:.2f }} and {{ {"a": [3, 4]}["a"][0:1] }}.

# %%
count = 2

# %% [markdown]
# Later {{ count }}, over two lines {{ count
# * 21 }}.

# %%
#| alt: A line to {{ count }}, with "quotes" & <angles>,
#|   and more in a second line.
#| alt: A bar.
import matplotlib.pyplot as plt
plt.plot([0, count])
plt.show()
plt.bar([1], [2])
plt.show()

# %% [markdown]
# ## Measure

# %% tags=["volatile"]
took = 48000 + 151.62342
print(took, "seconds")

# %% [markdown]
# It took {{ took:.3f }} seconds, and {{ count }} stays.

# %%
#| fold: Open me
print("folded")
"""

PAGE = "guide/small/index.html"


@pytest.fixture(scope="module")
def build(foundation: Project, tmp_path_factory: pytest.TempPathFactory) -> Build:
    project = Project.copy(foundation.root, tmp_path_factory.mktemp("all") / "project")
    project.write("docs/guide/small.py", GUIDE)
    build = project.build()
    assert build.code == 0, build.output
    return build


@pytest.fixture(scope="module")
def page(build: Build) -> Any:
    article = BeautifulSoup(build.text(PAGE), "html.parser").article
    assert article is not None
    return article


@pytest.fixture(scope="module")
def index(build: Build) -> dict[str, str]:
    """The texts of the search index, by place."""
    found = json.loads(build.text("search/search_index.json"))
    return {doc["location"]: doc["title"] + doc["text"] for doc in found["docs"]}


def texts(page: Any, selector: str) -> list[str]:
    return [element.get_text().strip() for element in page.select(selector)]


def paragraph(page: Any, beginning: str) -> Any:
    (found,) = [p for p in page.select("p") if p.get_text().startswith(beginning)]
    return found


def after(page: Any, code: str) -> Any:
    """What follows the block that shows this code."""
    blocks = page.select("div.highlight:not(.output)")
    (found,) = [block for block in blocks if code in block.get_text()]
    return found.find_next_sibling()


def test_a_cross_reference_leads_to_the_reference_page(page: Any) -> None:
    link = page.select_one("a.autorefs")
    assert link["href"] == "../../reference/relu/#actfn.relu"
    assert link.code.get_text() == "relu"


def test_a_link_leads_to_another_page(page: Any) -> None:
    assert page.find("a", string="all functions")["href"] == "../../reference/"


def test_admonitions_tabs_and_tables_are_drawn(page: Any) -> None:
    assert texts(page, ".admonition.note > p") == ["Mind this", "An admonition."]
    assert texts(page, ".tabbed-set .tabbed-labels label") == ["One", "Two"]
    assert texts(page, ".tabbed-block") == ["The first tab.", "The second tab."]
    assert texts(page, "th") == ["left", "right"]


def test_a_footnote_leads_to_its_text_and_back(page: Any) -> None:
    reference, note = page.select_one("a.footnote-ref"), page.select_one(".footnote li")
    assert reference["href"] == f"#{note['id']}"
    assert note.get_text().startswith("\nIts text.")
    assert note.select_one("a.footnote-backref")["href"] == f"#{reference.parent['id']}"


def test_a_code_annotation_stands_where_the_theme_looks_for_it(page: Any) -> None:
    block = after(page, "annotated")
    assert block.name == "ol"
    assert block.get_text().strip() == "The annotation."


def test_formulas_are_drawn_at_build(page: Any, build: Build) -> None:
    inline, display = page.select(".formula")
    assert (inline.name, display.name) == ("span", "div")
    for formula in (inline, display):
        assert formula.select_one(".katex-mathml math annotation")
        assert formula.select_one(".katex-html[aria-hidden=true]").get_text()
    assert inline.annotation.get_text() == "x^2 < 4"
    assert display.annotation.get_text() == r"\int_0^1 x\,dx"
    assert "arithmatex" not in build.text(PAGE)
    assert not [s for s in re.findall(r"<script.*?>", build.text(PAGE)) if "katex" in s]


def test_the_table_of_contents_lists_the_sections(build: Build) -> None:
    whole = BeautifulSoup(build.text(PAGE), "html.parser")
    entries = whole.select("nav.md-nav--secondary a")  # once for narrow windows
    assert list(dict.fromkeys(str(entry["href"]) for entry in entries)) == [
        "#print-and-compute",
        "#say-values",
        "#measure",
    ]


def test_search_finds_sections(index: dict[str, str]) -> None:
    assert "zebra" in index["guide/small/#print-and-compute"]
    assert "zebra" not in index["guide/small/"]
    assert "First 1, then 1.13" in index["guide/small/#say-values"]


def test_a_cell_shows_its_code_what_it_prints_and_its_value(page: Any) -> None:
    printed = after(page, 'print("printed"')
    assert printed.get_text().strip() == "printed 2\n<b>&amp;</b> ```"
    value = printed.find_next_sibling()
    assert value.get_text().strip() == "array([0., 2.])"
    assert {"output", "no-copy"} <= set(value["class"])


def test_an_html_value_is_shown_as_such(page: Any) -> None:
    assert texts(page, ".output.html table td") == ["cell of a table"]


def test_tags_hide_input_or_output(page: Any) -> None:
    assert "class Table" not in page.get_text()
    assert 'print("a hidden answer")' in page.get_text()
    assert "\na hidden answer" not in page.get_text()


def test_an_error_on_purpose_is_one_line(page: Any) -> None:
    assert texts(page, ".output.error") == ["ValueError: on purpose"]
    assert "Traceback" not in page.get_text()


def test_a_warning_shows_no_path(page: Any) -> None:
    assert texts(page, ".output.warning") == ["UserWarning: careful"]


def test_prose_says_values_of_that_moment(page: Any) -> None:
    first = paragraph(page, "First").get_text()
    assert first == "First 1, then 1.13 and [3]."
    assert paragraph(page, "Later").get_text() == "Later 2, over two lines 42."
    assert "{{" not in page.get_text()


def test_each_figure_has_its_alternative(page: Any, build: Build) -> None:
    first, second = page.select("img.figure")
    assert first["alt"] == (
        'A line to 2, with "quotes" & <angles>, and more in a second line.'
    )
    assert second["alt"] == "A bar."
    for figure in (first, second):
        svg = (build.site / "guide" / "small" / figure["src"]).read_text("utf-8")
        assert "prefers-color-scheme:dark" in svg
        assert int(figure["width"]) > int(figure["height"]) > 100
    assert "#| alt" not in page.get_text()


def test_what_was_measured_is_marked(page: Any) -> None:
    block = page.select_one("div.volatile")
    assert texts(block, ".output") == ["48151.62342 seconds"]
    assert texts(block, ".volatile-note")[0].startswith("Measured on the machine")
    assert texts(page, "span.volatile") == ["48151.623"]


def test_search_does_not_know_what_was_measured(index: dict[str, str]) -> None:
    assert "It took" in index["guide/small/#measure"]
    assert not [text for text in index.values() if "48151.623" in text]


def test_a_cell_can_be_folded(page: Any) -> None:
    fold = page.select_one("details.example")
    assert fold.summary.get_text() == "Open me"
    assert not fold.has_attr("open")
    assert texts(fold, ".output") == ["folded"]


def test_the_source_can_be_downloaded_byte_for_byte(page: Any, build: Build) -> None:
    link, _ = page.select(".downloads a")
    assert (build.site / "guide/small" / link["href"]).read_bytes() == GUIDE.encode()


def test_the_notebook_can_be_downloaded_with_outputs(page: Any, build: Build) -> None:
    _, link = page.select(".downloads a")
    text = build.text(f"guide/small/{link['href']}")
    notebook: Any = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    outputs = [o for c in notebook.cells for o in c.get("outputs", [])]
    assert any("printed 2" in o.get("text", "") for o in outputs)
    assert sum("image/svg+xml" in o.get("data", {}) for o in outputs) == 2
    assert {key for c in notebook.cells for key in c.metadata} <= {"tags"}
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    assert "First 1, then 1.13" in text


def test_the_copy_button_leaves_outputs_alone(page: Any) -> None:
    for output in page.select("div.highlight.output"):
        assert "no-copy" in output["class"]

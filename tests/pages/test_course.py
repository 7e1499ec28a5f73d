# The guides in the order in which they are read, first the course and then what goes
# beyond it, and what each of them promises its reader. Sources are read where a rule is
# about writing, the site where it is about what a reader sees.

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import jupytext
import pytest
from mkdocs.utils.yaml import yaml_load
from pages.projects import ROOT, Build
from pages.web import Site, section

import actfn
from actfn import _blocks

COURSE = [
    "numpy-basics",
    "vectorise",
    "neuron",
    "sigmoid",
    "tanh",
    "sum-of-sigmoids",
    "dying-relu",
    "softmax",
    "backpropagation",
    "digits",
    "convolution",
    "sentiment",
    "choosing",
]
BEYOND = ["feed-forward", "broken-numbers", "make-it-fast", "your-own", "questions"]
GUIDES = [*COURSE, *BEYOND]
LOOKED_UP = {"questions"}  # read in pieces: there is nothing to practise at the end
every_guide = pytest.mark.parametrize("stem", GUIDES)
every_lesson = pytest.mark.parametrize(
    "stem", [s for s in GUIDES if s not in LOOKED_UP]
)

# What a title may begin with: it says what the reader does.
VERB = re.compile(
    "Add|Backpropagate|Bring|Build|Carry|Centre|Choose|Compute|Connect|Convolve|Count|Cure"
    "|Derive|Differentiate|Draw|Filter|Find|Follow|Get|Keep|Learn|Look|Make|Measure"
    "|Pass|Read|Recognise|Revive|Save|See|Send|Solve|Squash|Sum|Take|Teach|Train|Turn"
    "|Understand|Vectorise|Watch|Write"
)

LONGEST = 15  # lines of a cell

# What prose may hold that nobody has typed as a result: values and formulas, code,
# headings, links, and footnotes, which say what others have written.
_NOT_TYPED = re.compile(
    r"\{\{.*?\}\}|\$\$.*?\$\$|^```.*?^```|^#+ .*?$|^\[\^[\w-]+\]:.*?(?=^\S|\Z)"
    r"|\$[^$]+\$|`[^`]+`|\[[^\]]*\]\([^)]*\)|\[[^\]]*\]\[[^\]]*\]|<[^>]+>",
    re.DOTALL | re.MULTILINE,
)
_DECIMAL = re.compile(r"(?<![\w.])\d+\.\d+(?!\.?\w)")
_ALTERNATIVE = re.compile(r"^#\| ?alt:(.*(?:\n#\|  .*)*)", re.MULTILINE)


def source(stem: str) -> str:
    return (ROOT / "docs" / "guide" / f"{stem}.py").read_text("utf-8")


def cells(text: str, kind: str) -> list[str]:
    """The cells of a guide that hold "code" or "markdown"."""
    found = jupytext.reads(text, fmt="py:percent").cells
    return [cell.source for cell in found if cell.cell_type == kind]


def long_cells(text: str) -> list[str]:
    """The first line of each cell that is too long for a page.

    Comments, options and imports do not count. Solutions may be longer, and so may
    cells that draw a figure and are not shown.
    """
    found = []
    for whole in jupytext.reads(text, fmt="py:percent").cells:
        cell = whole.source
        hidden = "hide-input" in whole.metadata.get("tags", [])
        if whole.cell_type != "code" or hidden or "#| fold:" in cell:
            continue
        lines = cell.splitlines()
        for node in ast.parse(cell).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                first, last = node.lineno - 1, node.end_lineno or node.lineno
                lines[first:last] = [""] * (last - first)
        counted = [line for line in lines if re.match(r"\s*[^#\s]", line)]
        if len(counted) > LONGEST:
            found.append(f"{len(counted)} lines: {counted[0]}")
    return found


def alternatives(text: str) -> list[str]:
    """What the figures of a guide say to those who do not see them."""
    return [alt for cell in cells(text, "code") for alt in _ALTERNATIVE.findall(cell)]


def typed_results(text: str) -> list[str]:
    """The decimals in prose that the page neither computes nor takes from its code."""
    nodes = [
        node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)
    ]
    given = {node.value for node in nodes if isinstance(node.value, int | float)}
    options = [re.sub(r"^#\|", "", alt, flags=re.M) for alt in alternatives(text)]
    found = []
    for prose in (*cells(text, "markdown"), *options):
        for number in _DECIMAL.finditer(_NOT_TYPED.sub(" ", prose)):
            if float(number[0]) not in given:
                found.append(number[0])
    return found


def used(text: str) -> set[str]:
    """The public names of the package that the code of a guide uses."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module == "actfn":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names |= {node.attr} if node.value.id == "actfn" else set()
    return names & set(actfn.__all__)


def leads_to(web: Site, path: str, elements: Any) -> set[tuple[str, str]]:
    """The places on the site that the links of these elements lead to."""
    links = [link for element in elements for link in element.select("a[href]")]
    return {place for link in links if (place := web.target(path, link["href"]))}


def exercises(page: Any) -> Iterator[tuple[str, list[Any]]]:
    """The titles of the exercises, each with what follows it."""
    elements: list[Any] = []
    for element in section(page, "exercises"):
        if element.name == "h3":
            elements = []
            yield element.find(string=True), elements
        else:
            elements.append(element)


@pytest.fixture(scope="module")
def web(site: Build) -> Site:
    return Site(site.site)


def test_the_navigation_lists_the_guides_in_order() -> None:
    nav = yaml_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]
    (guides,) = [entry["Guide"] for entry in nav if "Guide" in entry]
    assert guides == [f"guide/{stem}.py" for stem in GUIDES]


def test_each_page_leads_to_the_next(web: Site) -> None:
    for stem, following in pairwise(GUIDES):
        (link,) = web.page(f"guide/{stem}/").select(".md-footer__link--next")
        target = web.target(f"guide/{stem}/index.html", link["href"])
        assert target == (f"guide/{following}/index.html", ""), stem


@every_guide
def test_a_title_begins_with_a_verb(stem: str, web: Site) -> None:
    title = web.page(f"guide/{stem}/").h1.find(string=True)
    assert VERB.fullmatch(title.split()[0]), title


@every_guide
def test_a_guide_opens_with_what_it_gives_and_what_it_takes(
    stem: str, web: Site
) -> None:
    opening = []
    for element in web.page(f"guide/{stem}/").h1.find_next_siblings():
        if element.name == "h2":
            break
        opening.append(element)
    marked = [strong.get_text() for part in opening for strong in part("strong")]
    assert marked[:2] == ["You will be able to", "You need"]
    text = " ".join(part.get_text() for part in opening)
    promised, _, needed = text.partition("You will be able to")[2].partition("You need")
    assert len(promised.split()) > 20
    assert len(needed.split()) > 3


@every_lesson
def test_a_guide_ends_with_exercises_that_check_the_answer(
    stem: str, web: Site
) -> None:
    page = web.page(f"guide/{stem}/")
    assert page.select("article h2")[-2]["id"] == "exercises"
    introduction = " ".join(part.get_text() for part in section(page, "exercises"))
    assert "Each solution ends in an assertion." in introduction
    found = list(exercises(page))
    assert 3 <= len(found) <= 6
    for number, (title, elements) in enumerate(found, 1):
        assert re.match(rf"{number}\. \S", title), title
        assert elements[0].name != "details", f"no task: {title}"
        solutions = [element for element in elements if element.name == "details"]
        code = [c.get_text() for s in solutions for c in s.select(".highlight")]
        assert any(re.search(r"^\s*assert ", text, re.M) for text in code), title
        assert not any(solution.has_attr("open") for solution in solutions), title


@every_guide
def test_a_guide_ends_with_where_to_go_next(stem: str, web: Site) -> None:
    path = f"guide/{stem}/index.html"
    assert web.pages[path].select("article h2")[-1]["id"] == "next"
    pages = {page for page, _ in leads_to(web, path, section(web.pages[path], "next"))}
    assert len(pages - {path}) >= 2  # footnotes follow, with links back to the text


@every_guide
def test_guide_and_reference_link_to_each_other(stem: str, web: Site) -> None:
    path = f"guide/{stem}/index.html"
    links = leads_to(web, path, web.pages[path].select("article"))
    names = used(source(stem))
    home = {place.removeprefix("actfn."): page for page, place in links}
    assert names - set(home) == set()
    pages = {f"reference/{name}/index.html" for name in actfn.CATALOGUE}
    for page in pages & {home[name] for name in names}:
        back = leads_to(web, page, web.pages[page].select("article"))
        assert (path, "") in back, page


@every_guide
def test_every_figure_says_values_in_its_alternative(stem: str) -> None:
    found = alternatives(source(stem))
    assert found
    assert [alt for alt in found if "{{" not in alt] == []


@every_guide
def test_cells_are_short(stem: str) -> None:
    assert long_cells(source(stem)) == []


@every_guide
def test_nobody_types_a_result_into_prose(stem: str) -> None:
    assert typed_results(source(stem)) == []


@pytest.mark.parametrize(
    ("prose", "found"),
    [
        ("It is 0.7311 there.", ["0.7311"]),
        ("From −0.25 to (1.5).", ["0.25", "1.5"]),
        ("Above 2.50 it is {{ 3.5 }}, or $4.5$, or `5.5`.", []),
        ("The slope is 0.05.", []),  # as in the code below
        (
            "## Version 1.2\n#\n# [a 1.5 b](https://arxiv.org/abs/1511.07289), 3.11.2",
            [],
        ),
        ("$$\n# 1.5\n# $$\n#\n# Then 8.5.", ["8.5"]),
        ("[^a]: Some 7.5,\n#     and 9.5.\n#\n# Then 8.5.", ["8.5"]),
    ],
)
def test_typed_results_are_told_from_inputs(prose: str, found: list[str]) -> None:
    guide = f"# %% [markdown]\n# {prose}\n\n# %%\nslope, limit = -0.05, 2.5\n"
    assert typed_results(guide) == found


def test_a_typed_result_is_found_in_an_alternative() -> None:
    guide = "# %%\n#| alt: From {{ 1.5 }} to\n#|   0.7311.\nx = 2.5\n"
    assert typed_results(guide) == ["0.7311"]
    assert alternatives(guide) == [" From {{ 1.5 }} to\n#|   0.7311."]


def test_long_cells_are_counted_without_comments_and_imports() -> None:
    lines = "# note\n\nx = 1\n" * (LONGEST + 1)
    assert long_cells(f"# %%\n{lines}") == [f"{LONGEST + 1} lines: x = 1"]
    assert long_cells(f"# %%\n#| fold: Solution\n{lines}") == []
    assert long_cells(f'# %% tags=["hide-input"]\n{lines}') == []
    lines = "# note\n\nx = 1\n" * LONGEST
    assert long_cells(f"# %%\nfrom a import (\n    b,\n)\n{lines}") == []


def test_the_guide_about_speed_takes_the_blocks_of_the_package() -> None:
    guide = source("make-it-fast")
    assert f"\nBLOCK = {_blocks.BLOCK:_}\n" in guide
    assert f"{_blocks.LONGEST // _blocks.BLOCK} * BLOCK:, }}}} elements" in guide


def test_names_are_found_wherever_code_uses_them() -> None:
    guide = """\
# %% [markdown]
# Not `actfn.gelu`.

# %%
import actfn
from actfn import relu, softmax as normalise
actfn.plot.curve("elu")
actfn.tanh(relu(1.0)), actfn.get("silu"), other.mish
"""
    assert used(guide) == {"relu", "softmax", "tanh", "get"}

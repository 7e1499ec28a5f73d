# What a teacher takes from the site: the notebooks with and without solutions, figures
# for slides, and the page that offers them.

import ast
import copy
import html
import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest
from pages.projects import ROOT, Build, Project
from pages.test_course import GUIDES, LOOKED_UP, exercises, leads_to
from pages.web import Site

LESSONS = [stem for stem in GUIDES if stem not in LOOKED_UP]
every_guide = pytest.mark.parametrize("stem", GUIDES)
every_lesson = pytest.mark.parametrize("stem", LESSONS)


@pytest.fixture(scope="module")
def web(site: Build) -> Site:
    return Site(site.site)


def notebook(site: Build, stem: str, kind: str) -> Any:
    text = site.text(f"guide/{stem}/{stem}-{kind}.ipynb")
    return nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]


def sources(notebook: Any, kind: str, name: str = "") -> list[str]:
    """The cells of a kind whose name begins so."""
    found = [c for c in notebook.cells if c.cell_type == kind]
    return [cell.source for cell in found if cell.id.startswith(name)]


def zipped(site: Build, path: str) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO((site.site / path).read_bytes())) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def words(text: str) -> str:
    """Text without what Markdown and the site make of it."""
    return re.sub(r"\W+", "", re.sub(r"\$[^$]*\$|<[^>]+>|\\\(.*?\\\)", "", text))


# The notebooks


@every_guide
def test_a_guide_has_both_notebooks_if_it_has_exercises(stem: str, site: Build) -> None:
    folder = site.site / "guide" / stem
    made = {path.name for path in folder.glob("*-*.ipynb")} - {f"{stem}.ipynb"}
    expected = {f"{stem}-exercises.ipynb", f"{stem}-solutions.ipynb"}
    assert made == (set() if stem in LOOKED_UP else expected)


@every_lesson
def test_a_handout_holds_every_task_and_no_solution(
    stem: str, site: Build, web: Site
) -> None:
    handout = notebook(site, stem, "exercises")
    nbformat.validate(handout)
    text = "\n".join(sources(handout, "markdown"))
    page = web.page(f"guide/{stem}/")
    for title, elements in list(exercises(page)):  # complete when all are found
        assert f"## {title}\n" in text
        task = copy.copy(next(e for e in elements if e.name == "p"))
        for formula in task.select(".arithmatex, .katex"):
            formula.decompose()
        assert words(task.get_text()) in words(text), title
    answers = sources(handout, "code", "answer")
    assert answers == [""] * len(list(exercises(page)))
    code = "\n".join(sources(handout, "code"))
    given = "\n".join(sources(handout, "code", "task"))
    assert "assert " not in given  # the page's own may be among the first cells
    for fold in page.select("details.example .highlight:not(.output)"):
        assert fold.get_text().strip() not in code
    assert [c.id for c in handout.cells if c.get("outputs")] == []


def test_a_handout_names_the_packages_to_install(site: Build) -> None:
    # Exercise 4 has its reader write a module, toolkit.py: that is no package.
    for stem, packages in (
        ("sigmoid", "actfn, matplotlib, numpy"),
        ("digits", "actfn, matplotlib, numpy, scikit-learn"),
    ):
        (title,) = sources(notebook(site, stem, "exercises"), "markdown", "title")
        assert f"Packages that they need: {packages}." in title


@every_lesson
def test_the_solutions_are_the_same_with_answers(stem: str, site: Build) -> None:
    handout, solved = (notebook(site, stem, k) for k in ("exercises", "solutions"))
    nbformat.validate(solved)
    for kind, name in (("code", "first"), ("code", "task"), ("markdown", "task")):
        assert sources(handout, kind, name) == sources(solved, kind, name)
    by_exercise: dict[str, str] = {}
    for cell in solved.cells:
        if cell.id.startswith("solution") and cell.cell_type == "code":
            number = cell.id.split("-")[1]
            by_exercise[number] = by_exercise.get(number, "") + f"{cell.source}\n"
    assert len(by_exercise) == len(sources(handout, "code", "answer"))
    for number, code in by_exercise.items():
        assert any(isinstance(n, ast.Assert) for n in ast.walk(ast.parse(code))), number


@every_lesson
def test_notebooks_need_nothing_of_the_site(stem: str, site: Build) -> None:
    for kind in ("exercises", "solutions"):
        for text in sources(notebook(site, stem, kind), "markdown"):
            plain = re.sub(r"`[^`]*`|\$\$.*?\$\$|\$[^$]*\$", "", text, flags=re.DOTALL)
            for left in ("{{", "#|", "][", "{#", "[^", "!!!", "???"):
                assert left not in plain, (kind, left, text)
            links = re.findall(r"\]\(([^)]*)\)", plain)
            assert [link for link in links if not link.startswith("http")] == []


# Runs cells one after the other in one session, and notes what each prints.
RUN = """
import contextlib, io, json, sys
shared, printed = {"__name__": "__main__"}, {}
for name, source in json.load(open("cells.json", encoding="utf-8")):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(source, name, "exec"), shared)
    printed[name] = out.getvalue()
json.dump(printed, open("printed.json", "w", encoding="utf-8"))
"""


def printed(site: Build, stem: str, folder: Path) -> dict[str, str] | str:
    """What each cell of the solutions prints in a fresh session, or why it failed."""
    solved = notebook(site, stem, "solutions")
    cells = [(c.id, c.source) for c in solved.cells if c.cell_type == "code"]
    (folder / "cells.json").write_text(json.dumps(cells), encoding="utf-8")
    (folder / "run.py").write_text(RUN, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "run.py"],
        capture_output=True,
        check=False,
        cwd=folder,
        encoding="utf-8",
        env=Project(ROOT).environment(MPLBACKEND="agg"),
    )
    if done.returncode:
        return done.stderr[-2000:]
    found: dict[str, str] = json.loads((folder / "printed.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def runs(
    site: Build, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, str] | str]:
    """Every solutions notebook, run from its first cell to its last, two at a time."""
    folders = [tmp_path_factory.mktemp(stem) for stem in LESSONS]
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda s, f: printed(site, s, f), LESSONS, folders)
        return dict(zip(LESSONS, found))


@every_lesson
def test_the_solutions_run_by_themselves_and_print_what_the_page_prints(
    stem: str, site: Build, runs: dict[str, dict[str, str] | str]
) -> None:
    # So the first cells hold everything that the exercises need; the handout begins
    # with the same ones.
    found, compared = runs[stem], 0
    assert isinstance(found, dict), found
    for cell in notebook(site, stem, "solutions").cells:
        measured = "volatile" in cell.metadata.get("tags", [])
        if cell.id.startswith("solution") and cell.id in found and not measured:
            shown = [o.text for o in cell.outputs if o.get("name") == "stdout"]
            assert found[cell.id] == "".join(shown), cell.id
            compared += bool(shown)
    assert compared >= 3


@every_lesson
def test_figures_and_timings_that_no_exercise_needs_stay_out(
    stem: str, site: Build
) -> None:
    whole: Any = nbformat.reads(  # type: ignore[no-untyped-call]
        site.text(f"guide/{stem}/{stem}.ipynb"), as_version=4
    )
    first = sources(notebook(site, stem, "exercises"), "code", "first")
    assert 0 < len(first) < len(sources(whole, "code")) / 2


GUIDE = """\
# %% [markdown]
# # Take what is needed
#
# A page.

# %%
import math
import matplotlib.pyplot as plt

# %%
def outer(x):
    return inner(x) + SHIFT

# %%
def inner(x):
    return x * 2

# %%
SHIFT, spare = 1, 2
data = [3]

# %%
plt.plot(data)
plt.title("{{")
plt.close()

# %%
data.append(4)

# %%
named = 5

# %% [markdown]
# ## Exercises
#
# Each solution ends in an assertion.
#
# ### 1. Add
#
# Add up `data` with [`relu`][actfn.relu] and {{ named }}, as [above](#exercises), on
# [this page](small.py). Use `named`.

# %%
def given():
    return 1

# %%
#| fold: Solution
total = sum(map(outer, data)) + given()
assert total == 17

# %% [markdown]
# The total is {{ total }}.
#
# ## Next
#
# Nothing.
"""


def test_the_handout_of_a_small_guide(small: Project) -> None:
    small.shrink(small=GUIDE.replace('plt.title("{{")\n', ""))
    build = small.build()
    assert build.code == 0, build.output
    handout = notebook(build, "small", "exercises")
    first = "\n".join(sources(handout, "code", "first"))
    for taken in ("import math", "def outer", "def inner", "SHIFT", "append", "named"):
        assert taken in first, taken
    assert "plot" not in first.replace("matplotlib", "").replace("pyplot", "")
    assert sources(handout, "markdown", "task") == [
        "## 1. Add\n\nAdd up `data` with `relu` and 5, as above, on\nthis page. "
        "Use `named`."
    ]
    assert sources(handout, "code", "task") == ["def given():\n    return 1"]
    assert "17" not in build.text("guide/small/small-exercises.ipynb")
    solved = notebook(build, "small", "solutions")
    assert sources(solved, "markdown", "solution") == ["The total is 17."]
    (link,) = Site(build.site).page("guide/small/").select(".downloads a")[2:]
    assert link["href"] == "small-exercises.ipynb"
    # It has no figure, and so no file of figures.
    assert not (build.site / "guide/small/small-figures.zip").exists()


# The figures


@every_guide
def test_figures_for_slides_are_those_of_the_page(
    stem: str, site: Build, web: Site
) -> None:
    files = zipped(site, f"guide/{stem}/{stem}-figures.zip")
    page = web.page(f"guide/{stem}/")
    shown = page.select("img.figure")
    for scheme in ("light", "dark"):
        assert sum(n.endswith(f"-{scheme}.svg") for n in files) == len(shown)
    sheet = files[f"{stem}-figures.html"]
    for picture in shown:
        words = ["solution"] if picture.find_parent("details") else []
        words += ["measured"] if picture.find_parent(class_="volatile") else []
        folder = "solutions/" if picture.find_parent("details") else ""
        name = "-".join([picture["src"].removesuffix(".svg"), *words])
        for scheme in ("light", "dark"):
            path = f"{folder}{name}-{scheme}.svg"
            root = ET.fromstring(files[path])
            assert root[0].tag.endswith("}title")
            assert root[0].text == picture["alt"]
            assert f'src="{path}"' in sheet
        assert picture["alt"] in html.unescape(sheet)
    assert files["LICENSE"] == (ROOT / "LICENSE").read_text("utf-8")


@every_guide
def test_figures_for_slides_need_no_browser(stem: str, site: Build) -> None:
    files = zipped(site, f"guide/{stem}/{stem}-figures.zip")
    light = [name for name in files if name.endswith("-light.svg")]
    assert light
    for name in light:
        dark = files[name.replace("-light.svg", "-dark.svg")]
        for svg in (files[name], dark):
            for left in ("var(", "@media", "<style", "<text", "<!DOCTYPE", "url(h"):
                assert left not in svg, (name, left)
            links = re.findall(r'href="([^"]*)"', svg)
            assert [k for k in links if not k.startswith(("#", "data:"))] == [], name
        assert files[name] != dark or "<image" in dark


# The page


def test_the_page_offers_everything_of_every_guide(site: Build, web: Site) -> None:
    page = web.page("teachers/")
    rows = page.select("article table tbody tr")
    assert len(rows) == len(GUIDES)
    for stem, row in zip(GUIDES, rows):
        guide = web.page(f"guide/{stem}/")
        assert row.a.get_text() == guide.h1.find(string=True)
        targets = {path for path, _ in leads_to(web, "teachers/index.html", [row])}
        kinds = ["exercises.ipynb", "solutions.ipynb"] if stem in LESSONS else []
        files = [*(f"{stem}-{kind}" for kind in [*kinds, "figures.zip"]), f"{stem}.py"]
        folder = f"guide/{stem}"
        assert targets == {f"{folder}/{f}" for f in [*files, "index.html"]}
        assert all((site.site / target).is_file() for target in targets)
        text = row.get_text()
        assert f"{len(guide.select('img.figure'))} figures" in text
        if stem in LESSONS:
            assert f"{len(list(exercises(guide)))} exercises" in text


def planned(web: Site) -> list[list[str]]:
    """The guides of each session."""
    sessions = []
    for heading in web.page("teachers/").select("article h3"):
        leads = [p.a for p in section_of(heading) if p.name == "p" and p.strong]
        sessions.append([a["href"].split("/")[-2] for a in leads])
    return sessions


def section_of(heading: Any) -> list[Any]:
    elements = []
    for element in heading.find_next_siblings():
        if element.name in {"h2", "h3"}:
            break
        elements.append(element)
    return elements


def test_the_plan_has_every_lesson_once(web: Site) -> None:
    assert sorted(stem for session in planned(web) for stem in session) == sorted(
        LESSONS
    )


def test_no_session_needs_a_later_one(web: Site) -> None:
    came: set[str] = set()
    for session in planned(web):
        came |= set(session)
        for stem in session:
            path = f"guide/{stem}/index.html"
            for strong in web.pages[path].select("article p > strong"):
                if strong.get_text() == "You need":
                    links = leads_to(web, path, [strong.parent])
                    needed = {page.split("/")[1] for page, _ in links}
                    assert needed & set(GUIDES) <= came, stem


def test_the_plan_says_what_the_pages_promise(web: Site) -> None:
    text = " ".join(web.page("teachers/").article.get_text().split())
    for stem in LESSONS:
        page = web.page(f"guide/{stem}/")
        opening = page.find("strong", string="You will be able to").parent
        items = opening.find_next_sibling("ul").select("li")
        short = len(opening.get_text().split()) < 10  # a list follows
        said = [i.get_text() for i in items] if short else [opening.get_text()]
        for part in (part for item in said for part in item.split(";")):
            plain = " ".join(part.removeprefix("You will be able to").split())
            assert plain.rstrip(";.").removeprefix("and ") in text, stem


def test_one_file_holds_all(site: Build) -> None:
    names = zipped(site, "teachers/actfn-for-teachers.zip")
    for number, stem in enumerate(GUIDES, 1):
        folder = f"{number:02}-{stem}"
        figures = zipped(site, f"guide/{stem}/{stem}-figures.zip")
        alone = {f"{folder}/figures/{name}" for name in figures if name != "LICENSE"}
        assert alone <= set(names)
        for file in (site.site / "guide" / stem).glob(f"{stem}*"):
            if file.suffix in {".py", ".ipynb"}:
                assert names[f"{folder}/{file.name}"] == file.read_text("utf-8")
    assert names["LICENSE"] == (ROOT / "LICENSE").read_text("utf-8")


def test_a_session_with_an_unknown_page_is_refused(small: Project) -> None:
    small.write("docs/teachers.md", "# Teach\n\n<!-- pages: small smal -->\n")
    small.edit(small.config, "  - Home: index.md\n", "  - index.md\n  - teachers.md\n")
    build = small.build()
    assert build.code
    assert (
        "docs/teachers.md, line 3: the navigation has no guide 'smal'" in build.output
    )

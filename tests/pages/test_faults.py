# Planted faults. Each must end the build with one short message that says where it is,
# and leave nothing behind that looks like a site.

import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from pages.projects import Build, Project

_HEAD = "# %% [markdown]\n# # Find the fault\n\n"
_PLOT = "import matplotlib.pyplot as plt\n"


@dataclass(frozen=True)
class Fault:
    """A guide with a fault, what the message must say, and how the line begins."""

    guide: str
    says: tuple[str, ...]
    at: str = ""

    @property
    def text(self) -> str:
        return _HEAD + self.guide

    @property
    def line(self) -> int:
        """The number of the last line that begins with `at`."""
        lines = self.text.splitlines()
        return max(n for n, line in enumerate(lines, 1) if line.startswith(self.at))


def code(*lines: str, tags: str = "") -> str:
    return "\n".join([f"# %%{tags}", *lines, "", ""])


def prose(*lines: str) -> str:
    return "\n".join(["# %% [markdown]", *(f"# {line}" for line in lines), "", ""])


VOLATILE = ' tags=["volatile"]'

# Found while a guide runs: one build, which runs them all, reports them all.
RUNNING = {
    "a cell raises": Fault(
        code("x = 1") + code("x = 2", "x", "raise ValueError('seven')", "x"),
        ("cell 3", "ValueError: seven"),
        "raise ValueError",
    ),
    "a cell begins like one before it and raises": Fault(
        code("x = 1", "y = 2") + code("y = 2", "x / 0") + code("y = 2", "x % 0"),
        ("cell 3", "ZeroDivisionError: division by zero"),
        "x / 0",
    ),
    "a function of another cell raises": Fault(
        code("def f(x):", "    return [][x]") + code("# so", "f(9)"),
        ("cell 3", "IndexError: list index out of range"),
        "f(9)",
    ),
    "an assertion without a message fails": Fault(
        code("x = 1", "assert x == 2"), ("AssertionError", "x == 2"), "assert"
    ),
    "a cell is not Python": Fault(
        code("x = 1", "y = = 2"), ("cell 2", "SyntaxError: invalid syntax"), "y = ="
    ),
    "an expression raises": Fault(
        prose("One", "", "two {{ 1 / 0 }} three"),
        ("cell 2", "{{ 1 / 0 }}", "ZeroDivisionError: division by zero"),
        "# two",
    ),
    "an expression is not Python": Fault(
        prose("One", "two {{ 1 + }} three"),
        ("cell 2", "{{ 1 + }}", "SyntaxError: invalid syntax"),
        "# two",
    ),
    "a format does not fit": Fault(
        prose("One {{ 'text':.2f }}"), ("{{ 'text':.2f }}", "ValueError"), "# One"
    ),
    "an expression in a text alternative raises": Fault(
        code("#| alt: {{ missing }}", _PLOT, "plt.plot([1])", "plt.show()"),
        ("cell 2", "{{ missing }}", "NameError"),
        "#| alt",
    ),
    "a figure has no text alternative": Fault(
        code(_PLOT, "plt.plot([1])", "plt.show()"),
        ("cell 2", "a figure has no text alternative", "#| alt:"),
        "import matplotlib",
    ),
    "a text alternative is empty": Fault(
        code("#| alt: ", _PLOT, "plt.plot([1])", "plt.show()"),
        ("cell 2", "a figure has no text alternative"),
        "#| alt",
    ),
    "there are more text alternatives than figures": Fault(
        code("#| alt: One.", "#| alt: Two.", _PLOT, "plt.plot([1])", "plt.show()"),
        ("cell 2", "more text alternatives than figures"),
        "#| alt: One",
    ),
    "an option is unknown": Fault(
        code("#| caption: Below.", "1"),
        ("cell 2", "unknown option 'caption'", "alt or fold"),
        "#| caption",
    ),
    "nothing raises where a cell promises it": Fault(
        code("1", tags=' tags=["raises-exception"]'),
        ("cell 2", "raises-exception", "raises nothing"),
        "1",
    ),
    "an output shows a memory address": Fault(
        code("object()"), ("cell 2", "memory address"), "object()"
    ),
    "a cell without the tag uses what was measured": Fault(
        code("took = 1.5", tags=VOLATILE) + code("rate = 1 / took"),
        ("cell 3", "uses took", "volatile"),
        "rate",
    ),
    "an untagged text alternative uses what was measured": Fault(
        code("took = 1.5", tags=VOLATILE)
        + code("#| alt: {{ took }} s.", _PLOT, "plt.plot([1])", "plt.show()"),
        ("cell 3", "{{ took }} is measured"),
        "#| alt",
    ),
    "a picture is not drawn by matplotlib": Fault(
        code(
            "from IPython.display import Image",
            "Image(data=b'\\x89PNG\\r\\n\\x1a\\n' + bytes(20), format='png')",
        ),
        ("cell 2", "not drawn as SVG"),
        "from IPython",
    ),
    "a cell ends its kernel": Fault(
        code("import os") + code("# so", "os._exit(3)"),
        ("cell 3", "kernel died"),
        "# so",
    ),
}

# Found when a page is made.
PROSE = {
    "a link is broken": Fault(prose("[one](nowhere.md)"), ("nowhere.md", "not found")),
    "an anchor is broken": Fault(prose("[one](#nowhere)"), ("#nowhere", "no such")),
    "a picture in prose has no text alternative": Fault(
        prose("![](../assets/favicon.svg)"), ("no text alternative", "favicon.svg")
    ),
    "a picture in HTML has no text alternative": Fault(
        code(
            "from IPython.display import HTML",
            "HTML('<img src=\"../../assets/favicon.svg\">')",
        ),
        ("no text alternative", "favicon.svg"),
    ),
    "a cross-reference is broken": Fault(
        prose("[one][actfn.nowhere]"), ("cross-reference", "actfn.nowhere")
    ),
}

# Found alone, because the build goes no further.
FORMULA = "a formula is wrong"
RAISES = "a cell raises"
CLAIM = "the catalogue claims what is false"
SYNTAX = "the package is not Python"
ALONE: dict[str, Fault] = {
    FORMULA: Fault(
        prose(r"One $\frac{1}$ two"), ("KaTeX parse error", "Unexpected end")
    ),
    RAISES: RUNNING[RAISES],
}


def stem(name: str) -> str:
    return name.replace(" ", "-")


def _guides(faults: dict[str, Fault]) -> Callable[[Project], Project]:
    texts = {stem(name): fault.text for name, fault in faults.items()}
    return lambda project: project.shrink(**texts)


def _break_a_claim(project: Project) -> Project:
    row = "_rectifiers.relu_derivative,\n        bounds=({}, _INF)"
    project.edit("src/actfn/_catalogue.py", row.format(0), row.format(-1))
    return project


def _break_the_syntax(project: Project) -> Project:
    project.edit("src/actfn/_rectifiers.py", "\ndef relu(x", "\ndef relu((x")
    return project


BUILDS: dict[str, Callable[[Project], Project]] = {
    "running": _guides(RUNNING),
    "prose": _guides(PROSE),
    FORMULA: _guides({FORMULA: ALONE[FORMULA]}),
    RAISES: _guides({RAISES: ALONE[RAISES]}),
    CLAIM: _break_a_claim,
    SYNTAX: _break_the_syntax,
}


@pytest.fixture(scope="module")
def builds(
    foundation: Project, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Build]:
    """The builds that fail, some at a time."""

    def build(name: str) -> Build:
        folder = tmp_path_factory.mktemp("fault") / "project"
        project = BUILDS[name](Project.copy(foundation.root, folder))
        # A site of an earlier build must not be taken for the result of this one.
        project.write("site/index.html", "old")
        return project.build()

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(BUILDS, pool.map(build, BUILDS), strict=True))


@pytest.mark.parametrize("name", BUILDS)
def test_a_fault_ends_the_build_and_leaves_no_site(
    name: str, builds: dict[str, Build]
) -> None:
    assert builds[name].code != 0
    assert list(builds[name].site.parent.glob("site*")) == []


@pytest.mark.parametrize("name", BUILDS)
def test_there_is_one_short_message_for_each_fault(
    name: str, builds: dict[str, Build]
) -> None:
    build = builds[name]
    messages = {"running": len(RUNNING), "prose": len(PROSE)}.get(name, 1)
    assert len(build.complaints) == messages, build.output
    assert max(map(len, build.complaints)) < 300
    assert "Traceback" not in build.output
    assert str(build.site.parent) not in "\n".join(build.complaints)


def message(name: str, build: Build) -> str:
    """What a build says about one guide."""
    (found,) = [text for text in build.complaints if f"guide/{stem(name)}.py" in text]
    return found


@pytest.mark.parametrize("name", RUNNING)
def test_the_message_names_file_cell_line_and_reason(
    name: str, builds: dict[str, Build]
) -> None:
    fault, said = RUNNING[name], message(name, builds["running"])
    assert said.startswith(f"docs/guide/{stem(name)}.py, cell ")
    assert [words for words in fault.says if words not in said] == [], said
    assert re.findall(r"\bline (\d+)", said) == [str(fault.line)], said
    assert not re.search(r"\d{6,}\.py", said), "a temporary file of the kernel"


@pytest.mark.parametrize("name", PROSE)
def test_the_message_names_the_page_and_what_is_not_there(
    name: str, builds: dict[str, Build]
) -> None:
    said = message(name, builds["prose"])
    assert [words for words in PROSE[name].says if words not in said] == [], said


@pytest.mark.parametrize("name", ALONE)
def test_a_single_fault_is_named_too(name: str, builds: dict[str, Build]) -> None:
    said = message(name, builds[name])
    assert [words for words in ALONE[name].says if words not in said] == [], said


def test_a_false_claim_is_named_with_what_is_true(builds: dict[str, Build]) -> None:
    said = " ".join(builds[CLAIM].complaints)
    assert "catalogue says of relu that bounds is (-1, inf)" in said
    assert "gives (0.0, inf)" in said


def test_a_package_that_is_not_python_is_named(builds: dict[str, Build]) -> None:
    said = " ".join(builds[SYNTAX].complaints)
    source = builds[SYNTAX].site.parent / "src/actfn/_rectifiers.py"
    lines = source.read_text("utf-8").splitlines()
    line = next(n for n, text in enumerate(lines, 1) if text.startswith("def relu((x"))
    assert f"_rectifiers.py, line {line}" in said
    assert "SyntaxError" in said

# The page of questions: each is answered by code that runs by itself, and the search
# finds it under the words that people type.

import json
import re
import warnings
from typing import Any

import jupytext
import pytest
from pages.projects import ROOT, Build
from pages.web import Site

PAGE = "guide/questions/"

# What people type into a search box, and the section that they should be offered.
TYPED = {
    "overflow encountered in exp sigmoid": "overflow",
    "RuntimeWarning overflow exp": "overflow",
    "sigmoid warning": "overflow",
    "softmax nan": "softmax-nan",
    "invalid value encountered in divide": "softmax-nan",
    "loss nan": "log-of-zero",
    "divide by zero encountered in log": "log-of-zero",
    "cross-entropy inf": "log-of-zero",
    "tanh nan": "tanh-nan",
    "softplus inf": "softplus-inf",
    "log(1 + exp(x)) overflow": "softplus-inf",
    "sigmoid returns 1": "sigmoid-is-one",
    "softmax axis": "softmax-axis",
    "softmax dim": "softmax-axis",
    "softmax sum to 1": "sum-to-one",
    "logits probabilities": "logits-or-probabilities",
    "from logits": "logits-or-probabilities",
    "argmax or softmax": "argmax",
    "softmax mask padding": "mask",
    "softmax temperature": "temperature",
    "inverse sigmoid": "inverse",
    "derivative of sigmoid": "sigmoid",
    "derivative of softmax": "softmax-derivative",
    "softmax jacobian": "softmax-derivative",
    "softmax cross-entropy derivative": "softmax-cross-entropy",
    "derivative of relu at 0": "relu-at-zero",
    "relu subgradient": "relu-at-zero",
    "check derivative": "gradient-check",
    "which activation function": "which-activation",
    "gelu silu": "gelu-or-silu",
    "gelu pytorch": "gelu-differs",
    "gelu tanh approximation": "gelu-differs",
    "selu weights": "selu",
    "softmax or sigmoid": "softmax-or-sigmoid",
    "regression output activation": "regression",
    "mean squared error": "mean-squared-error",
    "why activation function": "why-activation",
    "loss stuck 0.693": "loss-stuck",
    "loss 2.303": "loss-stuck",
    "vanishing gradient": "vanishing-gradient",
    "gradients vanish sigmoid": "vanishing-gradient",
    "he initial weights": "initial-weights",
    "glorot": "initial-weights",
    "zero weights": "zero-weights",
    "dead relu": "dead-relu",
    "float16 training": "float16-training",
    "float16 gradients 0": "float16-training",
    "relu numpy": "in-numpy",
    "truth value of an array is ambiguous": "truth",
    "ValueError relu max": "truth",
    "only length-1 arrays can be converted": "math-exp",
    "only size-1 arrays": "math-exp",
    "math.exp array": "math-exp",
    "np.where overflow": "where-warns",
    "leaky relu integers": "integers",
    "in place activation": "in-place",
    "swish expit": "other-names",
}


@pytest.fixture(scope="module")
def page(site: Build) -> Any:
    return Site(site.site).page(PAGE)


@pytest.fixture(scope="module")
def indexed(site: Build) -> dict[str, str]:
    """The words that the search knows of each section of the page."""
    docs = json.loads(site.text("search/search_index.json"))["docs"]
    places = {doc["location"].partition("#")[::2]: doc for doc in docs}
    return {
        anchor: f"{doc['title']} {re.sub('<[^>]+>', ' ', doc['text'])}".lower()
        for (path, anchor), doc in places.items()
        if path == PAGE and anchor
    }


def questions(page: Any) -> dict[str, list[Any]]:
    """What follows each question, by its anchor."""
    found: dict[str, list[Any]] = {}
    for title in page.select("article h3"):
        found[title["id"]] = []
        for element in title.find_next_siblings():
            if element.name in {"h2", "h3"}:
                break
            found[title["id"]].append(element)
    return found


def kinds(elements: list[Any]) -> str:
    """An answer in letters: text, code, figure or output."""
    letters = ""
    for element in elements:
        classes = element.get("class", [])
        figure = element.name == "img" or element.find("img")
        code = "code" if "output" not in classes else "output"
        letters += "f" if figure else code[0] if "highlight" in classes else "t"
    return letters


def test_every_question_is_answered_and_shown(page: Any) -> None:
    found = questions(page)
    assert len(found) >= 20
    for anchor, elements in found.items():
        # An answer, perhaps a formula, then code with what it shows.
        assert re.fullmatch(r"t+(c[fo]+)+", kinds(elements)), (anchor, kinds(elements))
        sentences = re.split(r"(?<=[.?])\s+(?=[A-Z`])", elements[0].get_text().strip())
        assert 2 <= len(sentences) <= 6, (anchor, sentences)


def test_every_answer_leads_to_what_says_more(page: Any) -> None:
    for anchor, elements in questions(page).items():
        assert any(element.select("a[href]") for element in elements), anchor


def test_every_question_is_asked_in_the_table() -> None:
    source = (ROOT / "docs/guide/questions.py").read_text("utf-8")
    anchors = re.findall(r"^# ### .+ \{#([\w-]+)\}$", source, re.MULTILINE)
    assert len(anchors) == source.count("\n# ### ")
    assert sorted(set(TYPED.values())) == sorted(anchors)


@pytest.mark.parametrize("typed", TYPED)
def test_the_search_finds_the_question(typed: str, indexed: dict[str, str]) -> None:
    words = re.findall(r"[\w.]+", typed.lower())
    assert [word for word in words if word not in indexed[TYPED[typed]]] == []


def test_every_answer_runs_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    source = (ROOT / "docs/guide/questions.py").read_text("utf-8")
    cells = jupytext.reads(source, fmt="py:percent").cells
    imports: dict[str, Any] = {}
    scope = imports
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for cell in cells:
            if cell.cell_type == "markdown" and "### " in cell.source:
                scope = dict(imports)
            elif cell.cell_type == "code":
                exec(cell.source, scope)

# Every row of the catalogue has a page, and what the page says is what the package
# gives now, or what was computed here in another way.

import ast
import inspect
import math
import re
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from pages.projects import ROOT, Build
from pages.web import Site, section, table

from actfn import CATALOGUE, Activation

every_function = pytest.mark.parametrize("row", CATALOGUE.values(), ids=list(CATALOGUE))


@pytest.fixture(scope="module")
def web(site: Build) -> Site:
    return Site(site.site)


@pytest.fixture
def page(web: Site, row: Activation) -> Any:
    return web.page(f"reference/{row.name}/")


def number(x: Any) -> str:
    return f"{float(x) + 0.0:.6g}".replace("-", "−").replace("inf", "∞")


def squeezed(text: str) -> str:
    return " ".join(text.split())


def plain(markdown: str) -> str:
    return re.sub(r"\[([^]]+)\][(\[][^])]*[])]", r"\1", markdown).replace("`", "")


def facts(page: Any) -> dict[str, str]:
    (found,) = [e for e in section(page, "facts") if e.select("tbody")]
    return {cells[0]: cells[1] for cells in table(found)}


@every_function
def test_a_page_begins_with_name_and_summary(page: Any, row: Activation) -> None:
    assert page.h1.get_text().startswith(row.name)
    lead = [p.get_text() for p in page.article.select("p")[:2]]
    assert plain(row.summary) in lead
    # Before the first heading, so that it is on the first screen.
    before = [p.get_text() for p in page.select_one("#example").find_all_previous("p")]
    used = f"When to use it. {plain(row.use)}"
    assert (used in map(squeezed, before)) == bool(row.use)
    for name in row.aliases:
        assert name in page.select_one(".other-names").get_text()


@every_function
def test_a_page_shows_both_formulas(page: Any, row: Activation) -> None:
    shown = [squeezed(a.get_text()) for a in page.select(".lead annotation")]
    formulas = (row.formula, row.gradient_formula)[: 2 if row.gradient else 1]
    for drawn, formula in zip(shown, formulas, strict=True):
        assert formula
        parts = map(squeezed, formula.split(r"\qquad"))  # each in a line of its own
        assert all(part in drawn for part in parts)


@every_function
def test_a_page_shows_its_curve_and_says_it(
    page: Any, row: Activation, site: Build
) -> None:
    picture = page.select_one(".lead img")
    svg = site.text(f"reference/{row.name}/{picture['src']}")
    assert "var(--c0)" in svg
    dashed = svg.partition("</defs>")[2]
    assert ("var(--c1)" in dashed) == ("stroke-dasharray" in dashed)
    assert ("var(--c1)" in dashed) == bool(row.gradient)
    functions = [row.function, row.gradient] if row.elementwise else [row.function]
    for function in functions:
        assert function
        results = [first(row, function, x) for x in (-4.0, 0.0, 4.0)]
        if "rng" not in row.parameters or row.elementwise:
            assert ", ".join(map(number, results)) in picture["alt"]


def first(row: Activation, function: Callable[..., Any], x: float) -> float:
    """The first result for the vector that a picture shows, or that for x."""
    if "axis" not in row.parameters:
        return float(function(x))
    vector = [x if v is None else v for v in row.section]
    return float(np.ravel(function(vector, axis=-1))[0])


def test_a_page_says_why_there_is_no_derivative(web: Site) -> None:
    without = [row for row in CATALOGUE.values() if row.gradient is None]
    assert without
    for row in without:
        page = web.page(f"reference/{row.name}/")
        assert "gradient" in page.select_one(".lead").get_text()
        assert not page.select("#derivative, #vector-jacobian-product")


@every_function
def test_an_example_gives_what_the_page_shows(page: Any, row: Activation) -> None:
    blocks = [e for e in section(page, "example") if "highlight" in e.get("class", [])]
    scope: dict[str, Any] = {}
    value = shown = None
    for block in blocks:
        if "output" in block["class"]:
            assert block.get_text().strip() == repr(value)
            shown, value = True, None
            continue
        *body, last = ast.parse(block.get_text()).body
        assert isinstance(last, ast.Expr)
        exec(compile(ast.Module(body, []), "example", "exec"), scope)
        value = eval(compile(ast.Expression(last.value), "example", "eval"), scope)
    assert shown and value is None
    functions = {f.__name__ for f in (row.function, row.gradient) if f}
    assert functions <= set(scope)
    text = " ".join(block.get_text() for block in blocks)
    assert all(re.search(rf"\b{name}\(x", text) for name in functions)


@every_function
def test_a_page_documents_function_and_derivative(page: Any, row: Activation) -> None:
    for function in filter(None, (row.function, row.gradient)):
        name = function.__name__
        (place,) = page.select(f'[id="actfn.{name}"]')
        entry = place.parent
        signature = squeezed(entry.select_one(".doc-signature").get_text())
        assert signature.startswith(f"{name}(")
        keywords = ("*", "out") if "*, " in str(inspect.signature(function)) else ()
        for parameter in ("x: ArrayLike", "/", *keywords, *row.parameters):
            assert parameter in signature
        text = entry.get_text()
        parts = ("Parameters:", "Returns:", "Raises:", "Examples:", ">>>")
        for part in parts if function is row.function else parts[3:]:
            assert part in text, part
        source = entry.select_one("details.mkdocstrings-source")
        assert not source.has_attr("open")
        assert f"def {name}(" in source.get_text()
        assert f"src/{function.__module__.replace('.', '/')}.py" in source.get_text()


@every_function
def test_a_page_names_the_function_elsewhere(page: Any, row: Activation) -> None:
    elements = section(page, "elsewhere")
    if not row.namesakes:
        assert elements[0].get_text().startswith("None of PyTorch, JAX, ")
        return
    (found,) = [e for e in elements if e.select("tbody")]
    ours, *theirs = table(found)
    assert ours[:2] == ["actfn", row.name]
    assert ours[2] == ", ".join(f"{k}={v!r}" for k, v in row.parameters.items())
    for cells, namesake in zip(theirs, row.namesakes, strict=True):
        assert cells[:3] == [namesake.library, namesake.name, namesake.defaults]
        assert plain(namesake.note) in cells[3]
        differs = bool(namesake.equals or namesake.differs)
        assert ("the same" in cells[3], "differs" in cells[3]) == (not differs, differs)
        assert f"with {namesake.arguments}" in cells[3] or not namesake.arguments
        for kink, value in namesake.kinks.items():
            ours_there = number(row.kinks[kink])
            assert f"at {number(kink)} is {number(value)}, not {ours_there}" in cells[3]


@every_function
def test_a_page_cites_the_paper(page: Any, row: Activation) -> None:
    if not row.paper:
        assert not page.select("#paper")
        return
    (citation,) = section(page, "paper")
    authors = row.paper.partition("[")[0].strip()
    assert citation.get_text().startswith(authors)


def uses(row: Activation) -> list[str]:
    """The guides whose code or cross-references name a function."""
    names = {f.__name__ for f in (row.function, row.gradient) if f}
    found = []
    for path in sorted((ROOT / "docs" / "guide").glob("*.py")):
        text = path.read_text("utf-8")
        used = {f"actfn.{name}" for name in names} & {*re.findall(r"actfn\.\w+", text)}
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Name | ast.Constant | ast.alias):
                values = {v for k, v in ast.iter_fields(node) if k in _NAMING}
                used |= {value for value in values if isinstance(value, str)} & names
        prose = " ".join(re.findall(r"\{\{.+?\}\}", text, re.DOTALL))
        if used or set(re.findall(r"\w+", prose)) & names:
            found.append(path.stem)
    return found


_NAMING = {"id", "value", "name"}


@every_function
def test_a_page_leads_to_the_guides_that_use_it(page: Any, row: Activation) -> None:
    if not page.select("#in-the-guide"):
        assert uses(row) == []
        return
    links = [a for e in section(page, "in-the-guide") for a in e.select("a")]
    assert [link["href"].split("/")[-2] for link in links] == uses(row)


# Facts that mathematics gives without evaluating the package, and numbers found with
# mpmath from the formulas in books.

WORDS = [
    ("identity", "Range of the derivative", "{1}"),
    ("identity", "Fixed points", "every x"),
    ("sigmoid", "Range", "(0, 1)"),
    ("sigmoid", "Range of the derivative", "(0, 0.25]"),
    ("sigmoid", "Limits", "0 at −∞, 1 at ∞"),
    ("tanh", "Zero-centred", "yes: tanh(−x) = −tanh(x)"),
    ("tanh", "Smooth", "yes"),
    ("relu", "Range", "[0, ∞)"),
    ("relu", "Smooth", "no: bends at 0, where the derivative is taken to be 0"),
    ("relu", "Fixed points", "every x ≥ 0"),
    ("leaky_relu", "Range of the derivative", "{0.01, 1}"),
    ("prelu", "Range of the derivative", "{0.25, 1}"),
    ("relu6", "Range", "[0, 6]"),
    ("relu6", "Fixed points", "every x in [0, 6]"),
    ("squared_relu", "Fixed points", "0, 1"),
    ("squared_relu", "Smooth", "no: its derivative bends at 0"),
    ("squared_relu", "Lipschitz constant", "∞"),
    ("hard_shrink", "Fixed points", "every x < −0.5, 0, every x > 0.5"),
    ("hard_shrink", "Lipschitz constant", "∞"),
    ("binary_step", "Range", "{0, 1}"),
    ("softmax", "Range", "(0, 1)"),
    ("softmax", "Multiplying by c > 0", "changes the results"),
    ("log_softmax", "Range", "(−∞, 0)"),
    ("hardmax", "Range", "{0, 1}"),
    ("hardmax", "Multiplying by c > 0", "changes nothing"),
    ("crelu", "Result", "2n results for a vector of n"),
    ("crelu", "Multiplying by c > 0", "multiplies the results by c"),
    ("reglu", "Result", "n / 2 results for a vector of n"),
    ("reglu", "Multiplying by c > 0", "multiplies the results by c²"),
    ("logsumexp", "Result", "one result for a vector of n"),
    ("logsumexp", "Order of the elements", "does not matter"),
    ("logsumexp", "Cost", "1 exp per element and 1 log1p per vector"),
    ("elu", "Range", "(−1, ∞)"),
    ("elu", "Monotonic", "yes, it never decreases"),
    ("softplus", "Fixed points", "none"),
    ("softsign", "Limits", "−1 at −∞, 1 at ∞"),
    ("silu", "Monotonic", "no"),
    ("gelu", "Limits", "0 at −∞, ∞ at ∞"),
]


@pytest.mark.parametrize(("name", "fact", "value"), WORDS)
def test_facts_are_those_of_mathematics(
    name: str, fact: str, value: str, web: Site
) -> None:
    assert facts(web.page(f"reference/{name}/"))[fact] == value


FORMULAS: dict[str, Callable[[Any], Any]] = {
    "gelu": lambda x: x * mpmath.ncdf(x),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "elu": lambda x: x if x > 0 else mpmath.expm1(x),
}


@pytest.mark.parametrize(("name", "steepest"), [("gelu", 1.4), ("silu", 2.4)])
def test_lowest_points_and_steepest_slopes_are_found(
    name: str, steepest: float, web: Site
) -> None:
    f, shown = FORMULAS[name], facts(web.page(f"reference/{name}/"))
    x = mpmath.findroot(lambda t: mpmath.diff(f, t), -1)
    assert shown["Lowest point"] == f"{number(f(x))} at x = {number(x)}"
    assert shown["Range"] == f"[{number(f(x))}, ∞)"
    x = mpmath.findroot(lambda t: mpmath.diff(f, t, 2), steepest)
    assert shown["Lipschitz constant"] == number(mpmath.diff(f, x))


@pytest.mark.parametrize("name", ["gelu", "silu", "softplus", "elu", "sigmoid"])
def test_means_are_integrals(name: str, web: Site) -> None:
    def density(x: Any) -> Any:
        return FORMULAS[name](x) * mpmath.npdf(x)

    mean = number(mpmath.quad(density, [-12, -1, 0, 1, 12]))
    shown = facts(web.page(f"reference/{name}/"))["Zero-centred"]
    assert f"mean is {mean} for standard normal input" in shown


def test_the_fixed_point_of_the_sigmoid_is_found(web: Site) -> None:
    x = mpmath.findroot(lambda t: FORMULAS["sigmoid"](t) - t, 0.5)
    assert facts(web.page("reference/sigmoid/"))["Fixed points"] == number(x)


def test_differences_to_other_libraries_are_shown_in_numbers(web: Site) -> None:
    def results(name: str) -> str:
        (found,) = [
            e
            for e in section(web.page(f"reference/{name}/"), "elsewhere")
            if e.select("tbody")
        ]
        return " ".join(cells[3] for cells in table(found))

    # A slope of 0.2 instead of 0.01, at the end of the interval.
    assert f"by up to {number(8 * 0.19)} at x = −8" in results("leaky_relu")
    # The approximation by tanh, from its paper.
    x = np.linspace(-8, 8, 160001)
    exact = np.array([t * math.erfc(-t / math.sqrt(2)) / 2 for t in x.tolist()])
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    gap = np.abs(0.5 * x * (1 + np.tanh(inner)) - exact).max()
    assert f"by up to {number(gap)} at x =" in results("gelu")


# What is true of functions that couple elements: whether they are normalised, and what
# adding 1000 to every element does.
COUPLED = {
    "softmax": ("yes: the results sum to 1", "changes nothing"),
    "log_softmax": ("yes: the exponentials of the results sum", "changes nothing"),
    "sparsemax": ("yes: the results sum to 1", "changes nothing"),
    "standardize": ("yes: mean 0 and variance 1", "changes nothing"),
    "logsumexp": ("", "adds it to the results"),
    "glu": ("", "changes the results"),
}


@pytest.mark.parametrize("name", COUPLED)
def test_sums_and_shifts_are_found(name: str, web: Site) -> None:
    shown, (sums, shifts) = facts(web.page(f"reference/{name}/")), COUPLED[name]
    assert shown.get("Normalised", "").startswith(sums)
    assert shown["Adding a constant"].startswith(shifts)
    for gap in re.findall(r"within (\S+)", shown["Adding a constant"]):
        assert float(gap.replace("−", "-")) < 1e-9


def digits(words: str) -> float:
    """How small the relative error is that a page tells in words."""
    found = re.match(r"(\d+) of 16", words)
    if found:
        return float(10 ** -int(found[1]))
    return 1e-11 if words.startswith("right") else math.inf


PITFALLS = [row for row in CATALOGUE.values() if row.naive]


def read(shown: str) -> Any:
    """A number or a vector as a page shows it."""
    text = shown.replace("−", "-").replace("∞", "inf")
    return eval(text, {"inf": math.inf, "nan": math.nan})


@np.errstate(all="ignore")
@pytest.mark.parametrize("row", PITFALLS, ids=lambda row: row.name)
def test_the_naive_form_gives_what_the_page_shows(page: Any, row: Activation) -> None:
    elements = section(page, "pitfalls")
    code = next(e.get_text() for e in elements if "highlight" in e.get("class", []))
    assert code.strip() == f"naive = {row.naive}"
    (found,) = [e for e in elements if e.select("tbody")]
    wrong = 0
    for at, *shown, words in table(found):
        x = np.asarray(read(at), float)
        naive = np.asarray(eval(row.naive, {"np": np, "x": x}))
        results = naive, np.asarray(row.function(x))
        for text, result in zip(shown, results, strict=True):
            assert np.allclose(read(text), result, 1e-9, 0, equal_nan=True), words
        gap = np.abs(naive - results[1]) / np.abs(results[1])
        assert ("not a number" in words) <= np.isnan(naive).any()
        assert ("infinity" in words) <= np.isinf(naive).any()
        assert ("lost" in words) <= (gap > 0.5).any()
        assert not (gap > digits(words)).any(), words
        wrong += not words.startswith("right") or "Warning" in words
    assert wrong


def test_pages_of_functions_without_a_naive_form_tell_of_no_pitfalls(web: Site) -> None:
    for row in CATALOGUE.values():
        page = web.page(f"reference/{row.name}/")
        assert bool(page.select("#pitfalls")) == bool(row.naive), row.name

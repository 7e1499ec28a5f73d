# The pages for those who come from another library hold every namesake, with what our
# code gives. Whether theirs gives the same, tests/conformance tries where it can.

import re
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pages.projects import ROOT, Build, Project
from pages.web import Site

from actfn import CATALOGUE

LIBRARIES = ("PyTorch", "JAX", "Keras", "SciPy")
every_library = pytest.mark.parametrize("library", LIBRARIES)


@pytest.fixture(scope="module")
def web(site: Build) -> Site:
    return Site(site.site)


@pytest.fixture(scope="module")
def worker() -> Iterator[Any]:
    folder = str(ROOT / "scripts" / "pages")
    sys.path.insert(0, folder)
    import pair_pages

    yield pair_pages
    sys.path.remove(folder)


def page_of(web: Site, library: str) -> Any:
    return web.page(f"coming-from/{library.lower()}/")


def code(block: Any) -> str:
    return str(block.code.get_text()).strip("\n")


def blocks(page: Any) -> list[tuple[str, str]]:
    """The code of theirs and of ours, pair by pair."""
    pairs = [box.select(".highlight") for box in page.select(".both")]
    return [(code(theirs), code(ours)) for theirs, ours in pairs]


@every_library
def test_every_namesake_has_its_section(library: str, web: Site) -> None:
    page = page_of(web, library)
    links = [a["href"] for a in page.select("article h3 a:not(.headerlink)")]
    wanted = [
        f"../../reference/{row.name}/"
        for row in CATALOGUE.values()
        for namesake in row.namesakes
        if namesake.library == library
    ]
    assert links == wanted
    names = " ".join(theirs for theirs, _ in blocks(page))
    for row in CATALOGUE.values():
        for namesake in row.namesakes:
            if namesake.library == library:
                short = namesake.name.removeprefix("torch.nn.functional.")
                assert f"{short}(" in names
                assert namesake.agreeing in names


@every_library
def test_our_code_gives_what_stands_below_it(library: str, web: Site) -> None:
    page = page_of(web, library)
    (_, set_up), *pairs = blocks(page)
    boxes = page.select(".both")[1:]
    for (_, ours), box in zip(pairs, boxes, strict=True):
        scope: dict[str, Any] = {}
        exec(f"{set_up}\n{ours}", scope)
        told: dict[str, Any] = {
            "array": np.array,
            "np": np,
            "nan": np.nan,
            "inf": np.inf,
        }
        exec(re.sub(r"\n {5}", "", code(box.find_next_sibling("div"))), told)
        for name in {"y", "dx", "dz"} & set(scope):
            np.testing.assert_allclose(told[name], scope[name], 1e-7, 1e-8)


@every_library
def test_a_gradient_stands_beside_every_result(library: str, web: Site) -> None:
    for theirs, ours in blocks(page_of(web, library))[1:]:
        assert re.search(r"^y = ", ours, re.MULTILINE)
        assert re.search(r"^d[xz](, _)? = actfn\.\w+_(derivative|vjp)\(", ours, re.M)
        differentiates = "grad(" in theirs
        assert differentiates == (library != "SciPy")


@every_library
def test_what_is_only_here_is_listed(library: str, web: Site) -> None:
    page = page_of(web, library)
    listed = [a.get_text() for a in page.select("#only-here ~ p a")]
    assert listed == [
        row.name
        for row in CATALOGUE.values()
        if library not in {n.library for n in row.namesakes}
    ]


@every_library
def test_differences_are_shown_in_numbers(library: str, web: Site, worker: Any) -> None:
    text = (ROOT / f"docs/coming-from/{library.lower()}.md").read_text("utf-8")
    fences = worker.examples(text)
    tables = page_of(web, library).select("article table")
    assert 3 <= len(fences) == len(tables)
    for fence, found in zip(fences, tables, strict=True):
        rows = [
            [c.get_text() for c in r.select("td")] for r in found.select("tbody tr")
        ]
        assert [row[0] for row in rows] == [
            line for example in fence for line in (example["theirs"], example["ours"])
        ]
        for theirs, ours in zip(rows[::2], rows[1::2], strict=True):
            assert theirs[1] and ours[1] not in {"", "NaN"}
            assert theirs[2] == "a test" or theirs[2].startswith(("actfn.", "1 - "))


def test_the_default_of_gelu_in_jax_is_told_apart(web: Site) -> None:
    text = " ".join(page_of(web, "JAX").article.get_text().split())
    assert "jax.nn.gelu(1.0) 0.841192 actfn.gelu_tanh(1.0)" in text
    assert "actfn.gelu(1.0) 0.841345 running it" in text


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("theirs: f(1)\nours: actfn.relu(1.0)", "a difference needs theirs, as"),
        ("theirs: f(1)\nas: 1.0\nours: actfn.reloo(1.0)", "actfn.reloo(1.0): Attribu"),
        ("theirs: f(1)\nas: 1.0\nours: actfn.relu(1.0)\nmore", "a difference needs"),
    ],
)
def test_a_wrong_example_says_what_is_wrong(
    lines: str, reason: str, worker: Any
) -> None:
    with pytest.raises(worker.ExampleError, match=re.escape(reason)):
        worker.filled(f"``` differs\n{lines}\n```\n", "JAX")


def test_a_wrong_example_ends_the_build(small: Project) -> None:
    example = "``` differs\ntheirs: f(1)\nas: 1.0\nours: actfn.reloo(1.0)\n```\n"
    small.write(
        "docs/coming-from/jax.md", f"---\nlibrary: JAX\n---\n# Jax\n\n{example}"
    )
    small.edit(small.config, "  - Home: index.md\n", _NAV)
    build = small.build()
    assert build.code
    assert "docs/coming-from/jax.md: " in build.output
    assert "module 'actfn' has no attribute 'reloo'" in build.output
    assert "Traceback" not in build.output


_NAV = "  - Home: index.md\n  - coming-from/jax.md\n"

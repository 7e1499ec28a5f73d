# The glossary: what an entry is, and the links to it from the first use of each term.

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from mkdocs.exceptions import BuildError
from pages.projects import ROOT, Build, Project
from pages.web import Site

# Where no link may stand. Formulas and source are put in after the terms are linked.
NOT_PROSE = (
    "a:not(.term), button, code, figcaption, h1, h2, h3, h4, h5, h6, label, pre,"
    "script, style, summary, svg, th, .admonition-title, .arithmatex, .downloads,"
    ".formula, .gallery, .highlight, .other-names, .output, .tabbed-labels, .volatile"
)


def _hook() -> ModuleType:
    file = ROOT / "scripts" / "pages" / "glossary.py"
    spec = importlib.util.spec_from_file_location("glossary_under_test", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for it
    spec.loader.exec_module(module)
    return module


hook = _hook()
SOURCE = (ROOT / "docs" / "glossary.md").read_text("utf-8")
GLOSSARY = hook.read(SOURCE)


def entries() -> dict[str, str]:
    """The text below each term, without its comment."""
    parts = re.split(r"^## (.+)\n", SOURCE, flags=re.MULTILINE)[1:]
    texts = [re.sub(r"<!--.*?-->", "", text).strip() for text in parts[1::2]]
    return dict(zip(parts[::2], texts, strict=True))


ENTRIES = entries()
every_term = pytest.mark.parametrize("term", ENTRIES)


@pytest.fixture(scope="module")
def web(site: Build) -> Site:
    return Site(site.site)


def plain(markdown: str) -> str:
    """Text without the targets of its links, and without code."""
    text = re.sub(r"\]\([^)]*\)|\]\[[^\]]*\]|\[", "", markdown)
    return re.sub(r"`[^`]*`", "code", text)


def test_there_are_enough_terms_and_they_are_sorted() -> None:
    terms = list(ENTRIES)
    assert 40 <= len(terms) <= 70
    assert terms == sorted(terms, key=str.casefold)


@every_term
def test_a_term_has_two_sentences(term: str) -> None:
    text = plain(ENTRIES[term])
    assert "\n\n" not in text
    assert len(re.findall(r"[.?](?=\s|$)", text)) == 2, text
    assert re.match(r"[A-Z]", text) and text.endswith(".")


@every_term
def test_a_term_leads_to_where_it_is_taught(term: str, web: Site) -> None:
    elements = web.page("glossary/").find(id=hook.slugify(term, "-"))
    text = elements.find_next_sibling("p")
    places = [web.target("glossary/index.html", a["href"]) for a in text.select("a")]
    assert any(p and p[0].startswith(("guide/", "reference/")) for p in places), term


def test_no_number_is_typed() -> None:
    for term, text in ENTRIES.items():
        prose = re.sub(r"\b(?:float|int|bfloat)\d+", "", plain(text))
        assert set(re.findall(r"\d[\d.,]*\d|\d", prose)) <= {"0", "1", "2"}, term


def test_the_search_leads_to_each_term(site: Build) -> None:
    docs = json.loads(site.text("search/search_index.json"))["docs"]
    titles = {doc["location"]: doc["title"] for doc in docs}
    for term in ENTRIES:
        assert titles[f"glossary/#{hook.slugify(term, '-')}"] == term


def test_the_page_does_not_show_what_the_hook_reads(site: Build) -> None:
    assert "also:" not in site.text("glossary/index.html")


def uses(text: str) -> list[str]:
    matches = GLOSSARY.pattern.finditer(text.lower())
    found = (" ".join(match[0].split()) for match in matches)
    return [anchor for form in found if (anchor := GLOSSARY.anchors[form])]


def test_the_first_use_of_each_term_is_linked_on_every_page(web: Site) -> None:
    linked = 0
    for path, page in web.pages.items():
        if path in {"404.html", "glossary/index.html"}:
            assert not page.select("a.term")
            continue
        left_out = {id(e) for e in page.article.select(NOT_PROSE)}
        seen = set(uses(page.h1.find(string=True)))
        for string in page.article.find_all(string=True):
            if type(string).__name__ != "NavigableString":  # a comment
                continue
            if any(id(parent) in left_out for parent in string.parents):
                continue
            if "term" in string.parent.get("class", []):
                (anchor,) = uses(string)
                target = web.target(path, string.parent["href"])
                assert target == ("glossary/index.html", anchor), (path, string)
                assert anchor not in seen, f"{path}: {string} is linked again"
                seen.add(anchor)
                linked += 1
            else:
                assert set(uses(string)) <= seen, (path, string)
    assert linked > 5 * len(web.pages)


def test_nothing_but_prose_is_linked(web: Site) -> None:
    for path, page in web.pages.items():
        terms = {id(link) for link in page.select("a.term")}
        for element in page.select(NOT_PROSE):
            assert not terms & {id(e) for e in element.select("a")}, (path, element)


def linked(html: str) -> str:
    return str(hook.linked(html, hook.read(SMALL), "../glossary/"))


SMALL = """\
# Glossary

## Kink
<!-- also: kinks -->

A bend. It is sharp.

## In place
<!-- not: in place of -->

## Vanishing gradient

## Gradient
<!-- also: gradients -->
"""
KINKS = '<a class="term" href="../glossary/#kink">Kinks</a>'


@pytest.mark.parametrize(
    "html",
    [
        "<h2>A kink</h2>",
        "<p><code>kink</code>, <a href='#'>a <em>kink</em></a></p>",
        '<div class="highlight"><pre><span>kink</span></pre></div>',
        '<span class="arithmatex">\\(kink\\)</span>',
        '<div class="volatile"><div>kink</div>kink</div>',
        '<summary>kink</summary><p class="x admonition-title">kink</p>',
        '<autoref identifier="actfn.relu">kink</autoref>',
        '<img alt="a > kink" src="x"><!-- kink -->',
        "<p>kinky, unkink, a-kink, kink-free, x.kink &kink;</p>",
    ],
)
def test_a_term_outside_of_prose_is_left(html: str) -> None:
    assert linked(html) == html
    assert linked(f"{html}<p>Kinks.") == f"{html}<p>{KINKS}."


def test_a_planted_term_is_linked_once_and_every_other_byte_is_kept() -> None:
    html = "<P  class='a'>ä &lt; Kinks<br>kink\r\n<li>kink &amp; so on <b>"
    assert linked(html) == html.replace("Kinks", KINKS)


def test_a_longer_term_hides_the_shorter_one_in_it() -> None:
    html = "<p>A vanishing\ngradient, again a vanishing gradient, and a gradient.</p>"
    found = re.findall(r'#([\w-]+)">(.+?)</a>', linked(html), re.DOTALL)
    assert found == [
        ("vanishing-gradient", "vanishing\ngradient"),
        ("gradient", "gradient"),
    ]


def test_a_phrase_that_is_no_use_of_the_term_is_passed_over() -> None:
    html = "<p>In place of a copy, compute in place.</p>"
    assert linked(html).count("<a") == 1
    assert 'place">in place</a>.' in linked(html)


def test_a_page_does_not_link_what_it_is_about() -> None:
    html = '<h1 id="x">Look at a kink<a>¶</a></h1><p>Kinks, gradient</p>'
    assert linked(html).count('"term"') == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<!-- also: kinks -->", "<!-- kinks -->", "line 4: write"),
        ("## Kink\n", "", "line 3: write"),
        ("gradients", "kinks", "line 14: 'kinks' is entered twice"),
        ("Vanishing gradient", "Gradient", "line 13: 'Gradient' is entered twice"),
    ],
)
def test_a_fault_in_the_source_is_told(old: str, new: str, said: str) -> None:
    with pytest.raises(BuildError, match=re.escape(f"docs/glossary.md, {said}")):
        hook.read(SMALL.replace(old, new, 1))


GUIDE = """\
# %% [markdown]
# # Bend a line
#
# ## A kink in a heading
#
# Here is a `kink`, and here is a kink; $kink$.

# %%
"kink"
"""


@pytest.fixture(scope="module")
def planted(foundation: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small project with a glossary, and a guide that uses one of its terms."""
    copy = Project.copy(foundation.root, tmp_path_factory.mktemp("planted") / "project")
    copy.write("docs/guide/small.py", GUIDE)
    copy.write("docs/glossary.md", SMALL)
    copy.edit(copy.config, "  - Home: index.md\n", "  - index.md\n  - glossary.md\n")
    return copy


def terms(build: Build) -> list[Any]:
    assert build.code == 0, build.output
    page = Site(build.site).page("guide/small/")
    return [(link["href"], str(link.string)) for link in page.select("a.term")]


def test_a_changed_glossary_reaches_pages_that_are_kept(planted: Project) -> None:
    assert terms(planted.build()) == [("../../glossary/#kink", "kink")]
    (kept,) = (planted.root / ".cache/pages").glob("html-guide-small.py.json")
    before = kept.read_bytes()
    planted.edit("docs/glossary.md", "## Kink", "## Corner")
    planted.edit("docs/glossary.md", "also: kinks", "also: kink")
    assert terms(planted.build()) == [("../../glossary/#corner", "kink")]
    assert kept.read_bytes() == before


def test_a_link_of_the_glossary_that_leads_nowhere_ends_the_build(
    planted: Project, tmp_path: Path
) -> None:
    copy = Project.copy(planted.root, tmp_path / "project")
    copy.edit("docs/glossary.md", "It is sharp.", "[See](guide/small.py#nowhere).")
    build = copy.build()
    assert build.code
    assert "glossary.md" in "".join(build.complaints)
    assert "nowhere" in "".join(build.complaints)

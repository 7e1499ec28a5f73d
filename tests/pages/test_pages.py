# The real site as a whole: every page, every link, every file.

import copy
import gzip
import json
import re
import sys
import tempfile
from pathlib import Path

import pytest
from mkdocs.utils.yaml import yaml_load
from pages.projects import ROOT, Build
from pages.web import Site, beside, foreign, loads, styles

from actfn import CATALOGUE

LARGEST = 120_000  # bytes of a page
ALL_FORMULAS = (
    "reference/cheat-sheet/index.html"  # a formula is 5,000, and shrinks well
)
LARGEST_SENT = 40_000  # the same, compressed as servers send it


@pytest.fixture(scope="module")
def web(site: Build) -> Site:
    return Site(site.site)


def test_every_page_of_the_navigation_exists(web: Site) -> None:
    listed = re.findall(r"[\w/-]+\.(?:md|py)\b", yaml_text("nav"))
    assert len(listed) > 6
    for source in listed:
        folder = re.sub(r"(\bindex)?\.\w+$", "", source)
        page = web.page(f"{folder}/" if folder and folder[-1] != "/" else folder)
        assert page.h1, source


def yaml_text(key: str) -> str:
    config = yaml_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    return json.dumps(config[key])


def test_every_page_has_one_title_and_a_description(web: Site) -> None:
    for path, page in web.pages.items():
        assert len(page.find_all("h1")) == 1, path
        assert page.select_one("meta[name=description]")["content"], path


def test_titles_tell_pages_apart(web: Site) -> None:
    titles = [page.title.get_text() for p, page in web.pages.items() if p != "404.html"]
    assert len(set(titles)) == len(titles)


def test_no_link_leads_nowhere(web: Site) -> None:
    assert [link for path in web.pages for link in web.broken(path)] == []


def test_every_id_is_given_once(web: Site) -> None:
    for path, page in web.pages.items():
        ids = [tag["id"] for tag in page.select("[id]")]
        assert sorted(set(ids)) == sorted(ids), path


def test_no_page_loads_from_another_host(web: Site) -> None:
    for path, page in web.pages.items():
        assert [address for address in loads(page) if foreign(address)] == [], path


def test_no_style_sheet_loads_from_another_host_or_what_is_not_there(
    site: Build,
) -> None:
    for file in site.site.rglob("*.css"):
        for address in styles(file.read_text("utf-8")):
            assert not foreign(address), file
            if not address.startswith(("data:", "#")):
                assert beside(file, address).is_file(), address


def test_own_scripts_name_no_host(site: Build, web: Site) -> None:
    scripts = [script.get_text() for p in web.pages.values() for script in p("script")]
    scripts += [f.read_text("utf-8") for f in site.site.glob("assets/*.js")]
    assert len(scripts) > len(web.pages)
    assert [text for text in scripts if re.search(r"//[\w-]+\.\w", text)] == []


def test_the_theme_has_no_reason_to_fetch_anything(web: Site) -> None:
    # Its script would load a diagram renderer, and the facts of a repository.
    for path, page in web.pages.items():
        assert not page.select(".mermaid, [data-md-component=source]"), path


def test_pages_are_light(site: Build, web: Site) -> None:
    heavy = []
    for path, page in web.pages.items():
        content = (site.site / path).read_bytes()
        sent = len(gzip.compress(content))
        targets = {web.target(path, address) for address in loads(page)}
        files = {site.site / target[0] for target in targets if target}
        total = len(content) + sum(file.stat().st_size for file in files)
        print(f"{path}: {len(content)} bytes, {sent} compressed, with all {total}")
        free = path.startswith(("coming-from/", "guide/")) or path == ALL_FORMULAS
        limit = None if free else LARGEST
        if sent > LARGEST_SENT or (limit and len(content) > limit):
            heavy.append(f"{path}: {len(content)} bytes, {sent} compressed")
    assert heavy == []


def test_every_picture_has_an_alternative_and_a_size(web: Site) -> None:
    for path, page in web.pages.items():
        for picture in page.select("article img"):
            assert picture.get("alt", "").strip(), (path, picture)
            assert picture.has_attr("width") and picture.has_attr("height"), path


def test_figures_hold_no_date_no_path_and_no_fixed_colour(site: Build) -> None:
    figures = [p for p in site.site.rglob("*.svg") if p.parent.name != "assets"]
    figures = [p for p in figures if not p.name.startswith("cheat-sheet-")]  # for paper
    assert len(figures) > 2 * len(CATALOGUE)
    for path in figures:
        svg = path.read_text("utf-8")
        assert "<dc:date>" not in svg, path
        assert str(ROOT) not in svg, path
        assert "@media(prefers-color-scheme:dark)" in svg, path
        colours = set(re.findall(r"(?:fill|stroke): ?(#[0-9a-f]{6})", svg))
        assert colours <= {"#ffffff"}, (path, colours)
        drawn = svg.partition("</style>")[2]
        assert "var(--" in drawn or "<image" in drawn, path


def test_no_file_tells_where_it_was_built(site: Build) -> None:
    places = {str(ROOT), str(site.site), sys.prefix, sys.base_prefix, str(Path.home())}
    pattern = "|".join(
        re.escape(p) + r"(?=[/\\])" for p in sorted(places) if len(p) > 1
    )
    pattern += "|" + re.escape(tempfile.gettempdir()) + r"[/\\](?!toolkit)\w"
    for path in site.site.rglob("*"):
        if path.suffix in {".html", ".json", ".ipynb", ".svg", ".xml", ".css", ".py"}:
            found = re.search(pattern, path.read_text("utf-8"))
            assert not found, (path, found)


def test_no_page_shows_a_traceback(site: Build) -> None:
    for suffix in ("*.html", "*.json", "*.ipynb"):
        for path in site.site.rglob(suffix):
            assert "Traceback (most" not in path.read_text("utf-8"), path


def test_no_page_shows_what_should_have_been_replaced(web: Site) -> None:
    for path, page in web.pages.items():
        article = copy.copy(page.article or page)
        for code in article(["code", "script", "annotation"]):
            code.decompose()
        text = article.get_text()
        for left in ("{{", "}}", "<!--", "#| ", "[actfn.", "arithmatex", "\\("):
            assert left not in text, (path, left)


def test_search_knows_every_function_and_no_page_twice(site: Build) -> None:
    docs = json.loads(site.text("search/search_index.json"))["docs"]
    places = [doc["location"] for doc in docs]
    assert len(set(places)) == len(places)
    assert {f"reference/{name}/" for name in CATALOGUE} <= set(places)


def test_search_does_not_read_the_source(site: Build) -> None:
    assert "def relu(" in re.sub("<[^>]+>", "", site.text("reference/relu/index.html"))
    assert "def relu(" not in site.text("search/search_index.json")


def test_a_page_lists_its_own_family_only(web: Site) -> None:
    page = web.page("reference/relu/")
    (sidebar,) = page.select("[data-md-type=navigation]")
    listed = {link.get_text().strip() for link in sidebar.select("a")} & set(CATALOGUE)
    assert listed == {n for n, r in CATALOGUE.items() if r.family == "rectifiers"}


@pytest.mark.parametrize("place", ["", "reference/"])
def test_the_gallery_shows_every_function(place: str, web: Site) -> None:
    cards = web.page(place).select(".gallery a")
    assert [card.code.get_text() for card in cards] == list(CATALOGUE)
    for card in cards:
        name = card.code.get_text()
        beside = card.small.get_text() if card.small else ""
        assert ("x" in beside) == ("axis" in CATALOGUE[name].parameters), name
        (title,) = card.find_previous(["h2", "h3"]).find_all(string=True, limit=1)
        assert title.lower() == CATALOGUE[name].family
        source, _ = web.target(f"{place}index.html", card.img["src"]) or ("", "")
        assert source == f"reference/{name}/thumbnail.svg"
        assert web.target(f"{place}index.html", card["href"]) == (
            f"reference/{name}/index.html",
            "",
        )
        assert name in card.img["alt"]


def test_guides_offer_their_source_and_their_notebook(web: Site) -> None:
    for source in (ROOT / "docs" / "guide").glob("*.py"):
        links = web.page(f"guide/{source.stem}/").select(".downloads a")
        assert [link["href"] for link in links][:2] == [
            source.name,
            f"{source.stem}.ipynb",
        ]
        copy = web.folder / "guide" / source.stem / source.name
        assert copy.read_bytes() == source.read_bytes()

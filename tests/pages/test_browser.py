# The real site in a real browser: light and dark, wide and narrow.

import functools
import importlib.util
import io
import os
import shutil
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from typing import Any, NoReturn

import numpy as np
import pytest
from matplotlib.image import imread
from pages.projects import ROOT, Build

from actfn import CATALOGUE

GUIDES = [f"guide/{path.stem}/" for path in (ROOT / "docs" / "guide").glob("*.py")]
CLOSELY = ["", "reference/", *GUIDES, "reference/relu/", "reference/softmax/"]
BRIEFLY = [
    "404.html",
    *(f"coming-from/{name}/" for name in ("pytorch", "jax", "keras", "scipy")),
    "contributing/",
    "glossary/",
    "reference/catalogue/",
    "reference/cheat-sheet/",
    "reference/plot/",
    "reference/speed/",
    "reference/testing/",
    *(f"reference/{name}/" for name in CATALOGUE if name not in {"relu", "softmax"}),
]
TWO = [("light", 1440), ("dark", 390)]
FOUR = [*TWO, ("dark", 1440), ("light", 390)]
VIEWS = [(path, *view) for path in CLOSELY for view in FOUR]
VIEWS += [(path, *view) for path in BRIEFLY for view in TWO]

AXE = files("axe_playwright_python") / "axe.min.js"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# What a page must have done before it is judged.
SETTLED = """async () => {
  document.querySelectorAll('img').forEach(image => { image.loading = 'eager' })
  await Promise.all([...document.images].map(image => image.decode().catch(() => 0)))
  await document.fonts.ready
}"""
BROKEN = """[...document.images]
  .filter(image => !image.complete || !image.naturalWidth).map(image => image.src)"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# The drawn half of a formula is hidden from screen readers, and takes long to audit.
AUDIT = """axe.run({exclude: [['.katex-html']]}, {resultTypes: ['violations']})
  .then(result => result.violations.map(({id, nodes}) =>
    `${id}: ${nodes.length} times, first at ${nodes[0].target.join(' ')}`))"""


def impossible(reason: str) -> NoReturn:
    """Skip on a machine without a browser, but not where the tests must be complete."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        impossible("the package playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    installed = [path for path in map(shutil.which, names) if path]
    found = os.environ.get("CHROMIUM") or next(iter(installed), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        except Error as error:
            impossible(f"no Chromium to look through: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address(site: Build) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(site.site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def contexts(browser: Any) -> Iterator[dict[tuple[str, int], Any]]:
    """A reader for each view, because the theme remembers a palette."""
    made = {
        (scheme, width): browser.new_context(
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
            reduced_motion="reduce",
            viewport={"width": width, "height": 900},
        )
        for scheme, width in FOUR
    }
    yield made
    for context in made.values():
        context.close()


@pytest.fixture
def page(contexts: dict[tuple[str, int], Any]) -> Iterator[Any]:
    """A page for a reader with a wide window in a light room."""
    page = contexts["light", 1440].new_page()
    yield page
    page.close()


def go(page: Any, url: str) -> None:
    page.goto(url, wait_until="load")
    page.evaluate(SETTLED)


@pytest.mark.parametrize(("path", "scheme", "width"), VIEWS)
def test_a_page_gives_no_cause_for_complaint(
    path: str,
    scheme: str,
    width: int,
    address: str,
    contexts: dict[tuple[str, int], Any],
) -> None:
    page, said = contexts[scheme, width].new_page(), []

    def asked(request: Any) -> None:
        own = request.url.startswith((address, "data:", "blob:"))
        if not own:
            said.append(f"foreign request: {request.url}")

    def answered(response: Any) -> None:
        if response.status >= 400:
            said.append(f"{response.status}: {response.url}")

    def printed(message: Any) -> None:
        if message.type in {"error", "warning"}:
            said.append(f"console: {message.text}")

    page.on("request", asked)
    page.on("response", answered)
    page.on("console", printed)
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    go(page, address + path)
    said += [f"broken picture: {source}" for source in page.evaluate(BROKEN)]
    if (wide := page.evaluate(SIDEWAYS)) > 1:
        said.append(f"scrolls sideways by {wide} px")
    if (scheme, width) in TWO:
        page.evaluate(AXE.read_text("utf-8"))
        said += page.evaluate(AUDIT)
    page.close()
    assert said == []


def palette() -> dict[str, tuple[str, str]]:
    """The colours of figures, light and dark."""
    file = ROOT / "scripts" / "pages" / "figures.py"
    spec = importlib.util.spec_from_file_location("figures_under_test", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    colours: dict[str, tuple[str, str]] = module.PALETTE
    return colours


def pixels(page: Any, colour: str) -> int:
    """How many pixels of the first figure have very nearly this colour."""
    shot = imread(io.BytesIO(page.locator("article img.figure").first.screenshot()))
    wanted = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return int((np.abs(shot[..., :3] - wanted).max(axis=-1) < 0.02).sum())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_follow_the_toggle_whatever_the_system_prefers(
    scheme: str, address: str, browser: Any
) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    go(page, address + "reference/relu/")
    light, dark = palette()["c0"]
    before, other = (light, dark) if scheme == "light" else (dark, light)
    assert pixels(page, before) > 100
    assert pixels(page, other) == 0
    page.locator(".md-header__option label:visible").first.click()
    page.wait_for_function(
        "was => document.body.dataset.mdColorScheme !== was",
        arg="default" if scheme == "light" else "slate",
    )
    page.wait_for_timeout(300)
    assert pixels(page, other) > 100
    assert pixels(page, before) == 0
    context.close()


def test_formulas_are_set_in_their_own_fonts(address: str, page: Any) -> None:
    go(page, address + "guide/sigmoid/")
    loaded = page.evaluate(
        "[...document.fonts].filter(f => f.family.includes('KaTeX')).map(f => f.status)"
    )
    assert loaded.count("loaded") >= 2
    assert "error" not in loaded
    family = "getComputedStyle(document.querySelector('.katex .mathnormal')).fontFamily"
    assert page.evaluate(family).startswith("KaTeX_Math")


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("vanishing gradient layers", "guide/sigmoid/"),
        ("why is my softmax nan", "guide/questions/"),
        ("self-normalising", "glossary/"),
    ],
)
def test_search_leads_to_a_section(
    typed: str, place: str, address: str, page: Any
) -> None:
    go(page, address)
    page.locator(".md-search__input").click()
    page.keyboard.type(typed)
    result = page.locator(
        f".md-search-result__item a[href*='/{place}'][href*='#']"
    ).first
    result.wait_for()
    href = result.get_attribute("href")
    result.click()
    page.wait_for_url(f"**/{place}**")
    assert page.evaluate("location.hash.slice(1)") in href


def copied(page: Any, block: Any) -> str:
    block.hover()
    block.locator("[data-md-type=copy], .md-clipboard").first.click()
    page.wait_for_function("navigator.clipboard.readText().then(text => text)")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_copying_a_doctest_copies_what_is_typed(address: str, page: Any) -> None:
    go(page, address + "reference/relu/")
    block = page.locator("div.highlight:has(.gp)").first
    assert ">>>" in block.inner_text()
    lines = [line for line in copied(page, block).splitlines() if line]
    assert lines == ["from actfn import relu", "relu([-2.0, 0.0, 3.0])"]


def test_copying_a_cell_copies_all_of_it_and_outputs_offer_nothing(
    address: str, page: Any
) -> None:
    go(page, address + "reference/relu/")
    block = page.locator("h2#example + div.highlight")
    assert (
        copied(page, block).strip()
        == (block.locator("code").text_content() or "").strip()
    )
    outputs = page.locator("div.highlight.output")
    assert outputs.count() == 2
    assert outputs.locator("[data-md-type=copy], .md-clipboard").count() == 0

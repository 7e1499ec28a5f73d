# Draws formulas while the site is built: KaTeX runs here, in an embedded interpreter,
# so that a wrong formula fails the build and the reader needs no script.

import functools
import html
import os
import re
from hashlib import sha256
from pathlib import Path

import cache
import dukpy
from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

log = get_plugin_logger("formulas")

_KATEX = Path(__file__).parent / "katex" / "katex.min.js"
_CALL = "katex.renderToString(dukpy.formula, {displayMode: dukpy.display})"
_FOUND = re.compile(
    r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.DOTALL
)

_drawn: dict[str, str] = {}  # HTML by element, as arithmatex marks it
_failed: list[str] = []


def on_pre_build(config: MkDocsConfig) -> None:
    """Take what is drawn already."""
    _drawn.clear()
    _drawn.update(cache.load(cache.root(config), "formulas", _key()) or {})
    _failed.clear()


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Draw what arithmatex has marked, and keep its source out of the search."""
    for found in _FOUND.finditer(html):
        if found[0] not in _drawn:
            _drawn[found[0]] = _draw(found, page)
    return html.replace(
        ' class="arithmatex"', ' class="arithmatex" data-search-exclude'
    )


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Fail when all pages are read, with one message for each wrong formula."""
    if _failed and not os.environ.get("ACTFN_SERVING"):
        raise BuildError("\n".join(_failed))
    for message in _failed:
        log.error(message)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Put the drawn formulas into the page, now that the search has read it."""
    marked = output.replace(
        ' class="arithmatex" data-search-exclude', ' class="arithmatex"'
    )
    return _FOUND.sub(lambda found: _drawn[found[0]], marked)


def on_post_build(config: MkDocsConfig) -> None:
    """Keep what is drawn."""
    if not _failed:
        cache.keep(cache.root(config), "formulas", _key(), _drawn)


@functools.cache
def _key() -> str:
    files = (_KATEX, Path(__file__))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _draw(found: re.Match[str], page: Page) -> str:
    tag, bracket, source = found.groups()
    formula = html.unescape(source).strip()
    try:
        drawn = _interpreter().evaljs(_CALL, formula=formula, display=bracket == "[")
    except dukpy.JSRuntimeError as error:
        reason = re.search(r"KaTeX parse error: .*", str(error))
        said = reason[0] if reason else str(error)
        _failed.append(f"{page.file.src_uri}: the formula {formula!r} is wrong: {said}")
        drawn = f"<code>{source}</code>"
    return f'<{tag} class="formula">{drawn}</{tag}>'


@functools.cache
def _interpreter() -> dukpy.JSInterpreter:
    interpreter = dukpy.JSInterpreter()
    interpreter.evaljs(_KATEX.read_text(encoding="utf-8") + ";0")
    return interpreter

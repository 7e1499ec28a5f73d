# Draws formulas while the site is built: KaTeX runs here, in an embedded interpreter,
# so that a wrong formula fails the build and the reader needs no script.

import functools
import html
import re
from hashlib import sha256
from pathlib import Path

import cache
import dukpy
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

_KATEX = Path(__file__).parent / "katex" / "katex.min.js"
_CALL = "katex.renderToString(dukpy.formula, {displayMode: dukpy.display})"
_FOUND = re.compile(
    r'<(span|div) class="arithmatex" [^>]*>\\([(\[])(.*?)\\[)\]]</\1>', re.DOTALL
)

_drawn: dict[str, str] = {}  # formulas in their element, as arithmatex marks them


def on_pre_build(config: MkDocsConfig) -> None:
    """Take what is drawn already."""
    _drawn.clear()
    _drawn.update(cache.load(_root(config), "formulas", _key()) or {})


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Keep the source of formulas out of the search."""
    return html.replace(
        ' class="arithmatex"', ' class="arithmatex" data-search-exclude'
    )


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Draw the formulas that arithmatex has marked; the search has read the page."""
    return _FOUND.sub(lambda found: _draw(found, page), output)


def on_post_build(config: MkDocsConfig) -> None:
    """Keep what is drawn."""
    cache.keep(_root(config), "formulas", _key(), _drawn)


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent


@functools.cache
def _key() -> str:
    files = (_KATEX, Path(__file__))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _draw(found: re.Match[str], page: Page) -> str:
    marked = found[0]
    if marked not in _drawn:
        tag, bracket, source = found.groups()
        formula = html.unescape(source).strip()
        try:
            drawn = _interpreter().evaljs(
                _CALL, formula=formula, display=bracket == "["
            )
        except dukpy.JSRuntimeError as error:
            reason = re.search(r"KaTeX parse error: .*", str(error))
            raise BuildError(
                f"{page.file.src_uri}: the formula {formula!r} is wrong: "
                f"{reason[0] if reason else error}"
            ) from None
        _drawn[marked] = f'<{tag} class="formula">{drawn}</{tag}>'
    return _drawn[marked]


@functools.cache
def _interpreter() -> dukpy.JSInterpreter:
    interpreter = dukpy.JSInterpreter()
    interpreter.evaljs(_KATEX.read_text(encoding="utf-8") + ";0")
    return interpreter

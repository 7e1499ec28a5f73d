# Draws formulas while the site is built: KaTeX runs here, in an embedded interpreter,
# so that a wrong formula fails the build and the reader needs no script.

import html
import re
from functools import cache
from pathlib import Path

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


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Keep the source of formulas out of the search."""
    return html.replace(
        ' class="arithmatex"', ' class="arithmatex" data-search-exclude'
    )


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Draw the formulas that arithmatex has marked; the search has read the page."""
    return _FOUND.sub(lambda found: _drawn(found, page), output)


def _drawn(found: re.Match[str], page: Page) -> str:
    tag, bracket, formula = found.groups()
    try:
        drawn = draw(html.unescape(formula).strip(), bracket == "[")
    except dukpy.JSRuntimeError as error:
        reason = re.search(r"KaTeX parse error: .*", str(error))
        raise BuildError(
            f"{page.file.src_uri}: the formula {formula.strip()!r} is wrong: "
            f"{reason[0] if reason else error}"
        ) from None
    return f'<{tag} class="formula">{drawn}</{tag}>'


@cache
def draw(formula: str, display: bool) -> str:
    """Give a formula as HTML, with MathML in it for screen readers."""
    return str(_interpreter().evaljs(_CALL, formula=formula, display=display))


@cache
def _interpreter() -> dukpy.JSInterpreter:
    interpreter = dukpy.JSInterpreter()
    interpreter.evaljs(_KATEX.read_text(encoding="utf-8") + ";0")
    return interpreter

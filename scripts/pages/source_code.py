# Keeps the package's source out of the search: the pages fold it, and reading its
# coloured words took the search longer than all the rest of a page.

import re

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

_SOURCE = re.compile(r'<details class="mkdocstrings-source">.*?</details>', re.DOTALL)
_PLACE = "<!-- source -->"

_taken: dict[str, list[str]] = {}


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Take the source out of the page, as the search has not yet read it."""
    _taken[page.url] = _SOURCE.findall(html)
    return _SOURCE.sub(_PLACE, html)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Put it back where it was."""
    sources = iter(_taken.pop(page.url, []))
    return re.sub(_PLACE, lambda place: next(sources, place[0]), output)

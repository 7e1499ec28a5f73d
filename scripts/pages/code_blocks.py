# Marks the lines of code, so that copying a doctest can leave out its answers. The
# highlighter can do so by ids alone, which the pieces of a reference page repeat.

import re

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

_LINE = re.compile(r'<span id="[^"]*__span-[\d-]+">')


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Give lines an attribute in place of an id."""
    return _LINE.sub("<span data-line>", output)

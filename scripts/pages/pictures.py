# Every picture has a text alternative, wherever it comes from: a figure of a cell is
# checked where it is drawn, everything else here.

import re

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

log = get_plugin_logger("pictures")

_PICTURE = re.compile(r"<img\b[^>]*>")
_ALTERNATIVE = re.compile(r"""\balt=(["'])\s*[^"'\s]""")


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Warn, and so end a strict build, where a picture says nothing."""
    for picture in _PICTURE.findall(html):
        if not _ALTERNATIVE.search(picture):
            log.warning(f"{page.file.src_uri}: no text alternative: {picture[:100]}")
    return html

# The pages for those who come from another library: their code beside ours, with what
# it gives, and the differences in numbers. pair_pages.py tells what a page may say.

import json
import os
from pathlib import Path

import cache
import reference
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from rendering import fence

log = get_plugin_logger("coming_from")

_FOLDER = "coming-from/"
_WORKER = Path(__file__).with_name("pair_pages.py")


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Fill a page, or show why that cannot be done."""
    if not page.file.src_uri.startswith(_FOLDER):
        return markdown
    try:
        return _filled(markdown, page, cache.root(config))
    except BuildError as error:
        if not os.environ.get("ACTFN_SERVING"):
            raise
        log.error(str(error))
        return fence("{ .text .error }", str(error))


def _filled(markdown: str, page: Page, root: Path) -> str:
    library, name = page.meta["library"], page.file.src_uri
    key = cache.fingerprint(root, library, markdown)
    kept: str | None = cache.load(root, name, key)
    if kept is None:
        shown = f"docs/{name}"
        given = json.dumps(markdown)
        kept = json.loads(
            reference.python(str(_WORKER), library, given=given, task=shown)
        )
        cache.keep(root, name, key, kept)
    return str(kept)

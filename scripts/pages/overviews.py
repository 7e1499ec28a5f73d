# Puts the tables that compare functions where a page says <!-- elsewhere:names --> or
# <!-- accuracy:functions -->, and its line about accuracy into each function's page.
# Results that were measured on other code than the package has now end the build.

import json
import os
import re
from pathlib import Path
from typing import Any

import cache
import reference
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from rendering import fence

log = get_plugin_logger("overviews")

_WORKER = Path(__file__).with_name("overview_tables.py")
_MARKER = re.compile(r"<!-- (elsewhere|accuracy):(\w+) -->")

_tables: dict[str, Any] = {}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Make the tables, or take them from the cache."""
    root = cache.root(config)
    _tables.clear()
    try:
        _tables.update(_made(root))
    except BuildError as error:
        if not os.environ.get("ACTFN_SERVING"):
            raise
        log.error(str(error))
        _tables["fault"] = fence("{ .text .error }", str(error))
    return files


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Put the tables where a page wants them."""
    return _MARKER.sub(_table, markdown)


def _table(marker: re.Match[str]) -> str:
    if fault := _tables.get("fault"):
        return str(fault)
    known = _tables[marker[1]]
    return str(known[marker[2]] if marker[2] in known else known["lines"][marker[2]])


def _made(root: Path) -> dict[str, Any]:
    record = root / "docs" / "data" / "accuracy.json"
    text = record.read_text(encoding="utf-8") if record.exists() else ""
    key = cache.fingerprint(root, text)
    kept: dict[str, Any] | None = cache.load(root, "overviews", key)
    if kept is None:
        kept = json.loads(reference.python(str(_WORKER), str(record)))
        cache.keep(root, "overviews", key, kept)
    return kept

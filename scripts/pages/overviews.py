# Puts the tables that compare functions where a page says <!-- elsewhere:names --> or
# <!-- accuracy:functions -->, and its lines about accuracy and speed into each
# function's page. Errors that were measured on other code than the package has now end
# the build; timings are marked.

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
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from rendering import fence

log = get_plugin_logger("overviews")

# Who writes the tables, the record that they are of, and what else of scripts/ is read.
_MAKERS = {
    "overviews": ("overview_tables.py", "accuracy.json", ("sources.py",)),
    "speed": ("speed_tables.py", "benchmark.json", ("sources.py", "timing/*.py")),
}
_MARKER = re.compile(r"<!-- (elsewhere|accuracy|speed):(\w+) -->")

_tables: dict[str, Any] = {}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Make the tables, or take them from the cache."""
    root = cache.root(config)
    _tables.clear()
    try:
        _tables.update(_made(root, "overviews"), speed=_made(root, "speed"))
    except BuildError as error:
        if not os.environ.get("ACTFN_SERVING"):
            raise
        log.error(str(error))
        _tables["fault"] = fence("{ .text .error }", str(error))
        return files
    for figure, svg in _tables["speed"]["figures"].items():
        uri = f"reference/speed/{figure}"
        files.append(File.generated(config, uri, content=svg))
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


def _made(root: Path, name: str) -> dict[str, Any]:
    script, file, read = _MAKERS[name]
    record = root / "docs" / "data" / file
    read_too = [p for pattern in read for p in sorted((root / "scripts").glob(pattern))]
    there = [path for path in (record, *read_too) if path.exists()]
    key = cache.fingerprint(root, *(path.read_text(encoding="utf-8") for path in there))
    kept: dict[str, Any] | None = cache.load(root, name, key)
    if kept is None:
        worker = Path(__file__).with_name(script)
        kept = json.loads(reference.python(str(worker), str(record)))
        cache.keep(root, name, key, kept)
    return kept

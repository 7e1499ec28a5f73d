# The cheat sheet: its cards where a page says <!-- cheat-sheet -->, and the same on
# paper, A3 and A4. What the cards say is found with the pages of the functions.

import base64
import os
import platform
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.metadata import version
from json import dumps, loads
from pathlib import Path
from typing import Any

import cache
import reference
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from rendering import image

log = get_plugin_logger("cheat_sheet")

_PAGE = "reference/cheat-sheet.md"
_PLACE = "<!-- cheat-sheet -->"
_WORKER = Path(__file__).with_name("sheet_pages.py")
_PAPERS = ("a3", "a4")

_functions: dict[str, dict[str, Any]] = {}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Draw the sheets, or take them from the cache, where there is a page for them."""
    _functions.clear()
    if _PAGE not in files.src_uris:
        return files
    root = cache.root(config)
    try:
        _functions.update(reference.made(root))
        sheets = _sheets(root)
    except BuildError as error:
        if not os.environ.get("ACTFN_SERVING"):
            raise
        log.error(str(error))
        return files
    for name, kept in sheets.items():
        content = base64.b64decode(kept["base64"]) if "base64" in kept else kept["text"]
        files.append(File.generated(config, f"reference/{name}", content=content))
    return files


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Put the cards where a page wants them."""
    return (
        markdown.replace(_PLACE, _cards(page.url)) if _PLACE in markdown else markdown
    )


def _sheets(root: Path) -> dict[str, dict[str, str]]:
    cards = dumps([function["card"] for function in _functions.values()])
    key = _key(root, cards)
    kept: dict[str, Any] | None = cache.load(root, "cheat-sheet", key)
    if kept is not None:
        return kept
    log.info("Drawing the cheat sheet")
    with ThreadPoolExecutor(len(_PAPERS)) as pool:
        drawn = pool.map(lambda paper: _drawn(paper, cards), _PAPERS)
        made = {name: content for sheet in drawn for name, content in sheet.items()}
    cache.keep(root, "cheat-sheet", key, made)
    return made


def _key(root: Path, cards: str) -> str:
    """Digest what the sheets are made from; small pictures tell of the curves."""
    pictures = [
        function["figures"]["thumbnail.svg"] for function in _functions.values()
    ]
    here = _WORKER.parent
    scripts = [*sorted(here.glob("sheet_*.py")), here / "function_pages.py"]
    scripts.append(root / "src" / "actfn" / "__init__.py")  # the version
    codes = [path.read_text(encoding="utf-8") for path in scripts]
    drawn_by = [version("matplotlib"), platform.platform()]
    return sha256("\0".join([cards, *pictures, *codes, *drawn_by]).encode()).hexdigest()


def _drawn(paper: str, cards: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = loads(
        reference.python(str(_WORKER), paper, given=cards, task="the cheat sheet")
    )
    return found


def _cards(url: str) -> str:
    parts: list[str] = []
    family = ""
    for function in _functions.values():
        if function["family"] != family:
            family = function["family"]
            parts += ["</div>"] * bool(parts)
            parts.append(f'## {family.capitalize()}\n\n<div class="sheet" markdown>')
        parts.append(_card(function, url))
    return "\n\n".join([*parts, "</div>"])


def _card(function: dict[str, Any], url: str) -> str:
    facts = function["card"]
    name = facts["name"]
    source = get_relative_url(f"reference/{name}/thumbnail.svg", url)
    picture = image(source, function["alt"], function["figures"]["thumbnail.svg"])
    told = [f"Picture {facts['caption']}"] * bool(facts["caption"]) + facts["facts"]
    return "\n\n".join(
        [
            '<div class="card" markdown>',
            f"### [`{name}`]({name}.md)",
            '<div class="lead" markdown>',
            f"<div markdown>\n{picture}\n</div>",
            "<div markdown>",
            *facts["display"],
            "</div>",
            "</div>",
            " · ".join(told),
            facts["use"],
            "</div>",
        ]
    )

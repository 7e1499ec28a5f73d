# Adds a page for every function of the catalogue, its place in the navigation, and the
# gallery wherever a page says <!-- gallery -->.

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from json import loads
from pathlib import Path
from typing import Any

import cache
from execution import environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from rendering import fence, image

log = get_plugin_logger("reference")

_WORKER = Path(__file__).with_name("function_pages.py")
_NAMES = "import actfn, json; print(json.dumps(list(actfn.CATALOGUE)))"

_pages: dict[str, dict[str, Any]] = {}
_fault: list[str] = []  # why there are none; shown where the gallery would be


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Make the pages, or take them from the cache, and add them to the site."""
    root = cache.root(config)
    _pages.clear()
    _fault.clear()
    try:
        _pages.update(_made(root))
    except BuildError as error:
        if not os.environ.get("ACTFN_SERVING"):
            raise
        log.error(str(error))
        _fault[:] = [fence("{ .text .error }", str(error))]
        return files
    for name, page in _pages.items():
        text = page["text"].replace("<!-- used-by -->", _used_by(name, root))
        files.append(File.generated(config, f"reference/{name}.md", content=text))
        for figure, svg in page["figures"].items():
            uri = f"reference/{name}/{figure}"
            files.append(File.generated(config, uri, content=svg))
    _add_to_navigation(config)
    return files


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Put the gallery where a page wants it."""
    gallery = _fault[0] if _fault else _gallery(page.url)
    return markdown.replace("<!-- gallery -->", gallery)


def _made(root: Path) -> dict[str, Any]:
    key = cache.fingerprint(root)
    kept: dict[str, Any] | None = cache.load(root, "reference", key)
    if kept is not None:
        return kept
    names = loads(_python("-c", _NAMES))
    log.info(f"Writing the pages of {len(names)} functions")
    workers = os.cpu_count() or 1
    shares = [names[i::workers] for i in range(min(workers, len(names)))]
    with ThreadPoolExecutor(workers) as pool:
        results = pool.map(lambda share: loads(_python(str(_WORKER), *share)), shares)
        made = {name: page for result in results for name, page in result.items()}
    ordered = {name: made[name] for name in names}
    cache.keep(root, "reference", key, ordered)
    return ordered


def _python(*arguments: str) -> str:
    """Run Python on the package as it is now, and give what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=environment(),
    )
    if done.returncode:
        raise BuildError(f"the reference: {_reason(done.stderr)}")
    return done.stdout


def _reason(stderr: str) -> str:
    """The exception that ended Python, and the place in the package it came from."""
    lines = stderr.strip().splitlines() or ["it ended without a message"]
    frame = r'File ".*?(src[/\\]actfn[/\\]\w+\.py)", line (\d+)'
    places = re.findall(frame, stderr)
    where = f"{places[-1][0]}, line {places[-1][1]}: " if places else ""
    return where + lines[-1]


def _used_by(name: str, root: Path) -> str:
    """The guide pages that use a function, or its derivative or vjp."""
    pattern = re.compile(rf"\b{name}(_derivative|_vjp)?\b")
    users = []
    for path in sorted((root / "docs" / "guide").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        title = re.search(r"^# # (.+)$", text, re.MULTILINE)
        if pattern.search(text) and title:
            users.append(f"- [{title[1]}](../guide/{path.name})")
    return "## In the guide\n\n" + "\n".join(users) if users else ""


def _add_to_navigation(config: MkDocsConfig) -> None:
    families: dict[str, list[dict[str, str]]] = {}
    for name, page in _pages.items():
        title = page["family"].capitalize()
        families.setdefault(title, []).append({name: f"reference/{name}.md"})
    (section,) = (item["Reference"] for item in config.nav or [] if "Reference" in item)
    section.extend({title: pages} for title, pages in families.items())


def _gallery(url: str) -> str:
    cards = []
    for name, page in _pages.items():
        target = get_relative_url(f"reference/{name}/", url)
        alt = f"The curves of {name} and its derivative"
        picture = image(f"{target}thumbnail.svg", alt, page["figures"]["thumbnail.svg"])
        cards.append(f'<a href="{target}">{picture}<code>{name}</code></a>')
    return '<div class="gallery">' + "".join(cards) + "</div>"

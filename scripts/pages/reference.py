# Adds a page for every function of the catalogue, its place in the navigation, and the
# gallery wherever a page says <!-- gallery -->.

import ast
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from json import loads
from pathlib import Path
from typing import Any

import cache
from execution import environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError
from mkdocs.plugins import event_priority, get_plugin_logger
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
        _pages.update(made(root))
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


@event_priority(-50)  # other hooks have filled what they can
def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Put the gallery where a page wants it, and drop places that nothing fills."""
    before, place, after = markdown.partition("<!-- gallery -->")
    if place:
        above = re.findall(r"^(#+) ", before, re.MULTILINE)
        gallery = _fault[0] if _fault else _gallery(page.url, f"{above[-1]}#")
        markdown = before + gallery + after
    return re.sub(r"<!-- (accuracy|speed):\w+ -->\n*", "", markdown)


def made(root: Path) -> dict[str, Any]:
    """The pages by function: made now, or taken from the cache."""
    key = cache.fingerprint(root)
    kept: dict[str, Any] | None = cache.load(root, "reference", key)
    if kept is not None:
        return kept
    names = loads(python("-c", _NAMES))
    log.info(f"Writing the pages of {len(names)} functions")
    workers = os.cpu_count() or 1
    shares = [names[i::workers] for i in range(min(workers, len(names)))]
    with ThreadPoolExecutor(workers) as pool:
        results = pool.map(lambda share: loads(python(str(_WORKER), *share)), shares)
        found = {name: page for result in results for name, page in result.items()}
    ordered = {name: found[name] for name in names}
    cache.keep(root, "reference", key, ordered)
    return ordered


def python(*arguments: str, given: str = "", task: str = "the reference") -> str:
    """Run Python on the package as it is now, with input; give what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=environment(),
        input=given,
    )
    if done.returncode:
        raise BuildError(f"{task}: {_reason(done.stderr)}")
    return done.stdout


def _reason(stderr: str) -> str:
    """The exception that ended Python, and the place in the package it came from."""
    lines = stderr.strip().splitlines() or ["it ended without a message"]
    frame = r'File ".*?(src[/\\]actfn[/\\]\w+\.py)", line (\d+)'
    places = re.findall(frame, stderr)
    where = f"{places[-1][0]}, line {places[-1][1]}: " if places else ""
    return where + lines[-1]


def _used_by(name: str, root: Path) -> str:
    """The guide pages whose code or cross-references name a function."""
    users = []
    for path in sorted((root / "docs" / "guide").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        title = re.search(r"^# # (.+)$", text, re.MULTILINE)
        named = {f"{name}{ending}" for ending in ("", "_derivative", "_vjp")}
        if title and named & _named(text):
            users.append(f"- [{title[1]}](../guide/{path.name})")
    return "## In the guide\n\n" + "\n".join(users) if users else ""


@lru_cache(maxsize=64)
def _named(text: str) -> frozenset[str]:
    """What a guide names as a function: not every word is one, nor `np.tanh`."""
    names = set(re.findall(r"\bactfn\.(\w+)", text))
    for prose in re.findall(r"\{\{.+?\}\}", text, re.DOTALL):
        names |= set(re.findall(r"\w+", prose))
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except SyntaxError:  # the guide's own page says so
        nodes = []
    for node in nodes:
        for field in ("id", "name", "value"):
            found = getattr(node, field, None)
            names |= {found} if isinstance(found, str) else set()
    return frozenset(names)


def _families() -> dict[str, list[str]]:
    """The names of functions by the title of their family, in the catalogue's order."""
    families: dict[str, list[str]] = {}
    for name, page in _pages.items():
        families.setdefault(page["family"].capitalize(), []).append(name)
    return families


def _add_to_navigation(config: MkDocsConfig) -> None:
    (section,) = (item["Reference"] for item in config.nav or [] if "Reference" in item)
    for title, names in _families().items():
        section.append({title: [{name: f"reference/{name}.md"} for name in names]})


def _gallery(url: str, level: str) -> str:
    parts = []
    for title, names in _families().items():
        cards = "".join(_card(name, url) for name in names)
        family = f'{level} {title}\n\n<div class="gallery">{cards}</div>'
        parts.append(f"<div markdown>\n\n{family}\n\n</div>")
    return '<div class="families" markdown>\n' + "\n".join(parts) + "\n</div>"


def _card(name: str, url: str) -> str:
    page = _pages[name]
    target = get_relative_url(f"reference/{name}/", url)
    svg = page["figures"]["thumbnail.svg"]
    picture = image(f"{target}thumbnail.svg", page["alt"], svg)
    caption = f" <small>{page['caption']}</small>" if page["caption"] else ""
    return f'<a href="{target}">{picture}<code>{name}</code>{caption}</a>'

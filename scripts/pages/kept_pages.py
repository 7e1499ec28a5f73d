# Keeps the HTML of a page until something that it is made from changes: writing it with
# mkdocstrings takes longer than all that is done with it afterwards.

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from typing import Any
from unittest.mock import Mock, patch

import cache
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, get_toc
from mkdocs.utils import CountHandler

_WRITERS = (
    *("mkdocs", "mkdocs-material", "mkdocstrings", "mkdocstrings-python", "griffelib"),
    *("markdown", "pymdown-extensions", "pygments", "mkdocs-autorefs"),
)
_sources: list[str] = []  # what all pages are made from


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Note what every page depends on: sources, settings, writers, where links lead."""
    root = cache.root(config)
    settings = [p.read_text(encoding="utf-8") for p in sorted(root.glob("*.yml"))]
    versions = [f"{name} {version(name)}" for name in _WRITERS]
    targets = sorted(f"{file.src_uri} {file.url}" for file in files)
    _sources[:] = [cache.fingerprint(root, *settings, *versions, *targets)]
    return nav


@event_priority(-100)  # when the Markdown is complete
def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> None:
    """Have the page take its HTML from the cache if it can."""
    page.__dict__["render"] = partial(_render, page, markdown)


def _render(page: Page, markdown: str, config: MkDocsConfig, files: Files) -> None:
    root, name = cache.root(config), f"html/{page.file.src_uri}"
    key = sha256("\0".join([*_sources, markdown]).encode()).hexdigest()
    kept = cache.load(root, name, key)
    if kept is None:
        written = _write(page, config, files)
        if written is not None:
            cache.keep(root, name, key, written)
    else:
        _restore(page, kept, config, files)


def _write(page: Page, config: MkDocsConfig, files: Files) -> dict[str, Any] | None:
    """Render a page; give what is to be kept of it, or nothing after a warning."""
    plugins: Any = config.plugins
    with ExitStack() as stack:
        warnings = stack.enter_context(_counting_warnings())
        anchors = stack.enter_context(_watched(plugins["autorefs"], "register_anchor"))
        inventory = plugins["mkdocstrings"].handlers.inventory
        items = stack.enter_context(_watched(inventory, "register"))
        Page.render(page, config, files)
    if warnings.get_counts():
        return None
    links = page.links_to_anchors or {}
    return {
        "content": page.content,
        "toc": [_token(item) for item in page.toc],
        "title": page._title_from_render,
        "ids": sorted(page.present_anchor_ids or ()),
        "links": {file.src_uri: found for file, found in links.items()},
        "anchors": [(call.args[1:], call.kwargs) for call in anchors.call_args_list],
        "items": [call.kwargs for call in items.call_args_list],
    }


def _restore(
    page: Page, kept: dict[str, Any], config: MkDocsConfig, files: Files
) -> None:
    """Do what rendering does: fill the page, and tell the plugins what is on it."""
    page.content = kept["content"]
    page.toc = get_toc(kept["toc"])
    page._title_from_render = kept["title"]
    page.present_anchor_ids = set(kept["ids"])
    targets = {uri: files.get_file_from_path(uri) for uri in kept["links"]}
    page.links_to_anchors = {
        file: kept["links"][uri] for uri, file in targets.items() if file
    }
    plugins: Any = config.plugins
    for arguments, keywords in kept["anchors"]:
        plugins["autorefs"].register_anchor(page, *arguments, **keywords)
    for keywords in kept["items"]:
        plugins["mkdocstrings"].handlers.inventory.register(**keywords)


def _token(item: AnchorLink) -> dict[str, Any]:
    children = [_token(child) for child in item.children]
    return {
        "name": item.title,
        "id": item.id,
        "level": item.level,
        "children": children,
    }


def _watched(target: Any, method: str) -> AbstractContextManager[Mock]:
    """Note the calls of a method."""
    return patch.object(target, method, wraps=getattr(target, method))


@contextmanager
def _counting_warnings() -> Iterator[CountHandler]:
    logger, handler = logging.getLogger("mkdocs"), CountHandler(level=logging.WARNING)
    logger.addHandler(handler)
    try:
        yield handler
    finally:
        logger.removeHandler(handler)

# Reads a built site as a browser would: its pages, and where they lead.

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup

_BASE = "http://site.invalid/"
_LINKS = {"href", "src", "poster", "data", "action"}
_URL = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)|@import\s+["']([^"']+)""")


class Site:
    """The pages of a folder, parsed once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def pages(self) -> dict[str, Any]:
        """The parsed pages, by path."""
        return {
            path.relative_to(self.folder).as_posix(): BeautifulSoup(
                path.read_text("utf-8"), "html.parser"
            )
            for path in sorted(self.folder.rglob("*.html"))
        }

    @cached_property
    def anchors(self) -> dict[str, set[str]]:
        """What a link may name after its #, by page."""
        return {
            path: {tag.get("id") or tag["name"] for tag in page.select("[id], a[name]")}
            for path, page in self.pages.items()
        }

    def page(self, folder: str) -> Any:
        """The page that a reader sees under reference/relu/."""
        return self.pages[f"{folder}index.html"]

    def target(self, page: str, link: str) -> tuple[str, str] | None:
        """Which file a link leads to, and which place in it; None leads elsewhere."""
        url = urlsplit(urljoin(_BASE + page, link))
        if f"{url.scheme}://{url.netloc}/" != _BASE:
            return None
        path = unquote(url.path).lstrip("/")
        if not path or path.endswith("/"):
            path += "index.html"
        return path, unquote(url.fragment)

    def broken(self, page: str) -> Iterator[str]:
        """The links of a page that lead nowhere."""
        for tag in self.pages[page].find_all(True):
            for name in _LINKS & set(tag.attrs):
                target = self.target(page, tag[name])
                if target is None:
                    continue
                path, place = target
                if not (self.folder / path).is_file():
                    yield f"{page}: {name}={tag[name]!r}"
                elif place and place not in self.anchors.get(path, {place}):
                    yield f"{page}: {name}={tag[name]!r} (no such place)"


def loads(page: Any) -> Iterator[str]:
    """The addresses that a browser fetches to show a page, as they are written."""
    for tag in page.find_all(True):
        if tag.name == "link":
            yield tag["href"]
        elif tag.name not in {"a", "area", "form"}:
            yield from (tag[name] for name in _LINKS & set(tag.attrs))
            for candidate in tag.get("srcset", "").split(","):
                yield from candidate.split()[:1]
        yield from styles(tag.get("style", ""))
        if tag.name == "style":
            yield from styles(tag.get_text())


def styles(css: str) -> Iterator[str]:
    """The addresses that a style sheet fetches."""
    for found in _URL.finditer(css):
        yield found[1] or found[2]


def foreign(address: str) -> bool:
    """Whether an address is on another host."""
    return bool(urlsplit(address.strip()).netloc)


def beside(file: Path, address: str) -> Path:
    """The file that a style sheet names."""
    return file.parent / PurePosixPath(unquote(urlsplit(address).path))


def section(page: Any, heading: str) -> list[Any]:
    """The elements from a heading with this id to the next of its level."""
    (start,) = page.select(f'[id="{heading}"]')
    elements = []
    for element in start.find_next_siblings():
        if element.name == start.name:
            break
        elements.append(element)
    return elements


def table(element: Any) -> list[list[str]]:
    """The cells of a table's body."""
    rows = element.select("tbody tr")
    return [[cell.get_text() for cell in row.select("td")] for row in rows]

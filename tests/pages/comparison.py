# Compares two sites byte for byte, but for what a page marks as measured on the machine
# that built it: elements of the class "volatile", the figures inside them, and in a
# notebook the outputs of cells with the tag and the marked values in its prose. In a
# zip the measured figures say so in their names.

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

MASK = "(measured)"


@dataclass
class Comparison:
    """The files that differ, and what was not compared."""

    different: list[str] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)


class _Marked(HTMLParser):
    """Finds where the marked elements of a page begin and end."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.starts = [0]
        for line in text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.spans: list[tuple[int, int]] = []
        self.open: list[str] = []  # the marked element's own tag, once per level
        self.begin = 0
        self.feed(text)
        self.close()

    def _offset(self) -> int:
        line, column = self.getpos()
        return self.starts[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.open and tag == self.open[0]:
            self.open.append(tag)
        elif not self.open and "volatile" in (dict(attrs).get("class") or "").split():
            self.open = [tag]
            self.begin = self._offset() + len(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if self.open and tag == self.open[0]:
            self.open.pop()
            if not self.open:
                self.spans.append((self.begin, self._offset()))


def marked(text: str) -> list[str]:
    """What the marked elements of a page contain."""
    return [text[begin:end] for begin, end in _Marked(text).spans]


def masked(text: str) -> str:
    """A page with its marked elements emptied."""
    for begin, end in reversed(_Marked(text).spans):
        text = text[:begin] + MASK + text[end:]
    return text


def masked_notebook(text: str) -> str:
    """A notebook without what its tagged cells show."""
    notebook: dict[str, Any] = json.loads(text)
    for cell in notebook["cells"]:
        if "volatile" in cell["metadata"].get("tags", []):
            cell["outputs"] = MASK
        elif cell["cell_type"] == "markdown":
            cell["source"] = masked("".join(cell["source"]))
    return json.dumps(notebook)


def _marked_figures(site: Path) -> Iterator[str]:
    for page in site.rglob("*.html"):
        for part in marked(page.read_text("utf-8")):
            for source in re.findall(r'<img [^>]*?src="([^":]+)"', part):
                yield (page.parent / source).relative_to(site).as_posix()


def compare(one: Path, other: Path) -> Comparison:
    """Hold two sites against each other."""
    result = Comparison()
    files, others = (dict(_files(site)) for site in (one, other))
    result.different += [f"{name} is in one only" for name in files.keys() ^ others]
    figures = set(_marked_figures(one)) & set(_marked_figures(other))
    for name in sorted(files.keys() & others):
        if name in figures or re.search(r"\.zip/.*-measured-\w+\.svg$", name):
            result.masked.append(name)
            continue
        first, second = (_masked(name, content[name]) for content in (files, others))
        if count := first.count(MASK.encode()):
            result.masked.append(f"{name}: {count} places")
        if first != second:
            result.different.append(name)
    return result


def _files(site: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a site. A zip stands for what it says of its members."""
    for path in site.rglob("*"):
        name = path.relative_to(site).as_posix()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as zipped:
                members = zipped.infolist()
                said = [(m.filename, m.date_time, m.external_attr) for m in members]
                yield name, repr(said).encode()
                for member in members:
                    yield f"{name}/{member.filename}", zipped.read(member)
        elif path.is_file():
            yield name, path.read_bytes()


def _masked(name: str, content: bytes) -> bytes:
    masks = {".html": masked, ".ipynb": masked_notebook}
    mask = masks.get(Path(name).suffix)
    return mask(content.decode()).encode() if mask else content

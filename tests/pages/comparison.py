# Compares two sites byte for byte, but for what a page marks as measured on the machine
# that built it: elements of the class "volatile", the figures inside them, and in a
# notebook the outputs of cells with the tag and the marked values in its prose. In a
# zip of figures the measured ones say so in their names.

import io
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


def _marked_figures(site: Path) -> Iterator[Path]:
    for page in site.rglob("*.html"):
        for part in marked(page.read_text("utf-8")):
            for source in re.findall(r'<img [^>]*?src="([^":]+)"', part):
                yield (page.parent / source).relative_to(site)


def compare(one: Path, other: Path) -> Comparison:
    """Hold two sites against each other."""
    result = Comparison()
    trees = [
        {path.relative_to(site) for path in site.rglob("*") if path.is_file()}
        for site in (one, other)
    ]
    result.different += [f"{path} is in one only" for path in trees[0] ^ trees[1]]
    figures = set(_marked_figures(one)) & set(_marked_figures(other))
    for path in sorted(trees[0] & trees[1]):
        if path in figures:
            result.masked.append(str(path))
        elif not _same(path, one, other, result):
            result.different.append(path.as_posix())
    return result


def _same(path: Path, one: Path, other: Path, result: Comparison) -> bool:
    contents = [
        _masked_file(path.name, (site / path).read_bytes()) for site in (one, other)
    ]
    if count := contents[0].count(MASK.encode()):
        result.masked.append(f"{path.as_posix()}: {count} places")
    return contents[0] == contents[1]


def _masked_file(name: str, content: bytes) -> bytes:
    """A file with what is measured in it masked."""
    if name.endswith(".zip"):
        return _masked_zip(content)
    if re.search(r"-measured-\w+\.svg$", name):
        return MASK.encode()
    masks = {".html": masked, ".ipynb": masked_notebook}
    mask = masks.get(Path(name).suffix)
    return mask(content.decode()).encode() if mask else content


def _masked_zip(content: bytes) -> bytes:
    """The members of a zip one after the other, each with all that is said of it."""
    parts = []
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        for entry in zipped.infolist():
            said = (entry.filename, entry.date_time, entry.external_attr)
            parts += [
                repr(said).encode(),
                _masked_file(entry.filename, zipped.read(entry)),
            ]
    return b"\n".join(parts)

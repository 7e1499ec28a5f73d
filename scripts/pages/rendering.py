# Turns an executed notebook into Markdown and figure files.

import html
import re
import textwrap
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import figures
import volatile
from execution import place, shown_source, tags
from nbformat.notebooknode import from_dict

_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
_NOTE = "Measured on the machine that built this page."


@dataclass(frozen=True)
class Figure:
    """A figure of a page, and what there is to know of it."""

    name: str
    svg: str
    alternative: str
    solution: bool  # in a fold
    measured: bool


@dataclass
class Page:
    """A page ready for MkDocs: its Markdown and its figures."""

    text: str = ""
    figures: list[Figure] = field(default_factory=list)


def render(notebook: Any, stem: str, hide: dict[str, Any]) -> Page:
    """Write an executed notebook as Markdown, its figures named after `stem`."""
    page = Page()
    parts = [_cell(cell, page, stem, hide) for cell in notebook.cells]
    page.text = "\n\n".join(part for part in parts if part) + "\n"
    return page


def _cell(cell: Any, page: Page, stem: str, hide: dict[str, Any]) -> str:
    if cell.cell_type != "code":
        return str(cell.source)
    parts = []
    if not set(tags(cell)) & set(hide.get("remove_input_tags", [])):
        parts.append(fence("python", shown_source(cell)))
    alts = list(cell.metadata.options["alt"])
    cell.outputs = _merged(cell.outputs)
    outputs = [_output(output, cell, page, stem, alts) for output in cell.outputs]
    if alts:
        raise place(cell).error("has more text alternatives than figures")
    if not set(tags(cell)) & set(hide.get("remove_all_outputs_tags", [])):
        shown = "\n\n".join(output for output in outputs if output)
        parts.append(_measured(shown) if volatile.TAG in tags(cell) else shown)
    body = "\n\n".join(part for part in parts if part)
    for title in cell.metadata.options.get("fold", []):
        body = f'??? example "{title}"\n\n' + textwrap.indent(body, "    ")
    return body


def fence(info: str, text: str) -> str:
    """A fenced code block, its fence longer than any inside it."""
    longest = max(map(len, re.findall(r"`{3,}", text)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks} {info}\n{text}\n{ticks}"


def _measured(shown: str) -> str:
    if not shown:
        return ""
    return (
        f'<div class="{volatile.TAG}" data-search-exclude markdown>\n\n{shown}\n\n'
        f'<p class="volatile-note">{_NOTE}</p>\n\n</div>'
    )


def _merged(outputs: list[Any]) -> list[Any]:
    """Join what was printed between two results: first to stdout, then to stderr.

    Pieces of the two streams arrive in whatever order the kernel happens to flush them.
    """
    merged: list[Any] = []
    for is_stream, group in groupby(outputs, lambda o: o.output_type == "stream"):
        pieces = list(group)
        if not is_stream:
            merged.extend(pieces)
            continue
        for name in ("stdout", "stderr"):
            text = "".join(piece.text for piece in pieces if piece.name == name)
            if text:
                stream = {"output_type": "stream", "name": name, "text": text}
                merged.append(from_dict(stream))  # type: ignore[no-untyped-call]
    return merged


def _output(output: Any, cell: Any, page: Page, stem: str, alts: list[str]) -> str:
    if output.output_type == "stream":
        kind = "output" if output.name == "stdout" else "output warning"
        return _text(output.text, cell, kind)
    if output.output_type == "error":
        return _text(f"{output.ename}: {output.evalue}", cell, "output error")
    data = output.data
    if "image/svg+xml" in data:
        data["image/svg+xml"] = figures.themed(data["image/svg+xml"])
        return _figure(data, cell, page, stem, alts)
    if any(kind.startswith("image/") for kind in data):
        raise place(cell).error("shows a picture that matplotlib has not drawn as SVG")
    if "text/html" in data:
        return f'<div class="output html">\n{data["text/html"].strip()}\n</div>'
    written = data.get("text/markdown") or data.get("text/latex")
    return str(written or _text(data.get("text/plain", ""), cell, "output"))


def _text(text: str, cell: Any, classes: str) -> str:
    if _ADDRESS.search(text):
        found = text.strip().splitlines()[-1]
        raise place(cell).error(
            f"shows a memory address, which changes with every build: {found[:80]}; "
            f"end the cell with something else"
        )
    dotted = " ".join(f".{name}" for name in ("text", "no-copy", *classes.split()))
    return fence(f"{{ {dotted} }}", text.rstrip("\n"))


def _next_alt(cell: Any, alts: list[str]) -> str:
    if not alts or not alts[0].strip():
        raise place(cell).error(
            "a figure has no text alternative; begin the cell with a line "
            "'#| alt: what there is to see'"
        )
    return " ".join(alts.pop(0).split())


def _figure(data: Any, cell: Any, page: Page, stem: str, alts: list[str]) -> str:
    alt = _next_alt(cell, alts)
    data["text/plain"] = alt  # what a notebook offers in place of the picture
    name, svg = f"{stem}-{len(page.figures) + 1}.svg", data["image/svg+xml"]
    solution = "fold" in cell.metadata.options
    measured = volatile.TAG in tags(cell)
    page.figures.append(Figure(name, svg, alt, solution, measured))
    return image(name, html.escape(alt, quote=True), svg)


def image(source: str, alt: str, svg: str) -> str:
    """An <img> that keeps its place on the page while it loads."""
    width, height = figures.size(svg)
    return (
        f'<img class="figure" src="{source}" alt="{alt}" width="{width}" '
        f'height="{height}">'
    )

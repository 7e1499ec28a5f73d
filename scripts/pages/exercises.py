# Finds the exercises of an executed guide, and the cells of the page that they need:
# imports, definitions and data, without the figures and timings around them.

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import names
from execution import shown_source, tags

_CHAPTER = "## Exercises"
_PIECE = re.compile(r"^(?=#{2,3} )", re.MULTILINE)
_SPAN = re.compile(r"`([^`]+)`")


@dataclass
class Exercise:
    """A task with the code that it hands out, and what stands in its folds.

    Each is a list of cells, text as a string; what follows a fold belongs to it.
    """

    title: str
    task: list[Any] = field(default_factory=list)
    solution: list[Any] = field(default_factory=list)

    @property
    def cells(self) -> list[Any]:
        """The cells that hold code."""
        both = (*self.task, *self.solution)
        return [cell for cell in both if not isinstance(cell, str)]


def find(notebook: Any) -> list[Exercise]:
    """The exercises of a guide, in order."""
    found: list[Exercise] = []
    inside = False
    for piece in _pieces(notebook):
        if isinstance(piece, str) and piece.startswith("## "):
            inside = piece.splitlines()[0] == _CHAPTER
        elif isinstance(piece, str) and piece.startswith("### ") and inside:
            title, _, text = piece.removeprefix("### ").partition("\n")
            found.append(Exercise(title.strip(), [text.strip()]))
        elif inside and found and not _empty(piece):
            exercise = found[-1]
            folded = not isinstance(piece, str) and "fold" in piece.metadata.options
            after = folded or exercise.solution
            (exercise.solution if after else exercise.task).append(piece)
    return found


def _pieces(notebook: Any) -> Iterator[Any]:
    """Cells of code, and text cut at its headings."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield cell
        elif cell.cell_type == "markdown":
            yield from (part.strip() for part in _PIECE.split(cell.source) if part)


def _empty(piece: Any) -> bool:
    return not (piece if isinstance(piece, str) else shown_source(piece))


def needed(notebook: Any, exercises: list[Exercise]) -> list[Any]:
    """The cells before the exercises that bind or change what the exercises read."""
    own = {cell.id for exercise in exercises for cell in exercise.cells}
    cells = [_Cell(cell, cell.id in own) for cell in notebook.cells if _runs(cell)]
    wanted, always = _named(exercises), set[str]()
    taken: list[_Cell] = []
    while True:
        found = list(_backwards(cells, wanted, always))
        if len(found) == len(taken):
            return [each.cell for each in reversed(found) if not each.own]
        taken = found
        always = {name for each in taken for name in names.reads_later(each.tree)}


class _Cell:
    """A cell, parsed once."""

    def __init__(self, cell: Any, own: bool) -> None:
        self.cell, self.own = cell, own
        self.tree = names.parse(cell.source)
        self.imports = set(names.imports(self.tree))
        self.changes = set(names.changes(self.tree))


def _runs(cell: Any) -> bool:
    return cell.cell_type == "code" and "raises-exception" not in tags(cell)


def _backwards(
    cells: list[_Cell], wanted: set[str], always: set[str]
) -> Iterator[_Cell]:
    """The cells from the last to the first, but for those that nothing needs.

    What a function reads may be bound after it, so these names are `always` needed.
    """
    needed = set(wanted)
    imported = {name for each in cells for name in each.imports}  # plt.show() is no use
    for each in reversed(cells):
        changed = (each.changes - imported) | each.imports
        if each.own or changed & (needed | always):
            needed = (needed - names.binds(each.tree)) | names.reads(each.tree)
            yield each


def _named(exercises: list[Exercise]) -> set[str]:
    """What the tasks name as code, whether or not the solutions use it."""
    tasks = [text for e in exercises for text in e.task if isinstance(text, str)]
    spans = [span for text in tasks for span in _SPAN.findall(text)]
    return {name for span in spans for name in names.reads(names.parse(span))}

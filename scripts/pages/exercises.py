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
    """The cells that import, and those that bind or change what the exercises read."""
    own = {cell.id for exercise in exercises for cell in exercise.cells}
    code = [cell for cell in notebook.cells if _runs(cell)]
    trees = [names.parse(cell.source) for cell in code]
    # An import binds a name for good: plt.show() does not make it another.
    imported = {name for tree in trees for name in names.imports(tree)}
    functions = _functions(trees)
    wanted, taken = _closed(_named(exercises), functions), []
    for cell, tree in reversed(list(zip(code, trees))):
        changed = set(names.changes(tree)) - imported
        if cell.id in own or changed & wanted or any(names.imports(tree)):
            reads = _closed(names.reads(tree), functions)
            wanted = (wanted - names.binds(tree)) | reads
            taken += [cell] * (cell.id not in own)
    return taken[::-1]


def _runs(cell: Any) -> bool:
    return cell.cell_type == "code" and "raises-exception" not in tags(cell)


def _functions(trees: list[Any]) -> dict[str, set[str]]:
    """What each function of the page reads, whatever it is called with."""
    found: dict[str, set[str]] = {}
    for tree in trees:
        for name, reads in names.reads_later(tree).items():
            found.setdefault(name, set()).update(reads)
    return found


def _closed(wanted: set[str], functions: dict[str, set[str]]) -> set[str]:
    """These names, and what calling them reads, which may be bound after them."""
    found, new = set(wanted), set(wanted)
    while new:
        new = {name for f in new for name in functions.get(f, ())} - found
        found |= new
    return found


def _named(exercises: list[Exercise]) -> set[str]:
    """What the tasks name as code, whether or not the solutions use it."""
    tasks = [text for e in exercises for text in e.task if isinstance(text, str)]
    spans = [span for text in tasks for span in _SPAN.findall(text)]
    return {name for span in spans for name in names.reads(names.parse(span))}

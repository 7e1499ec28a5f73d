# Makes the two notebooks of a guide's exercises: one to hand out, and the same with the
# solutions and what they have given on the page.

from functools import cache
from importlib.metadata import packages_distributions
from typing import Any

import exercises
import names
import nbformat
from execution import shown_source, tags
from exercises import Exercise
from portable import portable

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebooks(notebook: Any, stem: str) -> dict[str, str]:
    """The notebooks of an executed guide by file name; none without exercises."""
    found = exercises.find(notebook)
    if not found:
        return {}
    setup = exercises.needed(notebook, found)
    solutions = [cell for exercise in found for cell in exercise.cells]
    opening = _opening(notebook, setup + solutions)
    return {
        f"{stem}-exercises.ipynb": _written(
            _text("title", _title(notebook, "exercises") + opening + _HOW_TO),
            _setup(setup),
            [cell for n, e in enumerate(found, 1) for cell in _task(e, n)],
        ),
        f"{stem}-solutions.ipynb": _written(
            _text("title", _title(notebook, "solutions") + opening + _HOW_TO_CHECK),
            _setup(setup),
            [cell for n, e in enumerate(found, 1) for cell in _solved(e, n)],
        ),
    }


_HOW_TO = "Write your answer into the empty cell below each task."
_HOW_TO_CHECK = (
    "Each solution ends in an assertion. Put your own result in its place: if it "
    "raises nothing, you are right."
)


def _title(notebook: Any, kind: str) -> str:
    title, _, _ = notebook.cells[0].source.partition("\n")
    return f"{portable(title)}: {kind}\n\n"


def _opening(notebook: Any, cells: list[Any]) -> str:
    """Where the exercises come from, and what they need."""
    title = portable(notebook.cells[0].source.partition("\n")[0].removeprefix("# "))
    packages = ", ".join(_packages(cells)) or "none"
    return (
        f"These are the exercises of the page *{title}* in the guide of actfn. "
        f"Packages that they need: {packages}. MIT licence, © The actfn authors.\n\n"
    )


def _packages(cells: list[Any]) -> list[str]:
    """What has to be installed to run these cells, by the names used to install it."""
    trees = [names.parse(cell.source) for cell in cells]
    modules = {module for tree in trees for module in names.modules(tree)}
    # What no package holds is a file that an exercise has its reader write.
    homes = {_home()[m][0] for m in modules & set(_home())}
    return sorted(homes | modules & {"actfn"}, key=str.lower)


@cache
def _home() -> Any:
    return packages_distributions()


def _setup(cells: list[Any]) -> list[Any]:
    text = (
        "## Run this first\n\nImports, and what the exercises take over from the page: "
        "its definitions and its data."
    )
    code = [_code(f"first-{n}", cell) for n, cell in enumerate(cells, 1)]
    return [_text("first", text), *code] if code else []


def _task(exercise: Exercise, number: int) -> list[Any]:
    answer = nbformat.v4.new_code_cell("", id=f"answer-{number}")  # type: ignore[no-untyped-call]
    return [*_stated(exercise, number), answer]


def _solved(exercise: Exercise, number: int) -> list[Any]:
    cells = []
    for n, piece in enumerate(exercise.solution, 1):
        name = f"solution-{number}-{n}"
        is_text = isinstance(piece, str)
        cells.append(
            _text(name, piece) if is_text else _code(name, piece, outputs=True)
        )
    return [*_stated(exercise, number), *cells]


def _stated(exercise: Exercise, number: int) -> list[Any]:
    """The task, with the code that it gives."""
    cells = []
    for n, piece in enumerate(exercise.task, 1):
        name = f"task-{number}" + f"-{n}" * (n > 1)
        heading = f"## {exercise.title}\n\n" * (n == 1)
        is_text = isinstance(piece, str)
        cells.append(_text(name, heading + piece) if is_text else _code(name, piece))
    return cells


def _text(name: str, text: str) -> Any:
    return nbformat.v4.new_markdown_cell(portable(text).strip(), id=name)  # type: ignore[no-untyped-call]


def _code(name: str, cell: Any, *, outputs: bool = False) -> Any:
    made = nbformat.v4.new_code_cell(shown_source(cell), id=name)  # type: ignore[no-untyped-call]
    if tags(cell):
        made.metadata.tags = tags(cell)
    if outputs:
        made.outputs = cell.outputs
    return made


def _written(title: Any, setup: list[Any], tasks: list[Any]) -> str:
    made = nbformat.v4.new_notebook(cells=[title, *setup, *tasks])  # type: ignore[no-untyped-call]
    made.metadata.kernelspec = KERNEL
    made.metadata.language_info = {"name": "python"}
    return f"{nbformat.writes(made)}\n"  # type: ignore[no-untyped-call]

# Runs one guide in a kernel of its own: code cells, and {{ expressions }} in prose at
# the point where they stand.

import ast
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import jupytext
import names
import nbformat
import volatile
from figures import SAVE, SET_UP
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

_EXPRESSION = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)
_TIMEOUT = 300  # seconds a cell may take

_KERNEL_SET_UP = f"""{SET_UP}
import warnings
from matplotlib_inline.config import InlineBackend
# Paths and line numbers of the kernel's temporary files mean nothing to a reader.
warnings.formatwarning = lambda message, category, *_, **__: (
    f"{{category.__name__}}: {{message}}\\n"
)
InlineBackend.instance(parent=get_ipython()).figure_formats = {{"svg"}}
InlineBackend.instance().print_figure_kwargs = {SAVE!r}
del InlineBackend, matplotlib, warnings
"""


class PageError(Exception):
    """A page cannot be built; the message names the file, the place and the reason."""


@dataclass
class Place:
    """Where a cell stands, for messages."""

    path: str
    cell: int
    line: int

    def error(self, reason: str) -> PageError:
        """An error about this cell."""
        return PageError(f"{self.path}, cell {self.cell}, line {self.line}: {reason}")


def read(path: str, text: str) -> Any:
    """Read a guide as a notebook, with the options of its cells in their metadata."""
    suffix = Path(path).suffix
    notebook = jupytext.reads(
        text, fmt=f"{suffix}:percent" if suffix == ".py" else "md"
    )
    lines = text.splitlines()
    line = 0
    for number, cell in enumerate(notebook.cells, 1):
        line = _find(lines, cell, line)
        cell.id = f"cell-{number}"  # random otherwise
        cell.metadata.place = {"path": path, "cell": number, "line": line + 1}
        line += len(cell.source.splitlines())
        if cell.cell_type == "code":
            cell.metadata.options = _options(cell)
    return notebook


def place(cell: Any) -> Place:
    """Where a cell stands in its guide."""
    return Place(**cell.metadata.place)


def tags(cell: Any) -> list[str]:
    """The tags of a cell."""
    return list(cell.metadata.get("tags", []))


def _find(lines: list[str], cell: Any, start: int) -> int:
    first = next((line for line in cell.source.splitlines() if line.strip()), "")
    for number in range(start, len(lines)):
        if lines[number] in {first, f"# {first}"}:
            return number
    return start


def _options(cell: Any) -> dict[str, list[str]]:
    """The lines `#| option: text` that a cell begins with; indented lines go on."""
    options: dict[str, list[str]] = {}
    texts: list[str] = []
    for line in _option_lines(cell.source):
        found = re.fullmatch(r"#\| ?(\w+):\s*(.*)", line)
        if found and found[1] not in {"alt", "fold"}:
            raise place(cell).error(f"unknown option {found[1]!r}; use alt or fold")
        if found:
            texts = options.setdefault(found[1], [])
            texts.append(found[2])
        elif texts and line.startswith("#|  "):
            texts[-1] += " " + line[2:].strip()
        else:
            raise place(cell).error(f"not an option: {line!r}; write '#| alt: text'")
    return options


def _option_lines(source: str) -> list[str]:
    return list(takewhile(lambda line: line.startswith("#|"), source.splitlines()))


def shown_source(cell: Any) -> str:
    """The code of a cell as the page shows it."""
    lines = cell.source.splitlines()
    return "\n".join(lines[len(_option_lines(cell.source)) :]).strip()


def execute(path: str, text: str) -> Any:
    """Run a guide from its first cell to its last; give the notebook with outputs."""
    notebook = read(path, text)
    for cell, reason in volatile.mark(notebook):
        raise place(cell).error(reason)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            km=_manager(Path(folder)),
            timeout=_TIMEOUT,
            record_timing=False,
            resources={"metadata": {"path": folder}},
        )
        # Without the user's start-up files of IPython. What cells print comes back as
        # outputs; what is left is the kernel's own complaints while it shuts down.
        settings = {"env": environment(IPYTHONDIR=folder), "cwd": folder}
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with client.setup_kernel(cleanup_kc=True, **settings, **silent):
            _run(client, _KERNEL_SET_UP)
            for cell in notebook.cells:
                try:
                    _fill(client, cell)
                except DeadKernelError:
                    raise place(cell).error("the kernel died") from None
    return notebook


def _fill(client: NotebookClient, cell: Any) -> None:
    if cell.cell_type == "code":
        _run_cell(client, cell)
    elif cell.cell_type == "markdown":
        cell.source = _evaluate(client, cell, cell.source)


def _manager(folder: Path) -> AsyncKernelManager:
    # Only this environment's own kernel: one that the user has installed under the same
    # name might run another Python. IPC needs no ports and no warning about them.
    return AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        connection_file=str(folder / "kernel.json"),
        transport="tcp" if os.name == "nt" else "ipc",
    )


def environment(**more: str) -> dict[str, str]:
    """Variables under which Python computes what pages show."""
    source = str(Path(__file__).resolve().parents[2] / "src")
    others = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "OPENBLAS_NUM_THREADS": "1",  # sums in the same order on every machine
        "PYTHONDONTWRITEBYTECODE": "1",  # mkdocs serve watches src/
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, (source, others))),
        "PYTHONUTF8": "1",
        **more,
    }


def _run(client: NotebookClient, source: str) -> Any:
    """Run code that is not part of the guide."""
    cell = nbformat.v4.new_code_cell(source)  # type: ignore[no-untyped-call]
    index = len(client.nb.cells)
    client.nb.cells.append(cell)
    try:
        return client.execute_cell(cell, index)
    finally:
        client.nb.cells.pop()


def _run_cell(client: NotebookClient, cell: Any) -> None:
    expected = "raises-exception" in tags(cell)
    try:
        client.execute_cell(cell, client.nb.cells.index(cell))
    except CellExecutionError as error:
        raise _raised(cell, error) from None
    except TimeoutError:
        raise place(cell).error(f"took longer than {_TIMEOUT} s") from None
    failed = [o for o in cell.outputs if o.output_type == "error"]
    if expected and not failed:
        raise place(cell).error("is tagged raises-exception and raises nothing")
    cell.execution_count = None
    for output in cell.outputs:
        if output.output_type == "error":
            output.traceback = [f"{output.ename}: {output.evalue}"]
        elif output.output_type == "execute_result":
            output.execution_count = None
    options = cell.metadata.options
    options["alt"] = [_evaluate(client, cell, alt) for alt in options.get("alt", [])]


def _raised(cell: Any, error: CellExecutionError) -> PageError:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback)
    found = re.search(r"^\s*Cell In\[\d+\], line (\d+)", plain, re.MULTILINE)
    where = place(cell)
    line = int(found[1]) if found else 1
    where.line += line - 1
    code = cell.source.splitlines()[line - 1].strip()
    return where.error(f"{error.ename}: {_reason(error) or code}")


def _reason(error: CellExecutionError) -> str:
    """What an exception says, without the kernel's name for the cell."""
    return re.sub(r" \(\d+\.py, line \d+\)$", "", error.evalue)


def _evaluate(client: NotebookClient, cell: Any, text: str) -> str:
    """Replace each {{ expression }} by its value."""

    def value(found: re.Match[str]) -> str:
        expression, format_spec = _split(found[1].strip())
        where = place(cell)
        where.line += text.count("\n", 0, found.start())
        try:
            code = _run(client, f"format({expression}, {format_spec!r})")
        except CellExecutionError as error:
            reason = f"{error.ename}: {_reason(error)}"
            raise where.error(f"{{{{ {found[1].strip()} }}}}: {reason}") from None
        printed = names.tree(code.outputs[-1]["data"]["text/plain"], "eval")
        shown = str(ast.literal_eval(printed))
        if not volatile.uses(expression, cell.metadata.measured):
            return shown
        if cell.cell_type == "markdown":
            return f'<span class="{volatile.TAG}" data-search-exclude>{shown}</span>'
        if volatile.TAG in tags(cell):  # its output is marked as a whole
            return shown
        raise where.error(f"{{{{ {expression} }}}} is measured; tag the cell volatile")

    return _EXPRESSION.sub(value, text)


def _split(text: str) -> tuple[str, str]:
    """Split `x:.2f` into expression and format, and leave `x[1:2]` whole."""
    try:
        names.tree(f"({text}\n)", "eval")
    except SyntaxError:
        expression, colon, format_spec = text.rpartition(":")
        if colon:
            return expression.strip(), format_spec.strip()
    return text, ""

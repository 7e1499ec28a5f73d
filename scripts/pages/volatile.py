# What a page measures on the machine that builds it: timings. Cells tagged "volatile"
# may show something else in the next build; nothing else may. So what they bind or
# change must not reach a cell without the tag.

from collections.abc import Iterator
from typing import Any

from names import changes, imports, parse, reads, stores

TAG = "volatile"


def mark(notebook: Any) -> Iterator[tuple[Any, str]]:
    """Note in each cell which names are measured there; give misuses with a reason."""
    measured: set[str] = set()
    imported: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            tree = parse(cell.source)
            imported |= set(imports(tree))
            if TAG in cell.metadata.get("tags", []):
                measured |= set(changes(tree)) - imported
            else:
                used = reads(tree) & measured
                if used:
                    names = ", ".join(sorted(used))
                    yield cell, f"uses {names}, which a {TAG} cell measures; tag it too"
                measured -= stores(tree)
        cell.metadata.measured = sorted(measured)


def uses(expression: str, measured: list[str]) -> bool:
    """Whether an expression reads a measured name."""
    # In parentheses, as it is evaluated: it may go over several lines.
    return bool(reads(parse(f"({expression}\n)")) & set(measured))

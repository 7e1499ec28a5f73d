# What a page measures on the machine that builds it: timings. Cells tagged "volatile"
# may show something else in the next build; nothing else may. So what they bind or
# change must not reach a cell without the tag.

import ast
from collections.abc import Iterator
from typing import Any

TAG = "volatile"


def mark(notebook: Any) -> Iterator[tuple[Any, str]]:
    """Note in each cell which names are measured there; give misuses with a reason."""
    measured: set[str] = set()
    imported: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            tree = _parse(cell.source)
            imported |= set(_imports(tree))
            if TAG in cell.metadata.get("tags", []):
                measured |= set(_changes(tree)) - imported
            else:
                used = _reads(tree) & measured
                if used:
                    names = ", ".join(sorted(used))
                    yield cell, f"uses {names}, which a {TAG} cell measures; tag it too"
                measured -= _stores(tree)
        cell.metadata.measured = sorted(measured)


def uses(expression: str, measured: list[str]) -> bool:
    """Whether an expression reads a measured name."""
    # In parentheses, as it is evaluated: it may go over several lines.
    return bool(_reads(_parse(f"({expression}\n)")) & set(measured))


def _parse(source: str) -> ast.AST:
    try:
        return ast.parse(source)
    except SyntaxError:  # the kernel will say so, with the place
        return ast.Module([], [])


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0]


class _Reads(ast.NodeVisitor):
    """Which names code reads before it has bound them itself."""

    def __init__(self, bound: set[str]) -> None:
        self.bound = bound
        self.read: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and node.id not in self.bound:
            self.read.add(node.id)
        elif isinstance(node.ctx, ast.Store):
            self.bound.add(node.id)

    def _in_order(self, *parts: ast.AST | None) -> None:
        for part in parts:
            if part is not None:
                self.visit(part)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._in_order(node.value, *node.targets)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._in_order(node.value, node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        reading = ast.parse(ast.unparse(node.target), mode="eval").body
        self._in_order(reading, node.value, node.target)

    def visit_For(self, node: ast.For) -> None:
        self._in_order(node.iter, node.target, *node.body, *node.orelse)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._in_order(node.iter, node.target, *node.ifs)

    def _comprehension(self, node: Any) -> None:
        results = (getattr(node, name, None) for name in ("elt", "key", "value"))
        self._in_order(*node.generators, *results)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = (
        _comprehension
    )

    def _function(self, node: Any) -> None:
        inside = [a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)]
        inner = _Reads(self.bound.union(inside))
        body = node.body if isinstance(node.body, list) else [node.body]
        inner._in_order(*body)
        self.read |= inner.read
        self.bound |= {getattr(node, "name", "")}
        self._in_order(*node.args.defaults, *node.args.kw_defaults)

    visit_FunctionDef = visit_Lambda = _function


def _reads(tree: ast.AST) -> set[str]:
    visitor = _Reads(set())
    visitor.visit(tree)
    return visitor.read


def _stores(tree: ast.AST) -> set[str]:
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}


def _changes(tree: ast.AST) -> Iterator[str]:
    yield from _stores(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Attribute | ast.Subscript):
            if isinstance(node.ctx, ast.Store):
                yield from _root(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield from _root(node.value.func)  # results.append(seconds)


def _root(node: ast.expr) -> Iterator[str]:
    depth = 0
    while isinstance(node, ast.Attribute | ast.Subscript):
        node, depth = node.value, depth + 1
    if depth and isinstance(node, ast.Name):
        yield node.id

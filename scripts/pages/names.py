# Which names a piece of code reads, binds and changes, told by its text alone.

import ast
import threading
from collections.abc import Iterator
from typing import Any

# Guides are read side by side, and Python up to 3.12 fails at times where two threads
# make trees at once.
_one_at_a_time = threading.Lock()


def tree(source: str, mode: str = "exec") -> ast.AST:
    """Read code, in any thread."""
    with _one_at_a_time:
        return ast.parse(source, mode=mode)


def parse(source: str) -> ast.AST:
    """Read code; what is none has no names."""
    try:
        return tree(source)
    except SyntaxError:  # the kernel will say so, with the place
        return ast.Module([], [])


def imports(tree: ast.AST) -> Iterator[str]:
    """The names that imports bind."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0]


def modules(tree: ast.AST) -> Iterator[str]:
    """The modules that code imports, by the first part of their names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


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
        hints = [a.annotation for a in ast.walk(node.args) if isinstance(a, ast.arg)]
        self._in_order(*hints, getattr(node, "returns", None))
        self._in_order(*getattr(node, "decorator_list", []))

    visit_FunctionDef = visit_Lambda = _function


def reads(tree: ast.AST) -> set[str]:
    """The names that code reads before it has bound them itself."""
    visitor = _Reads(set())
    visitor.visit(tree)
    return visitor.read


def reads_later(tree: ast.AST) -> dict[str, set[str]]:
    """What the functions that code defines read when they are called."""
    functions = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))
    return {function.name: reads(function) for function in functions}


def binds(tree: ast.AST) -> set[str]:
    """The names that are bound whatever happens, so that nothing older matters."""
    found: set[str] = set()
    for node in getattr(tree, "body", []):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= set(imports(node))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            found |= stores(node)
        elif isinstance(node, ast.With):
            found |= binds(node)
    return found


_SCOPES = (
    *(ast.FunctionDef, ast.Lambda, ast.ClassDef),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def stores(tree: ast.AST) -> set[str]:
    """The names that code binds, other than by importing or defining.

    What a function, a class or a comprehension binds stays inside it.
    """
    if isinstance(tree, _SCOPES):
        return set()
    if isinstance(tree, ast.Name):
        return {tree.id} if isinstance(tree.ctx, ast.Store) else set()
    return {name for node in ast.iter_child_nodes(tree) for name in stores(node)}


def changes(tree: ast.AST) -> Iterator[str]:
    """The names that code binds or, by a call or in a part, changes."""
    yield from stores(tree)
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

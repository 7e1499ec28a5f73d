# What a public function computes, as a fingerprint: results that were measured before
# an edit are told from those after it. Docstrings, annotations, comments and layout do
# not count. Standard library only; reads the source files and imports none of them.

import ast
import hashlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

# These decide where and when numbers are computed and what is refused, not what is
# computed.
_NOT_FOLLOWED = {"_blocks", "_validation", "_catalogue", "_dask", "_dask_rows"}

_UNSAID = {"annotation", "returns", "type_comment", "type_params", "kind", "ctx"}
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass
class _Module:
    """The statements of a module by the names that they bind, and its imports."""

    statements: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)


def fingerprint(function: Callable[..., Any]) -> str:
    """Digest the function and all that it reaches by name within its package."""
    file = Path(inspect.getsourcefile(function) or "")
    return digest(file.parent, file.stem, function.__name__)


def digest(package: Path, module: str, name: str) -> str:
    """Digest what `name` in a module of a package stands for, and all it reaches."""
    parts = list(_reached(package, module, name, set()))
    if not parts:
        raise LookupError(f"{module} of {package.name} does not define {name}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _reached(
    package: Path, module: str, name: str, seen: set[tuple[str, str]]
) -> Iterator[str]:
    """Give each definition once, in the order in which the code names them."""
    if module in _NOT_FOLLOWED or (module, name) in seen:
        return
    seen.add((module, name))
    known = _module((package / f"{module}.py").read_text(encoding="utf-8"))
    if name in known.imports:
        source, original = known.imports[name]
        if (package / f"{source}.py").exists():
            yield from _reached(package, source, original, seen)
        else:
            yield f"{name} is {source}.{original}"
    for statement in known.statements.get(name, ()):
        yield f"{name}: {_text(statement)}"
        for target, attribute in _names(statement):
            if attribute and (inner := _submodule(package, known, target)):
                yield from _reached(package, inner, attribute, seen)
            else:
                yield from _reached(package, module, target, seen)


def _submodule(package: Path, known: _Module, name: str) -> str:
    """The module of the package that a name stands for, or nothing."""
    source, original = known.imports.get(name, ("", ""))
    is_one = source == "__init__" and (package / f"{original}.py").exists()
    return original if is_one else ""


def _names(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """Every name that a statement uses, with the attribute that it takes of it."""
    for node in _walk(statement):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr
        elif isinstance(node, ast.Name):
            yield node.id, ""


@lru_cache(maxsize=256)
def _module(text: str) -> _Module:
    known = _Module()
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            known.imports.update(_imported(statement))
        else:
            for name in _bound(statement) - known.imports.keys():
                known.statements.setdefault(name, []).append(statement)
    return known


def _imported(statement: ast.Import | ast.ImportFrom) -> Iterator[Any]:
    for alias in statement.names:
        name = alias.asname or alias.name.partition(".")[0]
        if isinstance(statement, ast.Import):
            yield name, (alias.name, "")
        elif statement.level:  # the package is flat: one dot
            yield name, (statement.module or "__init__", alias.name)
        else:
            yield name, (statement.module or "", alias.name)


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a statement of a module defines or changes."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    nodes = [*ast.walk(statement)]
    if isinstance(statement, ast.Expr) or any(
        isinstance(n, ast.Subscript | ast.Attribute) and isinstance(n.ctx, ast.Store)
        for n in nodes
    ):  # such as table.update(...) and table[3] = ...
        return {n.id for n in nodes if isinstance(n, ast.Name)}
    defined = {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
    return defined | {
        n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Give the nodes that count, outer before inner, in the order of the text."""
    yield node
    for _, value in _fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child)


def _text(value: Any) -> str:
    # Not ast.dump or ast.unparse: what they write differs between versions of Python.
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, ast.AnnAssign) and value.value:
        value = ast.Assign([value.target], value.value)
    if not isinstance(value, ast.AST):
        return repr(value)
    inner = ", ".join(f"{name}={_text(field)}" for name, field in _fields(value))
    return f"{type(value).__name__}({inner})"


def _fields(node: ast.AST) -> Iterator[tuple[str, Any]]:
    """Give the fields that say something: neither empty nor about types."""
    for name, value in ast.iter_fields(node):
        if name in _UNSAID or (value in (None, []) and name != "value"):
            continue
        if name == "body" and isinstance(node, _DOCUMENTED):
            yield name, _without_docstring(value)
        else:
            yield name, value


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    documented = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return body[1:] if documented else body


def digest_of_modules(package: Path, module: str) -> str:
    """Digest all that a module holds, and the modules of the package it imports.

    Not the one that raises about inputs: its messages change more often than its pace.
    """
    texts = [_text(ast.parse(t)) for t in _imported_texts(package, module, set())]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _imported_texts(package: Path, module: str, seen: set[str]) -> Iterator[str]:
    file = package / f"{module}.py"
    if module in {"_validation", *seen} or not file.exists():
        return
    seen.add(module)
    text = file.read_text(encoding="utf-8")
    yield text
    for source, name in _module(text).imports.values():
        yield from _imported_texts(
            package, name if source == "__init__" else source, seen
        )

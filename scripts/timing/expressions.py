# NumPy's expressions in the language of numexpr, as far as it has one for them.

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

_KNOWN = {
    *("abs", "arctan", "cos", "exp", "expm1", "log", "log1p", "maximum", "minimum"),
    *("sign", "sin", "sqrt", "tanh", "where"),
}


class InexpressibleError(Exception):
    """numexpr has no words for it."""


def translated(text: str, dtype: str) -> tuple[str, dict[str, Any]]:
    """Give the expression and its constants, which are of the dtype.

    numexpr computes in float64 wherever a constant is, or maximum or minimum.
    """
    translator = _Translator(dtype)
    tree = translator.visit(ast.parse(text, mode="eval").body)
    return ast.unparse(tree), translator.constants


def compiled(text: str, dtype: str, arrays: dict[str, Any]) -> Callable[[], Any]:
    """Give a call that evaluates an expression of arrays."""
    import numexpr

    expression, constants = translated(text, dtype)
    given = {"local_dict": {**arrays, **constants}, "global_dict": {}}
    call: Callable[[], Any] = partial(numexpr.evaluate, expression, **given)
    return call


class _Translator(ast.NodeTransformer):
    def __init__(self, dtype: str) -> None:
        self.dtype = np.dtype(dtype)
        self.constants: dict[str, Any] = {}
        self.named: dict[str, ast.expr] = {}

    def generic_visit(self, node: ast.AST) -> Any:
        fits = (
            ast.BinOp,
            ast.UnaryOp,
            ast.Compare,
            ast.operator,
            ast.unaryop,
            ast.cmpop,
        )
        if not isinstance(node, (*fits, ast.expr_context)):
            raise InexpressibleError(ast.unparse(node))
        return super().generic_visit(node)

    def visit_Name(self, node: ast.Name) -> Any:
        return self.named.get(node.id, node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> Any:
        self.named[node.target.id] = value = self.visit(node.value)
        return value  # numexpr computes equal parts once

    def visit_Constant(self, node: ast.Constant) -> Any:
        if not isinstance(node.value, int | float):
            raise InexpressibleError(ast.unparse(node))
        return self._constant(node.value)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        if (value := _number(node)) is not None:
            return self._constant(value)
        if isinstance(node.op, ast.Pow):  # whole powers are multiplied out
            return ast.BinOp(self.visit(node.left), node.op, node.right)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> Any:
        if (value := _number(node)) is not None:
            return self._constant(value)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        arguments = [self.visit(a) for a in node.args if name != "astype"]
        if name == "astype" and isinstance(node.func, ast.Attribute):
            test = self.visit(node.func.value)
            return _call("where", test, self._constant(1), self._constant(0))
        if name == "clip":
            x, low, high = arguments
            return self._bounded("minimum", self._bounded("maximum", x, low), high)
        if name in {"maximum", "minimum"}:
            return self._bounded(name, *arguments)
        if name not in _KNOWN or node.keywords:
            raise InexpressibleError(ast.unparse(node))
        return _call(name, *arguments)

    def _bounded(self, name: str, x: Any, bound: Any) -> Any:
        if self.dtype == np.float64:
            return _call(name, x, bound)
        kind = ast.Gt() if name == "maximum" else ast.Lt()
        return _call("where", ast.Compare(x, [kind], [bound]), x, bound)

    def _constant(self, value: float) -> ast.Name:
        name = f"c{len(self.constants)}"
        self.constants[name] = self.dtype.type(value)
        return ast.Name(name)


def _number(node: ast.expr) -> float | None:
    """The value of an expression of numbers alone."""
    if any(isinstance(n, ast.Name) and n.id not in {"math"} for n in ast.walk(node)):
        return None
    import math

    value: float = eval(ast.unparse(node), {"math": math})
    return value


def _call(name: str, *arguments: Any) -> ast.Call:
    return ast.Call(ast.Name(name), list(arguments), [])

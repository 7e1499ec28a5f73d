# Lines of code that do the same in another library and here: for each function that
# both have, its result and its gradient, and once what has to stand above them.

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from calls import couples, noisy

import actfn

_X = "[-2.0, -0.5, 0.0, 0.5, 2.0]"
_Z = "[[2.0, 1.5, 0.0, -1.0], [0.0, 3.0, -2.0, 1.0]]"

_OURS = f"""\
import numpy as np
import actfn

x = np.array({_X})
z = np.array(
    {_Z}
)"""

_ON_JAX = f"""
jax.config.update("jax_enable_x64", True)

x = jnp.array({_X})
z = jnp.array(
    {_Z}
)"""

_THEIRS = {
    "PyTorch": f"""\
import torch
import torch.nn.functional as F

x = torch.tensor({_X})
z = torch.tensor(
    {_Z}
)
x, z = (t.double().requires_grad_() for t in (x, z))""",
    "JAX": f"import jax\nimport jax.numpy as jnp\n{_ON_JAX}",
    "Keras": f"""\
import os
os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras
{_ON_JAX}""",
    "SciPy": f"""\
import numpy as np
import scipy

x = np.array({_X})
z = np.array(
    {_Z}
)""",
}
LIBRARIES = tuple(_THEIRS)


@dataclass(frozen=True)
class Pair:
    """Code of theirs and of ours, each of which gives y and, if it can, dx or dz."""

    theirs: str
    ours: str


def set_up(library: str) -> Pair:
    """What stands above all other code."""
    return Pair(_THEIRS[library], _OURS)


def found(library: str) -> list[tuple[actfn.Activation, actfn.Namesake]]:
    """What a library has of the catalogue, in its order."""
    rows = actfn.CATALOGUE.values()
    return [(row, n) for row in rows for n in row.namesakes if n.library == library]


def pairs(row: actfn.Activation, namesake: actfn.Namesake) -> Iterator[Pair]:
    """Theirs as it is called; and where that gives something else, as ours is."""
    ours = f"{row.name}(x)"
    yield Pair(
        _theirs(row, namesake, namesake.arguments), our_code(namesake.equals or ours)
    )
    if namesake.agreeing:
        yield Pair(_theirs(row, namesake, namesake.agreeing), our_code(ours))


def called(namesake: actfn.Namesake) -> str:
    """The name by which code finds what a namesake names."""
    return namesake.name.replace("torch.nn.functional", "F")


def _theirs(row: actfn.Activation, namesake: actfn.Namesake, arguments: str) -> str:
    v = "z" if couples(row) else "x"
    given = arguments.replace("weight=0.25", "weight=x.new_tensor([0.25])")
    lines, call = [], f"{called(namesake)}({', '.join(filter(None, (v, given)))})"
    if namesake.name.rpartition(".")[2][0].isupper():
        dtype = 'dtype="float64"' if namesake.library == "Keras" else ""
        made = ", ".join(filter(None, (given, dtype)))
        lines, call = [f"layer = {namesake.name}({made})"], f"layer({v})"
    gradient = _their_gradient(namesake.library, v, call) if row.gradient else ""
    return "\n".join([*lines, f"y = {call}", *filter(None, [gradient])])


def _their_gradient(library: str, v: str, call: str) -> str:
    if library == "SciPy":
        return ""
    if library == "PyTorch":
        loss = "y.sum()" if v == "x" else "(y**2).sum()"
        return f"(d{v},) = torch.autograd.grad({loss}, {v})"
    loss = f"{call}.sum()" if v == "x" else f"({call} ** 2).sum()"
    return f"d{v} = jax.grad(lambda {v}: {loss})({v})"


def our_code(call: str) -> str:
    """A call of ours, such as leaky_relu(x, 0.2), and the gradient beside it."""
    node = ast.parse(call, mode="eval").body
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name), call
    row = actfn.CATALOGUE[node.func.id]
    rest = [ast.unparse(part) for part in (*node.args[1:], *node.keywords)]
    rest += ["rng=0"] * noisy(row)
    v = "z" if couples(row) else "x"
    lines = [f"y = actfn.{row.name}({', '.join([v, *rest])})"]
    if row.gradient:
        cotangent = ["2 * y"] if couples(row) else ["np.ones_like(x)"]
        given = ", ".join([v, *cotangent * (not row.elementwise), *rest])
        targets = f"d{v}" if row.elementwise or couples(row) else f"d{v}, _"
        lines.append(f"{targets} = actfn.{row.gradient.__name__}({given})")
    return "\n".join(lines)

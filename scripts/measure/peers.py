# The same functions in other libraries, at their defaults, as far as these are there.

import ast
import importlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from typing import Any

import numpy as np

from actfn import Activation, Namesake

from .errors import Array

MODULES = {"PyTorch": "torch", "JAX": "jax", "SciPy": "scipy"}

_LAST_AXIS = {"PyTorch": {"dim": -1}, "JAX": {"axis": -1}, "SciPy": {"axis": -1}}


@dataclass(frozen=True)
class Peer:
    """A function of another library that claims to be the same."""

    library: str
    name: str
    function: Callable[..., Any]

    @property
    def differentiates(self) -> bool:
        return self.library != "SciPy"

    def value(self, x: Array) -> Array:
        """Give its results for an array of NumPy."""
        if self.library == "PyTorch":
            return _float32(self.function(_tensor(x)).numpy())
        with np.errstate(all="ignore"):
            return _float32(self.function(x))

    def product(self, x: Array, cotangent: Array) -> Array:
        """Carry a cotangent back through it."""
        if self.library == "PyTorch":
            leaf = _tensor(x).requires_grad_()
            self.function(leaf).backward(_tensor(cotangent))
            return _float32(leaf.grad.numpy())
        jax = importlib.import_module("jax")
        back = jax.vjp(self.function, jax.numpy.asarray(x))[1]
        return _float32(back(jax.numpy.asarray(cotangent))[0])


@cache
def versions() -> dict[str, str]:
    """Give the versions of the libraries that are there."""
    there = (m for m in MODULES.values() if importlib.util.find_spec(m))
    return {module: version(module) for module in there}


def find(row: Activation) -> Iterator[Peer]:
    """Give the peers of a function: of each library that is there, the first."""
    seen = set()
    for namesake in row.namesakes:
        library = namesake.library
        known = MODULES.get(library) in versions() and library not in seen
        if known and _is_same(namesake) and (f := _function(namesake.name)):
            seen.add(library)
            call = ast.parse(f"f({namesake.arguments})", mode="eval").body
            assert isinstance(call, ast.Call)
            given = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
            along = _LAST_AXIS[library] if "axis" in row.parameters else {}
            yield Peer(library, namesake.name, partial(f, **{**given, **along}))


def _is_same(namesake: Namesake) -> bool:
    """Whether it is the same function, but perhaps for the axis it takes."""
    return not namesake.differs and namesake.equals.count("axis=None") == bool(
        namesake.equals
    )


def _function(name: str) -> Callable[..., Any] | None:
    """Find a function by its dotted name; make one of a class at its defaults."""
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError):
        return None
    made: Callable[..., Any] = found() if isinstance(found, type) else found
    return made


def _tensor(x: Array) -> Any:
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)  # as many processes as cores are at work already
    return torch.from_numpy(x)


def _float32(result: Any) -> Array:
    y = np.asarray(result)
    if y.dtype != np.float32:
        raise TypeError(f"it gives {y.dtype} for float32")
    return y

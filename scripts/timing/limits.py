# The least that a function could cost: reading x, writing the result and, where its
# formula has one, one NumPy ufunc in between. How ours is computed does not count.

from collections.abc import Callable
from typing import Any

import numpy as np

from .cases import Case

# By stem: what the function needs, and its derivative or vjp where that is different.
_TRANSCENDENTAL: dict[str, tuple[str, ...]] = {
    "elu": ("expm1", "exp"),
    "celu": ("expm1", "exp"),
    "selu": ("expm1", "exp"),
    "sigmoid": ("exp",),
    "log_sigmoid": ("exp log1p", "exp"),
    "tanh": ("tanh", "exp"),
    "scaled_tanh": ("tanh", "exp"),
    "arctan": ("arctan", ""),
    "softplus": ("exp log1p", "exp"),
    "gelu": ("exp",),
    "gelu_tanh": ("exp",),
    "gelu_quick": ("exp",),
    "silu": ("exp",),
    "swish": ("exp",),
    "mish": ("exp",),
    "tanh_shrink": ("tanh",),
    "sine": ("sin", "cos"),
    "snake": ("sin",),
    "glu": ("exp",),
    "geglu": ("exp",),
    "swiglu": ("exp",),
    "softmax": ("exp",),
    "log_softmax": ("exp",),
    "softmin": ("exp",),
    "logsumexp": ("exp",),
    "gumbel_softmax": ("exp log",),
}


def ufuncs(case: Case) -> list[str]:
    """The transcendental ufuncs that a function needs; none for arithmetic."""
    known = _TRANSCENDENTAL.get(case.row.name, ("",))
    return known[-1 if case.is_gradient else 0].split()


def call(case: Case, x: Any) -> Callable[[], Any]:
    """The ufunc alone, or those alone, into an array that is there already."""
    out = np.zeros_like(x)
    needed = [getattr(np, name) for name in ufuncs(case)]
    if not needed:
        return lambda: np.maximum(x, 0, out=out)
    if len(needed) == 1:
        return lambda: needed[0](x, out=out)
    positive = np.abs(x) + 1  # log of negative numbers would take another path
    first, second = needed
    return lambda: (first(x, out=out), second(positive, out=out))

# How functions of the catalogue are called to show and to examine them, told by their
# signatures alone.

from collections.abc import Callable
from typing import Any

import numpy as np

from actfn import Activation

_SCORES = [2.0, 1.5, 0.0]
_CHANNELS = [1.0, 2.0, -1.0, 3.0]  # of an even number, because some functions halve


def couples(row: Activation) -> bool:
    """Whether a result depends on other elements than its own."""
    return "axis" in row.parameters


def derivative(row: Activation) -> Callable[..., Any]:
    """The derivative of a function that couples nothing, if only by its vjp."""
    gradient = row.gradient
    assert gradient is not None
    return gradient if row.elementwise else lambda x: gradient(x, np.ones_like(x))[0]


def along(row: Activation, x: Any) -> Any:
    """Call a function that couples along the last axis, always with the same noise."""
    return row.function(x, axis=-1, **seed(row))


def seed(row: Activation) -> dict[str, int]:
    """What makes noise the same in every call."""
    return {"rng": 0} if "rng" in row.parameters else {}


def noisy(row: Activation) -> bool:
    """Whether two calls differ unless they are given a seed."""
    if "rng" not in row.parameters:
        return False
    x = np.arange(9.0)
    return not np.array_equal(row.function(x), row.function(x))


def keeps_shape(row: Activation) -> bool:
    """Whether the result has the shape of the input."""
    return not couples(row) or np.shape(along(row, _CHANNELS)) == np.shape(_CHANNELS)


def vector(row: Activation) -> list[float]:
    """An input that suits an example."""
    if not couples(row):
        return [-2.0, -0.5, 0.0, 0.5, 2.0]
    return _SCORES if keeps_shape(row) else _CHANNELS


def examples(row: Activation) -> list[str]:
    """Calls with an array x, as a reader would write them."""
    ways = [""] if not noisy(row) else []
    ways += [", rng=0"] * bool(seed(row))
    calls = [f"{row.name}(x{way})" for way in ways]
    if row.gradient:
        given = "x" if row.elementwise else f"x, {_cotangent(row)}"
        calls.append(f"{row.gradient.__name__}({given}{ways[-1]})")
    return calls


def _cotangent(row: Activation) -> str:
    if not couples(row):
        return "np.ones(x.shape)"
    first = np.zeros(np.shape(along(row, vector(row))))
    first.flat[:1] = 1
    return repr(first.tolist())

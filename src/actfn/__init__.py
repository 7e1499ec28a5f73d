"""Activation functions of neural networks and their derivatives, in NumPy alone.

Every function comes with its derivative (`relu` and `relu_derivative`) or, where it
couples the elements of a vector, with its vector-Jacobian product (`softmax` and
`softmax_vjp`). `CATALOGUE` lists them with what is known of each, `get` finds one by
any of its names, and `actfn.plot` draws them.
"""

from typing import Any

from ._catalogue import CATALOGUE, Activation, Namesake, get
from ._exponential_units import elu, elu_derivative
from ._normalizers import log_softmax, log_softmax_vjp, softmax, softmax_vjp
from ._rectifiers import (
    identity,
    identity_derivative,
    leaky_relu,
    leaky_relu_derivative,
    relu,
    relu_derivative,
)
from ._self_gated import gelu, gelu_derivative, silu, silu_derivative
from ._sigmoids import sigmoid, sigmoid_derivative
from ._soft_rectifiers import softplus, softplus_derivative
from ._tangents import softsign, softsign_derivative, tanh, tanh_derivative

__version__ = "0.1.0"

__all__ = [
    "CATALOGUE",
    "Activation",
    "Namesake",
    "elu",
    "elu_derivative",
    "gelu",
    "gelu_derivative",
    "get",
    "identity",
    "identity_derivative",
    "leaky_relu",
    "leaky_relu_derivative",
    "log_softmax",
    "log_softmax_vjp",
    "relu",
    "relu_derivative",
    "sigmoid",
    "sigmoid_derivative",
    "silu",
    "silu_derivative",
    "softmax",
    "softmax_vjp",
    "softplus",
    "softplus_derivative",
    "softsign",
    "softsign_derivative",
    "tanh",
    "tanh_derivative",
]


def __getattr__(name: str) -> Any:
    # Only who draws waits for matplotlib.
    if name == "plot":
        import importlib

        return importlib.import_module("actfn.plot")
    raise AttributeError(f"module 'actfn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "plot"]

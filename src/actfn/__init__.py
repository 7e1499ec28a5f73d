"""Activation functions of neural networks and their derivatives, in NumPy alone.

Every function comes with its derivative (`relu` and `relu_derivative`) or, where it
couples the elements of a vector, with its vector-Jacobian product (`softmax` and
`softmax_vjp`). `CATALOGUE` lists them with what is known of each, `get` finds one by
any of its names, `actfn.plot` draws them, and `actfn.testing` checks those that you
write yourself. `set_threads` and `threads` let several threads share large arrays, and
a Dask array gives a lazy one.
"""

from typing import TYPE_CHECKING, Any

from ._channels import crelu, crelu_vjp, maxout, maxout_vjp
from ._exponential_units import (
    celu,
    celu_derivative,
    elu,
    elu_derivative,
    selu,
    selu_derivative,
)
from ._gates import (
    geglu,
    geglu_vjp,
    glu,
    glu_vjp,
    reglu,
    reglu_vjp,
    swiglu,
    swiglu_vjp,
)
from ._leaky_rectifiers import (
    leaky_relu,
    leaky_relu_derivative,
    prelu,
    prelu_vjp,
    rrelu,
    rrelu_derivative,
)
from ._normalizers import (
    log_softmax,
    log_softmax_vjp,
    logsumexp,
    logsumexp_vjp,
    softmax,
    softmax_vjp,
    softmin,
    softmin_vjp,
    standardize,
    standardize_vjp,
)
from ._parallel import get_threads, set_threads, threads
from ._periodic import sine, sine_derivative, snake, snake_derivative
from ._rectifiers import (
    binary_step,
    binary_step_derivative,
    identity,
    identity_derivative,
    relu,
    relu6,
    relu6_derivative,
    relu_derivative,
    squared_relu,
    squared_relu_derivative,
    threshold,
    threshold_derivative,
)
from ._selectors import (
    gumbel_softmax,
    gumbel_softmax_vjp,
    hardmax,
    sparsemax,
    sparsemax_vjp,
)
from ._self_gated import (
    gelu,
    gelu_derivative,
    gelu_quick,
    gelu_quick_derivative,
    gelu_tanh,
    gelu_tanh_derivative,
    hard_silu,
    hard_silu_derivative,
    mish,
    mish_derivative,
    silu,
    silu_derivative,
    swish,
    swish_derivative,
)
from ._shrinkers import (
    hard_shrink,
    hard_shrink_derivative,
    soft_shrink,
    soft_shrink_derivative,
    tanh_shrink,
    tanh_shrink_derivative,
)
from ._sigmoids import (
    hard_sigmoid,
    hard_sigmoid_derivative,
    log_sigmoid,
    log_sigmoid_derivative,
    sigmoid,
    sigmoid_derivative,
    sparse_sigmoid,
    sparse_sigmoid_derivative,
)
from ._soft_rectifiers import (
    softplus,
    softplus_derivative,
    sparse_plus,
    sparse_plus_derivative,
    squareplus,
    squareplus_derivative,
)
from ._tangents import (
    arctan,
    arctan_derivative,
    hard_tanh,
    hard_tanh_derivative,
    scaled_tanh,
    scaled_tanh_derivative,
    softsign,
    softsign_derivative,
    tanh,
    tanh_derivative,
)

__version__ = "0.1.0"

__all__ = [
    "CATALOGUE",
    "Activation",
    "Namesake",
    "arctan",
    "arctan_derivative",
    "binary_step",
    "binary_step_derivative",
    "celu",
    "celu_derivative",
    "crelu",
    "crelu_vjp",
    "elu",
    "elu_derivative",
    "geglu",
    "geglu_vjp",
    "gelu",
    "gelu_derivative",
    "gelu_quick",
    "gelu_quick_derivative",
    "gelu_tanh",
    "gelu_tanh_derivative",
    "get",
    "get_threads",
    "glu",
    "glu_vjp",
    "gumbel_softmax",
    "gumbel_softmax_vjp",
    "hard_shrink",
    "hard_shrink_derivative",
    "hard_sigmoid",
    "hard_sigmoid_derivative",
    "hard_silu",
    "hard_silu_derivative",
    "hard_tanh",
    "hard_tanh_derivative",
    "hardmax",
    "identity",
    "identity_derivative",
    "leaky_relu",
    "leaky_relu_derivative",
    "log_sigmoid",
    "log_sigmoid_derivative",
    "log_softmax",
    "log_softmax_vjp",
    "logsumexp",
    "logsumexp_vjp",
    "maxout",
    "maxout_vjp",
    "mish",
    "mish_derivative",
    "prelu",
    "prelu_vjp",
    "reglu",
    "reglu_vjp",
    "relu",
    "relu6",
    "relu6_derivative",
    "relu_derivative",
    "rrelu",
    "rrelu_derivative",
    "scaled_tanh",
    "scaled_tanh_derivative",
    "selu",
    "selu_derivative",
    "set_threads",
    "sigmoid",
    "sigmoid_derivative",
    "silu",
    "silu_derivative",
    "sine",
    "sine_derivative",
    "snake",
    "snake_derivative",
    "soft_shrink",
    "soft_shrink_derivative",
    "softmax",
    "softmax_vjp",
    "softmin",
    "softmin_vjp",
    "softplus",
    "softplus_derivative",
    "softsign",
    "softsign_derivative",
    "sparse_plus",
    "sparse_plus_derivative",
    "sparse_sigmoid",
    "sparse_sigmoid_derivative",
    "sparsemax",
    "sparsemax_vjp",
    "squared_relu",
    "squared_relu_derivative",
    "squareplus",
    "squareplus_derivative",
    "standardize",
    "standardize_vjp",
    "swiglu",
    "swiglu_vjp",
    "swish",
    "swish_derivative",
    "tanh",
    "tanh_derivative",
    "tanh_shrink",
    "tanh_shrink_derivative",
    "threads",
    "threshold",
    "threshold_derivative",
]


if TYPE_CHECKING:
    from ._catalogue import CATALOGUE, Activation, get
    from ._namesakes import Namesake

# What takes long to import is imported when it is asked for: only who draws waits for
# matplotlib, and only who looks something up for the catalogue.
_MODULES = ("plot", "testing")
_HOMES = {
    "CATALOGUE": "_catalogue",
    "Activation": "_catalogue",
    "Namesake": "_namesakes",
    "get": "_catalogue",
}


def __getattr__(name: str) -> Any:
    import importlib

    if name in _MODULES:
        return importlib.import_module(f"actfn.{name}")
    if name in _HOMES:
        found = getattr(importlib.import_module(f"actfn.{_HOMES[name]}"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module 'actfn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, *_MODULES]

# One frozen, typed row per function. What the docstrings say (summary, formula, paper)
# and what the signatures say (parameters, defaults) is read from there.

import difflib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

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

_INF = float("inf")


def _no_kinks() -> Mapping[float, float]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Namesake:
    """The same function, or nearly the same, in another library.

    Attributes:
        library: The library's name.
        name: The function's name there, with the module it is found in.
        defaults: Its parameters and their defaults, as written there.
        equals: What it gives by default, as an expression in `x` and the functions of
            actfn and NumPy; empty where it gives what ours gives.
        note: What else differs, in one sentence.
    """

    library: str
    name: str
    defaults: str = ""
    equals: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Activation:
    """One row of the catalogue: a function, its derivative, and what is known of them.

    Attributes:
        function: The activation function.
        gradient: Its derivative or, where it couples elements, its vjp.
        bounds: Infimum and supremum of its values, at default parameters.
        gradient_bounds: The same for the derivative; None for a vjp.
        kinks: Where a derivative of any order jumps, at default parameters, mapped to
            the value that the derivative takes there.
        increasing: Whether a larger input never gives a smaller output.
        namesakes: The function in other libraries.
        other_names: Names it goes by that no library above uses.
    """

    function: Callable[..., Any]
    gradient: Callable[..., Any]
    bounds: tuple[float, float]
    gradient_bounds: tuple[float, float] | None
    increasing: bool = True
    kinks: Mapping[float, float] = field(default_factory=_no_kinks)
    namesakes: tuple[Namesake, ...] = ()
    other_names: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"actfn.get({self.name!r})"

    @property
    def name(self) -> str:
        """The function's name in actfn."""
        return self.function.__name__

    @property
    def family(self) -> str:
        """The family it belongs to, which names the file that it stands in."""
        return self.function.__module__.rpartition("._")[2].replace("_", " ")

    @property
    def elementwise(self) -> bool:
        """Whether each element of the result depends on one element of the input."""
        return self.gradient.__name__.endswith("_derivative")

    @property
    def smooth(self) -> bool:
        """Whether derivatives of every order exist everywhere."""
        return not self.kinks

    @property
    def summary(self) -> str:
        """What it does, in one sentence: the first line of its docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def formula(self) -> str:
        """Its formula in LaTeX, as its docstring has it."""
        return _formula(self.function)

    @property
    def gradient_formula(self) -> str:
        """The formula of its derivative or vjp in LaTeX."""
        return _formula(self.gradient)

    @property
    def paper(self) -> str:
        """The paper it comes from, as its docstring has it in Markdown, or nothing."""
        _, _, references = (inspect.getdoc(self.function) or "").partition(
            "References:\n"
        )
        return " ".join(references.split())

    @property
    def parameters(self) -> dict[str, Any]:
        """Its parameters and their defaults, without `x` and `out`."""
        parameters = list(inspect.signature(self.function).parameters.values())[1:]
        return {p.name: p.default for p in parameters if p.name != "out"}

    @property
    def aliases(self) -> tuple[str, ...]:
        """Every other name that `get` finds it by."""
        known = [n.name.rpartition(".")[2] for n in self.namesakes]
        names = dict.fromkeys([*self.other_names, *(k.lower() for k in known)])
        return tuple(n for n in names if n != self.name)


def _formula(function: Callable[..., Any]) -> str:
    found = re.search(r"\$\$(.+?)\$\$", inspect.getdoc(function) or "", re.DOTALL)
    return " ".join(found[1].split()) if found else ""


_GELU_TANH = "0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))"

_ROWS = (
    Activation(
        identity,
        identity_derivative,
        bounds=(-_INF, _INF),
        gradient_bounds=(1, 1),
        namesakes=(
            Namesake("PyTorch", "torch.nn.Identity"),
            Namesake("JAX", "jax.nn.identity"),
            Namesake("Keras", "keras.activations.linear"),
            Namesake("ONNX", "Identity"),
        ),
    ),
    Activation(
        relu,
        relu_derivative,
        bounds=(0, _INF),
        gradient_bounds=(0, 1),
        kinks=MappingProxyType({0.0: 0.0}),
        namesakes=(
            Namesake("PyTorch", "torch.nn.functional.relu"),
            Namesake("JAX", "jax.nn.relu"),
            Namesake(
                "Keras",
                "keras.activations.relu",
                "negative_slope=0.0, max_value=None, threshold=0.0",
            ),
            Namesake("TensorFlow", "tf.nn.relu"),
            Namesake("ONNX", "Relu"),
        ),
        other_names=("rectifier",),
    ),
    Activation(
        leaky_relu,
        leaky_relu_derivative,
        bounds=(-_INF, _INF),
        gradient_bounds=(0.01, 1),
        kinks=MappingProxyType({0.0: 0.01}),
        namesakes=(
            Namesake(
                "PyTorch", "torch.nn.functional.leaky_relu", "negative_slope=0.01"
            ),
            Namesake(
                "JAX",
                "jax.nn.leaky_relu",
                "negative_slope=0.01",
                note="Its derivative at 0 is 1.",
            ),
            Namesake(
                "Keras",
                "keras.activations.leaky_relu",
                "negative_slope=0.2",
                "leaky_relu(x, 0.2)",
                "The layer keras.layers.LeakyReLU has a slope of 0.3.",
            ),
            Namesake(
                "TensorFlow", "tf.nn.leaky_relu", "alpha=0.2", "leaky_relu(x, 0.2)"
            ),
            Namesake("ONNX", "LeakyRelu", "alpha=0.01"),
        ),
    ),
    Activation(
        elu,
        elu_derivative,
        bounds=(-1, _INF),
        gradient_bounds=(0, 1),
        kinks=MappingProxyType({0.0: 1.0}),
        namesakes=(
            Namesake("PyTorch", "torch.nn.functional.elu", "alpha=1.0"),
            Namesake("JAX", "jax.nn.elu", "alpha=1.0"),
            Namesake("Keras", "keras.activations.elu", "alpha=1.0"),
            Namesake("TensorFlow", "tf.nn.elu"),
            Namesake("ONNX", "Elu", "alpha=1.0"),
        ),
    ),
    Activation(
        sigmoid,
        sigmoid_derivative,
        bounds=(0, 1),
        gradient_bounds=(0, 0.25),
        namesakes=(
            Namesake("PyTorch", "torch.nn.functional.sigmoid"),
            Namesake("JAX", "jax.nn.sigmoid"),
            Namesake("Keras", "keras.activations.sigmoid"),
            Namesake("TensorFlow", "tf.nn.sigmoid"),
            Namesake("ONNX", "Sigmoid"),
            Namesake(
                "SciPy",
                "scipy.special.expit",
                note="Its result for a float16 array has another dtype.",
            ),
        ),
        other_names=("logistic",),
    ),
    Activation(
        tanh,
        tanh_derivative,
        bounds=(-1, 1),
        gradient_bounds=(0, 1),
        namesakes=(
            Namesake("PyTorch", "torch.nn.functional.tanh"),
            Namesake("JAX", "jax.nn.tanh"),
            Namesake("Keras", "keras.activations.tanh"),
            Namesake("TensorFlow", "tf.nn.tanh"),
            Namesake("ONNX", "Tanh"),
            Namesake("NumPy", "numpy.tanh"),
        ),
    ),
    Activation(
        softsign,
        softsign_derivative,
        bounds=(-1, 1),
        gradient_bounds=(0, 1),
        kinks=MappingProxyType({0.0: 1.0}),
        namesakes=(
            Namesake("PyTorch", "torch.nn.functional.softsign"),
            Namesake("JAX", "jax.nn.soft_sign"),
            Namesake("Keras", "keras.activations.softsign"),
            Namesake("TensorFlow", "tf.nn.softsign"),
            Namesake("ONNX", "Softsign"),
        ),
    ),
    Activation(
        softplus,
        softplus_derivative,
        bounds=(0, _INF),
        gradient_bounds=(0, 1),
        namesakes=(
            Namesake(
                "PyTorch", "torch.nn.functional.softplus", "beta=1.0, threshold=20.0"
            ),
            Namesake("JAX", "jax.nn.softplus"),
            Namesake("Keras", "keras.activations.softplus"),
            Namesake("TensorFlow", "tf.nn.softplus"),
            Namesake("ONNX", "Softplus"),
            Namesake("SciPy", "scipy.special.softplus"),
        ),
    ),
    Activation(
        gelu,
        gelu_derivative,
        bounds=(-0.16997120747990369, _INF),
        gradient_bounds=(-0.12890414458015262, 1.1289041445801526),
        increasing=False,
        namesakes=(
            Namesake("PyTorch", "torch.nn.functional.gelu", "approximate='none'"),
            Namesake("JAX", "jax.nn.gelu", "approximate=True", _GELU_TANH),
            Namesake(
                "Keras",
                "keras.activations.gelu",
                "approximate=False",
                note="keras.ops.gelu has approximate=True.",
            ),
            Namesake("TensorFlow", "tf.nn.gelu", "approximate=False"),
            Namesake("ONNX", "Gelu", 'approximate="none"'),
        ),
    ),
    Activation(
        silu,
        silu_derivative,
        bounds=(-0.27846454276107379, _INF),
        gradient_bounds=(-0.09983932012886685, 1.0998393201288669),
        increasing=False,
        namesakes=(
            Namesake("PyTorch", "torch.nn.functional.silu"),
            Namesake("JAX", "jax.nn.silu", note="Also named jax.nn.swish."),
            Namesake(
                "Keras",
                "keras.activations.silu",
                note="Also named keras.activations.swish.",
            ),
            Namesake("TensorFlow", "tf.nn.silu"),
            Namesake("TensorFlow", "tf.nn.swish", "beta=1.0"),
            Namesake("ONNX", "Swish", "alpha=1.0"),
        ),
    ),
    Activation(
        softmax,
        softmax_vjp,
        bounds=(0, 1),
        gradient_bounds=None,
        namesakes=(
            Namesake(
                "PyTorch",
                "torch.nn.functional.softmax",
                "dim=None",
                note="Without dim it warns, and picks an axis by the number of axes.",
            ),
            Namesake("JAX", "jax.nn.softmax", "axis=-1, where=None"),
            Namesake("Keras", "keras.activations.softmax", "axis=-1"),
            Namesake("TensorFlow", "tf.nn.softmax", "axis=None", note="None means -1."),
            Namesake(
                "ONNX",
                "Softmax",
                "axis=-1",
                note="Before opset 13 axis is 1, and the axes after it are flattened.",
            ),
            Namesake(
                "SciPy", "scipy.special.softmax", "axis=None", "softmax(x, axis=None)"
            ),
        ),
    ),
    Activation(
        log_softmax,
        log_softmax_vjp,
        bounds=(-_INF, 0),
        gradient_bounds=None,
        namesakes=(
            Namesake(
                "PyTorch",
                "torch.nn.functional.log_softmax",
                "dim=None",
                note="Without dim it warns, and picks an axis by the number of axes.",
            ),
            Namesake("JAX", "jax.nn.log_softmax", "axis=-1, where=None"),
            Namesake("Keras", "keras.activations.log_softmax", "axis=-1"),
            Namesake(
                "TensorFlow", "tf.nn.log_softmax", "axis=None", note="None means -1."
            ),
            Namesake("ONNX", "LogSoftmax", "axis=-1"),
            Namesake(
                "SciPy",
                "scipy.special.log_softmax",
                "axis=None",
                "log_softmax(x, axis=None)",
            ),
        ),
    ),
)

CATALOGUE: Mapping[str, Activation] = MappingProxyType({r.name: r for r in _ROWS})
"""All functions by name, family by family; it cannot be changed."""


def _squash(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


_BY_ANY_NAME = {
    _squash(name): row for row in _ROWS for name in (row.name, *row.aliases)
}


class UnknownActivationError(KeyError):
    """No function has the name asked for."""

    __str__ = Exception.__str__  # KeyError shows its message in quotes


def get(name: str) -> Activation:
    """Find a row of the catalogue by its name, or by a name used elsewhere.

    Args:
        name: A function's name; upper case and the separators `-`, `_` and space do
            not matter.

    Returns:
        The row, with the function, its derivative and what is known of them.

    Raises:
        TypeError: If `name` is not a string.
        KeyError: If no function has this name; the message gives the closest names.

    Examples:
        >>> import actfn
        >>> actfn.get("swish").name
        'silu'
        >>> actfn.get("leaky_relu").function([-8.0, 8.0])
        array([-0.08,  8.  ])
    """
    if not isinstance(name, str):
        raise TypeError(f"name must be a string, got {type(name).__name__}: {name!r}")
    wanted = _squash(name)
    if wanted not in _BY_ANY_NAME:
        close = difflib.get_close_matches(wanted, _BY_ANY_NAME, n=3)
        names = dict.fromkeys(_BY_ANY_NAME[c].name for c in close) or CATALOGUE
        hint = "the closest are" if close else "there are"
        raise UnknownActivationError(
            f"no activation is named {name!r}; {hint} {', '.join(names)}"
        )
    return _BY_ANY_NAME[wanted]

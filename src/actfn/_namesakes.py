# The functions of actfn in other libraries: their names there, their defaults, and
# where they give something else. Measured by tests/conformance with torch 2.13, jax
# 0.10.2, Keras 3.15.1, TensorFlow 2.21, ONNX 1.23.2 with ONNX Runtime 1.31.1, and SciPy
# 1.17.1.

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


def _nothing() -> Mapping[float, float]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Namesake:
    """The same function, or nearly the same, in another library.

    Attributes:
        library: The library's name.
        name: The function's name there, with the module it is found in.
        defaults: Its parameters and their defaults, as written there.
        arguments: What must be given beside `x` to call it, as written there.
        equals: What it gives when called so, as an expression in `x` and the functions
            of actfn and NumPy; empty where it gives what ours gives.
        agreeing: What must be given beside `x`, where it gives something else, to get
            what ours gives.
        differs: What it gives by default, in a sentence, where no expression tells.
        kinks: Where its derivative takes another value than ours, and that value.
        note: What else differs, in one sentence.
    """

    library: str
    name: str
    defaults: str = ""
    arguments: str = ""
    equals: str = ""
    agreeing: str = ""
    differs: str = ""
    kinks: Mapping[float, float] = field(default_factory=_nothing)
    note: str = ""


def _torch(name: str, defaults: str = "", **more: Any) -> Namesake:
    return Namesake("PyTorch", f"torch.nn.functional.{name}", defaults, **more)


def _jax(name: str, defaults: str = "", **more: Any) -> Namesake:
    return Namesake("JAX", f"jax.nn.{name}", defaults, **more)


def _keras(name: str, defaults: str = "", **more: Any) -> Namesake:
    return Namesake("Keras", f"keras.activations.{name}", defaults, **more)


def _tf(name: str, defaults: str = "", **more: Any) -> Namesake:
    return Namesake("TensorFlow", f"tf.nn.{name}", defaults, **more)


def _onnx(name: str, defaults: str = "", **more: Any) -> Namesake:
    return Namesake("ONNX", name, defaults, **more)


def _scipy(name: str, defaults: str = "", **more: Any) -> Namesake:
    return Namesake("SciPy", f"scipy.special.{name}", defaults, **more)


_GELU_TANH = "gelu_tanh(x)"
_NO_DIM = "Without dim it warns, and picks an axis by the number of axes."
_NO_NAN = "For NaN it gives 0."
_FLAT = "Its gradient is 0 below -38, and in float32 below -18, where ours is not."
_HALF = "In float16 it overflows from 256 on."
_NARROW = "For a float64 array it gives a float32 array."
_WIDE = "For a float16 array it gives a float64 array."

NAMESAKES: Mapping[str, tuple[Namesake, ...]] = MappingProxyType(
    {
        "identity": (
            Namesake("PyTorch", "torch.nn.Identity"),
            _jax("identity"),
            _keras("linear"),
            _onnx("Identity"),
        ),
        "relu": (
            _torch("relu"),
            _jax("relu"),
            _keras("relu", "negative_slope=0.0, max_value=None, threshold=0.0"),
            _tf("relu"),
            _onnx("Relu"),
        ),
        "relu6": (
            _torch("relu6"),
            _jax("relu6"),
            _keras("relu6"),
            _tf("relu6"),
            _onnx("Clip", arguments="min=0.0, max=6.0"),
        ),
        "squared_relu": (),
        "threshold": (
            _torch("threshold", arguments="threshold=1.0, value=0.0"),
            _keras(
                "threshold", arguments="threshold=1.0, default_value=0.0", note=_NO_NAN
            ),
            _onnx("ThresholdedRelu", "alpha=1.0", note=_NO_NAN),
        ),
        "binary_step": (),
        "leaky_relu": (
            _torch("leaky_relu", "negative_slope=0.01"),
            _jax("leaky_relu", "negative_slope=0.01", kinks={0.0: 1.0}),
            _keras(
                "leaky_relu",
                "negative_slope=0.2",
                equals="leaky_relu(x, 0.2)",
                agreeing="negative_slope=0.01",
                note="The layer keras.layers.LeakyReLU has a slope of 0.3.",
            ),
            _tf(
                "leaky_relu",
                "alpha=0.2",
                equals="leaky_relu(x, 0.2)",
                agreeing="alpha=0.01",
            ),
            _onnx("LeakyRelu", "alpha=0.01"),
        ),
        "prelu": (
            _torch(
                "prelu",
                arguments="weight=0.25",
                note="The layer torch.nn.PReLU starts at 0.25.",
            ),
            Namesake(
                "Keras",
                "keras.layers.PReLU",
                'alpha_initializer="Zeros"',
                equals="prelu(x, 0.0)",
                agreeing="alpha_initializer=keras.initializers.Constant(0.25)",
                note="A layer: its weights start at 0, which is ReLU.",
            ),
            _onnx("PRelu", arguments="slope=0.25"),
        ),
        "rrelu": (
            _torch(
                "rrelu",
                "lower=0.125, upper=0.3333333333333333, training=False",
                note="With training=True it draws the slopes.",
            ),
        ),
        "elu": (
            _torch("elu", "alpha=1.0"),
            _jax("elu", "alpha=1.0", note=_FLAT),
            _keras("elu", "alpha=1.0"),
            _tf("elu", note=_FLAT),
            _onnx("Elu", "alpha=1.0"),
        ),
        "celu": (
            _torch("celu", "alpha=1.0"),
            _jax("celu", "alpha=1.0", note=_FLAT),
            _keras("celu", "alpha=1.0"),
            _onnx("Celu", "alpha=1.0"),
        ),
        "selu": (
            _torch("selu"),
            _jax("selu", note=_FLAT),
            _keras("selu"),
            _tf("selu", kinks={0.0: 1.0507009873554805}, note=_FLAT),
            _onnx("Selu", "alpha=1.67326319217681884765625, gamma=1.05070102214813232"),
        ),
        "sigmoid": (
            _torch("sigmoid"),
            _jax("sigmoid"),
            _keras("sigmoid"),
            _tf("sigmoid"),
            _onnx("Sigmoid"),
            _scipy("expit", note=_WIDE),
        ),
        "log_sigmoid": (
            _torch("logsigmoid"),
            _jax("log_sigmoid"),
            _keras("log_sigmoid"),
            Namesake("TensorFlow", "tf.math.log_sigmoid"),
            _scipy("log_expit", note=_WIDE),
        ),
        "hard_sigmoid": (
            _torch("hardsigmoid"),
            _jax("hard_sigmoid"),
            _keras("hard_sigmoid"),
            _onnx(
                "HardSigmoid",
                "alpha=0.2, beta=0.5",
                equals="np.clip(0.2 * x + 0.5, 0, 1)",
                agreeing="alpha=1 / 6",
            ),
        ),
        "sparse_sigmoid": (
            _jax("sparse_sigmoid", kinks={-1.0: 0.25, 1.0: 0.25}),
            _keras("sparse_sigmoid"),
        ),
        "tanh": (
            _torch("tanh"),
            _jax("tanh"),
            _keras("tanh", note=_NARROW),
            _tf("tanh"),
            _onnx("Tanh"),
            Namesake("NumPy", "numpy.tanh"),
        ),
        "hard_tanh": (
            _torch("hardtanh", "min_val=-1.0, max_val=1.0"),
            _jax("hard_tanh", kinks={-1.0: 1.0, 1.0: 1.0}),
            _keras("hard_tanh"),
            _onnx("Clip", arguments="min=-1.0, max=1.0"),
        ),
        "scaled_tanh": (),
        "arctan": (),
        "softsign": (
            _torch("softsign"),
            _jax("soft_sign"),
            _keras("softsign"),
            _tf("softsign"),
            _onnx("Softsign"),
        ),
        "softplus": (
            _torch(
                "softplus",
                "beta=1.0, threshold=20.0",
                note="Above the threshold it gives x, at most 2.1e-9 too little.",
            ),
            _jax("softplus"),
            _keras("softplus"),
            _tf("softplus"),
            _onnx("Softplus"),
            _scipy("softplus"),
        ),
        "squareplus": (
            _jax("squareplus", "b=4", note=_HALF),
            _keras("squareplus", "b=4", note=_HALF),
        ),
        "sparse_plus": (_jax("sparse_plus"), _keras("sparse_plus")),
        "gelu": (
            _torch("gelu", "approximate='none'"),
            _jax(
                "gelu",
                "approximate=True",
                equals=_GELU_TANH,
                agreeing="approximate=False",
            ),
            _keras(
                "gelu",
                "approximate=False",
                note="keras.ops.gelu has approximate=True.",
            ),
            _tf("gelu", "approximate=False"),
            _onnx("Gelu", 'approximate="none"'),
        ),
        "gelu_tanh": (
            _torch("gelu", arguments="approximate='tanh'"),
            _jax("gelu", arguments="approximate=True"),
            _keras("gelu", arguments="approximate=True"),
            _tf("gelu", arguments="approximate=True"),
            _onnx("Gelu", arguments='approximate="tanh"'),
        ),
        "gelu_quick": (),
        "silu": (
            _torch("silu"),
            _jax("silu", note="Also named jax.nn.swish."),
            _keras("silu", note="Also named keras.activations.swish."),
            _tf("silu", "beta=1.0"),
        ),
        "swish": (
            _tf("swish", "beta=1.0"),
            _onnx(
                "Swish", "alpha=1.0", note="ONNX Runtime 1.31 has it in opset 24 alone."
            ),
        ),
        "hard_silu": (
            _torch("hardswish"),
            _jax("hard_silu", note="Also named jax.nn.hard_swish."),
            _keras("hard_silu", note="Also named keras.activations.hard_swish."),
            _onnx("HardSwish"),
        ),
        "mish": (_torch("mish"), _jax("mish"), _keras("mish"), _onnx("Mish")),
        "hard_shrink": (
            _torch("hardshrink", "lambd=0.5"),
            _keras("hard_shrink", "threshold=0.5", note=_NO_NAN),
            _onnx("Shrink", "lambd=0.5, bias=0.0", note=_NO_NAN),
        ),
        "soft_shrink": (
            _torch("softshrink", "lambd=0.5"),
            _keras("soft_shrink", "threshold=0.5", note=_NO_NAN),
            _onnx("Shrink", arguments="lambd=0.5, bias=0.5", note=_NO_NAN),
        ),
        "tanh_shrink": (
            _torch("tanhshrink"),
            _keras("tanh_shrink"),
        ),
        "sine": (),
        "snake": (),
        "softmax": (
            _torch("softmax", "dim=None", arguments="dim=-1", note=_NO_DIM),
            _jax("softmax", "axis=-1, where=None"),
            _keras("softmax", "axis=-1"),
            _tf("softmax", "axis=None", note="None means -1."),
            _onnx(
                "Softmax",
                "axis=-1",
                note="Before opset 13 axis is 1, and the axes after it are flattened.",
            ),
            _scipy(
                "softmax",
                "axis=None",
                equals="softmax(x, axis=None)",
                agreeing="axis=-1",
            ),
        ),
        "log_softmax": (
            _torch("log_softmax", "dim=None", arguments="dim=-1", note=_NO_DIM),
            _jax("log_softmax", "axis=-1, where=None"),
            _keras("log_softmax", "axis=-1"),
            _tf("log_softmax", "axis=None", note="None means -1."),
            _onnx("LogSoftmax", "axis=-1"),
            _scipy(
                "log_softmax",
                "axis=None",
                equals="log_softmax(x, axis=None)",
                agreeing="axis=-1",
            ),
        ),
        "softmin": (_torch("softmin", "dim=None", arguments="dim=-1", note=_NO_DIM),),
        "logsumexp": (
            Namesake(
                "PyTorch", "torch.logsumexp", "keepdim=False", arguments="dim=(0, 1)"
            ),
            _jax("logsumexp", "axis=None, b=None, keepdims=False, where=None"),
            _onnx(
                "ReduceLogSumExp",
                "keepdims=1, noop_with_empty_axes=0",
                note="The axes stay, as 1.",
            ),
            _scipy("logsumexp", "axis=None, b=None, keepdims=False"),
        ),
        "standardize": (
            _jax(
                "standardize",
                "axis=-1, mean=None, variance=None, epsilon=1e-5, where=None",
            ),
        ),
        "gumbel_softmax": (
            _torch(
                "gumbel_softmax",
                "tau=1.0, hard=False, eps=1e-10, dim=-1",
                differs="It draws other noise, from the global generator.",
            ),
        ),
        "sparsemax": (
            _keras(
                "sparsemax",
                "axis=-1",
                differs="It is wrong in 3.15.1 where several results are positive: for "
                "[0.5, 0.5] it gives [0.25, 0.25].",
            ),
        ),
        "hardmax": (_onnx("Hardmax", "axis=-1"),),
        "glu": (
            _torch("glu", "dim=-1"),
            _jax("glu", "axis=-1"),
            _keras("glu", "axis=-1"),
        ),
        "reglu": (),
        "geglu": (),
        "swiglu": (
            _onnx(
                "SwiGLU",
                "alpha=1.0",
                differs="It takes the halves as two inputs, the gate first.",
            ),
        ),
        "crelu": (_tf("crelu", "axis=-1"),),
        "maxout": (),
    }
)

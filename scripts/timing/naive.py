# The one-liners that people type in place of the package: what tutorials of NumPy show,
# expressions in x, for a vjp in the cotangent g too. Where there are several, the
# faster and the one that keeps float32 is taken. erf is SciPy's: NumPy has none.

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .cases import Case

# What is not here is the naive form of the catalogue.
_TYPED = {
    "identity": "x.copy()",
    "identity_derivative": "np.ones_like(x)",
    "relu": "np.maximum(x, 0)",
    "relu_derivative": "(x > 0).astype(x.dtype)",
    "relu6": "np.minimum(np.maximum(x, 0), 6)",
    "relu6_derivative": "((x > 0) & (x < 6)).astype(x.dtype)",
    "squared_relu": "np.maximum(x, 0) ** 2",
    "squared_relu_derivative": "2 * np.maximum(x, 0)",
    "threshold_derivative": "(x > 1).astype(x.dtype)",
    "binary_step": "(x >= 0).astype(x.dtype)",
    "binary_step_derivative": "np.zeros_like(x)",
    "leaky_relu": "np.where(x > 0, x, 0.01 * x)",
    "leaky_relu_derivative": "np.where(x > 0, 1, 0.01)",
    "prelu": "np.where(x > 0, x, 0.25 * x)",
    "prelu_vjp": "(np.where(x > 0, g, 0.25 * g), (g * np.minimum(x, 0)).sum())",
    "rrelu": "np.where(x > 0, x, (1 / 8 + 1 / 3) / 2 * x)",
    "rrelu_derivative": "np.where(x > 0, 1, (1 / 8 + 1 / 3) / 2)",
    "elu_derivative": "np.where(x > 0, 1, np.exp(x))",
    "celu_derivative": "np.where(x > 0, 1, np.exp(x))",
    "selu_derivative": "1.0507 * np.where(x > 0, 1, 1.67326 * np.exp(x))",
    "sigmoid_derivative": "(s := 1 / (1 + np.exp(-x))) * (1 - s)",
    "log_sigmoid_derivative": "1 / (1 + np.exp(x))",
    "hard_sigmoid": "np.clip(x / 6 + 0.5, 0, 1)",
    "hard_sigmoid_derivative": "np.where((x > -3) & (x < 3), 1 / 6, 0)",
    "sparse_sigmoid": "np.clip((x + 1) / 2, 0, 1)",
    "sparse_sigmoid_derivative": "np.where((x > -1) & (x < 1), 0.5, 0)",
    "tanh": "np.tanh(x)",
    "tanh_derivative": "1 - np.tanh(x) ** 2",
    "softsign": "x / (1 + np.abs(x))",
    "softsign_derivative": "1 / (1 + np.abs(x)) ** 2",
    "hard_tanh": "np.clip(x, -1, 1)",
    "hard_tanh_derivative": "((x > -1) & (x < 1)).astype(x.dtype)",
    "scaled_tanh": "1.7159 * np.tanh(2 / 3 * x)",
    "scaled_tanh_derivative": "1.7159 * 2 / 3 * (1 - np.tanh(2 / 3 * x) ** 2)",
    "arctan": "np.arctan(x)",
    "arctan_derivative": "1 / (1 + x**2)",
    "softplus_derivative": "1 / (1 + np.exp(-x))",
    "squareplus_derivative": "(1 + x / np.sqrt(x**2 + 4)) / 2",
    "sparse_plus": "np.where(x < -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x))",
    "sparse_plus_derivative": "np.clip((x + 1) / 2, 0, 1)",
    "gelu": "0.5 * x * (1 + erf(x / math.sqrt(2)))",
    "gelu_derivative": "0.5 * (1 + erf(x / math.sqrt(2)))"
    " + x * np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)",
    "gelu_tanh": "0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x**3)))",
    "gelu_tanh_derivative": "0.5 * (1 + (t := np.tanh(0.7978845608"
    " * (x + 0.044715 * x**3)))) + 0.5 * x * (1 - t**2)"
    " * 0.7978845608 * (1 + 3 * 0.044715 * x**2)",
    "gelu_quick_derivative": "(s := 1 / (1 + np.exp(-1.702 * x)))"
    " * (1 + 1.702 * x * (1 - s))",
    "silu_derivative": "(s := 1 / (1 + np.exp(-x))) * (1 + x * (1 - s))",
    "swish_derivative": "(s := 1 / (1 + np.exp(-x))) * (1 + x * (1 - s))",
    "hard_silu": "x * np.clip(x / 6 + 0.5, 0, 1)",
    "hard_silu_derivative": "np.where(x < -3, 0, np.where(x < 3, x / 3 + 0.5, 1))",
    "mish_derivative": "(t := np.tanh(np.log(1 + np.exp(x))))"
    " + x * (1 - t**2) / (1 + np.exp(-x))",
    "hard_shrink": "np.where(np.abs(x) > 0.5, x, 0)",
    "hard_shrink_derivative": "(np.abs(x) > 0.5).astype(x.dtype)",
    "soft_shrink": "np.sign(x) * np.maximum(np.abs(x) - 0.5, 0)",
    "soft_shrink_derivative": "(np.abs(x) > 0.5).astype(x.dtype)",
    "tanh_shrink": "x - np.tanh(x)",
    "tanh_shrink_derivative": "np.tanh(x) ** 2",
    "sine": "np.sin(x)",
    "sine_derivative": "np.cos(x)",
    "snake": "x + np.sin(x) ** 2",
    "snake_derivative": "1 + np.sin(2 * x)",
    "glu": "(p := np.split(x, 2, -1))[0] / (1 + np.exp(-p[1]))",
    "glu_vjp": "np.concatenate([g * (s := 1 / (1 + np.exp(-(p :="
    " np.split(x, 2, -1))[1]))), g * p[0] * s * (1 - s)], -1)",
    "reglu": "(p := np.split(x, 2, -1))[0] * np.maximum(p[1], 0)",
    "reglu_vjp": "np.concatenate([g * np.maximum((p := np.split(x, 2, -1))[1], 0),"
    " g * p[0] * (p[1] > 0)], -1)",
    "geglu": "0.5 * (p := np.split(x, 2, -1))[0] * p[1]"
    " * (1 + erf(p[1] / math.sqrt(2)))",
    "geglu_vjp": "np.concatenate([g * (b := (p := np.split(x, 2, -1))[1])"
    " * (c := 0.5 * (1 + erf(b / math.sqrt(2)))),"
    " g * p[0] * (c + b * np.exp(-(b**2) / 2) / math.sqrt(2 * math.pi))], -1)",
    "swiglu": "(p := np.split(x, 2, -1))[0] * p[1] / (1 + np.exp(-p[1]))",
    "swiglu_vjp": "np.concatenate([g * (b := (p := np.split(x, 2, -1))[1])"
    " * (s := 1 / (1 + np.exp(-b))), g * p[0] * s * (1 + b * (1 - s))], -1)",
    "crelu": "np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], -1)",
    "crelu_vjp": "(p := np.split(g, 2, -1))[0] * (x > 0) - p[1] * (x < 0)",
    "maxout": "x.reshape(*x.shape[:-1], -1, 2).max(-1)",
    "maxout_vjp": "((p := x.reshape(*x.shape[:-1], -1, 2))"
    " == p.max(-1, keepdims=True)).reshape(x.shape) * np.repeat(g, 2, -1)",
    "softmax": "(e := np.exp(x - x.max(-1, keepdims=True))) / e.sum(-1, keepdims=True)",
    "softmax_vjp": "(y := (e := np.exp(x - x.max(-1, keepdims=True)))"
    " / e.sum(-1, keepdims=True)) * (g - (g * y).sum(-1, keepdims=True))",
    "log_softmax": "(z := x - x.max(-1, keepdims=True))"
    " - np.log(np.exp(z).sum(-1, keepdims=True))",
    "log_softmax_vjp": "g - (e := np.exp(x - x.max(-1, keepdims=True)))"
    " / e.sum(-1, keepdims=True) * g.sum(-1, keepdims=True)",
    "softmin": "(e := np.exp(x.min(-1, keepdims=True) - x)) / e.sum(-1, keepdims=True)",
    "softmin_vjp": "(y := (e := np.exp(x.min(-1, keepdims=True) - x))"
    " / e.sum(-1, keepdims=True)) * ((g * y).sum(-1, keepdims=True) - g)",
    "logsumexp": "(m := x.max(-1)) + np.log(np.exp(x - m[..., None]).sum(-1))",
    "logsumexp_vjp": "(e := np.exp(x - x.max(-1, keepdims=True)))"
    " / e.sum(-1, keepdims=True) * g[..., None]",
    "standardize": "(x - x.mean(-1, keepdims=True))"
    " / np.sqrt(x.var(-1, keepdims=True) + 1e-5)",
    "standardize_vjp": "(g - g.mean(-1, keepdims=True) - (y := (x - x.mean(-1,"
    " keepdims=True)) / (s := np.sqrt(x.var(-1, keepdims=True) + 1e-5)))"
    " * (g * y).mean(-1, keepdims=True)) / s",
    "sparsemax": "np.maximum(x - ((c := np.cumsum(z := -np.sort(-x, -1), -1) - 1)"
    " / (k := np.arange(1, x.shape[-1] + 1)))[np.arange(len(x)),"
    " (z * k > c).sum(-1) - 1][:, None], 0)",
    "sparsemax_vjp": "(s := (np.maximum(x - ((c := np.cumsum(z := -np.sort(-x, -1), -1)"
    " - 1) / (k := np.arange(1, x.shape[-1] + 1)))[np.arange(len(x)),"
    " (z * k > c).sum(-1) - 1][:, None], 0) > 0))"
    " * (g - (g * s).sum(-1, keepdims=True) / s.sum(-1, keepdims=True))",
    "hardmax": "(np.arange(x.shape[-1]) == x.argmax(-1)[:, None]).astype(x.dtype)",
    "gumbel_softmax": "(e := np.exp((z := x - np.log(rng.standard_exponential("
    "x.shape))) - z.max(-1, keepdims=True))) / e.sum(-1, keepdims=True)",
    "gumbel_softmax_vjp": "(y := (e := np.exp((z := x - np.log("
    "rng.standard_exponential(x.shape))) - z.max(-1, keepdims=True)))"
    " / e.sum(-1, keepdims=True)) * (g - (g * y).sum(-1, keepdims=True))",
}


def form(case: Case) -> str:
    """The naive form of a function, derivative or vjp, or nothing."""
    catalogued = "" if case.is_gradient else case.row.naive
    return _TYPED.get(case.name, catalogued)


def function(case: Case) -> Callable[..., Any]:
    """The naive form as a function of x, and for a vjp of the cotangent."""
    text = form(case)
    scope: dict[str, Any] = {"math": math, "np": np, "rng": np.random.default_rng(0)}
    if "erf(" in text:
        from scipy.special import erf

        scope["erf"] = erf
    arguments = "x, g" if case.takes_cotangent else "x"
    made: Callable[..., Any] = eval(f"lambda {arguments}: {text}", scope)
    return made

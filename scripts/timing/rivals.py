# What is timed beside ours: the naive form, the same function of SciPy, PyTorch, JAX
# and numexpr, and the limit. Calls take the same arrays and allocate as ours does.

import importlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from measure import peers

from . import expressions, limits, naive
from .cases import FRESH, INTO, LARGE, SIZES, Case, Inputs
from .clock import Call

# What people write where the library has no function of its own for it.
_SCIPY = {
    "sigmoid_derivative": "special.expit(x) * special.expit(-x)",
    "log_sigmoid_derivative": "special.expit(-x)",
    "softplus_derivative": "special.expit(x)",
    "gelu": "x * special.ndtr(x)",
    "silu": "x * special.expit(x)",
    "silu_derivative": "(s := special.expit(x)) * (1 + x * (1 - s))",
}
_TORCH = {
    "identity": "x.clone()",
    "squared_relu": "F.relu(x) ** 2",
    "scaled_tanh": "1.7159 * torch.tanh(2 / 3 * x)",
    "arctan": "torch.arctan(x)",
    "squareplus": "(x + torch.sqrt(x**2 + 4)) / 2",
    "gelu_quick": "x * torch.sigmoid(1.702 * x)",
    "swish": "F.silu(x)",
    "sine": "torch.sin(x)",
    "snake": "x + torch.sin(x) ** 2",
    "reglu": "(p := x.chunk(2, -1))[0] * F.relu(p[1])",
    "geglu": "(p := x.chunk(2, -1))[0] * F.gelu(p[1])",
    "swiglu": "(p := x.chunk(2, -1))[0] * F.silu(p[1])",
    "crelu": "torch.cat([F.relu(x), F.relu(-x)], -1)",
    "maxout": "x.unflatten(-1, (-1, 2)).amax(-1)",
    "standardize": "F.layer_norm(x, x.shape[-1:])",
    "gumbel_softmax": "F.gumbel_softmax(x)",
}


def rivals(
    given: Inputs, allocation: str, threads: int, *, with_peers: bool = True
) -> Iterator[tuple[str, Call]]:
    """Give what there is to compare a call with, by name.

    NumPy and SciPy have one thread, so they are compared with one of ours.
    """
    case = given.case
    if threads == 1 and allocation == FRESH:
        yield "naive", partial(naive.function(case), *given.arrays)
    if threads == 1 and allocation == INTO and given.x.size >= LARGE:
        yield "limit", limits.call(case, given.x)
    if with_peers:
        found = {p.library: p for p in peers.find(case.row)}
        beside = _fresh if allocation == FRESH else _into
        yield from beside(given, found, threads)


def _fresh(
    given: Inputs, found: dict[str, peers.Peer], threads: int
) -> Iterator[tuple[str, Call]]:
    if threads == 1:
        yield from _scipy(found.get("SciPy"), given)
    yield from _torch(_torch_function(given.case, found), given)
    if given.x.size >= LARGE:
        yield from _jax(found.get("JAX"), given)
    if given.x.size >= SIZES[-1]:
        yield from _numexpr(given)


def _into(
    given: Inputs, found: dict[str, peers.Peer], threads: int
) -> Iterator[tuple[str, Call]]:
    if "PyTorch" in found and not given.case.is_gradient:
        yield from _torch_into(found["PyTorch"].function, given)


def _scipy(peer: Any, given: Inputs) -> Iterator[tuple[str, Call]]:
    case = given.case
    if "scipy" not in peers.versions():
        return
    if text := _SCIPY.get(case.name):
        special = importlib.import_module("scipy.special")
        yield "SciPy", partial(eval(f"lambda x: {text}", {"special": special}), given.x)
    elif peer and not case.is_gradient:
        yield "SciPy", partial(peer.function, given.x)


def _torch_function(case: Case, found: dict[str, Any]) -> Callable[..., Any] | None:
    if "torch" not in peers.versions():
        return None
    torch = importlib.import_module("torch")
    if text := _TORCH.get(case.row.name):
        scope = {"torch": torch, "F": torch.nn.functional}
        return eval(f"lambda x: {text}", scope)  # type: ignore[no-any-return]
    return found["PyTorch"].function if "PyTorch" in found else None


def _torch(
    function: Callable[..., Any] | None, given: Inputs
) -> Iterator[tuple[str, Call]]:
    """The function, or its backward pass alone through a graph that is made before.

    The function records no graph, since no tensor asks for a gradient.
    """
    if function is None:
        return
    torch = importlib.import_module("torch")
    leaves = [_tensor(given.x)]
    if weight := getattr(function, "keywords", {}).get("weight"):
        leaves.append(torch.full((1,), weight, dtype=leaves[0].dtype))
        function = function.func  # type: ignore[attr-defined]
    call = partial(function, *leaves)
    passed = leaves
    if given.case.is_gradient:
        result = _with_graph(function, leaves)
        if not result.requires_grad:
            return
        whole = given.cotangent
        passed = [torch.ones_like(result) if whole is None else _tensor(whole)]
        call = partial(torch.autograd.grad, result, leaves, passed, retain_graph=True)
    if not _is_one_of(call(), passed):
        yield "PyTorch", call


def _with_graph(function: Callable[..., Any], leaves: list[Any]) -> Any:
    for leaf in leaves:
        leaf.requires_grad_()
    return function(*leaves)


def _is_one_of(result: Any, passed: list[Any]) -> bool:
    """Whether nothing was computed: what came in is handed on."""
    first = result[0] if isinstance(result, tuple) else result
    return bool(first.data_ptr() == passed[0].data_ptr())


def _torch_into(
    function: Callable[..., Any], given: Inputs
) -> Iterator[tuple[str, Call]]:
    """The function of the name that takes `out`, if there is one."""
    torch = importlib.import_module("torch")
    name, keywords = _name(function), getattr(function, "keywords", {})
    x = _tensor(given.x)
    for candidate in (function, getattr(torch, name, None)):
        try:
            out = torch.empty_like(function(x))
            call = partial(candidate or function, x, **keywords, out=out)
            call()
        except TypeError:
            continue
        yield "PyTorch", call
        return


def _name(function: Any) -> str:
    return str(getattr(getattr(function, "func", function), "__name__", ""))


def _tensor(x: Any) -> Any:
    # A tensor of a read-only array would warn; nothing here writes to it.
    return importlib.import_module("torch").from_numpy(np.require(x, requirements="W"))


def _jax(peer: Any, given: Inputs) -> Iterator[tuple[str, Call]]:
    """The function compiled, or its gradient; the first call compiles."""
    if peer is None:
        return
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)

    def back(x: Any, cotangent: Any) -> Any:
        return jax.vjp(peer.function, x)[1](cotangent)[0]

    x = jax.numpy.asarray(given.x)
    arguments = [x]
    if given.case.is_gradient:
        like = jax.eval_shape(peer.function, x)
        ones = jax.numpy.ones(like.shape, like.dtype)
        whole = given.cotangent
        arguments.append(ones if whole is None else jax.numpy.asarray(whole))
    compiled = jax.jit(back if given.case.is_gradient else peer.function)
    last = arguments[-1]
    if compiled(*arguments).unsafe_buffer_pointer() != last.unsafe_buffer_pointer():
        yield "JAX", lambda: compiled(*arguments).block_until_ready()


def _numexpr(given: Inputs) -> Iterator[tuple[str, Call]]:
    if not importlib.util.find_spec("numexpr"):
        return
    arrays = dict(zip("xg", given.arrays))
    dtype = given.x.dtype
    try:
        call = expressions.compiled(naive.form(given.case), dtype.name, arrays)
    except expressions.InexpressibleError:
        return
    yield "numexpr", call


def set_threads(threads: int) -> None:
    """Give every library so many threads, as far as it can be told to.

    JAX reads its own from the environment when it starts; session.py sets that.
    """
    import actfn

    if known := getattr(actfn, "set_threads", None):
        known(threads)
    there = peers.versions()
    if "torch" in there:
        importlib.import_module("torch").set_num_threads(threads)
    if importlib.util.find_spec("numexpr"):
        importlib.import_module("numexpr").set_num_threads(threads)

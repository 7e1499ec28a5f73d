# How to find, read, call and differentiate a function of each library. None of them is
# imported before a test asks for it.

import ast
import importlib.util
import inspect
import os
import sys
import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from actfn import Namesake

Array = NDArray[Any]

# Parameters that say how to compute, where to put the result or what to call it.
_UNTOLD = {
    *("_stacklevel", "dtype", "inplace", "name", "out", "return_sign", "algorithm"),
    *("alpha_regularizer", "alpha_constraint", "shared_axes"),
}


class Library:
    """A library, imported at the first use; the test is skipped where it is missing.

    Attributes:
        required: Whether a missing library fails the test instead.
        package: The name to install it by, and to import it by.
        root: What the names of its functions begin with, if not with `package`.
        settings: Environment variables that must be set before it is imported.
    """

    required: ClassVar[bool] = False
    package = ""
    root = ""
    settings: ClassVar[Mapping[str, str]] = {}

    @cache  # noqa: B019  # there is one object of each class
    def missing(self) -> str:
        """Say why the library cannot be used, or nothing."""
        if importlib.util.find_spec(self.package):
            return ""
        if not self.exists():
            return f"there is no {self.package} for this Python"
        return (
            f"{self.package} is not installed: python3 scripts/test.py --conformance "
            "installs and runs what this test needs"
        )

    @cache  # noqa: B019
    def load(self) -> Any:
        """Import the library and set it up."""
        if self.missing():
            if Library.required and self.exists():
                pytest.fail(self.missing())
            pytest.skip(self.missing())
        os.environ.update(self.settings)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = importlib.import_module(self.package)
            self.prepare(module)
        return module

    def prepare(self, module: Any) -> None:
        """Set the library up after its import."""

    def exists(self) -> bool:
        """Whether the library can be had for this Python."""
        return True

    def find(self, name: str) -> Any:
        """Find what has the name that a namesake gives."""
        start, *path = name.split(".")
        assert start == (self.root or self.package)
        found = self.load()
        for part in path:
            found = getattr(found, part)
        return found

    def arguments(self, text: str) -> dict[str, Any]:
        """Evaluate keyword arguments, which may name the library."""
        module = self.load()
        given: dict[str, Any] = eval(f"dict({text})", {self.package: module})
        return given

    def parameters(self, name: str) -> dict[str, Any]:
        """Give the parameters that have defaults and change results."""
        function = self.find(name)
        if isinstance(function, np.ufunc):
            return {}
        try:
            signature = inspect.signature(function)
        except ValueError:
            signature = _documented(function)
        return {
            p.name: p.default
            for p in signature.parameters.values()
            if p.default is not p.empty and p.name not in _UNTOLD
        }

    def call(self, name: str, x: Array, **given: Any) -> Array:
        """Call a function, and give its result as an array."""
        return self.numbers(self.apply(name, self.tensor(x), given))

    def apply(self, name: str, x: Any, given: Mapping[str, Any]) -> Any:
        """Call a function with what the library computes with."""
        return self.find(name)(x, **given)

    def tensor(self, x: Array) -> Any:
        """Make of an array what the library computes with."""
        return x

    def numbers(self, result: Any) -> Array:
        """Make an array of a result."""
        return np.asarray(result)


class Torch(Library):
    """PyTorch, whose derivatives are those of its autograd."""

    package = "torch"

    def apply(self, name: str, x: Any, given: Mapping[str, Any]) -> Any:
        """Call a function, or make a layer and call that."""
        function = self.find(name)
        if isinstance(function, type):
            return function(**given)(x)
        if "weight" in given:
            weight = self.tensor(np.full(1, given["weight"], _dtype(x)))
            given = {**given, "weight": weight}
        return function(x, **given)

    def tensor(self, x: Array) -> Any:
        """Copy an array."""
        return self.load().from_numpy(np.array(x))

    def numbers(self, result: Any) -> Array:
        """Give the values without what autograd has noted."""
        return np.asarray(result.detach().numpy())

    def pull(self, name: str, x: Array, cotangent: Array, **given: Any) -> Array:
        """Carry a cotangent back through a function."""
        leaf = self.tensor(x).requires_grad_()
        self.apply(name, leaf, given).backward(self.tensor(cotangent))
        return self.numbers(leaf.grad)


class Jax(Library):
    """JAX with float64 enabled, whose derivatives are those of `jax.vjp`."""

    package = "jax"

    def prepare(self, module: Any) -> None:
        """Let float64 be float64."""
        module.config.update("jax_enable_x64", True)

    def tensor(self, x: Array) -> Any:
        """Copy an array."""
        return self.load().numpy.asarray(x)

    def pull(self, name: str, x: Array, cotangent: Array, **given: Any) -> Array:
        """Carry a cotangent back through a function."""

        def function(t: Any) -> Any:
            return self.apply(name, t, given)

        _, back = self.load().vjp(function, self.tensor(x))
        return self.numbers(back(self.tensor(cotangent))[0])


class Keras(Library):
    """Keras, on top of JAX."""

    package = "keras"
    settings: ClassVar[Mapping[str, str]] = {"KERAS_BACKEND": "jax"}

    def prepare(self, module: Any) -> None:
        """Let float64 be float64."""
        JAX.load()

    def apply(self, name: str, x: Any, given: Mapping[str, Any]) -> Any:
        """Call a function, or make a layer and call that."""
        function = self.find(name)
        if isinstance(function, type):
            return function(**given, dtype=_dtype(x).name)(x)
        return function(x, **given)


class TensorFlow(Library):
    """TensorFlow, whose derivatives are those of its gradient tape."""

    package = "tensorflow"
    root = "tf"
    settings: ClassVar[Mapping[str, str]] = {
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }

    def exists(self) -> bool:
        """Whether there is a build for this Python."""
        return sys.version_info < (3, 14)

    def tensor(self, x: Array) -> Any:
        """Copy an array."""
        return self.load().constant(x)

    def pull(self, name: str, x: Array, cotangent: Array, **given: Any) -> Array:
        """Carry a cotangent back through a function."""
        leaf = self.tensor(x)
        with self.load().GradientTape() as tape:
            tape.watch(leaf)
            y = self.apply(name, leaf, given)
        return self.numbers(tape.gradient(y, leaf, self.tensor(cotangent)))


class Onnx(Library):
    """The operators of ONNX, as ONNX Runtime computes them."""

    package = "onnxruntime"

    def prepare(self, module: Any) -> None:
        """Import what makes models, and the code that checks them."""
        importlib.import_module("onnx.helper")

    @cache  # noqa: B019  # there is one object of each class
    def opset(self) -> int:
        """The newest set of operators that ONNX Runtime takes."""
        self.load()
        onnx = importlib.import_module("onnx")

        newest = onnx.defs.onnx_opset_version()
        return next(v for v in range(newest, 0, -1) if self._takes(v))

    def _takes(self, opset: int) -> bool:
        try:
            self.run("Identity", np.zeros(1), {}, opset)
        except Exception as error:  # its classes are not public
            assert "opset" in str(error)
            return False
        return True

    def find(self, name: str) -> Any:
        """Find the operator's schema."""
        opset = self.opset()
        onnx = importlib.import_module("onnx")
        try:
            return onnx.defs.get_schema(name, opset)
        except onnx.defs.SchemaError:  # newer than what ONNX Runtime takes
            return onnx.defs.get_schema(name)

    def parameters(self, name: str) -> dict[str, Any]:
        """Give the attributes and their defaults."""
        schema = self.find(name)
        onnx = importlib.import_module("onnx")

        value = onnx.helper.get_attribute_value
        defaults = {k: value(a.default_value) for k, a in schema.attributes.items()}
        return {
            k: v.decode() if isinstance(v, bytes) else v for k, v in defaults.items()
        }

    def call(self, name: str, x: Array, **given: Any) -> Array:
        """Run an operator, in float32 where it has no float64.

        ONNX Runtime lacks some operators in all sets but the one that brought them.
        """
        with np.errstate(all="ignore"):
            narrow = x.astype(np.float32)
        opsets = (self.opset(), self.find(name).since_version)
        *ways, last = [(v, opset) for v in (x, narrow) for opset in opsets]
        for values, opset in ways:
            try:
                return self.run(name, values, given, opset)
            except Exception as error:  # its classes are not public
                refused = ("NOT_IMPLEMENTED", "Type Error", "INVALID_GRAPH")
                assert any(word in str(error) for word in refused), error
        return self.run(name, last[0], given, last[1])

    def run(self, name: str, x: Array, given: Mapping[str, Any], opset: int) -> Array:
        """Make a model of one operator and run it."""
        runtime = self.load()
        onnx = importlib.import_module("onnx")
        helper, numpy_helper = onnx.helper, onnx.numpy_helper

        schema = onnx.defs.get_schema(name, opset)
        attributes = {k: v for k, v in given.items() if k in schema.attributes}
        places = [i.name for i in schema.inputs[1:] if i.name in given]
        dtype = {"axes": np.int64}
        more = [
            numpy_helper.from_array(np.array(given[p], dtype.get(p, x.dtype)), p)
            for p in places
        ]
        assert {*attributes, *places} == {*given}
        kind = helper.np_dtype_to_tensor_dtype(x.dtype)
        node = helper.make_node(name, ["x", *places], ["y"], **attributes)
        ends = [helper.make_tensor_value_info(v, kind, None) for v in "xy"]
        graph = helper.make_graph([node], "graph", ends[:1], ends[1:], more)
        version = [helper.make_opsetid("", opset)]
        model = helper.make_model(graph, opset_imports=version, ir_version=10)
        options = runtime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = 1
        session = runtime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        return np.asarray(session.run(None, {"x": x})[0])


class SciPy(Library):
    """SciPy's special functions."""

    package = "scipy"

    def prepare(self, module: Any) -> None:
        """Import the part that is needed."""
        importlib.import_module("scipy.special")


class NumPy(Library):
    """NumPy."""

    package = "numpy"


def _documented(function: Any) -> inspect.Signature:
    """Read the signature of compiled code from the first line of its documentation."""
    line = (function.__doc__ or "").strip().splitlines()[0]
    declared = ast.parse(f"def {line.partition('->')[0].strip()}: ...").body[0]
    assert isinstance(declared, ast.FunctionDef), line
    a = declared.args
    pairs = [
        *zip(reversed(a.args), map(ast.literal_eval, reversed(a.defaults))),
        *((k, ast.literal_eval(d)) for k, d in zip(a.kwonlyargs, a.kw_defaults) if d),
    ]
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature(
        [inspect.Parameter(p.arg, kind, default=value) for p, value in pairs]
    )


def _dtype(x: Any) -> np.dtype[Any]:
    return np.dtype(str(x.dtype).removeprefix("torch."))


JAX = Jax()
LIBRARIES: dict[str, Any] = {
    "PyTorch": Torch(),
    "JAX": JAX,
    "Keras": Keras(),
    "TensorFlow": TensorFlow(),
    "ONNX": Onnx(),
    "SciPy": SciPy(),
    "NumPy": NumPy(),
}


def library(namesake: Namesake) -> Any:
    """The library of a namesake."""
    return LIBRARIES[namesake.library]


def written(keywords: str) -> dict[str, Any]:
    """Read keyword arguments as the table writes them."""
    call = ast.parse(f"f({keywords})", mode="eval").body
    assert isinstance(call, ast.Call)
    return {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}

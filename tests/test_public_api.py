# Exported = defined = catalogued = documented, once each.

import doctest
import importlib.resources
import inspect
import os
import pkgutil
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import actfn
import actfn.plot
import actfn.testing
from actfn import CATALOGUE, get

PACKAGE = Path(actfn.__file__).parent
THREADS = ["get_threads", "set_threads", "threads"]
GENERAL = ["CATALOGUE", "Activation", "Namesake", "get", *THREADS]
GRADIENTS = [row.gradient for row in CATALOGUE.values() if row.gradient]
FUNCTIONS = [*(row.function for row in CATALOGUE.values()), *GRADIENTS]
DRAWING = [actfn.plot.curve, actfn.plot.compare]
CHECKING = [
    actfn.testing.check_derivative,
    actfn.testing.check_vjp,
    actfn.testing.max_ulp_error,
]

every_function = pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)


def modules() -> list[types.ModuleType]:
    names = [m.name for m in pkgutil.iter_modules([str(PACKAGE)])]
    return [importlib.import_module(f"actfn.{name}") for name in names]


def is_like_a_function_of_the_catalogue(f: Callable[..., Any]) -> bool:
    kinds = {n: p.kind for n, p in inspect.signature(f).parameters.items()}
    if f.__name__.endswith("_vjp"):  # one with two results has no out
        return kinds.get("x") is inspect.Parameter.POSITIONAL_ONLY
    return kinds.get("out") is inspect.Parameter.KEYWORD_ONLY


def functions_of_the_modules() -> list[Callable[..., Any]]:
    """Functions of the modules that are made like activation functions."""
    return [
        f
        for module in modules()
        for f in vars(module).values()
        if inspect.isfunction(f) and f.__module__ == module.__name__
        if not f.__name__.startswith("_")
        if module.__name__ not in {"actfn._blocks", "actfn.testing"}
        if is_like_a_function_of_the_catalogue(f)
    ]


def interpret(code: str) -> str:
    """Run code in a fresh interpreter where warnings are errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_what_is_catalogued_is_exported_once() -> None:
    names = sorted([f.__name__ for f in FUNCTIONS] + GENERAL)
    assert sorted(actfn.__all__) == names
    assert len(set(names)) == len(names)
    assert all(getattr(actfn, f.__name__) is f for f in FUNCTIONS)


def test_what_is_exported_is_in_order() -> None:
    assert actfn.__all__ == sorted(actfn.__all__, key=lambda n: (n != n.upper(), n))


def test_what_is_defined_is_catalogued() -> None:
    assert set(functions_of_the_modules()) == set(FUNCTIONS)


def test_nothing_else_is_public() -> None:
    public = {n for n in vars(actfn) if not n.startswith("_")}
    modules = {"plot", "testing"}
    assert public - set(actfn.__all__) - modules - {"Any", "TYPE_CHECKING"} == set()
    assert set(dir(actfn)) == {*actfn.__all__, *modules}
    assert set(actfn.plot.__all__) == {f.__name__ for f in DRAWING}
    assert set(actfn.testing.__all__) == {"UlpError", *(f.__name__ for f in CHECKING)}


def test_the_version_is_a_version() -> None:
    assert [part.isdecimal() for part in actfn.__version__.split(".")] == [True] * 3


def test_an_unknown_attribute_is_named() -> None:
    with pytest.raises(AttributeError, match="'actfn' has no attribute 'swoosh'"):
        actfn.swoosh  # noqa: B018


@every_function
def test_a_function_stands_in_the_file_of_its_family(f: Callable[..., Any]) -> None:
    row = next(r for r in CATALOGUE.values() if f in (r.function, r.gradient))
    stem = row.family.replace(" ", "_")
    assert Path(inspect.getsourcefile(f) or "") == PACKAGE / f"_{stem}.py"
    assert (Path(__file__).parent / f"test_{stem}.py").exists()


def test_no_module_hides_a_function() -> None:
    stems = {m.__name__.rpartition(".")[2].strip("_") for m in modules()}
    assert not stems & set(actfn.__all__)


@pytest.mark.parametrize("row", CATALOGUE.values(), ids=lambda r: r.name)
def test_a_gradient_follows_its_function(row: actfn.Activation) -> None:
    family = inspect.getmodule(row.function)
    order = [n for n, f in vars(family).items() if f in functions_of_the_modules()]
    if row.gradient is not None:
        assert order[order.index(row.name) + 1] == row.gradient.__name__


@every_function
def test_a_docstring_has_all_its_parts(f: Callable[..., Any]) -> None:
    text = inspect.getdoc(f) or ""
    first, blank, *_ = [*text.splitlines(), ""]
    assert first.endswith(".")
    assert not blank
    assert text.count("$$") == 2
    assert f"from actfn import {f.__name__}" in text
    assert f">>> {f.__name__}(" in text
    is_function = f.__name__ in CATALOGUE
    for section in ("Args:", "Returns:", "Raises:"):
        assert (section in text) == is_function
    for name in set(inspect.signature(f).parameters) if is_function else ():
        assert f"\n    {name}: " in text
    if not is_function:
        stem = f.__name__.removesuffix("_derivative").removesuffix("_vjp")
        assert f"[`{stem}`][actfn.{stem}]" in text


@pytest.mark.parametrize(
    "f", [*FUNCTIONS, get, *DRAWING, *CHECKING], ids=lambda f: f.__name__
)
def test_a_docstring_has_examples_that_pytest_runs(f: Callable[..., Any]) -> None:
    (test,) = doctest.DocTestFinder(recurse=False).find(f, f.__name__)
    assert any(example.want for example in test.examples)


@pytest.mark.parametrize(
    "f", [*FUNCTIONS, get, *DRAWING, *CHECKING], ids=lambda f: f.__name__
)
def test_annotations_are_complete(f: Callable[..., Any]) -> None:
    hints = get_type_hints(f)
    assert set(hints) == {*inspect.signature(f).parameters, "return"}


@every_function
def test_a_function_is_plain(f: Callable[..., Any]) -> None:
    assert type(f) is types.FunctionType
    assert vars(f) == {}
    assert f.__closure__ is None


def test_types_are_shipped() -> None:
    assert importlib.resources.files("actfn").joinpath("py.typed").is_file()


def test_importing_needs_numpy_alone_and_warns_of_nothing() -> None:
    code = (
        "import sys; known = set(sys.modules)  # such as sitecustomize\n"
        "import actfn\n"
        "known |= {*sys.stdlib_module_names, 'actfn', 'numpy'}\n"
        "new = {name.partition('.')[0] for name in sys.modules} - known\n"
        "print([name for name in new if not name.startswith('_')])"
    )
    assert interpret(code) == "[]"


def test_what_takes_long_to_import_is_left_for_later() -> None:
    code = (
        "import sys, numpy; known = set(sys.modules)\n"
        "import actfn\n"
        "slow = {'numpy.random', 'decimal', 'fractions', 'actfn._catalogue'}\n"
        "print(slow & (set(sys.modules) - known))"
    )
    assert interpret(code) == "set()"


def test_plot_is_imported_when_it_is_asked_for() -> None:
    code = (
        "import sys, actfn; assert 'matplotlib' not in sys.modules\n"
        "ax = actfn.plot.curve('relu'); assert 'matplotlib' in sys.modules\n"
        "print(ax.get_xlabel())"
    )
    assert interpret(code) == "x"


def test_testing_is_imported_when_it_is_asked_for_and_needs_no_more() -> None:
    code = (
        "import sys; known = set(sys.modules)  # such as sitecustomize\n"
        "import actfn; assert 'actfn.testing' not in sys.modules\n"
        "actfn.testing.check_derivative; assert 'actfn.plot' not in sys.modules\n"
        "known |= {*sys.stdlib_module_names, 'actfn', 'numpy', 'cython_runtime'}\n"
        "new = {name.partition('.')[0] for name in sys.modules} - known\n"
        "print([name for name in new if not name.startswith('_')])"
    )
    assert interpret(code) == "[]"


def test_plot_without_matplotlib_says_what_to_install() -> None:
    code = (
        "import sys, actfn; sys.modules['matplotlib'] = None\n"
        "try: actfn.plot\n"
        "except ImportError as error: print(error)"
    )
    assert interpret(code).endswith("install it with: pip install 'actfn[plot]'")

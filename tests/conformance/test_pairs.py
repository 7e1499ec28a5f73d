# The code on the pages for those who come from another library, as it stands there:
# both sides run, and give the same values and gradients.

import contextlib
import inspect
import re
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conformance.libraries import LIBRARIES, Array
from numpy.testing import assert_allclose

import actfn

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = str(ROOT / "scripts" / "pages")
sys.path.insert(0, _FOLDER)
try:
    import pair_pages
    import pairs
finally:
    sys.path.remove(_FOLDER)

PAIRS = [(name, row, n) for name in pairs.LIBRARIES for row, n in pairs.found(name)]
every_library = pytest.mark.parametrize("library", pairs.LIBRARIES)


def markdown(library: str) -> str:
    path = ROOT / "docs" / "coming-from" / f"{library.lower()}.md"
    return path.read_text(encoding="utf-8")


@cache
def sections(library: str) -> list[list[tuple[str, str]]]:
    """The code of a page, theirs and ours; what all code needs comes first."""
    page = pair_pages.filled(markdown(library), library)
    return [_codes(part) for part in re.split(r"^### ", page, flags=re.MULTILINE)]


def _codes(part: str) -> list[tuple[str, str]]:
    codes = re.findall(r'^``` python title="\w+"\n(.*?)\n```$', part, re.M | re.DOTALL)
    return list(zip(codes[::2], codes[1::2], strict=True))


def run(library: str, code: str, place: int) -> dict[str, Any]:
    """Run code of theirs (0) or ours (1) below what all code needs."""
    if place == 0:
        LIBRARIES[library].load()
    scope: dict[str, Any] = {}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # that of softmax without dim
        exec(sections(library)[0][0][place], scope)
        exec(code, scope)
    return scope


def array(result: Any) -> Array:
    """Make an array of what a library gives."""
    return np.asarray(result.detach() if hasattr(result, "detach") else result)


def named(value: Any) -> str:
    return str(getattr(value, "name", value))


@pytest.mark.parametrize(("library", "row", "namesake"), PAIRS, ids=named)
def test_both_sides_give_the_same(
    library: str, row: actfn.Activation, namesake: actfn.Namesake
) -> None:
    place = pairs.found(library).index((row, namesake)) + 1
    codes = sections(library)[place]
    assert len(codes) == 1 + bool(namesake.agreeing)
    for theirs, ours in codes:
        there, here = run(library, theirs, 0), run(library, ours, 1)
        got, wanted = array(there["y"]), here["y"]
        assert got.shape == wanted.shape
        if namesake.differs:  # other noise, or a mistake of theirs: the page says so
            continue
        tolerance = 4e-6 if got.dtype == np.float32 else 1e-12
        assert_allclose(got, wanted, tolerance, 1e-15)
        agree_in_gradients(there, here, row, namesake)


def agree_in_gradients(
    there: dict[str, Any],
    here: dict[str, Any],
    row: actfn.Activation,
    namesake: actfn.Namesake,
) -> None:
    names = {"dx", "dz"} & set(here)
    assert bool(names) == bool(row.gradient)
    if namesake.library == "SciPy":
        assert not {"dx", "dz"} & set(there)
        return
    for name in names:
        got, wanted = array(there[name]), here[name].copy()
        x = here[name.removeprefix("d")]
        if namesake.library == "Keras":  # whose backend chooses the values at kinks
            got, wanted = (g[~np.isin(x, list(row.kinks))] for g in (got, wanted))
        else:
            for kink, value in namesake.kinks.items():
                wanted[x == kink] = value
        assert_allclose(got, wanted, 4e-6, 1e-12)


DIFFERENCES = [
    (library, example)
    for library in pairs.LIBRARIES
    for fence in pair_pages.examples(markdown(library))
    for example in fence
]


@pytest.mark.parametrize(
    ("library", "example"), DIFFERENCES, ids=lambda e: e if str(e) == e else e["theirs"]
)
def test_what_a_page_says_of_a_library_is_what_it_gives(
    library: str, example: dict[str, str]
) -> None:
    raises = example.get("raises")
    refusal = pytest.raises(Exception) if raises else contextlib.nullcontext()
    with refusal as caught:
        got = run(library, f"result = {example['theirs']}", 0)["result"]
    if raises:
        assert caught and raises in {c.__name__ for c in caught.type.__mro__}
        return
    wanted = pair_pages.value(example["as"])
    if isinstance(wanted, np.dtype):
        assert str(got).removeprefix("torch.") == wanted
    else:
        assert_allclose(array(got), wanted, 4e-6)


def public(library: str) -> dict[str, Any]:
    """The activations that a library names, as its own list of them or module does."""
    if library == "PyTorch":
        torch = LIBRARIES[library].load()
        names = torch.nn.modules.activation.__all__
        return {f"torch.nn.{name}": getattr(torch.nn, name) for name in names}
    name = {"JAX": "jax.nn", "Keras": "keras.activations"}[library]
    module = LIBRARIES[library].find(name)
    return {f"{name}.{n}": v for n, v in vars(module).items() if n[0] != "_"}


def short(name: str) -> str:
    """A name without its module, as functions and layers share it."""
    return name.rpartition(".")[2].replace("_", "").lower()


def only_there(library: str) -> list[str]:
    """The names that a page lists as missing here."""
    _, _, text = markdown(library).partition(f"\n## Only in {library}\n")
    text = text.partition("\n## ")[0]
    return re.findall(r"`((?:torch|jax|keras|scipy)\.[\w.]+)`", text)


@every_library
def test_what_a_page_misses_here_is_there(library: str) -> None:
    listed = only_there(library)
    assert listed
    known = {n.name for _, n in pairs.found(library)}
    for name in listed:
        assert LIBRARIES[library].find(name) is not None
        assert name not in known


@pytest.mark.parametrize("library", ["PyTorch", "JAX", "Keras"])
def test_a_page_misses_nothing_that_is_there(library: str) -> None:
    known = {short(n.name) for _, n in pairs.found(library)}
    values = [LIBRARIES[library].find(n.name) for _, n in pairs.found(library)]
    for name, value in public(library).items():
        if short(name) in known or any(value is other for other in values):
            continue
        assert name in only_there(library) or inspect.ismodule(value), name

# Fills a page for those who come from another library, named on the command line; its
# Markdown comes and goes as JSON. A process of its own, so that it reads the package as
# it is now.
#
# A page says where to put what: <!-- set-up -->, <!-- pairs -->, <!-- only-here -->. It
# tells differences in a fence:
#
#     ``` differs
#     theirs: jax.nn.gelu(1.0)
#     as: actfn.gelu_tanh(1.0)
#     ours: actfn.gelu(1.0)
#     ```
#
# `as` gives what theirs gives; in its place, `raises` names an exception. The tests
# of conformance run all three.

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
from elsewhere import difference
from facts import number
from pairs import Pair, called, found, pairs, set_up
from rendering import fence
from tables import code, table

import actfn

_FENCE = re.compile(r"^``` differs\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_RUNNING = "running it"
_KEYS = ({"theirs", "as", "ours"}, {"theirs", "raises", "ours"})


class ExampleError(Exception):
    """An example of a page cannot be shown."""


def filled(markdown: str, library: str) -> str:
    """A page with all that is computed."""
    for place, text in (
        ("<!-- set-up -->", _both(set_up(library), library)),
        ("<!-- pairs -->", "\n\n".join(_sections(library))),
        ("<!-- only-here -->", _only_here(library)),
    ):
        markdown = markdown.replace(place, text)
    return _FENCE.sub(lambda example: _shown(example[1]), markdown)


def examples(markdown: str) -> list[list[dict[str, str]]]:
    """The differences that a page shows, fence by fence."""
    return [_read(text) for text in _FENCE.findall(markdown)]


def _read(text: str) -> list[dict[str, str]]:
    """The parts of a fence; an empty line begins another difference."""
    read = []
    for part in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in part.splitlines() if ": " in line)
        if set(lines) not in _KEYS or len(lines) < len(part.splitlines()):
            raise ExampleError(
                f"a difference needs theirs, as (or raises), ours: {part}"
            )
        read.append(lines)
    return read


def _shown(text: str) -> str:
    rows = []
    for example in _read(text):
        told, raises = example.get("as", ""), example.get("raises")
        gives = f"raises `{raises}`" if raises else shown(value(told))
        by = code(told) if "actfn." in told else "a test"
        rows.append((code(example["theirs"]), gives, by))
        rows.append((code(example["ours"]), shown(value(example["ours"])), _RUNNING))
    return table(("You write", "It gives", "Found by"), rows)


def value(expression: str) -> Any:
    """What an expression of ours gives, with the arrays of the page."""
    try:
        return eval(expression, _scope())
    except Exception as error:
        raise ExampleError(f"{expression}: {type(error).__name__}: {error}") from error


def _scope() -> dict[str, Any]:
    scope: dict[str, Any] = {}
    exec(set_up("SciPy").ours, scope)
    return scope


def shown(result: Any) -> str:
    """A result as a table shows it."""
    if isinstance(result, np.dtype):
        return code(str(result))
    if np.ndim(result):
        inside = ",\N{NO-BREAK SPACE}".join(map(shown, result))
        return f"[{inside}]"
    return "NaN" if np.isnan(result) else number(float(result))


def _sections(library: str) -> Iterator[str]:
    names = [namesake.name for _, namesake in found(library)]
    for row, namesake in found(library):
        yield f"### {_title(row, namesake, names.count(namesake.name) > 1)}"
        if namesake.equals or namesake.differs or namesake.kinks or namesake.note:
            words = difference(row, namesake)
            yield f"By default it {words}" if "**" in words else f"T{words[1:]}"
        for pair, given in zip(pairs(row, namesake), ("", namesake.agreeing)):
            if given:
                yield f"With {code(given)} it gives what ours gives by default."
            yield _both(pair, library)
            yield fence("{ .text .no-copy .output }", _result(pair.ours))


def _title(row: actfn.Activation, namesake: actfn.Namesake, twice: bool) -> str:
    ours = f"[`{row.name}`](../reference/{row.name}.md)"
    name = called(namesake).rpartition(".")[2]
    if twice and namesake.arguments:
        name += f"({namesake.arguments})"
    return ours if name == row.name else f"`{name}` is {ours}"


def _both(pair: Pair, library: str) -> str:
    """Two blocks of code, beside each other where there is room."""
    blocks = [
        fence(f'python title="{title}"', text)
        for title, text in ((library, pair.theirs), ("actfn", pair.ours))
    ]
    return '<div class="both" markdown>\n\n' + "\n\n".join(blocks) + "\n\n</div>"


def _result(ours: str) -> str:
    """What our code gives, as a session shows it."""
    scope = _scope()
    exec(ours, scope)
    names = [name for name in ("y", "dx", "dz") if name in scope]
    return "\n".join(
        f"{name} = ".ljust(5) + repr(scope[name]).replace("\n", "\n" + " " * 5)
        for name in names
    )


def _only_here(library: str) -> str:
    known = {row.name for row, _ in found(library)}
    missing = [name for name in actfn.CATALOGUE if name not in known]
    return ", ".join(f"[`{name}`](../reference/{name}.md)" for name in missing)


if __name__ == "__main__":
    try:
        json.dump(filled(json.load(sys.stdin), sys.argv[1]), sys.stdout)
    except ExampleError as error:
        sys.exit(str(error))

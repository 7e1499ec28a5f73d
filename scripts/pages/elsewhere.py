# The function in other libraries, with what differs there in numbers.

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from calls import couples
from facts import number
from tables import code

import actfn

_MATRIX = np.arange(1.0, 9.0).reshape(2, 4)


def nowhere(row: actfn.Activation) -> str:
    """What to say of a function that no library has."""
    everywhere = [n for other in actfn.CATALOGUE.values() for n in other.namesakes]
    *names, last = dict.fromkeys(namesake.library for namesake in everywhere)
    return f"None of {', '.join(names)} and {last} has `{row.name}`."


def rows(row: actfn.Activation) -> Iterator[tuple[str, ...]]:
    """Library, name, defaults and result; our own first."""
    defaults = ", ".join(f"{k}={v!r}" for k, v in row.parameters.items())
    yield "**actfn**", code(row.name), code(defaults), ""
    for n in row.namesakes:
        yield n.library, code(n.name), code(n.defaults), difference(row, n)


def difference(row: actfn.Activation, namesake: actfn.Namesake) -> str:
    """What the function gives there, beside what ours gives."""
    return " ".join(filter(None, (*_results(row, namesake), namesake.note)))


def _results(row: actfn.Activation, namesake: actfn.Namesake) -> Iterator[str]:
    given = f" with {code(namesake.arguments)}" if namesake.arguments else ""
    if namesake.equals:
        yield f"**differs**{given}: `{namesake.equals}`, {_gap(row, namesake)}."
    elif namesake.differs:
        yield f"**differs**{given}: {namesake.differs}"
    elif namesake.kinks:
        yield f"the same{given}, but for the derivative."
    else:
        yield f"the same{given}" + "." * bool(namesake.note)
    kinks = [
        f"at {number(x)} is {number(value)}, not {number(row.kinks[x])}"
        for x, value in namesake.kinks.items()
    ]
    if kinks:
        yield f"Its derivative {', '.join(kinks)}."


def _gap(row: actfn.Activation, namesake: actfn.Namesake) -> str:
    """How far the other result lies from ours, and where."""
    if couples(row):
        gap = _distance(row.function, namesake.equals, _MATRIX)
        shown = str(_MATRIX.astype(int).tolist())
        return f"by up to {number(gap.max())} for `{shown}`"
    x = np.linspace(-8, 8, 160001)
    gap = _distance(row.function, namesake.equals, x)
    return f"by up to {number(gap.max())} at x = {number(x[gap.argmax()])}, on [−8, 8]"


def _distance(ours: Callable[..., Any], theirs: str, x: Any) -> Any:
    return np.abs(eval(theirs, {"np": np, **vars(actfn), "x": x}) - ours(x))

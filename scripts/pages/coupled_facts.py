# What is true of a function that couples the elements of a vector, found by evaluating
# it, and held against what the catalogue claims.

import numpy as np
from calls import along, couples, keeps_shape, noisy
from facts import FalseClaimError, calls_of, interval, number
from numpy.typing import NDArray

from actfn import Activation

Array = NDArray[np.float64]

_RNG = np.random.default_rng(0)
_MODERATE = _RNG.normal(scale=2, size=(4000, 6))
_LARGE = np.concatenate([_MODERATE * scale for scale in (1e-3, 30, 1000)])
_SAME = 1e-2  # what a small constant, such as an epsilon, may change


def table(row: Activation) -> dict[str, str]:
    """Findings by property, in words."""
    assert couples(row)
    rows = {
        "Result": f"{_length(row)} for a vector of n",
        "Range": _range(row),
        "Normalised": _normalised(row) if keeps_shape(row) else "",
        "Adding a constant": _shifted(row),
        "Multiplying by c > 0": _scaled(row),
        "Order of the elements": "" if noisy(row) else _permuted(row),
        "Cost": _cost(row),
    }
    return {name: found for name, found in rows.items() if found}


def _length(row: Activation) -> str:
    lengths = {n: np.size(along(row, np.arange(float(n)))) for n in (4, 6, 12)}
    for text, formula in (
        ("n results", lambda n: n),
        ("2n results", lambda n: 2 * n),
        ("n / 2 results", lambda n: n // 2),
        ("one result", lambda n: 1),
    ):
        if all(length == formula(n) for n, length in lengths.items()):
            return text
    raise FalseClaimError(f"the result of {row.name} has no length known: {lengths}")


def _range(row: Activation) -> str:
    y, far = along(row, _MODERATE), along(row, np.concatenate([_MODERATE, _LARGE]))
    low, high = row.bounds
    found = float(far.min()), float(far.max())
    approached = [
        not np.isfinite(bound) or abs(bound - end) < 1e-6
        for bound, end in zip(row.bounds, found, strict=True)
    ]
    if found[0] < low or found[1] > high or not all(approached):
        raise FalseClaimError(
            f"the catalogue says of {row.name} that bounds is {row.bounds}, and its "
            f"evaluation gives {found}"
        )
    if (few := np.unique(far)).size <= 3:
        return f"{{{', '.join(map(number, few))}}}"
    return interval(row.bounds, (bool((y == low).any()), bool((y == high).any())))


def _normalised(row: Activation) -> str:
    y = along(row, _MODERATE)
    gaps = {
        "the results sum to 1": np.abs(y.sum(axis=-1) - 1).max(),
        "the exponentials of the results sum to 1": np.abs(
            np.exp(np.minimum(y, 700)).sum(axis=-1) - 1
        ).max(),
        "mean 0 and variance 1": max(
            np.abs(y.mean(axis=-1)).max(), np.abs(y.var(axis=-1) - 1).max()
        ),
    }
    found = [f"{words}{_within(gap)}" for words, gap in gaps.items() if gap < _SAME]
    return f"yes: {found[0]}" if found else "no"


def _shifted(row: Activation) -> str:
    y, shifted = along(row, _MODERATE), along(row, _MODERATE + 1000)
    if (gap := np.abs(shifted - y).max()) < _SAME:
        return f"changes nothing{_within(gap, ' for 1000')}"
    if (gap := np.abs(shifted - 1000 - y).max()) < _SAME:
        return f"adds it to the results{_within(gap, ' for 1000')}"
    return "changes the results"


def _scaled(row: Activation) -> str:
    y = along(row, _MODERATE)
    by = {c: along(row, c * _MODERATE) for c in (0.25, 2, 8)}
    for power, times in enumerate(("", "c", "c²")):
        gap = max(np.abs(other / c**power - y).max() for c, other in by.items())
        if gap < _SAME:
            does = f"multiplies the results by {times}" if times else "changes nothing"
            return does + _within(gap)
    return "changes the results"


def _permuted(row: Activation) -> str:
    order = np.array([3, 0, 5, 1, 4, 2])
    y, other = along(row, _MODERATE), along(row, _MODERATE[:, order])
    if y.ndim == 1 and np.abs(other - y).max() < _SAME:
        return "does not matter"
    if y.shape == _MODERATE.shape and np.abs(other - y[:, order]).max() < _SAME:
        return "kept: results are permuted as the elements are"
    return "matters: an element's place says what it does"


def _cost(row: Activation) -> str:
    x = _MODERATE[:1]
    found = []
    for name, sizes in calls_of(lambda x: along(row, x), x).items():
        share = sum(sizes) / x.size
        each = "vector" if sum(sizes) == len(sizes) else "element"
        each, count = (each, len(sizes)) if each == "vector" else (each, share)
        if count == 0.5:
            each, count = "two elements", 1
        found.append(f"{number(count)} {name} per {each}")
    return " and ".join(found) or "arithmetic only"


def _within(gap: float, where: str = "") -> str:
    return f", within {number(float(f'{gap:.1e}'))}{where}" if gap else ""

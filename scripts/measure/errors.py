# How wrong results are, in units in the last place of the right result.

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# A correctly rounded result is off by half an ulp at most. Up to here, some of those
# are looked into too: all of short vectors, and of long ones every 16th.
_ROUNDED = 0.499
_LONG = 2**16
_THINNED = 16


@dataclass(frozen=True)
class Finding:
    """What is known after some points: the worst error, and where it happens.

    Attributes:
        worst: The largest error in ulp; infinite for a wrong infinity or NaN.
        at: The input where it happens first: a number, a short row, or nothing.
        points: How many results were judged.
        misrounded: How many of them are not the exact value correctly rounded.
    """

    worst: float = 0.0
    at: Any = None
    points: int = 0
    misrounded: int = 0

    def and_then(self, later: "Finding") -> "Finding":
        """Join with what further points have shown."""
        other = later.worst > self.worst or not self.points
        return Finding(
            later.worst if other else self.worst,
            later.at if other else self.at,
            self.points + later.points,
            self.misrounded + later.misrounded,
        )


@np.errstate(all="ignore")
def ulps(y: Array, reference: Array, size: Any = 0.0) -> Array:
    """Give the error of each result in ulp of the reference, rounded to its dtype.

    Where `size` is larger than the reference, its ulp is taken. Infinite and NaN are
    right where the rounded reference is, and infinitely wrong elsewhere.
    """
    rounded = reference.astype(y.dtype)
    sizes = np.maximum(np.abs(rounded), np.asarray(size, y.dtype))
    distance = np.abs(y.astype(float) - reference) / np.spacing(sizes)
    odd = ~(np.isfinite(rounded) & np.isfinite(y))
    same = (y == rounded) | (np.isnan(y) & np.isnan(rounded))
    return np.where(odd, np.where(same, 0.0, np.inf), distance)


@np.errstate(all="ignore")
def compare(
    x: Array, y: Array, reference: Array, size: float = 0.0, so_far: float = 0.0
) -> Finding:
    """Judge results of vectors; errors below `so_far` may be passed over."""
    rounded = reference.astype(y.dtype)
    different = y != rounded
    both_nan = np.isnan(y) & np.isnan(rounded)
    misrounded = int(np.count_nonzero(different & ~both_nan))
    chosen = _suspects(y, rounded, different, so_far)
    if not chosen.size:
        return Finding(0.0, None, y.size, misrounded)
    errors = ulps(y[chosen], reference[chosen], size)
    i = int(errors.argmax())
    return Finding(float(errors[i]), plain(x[chosen[i]]), y.size, misrounded)


def _suspects(y: Array, rounded: Array, different: Array, so_far: float) -> Array:
    """Give the indices of the results that may be further off than `so_far`."""
    if so_far < _ROUNDED:
        different = different.copy()
        different[:: _THINNED if y.size > _LONG else 1] = True
    if so_far >= 1.5 and different.any():
        # n floats away are at most 2n - 1/2 ulp away, since floats lie twice as wide
        # beyond a power of 2. Far cheaper than dividing for each that differs.
        bits = np.dtype(f"u{y.itemsize}")
        apart = y.view(bits) - rounded.view(bits)
        different = different & (np.minimum(apart, -apart) > (so_far + 0.5) / 2)
    return np.flatnonzero(different)


def plain(value: Any) -> Any:
    """Give the shortest numbers that become the same floats again in their dtype."""
    if np.ndim(value):
        return [plain(v) for v in value]
    return float(str(value))

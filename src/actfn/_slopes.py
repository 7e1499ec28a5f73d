# Slopes of a function by differences, each with a bound on its error: what
# actfn.testing compares derivatives with. Ridders' method, which extrapolates central
# differences, can tell neither a kink beside x nor a wave between its steps.

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ._validation import Array

Function = Callable[[Array], Array]

# Weights of the values at x - 5h, ..., x and at x, ..., x + 5h, over 60 h, for slopes
# from both sides, from the left and from the right: exact for polynomials of degree 6
# and 5. Those of degree 4 tell how far to trust them.
_RIGHT = (-137, 300, -300, 200, -75, 12)
_COARSE = (-125, 240, -180, 80, -15, 0)
_BEFORE = np.array([(0, 0, -1, 9, -45, 0), _RIGHT, (0,) * 6, _COARSE, (0,) * 6], float)
_AFTER = np.array([(0, 45, -9, 1, 0, 0), (0,) * 6, _RIGHT, (0,) * 6, _COARSE], float)
_BEFORE[[1, 3]] = -_BEFORE[[1, 3], ::-1]

_EPSILON = float(np.finfo(float).eps)
_SMALLEST = float(np.finfo(float).smallest_subnormal)
# How many ulp a function may be off without a word.
_ULPS = 4.0
# Slopes that differ by more, as a share of what the function varies by, are those of
# steps too long for its waves. They may be small, if the steps are long enough.
_RESOLVED = 1e-3
# Beyond it a wave of length 1 is lost beside x: steps as long as x see x alone.
FAR = 1e6


@dataclass(frozen=True)
class Slopes:
    """Slopes from both sides, from the left and from the right.

    Attributes:
        value: An array for each of the three.
        error: What the value may be off; infinite where it says nothing.
    """

    value: Array
    error: Array

    @property
    def bent(self) -> Array:
        """Where the sides have slopes of their own that no short step makes one."""
        (centre, left, right), jump = self.error, self.value[2] - self.value[1]
        meant = np.abs(jump) > 8 * (left + right) + 1e-3 * np.abs(self.value[1:]).max(0)
        found: Array = meant & (centre > 0.1 * np.abs(jump))
        return found

    def between(self, kinks: Array) -> tuple[Array, Array]:
        """The least and the largest slope that agree with what was found."""
        low, high = self.value - 4 * self.error, self.value + 4 * self.error
        return (
            np.where(kinks, np.minimum(low[1], low[2]), low[0]),
            np.where(kinks, np.maximum(high[1], high[2]), high[0]),
        )


def at(kink: float, x: Array) -> Array:
    """Where `x` is at a kink, or too close to tell the sides apart."""
    close = 2**10 * np.spacing(np.abs(kink)) + np.finfo(float).tiny
    found: Array = np.abs(x - kink) <= close
    return found


def steps(x: Array, kinks: Sequence[float] | Array = ()) -> Array:
    """Steps beside 1, beside x and beside the distance to the nearest kink.

    No step is half another, or a wave of length 1 would look flat.
    """
    scales = [(np.ones(x.shape), range(1, 11)), (np.abs(x), range(2, 13))]
    if len(kinks):
        nearest = np.min([np.abs(x - kink) for kink in kinks], axis=0)
        scales.append((nearest, range(2, 7)))
    near = [(np.where(scale > FAR, 0, scale), powers) for scale, powers in scales]
    return np.array([0.7 * 3.0**-k * scale for scale, powers in near for k in powers])


def slopes(
    function: Function,
    x: Array,
    steps: Array,
    kinks: Sequence[float] | Array = (),
    noise: Array | float = 0.0,
) -> Slopes:
    """The slopes of an elementwise function of float64, each by the best of its steps.

    At a kink the sides begin at the numbers beside it, so that the value there may
    belong to either. `noise` is what values may be off, beside a few ulp.
    """
    left = right = x
    for kink in kinks:
        close = at(kink, x)
        left = np.where(close, np.nextafter(kink, -np.inf), left)
        right = np.where(close, np.nextafter(kink, np.inf), right)
    value, error = np.zeros((3, *x.shape)), np.full((3, *x.shape), np.inf)
    agreed = np.zeros(value.shape, bool)
    # A slope is what short steps give: longer ones may be exact beside a kink, or for
    # the trend of a wave, and mistaken. One alone may be so by chance.
    for step in np.sort(steps, axis=0):
        found, bound = _differences(function, left, right, step, noise)
        bound[:, step < np.abs(x) * 64 * _EPSILON] = np.inf
        agrees = np.abs(found - value) <= bound + error
        better = (bound < error) & (agrees | ~agreed)
        agreed |= agrees & np.isfinite(bound + error)
        value, error = np.where(better, found, value), np.where(better, bound, error)
    return Slopes(value, np.where(agreed, error, np.inf))


def _differences(
    function: Function, left: Array, right: Array, step: Array, noise: Array | float
) -> tuple[Array, Array]:
    """The three slopes with one step, and bounds on their errors."""
    before = _values(function, left, range(-5, 1), step)
    after = _values(function, right, range(6), step)
    found = (_sum(_BEFORE, before) + _sum(_AFTER, after)) / (60 * step)
    centre, one, other, *coarse = found
    spread = [np.abs(centre - one), np.abs(one - coarse[0]), np.abs(other - coarse[1])]
    spread[0] = np.maximum(spread[0], np.abs(centre - other))
    moved = _EPSILON * np.abs(right) * np.abs(found).max(0)
    bound = spread + _reach(before, after, noise + moved) / (60 * step)
    bound[spread * step > _RESOLVED * _variation(before, after)] = np.inf
    return found[:3], np.where(np.isfinite(found[:3] + bound), bound, np.inf)


def _values(function: Function, start: Array, nodes: range, step: Array) -> Array:
    # Copies, as a function may write into the same array in every call.
    return np.array([np.array(function(start + j * step)) for j in nodes])


def _sum(weights: Array, values: Array) -> Array:
    result: Array = np.tensordot(weights, values, 1)
    return result


def _reach(before: Array, after: Array, noise: Array) -> Array:
    """What errors of the values may add up to, weighted."""
    before, after = (
        _ULPS * (_EPSILON * np.abs(values) + _SMALLEST) + noise
        for values in (before, after)
    )
    return _sum(np.abs(_BEFORE[:3]), before) + _sum(np.abs(_AFTER[:3]), after)


def _variation(before: Array, after: Array) -> Array:
    """How far the values that a slope is made of lie apart, if not by rounding alone.

    Infinite otherwise.
    """
    groups = np.concatenate([before, after]), before, after
    apart = np.array([values.max(0) - values.min(0) for values in groups])
    size = np.array([np.abs(values).max(0) for values in groups])
    result: Array = np.where(apart > 1e5 * _EPSILON * size, apart, np.inf)
    return result

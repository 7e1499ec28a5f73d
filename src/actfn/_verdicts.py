# Whether what somebody gives as a slope agrees with what was found, and what to say if
# not.

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from ._slopes import Slopes
from ._validation import Array

_MENDING = {
    "derivative": "Mend it; or the function, if that has lost its digits there; or "
    "allow an absolute difference with atol=",
    "vjp": "It has to be the gradient of np.sum(cotangent * function(x))",
}


@dataclass(frozen=True)
class Verdict:
    """Slopes that somebody gives, beside those that were found.

    Attributes:
        what: What gives them: "derivative" or "vjp".
        given: What it gives.
        found: What was found.
        used: Where to compare.
        kinks: Where the sides may have slopes of their own.
        place: Says in words where an index leads to.
    """

    what: str
    given: Array
    found: Slopes
    used: Array
    kinks: Array
    place: Callable[[Any], str]

    def refuse_rough(self, expected: Array) -> None:
        """Fail if no slope was found at most places where there should be one."""
        without = expected & np.isinf(self.found.error).all(0)
        if 2 * np.count_nonzero(without) > np.count_nonzero(expected):
            raise AssertionError(
                f"the function is too rough to have slopes: none was found at "
                f"{self._list(without)}, where neighbouring values go up and down; if "
                f"it draws random numbers, give it the same seed in every call"
            )

    def refuse_kinks(self) -> None:
        """Fail if the sides have slopes of their own where nobody has said so."""
        unnamed = self.used & ~self.kinks & self.found.bent
        if unnamed.any():
            raise AssertionError(
                f"the function has a kink at {self._list(unnamed)}, with "
                f"{self._sides(_first(unnamed))}; name it in kinks=, and choose a "
                f"value for the derivative there"
            )

    def largest_difference(self, rtol: float, atol: float) -> float:
        """Fail if slopes differ; else give the largest relative difference."""
        low, high = self.found.between(self.kinks)
        allowed = atol + rtol * np.maximum(np.abs(low), np.abs(high))
        apart = np.maximum(low - self.given, self.given - high)
        wrong = self.used & ((apart > allowed) | ~np.isfinite(self.given))
        if wrong.any():
            apart[~np.isfinite(self.given)] = np.inf
            self._fail(wrong, _first(wrong & (apart == apart[wrong].max())))
        value, error = self.found.value[0], self.found.error[0]
        known = self.used & ~self.kinks & (error <= rtol * np.abs(value)) & (value != 0)
        return float(np.abs(self.given[known] / value[known] - 1).max(initial=0))

    def _fail(self, wrong: Array, i: Any) -> NoReturn:
        at_kink = bool(self.kinks[i])
        slope = self._sides(i) if at_kink else self._slope(i)
        mending = "Take a value between the two" if at_kink else _MENDING[self.what]
        raise AssertionError(
            f"the {self.what} is wrong at {self.place(i)}: it gives "
            f"{self.given[i]:.9g}, but the function has {slope}. It is wrong at "
            f"{self._list(wrong)}. {mending}."
        )

    def _slope(self, i: Any) -> str:
        value, error = (float(a[(0, *i)]) for a in (self.found.value, self.found.error))
        if not np.isfinite(error):
            return "finite values there"
        return f"the slope {value:.9g} ± {4 * error:.1g}"

    def _sides(self, i: Any) -> str:
        left, right = (float(self.found.value[(side, *i)]) for side in (1, 2))
        return f"the slopes {left:.9g} on its left and {right:.9g} on its right"

    def _list(self, where: Array) -> str:
        places = [*dict.fromkeys(self.place(tuple(i)) for i in np.argwhere(where))]
        more = f" and {len(places) - 3} more" if len(places) > 3 else ""
        return ", ".join(places[:3]) + more


def _first(where: Array) -> tuple[int, ...]:
    return tuple(np.argwhere(where)[0].tolist())

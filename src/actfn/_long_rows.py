# The softmax family of rows too long for a block: they are walked through in pieces,
# once to find their sums and once to write, and never held as a whole. Where a row has
# no finite maximum these say no, and the row is done at once.

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ._blocks import Rows, Tile
from ._validation import Array


class Sums:
    """What has been seen of a row so far.

    Attributes:
        exact: Whether the scores need all digits of float64.
        peak: The largest score.
        others: The sum of exp(score - peak) of all scores but that one, which adds 1.
        top: The cotangent of the largest score.
        gain: The sum of (cotangent - top) * exp(score - peak).
        flow: The sum of the cotangents.
    """

    def __init__(self, exact: bool) -> None:
        self.exact = exact
        self.peak = -np.inf
        self.others = self.top = self.gain = self.flow = 0.0

    @property
    def total(self) -> float:
        return 1 + self.others

    def add(self, x: Array, g: Array | None) -> None:
        """Go on with a piece of the scores, and of the cotangents if there are any."""
        place = int(x.argmax())
        rises = not x[place] <= self.peak
        if rises:
            self._rise(float(x[place]), float(g[place]) if g is not None else 0.0)
        e = self.exponentials(x)
        if rises:
            e[place] = 0
        self.others += float(e.sum())
        if g is not None:
            self.flow += float(g.sum())
            np.multiply(e, g - self.top, out=e)
            self.gain += float(e.sum())

    def _rise(self, peak: float, top: float) -> None:
        """Count from a larger score: the one before becomes one of the others."""
        before, self.peak = self.peak, peak
        if before > -np.inf:
            shrunk = float(self.exponentials(np.array([before]))[0])
            self.gain = (self.gain + self.total * (self.top - top)) * shrunk
            self.others = self.total * shrunk
        self.top = top

    def exponentials(self, x: Array) -> Array:
        """Give exp(x - peak), made up for the rounding of the difference (Knuth)."""
        e: Array = x - self.peak
        if not self.exact:
            np.exp(e, out=e)
            return e
        back = e - x
        error = x - (e - back)
        np.subtract(error, back + self.peak, out=error)
        np.fmax(error, -1, out=error)  # -1 in place of inf - inf
        np.exp(e, out=e)
        np.multiply(error, e, out=error)
        np.add(e, error, out=e)
        return e


def softmax(rows: Rows, tile: Tile) -> bool:
    return _write(rows, tile, _probabilities)


def softmin(rows: Rows, tile: Tile) -> bool:
    return _write(rows, tile, _probabilities, sign=-1)


def log_softmax(rows: Rows, tile: Tile) -> bool:
    return _write(rows, tile, _logarithms, hidden=-np.inf)


def logsumexp(rows: Rows, tile: Tile) -> bool:
    sums = _sums(rows, tile, 1, 0)
    if not np.isfinite(sums.peak):
        return False
    rows.target[tile] = sums.peak + np.log1p(sums.others)
    return True


def softmax_vjp(rows: Rows, tile: Tile) -> bool:
    return _write(rows, tile, _softmax_product, cotangents=1)


def softmin_vjp(rows: Rows, tile: Tile) -> bool:
    return _write(rows, tile, _softmin_product, cotangents=1, sign=-1)


def log_softmax_vjp(rows: Rows, tile: Tile) -> bool:
    return _write(rows, tile, _log_softmax_product, cotangents=1)


def logsumexp_vjp(rows: Rows, tile: Tile) -> bool:
    return _write(rows, tile, _shares, cotangents=1)


def _write(
    rows: Rows,
    tile: Tile,
    finish: Callable[[Array, Any, Sums], Array],
    *,
    cotangents: int = 0,
    sign: int = 1,
    hidden: float = 0,
) -> bool:
    """Find the sums of a row, then write what `finish` makes of each piece."""
    sums = _sums(rows, tile, sign, cotangents)
    if not np.isfinite(sums.peak):
        return False
    for *pieces, out in rows.pieces(tile, write=True):
        x, g, mask = _parts(pieces, sign, cotangents)
        y = finish(x, g, sums)
        if mask is not None:
            y[mask == 0] = hidden
        out[...] = y
    return True


def _sums(rows: Rows, tile: Tile, sign: int, cotangents: int) -> Sums:
    sums = Sums(rows.target.dtype == rows.working)
    for pieces in rows.pieces(tile):
        x, g, _ = _parts(pieces, sign, cotangents)
        sums.add(x, g)
    return sums


def _parts(
    pieces: list[Array], sign: int, cotangents: int
) -> tuple[Array, Array | None, Array | None]:
    """Tell scores, cotangents and mask apart, and hide what the mask hides."""
    rest: Iterator[Array] = iter(pieces)
    x = next(rest) * sign
    g = next(rest) if cotangents else None
    mask = next(rest, None)
    if mask is not None:
        hidden = mask == 0
        x[hidden] = -np.inf
        if g is not None:
            g = np.where(hidden, 0, g)
    return x, g, mask


def _probabilities(x: Array, g: None, sums: Sums) -> Array:
    e = sums.exponentials(x)
    return np.divide(e, sums.total, out=e)


def _logarithms(x: Array, g: None, sums: Sums) -> Array:
    shifted: Array = x - sums.peak
    return np.subtract(shifted, np.log1p(sums.others), out=shifted)


def _softmax_product(x: Array, g: Array, sums: Sums) -> Array:
    y = _probabilities(x, None, sums)
    return np.multiply(y, (g - sums.top) - sums.gain / sums.total, out=y)


def _softmin_product(x: Array, g: Array, sums: Sums) -> Array:
    y = _softmax_product(x, g, sums)
    return np.negative(y, out=y)


def _log_softmax_product(x: Array, g: Array, sums: Sums) -> Array:
    y = _probabilities(x, None, sums)
    np.multiply(y, sums.flow, out=y)
    return np.subtract(g, y, out=y)


def _shares(x: Array, g: Array, sums: Sums) -> Array:
    y = _probabilities(x, None, sums)
    return np.multiply(y, g, out=y)

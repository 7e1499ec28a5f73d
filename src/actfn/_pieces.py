# The scratch of a kernel, made as far as it is used: what a kernel leaves alone would
# take the room of longer blocks.

from collections.abc import Sequence
from typing import Any, overload

import numpy as np

from ._validation import Array


class Pieces(Sequence[Array]):
    """Vectors of one length and dtype, each made when it is first asked for."""

    def __init__(self, count: int, dtype: np.dtype[Any]) -> None:
        self.length = 0
        self._dtype = dtype
        self._made: list[Array | None] = [None] * count

    @property
    def used(self) -> int:
        """How many there are by now."""
        return sum(piece is not None for piece in self._made)

    def resize(self, length: int) -> None:
        """Go on with pieces of another length; shorter ones are cut from those."""
        if length > self.length:
            self._made = [None] * len(self)
        elif length < self.length:
            self._made = [p if p is None else p[:length] for p in self._made]
        self.length = length

    def __len__(self) -> int:
        return len(self._made)

    @overload
    def __getitem__(self, index: int) -> Array: ...
    @overload
    def __getitem__(self, index: slice) -> list[Array]: ...
    def __getitem__(self, index: int | slice) -> Array | list[Array]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        piece = self._made[index]
        if piece is None:
            piece = self._made[index] = np.empty(self.length, self._dtype)
        return piece

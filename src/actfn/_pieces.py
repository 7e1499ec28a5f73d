# The scratch of a kernel: vectors cut out of one memory, as far as they are used. What
# a kernel leaves alone would take the room of longer blocks; and memory that is asked
# for once in a call stays with the process, where that of many vectors is given back
# and comes anew, page by page, in the next call.

from collections.abc import Sequence
from typing import overload

import numpy as np

from ._validation import Array


class Pieces(Sequence[Array]):
    """Vectors of one length, each cut out of a memory when it is first asked for."""

    def __init__(self, memory: Array, length: int, count: int) -> None:
        self.length = length
        self.used = 0  # how many there are by now
        self._memory = memory
        self._made: list[Array | None] = [None] * count

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
            start = self.used * self.length
            piece = self._memory[start : start + self.length]
            if piece.size < self.length:  # a block uses more than those before it
                piece = np.empty(self.length, self._memory.dtype)
            self._made[index] = piece
            self.used += 1
        return piece

"""Where the real steps of a padded batch are. A frame is one of them; frames stand row after row."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from hiddenstate.layers.lengths import check_lengths
from hiddenstate.layers.repeated import Repeated


@dataclass(frozen=True)
class Frames:
    """The frames of a batch of `rows` sequences of up to `steps` steps."""

    rows: int
    steps: int
    lengths: NDArray[np.int64]
    """(rows,) real steps of each row, 0 or more."""

    @classmethod
    def of(cls, x: Tensor | Repeated, lengths: Tensor | None) -> "Frames":
        """The frames of x (batch, time, feature); lengths: (batch,), or None where every step is real.

        Raises `ShapeError` unless the lengths are whole numbers from 0 to time, one for each row.

        >>> import torch
        >>> frames = Frames.of(torch.zeros(3, 4, 1), torch.tensor([2, 0, 4]))
        >>> frames.count, frames.first, frames.longest_first
        (6, array([0, 2, 2]), array([2, 0]))
        """
        rows, steps, _ = x.shape
        if lengths is None:
            return _without_padding(rows, steps)
        check_lengths(lengths, rows, steps)
        counts = lengths.numpy(force=True)
        return cls(rows, steps, np.ascontiguousarray(counts, np.int64))

    @cached_property
    def count(self) -> int:
        """How many frames there are."""
        return int(self.lengths.sum())

    @cached_property
    def first(self) -> NDArray[np.int64]:
        """(rows,) the first frame of each row."""
        return np.cumsum(self.lengths) - self.lengths

    @cached_property
    def longest_first(self) -> NDArray[np.int64]:
        """The rows that have frames, those with most of them first."""
        rows = np.argsort(-self.lengths, kind="stable")
        return rows[: np.count_nonzero(self.lengths)]

    @cached_property
    def addresses(self) -> dict[str, int]:
        """Where the arrays are, under the names that the kernels' records have for them."""
        arrays = {"order": self.longest_first, "lengths": self.lengths, "first_frame": self.first}
        return {field: array.ctypes.data for field, array in arrays.items()}

    @cached_property
    def has_padding(self) -> bool:
        """Whether some steps are not real."""
        return self.count < self.rows * self.steps


@lru_cache(maxsize=16)
def _without_padding(rows: int, steps: int) -> Frames:
    """Batches of equal lengths come again and again: what follows from their shape is worked out once."""
    return Frames(rows, steps, np.full(rows, steps, np.int64))

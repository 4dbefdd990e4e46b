"""Parameters and states as wide as the kernels have them: the hidden size rounded up to whole vectors.

The units that are added have zero weights and stay 0. Where the hidden size fits, nothing is copied.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

from hiddenstate.kernels import passes


@dataclass(frozen=True)
class Widening:
    """From `hidden` to `units`, for a cell with that many blocks of rows."""

    hidden: int
    units: int
    blocks: int

    @classmethod
    def of(cls, hidden_size: int, blocks: int) -> "Widening":
        """What the kernels want for that hidden size."""
        return cls(hidden_size, passes.units_for(hidden_size), blocks)

    def columns(self, array: Tensor) -> Tensor:
        """(..., hidden) -> (..., units), contiguous."""
        gap = self.units - self.hidden
        return pad(array, (0, gap)) if gap else array.contiguous()

    def columns_or_none(self, array: Tensor | None) -> Tensor | None:
        """The same for an array that need not be there."""
        return None if array is None else self.columns(array)

    def rows(self, array: Tensor) -> Tensor:
        """(blocks · hidden, ...) -> (blocks · units, ...), contiguous."""
        gap = self.units - self.hidden
        if gap == 0:
            return array.contiguous()
        split = array.reshape(self.blocks, self.hidden, *array.shape[1:])
        return pad(split, (0, 0) * (array.ndim - 1) + (0, gap)).flatten(0, 1)

    def vectors(self, array: Tensor | None) -> Tensor | None:
        """(n · hidden,) -> (n · units,), any number n of vectors; for an array that need not be there."""
        return None if array is None else self.columns(array.view(-1, self.hidden)).view(-1)

    def narrow_rows(self, array: Tensor) -> Tensor:
        """(blocks · units, ...) -> (blocks · hidden, ...)."""
        if self.units == self.hidden:
            return array
        split = array.reshape(self.blocks, self.units, *array.shape[1:])
        return split[:, : self.hidden].flatten(0, 1)

    def narrow_columns(self, array: Tensor) -> Tensor:
        """(..., units) -> (..., hidden)."""
        return array if self.units == self.hidden else array[..., : self.hidden]

    def pack_W(self, W: Tensor, *, back: bool) -> Tensor:
        """W in the order of the kernels: for W x_t, or (back) for the gradient of x_t."""
        wide = self.rows(W)
        if back and (gap := passes.units_for(W.shape[1]) - W.shape[1]):
            wide = pad(wide, (0, gap))
        return _pack(wide, transposed=not back)

    def pack_U(self, U: Tensor, *, back: bool) -> Tensor:
        """U in the order of the kernels: for U h_{t-1}, or (back) for the gradient that comes back."""
        return _pack(self.columns(self.rows(U)), transposed=not back)


def _pack(matrix: Tensor, *, transposed: bool) -> Tensor:
    packed = torch.empty_like(matrix)
    long, short = matrix.shape
    depth, columns = (short, long) if transposed else (long, short)
    passes.pack(packed.data_ptr(), matrix.data_ptr(), depth=depth, columns=columns, transposed=transposed)
    return packed

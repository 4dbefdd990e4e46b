"""A dense layer for the steps of one sentence, its weights in the order of `row_product`."""

from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.kernels import library, passes, threads
from hiddenstate.kernels.decode_records import DENSE
from hiddenstate.kernels.passes import aligned_zeros, units_for
from hiddenstate.kernels.records import FLOAT_BYTES
from hiddenstate.kernels.step_layer import Floats


@final
class Dense:
    """x · weightᵀ + bias, in float32. Raises `KernelError` where nothing can be compiled.

    >>> layer = Dense(np.float32([[1, 2], [3, 4], [5, 6]]))
    >>> layer(np.float32([[1, 0], [0, 1]]))[:, :3].tolist()
    [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]
    """

    def __init__(self, weight: Floats, bias: Floats | None = None) -> None:
        """`weight`: (columns, depth); `bias`: (columns,). Columns are rounded up to whole vectors, with zeros."""
        columns, self.depth = weight.shape
        self.columns = units_for(columns)
        self._packed = packed(widened(weight, self.columns, self.depth))
        self._bias = np.zeros(self.columns, np.float32)
        if bias is not None:
            self._bias[:columns] = bias
        self._kernel = library.kernel("dense")

    @property
    def weight_bytes(self) -> int:
        """Of memory."""
        return self._packed.nbytes + self._bias.nbytes

    def __call__(self, x: Floats) -> Floats:
        """(rows, columns) of contiguous x (rows, depth)."""
        out = np.empty((len(x), self.columns), np.float32)
        arrays = (array.ctypes.data for array in (out, x, self._packed, self._bias))
        record = np.zeros(1, DENSE)
        record[0] = (*arrays, len(x), self.depth, self.columns)
        threads.run(self._kernel, record.ctypes.data, 1)
        return out


def widened(array: Floats, *shape: int) -> Floats:
    """The array with zeros behind it along each axis, up to that shape."""
    wide = np.zeros(shape, np.float32)
    wide[tuple(slice(size) for size in array.shape)] = array
    return wide


def packed(matrix: NDArray[Any]) -> Floats:
    """(columns, depth) in the order of a product of depth by columns."""
    columns, depth = matrix.shape
    source = np.ascontiguousarray(matrix, np.float32)
    ordered: Floats = aligned_zeros(FLOAT_BYTES * columns * depth).view(np.float32)
    passes.pack(ordered.ctypes.data, source.ctypes.data, depth=depth, columns=columns, transposed=True)
    return ordered

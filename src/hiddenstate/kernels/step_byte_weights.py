"""The weights of a layer in 8 bits, in the order in which `step_bytes` reads them."""

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import ShapeError
from hiddenstate.kernels.passes import aligned_zeros, units_for
from hiddenstate.kernels.records import FLOAT_BYTES, UNIT_BLOCK
from hiddenstate.kernels.step_layer import GATES, Floats, Layer

LARGEST = 127
"""Weights are -127 to 127 of their row's units."""
MIDDLE = 127
"""The byte that stands for 0 in an input; see `byte_products`."""
LARGEST_DEPTH = 4096
"""Features of x, and of h: what finds room in a kernel."""


def byte_layer(layer: Layer) -> tuple[NDArray[np.uint32], Floats]:
    """The packed weights, and the rows of `b` with the units and sums that belong to them.

    Raises `ShapeError` for layers that are larger than a kernel has room for.
    """
    if max(layer.W.shape[1], layer.hidden) > LARGEST_DEPTH:
        raise ShapeError(
            f"int8 weights: expected at most {LARGEST_DEPTH} features and units, got {layer.W.shape[1]} and "
            f"{layer.hidden}. Use bfloat16."
        )
    gates, hidden, units = GATES[layer.kind], layer.hidden, units_for(layer.hidden)
    biases = [*layer.b.reshape(gates, hidden), *([] if layer.b_hn is None else [layer.b_hn])]
    wide: Floats = aligned_zeros(FLOAT_BYTES * (len(biases) + 4 * gates) * units).view(np.float32)
    rows = wide.reshape(-1, units)
    rows[: len(biases), :hidden] = biases
    packed = []
    for place, matrix in enumerate((layer.W, layer.U)):
        step = np.maximum(np.abs(matrix).max(axis=1), np.float32(1e-30)) / LARGEST  # (gates·hidden,)
        whole = np.zeros((gates, units, units_for(matrix.shape[1])), np.int8)
        whole[:, :hidden, : matrix.shape[1]] = np.rint(matrix / step[:, None]).reshape(gates, hidden, -1)
        first = len(biases) + place * gates
        rows[first : first + gates, :hidden] = step.reshape(gates, hidden)
        first += 2 * gates
        rows.view(np.int32)[first : first + gates] = -MIDDLE * whole.sum(axis=2, dtype=np.int32)
        # (gate, block, lane, pair, half, byte) -> (block, pair, gate, half, lane, byte)
        split = whole.reshape(gates, -1, UNIT_BLOCK, whole.shape[2] // 8, 2, 4)
        packed.append(split.transpose(1, 3, 0, 4, 2, 5).reshape(units // UNIT_BLOCK, -1))
    together = np.concatenate(packed, axis=1)
    words = aligned_zeros(together.nbytes)
    words[:] = together.view(np.uint8).ravel()
    return words.view(np.uint32), rows

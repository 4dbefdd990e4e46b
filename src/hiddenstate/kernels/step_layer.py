"""The weights of one layer as plain arrays, and the same brought into a kernel's order."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from hiddenstate.kernels import library, threads
from hiddenstate.kernels.passes import aligned_zeros, units_for
from hiddenstate.kernels.records import FLOAT_BYTES
from hiddenstate.kernels.step_records import WEIGHTS

Floats = NDArray[np.float32]
Kind = Literal["rnn", "lstm", "gru"]
WeightFormat = Literal["float32", "bfloat16", "int8"]
WEIGHT_FORMATS: tuple[str, ...] = get_args(WeightFormat)
GATES: dict[str, int] = {"rnn": 1, "lstm": 4, "gru": 3}


@dataclass(frozen=True)
class Layer:
    """One layer's weights, named and ordered as in `hiddenstate.cells`: gates are i, f, C̃, o or r, z, n."""

    kind: Kind
    W: Floats
    """(gates·hidden, input)"""
    U: Floats
    """(gates·hidden, hidden)"""
    b: Floats
    """(gates·hidden,)"""
    b_hn: Floats | None = None
    """(hidden,) the bias inside the GRU's reset gate."""

    @property
    def hidden(self) -> int:
        """The hidden size."""
        return int(self.U.shape[1])

    @property
    def has_memory(self) -> bool:
        """Whether a state has C beside h."""
        return self.kind == "lstm"


def packed_weights(layer: Layer, form: WeightFormat) -> NDArray[np.uint32]:
    """W and U in the order of `step_weights`."""
    gates, hidden, units = GATES[layer.kind], layer.hidden, units_for(layer.hidden)
    input_features, hidden_features = even(layer.W.shape[1]), even(hidden)
    features = input_features + hidden_features
    halves = form == "bfloat16"
    words = units * features * gates // (2 if halves else 1)
    packed = aligned_zeros(FLOAT_BYTES * words).view(np.uint32)
    for matrix, before in ((layer.W, 0), (layer.U, input_features)):
        source = np.ascontiguousarray(as_bfloat16(matrix) if halves else matrix, np.float32)
        record = np.zeros(1, WEIGHTS)
        record[0] = (
            packed.ctypes.data,
            source.ctypes.data,
            gates,
            hidden,
            units,
            source.shape[1],
            before,
            features,
            halves,
        )
        threads.run(library.kernel("step.pack"), record.ctypes.data, 1)
    return packed


def even(size: int) -> int:
    """Features are stored in pairs."""
    return size + size % 2


def wide_biases(layer: Layer) -> Floats:
    """(rows, units) the biases, one row for each pre-activation; the GRU's b_hn is the last."""
    rows = list(layer.b.reshape(GATES[layer.kind], layer.hidden))
    if layer.b_hn is not None:
        rows.append(layer.b_hn)
    wide: Any = aligned_zeros(FLOAT_BYTES * len(rows) * units_for(layer.hidden)).view(np.float32)
    wide = wide.reshape(len(rows), -1)
    wide[:, : layer.hidden] = rows
    return wide  # type: ignore[no-any-return]


def as_bfloat16(values: Floats) -> Floats:
    """The nearest numbers that bfloat16 has (ties to even), as float32. A bfloat16 keeps 8 significant bits.

    >>> as_bfloat16(np.float32([1.0, 1.001, 1.005]))
    array([1.       , 1.       , 1.0078125], dtype=float32)
    """
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    rounded = bits + 0x7FFF + ((bits >> 16) & 1)
    return (rounded & np.uint32(0xFFFF0000)).view(np.float32)

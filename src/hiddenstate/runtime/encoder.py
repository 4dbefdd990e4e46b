"""The half of a translator that reads, without torch: layers in both directions, once for a sentence."""

from collections.abc import Sequence
from typing import NamedTuple, final

import numpy as np

from hiddenstate.kernels import library, passes
from hiddenstate.kernels.dense import Dense, packed, widened
from hiddenstate.kernels.kinds import KINDS
from hiddenstate.kernels.passes import units_for
from hiddenstate.kernels.records import FLOAT_BYTES
from hiddenstate.kernels.step_layer import GATES, Floats, Layer, wide_biases


class Memory(NamedTuple):
    """What was understood of a sentence."""

    keys: Floats
    """(S, units) each step, projected to the size of the decoder; units: hidden in whole vectors."""
    summary: Floats
    """(hidden,) the last states of both directions, projected."""


@final
class Encoder:
    """Reads whole sentences; keeps nothing between them."""

    def __init__(
        self,
        layers: Sequence[tuple[Layer, Layer]],
        to_keys: Floats,
        to_summary: Floats,
        summary_bias: Floats,
    ) -> None:
        """`layers`: the two directions of each; to_keys, to_summary: (hidden, 2 · hidden)."""
        self._layers = [
            (_Direction(ahead, reverse=False), _Direction(back, reverse=True)) for ahead, back in layers
        ]
        self._to_keys = Dense(to_keys)
        self._to_summary, self._summary_bias = to_summary, summary_bias

    @property
    def weight_bytes(self) -> int:
        """Of memory."""
        layers = sum(direction.weight_bytes for both in self._layers for direction in both)
        summary = self._to_summary.nbytes + self._summary_bias.nbytes
        return layers + self._to_keys.weight_bytes + summary

    def read(self, x: Floats) -> Memory:
        """Understand one sentence; x: (S, input), contiguous, at least one step."""
        for both in self._layers:
            x = _read(both, x)  # (S, 2 · hidden)
        hidden = x.shape[1] // 2
        last = np.concatenate([x[-1, :hidden], x[0, hidden:]])
        return Memory(self._to_keys(x), np.tanh(self._to_summary @ last + self._summary_bias))


@final
class _Direction:
    """One direction of one layer: W as a dense layer for all steps at once, the rest for the recurrence."""

    def __init__(self, layer: Layer, *, reverse: bool) -> None:
        self.hidden = layer.hidden
        self._gates, self._units = GATES[layer.kind], units_for(layer.hidden)
        self.products = Dense(self._blocks(layer.W, layer.W.shape[1]))
        """x (S, input) -> W x (S, gates · units)"""
        self._U = packed(self._blocks(layer.U, self._units))
        self._b = wide_biases(layer)
        self.fields: passes.Task = {
            "units": self._units,
            "hidden": layer.hidden,
            "gates": self._gates,
            "reverse": int(reverse),
            "memory_width": KINDS[layer.kind].memory * self._units,
            "cell": library.kernel(f"{layer.kind}.forward"),
            "U": self._U.ctypes.data,
            "b": self._b.ctypes.data,
            "extra": self._b[-1].ctypes.data,  # b_hn of a GRU; others do not look at it
        }
        """Those fields of a READING that are the same for all sentences."""

    @property
    def weight_bytes(self) -> int:
        """Of memory."""
        return self.products.weight_bytes + self._U.nbytes + self._b.nbytes

    def _blocks(self, matrix: Floats, depth: int) -> Floats:
        """(gates · hidden, n) -> (gates · units, depth)."""
        parts = matrix.reshape(self._gates, self.hidden, -1)
        return widened(parts, self._gates, self._units, depth).reshape(-1, depth)


def _read(both: tuple[_Direction, _Direction], x: Floats) -> Floats:
    """The outputs (S, 2 · hidden) of one layer for x (S, input)."""
    steps, hidden = len(x), both[0].hidden
    outputs = np.empty((steps, 2 * hidden), np.float32)
    places, lengths, nought = np.arange(steps), np.array([steps]), np.zeros(1, np.int64)
    shared: passes.Task = {
        "input": 0,
        "sequences": 1,
        "order": nought.ctypes.data,
        "lengths": lengths.ctypes.data,
        "first_frame": nought.ctypes.data,
        "places": places.ctypes.data,
        "outputs_step": 2 * hidden,
    }
    products = [direction.products(x) for direction in both]  # alive until the pass is over
    tasks = [
        shared
        | direction.fields
        | {"x": own.ctypes.data, "outputs": outputs.ctypes.data + place * hidden * FLOAT_BYTES}
        for place, (direction, own) in enumerate(zip(both, products, strict=True))
    ]
    passes.run_pass("forward", tasks, 1)
    return outputs

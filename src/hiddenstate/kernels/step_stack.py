"""Layers packed for one-step kernels: the records, the weights in order, and the ways to call them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from hiddenstate.kernels import builtin, library, threads
from hiddenstate.kernels.passes import units_for
from hiddenstate.kernels.step_layer import Floats, Layer, WeightFormat, packed_weights, wide_biases
from hiddenstate.kernels.step_records import CALLEE, DONE, LAYER, NOT_FINITE, RUN, STACK


@dataclass(frozen=True)
class Part:
    """Where one layer's h or C stands in a state."""

    layer: int
    name: Literal["h", "C"]
    first: int
    size: int


class Stack:
    """Layers on top of each other; the shapes of their weights must fit (`runtime.Recurrence` sees to that)."""

    def __init__(self, layers: Sequence[Layer], weight_format: WeightFormat = "float32") -> None:
        self.parts: list[Part] = []
        """h and C of all layers, in the order in which a state holds them."""
        self.state_size = 0
        for index, layer in enumerate(layers):
            names: tuple[Literal["h", "C"], ...] = ("h", "C") if layer.has_memory else ("h",)
            for name in names:
                self.parts.append(Part(index, name, self.state_size, layer.hidden))
                self.state_size += units_for(layer.hidden)

        self._layers = np.zeros(len(layers), LAYER)
        self._packed = [packed_weights(layer, weight_format) for layer in layers]
        self._biases = [wide_biases(layer) for layer in layers]
        for index, (layer, record) in enumerate(zip(layers, self._layers, strict=True)):
            first = {part.name: part.first for part in self.parts if part.layer == index}
            record["step"] = library.kernel(f"{layer.kind}.step.{weight_format}")
            record["tile"] = library.kernel(f"{layer.kind}.tile.{weight_format}")
            record["input"], record["hidden"] = layer.W.shape[1], layer.hidden
            record["units"] = units_for(layer.hidden)
            record["weights"] = self._packed[index].ctypes.data
            record["b"] = self._biases[index].ctypes.data
            record["h"], record["C"], record["state"] = first["h"], first.get("C", 0), self.state_size

        top = self._layers[-1]
        self._stack = np.zeros(1, STACK)
        self._stack[0] = (
            len(layers),
            self._layers.ctypes.data,
            self._layers[0]["input"],
            self.state_size,
            top["h"],
            top["hidden"],
        )

    @property
    def weight_bytes(self) -> int:
        """What a step reads of weights."""
        return sum(part.nbytes for part in self._packed) + sum(part.nbytes for part in self._biases)

    def step_function(self) -> Callable[[Floats, Floats, Floats, Floats], int]:
        """A function (x, state, next_state, output) -> 0, or one of the other answers of `step.call`.

        It computes one step; the last two arrays are written. Each has one axis, or two for several
        streams: (streams, ...). It must not outlive this stack.
        """
        if not builtin.arrays_are_understood():
            return self._step_by_address
        me = np.zeros(1, CALLEE)
        me[0] = (
            self._stack.ctypes.data,
            id(np.ndarray),
            id(np.dtype(np.float32)),
            builtin.address_of_python("PyLong_FromLong"),
        )
        return builtin.builtin_function("step.call", me)

    def _step_by_address(self, x: Floats, state: Floats, next_state: Floats, output: Floats) -> int:
        """The same where a kernel cannot look into arrays itself; the caller has seen to types and shapes."""
        if not np.isfinite(x).all():
            return NOT_FINITE
        streams = 1 if x.ndim == 1 else len(x)
        self._run(1, streams, x, output, state, next_state)
        return DONE

    def run(self, x: Floats, state: Floats) -> tuple[Floats, Floats]:
        """Many steps; x: (streams, steps, input), state: (streams, state).

        Returns the outputs (streams, steps, hidden) and the new states. All are contiguous float32 arrays.
        """
        streams, steps, _ = x.shape
        outputs = np.empty((streams, steps, int(self._stack[0]["hidden"])), np.float32)
        states = [state.copy(), np.empty_like(state)]
        self._run(steps, streams, x, outputs, states[0], states[1])
        return outputs, states[steps % 2]

    def _run(
        self, steps: int, streams: int, x: Floats, outputs: Floats, states: Floats, others: Floats
    ) -> None:
        record = np.zeros(1, RUN)
        arrays = (array.ctypes.data for array in (x, outputs, states, others))
        record[0] = (self._stack.ctypes.data, steps, streams, *arrays)
        threads.run(library.kernel("step.run"), record.ctypes.data, 1)

"""Layers packed for one-step kernels: the records, the weights in order, and the ways to call them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hiddenstate.kernels import builtin, library, threads
from hiddenstate.kernels.passes import units_for
from hiddenstate.kernels.step_byte_weights import byte_layer
from hiddenstate.kernels.step_layer import Floats, Layer, WeightFormat, packed_weights, wide_biases
from hiddenstate.kernels.step_records import CALLEE, LAYER, RUN, STACK


@dataclass(frozen=True)
class Part:
    """Where one layer's h or C stands in a state."""

    layer: int
    name: Literal["h", "C"]
    first: int
    size: int


PYTHON_FUNCTIONS = {
    "new_object": "PyType_GenericAlloc",
    "new_tuple": "PyTuple_New",
    "call": "PyObject_Vectorcall",
    "keep": "Py_IncRef",
    "drop": "Py_DecRef",
}
"""What `step_call` calls by address, in Python's C interface."""

STEP_DOC = """step($self, x, state, /)
--

One step: (x, state) -> (y, state after it). Changes neither; makes new arrays.

x: (input,) and y: (hidden,); or (streams, ...) with the state of several streams.
"""


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
        self._packed, self._biases = zip(*(_packed(layer, weight_format) for layer in layers), strict=True)
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
        return sum(int(part.nbytes) for part in (*self._packed, *self._biases))

    def step_function(self, state_type: type, model: str, careful: Callable[..., Any]) -> Callable[..., Any]:
        """The step (x, state) -> (y, state) as a built-in function: see `step_call`.

        States are of that class, with slots `model` and `values`; those that fit have the very string `model`. What the
        kernel does not take goes to `careful`, which is returned itself where objects are not understood.
        """
        if not builtin.objects_are_understood(state_type):
            return careful
        callee = np.zeros(1, CALLEE)
        callee["stack"] = self._stack.ctypes.data
        objects = {
            "array_type": np.ndarray,
            "float32": np.dtype(np.float32),
            "state_type": state_type,
            "model": model,
            "careful": careful,
        }
        for field, thing in objects.items():
            callee[field] = id(thing)
        for field, name in PYTHON_FUNCTIONS.items():
            callee[field] = builtin.python_function(name)
        callee["new_array"] = builtin.numpy_function(builtin.PYARRAY_NEW)
        me = (callee, self, *objects.values())
        return builtin.builtin_function("step.call", me, name="step", doc=STEP_DOC)

    def run(self, x: Floats, state: Floats) -> tuple[Floats, Floats]:
        """Many steps; x: (streams, steps, input), state: (streams, state).

        Returns the outputs (streams, steps, hidden) and the new states. All are contiguous float32 arrays.
        """
        streams, steps, _ = x.shape
        outputs = np.empty((streams, steps, int(self._stack[0]["hidden"])), np.float32)
        states = [state.copy(), np.empty_like(state)]
        record = np.zeros(1, RUN)
        arrays = (array.ctypes.data for array in (x, outputs, *states))
        record[0] = (self._stack.ctypes.data, steps, streams, *arrays)
        threads.run(library.kernel("step.run"), record.ctypes.data, 1)
        return outputs, states[steps % 2]


def _packed(layer: Layer, weight_format: WeightFormat) -> tuple[NDArray[np.uint32], Floats]:
    """The weights in order, and the biases with what else belongs to them."""
    if weight_format == "int8":
        return byte_layer(layer)
    return packed_weights(layer, weight_format), wide_biases(layer)

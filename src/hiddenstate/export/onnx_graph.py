"""An ONNX graph under construction."""

from collections.abc import Sequence
from typing import Any, final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

OPSET = 17
IR_VERSION = 8
"""The first of opset 17: older runtimes read it too."""


@final
class Graph:
    """Nodes, constants and the masks that several operations share; `node` returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self._kept: dict[str, str] = {}

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """One output; an input left out is an empty name."""
        return self.nodes_with(operator, inputs, 1, **attributes)[0]

    def nodes_with(self, operator: str, inputs: Sequence[str], count: int, **attributes: Any) -> list[str]:
        """`count` outputs."""
        number = len(self.nodes)
        outputs = [f"{operator}_{number}" + (f"_{place}" if place else "") for place in range(count)]
        name = f"{operator}_{number}"
        self.nodes.append(helper.make_node(operator, list(inputs), outputs, name=name, **attributes))
        return outputs

    def weight(self, name: str, array: NDArray[Any]) -> str:
        """A constant under a name of its own, stored once."""
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def floats(self, *values: float) -> str:
        """A small float32 constant; a single value is a scalar."""
        array = np.array(values if len(values) != 1 else values[0], dtype=np.float32)
        return self.weight("f_" + "_".join(repr(float(value)) for value in values), array)

    def whole(self, *values: int) -> str:
        """A list of int64: a shape, axes."""
        return self.weight("i_" + "_".join(map(str, values)), np.array(values, dtype=np.int64))

    def size(self, x: str, axis: int) -> str:
        """The size of one axis, (1,) int64."""
        return self.node("Gather", self.node("Shape", x), self.whole(axis))

    def kept(self, key: str) -> str | None:
        """What `keep` stored."""
        return self._kept.get(key)

    def keep(self, key: str, value: str) -> str:
        """Store a name for operations to come."""
        self._kept[key] = value
        return value

    def steps(self, x: str) -> str:
        """0, 1, ... for each step of x (batch, time, ...)."""
        scalar = self.node("Squeeze", self.size(x, 1), self.whole(0))
        zero, one = (self.weight(f"i0_{value}", np.array(value, dtype=np.int64)) for value in (0, 1))
        return self.node("Range", zero, scalar, one)

    def valid(self, x: str, lengths: str) -> str:
        """(batch, time) whether each step of x is within its row's length."""
        key = f"valid of {lengths}"
        return self.kept(key) or self.keep(
            key, self.node("Less", self.steps(x), self.node("Unsqueeze", lengths, self.whole(1)))
        )

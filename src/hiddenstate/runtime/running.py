"""A program that answers after each step: recurrent layers and pools that go on from a state."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.kernels.step_layer import Floats, Layer
from hiddenstate.program import Interpreter, Operation
from hiddenstate.program.interpret import RULES
from hiddenstate.program.shapes import known
from hiddenstate.runtime.recurrence import Recurrence
from hiddenstate.runtime.state import State

Array = NDArray[Any]
RUNNING_POOLS = ("last", "mean", "max")
"""Pools that can be computed as the steps come."""


@final
class RunningModel:
    """The steps before the pools, the pools as running values, and what answers after them.

    A state is (streams, size) float32: how many steps were read, each layer's state, each pool's running value.
    Counts and sums are kept as two numbers, the second what rounding the first left over: 48 bits do not tire.
    """

    def __init__(self, interpreter: Interpreter, wanted: Sequence[str]) -> None:
        """`wanted`: the outputs that are answered. The program has pools of `RUNNING_POOLS` alone."""
        program = interpreter.program
        self.wanted = {name: program.outputs[name].value for name in wanted}
        self._weights = interpreter.weights
        pools = [operation for operation in program.operations if operation.kind == "pool"]
        contexts = {operation.outputs["context"] for operation in pools}
        self._answer = _needed(program.operations, set(self.wanted.values()), contexts)
        self._pools = [pool for pool in pools if pool.outputs["context"] in _inputs(self._answer)]
        self._steps = _needed(program.operations, {pool.inputs["x"] for pool in self._pools}, set())
        self._layers: dict[int, Recurrence] = {}
        self._places: dict[int, slice] = {}
        shapes, self.size = program.shapes(), 2
        for number, operation in enumerate(self._steps):
            if operation.kind == "recurrent":
                own = {role: self._weights[name] for role, name in operation.weights.items()}
                layer = Layer(operation.options["cell"], own["W"], own["U"], own["b"], own.get("b_hn"))
                self._layers[number] = Recurrence([layer])
                self._take(number, self._layers[number].initial_state().values.size)
        for pool in self._pools:
            features = known(shapes[pool.outputs["context"]][1])
            self._take(id(pool), features * (2 if pool.options["how"] == "mean" else 1))

    def advance(self, inputs: Mapping[str, Array], values: Floats) -> Floats:
        """The state (streams, size) after one step; inputs are (streams, 1, ...)."""
        count = _joined(values[:, :1], values[:, 1:2]) + 1
        after = np.empty_like(values)
        after[:, :2] = _split(count)
        found: dict[str, Array] = dict(inputs)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            for number, operation in enumerate(self._steps):
                if operation.kind != "recurrent":
                    self._compute(operation, found)
                    continue
                layer, place = self._layers[number], self._places[number]
                before = State(layer.model, np.ascontiguousarray(values[:, place]))
                y, state = layer.step(np.ascontiguousarray(found[operation.inputs["x"]][:, 0]), before)
                found[operation.outputs["sequence"]] = y[:, np.newaxis]
                after[:, place] = state.values
        for pool in self._pools:
            x, place = found[pool.inputs["x"]][:, 0], self._places[id(pool)]
            after[:, place] = POOLS[pool.options["how"]](x, values[:, place], count == 1)
        return after

    def answer(self, values: Floats) -> dict[str, Array]:
        """The wanted outputs of states (streams, size)."""
        count = _joined(values[:, :1], values[:, 1:2])
        found: dict[str, Array] = {}
        for pool in self._pools:
            context = values[:, self._places[id(pool)]]
            if pool.options["how"] == "mean":
                context = (_joined(*np.split(context, 2, axis=1)) / np.maximum(count, 1)).astype(np.float32)
            found[pool.outputs["context"]] = context
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            for operation in self._answer:
                self._compute(operation, found)
        return {name: found[value] for name, value in self.wanted.items()}

    def _compute(self, operation: Operation, found: dict[str, Array]) -> None:
        outputs = RULES[operation.kind](
            {role: found[name] for role, name in operation.inputs.items() if role != "lengths"},
            {role: self._weights[name] for role, name in operation.weights.items()},
            operation.options,
        )
        for role, name in operation.outputs.items():
            found[name] = outputs[role]

    def _take(self, key: int, size: int) -> None:
        self._places[key] = slice(self.size, self.size + size)
        self.size += size


def _inputs(operations: Sequence[Operation]) -> set[str]:
    return {name for operation in operations for name in operation.inputs.values()}


def _needed(
    operations: Sequence[Operation], wanted: Collection[str], given: Collection[str]
) -> tuple[Operation, ...]:
    """The operations, in order, that make `wanted` out of the inputs and what is `given`."""
    missing, kept = set(wanted) - set(given), []
    for operation in reversed(operations):
        if missing & set(operation.outputs.values()):
            kept.append(operation)
            missing |= {name for role, name in operation.inputs.items() if role != "lengths"} - set(given)
    return tuple(reversed(kept))


def _last(x: Array, before: Array, first: Array) -> Array:
    return x


def _sum(x: Array, before: Array, first: Array) -> Array:
    return _split(_joined(*np.split(before, 2, axis=1)) + x)


def _max(x: Array, before: Array, first: Array) -> Array:
    return np.where(first, x, np.maximum(x, before))


POOLS = {"last": _last, "mean": _sum, "max": _max}


def _joined(high: Array, low: Array) -> Array:
    """(streams, n) float64."""
    return high.astype(np.float64) + low


def _split(values: Array) -> Array:
    """(streams, 2n) float32: the values rounded, then what is left of them."""
    high = values.astype(np.float32)
    return np.concatenate([high, (values - high).astype(np.float32)], axis=1)

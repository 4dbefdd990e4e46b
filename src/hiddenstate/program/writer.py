"""Writes a program one operation after the other; every method returns the name of a new value."""

from collections.abc import Mapping, Sequence
from typing import Any, final

from hiddenstate.program.operations import CELL_STATES, infer
from hiddenstate.program.program import Input, Operation, Output, Program
from hiddenstate.program.shapes import Shape, Size

Value = str
"""The name of a value."""


@final
class Writer:
    """Collects operations and checks each shape on the way.

    `weights`: the shape of every weight that there is; those that are used end up in the program.

    >>> writer = Writer("example", {"head.weight": (2, 3)})
    >>> x = writer.input("x", 1, "time", 3)
    >>> writer.output("y", writer.activation(writer.linear(x, "head.weight"), "tanh"))
    >>> program = writer.finish()
    >>> program.shapes()[program.outputs["y"].value]
    (1, 'time', 2)
    """

    def __init__(self, kind: str, weights: Mapping[str, Sequence[int]]) -> None:
        self.kind = kind
        self.available = {name: tuple(shape) for name, shape in weights.items()}
        self.shapes: dict[Value, Shape] = {}
        self._inputs: dict[str, Input] = {}
        self._operations: list[Operation] = []
        self._outputs: dict[str, Output] = {}
        self._states: dict[str, str] = {}

    def input(self, name: str, *shape: Size, whole: bool = False, largest: int | None = None) -> Value:
        """Something the caller gives."""
        self._inputs[name] = Input(shape, whole, largest)
        self.shapes[name] = shape
        return name

    def output(self, name: str, value: Value, labels: Sequence[str] = (), unit: str | None = None) -> None:
        """Something the caller gets."""
        self._outputs[name] = Output(value, tuple(labels), unit)

    def finish(self, facts: Mapping[str, Any] | None = None) -> Program:
        """The program, with the weights that it uses."""
        used = {name for operation in self._operations for name in operation.weights.values()}
        return Program(
            kind=self.kind,
            inputs=self._inputs,
            operations=tuple(self._operations),
            outputs=self._outputs,
            weights={name: shape for name, shape in self.available.items() if name in used},
            states=self._states,
            facts=facts or {},
        )

    def embedding(self, numbers: Value, table: str, further: str | None = None) -> Value:
        """The vector of each number."""
        weights = {"table": table} | ({} if further is None else {"further": further})
        return self._one("embedding", {"x": numbers}, weights)

    def gram_mean(self, grams: Value, table: str) -> Value:
        """The mean of the vectors of each word's n-grams."""
        return self._one("gram_mean", {"x": grams}, {"table": table})

    def linear(self, x: Value, weight: str, bias: str | None = None) -> Value:
        """A dense layer over the last axis."""
        return self._one("linear", {"x": x}, {"weight": weight} | ({} if bias is None else {"bias": bias}))

    def activation(self, x: Value, function: str) -> Value:
        """One of `operations.ACTIVATIONS`."""
        return self._one("activation", {"x": x}, function=function)

    def recurrent(
        self,
        x: Value,
        cell: str,
        weights: Mapping[str, str],
        *,
        lengths: Value | None = None,
        state: Mapping[str, Value] | None = None,
        reverse: bool = False,
    ) -> tuple[Value, dict[str, Value]]:
        """One direction of one layer: its hidden states and its final state by part.

        `weights`: roles W, U, b and for the GRU b_hn.
        """
        inputs = {"x": x} | ({} if lengths is None else {"lengths": lengths}) | dict(state or {})
        found = self._write("recurrent", inputs, weights, {"cell": cell, "reverse": reverse})
        return found["sequence"], {part: found[part] for part in CELL_STATES[cell]}

    def pool(
        self, x: Value, how: str, *, lengths: Value | None = None, backward: int = 0
    ) -> tuple[Value, Value]:
        """One vector of a sequence, and the share of each step."""
        inputs = {"x": x} | ({} if lengths is None else {"lengths": lengths})
        found = self._write("pool", inputs, {}, {"how": how, "backward": backward})
        return found["context"], found["weights"]

    def attention(
        self,
        x: Value,
        score: str,
        weights: Mapping[str, str],
        *,
        lengths: Value | None = None,
        query: Value | None = None,
        scale: float = 1.0,
    ) -> tuple[Value, Value]:
        """One vector of a sequence, and the share of each step.

        `weights`: roles query, W, U, v (additive), query (dot), query, W (general) or w, b (per_step); without the
        role query where each row asks a `query` of its own.
        """
        given = {"lengths": lengths, "query": query}
        inputs = {"x": x} | {role: value for role, value in given.items() if value is not None}
        found = self._write("attention", inputs, weights, {"score": score, "scale": scale})
        return found["context"], found["weights"]

    def concat(self, parts: Sequence[Value], axis: int) -> Value:
        """Side by side; a single part is returned as it is."""
        if len(parts) == 1:
            return parts[0]
        return self._one("concat", {str(place): part for place, part in enumerate(parts)}, axis=axis)

    def reshape(self, x: Value, *shape: Size) -> Value:
        """The same numbers in another shape."""
        return self._one("reshape", {"x": x}, shape=list(shape))

    def transpose(self, x: Value, *axes: int) -> Value:
        """Axes in another order."""
        return self._one("transpose", {"x": x}, axes=list(axes))

    def slice(self, x: Value, axis: int, start: int, stop: int) -> Value:
        """A part along one axis."""
        if (start, stop) == (0, self.shapes[x][axis]):
            return x
        return self._one("slice", {"x": x}, axis=axis, start=start, stop=stop)

    def pad(self, x: Value, axis: int, *, before: int = 0, after: int = 0) -> Value:
        """Zeros before and after along one axis."""
        if before == after == 0:
            return x
        return self._one("pad", {"x": x}, axis=axis, before=before, after=after)

    def mean(self, x: Value, axis: int) -> Value:
        """The mean over one axis, which stays."""
        return self._one("mean", {"x": x}, axis=axis)

    def spread(self, x: Value, axis: int, smallest: float) -> Value:
        """The standard deviation over one axis, which stays."""
        return self._one("spread", {"x": x}, axis=axis, smallest=smallest)

    def repeat(self, x: Value, axis: int, times: int) -> Value:
        """Each entry several times."""
        return x if times == 1 else self._one("repeat", {"x": x}, axis=axis, times=times)

    def parameter(self, like: Value, value: str) -> Value:
        """A learnt array for each row of `like`."""
        return self._one("parameter", {"x": like}, {"value": value})

    def arithmetic(self, x: Value, operator: str, y: Value) -> Value:
        """One of `operations.ARITHMETIC`."""
        return self._one("arithmetic", {"x": x, "y": y}, operator=operator)

    def add(self, x: Value, y: Value) -> Value:
        """The sum."""
        return self.arithmetic(x, "add", y)

    def scale(self, x: Value, factor: float, offset: float = 0.0) -> Value:
        """Multiply by `factor`, add `offset`."""
        return self._one("scale", {"x": x}, factor=factor, offset=offset)

    def lead_regression(self, x: Value, weight: str, bias: str) -> Value:
        """A linear map of its own for each step."""
        return self._one("lead_regression", {"x": x}, {"weight": weight, "bias": bias})

    def convolution(self, x: Value, weight: str) -> Value:
        """One filter over each row."""
        return self._one("convolution", {"x": x}, {"weight": weight})

    def sort(self, x: Value) -> Value:
        """Ascending along the last axis."""
        return self._one("sort", {"x": x})

    def clear(self, x: Value, lengths: Value) -> Value:
        """Zeros beyond each row's length."""
        return self._one("clear", {"x": x, "lengths": lengths})

    def include(self, program: Program, prefix: str) -> dict[str, Value]:
        """All operations of another program; inputs of the same name are shared.

        Its values and weights get `prefix`, its outputs are returned by name.
        """
        for name, given in program.inputs.items():
            self._inputs.setdefault(name, given)
            self.shapes[name] = given.shape
        names = {name: name for name in program.inputs}
        for operation in program.operations:
            weights = {role: prefix + name for role, name in operation.weights.items()}
            inputs = {role: names[name] for role, name in operation.inputs.items()}
            found = self._write(operation.kind, inputs, weights, operation.options)
            names |= {operation.outputs[role]: value for role, value in found.items()}
        return {name: names[output.value] for name, output in program.outputs.items()}

    def _one(
        self, kind: str, inputs: Mapping[str, Value], weights: Mapping[str, str] | None = None, **options: Any
    ) -> Value:
        return self._write(kind, inputs, weights or {}, options)["y"]

    def _write(
        self, kind: str, inputs: Mapping[str, Value], weights: Mapping[str, str], options: Mapping[str, Any]
    ) -> dict[str, Value]:
        found = infer(
            kind,
            {role: self.shapes[name] for role, name in inputs.items()},
            {role: self.available[name] for role, name in weights.items()},
            options,
        )
        number = len(self._operations)
        only = len(found) == 1
        names = {role: f"{kind}{number}" if only else f"{kind}{number}.{role}" for role in found}
        self._operations.append(Operation(kind, dict(inputs), names, dict(weights), dict(options)))
        self.shapes |= {names[role]: shape for role, shape in found.items()}
        return names

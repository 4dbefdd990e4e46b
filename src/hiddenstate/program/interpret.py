"""A program computed in NumPy, as plainly as it can be written: what all backends are pinned to."""

from collections.abc import Callable, Mapping
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from hiddenstate.errors import ShapeError
from hiddenstate.program.numpy_arrays import ARRAY_RULES
from hiddenstate.program.numpy_pools import attention, pool
from hiddenstate.program.numpy_recurrent import recurrent
from hiddenstate.program.program import Program
from hiddenstate.program.shapes import Shape, known

Array = NDArray[Any]
Arrays = dict[str, Array]

Rule = Callable[[Mapping[str, Array], Mapping[str, Array], Mapping[str, Any]], Arrays]
RULES: dict[str, Rule] = {
    **ARRAY_RULES,
    "recurrent": recurrent,
    "pool": pool,
    "attention": attention,
}
"""Kind of operation -> (inputs, weights, options) -> outputs, all by role."""


@final
class Interpreter:
    """Computes a program with given weights in float64 (the reference) or float32.

    >>> from hiddenstate.program import Writer
    >>> writer = Writer("example", {"W": (1, 2)})
    >>> writer.output("y", writer.linear(writer.input("x", 1, 2), "W"))
    >>> interpreter = Interpreter(writer.finish(), {"W": np.array([[1.0, 2.0]])})
    >>> interpreter({"x": [[3.0, 4.0]]})["y"].tolist()
    [[11.0]]
    """

    def __init__(
        self,
        program: Program,
        weights: Mapping[str, Array],
        dtype: DTypeLike = np.float64,
        *,
        rules: Mapping[str, Rule] = RULES,
    ) -> None:
        """`rules`: how each kind of operation is computed, for a runtime that has faster ones for some."""
        self.rules = rules
        program.check_weights(weights)
        self.program = program
        self.dtype = np.dtype(dtype)
        self.weights = {name: np.asarray(weights[name], dtype=self.dtype) for name in program.weights}

    def __call__(self, inputs: Mapping[str, ArrayLike]) -> Arrays:
        """The outputs by name for a batch of inputs by name; states that are not given are zero.

        Without ``lengths`` every step is read. Raises `ShapeError` for a missing input or another shape.
        """
        values = check_inputs(self.program, inputs, self.dtype)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            for operation in self.program.operations:
                found = self.rules[operation.kind](
                    {role: values[name] for role, name in operation.inputs.items()},
                    {role: self.weights[name] for role, name in operation.weights.items()},
                    operation.options,
                )
                values |= {name: found[role] for role, name in operation.outputs.items()}
        return {name: values[output.value] for name, output in self.program.outputs.items()}


def check_inputs(program: Program, inputs: Mapping[str, ArrayLike], dtype: DTypeLike) -> Arrays:
    """The inputs as arrays of the right kind: one batch size, one number of steps, valid lengths.

    Raises `ShapeError`.
    """
    unknown = sorted(set(inputs) - set(program.inputs))
    if unknown:
        raise ShapeError(f"inputs: expected {', '.join(program.inputs)}, got also {', '.join(unknown)}.")
    values: Arrays = {}
    found: dict[str, int] = {}
    for name, given in program.inputs.items():
        if name in inputs:
            value = np.asarray(inputs[name], dtype=np.int64 if given.whole else dtype)
            _match(name, value, given.shape, found)
            values[name] = value
    batch, time = found.get("batch", 1), found.get("time", 0)
    for name, given in program.inputs.items():
        if name not in values:
            if name == "lengths":
                values[name] = np.full(batch, time, dtype=np.int64)
            elif name in program.states:
                values[name] = np.zeros((batch, *map(known, given.shape[1:])), dtype=np.dtype(dtype))
            else:
                raise ShapeError(
                    f'inputs: expected "{name}" of shape {_words(given.shape)}, got none. Give it.'
                )
        if given.whole and given.largest is not None and values[name].size:
            low, high = int(values[name].min()), int(values[name].max())
            if low < -1 or high >= given.largest:
                raise ShapeError(
                    f"{name}: expected whole numbers below {given.largest}, got {low} to {high}."
                )
    lengths = values.get("lengths")
    if lengths is not None and lengths.size and (lengths.min() < 0 or lengths.max() > time):
        raise ShapeError(
            f"lengths: expected 0 to {time}, the steps given, got {lengths.min()} to {lengths.max()}. "
            "Count each row's real steps."
        )
    return values


def _match(name: str, value: Array, shape: Shape, found: dict[str, int]) -> None:
    """Compare a shape with what is expected and with what the inputs before said of named axes."""
    fits = value.ndim == len(shape)
    if fits:
        axes = [("batch", value.shape[0]), *zip(shape[1:], value.shape[1:], strict=True)]
        for expected, size in axes:
            fits &= size == (found.setdefault(expected, size) if isinstance(expected, str) else expected)
    if not fits:
        sizes = ", ".join(f"{axis} = {size}" for axis, size in found.items())
        raise ShapeError(
            f"{name}: expected shape {_words(shape)}{f' with {sizes}' if sizes else ''}, got {value.shape}. "
            "Correct the input."
        )


def _words(shape: Shape) -> str:
    return "(" + ", ".join(["batch", *map(str, shape[1:])]) + ")"

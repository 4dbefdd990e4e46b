"""C statements under construction: where values lie, which weights and kernels are used."""

from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.export.c_memory import Memory
from hiddenstate.export.c_numbers import c_array, float_literal, quantise, upper_half
from hiddenstate.program.operations import CELL_STATES
from hiddenstate.program.program import Operation
from hiddenstate.program.shapes import Shape, Size

Array = NDArray[Any]


@final
class Weights:
    """The constants of a model, each written once whatever functions use it."""

    def __init__(self, arrays: Mapping[str, Array], kind: str) -> None:
        self.arrays = arrays
        self.kind = kind
        self.texts: dict[str, str] = {}
        self.flash_bytes = 0
        self.effective: dict[str, Array] = {}
        """Weight -> the values that the C code computes with, for those that int8 changes."""
        self._names: dict[str, str] = {}

    def of(self, name: str) -> Array:
        """The array, float32."""
        return np.asarray(self.arrays[name], dtype=np.float32)

    def vector(self, key: str, values: Array) -> str:
        """A float32 array; the C name. `key` tells the same weights apart from others."""
        return self._keep(key, np.asarray(values, dtype=np.float32))

    def matrices(self, keys: Sequence[str], matrices: Sequence[Array], *, by_row: bool = False) -> list[str]:
        """Matrices (rows, columns) whose products are summed; stored column after column, or `by_row`.

        Rounded to int8 they share one scale for each row.
        """
        if self.kind == "float":
            return [
                self._matrix(key, _order(matrix, by_row)) for key, matrix in zip(keys, matrices, strict=True)
            ]
        found = quantise(*matrices)
        self.effective |= {
            key: each.whole * each.scale[:, np.newaxis] for key, each in zip(keys, found, strict=True)
        }
        scale = self._keep(f"scale of {' and '.join(keys)}", upper_half(found[0].scale))
        return [
            self._matrix(key, _order(each.whole, by_row), scale)
            for key, each in zip(keys, found, strict=True)
        ]

    def _matrix(self, key: str, values: Array, *fields: str) -> str:
        """A pointer to a structure "matrix"."""
        stored = self._keep(key, values)
        name = f"{stored}_matrix"
        self.texts[name] = f"static const matrix {name} = {{ {', '.join([stored, *fields])} }};\n"
        return f"&{name}"

    def _keep(self, key: str, values: Array) -> str:
        if key not in self._names:
            name = f"w{len(self._names)}"
            self._names[key] = name
            self.flash_bytes += values.nbytes
            self.texts[name] = f"/* {key} */\n{c_array(name, values)}"
        return self._names[key]


def _order(matrix: Array, by_row: bool) -> Array:
    return matrix if by_row else matrix.T


@final
class Code:
    """One C function's body."""

    def __init__(
        self, weights: Weights, shapes: Mapping[str, Shape], places: Mapping[str, str], scratch: Memory
    ) -> None:
        """`places`: C expressions of what is given; every other value lies in ``arena`` as `scratch` says."""
        self.weights = weights
        self.shapes = shapes
        self.kernels: set[str] = set()
        self.lines: list[str] = []
        self._places = dict(places)
        self._scratch = scratch

    def at(self, value: str) -> str:
        """A pointer to a value."""
        if value not in self._places:
            place = self._scratch.places[value]
            return f"arena + {place}" if place else "arena"
        return self._places[value]

    def alias(self, new: str, old: str) -> None:
        """The same numbers under another name."""
        self._places[new] = self.at(old)

    def call(self, kernel: str, *arguments: object) -> None:
        """A call of one of `KERNELS`."""
        self.kernels.add(kernel)
        self.lines.append(f"{kernel}({', '.join(map(str, arguments))});")

    def write(self, *lines: str) -> None:
        """Statements."""
        self.lines += lines

    def array(self, operation: Operation, role: str) -> Array:
        """A weight of an operation."""
        return self.weights.of(operation.weights[role])

    def vector(self, operation: Operation, role: str) -> str:
        """The C name of a float32 weight; NULL where the operation has none."""
        if role not in operation.weights:
            return "NULL"
        return self.weights.vector(operation.weights[role], self.array(operation, role))

    def number(self, value: float) -> str:
        """A float literal."""
        return float_literal(value)


def count(sizes: Sequence[Size]) -> str:
    """How many numbers as a C expression.

    >>> count((1, "time", 3)), count((2, 3)), count(())
    ('steps * 3', '6', '1')
    """
    fixed = int(np.prod([size for size in sizes if not isinstance(size, str)], dtype=np.int64))
    names = {"time": "steps", "grams": "grams"}
    parts = [names[size] for size in sizes if isinstance(size, str)]
    if fixed != 1 or not parts:
        parts.append(str(fixed))
    return " * ".join(parts)


def scratch_of(
    operation: Operation, shapes: Mapping[str, Shape], weights: Mapping[str, tuple[int, ...]]
) -> int:
    """Numbers that an operation needs while it runs."""
    if operation.kind == "recurrent":
        hidden = weights[operation.weights["U"]][1]
        return {"rnn": 1, "lstm": 4, "gru": 6}[operation.options["cell"]] * hidden
    if operation.kind == "attention" and "U" in operation.weights:
        return weights[operation.weights["U"]][0]
    return 0


def states_of(operation: Operation) -> tuple[str, ...]:
    """Parts of the state of a recurrent operation."""
    return CELL_STATES[operation.options["cell"]]

"""The description of a trained model: inputs, operations, outputs, and the shapes of the weights they name."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, cast

from hiddenstate.errors import BundleError
from hiddenstate.program.operations import infer
from hiddenstate.program.shapes import Shape

FORMAT = 1
PROGRAM = "program.json"
"""Its name in a bundle."""
INNERMOST = re.compile(r"\[\n *([^\[\]{}]*?)\n *\]")
"""A list without lists and objects in it, in a JSON text with indents."""


@dataclass(frozen=True)
class Operation:
    """One computation; `hiddenstate.program.operations` says what each kind takes and gives."""

    kind: str
    inputs: Mapping[str, str]
    """Role -> name of a value."""
    outputs: Mapping[str, str]
    """Role -> name of a value; each value is written once."""
    weights: Mapping[str, str] = field(default_factory=dict)
    """Role -> name in ``weights.safetensors``."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Numbers, names and lists of numbers."""


@dataclass(frozen=True)
class Scaling:
    """From the user's units to the model's: ``(value - mean) / spread``, column by column of the last axis."""

    mean: tuple[float, ...]
    spread: tuple[float, ...]


@dataclass(frozen=True)
class Input:
    """What the caller gives."""

    shape: Shape
    """Without a batch: (1, "time", 3), say. Backends with a batch axis put it in place of the 1."""
    whole: bool = False
    """Whole numbers (words, lengths) instead of float32."""
    largest: int | None = None
    """Whole numbers stay below this."""
    columns: tuple[str, ...] = ()
    """Names along the last axis, where they are known."""
    scaling: Scaling | None = None
    """What the caller must apply first; None where values come as they are."""


@dataclass(frozen=True)
class Output:
    """What the caller gets."""

    value: str
    labels: tuple[str, ...] = ()
    """Names along the last axis: classes or quantile levels."""
    unit: str | None = None


@dataclass(frozen=True)
class Program:
    """A model that any backend can compute."""

    kind: str
    """What the model does, for example ``"forecaster"``."""
    inputs: Mapping[str, Input]
    operations: tuple[Operation, ...]
    outputs: Mapping[str, Output]
    weights: Mapping[str, tuple[int, ...]]
    """Shape of every weight that the operations name."""
    states: Mapping[str, str] = field(default_factory=dict)
    """Input -> output that is its next value; empty where nothing is carried from call to call."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What decoding needs beside the numbers: a threshold, names of targets. JSON values."""

    def shapes(self) -> dict[str, Shape]:
        """The shape of every value, by name. Raises `BundleError` where operations do not fit together."""
        shapes = {name: given.shape for name, given in self.inputs.items()}
        for operation in self.operations:
            for role, name in operation.inputs.items():
                if name not in shapes:
                    raise BundleError(
                        f'{PROGRAM}: expected a value for {role} of "{operation.kind}", got the unknown '
                        f'"{name}". Export the model again.'
                    )
            roles = {role: shapes[name] for role, name in operation.inputs.items()}
            weights = {role: self._weight(name) for role, name in operation.weights.items()}
            found = infer(operation.kind, roles, weights, operation.options)
            shapes |= {operation.outputs[role]: shape for role, shape in found.items()}
        return shapes

    def _weight(self, name: str) -> tuple[int, ...]:
        if name not in self.weights:
            raise BundleError(f'{PROGRAM}: expected the shape of weight "{name}", found none. Train again.')
        return self.weights[name]

    def check_weights(self, weights: Mapping[str, Any]) -> None:
        """Raise `BundleError` unless `weights` holds every array that is named, in its shape."""
        for name, shape in self.weights.items():
            if name not in weights:
                raise BundleError(
                    f'{PROGRAM}: expected a weight "{name}", found none. Train the model again.'
                )
            if tuple(weights[name].shape) != shape:
                raise BundleError(
                    f'{PROGRAM}: expected weight "{name}" of shape {shape}, got {tuple(weights[name].shape)}. '
                    "Train the model again."
                )

    @property
    def variable_time(self) -> bool:
        """Whether sequences may have any length."""
        return any("time" in given.shape for given in self.inputs.values())

    def to_json(self) -> str:
        """For ``program.json``."""
        values = {
            "format": FORMAT,
            "kind": self.kind,
            "inputs": {name: _input_to_dict(given) for name, given in self.inputs.items()},
            "operations": [
                {
                    "kind": operation.kind,
                    "inputs": dict(operation.inputs),
                    "outputs": dict(operation.outputs),
                    "weights": dict(operation.weights),
                    "options": dict(operation.options),
                }
                for operation in self.operations
            ],
            "outputs": {
                name: {"value": output.value, "labels": list(output.labels), "unit": output.unit}
                for name, output in self.outputs.items()
            },
            "weights": {name: list(shape) for name, shape in self.weights.items()},
            "states": dict(self.states),
            "facts": dict(self.facts),
        }
        return _flat_lists(json.dumps(values, indent=1, ensure_ascii=False)) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The inverse of `to_json`. Raises `BundleError` for text that is none, and for a newer format."""
        try:
            values = json.loads(text)
            newer = int(values["format"]) > FORMAT
            if not newer:
                program = cls(
                    kind=values["kind"],
                    inputs={name: _input_from_dict(given) for name, given in values["inputs"].items()},
                    operations=tuple(_operation_from_dict(entry) for entry in values["operations"]),
                    outputs={
                        name: Output(given["value"], tuple(given["labels"]), given["unit"])
                        for name, given in values["outputs"].items()
                    },
                    weights={name: tuple(shape) for name, shape in values["weights"].items()},
                    states=values["states"],
                    facts=values["facts"],
                )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BundleError(
                f"{PROGRAM}: expected a stored program, got a damaged one ({error!r}). Train again."
            ) from None
        if newer:
            raise BundleError(
                f"{PROGRAM}: expected format {FORMAT} or older, got {values['format']}. Update hiddenstate."
            )
        program.shapes()
        return program


def _flat_lists(text: str) -> str:
    """Lists of numbers and names on one line each. Within a JSON text a line ends between values alone."""
    return INNERMOST.sub(lambda found: "[" + re.sub(r"\n *", " ", found[1]) + "]", text)


def _input_to_dict(given: Input) -> dict[str, Any]:
    scaling = given.scaling
    return {
        "shape": list(given.shape),
        "whole": given.whole,
        "largest": given.largest,
        "columns": list(given.columns),
        "scaling": None if scaling is None else {"mean": scaling.mean, "spread": scaling.spread},
    }


def _input_from_dict(values: Mapping[str, Any]) -> Input:
    scaling = values["scaling"]
    return Input(
        shape=cast(Shape, tuple(values["shape"])),
        whole=bool(values["whole"]),
        largest=values["largest"],
        columns=tuple(values["columns"]),
        scaling=None if scaling is None else Scaling(tuple(scaling["mean"]), tuple(scaling["spread"])),
    )


def _operation_from_dict(values: Mapping[str, Any]) -> Operation:
    return Operation(**{key: values[key] for key in ("kind", "inputs", "outputs", "weights", "options")})

"""What one look inside a model has found, before any of it is drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from torch import nn

from hiddenstate import plots
from hiddenstate.inspection import memory, trace
from hiddenstate.records import GateTrace, LayerTrace, Memory

ATTENTION = "attention"
EVIDENCE = "evidence"
"""What the answer rests on: integrated gradients, leaving out, and whether these can be believed."""
Shown = Callable[[], Sequence[plots.Section]]


@dataclass(frozen=True)
class Reading:
    """What one layer and direction did on one sequence."""

    trace: GateTrace
    """Of this layer alone, with the names of its steps."""
    row: int = 0
    """The sequence in its batch that is looked at."""
    input_names: tuple[str, ...] = ()
    """Of what the layer reads; () where it has only numbers."""

    @property
    def layer(self) -> LayerTrace:
        """The layer."""
        return self.trace[0]

    @property
    def labels(self) -> list[str]:
        """The names of the steps that the layer read."""
        return self.trace.names_of_steps(0, self.row)

    def liveliest(self) -> int:
        """The unit whose hidden state moves most."""
        h = self.layer.row(self.row)["h"]
        return int(np.ptp(h, axis=0).argmax()) if len(h) else 0


@dataclass(frozen=True)
class Inside:
    """An answer, and what led to it."""

    title: str
    subtitle: str
    headline: str
    text: str
    model: nn.Module
    """The network that is looked into."""
    inputs: Any
    """What it was given."""
    readings: tuple[Reading, ...]
    shown: Mapping[str, Shown] = field(default_factory=dict)
    """What this kind of model can show besides, by name: "attention", ... Made when it is asked for."""
    lacking: Mapping[str, str] = field(default_factory=dict)
    """What it cannot show, and what it can instead."""
    pictures: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    """Name of a file -> the chart of what the page shows in words and colours."""

    def memory(self) -> Memory:
        """Half-lives and saturation of all layers."""
        measured = (memory(reading.trace, input_names=reading.input_names) for reading in self.readings)
        return Memory(tuple(found.layers[0] for found in measured))

    def whole(self) -> GateTrace:
        """All layers in one trace."""
        return GateTrace(tuple(reading.layer for reading in self.readings), self.readings[0].trace.labels)


def readings_of(
    model: nn.Module,
    inputs: Any,
    labels: Mapping[str, Sequence[str]],
    input_names: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Reading, ...]:
    """Trace `model`; the first part of a layer's place says by which `labels` its steps are named, and by which
    `input_names` the inputs of the lowest layer there.

    Layers that read a single step are left out, if there are others.
    """
    found = trace(model, inputs)
    readings = []
    for layer in found.layers:
        part = layer.place.split(".")[0]
        names = tuple(labels.get(part, ()))
        steps = int(layer.lengths[0]) if len(layer.lengths) else 0
        of_inputs = tuple((input_names or {}).get(part, ())) if layer.number == 0 else ()
        found_here = GateTrace((_first_row(layer),), (names,) if len(names) == steps else ())
        readings.append(Reading(found_here, input_names=of_inputs))
    longer = tuple(reading for reading in readings if reading.layer.shape[1] > 1)
    return longer or tuple(readings)


def _first_row(layer: LayerTrace) -> LayerTrace:
    """The layer on the first sequence of its batch: the one that is asked about."""
    return replace(
        layer,
        lengths=layer.lengths[:1],
        values={symbol: values[:1] for symbol, values in layer.values.items()},
        start={symbol: part[:1] for symbol, part in layer.start.items()},
        inputs=None if layer.inputs is None else layer.inputs[:1],
    )

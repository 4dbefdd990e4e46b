"""What one look inside a model has found, before any of it is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from torch import nn

from hiddenstate import plots
from hiddenstate.inspection import memory, trace
from hiddenstate.records import GateTrace, LayerTrace, Memory

ATTENTION = "attention"


@dataclass(frozen=True)
class Reading:
    """What one layer and direction did on one sequence."""

    trace: GateTrace
    """Of this layer alone, with the names of its steps."""
    row: int = 0
    """The sequence in its batch that is looked at."""

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
    shown: Mapping[str, Sequence[plots.Section]] = field(default_factory=dict)
    """What this kind of model can show besides, by name: "attention", ..."""
    lacking: Mapping[str, str] = field(default_factory=dict)
    """What it cannot show, and what it can instead."""
    input_names: tuple[str, ...] = ()
    """Of the first layer."""

    def memory(self) -> Memory:
        """Half-lives and saturation of all layers."""
        layers = tuple(reading.layer for reading in self.readings)
        return memory(GateTrace(layers), input_names=self.input_names)

    def whole(self) -> GateTrace:
        """All layers in one trace."""
        return GateTrace(tuple(reading.layer for reading in self.readings), self.readings[0].trace.labels)


def readings_of(
    model: nn.Module, inputs: Any, labels: Mapping[str, Sequence[str]], default: Sequence[str] = ()
) -> tuple[Reading, ...]:
    """Trace `model`; the steps of a layer are named by `labels` of the first part of its place, or `default`.

    Layers that read a single step are left out, if there are others.
    """
    found = trace(model, inputs)
    readings = []
    for layer in found.layers:
        names = labels.get(layer.place.split(".")[0], default)
        steps = int(layer.lengths[0]) if len(layer.lengths) else 0
        fitting = (tuple(names),) if len(names) == steps else ()
        readings.append(Reading(GateTrace((_first_row(layer),), fitting)))
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

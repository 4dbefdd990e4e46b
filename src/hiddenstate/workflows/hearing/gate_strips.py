"""The gates of a network that hears, while it hears one recording."""

from collections.abc import Sequence

from torch import nn

from hiddenstate.attention import AttentionPool
from hiddenstate.data.sound.batches import SoundBatch
from hiddenstate.data.sound.recordings import Recordings
from hiddenstate.data.text_table import TextTable
from hiddenstate.inspection import trace
from hiddenstate.plots.heard_sound import GateStrip
from hiddenstate.records import LayerTrace
from hiddenstate.records.gates import GATES, MEANINGS
from hiddenstate.tasks.hear import HearTask


def one_recording(task: HearTask, file: str, recordings: Recordings) -> SoundBatch:
    """The batch of a single file."""
    table = TextTable((file,), None, file)
    return next(iter(task.batches(table, recordings, batch_size=1).epoch(1)))


def gate_strips(model: nn.Module, batch: SoundBatch, *, last_layer: bool = False) -> tuple[GateStrip, ...]:
    """Every gate of every layer and direction on the first recording of `batch`; none of a cell without gates."""
    return strips_of(trace(model, (batch.frames, batch.lengths)).layers, last_layer=last_layer)


def strips_of(layers: Sequence[LayerTrace], *, last_layer: bool = False) -> tuple[GateStrip, ...]:
    """The gates among what `layers` did on their first sequence; `last_layer`: those of the top alone."""
    top = max((layer.number for layer in layers), default=0)
    return tuple(
        GateStrip(f"{MEANINGS[symbol]}, {_place(layer)}", values)
        for layer in layers
        if layer.number == top or not last_layer
        for symbol, values in layer.row(0).items()
        if symbol in GATES
    )


def _place(layer: LayerTrace) -> str:
    return f"layer {layer.number + 1}" + (", backward" if layer.direction == "backward" else "")


def has_attention(model: nn.Module) -> bool:
    """Whether the network weighs its steps; else its shares say which steps gave the maxima, or the last one."""
    return any(isinstance(part, AttentionPool) for part in model.modules())

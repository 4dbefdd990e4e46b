"""Calls of torch.nn.LSTM, GRU and RNN, whoever trained them.

Such a module returns only its top layer's hidden states; those of the layers below are computed once more, each
in one fused operation on the module's own parameters.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from hiddenstate.errors import ShapeError
from hiddenstate.inspection.calls import LayerCall, arguments
from hiddenstate.inspection.parameters import Parameters
from hiddenstate.layers.lengths import check_lengths
from hiddenstate.records.gates import Direction

FUSED: dict[str, Callable[..., tuple[Tensor, ...]]] = {
    "LSTM": torch.lstm,
    "GRU": torch.gru,
    "RNN_TANH": torch.rnn_tanh,
    "RNN_RELU": torch.rnn_relu,
}


def calls_of_torchs(
    place: str,
    number: int,
    module: nn.RNNBase,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    output: tuple[Any, Any] | None,
) -> list[LayerCall]:
    """Every layer and direction of a module that was called with `args`, bottom layer first.

    `output` is what it returned; None where it has not run, and its top layer is to be computed here too.
    """
    given = dict(zip(("input", "hx"), args, strict=False)) | kwargs
    x, lengths = _batch_first(module, given["input"])
    x = x.clone()  # what a module later changes in place must not reach the record
    outputs = None if output is None else _batch_first(module, output[0])[0]
    states = _starts(module, given.get("hx"), x)
    calls: list[LayerCall] = []
    directions = 2 if module.bidirectional else 1
    for layer in range(module.num_layers):
        starts = tuple(part[layer * directions : (layer + 1) * directions] for part in states)
        top = outputs if layer == module.num_layers - 1 else None
        read = _run_layer(module, layer, x, lengths, starts) if top is None else top
        for place_of, h in enumerate(read.chunk(directions, dim=-1)):
            direction: Direction = "backward" if place_of else "forward"
            suffix = f"_l{layer}" + ("_reverse" if place_of else "")
            start = tuple(part[place_of].clone() for part in starts)
            parameters = Parameters.of_torch(module, suffix)
            calls.append(LayerCall(place, layer, direction, x, h.clone(), start, lengths, parameters))
        x = read
    return calls


def calls_of_bare(module: nn.RNNBase, inputs: Any, lengths: Tensor | None) -> list[LayerCall]:
    """Run a module that is no part of a larger one, layer by layer; rows without a step are welcome.

    inputs: as the module wants them; lengths: (batch,) real steps of padded ones, None for all.
    Raises `ShapeError` for lengths and inputs that do not fit.
    """
    x, *state = arguments(inputs)
    if lengths is not None:
        padded = x if module.batch_first else x.transpose(0, 1)  # (batch, time, feature)
        check_lengths(lengths, *padded.shape[:2])
        # A pack cannot hold an empty row: it reads one step of padding, which is then left out of account.
        counts = lengths.cpu().clamp(min=min(1, padded.shape[1]))
        if padded.shape[1]:
            x = pack_padded_sequence(padded, counts, batch_first=True, enforce_sorted=False)
    features = (x.data if isinstance(x, PackedSequence) else x).shape[-1]
    if features != module.input_size:
        raise ShapeError(
            f"inputs: expected {module.input_size} features on the last axis, got {features}. "
            "Check what the layer was built for."
        )
    calls = calls_of_torchs("", 0, module, (x, *state), {}, None)
    return calls if lengths is None else [replace(call, lengths=lengths.cpu()) for call in calls]


def _batch_first(module: nn.RNNBase, values: Any) -> tuple[Tensor, Tensor | None]:
    """(batch, time, feature) and lengths of what the module takes or gives."""
    if isinstance(values, PackedSequence):
        padded, lengths = pad_packed_sequence(values, batch_first=True)
        return padded.detach(), lengths
    values = values.detach()
    if values.ndim == 2:  # a single sequence without a batch axis
        return values.unsqueeze(0), None
    return (values if module.batch_first else values.transpose(0, 1)), None


def _starts(module: nn.RNNBase, hx: Any, x: Tensor) -> tuple[Tensor, ...]:
    """The initial states, (layers · directions, batch, hidden) each, h first."""
    rows = module.num_layers * (2 if module.bidirectional else 1)
    parts = 2 if module.mode == "LSTM" else 1
    if hx is None:
        return (x.new_zeros(rows, len(x), module.hidden_size),) * parts
    given = hx if isinstance(hx, tuple) else (hx,)
    return tuple(part.detach().reshape(rows, len(x), module.hidden_size).clone() for part in given)


def _run_layer(
    module: nn.RNNBase, layer: int, x: Tensor, lengths: Tensor | None, starts: tuple[Tensor, ...]
) -> Tensor:
    """(batch, time, directions · hidden) of one layer alone."""
    if x.shape[0] == 0 or x.shape[1] == 0:
        return x.new_zeros(*x.shape[:2], module.hidden_size * len(starts[0]))
    weights = module.all_weights[layer * len(starts[0]) : (layer + 1) * len(starts[0])]
    flat = [weight for direction in weights for weight in direction]
    fused = FUSED[module.mode]
    settings = (flat, module.bias, 1, 0.0, False, module.bidirectional)

    def state_of(parts: tuple[Tensor, ...]) -> Any:
        return parts if len(parts) > 1 else parts[0]

    if lengths is None:
        outputs: Tensor = fused(x, state_of(starts), *settings, True)[0]
        return outputs
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    sorted_starts = tuple(part[:, packed.sorted_indices] for part in starts)
    data = fused(packed.data, packed.batch_sizes, state_of(sorted_starts), *settings)[0]
    again = PackedSequence(data, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)
    return pad_packed_sequence(again, batch_first=True, total_length=x.shape[1])[0]

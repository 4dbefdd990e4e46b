"""Calls of torch.nn.LSTM, GRU and RNN, whoever trained them.

Such a module returns only its top layer's hidden states. While it is watched, a stack is therefore run layer by layer,
each by torch's own fused operation on the module's own parameters.
"""

from collections.abc import Callable
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
States = tuple[Tensor, ...]


def calls_of_torchs(
    place: str,
    number: int,
    module: nn.RNNBase,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    output: tuple[Any, Any],
) -> list[LayerCall]:
    """The one or two directions of a module of a single layer that was called with `args`."""
    given = dict(zip(("input", "hx"), args, strict=False)) | kwargs
    states = _states(module, given["input"], given.get("hx"))
    return calls_of_layer(place, number, module, given["input"], output[0], states)


def run_stack(
    module: nn.RNNBase, input: Any, hx: Any, record: Callable[[int, Any, Any, States], None]
) -> tuple[Any, Any]:
    """What the module returns, computed layer by layer; `record` hears of each: (number, input, output, states)."""
    states = _states(module, input, hx)
    directions = 2 if module.bidirectional else 1
    weights = module.all_weights
    finals = []
    for number in range(module.num_layers):
        part = slice(number * directions, (number + 1) * directions)
        starts = tuple(state[part] for state in states)
        flat: list[Tensor] = [weight for direction in weights[part] for weight in direction]
        output, final = _run_layer(module, flat, input, starts)
        record(number, input, output, starts)
        input = output
        finals.append(final)
    joined = tuple(torch.cat(parts) for parts in zip(*finals, strict=True))
    if not isinstance(input, PackedSequence) and input.ndim == 2:
        joined = tuple(part.squeeze(1) for part in joined)
    return input, joined if len(joined) > 1 else joined[0]


def _run_layer(module: nn.RNNBase, weights: list[Tensor], input: Any, starts: States) -> tuple[Any, States]:
    """Output in the form of `input`, and final states (directions, batch, hidden) each, of the layer with `weights`."""
    settings = (weights, module.bias, 1, 0.0, False, module.bidirectional)
    fused = FUSED[module.mode]
    if isinstance(input, PackedSequence):
        data, sizes, order, back = input
        begin = starts if order is None else tuple(part[:, order] for part in starts)
        read, *final = fused(data, sizes, begin if len(begin) > 1 else begin[0], *settings)
        after = final if back is None else [part[:, back] for part in final]
        return PackedSequence(read, sizes, order, back), tuple(after)
    x = input if input.ndim == 3 else input.unsqueeze(0 if module.batch_first else 1)
    read, *final = fused(x, starts if len(starts) > 1 else starts[0], *settings, module.batch_first)
    return (read if input.ndim == 3 else read.squeeze(0 if module.batch_first else 1)), tuple(final)


def run_bare(module: nn.RNNBase, inputs: Any, lengths: Tensor | None) -> Tensor | None:
    """Call a module that is no part of a larger one; rows without a step are welcome.

    inputs: as the module wants them; lengths: (batch,) real steps of padded ones, None for all. Returns the empty
    input of a call that torch would refuse because it holds no step.
    Raises `ShapeError` for lengths and inputs that do not fit.
    """
    x, *state = arguments(inputs)
    features = (x.data if isinstance(x, PackedSequence) else x).shape[-1]
    if features != module.input_size:
        raise ShapeError(
            f"inputs: expected {module.input_size} features on the last axis, got {features}. "
            "Check what the layer was built for."
        )
    if lengths is not None:
        padded = x if module.batch_first else x.transpose(0, 1)  # (batch, time, feature)
        check_lengths(lengths, *padded.shape[:2])
    if isinstance(x, Tensor) and x.ndim == 3 and 0 in x.shape[:2]:
        return x
    if lengths is not None:
        # A pack cannot hold an empty row: it reads one step of padding, which is then left out of account.
        counts = lengths.cpu().clamp(min=1)
        x = pack_padded_sequence(padded, counts, batch_first=True, enforce_sorted=False)
    module(x, *state)
    return None


def calls_without_steps(module: nn.RNNBase, x: Tensor) -> list[LayerCall]:
    """The calls of a stack on an input without any step: nothing, in the right shapes."""
    directions = 2 if module.bidirectional else 1
    calls = []
    for number in range(module.num_layers):
        output = x.new_zeros(*x.shape[:2], module.hidden_size * directions)
        rows = x.shape[0 if module.batch_first else 1]
        zeros = x.new_zeros(directions, rows, module.hidden_size)
        calls += calls_of_layer("", number, module, x, output, (zeros,) * (2 if module.mode == "LSTM" else 1))
        x = output
    return calls


def calls_of_layer(
    place: str, number: int, module: nn.RNNBase, input: Any, output: Any, starts: States
) -> list[LayerCall]:
    """The one or two directions of layer `number`; starts: (directions, batch, hidden) each."""
    x, lengths = _batch_first(module, input)
    x = x.clone()  # what a module later changes in place must not reach the record
    read, _ = _batch_first(module, output)
    calls: list[LayerCall] = []
    for place_of, h in enumerate(read.chunk(len(starts[0]), dim=-1)):
        direction: Direction = "backward" if place_of else "forward"
        start = tuple(part[place_of].clone() for part in starts)
        parameters = Parameters.of_torch(module, f"_l{number}" + ("_reverse" if place_of else ""))
        calls.append(LayerCall(place, number, direction, x, h.clone(), start, lengths, parameters))
    return calls


def _batch_first(module: nn.RNNBase, values: Any) -> tuple[Tensor, Tensor | None]:
    """(batch, time, feature) and lengths of what the module takes or gives."""
    if isinstance(values, PackedSequence):
        padded, lengths = pad_packed_sequence(values, batch_first=True)
        return padded.detach(), lengths
    values = values.detach()
    if values.ndim == 2:  # a single sequence without a batch axis
        return values.unsqueeze(0), None
    return (values if module.batch_first else values.transpose(0, 1)), None


def _states(module: nn.RNNBase, input: Any, hx: Any) -> States:
    """The initial states, (layers · directions, batch, hidden) each, h first."""
    if isinstance(input, PackedSequence):
        data, batch = input.data, int(input.batch_sizes[0])
    else:
        data, batch = input, 1 if input.ndim == 2 else input.shape[0 if module.batch_first else 1]
    shape = (module.num_layers * (2 if module.bidirectional else 1), batch, module.hidden_size)
    if hx is None:
        return (data.new_zeros(shape),) * (2 if module.mode == "LSTM" else 1)
    return tuple(part.detach().reshape(shape) for part in (hx if isinstance(hx, tuple) else (hx,)))

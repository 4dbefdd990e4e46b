"""Exact traces: every gate, candidate and state of every recurrent layer of a model."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from torch import Tensor, nn

from hiddenstate.errors import InspectionError
from hiddenstate.inspection.calls import LayerCall, check_layer, recorded_calls, run_model, undisturbed
from hiddenstate.inspection.recover import recover
from hiddenstate.inspection.torch_layers import calls_without_steps, run_bare
from hiddenstate.records import GateTrace, LayerTrace


def trace(
    model: nn.Module,
    inputs: Any,
    lengths: Tensor | None = None,
    *,
    labels: Sequence[Sequence[str]] = (),
) -> GateTrace:
    """Run `model` once, in evaluation mode, and recover what every recurrent layer did on the way.

    `model` is any module that holds layers of this package or torch.nn.LSTM, GRU or RNN, or such a layer itself;
    the mode it was in is restored. `inputs` is what it takes: a tensor, a packed sequence, one of our batches, or
    a tuple of arguments. `lengths` (batch,) is handed on as the last argument; with a bare torch.nn layer it says
    how many steps of each row are real, and a row may be empty. `labels` names the steps of each row.

    Gates are recovered from the hidden states that the layers return (`recover`), to rounding: the error against
    the cell's own steps stays below 1e-12 in float64 and 1e-5 in float32.

    Raises `InspectionError` for a model without recurrent layers, with projections or with an unknown layer.

    >>> import torch
    >>> gates = trace(torch.nn.LSTM(3, 5, batch_first=True), torch.randn(2, 7, 3))
    >>> gates[0].values["f"].shape, list(gates[0].values)
    ((2, 7, 5), ['f', 'i', 'C_tilde', 'C', 'o', 'h'])
    """
    with undisturbed(model):
        if isinstance(model, nn.RNNBase):
            check_layer("", model)
            calls = _calls_of_bare(model, inputs, lengths)
        else:
            with recorded_calls(model) as calls:
                run_model(model, inputs, lengths)
        if not calls:
            raise InspectionError(
                "model: expected its recurrent layers to be used when it runs, got a pass without them. "
                "Hand in what forward() runs, not a part that it leaves out."
            )
        layers = tuple(_layer_trace(call) for call in calls)
    return GateTrace(layers, tuple(tuple(row) for row in labels))


def _calls_of_bare(module: nn.RNNBase, inputs: Any, lengths: Tensor | None) -> list[LayerCall]:
    """The calls of a torch.nn layer or stack that is the model itself."""
    with recorded_calls(module) as calls:
        empty = run_bare(module, inputs, lengths)
    if empty is not None:
        calls = calls_without_steps(module, empty)
    return calls if lengths is None else [replace(call, lengths=lengths.cpu()) for call in calls]


def _layer_trace(call: LayerCall) -> LayerTrace:
    batch, time_steps = call.x.shape[:2]
    lengths = np.full(batch, time_steps) if call.lengths is None else call.lengths.numpy().astype(np.int64)
    parameters = call.parameters
    names = ("h", "C")
    return LayerTrace(
        place=call.place,
        number=call.number,
        direction=call.direction,
        call=call.call,
        cell=parameters.kind if parameters else call.cell.label.lower() if call.cell else "unknown",
        lengths=lengths,
        values=recover(call),
        start={name: part.numpy(force=True) for name, part in zip(names, call.start, strict=False)},
        inputs=call.x.numpy(force=True),
        weights=parameters.record() if parameters else None,
    )

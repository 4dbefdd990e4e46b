"""Recurrent layers that keep their states in the graph, so that a gradient can be taken of each of them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from hiddenstate.cells import Cell
from hiddenstate.errors import InspectionError
from hiddenstate.inspection.modes import evaluation_mode
from hiddenstate.layers import Recurrent, Stacked

TORCH_CELLS: dict[str, str] = {"LSTM": "lstm", "GRU": "gru", "RNN_TANH": "rnn"}
"""`mode` of a torch.nn module -> name in `CELLS`."""
UNDERSTOOD = "torch.nn.LSTM, GRU and RNN (tanh) without projections, and the layers of hiddenstate.layers"


@dataclass
class Tap:
    """What one layer and direction did in one call of the model."""

    name: str
    cell: Cell[Any, Any]
    reverse: bool
    lengths: Tensor | None = None
    """(batch,) real steps; None where all are. With `reverse` a row's first step read is its last one."""
    states: list[tuple[Tensor, ...]] = field(default_factory=list)
    """The state after each step, in the order in which the steps were computed."""


@contextmanager
def tapped(model: nn.Module) -> Iterator[list[Tap]]:
    """Within this block the recurrent layers of `model` compute step by step and leave their states in a list.

    The results are the same. Modes, paths and hooks are as before afterwards. Raises `InspectionError` where
    there is no recurrent layer, or one that is not known.
    """
    taps: list[Tap] = []
    with evaluation_mode(model), ExitStack() as undo:
        found = False
        for name, module in list(model.named_modules()):
            if isinstance(module, Recurrent):
                _tap_ours(name, module, taps, undo)
                found = True
            elif isinstance(module, nn.RNNBase):
                _tap_torch(name, module, taps, undo)
                found = True
        if not found:
            kinds = sorted({type(module).__name__ for module in model.modules()})
            raise InspectionError(
                f"model: expected a module with a recurrent layer ({UNDERSTOOD}), got only {', '.join(kinds)}. "
                "Hand in the whole model."
            )
        yield taps


def _tap_ours(name: str, layer: Recurrent, taps: list[Tap], undo: ExitStack) -> None:
    """Take the step-by-step path, and listen to the cell's steps."""
    cell, path, plain_step = layer.cell, layer.path, layer.cell.step

    def begin(module: nn.Module, args: Any, kwargs: Any) -> None:
        given = dict(zip(("x", "lengths", "state"), args, strict=False)) | kwargs
        taps.append(Tap(name, cell, layer.reverse, given.get("lengths")))

    def step(x_t: Tensor, state: Any, h_mask: Tensor | None = None) -> Any:
        after, gates = plain_step(x_t, state, h_mask)
        taps[-1].states.append(after)
        return after, gates

    undo.callback(setattr, layer, "path", path)
    layer.path = "loop"
    handle = layer.register_forward_pre_hook(begin, with_kwargs=True)
    undo.callback(handle.remove)
    cell.__dict__["step"] = step
    undo.callback(cell.__dict__.pop, "step")


def _tap_torch(name: str, module: nn.RNNBase, taps: list[Tap], undo: ExitStack) -> None:
    """Exchange the module's results for those of the same layers of ours, with the same weights."""
    twin = twin_of(name, module)
    for number, layer in enumerate(part for part in twin.modules() if isinstance(part, Recurrent)):
        level = number // 2 if module.bidirectional else number
        _tap_ours(f"{name}, layer {level + 1}".lstrip(", "), layer, taps, undo)

    def exchange(_: nn.Module, args: Any, kwargs: Any, __: Any) -> Any:
        given = dict(zip(("input", "hx"), args, strict=False)) | kwargs
        return _run_twin(twin, module, given["input"], given.get("hx"), given.get("lengths"))

    handle = module.register_forward_hook(exchange, with_kwargs=True)
    undo.callback(handle.remove)


def twin_of(name: str, module: nn.RNNBase) -> Stacked:
    """Our layers with the weights of a torch.nn module. Raises `InspectionError` where there are none such."""
    where = name or "the model"
    if module.proj_size or module.mode not in TORCH_CELLS:
        got = f"proj_size={module.proj_size}" if module.proj_size else f"the mode {module.mode}"
        raise InspectionError(f"{where}: expected {UNDERSTOOD}, got {got}. Hand in a model without it.")
    twin = Stacked(
        TORCH_CELLS[module.mode],
        module.input_size,
        hidden_size=module.hidden_size,
        num_layers=module.num_layers,
        bidirectional=module.bidirectional,
    )
    weight = module.weight_hh_l0
    assert isinstance(weight, Tensor)
    twin.to(weight.device, weight.dtype)
    twin.load_torch_weights(module.state_dict())
    return twin.eval()


def _run_twin(
    twin: Stacked, module: nn.RNNBase, values: Any, hx: Any, lengths: Tensor | None
) -> tuple[Any, Any]:
    """The twin on what the module was given, in the form in which the module answers; only ours is given `lengths`."""
    packed = values if isinstance(values, PackedSequence) else None
    if packed is not None:
        x, lengths = pad_packed_sequence(packed, batch_first=True)
    else:
        single = values.ndim == 2
        x = values.unsqueeze(0) if single else values if module.batch_first else values.transpose(0, 1)
    outputs, states = twin(x, lengths, _starts(module, hx, len(x)))
    final = _final(module, states)
    if packed is not None and lengths is not None:
        answer: Any = pack_padded_sequence(outputs, lengths, batch_first=True, enforce_sorted=False)
        return answer, final
    if single:
        squeezed = tuple(part.squeeze(1) for part in final) if isinstance(final, tuple) else final.squeeze(1)
        return outputs.squeeze(0), squeezed
    return (outputs if module.batch_first else outputs.transpose(0, 1)), final


def _starts(module: nn.RNNBase, hx: Any, batch: int) -> list[Any] | None:
    """One initial state for each layer, from torch's (layers · directions, batch, hidden)."""
    if hx is None:
        return None
    directions = 2 if module.bidirectional else 1
    parts = [part.reshape(-1, batch, module.hidden_size) for part in (hx if isinstance(hx, tuple) else (hx,))]
    each = [tuple(part[place] for part in parts) for place in range(module.num_layers * directions)]
    if directions == 1:
        return list(each)
    return [(each[2 * layer], each[2 * layer + 1]) for layer in range(module.num_layers)]


def _final(module: nn.RNNBase, states: tuple[Any, ...]) -> Any:
    """Torch's (layers · directions, batch, hidden) from one state for each layer."""
    flat = [part for state in states for part in (state if module.bidirectional else (state,))]
    stacked = tuple(torch.stack(parts) for parts in zip(*flat, strict=True))
    return stacked if len(stacked) > 1 else stacked[0]

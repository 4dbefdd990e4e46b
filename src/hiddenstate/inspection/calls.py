"""What each recurrent layer of a model was given and gave back, in one pass through the model."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from hiddenstate.cells import Cell
from hiddenstate.errors import InspectionError
from hiddenstate.inspection.parameters import TORCH_KINDS, Parameters
from hiddenstate.layers import Bidirectional, Recurrent, Stacked
from hiddenstate.layers.like_torch import LikeTorch
from hiddenstate.records.gates import Direction

RECURRENT_NAMES = ("LSTM", "GRU", "RNN", "Recurrent")
UNDERSTOOD = "torch.nn.LSTM, GRU and RNN without projections, and the layers of hiddenstate.layers"


@dataclass(frozen=True)
class LayerCall:
    """One call of one layer in one direction; axes are (batch, time, feature), whatever the module's are."""

    place: str
    number: int
    direction: Direction
    x: Tensor
    """(batch, time, input)"""
    h: Tensor
    """(batch, time, hidden) in the order of the input; 0 past a row's length."""
    start: tuple[Tensor, ...]
    """(batch, hidden) each: h first."""
    lengths: Tensor | None
    """(batch,) on the CPU; None where every step is real."""
    parameters: Parameters | None
    """None for a cell whose equations only the cell itself knows."""
    cell: Cell[Any, Any] | None = None
    call: int = 0


Reader = Callable[..., list[LayerCall]]
"""(place, number, module, args, kwargs, output) -> its calls."""


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients; afterwards every module is in the mode in which it was."""
    modes = [(module, module.training) for module in model.modules()]
    if not any(training for _, training in modes):
        with torch.no_grad():
            yield
        return
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextmanager
def recorded_calls(model: nn.Module) -> Iterator[list[LayerCall]]:
    """A list that fills with the calls of all recurrent layers of `model` while it runs.

    Raises `InspectionError` where there is no recurrent layer, or one whose gates cannot be recovered.
    """
    from hiddenstate.inspection.our_layers import calls_of_ours
    from hiddenstate.inspection.torch_layers import calls_of_torchs

    calls: list[LayerCall] = []
    counts: dict[tuple[str, int], int] = {}

    def add(found: list[LayerCall]) -> None:
        key = found[0].place, found[0].number
        before = counts.get(key, 0)
        calls.extend(replace(call, call=before) if before else call for call in found)
        counts[key] = before + 1

    def watch(place: str, number: int, module: nn.Module, read: Reader) -> Callable[[], None]:
        def record(module: Any, args: Any, kwargs: Any, output: Any) -> None:
            add(read(place, number, module, args, kwargs, output))

        return module.register_forward_hook(record, with_kwargs=True).remove

    with ExitStack() as undo:
        for place, number, module in recurrent_layers(model):
            if not isinstance(module, nn.RNNBase):
                undo.callback(watch(place, number, module, calls_of_ours))
            elif module.num_layers == 1:
                undo.callback(watch(place, 0, module, calls_of_torchs))
            else:
                undo.callback(_watch_stack(place, module, add))
        yield calls


def _watch_stack(
    place: str, module: nn.RNNBase, add: Callable[[list[LayerCall]], None]
) -> Callable[[], None]:
    """Let the stack run layer by layer, with the same results; returns what undoes that."""
    from hiddenstate.inspection.torch_layers import calls_of_layer, run_stack

    def record(number: int, input: Any, output: Any, starts: tuple[Tensor, ...]) -> None:
        add(calls_of_layer(place, number, module, input, output, starts))

    def forward(input: Any, hx: Any = None) -> tuple[Any, Any]:
        return run_stack(module, input, hx, record)

    module.__dict__["forward"] = forward
    return lambda: module.__dict__.pop("forward", None)


def recurrent_layers(model: nn.Module) -> list[tuple[str, int, nn.Module]]:
    """(place, number in its stack, layer) of all recurrent layers; both directions of a pair are one layer.

    Raises `InspectionError` as `recorded_calls`.
    """
    found: list[tuple[str, int, nn.Module]] = []
    inside: set[nn.Module] = set()
    numbers: dict[nn.Module, int] = {}
    for place, module in model.named_modules():
        if isinstance(module, Stacked):
            numbers |= {layer: number for number, layer in enumerate(module.layers)}
        if module in inside:
            continue
        if isinstance(module, LikeTorch):
            found += [(place, number, runner) for number, runner in enumerate(module.runners)]
        elif isinstance(module, Bidirectional | Recurrent | nn.RNNBase):
            inside |= set(module.modules())
            check_layer(place, module)
            found.append((place, numbers.get(module, 0), module))
        elif _looks_recurrent(module):
            raise InspectionError(
                f"{place or 'the model'}: expected {UNDERSTOOD}, got {type(module).__name__}, whose gates cannot "
                "be recovered. Exchange the layer, or hand in the part of the model without it."
            )
    if not found:
        kinds = sorted({type(module).__name__ for module in model.modules()})
        raise InspectionError(
            f"model: expected a module with a recurrent layer ({UNDERSTOOD}), got only {', '.join(kinds)}. "
            "Hand in the whole model."
        )
    return found


def check_layer(place: str, module: nn.Module) -> None:
    """Raise `InspectionError` for a torch.nn layer whose gates cannot be recovered."""
    if not isinstance(module, nn.RNNBase) or isinstance(module, LikeTorch):
        return
    name = place or "the model"
    if module.proj_size:
        raise InspectionError(
            f"{name}: expected a layer without projection, got proj_size={module.proj_size}: its outputs are not "
            "its hidden states, so the gates cannot be recovered. Use a layer with proj_size=0."
        )
    if module.mode not in TORCH_KINDS:
        raise InspectionError(
            f"{name}: expected one of the modes {', '.join(TORCH_KINDS)}, got {module.mode}. "
            "Use torch.nn.LSTM, GRU or RNN."
        )
    own = type(module).forward not in (nn.LSTM.forward, nn.GRU.forward, nn.RNN.forward)
    if own and module.num_layers > 1:
        raise InspectionError(
            f"{name}: expected torch's own forward for a stack of {module.num_layers} layers, got that of "
            f"{type(module).__name__}: what its lower layers do cannot be seen. Use one module for each layer."
        )


def _looks_recurrent(module: nn.Module) -> bool:
    """A layer that is named like a recurrent one and holds none that is understood."""
    named = any(word in type(module).__name__ for word in RECURRENT_NAMES)
    known = Bidirectional | Recurrent | nn.RNNBase | Stacked
    return named and not any(isinstance(part, known) for part in module.modules())


def arguments(inputs: Any) -> list[Any]:
    """What the user gave, as arguments of the model: a tensor or batch of ours is one, a tuple or list are several."""
    bundled = hasattr(inputs, "_fields") or isinstance(inputs, PackedSequence)
    return list(inputs) if isinstance(inputs, tuple | list) and not bundled else [inputs]


def run_model(model: nn.Module, inputs: Any, lengths: Tensor | None = None) -> Any:
    """Call `model` with what the user gave, lengths last."""
    args = arguments(inputs)
    return model(*args) if lengths is None else model(*args, lengths)

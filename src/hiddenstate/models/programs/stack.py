"""The program of recurrent layers on top of each other."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from hiddenstate.cells import CELLS, Cell
from hiddenstate.errors import ProgramError
from hiddenstate.layers import Bidirectional, Recurrent, Stacked
from hiddenstate.program import Program, Writer
from hiddenstate.program.writer import Value

State = Mapping[str, Value]
LayerState = tuple[State | None, ...]
"""The state of each direction of a layer."""


def writer_of(kind: str, model: nn.Module) -> Writer:
    """A writer that knows the weights of `model`."""
    return Writer(kind, {name: tuple(weight.shape) for name, weight in model.state_dict().items()})


def stacked_program(stack: Stacked) -> Program:
    """Inputs x (B, time, input) and lengths -> outputs (B, time, output_size)."""
    writer = writer_of("sequence", stack)
    first: Any = stack.layers[0]
    cell = first.forwards.cell if stack.bidirectional else first.cell
    x = writer.input("x", 1, "time", cell.input_size)
    lengths = writer.input("lengths", 1, whole=True)
    outputs, _ = write_stack(writer, stack, x, lengths=lengths)
    writer.output("outputs", outputs)
    return writer.finish()


def write_stack(
    writer: Writer,
    stack: Stacked,
    x: Value,
    *,
    prefix: str = "",
    lengths: Value | None = None,
    states: Sequence[LayerState] | None = None,
) -> tuple[Value, list[tuple[State, ...]]]:
    """The top layer's outputs and each layer's final states; `prefix` leads to the stack's weights."""
    final: list[tuple[State, ...]] = []
    for number, layer in enumerate(stack.layers):
        place = f"{prefix}layers.{number}"
        before = states[number] if states is not None else (None, None)
        directions: list[tuple[Recurrent, str]] = []
        if isinstance(layer, Bidirectional):
            directions = [
                (layer.forwards, f"{place}.forwards.cell"),
                (layer.backwards, f"{place}.backwards.cell"),
            ]
        elif isinstance(layer, Recurrent):
            directions = [(layer, f"{place}.cell")]
        for direction, _ in directions:
            refuse_zoneout(direction)
        written = [
            writer.recurrent(
                x,
                cell_name(layer.cell),
                cell_weights(layer.cell, path),
                lengths=lengths,
                state=state,
                reverse=layer.reverse,
            )
            for (layer, path), state in zip(directions, before, strict=False)
        ]
        x = writer.concat([sequence for sequence, _ in written], axis=2)
        final.append(tuple(state for _, state in written))
    return x, final


def refuse_zoneout(layer: Recurrent) -> None:
    """Raise `ProgramError` for a layer with zoneout, whose steps no backend computes."""
    if layer.zoneout:
        raise ProgramError(
            f"expected layers without zoneout, got a share of {layer.zoneout}, which acts in answers too. "
            "Train without it to export or stream."
        )


def cell_name(cell: Cell[Any, Any]) -> str:
    """The cell's name in `CELLS`. Raises `ProgramError` for a cell that only torch computes."""
    for name, kind in CELLS.items():
        if type(cell) is kind and name in ("rnn", "lstm", "gru"):
            return name
    raise ProgramError(
        f"expected an RNN, LSTM or GRU, got the {cell.label}. Train with one of these to export or stream."
    )


def cell_weights(cell: Cell[Any, Any], path: str) -> dict[str, str]:
    """Role -> name of the cell's weights."""
    return {role: f"{path}.{role}" for role, _ in cell.named_parameters()}

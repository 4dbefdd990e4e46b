"""Calls of the layers of this package."""

from typing import Any

from torch import Tensor

from hiddenstate.inspection.calls import LayerCall
from hiddenstate.inspection.parameters import Parameters
from hiddenstate.layers import Bidirectional, Recurrent, Repeated
from hiddenstate.records.gates import Direction


def calls_of_ours(
    place: str,
    number: int,
    layer: Recurrent | Bidirectional,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    output: tuple[Tensor, Any],
) -> list[LayerCall]:
    """The one or two directions of a `Recurrent` or `Bidirectional` layer that was called with `args`."""
    given = dict(zip(("x", "lengths", "state"), args, strict=False)) | kwargs
    x, lengths, state = given["x"], given.get("lengths"), given.get("state")
    x = (x.steps() if isinstance(x, Repeated) else x).detach().clone()
    lengths = None if lengths is None else lengths.detach().cpu()
    outputs = output[0].detach()
    if isinstance(layer, Recurrent):
        parts = [(layer, outputs, state)]
    else:
        width = layer.forwards.output_size
        before = (None, None) if state is None else state
        parts = [
            (layer.forwards, outputs[..., :width], before[0]),
            (layer.backwards, outputs[..., width:], before[1]),
        ]
    calls = []
    for part, h, start in parts:
        direction: Direction = "backward" if part.reverse else "forward"
        begin: tuple[Tensor, ...] = (
            part.cell.initial_state(len(x))
            if start is None
            else tuple(piece.detach().clone() for piece in start)
        )
        calls.append(
            LayerCall(
                place,
                number,
                direction,
                x,
                h.clone(),
                begin,
                lengths,
                Parameters.of_cell(part.cell),
                part.cell,
            )
        )
    return calls

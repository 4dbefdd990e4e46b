"""All steps of a cell at once, through torch's fused operations, on the cell's own parameters."""

from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.nn.functional import pad
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from hiddenstate.cells import Cell, ElmanCell, GRUCell, LSTMCell
from hiddenstate.layers.lengths import reverse_each

State = TypeVar("State", bound=tuple[Tensor, ...])

FUSED: dict[type[Cell[Any, Any]], Callable[..., tuple[Tensor, ...]]] = {
    ElmanCell: torch.rnn_tanh,
    LSTMCell: torch.lstm,
    GRUCell: torch.gru,
}


def can_fuse(cell: Cell[Any, Any]) -> bool:
    """Whether torch has a fused operation for this kind of cell."""
    return type(cell) in FUSED


def fused_forward(
    cell: Cell[State, Any], x: Tensor, lengths: Tensor | None, state: State, reverse: bool
) -> tuple[Tensor, State]:
    """Run `cell` over x (batch, time, input) from `state`; lengths: (batch,) real steps, or None for all.

    Returns the hidden states (batch, time, hidden), zero past each row's length, and each row's state
    after its own last step (with `reverse`, after its first one).
    """
    batch_size, time_steps, _ = x.shape
    if batch_size == 0 or time_steps == 0:
        return x.new_zeros(batch_size, time_steps, cell.hidden_size), state
    if lengths is None:
        return _dense(cell, x, state, reverse)
    shortest, longest = (int(bound) for bound in torch.aminmax(lengths))
    if longest == 0:
        return x.new_zeros(batch_size, time_steps, cell.hidden_size), state
    if shortest == longest:
        outputs, state = _dense(cell, x[:, :longest], state, reverse)
        return pad(outputs, (0, 0, 0, time_steps - longest)), state
    return _ragged(cell, x, lengths, state, reverse)


def _dense(cell: Cell[State, Any], x: Tensor, state: State, reverse: bool) -> tuple[Tensor, State]:
    """Every row has all its steps."""
    if reverse:
        x = x.flip(1)
    outputs, *final = _call(cell, (x,), state, batch_first=(True,))
    if reverse:
        outputs = outputs.flip(1)
    return outputs, cell.make_state(*(part.squeeze(0) for part in final))


def _ragged(
    cell: Cell[State, Any], x: Tensor, lengths: Tensor, state: State, reverse: bool
) -> tuple[Tensor, State]:
    """Rows of different lengths, as a packed sequence, which cannot hold empty rows: these are put back."""
    if reverse:
        x = reverse_each(x, lengths)
    on_cpu = lengths.cpu()
    longest_first = on_cpu.argsort(descending=True)[: int((on_cpu > 0).sum())]  # (rows that are not empty,)
    rows = longest_first.to(x.device)
    packed = pack_padded_sequence(x[rows], on_cpu[longest_first], batch_first=True)
    started = cell.make_state(*(part[rows] for part in state))

    data, *final = _call(cell, (packed.data, packed.batch_sizes), started)

    outputs, _ = pad_packed_sequence(
        PackedSequence(data, packed.batch_sizes), batch_first=True, total_length=x.shape[1]
    )
    outputs = outputs.new_zeros(x.shape[0], *outputs.shape[1:]).index_copy(0, rows, outputs)
    if reverse:
        outputs = reverse_each(outputs, lengths)
    ended = (part.index_copy(0, rows, new.squeeze(0)) for part, new in zip(state, final, strict=True))
    return outputs, cell.make_state(*ended)


def _call(
    cell: Cell[State, Any], data: tuple[Tensor, ...], state: State, batch_first: tuple[bool, ...] = ()
) -> tuple[Tensor, ...]:
    """The fused operation of one layer and one direction: (outputs, final h, ...), with a layer axis."""
    parts = [part.unsqueeze(0) for part in state]  # (1, batch, hidden) each
    return FUSED[type(cell)](
        *data,
        parts if len(parts) > 1 else parts[0],
        [cell.W, cell.U, *cell.torch_biases()],
        True,  # has biases
        1,  # layers
        0.0,  # dropout between layers
        torch.is_grad_enabled(),  # "train": keep what a backward pass needs, in eval mode as well
        False,  # bidirectional
        *batch_first,
    )

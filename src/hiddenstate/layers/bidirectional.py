"""Two cells over the same sequences, one reading forwards, one backwards."""

from typing import Any, NamedTuple, final

import torch
from torch import Tensor, nn

from hiddenstate.cells import Cell
from hiddenstate.errors import SettingsError
from hiddenstate.layers.dropout import VariationalDropout
from hiddenstate.layers.ragged import ragged_directions
from hiddenstate.layers.recurrent import Path, Recurrent
from hiddenstate.layers.repeated import Repeated


class BothStates(NamedTuple):
    """The states of the two directions."""

    forward: Any
    backward: Any


@final
class Bidirectional(nn.Module):
    """Read each sequence forwards and backwards; each step sees the whole sequence.

    The outputs of the two directions stand side by side: forward features first. The backward direction
    starts at each row's own end, so padding has no effect on it. Both see the same dropped inputs.

    Source: Schuster & Paliwal (1997), "Bidirectional recurrent neural networks".

    >>> from hiddenstate.cells import GRUCell
    >>> layer = Bidirectional(GRUCell(3, 5), GRUCell(3, 5))
    >>> outputs, states = layer(torch.randn(2, 7, 3))
    >>> outputs.shape, states.backward.h.shape
    (torch.Size([2, 7, 10]), torch.Size([2, 5]))
    """

    def __init__(
        self,
        forward_cell: Cell[Any, Any],
        backward_cell: Cell[Any, Any],
        *,
        input_dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        zoneout: float = 0.0,
        path: Path = "auto",
    ) -> None:
        super().__init__()
        if forward_cell is backward_cell:
            raise SettingsError(
                "backward_cell: expected a cell of its own, got forward_cell. Build a second one."
            )
        self.input_dropout = VariationalDropout(input_dropout)
        self.forwards = Recurrent(
            forward_cell, recurrent_dropout=recurrent_dropout, zoneout=zoneout, path=path
        )
        self.backwards = Recurrent(
            backward_cell, reverse=True, recurrent_dropout=recurrent_dropout, zoneout=zoneout, path=path
        )
        kinds = {(type(cell), cell.input_size, cell.hidden_size) for cell in (forward_cell, backward_cell)}
        self._are_alike = len(kinds) == 1
        """Whether the kernels can run both directions in one call."""

    @property
    def label(self) -> str:
        """Name in tables."""
        return f"Bidirectional {self.forwards.label}"

    @property
    def output_size(self) -> int:
        """Features of each output step: those of both directions."""
        return self.forwards.output_size + self.backwards.output_size

    def forward(
        self, x: Tensor | Repeated, lengths: Tensor | None = None, state: BothStates | None = None
    ) -> tuple[Tensor, BothStates]:
        """Read x (batch, time, input) both ways; lengths and state as in `Recurrent.forward`.

        Returns (batch, time, forward hidden + backward hidden) and the final states of the two directions:
        the forward one after each row's last step, the backward one after its first.
        """
        before = BothStates(None, None) if state is None else BothStates(*state)
        x = self.input_dropout(x)
        forwards, backwards = self.forwards, self.backwards
        if self._are_alike and forwards.path == backwards.path and forwards.takes_kernels(x, lengths, 2):
            forwards.check_input(x)
            rows, steps = x.shape[:2]
            drawn = [
                (each.draw_recurrent_mask(rows), each.draw_zone(rows, steps))
                for each in (forwards, backwards)
            ]
            outputs, states = ragged_directions(
                [forwards.cell, backwards.cell],
                x,
                lengths,
                [forwards.check_state(before.forward, rows), backwards.check_state(before.backward, rows)],
                (False, True),
                h_masks=[mask for mask, _ in drawn],
                zones=[zone for _, zone in drawn],
            )
            return outputs, BothStates(*states)
        ahead, state_ahead = self.forwards(x, lengths, before.forward)
        back, state_back = self.backwards(x, lengths, before.backward)
        return torch.cat([ahead, back], dim=-1), BothStates(state_ahead, state_back)

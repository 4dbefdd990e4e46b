"""The Elman cell: the plain recurrent network."""

from typing import NamedTuple, final

import torch
from torch import Tensor

from hiddenstate.cells.cell import Cell


class ElmanState(NamedTuple):
    """What the cell carries from step to step."""

    h: Tensor
    """(batch, hidden) hidden state, in [-1, 1]."""


class ElmanGates(NamedTuple):
    """The Elman cell has no gates."""


@final
class ElmanCell(Cell[ElmanState, ElmanGates]):
    """h_t = tanh(W x_t + U h_{t-1} + b).

    The same function as torch.nn.RNN with tanh, with one bias in place of two.
    Source: Elman (1990), "Finding structure in time".

    >>> cell = ElmanCell(input_size=3, hidden_size=5)
    >>> state, gates = cell.step(torch.zeros(2, 3), cell.initial_state(batch_size=2))
    >>> state.h.shape
    torch.Size([2, 5])
    """

    label = "Elman RNN"
    blocks = ("h",)

    def step(
        self, x_t: Tensor, state: ElmanState, h_mask: Tensor | None = None
    ) -> tuple[ElmanState, ElmanGates]:
        """Advance one step; x_t: (batch, input). Pure: changes neither self nor `state`."""
        (h_prev,) = state  # (batch, hidden)
        h_seen = h_prev if h_mask is None else h_prev * h_mask
        h_t = torch.tanh(x_t @ self.W.T + h_seen @ self.U.T + self.b)  # (batch, hidden)
        return ElmanState(h_t), ElmanGates()

    def initial_state(self, batch_size: int) -> ElmanState:
        """Nothing remembered: h is zero."""
        return ElmanState(self.b.new_zeros(batch_size, self.hidden_size))

    def make_state(self, *parts: Tensor) -> ElmanState:
        """`ElmanState` from (h,)."""
        return ElmanState(*parts)

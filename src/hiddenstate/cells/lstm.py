"""The LSTM cell with a forget gate."""

from typing import final

import torch
from torch import Tensor

from hiddenstate.cells.lstm_family import LSTMFamily, LSTMGates, LSTMState


@final
class LSTMCell(LSTMFamily):
    """Long short-term memory with a forget gate.

    ::

        f_t = σ(W_f x_t + U_f h_{t-1} + b_f)            forget gate
        i_t = σ(W_i x_t + U_i h_{t-1} + b_i)            input gate
        C̃_t = tanh(W_C x_t + U_C h_{t-1} + b_C)         candidate
        o_t = σ(W_o x_t + U_o h_{t-1} + b_o)            output gate
        C_t = f_t ⊙ C_{t-1} + i_t ⊙ C̃_t                 cell update
        h_t = o_t ⊙ tanh(C_t)

    The same function as torch.nn.LSTM, with one bias per gate in place of two: an LSTM of 32 units on
    64 features has 12,416 parameters. Rows of W, U and b stand in torch's order (i, f, C̃, o).

    `forget_bias` is where b_f starts: 1 by default, so that a new cell remembers; or "chrono", a spread of
    memories up to `memory_steps` steps, with b_i = -b_f.

    Sources: Hochreiter & Schmidhuber (1997), "Long short-term memory"; Gers, Schmidhuber & Cummins (2000),
    "Learning to forget"; Tallec & Ollivier (2018), eq. 16 for "chrono".

    >>> cell = LSTMCell(input_size=64, hidden_size=32)
    >>> sum(p.numel() for p in cell.parameters())
    12416
    >>> state, gates = cell.step(torch.zeros(2, 64), cell.initial_state(batch_size=2))
    >>> state.C.shape, gates.f.shape
    (torch.Size([2, 32]), torch.Size([2, 32]))
    """

    label = "LSTM"

    def step(
        self, x_t: Tensor, state: LSTMState, h_mask: Tensor | None = None
    ) -> tuple[LSTMState, LSTMGates]:
        """Advance one step; x_t: (batch, input). Pure: changes neither self nor `state`."""
        h_prev, C_prev = state  # (batch, hidden) each
        h_seen = h_prev if h_mask is None else h_prev * h_mask
        a_t = x_t @ self.W.T + h_seen @ self.U.T + self.b  # (batch, 4·hidden) pre-activations
        a_i, a_f, a_C, a_o = a_t.chunk(4, dim=-1)  # (batch, hidden) each

        f_t = torch.sigmoid(a_f)  # what to keep
        i_t = torch.sigmoid(a_i)  # what to write
        C_tilde_t = torch.tanh(a_C)  # what could be written
        C_t = f_t * C_prev + i_t * C_tilde_t  # (batch, hidden)
        o_t = torch.sigmoid(a_o)  # what to show
        h_t = o_t * torch.tanh(C_t)  # (batch, hidden)
        return LSTMState(h_t, C_t), LSTMGates(f_t, i_t, C_tilde_t, o_t)

"""The LSTM cell whose gates see the cell state: peephole connections."""

from typing import final

import torch
from torch import Tensor, nn

from hiddenstate.cells.forget_bias import DEFAULT_FORGET_BIAS, ForgetBias
from hiddenstate.cells.lstm_family import LSTMFamily, LSTMGates, LSTMState


@final
class PeepholeLSTMCell(LSTMFamily):
    """Long short-term memory whose gates look at the memory itself.

    ::

        f_t = σ(W_f x_t + U_f h_{t-1} + p_f ⊙ C_{t-1} + b_f)    forget gate
        i_t = σ(W_i x_t + U_i h_{t-1} + p_i ⊙ C_{t-1} + b_i)    input gate
        C̃_t = tanh(W_C x_t + U_C h_{t-1} + b_C)                 candidate
        C_t = f_t ⊙ C_{t-1} + i_t ⊙ C̃_t                         cell update
        o_t = σ(W_o x_t + U_o h_{t-1} + p_o ⊙ C_t + b_o)        output gate, which sees the new memory
        h_t = o_t ⊙ tanh(C_t)

    A plain LSTM's gates see the memory through h alone, so not at all while the output gate is shut. Each unit's
    gates look at that unit only: three numbers a unit, which start at zero. The rest is as in `LSTMCell`.
    torch has no such layer.

    Source: Gers, Schraudolph & Schmidhuber (2002), "Learning precise timing with LSTM recurrent networks",
    section 2.2.

    >>> cell = PeepholeLSTMCell(input_size=64, hidden_size=32)
    >>> sum(p.numel() for p in cell.parameters()) - 12416  # more than the plain LSTM has
    96
    """

    label = "Peephole LSTM"
    has_torch_twin = False

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: ForgetBias = DEFAULT_FORGET_BIAS,
        memory_steps: int | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, forget_bias=forget_bias, memory_steps=memory_steps)
        self.p_i = nn.Parameter(torch.zeros(hidden_size))
        self.p_f = nn.Parameter(torch.zeros(hidden_size))
        self.p_o = nn.Parameter(torch.zeros(hidden_size))

    def step(
        self, x_t: Tensor, state: LSTMState, h_mask: Tensor | None = None
    ) -> tuple[LSTMState, LSTMGates]:
        """Advance one step; x_t: (batch, input). Pure: changes neither self nor `state`."""
        h_prev, C_prev = state  # (batch, hidden) each
        h_seen = h_prev if h_mask is None else h_prev * h_mask
        a_t = x_t @ self.W.T + h_seen @ self.U.T + self.b  # (batch, 4·hidden) pre-activations
        a_i, a_f, a_C, a_o = a_t.chunk(4, dim=-1)  # (batch, hidden) each

        f_t = torch.sigmoid(a_f + self.p_f * C_prev)  # what to keep
        i_t = torch.sigmoid(a_i + self.p_i * C_prev)  # what to write
        C_tilde_t = torch.tanh(a_C)  # what could be written
        C_t = f_t * C_prev + i_t * C_tilde_t  # (batch, hidden)
        o_t = torch.sigmoid(a_o + self.p_o * C_t)  # what to show
        h_t = o_t * torch.tanh(C_t)  # (batch, hidden)
        return LSTMState(h_t, C_t), LSTMGates(f_t, i_t, C_tilde_t, o_t)

    def extra(self) -> Tensor:
        """(3·hidden,) p_i, p_f, p_o."""
        return torch.cat([self.p_i, self.p_f, self.p_o])

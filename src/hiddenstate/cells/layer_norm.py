"""The LSTM cell with layer normalisation."""

from typing import final

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm

from hiddenstate.cells.forget_bias import DEFAULT_FORGET_BIAS, ForgetBias
from hiddenstate.cells.lstm_family import LSTMFamily, LSTMGates, LSTMState


@final
class LayerNormLSTMCell(LSTMFamily):
    """Long short-term memory in which both products and the memory are brought to one scale at every step.

    ::

        a_t = γ_x ⊙ N(W x_t) + γ_h ⊙ N(U h_{t-1}) + b           N(v) = (v - mean v) / sqrt(var v + ε)
        f_t, i_t, o_t = σ(a_f), σ(a_i), σ(a_o)                  gates
        C̃_t = tanh(a_C)                                         candidate
        C_t = γ_C ⊙ N(f_t ⊙ C_{t-1} + i_t ⊙ C̃_t) + β_C          cell update
        h_t = o_t ⊙ tanh(C_t)

    N runs over all 4·hidden numbers of a product, and over the hidden numbers of the memory, of one row at one
    step; ε is 1e-5. The memory cannot grow without bound, and a layer trains at higher learning rates. Scales γ
    start at 1, shifts at 0. `forget_bias` and the order of blocks are those of `LSTMCell`. torch has no such layer.

    Source: Ba, Kiros & Hinton (2016), "Layer normalization", eqs. 20-22. There the memory is normalised only as h
    sees it; here, as in most implementations, as it is carried on.

    >>> cell = LayerNormLSTMCell(input_size=3, hidden_size=5)
    >>> state, gates = cell.step(torch.randn(2, 3), cell.initial_state(batch_size=2))
    >>> bool(state.C.mean(dim=1).abs().max() < 1e-6)  # while γ_C is 1 and β_C is 0
    True
    """

    label = "Layer-norm LSTM"
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
        self.gamma_x = nn.Parameter(torch.ones(4 * hidden_size))
        self.gamma_h = nn.Parameter(torch.ones(4 * hidden_size))
        self.gamma_C = nn.Parameter(torch.ones(hidden_size))
        self.beta_C = nn.Parameter(torch.zeros(hidden_size))

    def step(
        self, x_t: Tensor, state: LSTMState, h_mask: Tensor | None = None
    ) -> tuple[LSTMState, LSTMGates]:
        """Advance one step; x_t: (batch, input). Pure: changes neither self nor `state`."""
        h_prev, C_prev = state  # (batch, hidden) each
        h_seen = h_prev if h_mask is None else h_prev * h_mask
        rows, units = self.gamma_x.shape, self.gamma_C.shape  # what one mean is taken over
        a_x = layer_norm(x_t @ self.W.T, rows, self.gamma_x)  # (batch, 4·hidden)
        a_h = layer_norm(h_seen @ self.U.T, rows, self.gamma_h)  # (batch, 4·hidden)
        a_i, a_f, a_C, a_o = (a_x + a_h + self.b).chunk(4, dim=-1)  # (batch, hidden) each

        f_t = torch.sigmoid(a_f)  # what to keep
        i_t = torch.sigmoid(a_i)  # what to write
        C_tilde_t = torch.tanh(a_C)  # what could be written
        C_t = layer_norm(f_t * C_prev + i_t * C_tilde_t, units, self.gamma_C, self.beta_C)
        o_t = torch.sigmoid(a_o)  # what to show
        h_t = o_t * torch.tanh(C_t)  # (batch, hidden)
        return LSTMState(h_t, C_t), LSTMGates(f_t, i_t, C_tilde_t, o_t)

    def extra(self) -> Tensor:
        """(10·hidden,) γ_x, γ_h, γ_C, β_C."""
        return torch.cat([self.gamma_x, self.gamma_h, self.gamma_C, self.beta_C])

"""The GRU cell, in the form that cuDNN and torch compute."""

from typing import NamedTuple, final

import torch
from torch import Tensor, nn

from hiddenstate.cells.forget_bias import DEFAULT_FORGET_BIAS, ForgetBias, starting_forget_bias
from hiddenstate.cells.keeping import KeepingCell


class GRUState(NamedTuple):
    """What the cell carries from step to step."""

    h: Tensor
    """(batch, hidden) hidden state, in [-1, 1]."""


class GRUGates(NamedTuple):
    """The gates of one step, (batch, hidden) each, after their nonlinearity."""

    r: Tensor
    """Reset gate, in (0, 1): how much of the past the candidate sees."""
    z: Tensor
    """Update gate, in (0, 1): how much of h_{t-1} to keep."""
    n: Tensor
    """Candidate, in (-1, 1): what could take its place."""
    a_hn: Tensor
    """Not a gate: U_n h_{t-1} + b_hn, what r scales. With it the step can be retraced exactly."""


@final
class GRUCell(KeepingCell[GRUState, GRUGates]):
    """Gated recurrent unit with the reset gate applied after the recurrent product.

    ::

        r_t = σ(W_r x_t + U_r h_{t-1} + b_r)                        reset gate
        z_t = σ(W_z x_t + U_z h_{t-1} + b_z)                        update gate
        n_t = tanh(W_n x_t + b_n + r_t ⊙ (U_n h_{t-1} + b_hn))      candidate
        h_t = (1 - z_t) ⊙ n_t + z_t ⊙ h_{t-1}

    The same function as torch.nn.GRU. r and z have one bias each; the candidate has two, because r_t
    scales only the second. Rows of W, U and b stand in torch's order (r, z, n).

    `forget_bias` is where b_z starts, z being the gate that keeps: 1 by default, or "chrono", a spread of
    memories up to `memory_steps` steps.

    Sources: Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder", section 2.3,
    which applies r before the product; the form here is that of cuDNN; Tallec & Ollivier (2018) for "chrono".

    >>> cell = GRUCell(input_size=3, hidden_size=5)
    >>> state, gates = cell.step(torch.zeros(2, 3), cell.initial_state(batch_size=2))
    >>> state.h.shape, gates.z.shape
    (torch.Size([2, 5]), torch.Size([2, 5]))
    """

    label = "GRU"
    blocks = ("r", "z", "n")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: ForgetBias = DEFAULT_FORGET_BIAS,
        memory_steps: int | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, forget_bias=forget_bias, memory_steps=memory_steps)
        self.b_hn = nn.Parameter(torch.zeros(hidden_size))

    @torch.no_grad()
    def _start_keeping(self, forget_bias: ForgetBias, memory_steps: int | None) -> None:
        z = slice(self.hidden_size, 2 * self.hidden_size)
        self.b[z] = starting_forget_bias(self.hidden_size, forget_bias, memory_steps)

    def step(self, x_t: Tensor, state: GRUState, h_mask: Tensor | None = None) -> tuple[GRUState, GRUGates]:
        """Advance one step; x_t: (batch, input). Pure: changes neither self nor `state`."""
        (h_prev,) = state  # (batch, hidden)
        h_seen = h_prev if h_mask is None else h_prev * h_mask
        a_xr, a_xz, a_xn = (x_t @ self.W.T + self.b).chunk(3, dim=-1)  # (batch, hidden) each
        a_hr, a_hz, U_n_h = (h_seen @ self.U.T).chunk(3, dim=-1)  # (batch, hidden) each
        a_hn = U_n_h + self.b_hn

        r_t = torch.sigmoid(a_xr + a_hr)  # how much of the past the candidate sees
        z_t = torch.sigmoid(a_xz + a_hz)  # what to keep
        n_t = torch.tanh(a_xn + r_t * a_hn)  # what could take its place
        h_t = (1 - z_t) * n_t + z_t * h_prev  # (batch, hidden)
        return GRUState(h_t), GRUGates(r_t, z_t, n_t, a_hn)

    def initial_state(self, batch_size: int) -> GRUState:
        """Nothing remembered: h is zero."""
        return GRUState(self.b.new_zeros(batch_size, self.hidden_size))

    def make_state(self, *parts: Tensor) -> GRUState:
        """`GRUState` from (h,)."""
        return GRUState(*parts)

    def extra(self) -> Tensor:
        """(hidden,) b_hn."""
        return self.b_hn

    def torch_biases(self) -> tuple[Tensor, Tensor]:
        """The biases as torch's two vectors, (3·hidden,) each; the second holds only the candidate's b_hn."""
        return self.b, torch.cat([self.b.new_zeros(2 * self.hidden_size), self.b_hn])

    def _merge_biases(self, b_ih: Tensor, b_hh: Tensor) -> None:
        gate_rows = 2 * self.hidden_size  # r and z add both biases; the candidate must not
        self.b[:gate_rows] = b_ih[:gate_rows] + b_hh[:gate_rows]
        self.b[gate_rows:] = b_ih[gate_rows:]
        self.b_hn.copy_(b_hh[gate_rows:])

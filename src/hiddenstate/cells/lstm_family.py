"""What the LSTM and its variants share: two states, four gates, and where the forget gate starts."""

from typing import NamedTuple

import torch
from torch import Tensor

from hiddenstate.cells.forget_bias import ForgetBias, starting_forget_bias
from hiddenstate.cells.keeping import KeepingCell


class LSTMState(NamedTuple):
    """What the cell carries from step to step."""

    h: Tensor
    """(batch, hidden) hidden state: what the cell shows, in (-1, 1)."""
    C: Tensor
    """(batch, hidden) cell state: what the cell remembers, unbounded."""


class LSTMGates(NamedTuple):
    """The gates of one step, (batch, hidden) each, after their nonlinearity."""

    f: Tensor
    """Forget gate, in (0, 1): how much of C_{t-1} to keep."""
    i: Tensor
    """Input gate, in (0, 1): how much of the candidate to write."""
    C_tilde: Tensor
    """Candidate, in (-1, 1): what could be written."""
    o: Tensor
    """Output gate, in (0, 1): how much of tanh(C_t) to show."""


class LSTMFamily(KeepingCell[LSTMState, LSTMGates]):
    """An LSTM of some kind; rows of W, U and b stand in torch's order (i, f, C̃, o)."""

    blocks = ("i", "f", "C", "o")

    @torch.no_grad()
    def _start_keeping(self, forget_bias: ForgetBias, memory_steps: int | None) -> None:
        """b_f; with "chrono" b_i = -b_f, too: what is kept for T steps is then written about once in T steps."""
        b_f = starting_forget_bias(self.hidden_size, forget_bias, memory_steps)
        self.b[self.hidden_size : 2 * self.hidden_size] = b_f
        if forget_bias == "chrono":
            self.b[: self.hidden_size] = -b_f

    def initial_state(self, batch_size: int) -> LSTMState:
        """Nothing remembered: h and C are zero."""
        zeros = self.b.new_zeros(batch_size, self.hidden_size)
        return LSTMState(zeros, zeros)

    def make_state(self, *parts: Tensor) -> LSTMState:
        """`LSTMState` from (h, C)."""
        return LSTMState(*parts)

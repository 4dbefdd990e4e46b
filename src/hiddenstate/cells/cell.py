"""The abstract recurrent cell: its parameters, how they start, and what every cell must offer."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Generic, Self, TypeVar

import torch
from torch import Tensor, nn

from hiddenstate.cells.forget_bias import DEFAULT_FORGET_BIAS, ForgetBias
from hiddenstate.errors import SettingsError, ShapeError

State = TypeVar("State", bound=tuple[Tensor, ...])
Gates = TypeVar("Gates", bound=tuple[Tensor, ...])


class Cell(nn.Module, ABC, Generic[State, Gates]):
    """One step of a recurrent network: (x_t, state) -> (state, gates), and the parameters it needs.

    A state is a named tuple of (batch, hidden) tensors whose first entry is h, what the cell shows.
    It is an argument and a return value, never an attribute.

    Parameters, stored as blocks of `hidden_size` rows in torch's order (`blocks`), so that torch's fused
    operations take them without a copy:

    - W: (blocks·hidden, input) weights of the input,
    - U: (blocks·hidden, hidden) weights of the previous hidden state,
    - b: (blocks·hidden,) biases.

    W starts uniform with Glorot's bound, block by block; U starts orthogonal, block by block, so that
    neither signals nor gradients grow or vanish at the first steps; b starts at zero.

    Sources: Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward neural
    networks", eq. 16; Saxe et al. (2014), "Exact solutions to the nonlinear dynamics of learning".
    """

    label: ClassVar[str]
    """Name in tables, e.g. "LSTM"."""
    blocks: ClassVar[tuple[str, ...]]
    """The letter of each block of rows in W, U and b, in torch's order."""
    has_torch_twin: ClassVar[bool] = True
    """Whether a torch.nn module computes the same."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        for name, size in (("input_size", input_size), ("hidden_size", hidden_size)):
            if size < 1:
                raise SettingsError(f"{name}: expected at least 1, got {size}. Give a positive whole number.")
        self.input_size = input_size
        self.hidden_size = hidden_size
        rows = len(self.blocks) * hidden_size
        self.W = nn.Parameter(torch.empty(rows, input_size))
        self.U = nn.Parameter(torch.empty(rows, hidden_size))
        self.b = nn.Parameter(torch.zeros(rows))
        count = len(self.blocks)
        for W_block, U_block in zip(self.W.detach().chunk(count), self.U.detach().chunk(count), strict=True):
            nn.init.xavier_uniform_(W_block)
            nn.init.orthogonal_(U_block)

    @classmethod
    def create(
        cls,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: ForgetBias = DEFAULT_FORGET_BIAS,
        memory_steps: int | None = None,
    ) -> Self:
        """Build any cell of the table `CELLS` from the same arguments.

        A cell without a gate that keeps takes only the default `forget_bias`, and needs no `memory_steps`.
        Raises `SettingsError` for any other value.
        """
        if forget_bias != DEFAULT_FORGET_BIAS:
            raise SettingsError(
                f"forget_bias: expected a cell with a gate that keeps (lstm, gru), got {forget_bias!r} for "
                f"the {cls.label}, which has none. Leave it out or choose another cell."
            )
        return cls(input_size, hidden_size)

    @abstractmethod
    def step(self, x_t: Tensor, state: State, h_mask: Tensor | None = None) -> tuple[State, Gates]:
        """Advance one step; x_t: (batch, input). Pure: changes neither self nor `state`.

        `h_mask` (batch, hidden) multiplies what the gates see of the previous hidden state (recurrent
        dropout); what is carried on unchanged from step to step is never masked.
        """

    @abstractmethod
    def initial_state(self, batch_size: int) -> State:
        """The state before the first step: zeros, on the device and in the precision of the parameters."""

    @abstractmethod
    def make_state(self, *parts: Tensor) -> State:
        """The cell's named tuple from its parts, h first."""

    def extra(self) -> Tensor | None:
        """All parameters beyond W, U and b as one (n·hidden,) vector; None for a cell without any."""
        return None

    def torch_biases(self) -> tuple[Tensor, Tensor]:
        """The biases as torch's two vectors, (blocks·hidden,) each: with the input, with the hidden state.

        Their sum is all that counts where a gate adds both, so the second is zero there.
        """
        return self.b, torch.zeros_like(self.b)

    def torch_weights(self, suffix: str = "_l0") -> dict[str, Tensor]:
        """The parameters under the names of a torch.nn module; `suffix` picks layer and direction.

        "_l0" names the first layer of a torch.nn.LSTM, GRU or RNN, "_l0_reverse" its backward direction,
        and "" a torch.nn.LSTMCell, GRUCell or RNNCell.

        >>> from hiddenstate.cells import LSTMCell
        >>> twin = torch.nn.LSTM(3, 5)
        >>> twin.load_state_dict(LSTMCell(3, 5).torch_weights())
        <All keys matched successfully>

        Raises `SettingsError` for a cell that torch.nn does not have.
        """
        self._check_twin()
        b_ih, b_hh = self.torch_biases()
        parts = {"weight_ih": self.W, "weight_hh": self.U, "bias_ih": b_ih, "bias_hh": b_hh}
        return {name + suffix: part.detach().clone() for name, part in parts.items()}

    @torch.no_grad()
    def load_torch_weights(self, weights: Mapping[str, Tensor], suffix: str = "_l0") -> None:
        """Take the parameters of a torch.nn module's state dict; `suffix` as in `torch_weights`.

        The module's two bias vectors are added where only their sum counts. A module built with
        ``bias=False`` gives zero biases. The RNN must be one with tanh: its state dict does not say.
        Raises `ShapeError` where a weight is missing or has another shape; then nothing has changed. Raises
        `SettingsError` for a cell that torch.nn does not have.
        """
        self._check_twin()
        W = self._named(weights, "weight_ih" + suffix, self.W)
        U = self._named(weights, "weight_hh" + suffix, self.U)
        if "bias_ih" + suffix in weights:
            b_ih = self._named(weights, "bias_ih" + suffix, self.b)
            b_hh = self._named(weights, "bias_hh" + suffix, self.b)
        else:
            b_ih = b_hh = torch.zeros_like(self.b)
        self.W.copy_(W)
        self.U.copy_(U)
        self._merge_biases(b_ih, b_hh)

    def _check_twin(self) -> None:
        if not self.has_torch_twin:
            raise SettingsError(
                f"torch weights: expected an RNN, LSTM or GRU, got the {self.label}, which torch.nn does not have. "
                "Keep its own state_dict()."
            )

    def _merge_biases(self, b_ih: Tensor, b_hh: Tensor) -> None:
        self.b.copy_(b_ih + b_hh)

    def _named(self, weights: Mapping[str, Tensor], name: str, like: Tensor) -> Tensor:
        if name not in weights:
            raise ShapeError(
                f'{self.label} weights: expected an entry "{name}", got {", ".join(weights) or "none"}. '
                "Check the number of layers and directions."
            )
        if weights[name].shape != like.shape:
            raise ShapeError(
                f'{self.label} weights: expected "{name}" of shape {tuple(like.shape)}, '
                f"got {tuple(weights[name].shape)}. Check the kind of cell, input_size and hidden_size."
            )
        return weights[name]

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        return f"input_size={self.input_size}, hidden_size={self.hidden_size}"

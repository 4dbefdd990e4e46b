"""The abstract cell with a gate that keeps: how long a new one remembers can be chosen."""

from abc import abstractmethod
from typing import Self

from hiddenstate.cells.cell import Cell, Gates, State
from hiddenstate.cells.forget_bias import DEFAULT_FORGET_BIAS, ForgetBias


class KeepingCell(Cell[State, Gates]):
    """A `Cell` whose gate that keeps (LSTM: f, GRU: z) starts with the bias `forget_bias`.

    `memory_steps` is the longest dependency that "chrono" spreads the memories over.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: ForgetBias = DEFAULT_FORGET_BIAS,
        memory_steps: int | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size)
        self._start_keeping(forget_bias, memory_steps)

    @classmethod
    def create(
        cls,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: ForgetBias = DEFAULT_FORGET_BIAS,
        memory_steps: int | None = None,
    ) -> Self:
        """The constructor, under the name that all cells share."""
        return cls(input_size, hidden_size, forget_bias=forget_bias, memory_steps=memory_steps)

    @abstractmethod
    def _start_keeping(self, forget_bias: ForgetBias, memory_steps: int | None) -> None:
        """Set the bias of the gate that keeps, in place, see `starting_forget_bias`."""

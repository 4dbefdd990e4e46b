"""Who can remember: one cell trained on one long-memory task."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class MemoryRun:
    """The learning curve of one cell on one task of one length, on fresh data at each step."""

    task: str
    """A key of the table of tasks."""
    length: int
    """T: the delay or length that was asked for."""
    name: str
    """Cell and initialisation, e.g. "LSTM, forget bias 1"."""
    seed: int
    steps: NDArray[np.int64]
    """(n,) training steps after which the error was measured."""
    errors: NDArray[np.float64]
    """(n,) error on sequences of length T that training never saw."""
    lengths: NDArray[np.int64]
    """(m,) other lengths at which the network was measured after training."""
    errors_by_length: NDArray[np.float64]
    """(m,) its error there."""
    chance: float
    """The error of the best answer without memory."""
    solved_below: float
    """An error below this counts as solved."""
    error_name: str
    """"mean squared error" or "share of wrong answers"."""
    seconds: float
    """Processor time of training, in seconds."""
    parameters: int

    @property
    def error(self) -> float:
        """The smallest error: that of the weights that were kept."""
        return float(self.errors.min()) if len(self.errors) else float("nan")

    @property
    def solved_at(self) -> int | None:
        """Training steps until the error was below `solved_below`; None where it never was."""
        below = np.flatnonzero(self.errors < self.solved_below)
        return int(self.steps[below[0]]) if len(below) else None

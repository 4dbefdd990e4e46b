"""Where candidates meet: one user's data, cut once, and what a task has to say for a comparison."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn


@dataclass(frozen=True)
class Candidate:
    """One architecture; its size is found by the comparison."""

    name: str
    cell: str
    bidirectional: bool
    num_layers: int = 1
    attention: bool = False


@dataclass(frozen=True)
class Metric:
    """What is compared. Losses add up over the rows; what is shown is their mean, or 1 minus it."""

    key: str
    label: str
    """"accuracy", "MAE"."""
    share: bool
    """The loss is the share of wrong answers: shown is the share of right ones, and differences are in points."""
    unit: str = ""

    def shown(self, loss: float) -> float:
        """The figure for people: percent of right answers, or the loss itself."""
        return 100.0 * (1.0 - loss) if self.share else loss


@dataclass(frozen=True)
class Bench:
    """A candidate of one size, ready to be counted and timed."""

    build: Callable[[], nn.Module]
    loss: Callable[[nn.Module, Any], Tensor]
    batches: Any
    """Of the training rows: ``epoch(number)`` gives batches."""
    steps_per_epoch: int
    answers: Any
    """Batches of test rows."""
    steps_of: Callable[[Any], int]
    """Steps through time in a batch, over all rows."""
    read: Callable[[Any], tuple[Any, ...]] = lambda batch: (batch,)
    """What the network takes of a batch."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One training run."""

    candidate: Candidate
    hidden_size: int
    seed: int
    epochs: int
    minutes: float
    """Training ends then, in the middle of an epoch if need be."""
    share: float = 1.0
    """Of the training rows."""


@dataclass(frozen=True)
class Reach:
    """How far back a trained network reaches: the share of its own state that a unit keeps at each step."""

    middle: float
    """Of the unit in the middle."""
    longest: float
    """Of the tenth of the units that keep most."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What a trained candidate or a baseline answers on the test rows."""

    losses: NDArray[np.float64]
    """(n,) loss of each row; NaN where the truth is not known."""
    seconds: float
    """Of training."""
    validation: float = float("nan")
    """The lowest loss on the validation rows."""
    epochs: int = 0
    stopped: str = ""
    of: NDArray[np.float64] | None = None
    """(n,) what the loss of each row is counted against: its words, its spans; None: each row is one."""
    reach: Reach | None = None
    """None where it was not measured."""


class Arena(ABC):
    """The data of one comparison; every candidate and baseline answers the same test rows."""

    metric: Metric
    epochs: int
    """Passes over the training rows that the task's recipe asks for."""
    hidden_size: int
    """Of the reference candidate."""
    step: str
    """What one step through time is: "word"."""
    facts: Mapping[str, str]
    """For the page: the file, the parts."""
    things: str = "test rows"
    """What is answered."""
    notes: Sequence[str] = ()
    """What a reader has to know about the data."""

    @property
    @abstractmethod
    def candidates(self) -> Sequence[Candidate]:
        """Every architecture of the task; the usual choice first."""

    @property
    @abstractmethod
    def blocks(self) -> NDArray[np.int64]:
        """(n,) block of each test row: rows of a block are no independent evidence."""

    @property
    def known(self) -> NDArray[np.bool_]:
        """(n,) whether the truth of each test row is known; others count for nobody."""
        return np.ones(len(self.blocks), dtype=np.bool_)

    @abstractmethod
    def identity(self) -> str:
        """Equal for equal data and settings: finished runs are taken over then."""

    @abstractmethod
    def bench(self, candidate: Candidate, hidden_size: int) -> Bench:
        """The candidate with fresh weights."""

    @abstractmethod
    def run(self, order: Order) -> Answer:
        """Train and answer the test rows. Raises `KeyboardInterrupt` where the user stopped the training."""

    @abstractmethod
    def rivals(self) -> Mapping[str, Answer]:
        """The plain baselines by name."""


CELLS = ("lstm", "gru", "rnn", "lstm-peephole", "lstm-layernorm")
"""In this order they take part."""


def candidates_of(labels: Mapping[str, str], *, attention: bool, both: bool = True) -> tuple[Candidate, ...]:
    """Every combination of cell, direction, layers and attention; eight of them first, for a short comparison.

    `labels`: names of the cells that the task can take. `both`: whether it can read backwards, too.
    """
    usual = [("rnn", False, 1, False), ("lstm", False, 1, False), ("gru", False, 1, False)]
    if not both:
        usual += [(cell, False, 2, False) for cell in ("lstm", "gru", "rnn")]
    else:
        usual += [("lstm", True, 1, False), ("gru", True, 1, False), ("lstm", True, 2, False)]
        usual += (
            [("lstm", True, 1, True), ("gru", True, 1, True)]
            if attention
            else [("gru", True, 2, False), ("rnn", True, 1, False)]
        )
    every = [
        (cell, backwards, layers, look)
        for cell in CELLS
        if cell in labels
        for backwards in ((False, True) if both else (False,))
        for layers in (1, 2)
        for look in ((False, True) if attention else (False,))
    ]
    ordered = [*usual, *(one for one in every if one not in usual)]
    return tuple(
        Candidate(_name(labels[cell], backwards, layers, look), cell, backwards, layers, look)
        for cell, backwards, layers, look in ordered
    )


def _name(label: str, both: bool, layers: int, attention: bool) -> str:
    """As people say it: Peephole BiLSTM; BiGRU, 2 layers + attention."""
    *sort, cell = label.split(" ")
    words = " ".join([*sort, f"Bi{cell}" if both else cell])
    return words + (f", {layers} layers" if layers > 1 else "") + (" + attention" if attention else "")


USUAL = 8
"""So many candidates take part where nothing else is said."""

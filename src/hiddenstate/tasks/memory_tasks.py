"""Tasks that only a network with a long memory can solve, with data that never repeats: `MEMORY_TASKS`.

Every task writes something early, fills the time with what does not matter, and asks at the end.
"""

import math
from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy, mse_loss

from hiddenstate.errors import SettingsError

Symbols = NDArray[np.int64]


class MemoryBatch(NamedTuple):
    """B sequences and what is to be said at their last K steps."""

    inputs: Tensor
    """(B, steps, input_size) float32."""
    targets: Tensor
    """(B, K): int64 classes, or float32 numbers for the adding problem."""


class MemoryTask(ABC):
    """One task of one length T: how to draw sequences, and how to judge answers."""

    name: ClassVar[str]
    """Key in `MEMORY_TASKS`."""
    label: ClassVar[str]
    """Name in tables and titles."""
    what: ClassVar[str]
    """What is to be remembered, in one sentence."""
    shortest: ClassVar[int]
    """The smallest length that leaves room for the task."""
    input_size: ClassVar[int]
    output_size: ClassVar[int]
    hidden_size: ClassVar[int] = 64
    """Units with which a gated cell solves it."""
    answers: ClassVar[int] = 1
    """K: at how many of the last steps an answer is due."""
    error_name: ClassVar[str] = "share of wrong answers"
    chance_error: ClassVar[float]
    """The error of the best answer that remembers nothing."""
    solved_error: ClassVar[float] = 0.01
    """Below this error, the task counts as solved."""

    def __init__(self, length: int) -> None:
        if length < self.shortest:
            raise SettingsError(
                f"length: expected at least {self.shortest} for the task {self.name}, got {length}. "
                "Give a longer one."
            )
        self.length = length

    @classmethod
    def create(cls, length: int) -> Self:
        """The constructor, under the name that all tasks share. Raises `SettingsError` for too short a length."""
        return cls(length)

    @property
    @abstractmethod
    def steps(self) -> int:
        """Steps of a whole sequence."""

    @abstractmethod
    def draw(self, random: np.random.Generator, batch_size: int) -> MemoryBatch:
        """Fresh sequences."""

    def loss(self, answers: Tensor, targets: Tensor) -> Tensor:
        """What training lowers; answers: (B, K, output_size)."""
        return cross_entropy(answers.flatten(0, 1), targets.flatten())

    def error(self, answers: Tensor, targets: Tensor) -> float:
        """Share of wrong answers."""
        return float((answers.argmax(-1) != targets).double().mean())


@final
class Adding(MemoryTask):
    """Two of T random numbers are marked, one in each half; at the end their sum is asked for.

    Source: Hochreiter & Schmidhuber (1997), "Long short-term memory", experiment 4, with numbers in [0, 1]
    as in Le, Jaitly & Hinton (2015). The error is the mean squared one: 1/6 for who always says 1.
    """

    name = "adding"
    label = "Adding problem"
    what = "two marked numbers out of T, whose sum is asked for at the end"
    shortest = 2
    input_size = 2
    output_size = 1
    error_name = "mean squared error"
    chance_error = 1 / 6

    @property
    def steps(self) -> int:
        """T."""
        return self.length

    def draw(self, random: np.random.Generator, batch_size: int) -> MemoryBatch:
        """(B, T, 2): the number, and whether it is marked."""
        half = self.length // 2
        numbers = random.random((batch_size, self.length), dtype=np.float32)
        marks = np.zeros_like(numbers)
        rows = np.arange(batch_size)
        first = random.integers(0, half, batch_size)
        second = random.integers(half, self.length, batch_size)
        marks[rows, first] = marks[rows, second] = 1.0
        total = numbers[rows, first] + numbers[rows, second]
        inputs = torch.from_numpy(np.stack([numbers, marks], axis=-1))
        return MemoryBatch(inputs, torch.from_numpy(total[:, None]))

    def loss(self, answers: Tensor, targets: Tensor) -> Tensor:
        """Mean squared error."""
        return mse_loss(answers.squeeze(-1), targets)

    def error(self, answers: Tensor, targets: Tensor) -> float:
        """Mean squared error."""
        return float(self.loss(answers, targets))


@final
class Copy(MemoryTask):
    """Ten symbols out of eight, T - 1 blanks, a signal; then the ten symbols are to be said in their order.

    The error is the share of the ten that are wrong: 7/8 for who guesses. Source: Arjovsky, Shah & Bengio
    (2016), "Unitary evolution recurrent neural networks", section 4.1; only the ten answers are judged here,
    not the T + 10 blanks before them.
    """

    name = "copy"
    label = "Copy memory"
    what = "ten symbols in their order, said again after T steps"
    shortest = 1
    symbols = 8
    hidden_size = 128
    input_size = 10
    output_size = 8
    answers = 10
    chance_error = 7 / 8

    @property
    def steps(self) -> int:
        """T + 20."""
        return self.length + 2 * self.answers

    def draw(self, random: np.random.Generator, batch_size: int) -> MemoryBatch:
        """(B, T + 20, 10): eight symbols, the blank, the signal, one-hot."""
        words = random.integers(0, self.symbols, (batch_size, self.answers))
        read = np.full((batch_size, self.steps), self.symbols)
        read[:, : self.answers] = words
        read[:, self.answers + self.length - 1] = self.symbols + 1
        return MemoryBatch(_one_hot(read, self.input_size), torch.from_numpy(words))

    def published_loss(self, loss: float) -> float:
        """`loss` of the ten answers in the measure of the literature: spread over all T + 20 steps, in nats.

        Who remembers nothing has 10 ln 8 / (T + 20) there.

        >>> round(Copy(100).published_loss(math.log(8)), 4)
        0.1733
        """
        return loss * self.answers / self.steps


@final
class TemporalOrder(MemoryTask):
    """Two signs, X or Y each, among distractors; at the end their order is asked for: XX, XY, YX or YY.

    Source: Hochreiter & Schmidhuber (1997), experiment 6a: the signs stand in the second and the sixth
    tenth of the sequence, which begins with E and ends with B.
    """

    name = "order"
    label = "Temporal order"
    what = "which of two signs came first, among distractors"
    shortest = 10
    distractors = 4
    input_size = 8
    output_size = 4
    chance_error = 3 / 4

    @property
    def steps(self) -> int:
        """T."""
        return self.length

    def draw(self, random: np.random.Generator, batch_size: int) -> MemoryBatch:
        """(B, T, 8): four distractors, X, Y, begin, end, one-hot."""
        tenth = self.length / 10
        read = random.integers(0, self.distractors, (batch_size, self.length))
        rows = np.arange(batch_size)
        signs = random.integers(0, 2, (batch_size, 2))
        for place, first in enumerate((1, 5)):
            low, high = math.ceil(first * tenth), math.ceil((first + 1) * tenth)
            read[rows, random.integers(low, high, batch_size)] = self.distractors + signs[:, place]
        read[:, 0], read[:, -1] = self.distractors + 2, self.distractors + 3
        classes = 2 * signs[:, :1] + signs[:, 1:]
        return MemoryBatch(_one_hot(read, self.input_size), torch.from_numpy(classes))


@final
class DelayedRecall(MemoryTask):
    """One symbol out of eight, then T - 1 random ones out of eight others; at the end the first is asked for."""

    name = "recall"
    label = "Delayed recall"
    what = "one symbol at the first step, asked for after T - 1 distractors"
    shortest = 2
    symbols = 8
    input_size = 16
    output_size = 8
    chance_error = 7 / 8

    @property
    def steps(self) -> int:
        """T."""
        return self.length

    def draw(self, random: np.random.Generator, batch_size: int) -> MemoryBatch:
        """(B, T, 16): eight symbols, eight distractors, one-hot."""
        read = self.symbols + random.integers(0, self.symbols, (batch_size, self.length))
        read[:, :1] = wanted = random.integers(0, self.symbols, (batch_size, 1))
        return MemoryBatch(_one_hot(read, self.input_size), torch.from_numpy(wanted))


MEMORY_TASKS: dict[str, type[MemoryTask]] = {
    task.name: task for task in (Adding, Copy, TemporalOrder, DelayedRecall)
}


def _one_hot(read: Symbols, size: int) -> Tensor:
    return torch.from_numpy(np.eye(size, dtype=np.float32)[read])

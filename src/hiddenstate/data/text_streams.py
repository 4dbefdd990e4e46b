"""One long text as batches: several places of it read side by side, each batch going on where the last one ended."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hiddenstate.errors import InputError
from hiddenstate.seeding import generator

LEAST_STEPS = 64
"""Batches of an epoch at least, where the text is long enough for that: a short one is read in fewer stretches."""


@dataclass
class Carried:
    """What a network remembers from batch to batch within one epoch; None before the first."""

    state: Any = field(default=None)


class StreamBatch(NamedTuple):
    """The next T units of B places."""

    inputs: Tensor
    """(B, T) int64"""
    targets: Tensor
    """(B, T) int64: what follows each input."""
    fresh: Tensor
    """(B,) bool: rows that begin with an empty memory."""
    carried: Carried
    """Shared by all batches of an epoch: whoever reads a batch leaves its state there."""


@final
class TextStreams:
    """Batches of a long text for truncated backpropagation through time.

    The text is cut into `batch_size` stretches of one length, which are read side by side in windows of `window`
    units. Each epoch begins at another place, drawn from `seed`, so that stretches and windows are never the same.
    A short text has fewer stretches. In each batch a row begins with an empty memory with probability `restart`:
    otherwise a network would know nothing but states after very long texts. Raises `InputError` for a text that is
    shorter than a window.

    Source: Mikolov et al. (2010), "Recurrent neural network based language model"; Zaremba et al. (2014).

    >>> streams = TextStreams(np.arange(20), batch_size=2, window=4, restart=0.0, seed=0)
    >>> first, second, *_ = streams.epoch(1)
    >>> bool((second.inputs[:, 0] == first.targets[:, -1]).all())
    True
    """

    def __init__(
        self, numbers: NDArray[np.int64], *, batch_size: int, window: int, restart: float, seed: int
    ) -> None:
        if len(numbers) <= window:
            raise InputError(
                f"text: expected more units than the window of {window} to learn from, got {len(numbers)}. "
                "Give a longer text, or shorten the window with --set task.window=..."
            )
        self.numbers = numbers
        self.rows = max(1, min(batch_size, (len(numbers) - 1) // window // LEAST_STEPS))
        self.window = window
        self.restart = restart
        self.seed = seed

    def __len__(self) -> int:
        return (len(self.numbers) - 1) // self.rows // self.window

    def epoch(self, number: int) -> Iterator[StreamBatch]:
        """The batches of one epoch, counted from 1."""
        random = generator(self.seed, "streams", number)
        offset = int(random.integers(len(self.numbers)))
        rolled = np.roll(self.numbers, -offset)
        length = (len(rolled) - 1) // self.rows
        stretch = torch.from_numpy(
            np.stack([rolled[row * length : (row + 1) * length + 1] for row in range(self.rows)])
        )
        carried = Carried()
        for step in range(len(self)):
            first = step * self.window
            last = first + self.window
            fresh = torch.from_numpy(random.random(self.rows) < self.restart)
            yield StreamBatch(stretch[:, first:last], stretch[:, first + 1 : last + 1], fresh, carried)

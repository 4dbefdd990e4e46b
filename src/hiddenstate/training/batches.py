"""What the trainer takes rows from, and the plainest kind: tensors that fit into memory."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, final

import torch
from torch import Tensor

from hiddenstate.errors import ShapeError
from hiddenstate.seeding import generator
from hiddenstate.training.settings import TrainingSettings


class Batches(Protocol):
    """Batches of any form, the same ones in the same order for the same seed and epoch."""

    def epoch(self, number: int) -> Iterator[Any]:
        """The batches of one epoch, counted from 1."""

    def __len__(self) -> int:
        """Batches per epoch."""


@final
class TensorBatches:
    """Rows of tensors, shuffled anew in each epoch; the last batch may be smaller.

    Each batch is a tuple with the same rows of every tensor. Raises `ShapeError` when the tensors
    differ in their number of rows or have none.

    >>> batches = TensorBatches([torch.arange(10)], TrainingSettings(batch_size=4))
    >>> [len(rows) for (rows,) in batches.epoch(1)]
    [4, 4, 2]
    """

    def __init__(self, tensors: Sequence[Tensor], settings: TrainingSettings) -> None:
        counts = sorted({len(tensor) for tensor in tensors})
        if len(counts) != 1 or counts[0] == 0:
            raise ShapeError(f"expected tensors with one number of rows above 0, got {counts}. Check them.")
        self.tensors = tuple(tensors)
        self.settings = settings
        self.rows = counts[0]

    def epoch(self, number: int) -> Iterator[tuple[Tensor, ...]]:
        """The batches of one epoch, counted from 1."""
        order = generator(self.settings.seed, "shuffle", number).permutation(self.rows)
        size = self.settings.batch_size
        for first in range(0, self.rows, size):
            rows = torch.from_numpy(order[first : first + size])
            yield tuple(tensor[rows] for tensor in self.tensors)

    def __len__(self) -> int:
        return -(-self.rows // self.settings.batch_size)

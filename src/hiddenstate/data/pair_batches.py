"""Pairs of sentences as batches of tensors: pairs of about one length together."""

from collections.abc import Iterator
from typing import NamedTuple, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hiddenstate.data.joint_pieces import BEGIN, END
from hiddenstate.data.pooled_rows import pooled_rows, rows_by_length
from hiddenstate.data.ragged import Ragged
from hiddenstate.errors import InputError
from hiddenstate.seeding import generator


class PairBatch(NamedTuple):
    """B sentences of at most S pieces, and what is to be written for them in at most T pieces."""

    sources: Tensor
    """(B, S) int64; 0 is padding."""
    source_lengths: Tensor
    """(B,) int64"""
    inputs: Tensor
    """(B, T) int64 what the decoder has written before each step: the begin mark, then the target."""
    outputs: Tensor
    """(B, T) int64 what it is to write at each step: the target, then the end mark; 0 is padding."""
    target_lengths: Tensor
    """(B,) int64 pieces of the target and the end mark."""
    rows: Tensor
    """(B,) int64 where each pair stands in the table."""


@final
class PairBatches:
    """Batches of pairs, in another order in each epoch; the order depends on seed and epoch alone.

    Raises `InputError` where there is no pair at all.
    """

    def __init__(self, sources: Ragged, targets: Ragged, *, batch_size: int, seed: int | None = None) -> None:
        """`seed` is the run's; ``None``: all pairs by length."""
        if not len(sources) or len(sources) != len(targets):
            raise InputError(
                f"expected at least one pair, got {len(sources)} sources and {len(targets)} targets. Give some."
            )
        self.sources = sources
        self.targets = targets
        self.batch_size = batch_size
        self.seed = seed

    def __len__(self) -> int:
        return -(-len(self.sources) // self.batch_size)

    def epoch(self, number: int) -> Iterator[PairBatch]:
        """The batches of one epoch, counted from 1."""
        for rows in self._rows(number):
            yield self._batch(rows)

    def _rows(self, number: int) -> list[NDArray[np.int64]]:
        keys = self.sources.lengths * 10_000 + self.targets.lengths
        if self.seed is None:
            return rows_by_length(keys, self.batch_size)
        return pooled_rows(keys, self.batch_size, generator(self.seed, "shuffle", number))

    def _batch(self, rows: NDArray[np.int64]) -> PairBatch:
        sources, targets = self.sources.take(rows), self.targets.take(rows)
        padded = targets.padded()
        edge = np.zeros((len(rows), 1), dtype=np.int32)
        outputs = np.concatenate([padded, edge], axis=1)
        outputs[np.arange(len(rows)), targets.lengths] = END
        return PairBatch(
            sources=_tensor(sources.padded()),
            source_lengths=_tensor(sources.lengths),
            inputs=_tensor(np.concatenate([edge + BEGIN, padded], axis=1)),
            outputs=_tensor(outputs),
            target_lengths=_tensor(targets.lengths + 1),
            rows=_tensor(rows),
        )


def _tensor(array: NDArray[np.int64] | NDArray[np.int32]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array, dtype=np.int64))

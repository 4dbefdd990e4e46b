"""Shuffled batches of windows as tensors: the only place in `data/` where torch comes in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np
import torch
from torch import Tensor

from hiddenstate.data.panel import Panel
from hiddenstate.data.windows import Origins, WindowBatch, cut
from hiddenstate.seeding import generator


class WindowTensors(NamedTuple):
    """A `WindowBatch` as float32 tensors, in the user's units; shapes as there."""

    past_targets: Tensor
    past_covariates: Tensor
    past_known: Tensor
    future_known: Tensor
    future_targets: Tensor
    series: Tensor
    """(B,) int64, index into ``panel.series``."""


def to_tensors(batch: WindowBatch) -> WindowTensors:
    """The arrays of a batch as tensors that share their memory."""
    return WindowTensors(
        torch.from_numpy(np.ascontiguousarray(batch.past_targets)),
        torch.from_numpy(np.ascontiguousarray(batch.past_covariates)),
        torch.from_numpy(np.ascontiguousarray(batch.past_known)),
        torch.from_numpy(np.ascontiguousarray(batch.future_known)),
        torch.from_numpy(np.ascontiguousarray(batch.future_targets)),
        torch.from_numpy(np.ascontiguousarray(batch.origins.series)),
    )


@dataclass(frozen=True)
class WindowShape:
    """How long a window is, and what its calendar has."""

    lookback: int
    horizon: int
    calendar: tuple[str, ...] = ()


@final
class WindowBatches:
    """Batches of windows, shuffled anew each epoch; the order depends on the seed and the epoch alone.

    With `steps_per_epoch` an epoch is a random part of the windows. The last batch may be smaller.
    """

    def __init__(
        self,
        panel: Panel,
        origins: Origins,
        shape: WindowShape,
        *,
        batch_size: int,
        seed: int = 0,
        steps_per_epoch: int | None = None,
    ) -> None:
        self.panel = panel
        self.origins = origins
        self.shape = shape
        self.batch_size = batch_size
        self.seed = seed
        self.steps_per_epoch = steps_per_epoch

    def __len__(self) -> int:
        """Batches in an epoch."""
        full = -(-len(self.origins) // self.batch_size)
        return full if self.steps_per_epoch is None else min(full, self.steps_per_epoch)

    def epoch(self, number: int) -> Iterator[WindowTensors]:
        """The batches of epoch `number`; the same again for the same number."""
        order = generator(self.seed, "windows", number).permutation(len(self.origins))
        for first in range(0, len(self) * self.batch_size, self.batch_size):
            yield self._cut(self.origins[order[first : first + self.batch_size]])

    def in_order(self) -> Iterator[WindowTensors]:
        """Every window once, in the order of the origins."""
        for first in range(0, len(self.origins), self.batch_size):
            yield self._cut(self.origins[first : first + self.batch_size])

    def _cut(self, origins: Origins) -> WindowTensors:
        shape = self.shape
        return to_tensors(cut(self.panel, origins, shape.lookback, shape.horizon, shape.calendar))

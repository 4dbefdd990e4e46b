"""Windows as batches of tensors: kept in memory where they fit, else cut anew each time."""

from collections.abc import Iterator
from typing import final

import numpy as np
import torch

from hiddenstate.data.panel import Panel
from hiddenstate.data.windows import Origins
from hiddenstate.errors import InputError
from hiddenstate.models.forecast_windows import ForecastWindows
from hiddenstate.seeding import generator
from hiddenstate.tasks.forecast_features import FeatureBuilder, WindowArrays

KEPT_BYTES = 512 * 2**20
ENCODED_AT_ONCE = 256


@final
class ForecastBatches:
    """The windows at `origins`, shuffled anew in each epoch; the same for the same seed and epoch.

    Windows are encoded when they are first needed and, if all of them fit into `kept_bytes`, only once.
    Raises `InputError` where there is no window at all.
    """

    def __init__(
        self,
        builder: FeatureBuilder,
        panel: Panel,
        origins: Origins,
        *,
        batch_size: int,
        seed: int | None = None,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        """`seed` is the run's; ``None`` leaves the windows in their order."""
        if not len(origins):
            raise InputError(
                f"{panel.source}: expected at least one window of {builder.plan.rows} steps before and "
                f"{builder.horizon} after the origin, got none. Give more rows, or shorten horizon or lookback."
            )
        self.builder = builder
        self.panel = panel
        self.origins = origins
        self.batch_size = batch_size
        self.seed = seed
        self._kept: WindowArrays | None = None
        one = sum(part.nbytes for part in builder.build(panel, origins[:1]))
        self._keeps = one * len(origins) <= kept_bytes

    def __len__(self) -> int:
        return -(-len(self.origins) // self.batch_size)

    def epoch(self, number: int) -> Iterator[ForecastWindows]:
        """The batches of one epoch, counted from 1."""
        order = np.arange(len(self.origins))
        if self.seed is not None:
            order = generator(self.seed, "shuffle", number).permutation(len(self.origins))
        for first in range(0, len(order), self.batch_size):
            yield self._batch(order[first : first + self.batch_size])

    def _batch(self, rows: np.ndarray) -> ForecastWindows:
        if not self._keeps:
            return _tensors(self.builder.build(self.panel, self.origins[rows]))
        if self._kept is None:
            self._kept = self._encode_all()
        return _tensors(WindowArrays(*(part[rows] for part in self._kept)))

    def _encode_all(self) -> WindowArrays:
        count = len(self.origins)
        parts = [
            self.builder.build(self.panel, self.origins[first : first + ENCODED_AT_ONCE])
            for first in range(0, count, ENCODED_AT_ONCE)
        ]
        return WindowArrays(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _tensors(arrays: WindowArrays) -> ForecastWindows:
    return ForecastWindows(*(torch.from_numpy(np.ascontiguousarray(part)) for part in arrays))

"""Batches of recordings: frames varied anew in each epoch, prepared, stacked and padded."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hiddenstate.data.pooled_rows import pooled_rows, rows_by_length
from hiddenstate.data.sound.augment import AugmentSettings, mask, vary_sound
from hiddenstate.data.sound.frontend import Frames
from hiddenstate.data.sound.stacking import stack_frames
from hiddenstate.seeding import generator


class SoundBatch(NamedTuple):
    """B recordings of at most T steps."""

    frames: Tensor
    """(B, T, context · features); 0 in padding."""
    lengths: Tensor
    """(B,) int64 steps of each."""
    targets: Tensor
    """(B,) int64 class, -1 where unknown."""
    rows: Tensor
    """(B,) int64 where each stands in the table."""


@dataclass(frozen=True)
class Preparing:
    """How frames become what the network reads."""

    prepare: Callable[[Frames], Frames]
    """A `Preparation`, or what stands in for one."""
    context: int
    stride: int


@dataclass(frozen=True)
class Varying:
    """How training frames are varied."""

    settings: AugmentSettings
    seed: int
    log_mel: bool
    """Whether frames are log-mel energies: voices, loudness and noise can be changed then."""
    noise: tuple[Frames, ...] = ()


@final
class SoundBatches:
    """Batches of recordings; with `varying` another order and other variants in each epoch, else by length.

    `copies`: for each recording its frames at every speed, (frames, features) each; the first is the original.
    """

    def __init__(
        self,
        copies: Sequence[Sequence[Frames]],
        targets: NDArray[np.int64],
        preparing: Preparing,
        *,
        batch_size: int,
        varying: Varying | None = None,
    ) -> None:
        self.copies = copies
        self.targets = targets
        self.preparing = preparing
        self.batch_size = batch_size
        self.varying = varying
        self.lengths = np.array([len(each[0]) for each in copies], dtype=np.int64)

    def __len__(self) -> int:
        return -(-len(self.copies) // self.batch_size)

    def epoch(self, number: int) -> Iterator[SoundBatch]:
        """The batches of one epoch, counted from 1."""
        random = None if self.varying is None else generator(self.varying.seed, "vary", number)
        for rows in self._rows(number):
            read = [self._prepared(int(row), random) for row in rows]
            lengths = np.array([len(each) for each in read], dtype=np.int64)
            frames = np.zeros((len(read), int(lengths.max()), read[0].shape[1]), dtype=np.float32)
            for place, each in enumerate(read):
                frames[place, : len(each)] = each
            yield SoundBatch(
                torch.from_numpy(frames),
                torch.from_numpy(lengths),
                torch.from_numpy(self.targets[rows]),
                torch.from_numpy(np.asarray(rows, dtype=np.int64)),
            )

    def _prepared(self, row: int, random: np.random.Generator | None) -> Frames:
        own, copies = self.preparing, self.copies[row]
        if random is None or self.varying is None:
            return stack_frames(own.prepare(copies[0]), own.context, own.stride)
        settings = self.varying.settings
        frames = copies[int(random.integers(len(copies)))]
        if self.varying.log_mel:
            frames = vary_sound(frames, settings, random, self.varying.noise)
        return stack_frames(mask(own.prepare(frames), settings, random), own.context, own.stride)

    def _rows(self, number: int) -> list[NDArray[np.int64]]:
        if self.varying is None:
            return rows_by_length(self.lengths, self.batch_size)
        return pooled_rows(self.lengths, self.batch_size, generator(self.varying.seed, "shuffle", number))

"""Recordings as batches of tensors, changed at random while training."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hiddenstate.data.pooled_rows import pooled_rows, rows_by_length
from hiddenstate.data.sound import Frames
from hiddenstate.errors import InputError, SettingsError
from hiddenstate.seeding import generator


class UtteranceBatch(NamedTuple):
    """B recordings of at most T frames."""

    frames: Tensor
    """(B, T, features) float32; 0 after the end."""
    lengths: Tensor
    """(B,) int64 frames of each."""
    letters: Tensor
    """(sum,) int64 letters of all texts, one after the other; never 0."""
    letter_counts: Tensor
    """(B,) int64 letters of each text."""
    rows: Tensor
    """(B,) int64 where each recording stands in the table."""


@dataclass(frozen=True, kw_only=True)
class AugmentSettings:
    """What training changes in a recording; section ``[augment]``. Source: Park et al. (2019), "SpecAugment"."""

    time_masks: int = 2
    longest_time_mask: int = 20
    """Frames; at most a fifth of the recording."""
    feature_masks: int = 1
    widest_feature_mask: int = 3
    """Features of a frame (of each block of deltas alike)."""
    speed: float = 0.1
    """Up to so much faster or slower."""

    def __post_init__(self) -> None:
        for name in ("time_masks", "longest_time_mask", "feature_masks", "widest_feature_mask"):
            if getattr(self, name) < 0:
                raise SettingsError(
                    f"augment.{name}: expected 0 or more, got {getattr(self, name)}. Correct it."
                )
        if not 0.0 <= self.speed < 0.5:
            raise SettingsError(f"augment.speed: expected from 0 to below 0.5, got {self.speed}. Correct it.")


@final
class UtteranceBatches:
    """Batches of recordings: the first epoch from short to long, later ones shuffled, lengths kept together.

    `prepared` are what the network reads, `letters` the numbers of each text. Without a seed: every row once,
    by length, unchanged. Raises `InputError` where there is no recording.
    """

    def __init__(
        self,
        prepared: Sequence[Frames],
        letters: Sequence[NDArray[np.int64]],
        *,
        batch_size: int,
        seed: int | None = None,
        augment: AugmentSettings | None = None,
        blocks: int = 1,
    ) -> None:
        """`blocks`: of how many equal parts a frame consists (features, their deltas): masked alike."""
        if not len(prepared):
            raise InputError("expected at least one recording, got none. Give some.")
        self.prepared = prepared
        self.letters = letters
        self.batch_size = batch_size
        self.seed = seed
        self.augment = augment
        self.blocks = blocks
        self.sizes = np.array([len(frames) for frames in prepared])

    def __len__(self) -> int:
        return -(-len(self.prepared) // self.batch_size)

    def epoch(self, number: int) -> Iterator[UtteranceBatch]:
        """The batches of one epoch, counted from 1."""
        random = None if self.seed is None else generator(self.seed, "augment", number)
        for rows in self._rows(number):
            frames = [self.prepared[row] for row in rows]
            if random is not None and self.augment is not None:
                frames = [changed(each, self.augment, random, self.blocks) for each in frames]
            yield _batch(rows, frames, [self.letters[row] for row in rows])

    def _rows(self, number: int) -> list[NDArray[np.int64]]:
        if self.seed is None or number == 1:
            return rows_by_length(self.sizes, self.batch_size)
        return pooled_rows(self.sizes, self.batch_size, generator(self.seed, "shuffle", number))


def changed(
    frames: Frames, settings: AugmentSettings, random: np.random.Generator, blocks: int = 1
) -> Frames:
    """A copy of (frames, features), faster or slower and with parts set to 0, the mean."""
    length = len(frames)
    if settings.speed:
        factor = 1.0 + settings.speed * random.uniform(-1.0, 1.0)
        length = max(1, round(len(frames) / factor))
        at = np.linspace(0, len(frames) - 1, length)
        low = np.floor(at).astype(np.int64)
        high = np.minimum(low + 1, len(frames) - 1)
        share = (at - low).astype(np.float32)[:, None]
        frames = frames[low] * (1.0 - share) + frames[high] * share
    frames = frames.copy()
    for _ in range(settings.time_masks):
        width = int(random.integers(0, min(settings.longest_time_mask, length // 5) + 1))
        start = int(random.integers(0, length - width + 1))
        frames[start : start + width] = 0.0
    features = frames.shape[1] // blocks
    for _ in range(settings.feature_masks):
        width = int(random.integers(0, min(settings.widest_feature_mask, features - 1) + 1))
        start = int(random.integers(0, features - width + 1))
        frames.reshape(length, blocks, features)[:, :, start : start + width] = 0.0
    return frames


def _batch(
    rows: NDArray[np.int64], frames: Sequence[Frames], letters: Sequence[NDArray[np.int64]]
) -> UtteranceBatch:
    lengths = np.array([len(each) for each in frames], dtype=np.int64)
    padded = np.zeros((len(frames), int(lengths.max()), frames[0].shape[1]), dtype=np.float32)
    for place, each in enumerate(frames):
        padded[place, : len(each)] = each
    return UtteranceBatch(
        torch.from_numpy(padded),
        torch.from_numpy(lengths),
        torch.from_numpy(np.concatenate([*letters, np.zeros(0, np.int64)])),
        torch.tensor([len(each) for each in letters], dtype=torch.int64),
        torch.from_numpy(np.ascontiguousarray(rows)),
    )

"""Frames of mean 0 and spread 1, feature by feature: by the utterance's own figures or the training set's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.sound.frontend import Frames
from hiddenstate.errors import InputError

SMALLEST = 1e-3
"""A feature that hardly moves is not blown up."""


def standardise_utterance(frames: Frames) -> Frames:
    """(frames, features) less their mean, over their spread: loudness and microphone are taken off.

    It needs the whole utterance, so a stream cannot have it.
    """
    if not len(frames):
        return frames
    spread = np.maximum(frames.std(axis=0), SMALLEST)
    return np.asarray((frames - frames.mean(axis=0)) / spread, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Standardiser:
    """Mean and spread of each feature over all training frames: the same for every frame, so a stream can have it."""

    mean: NDArray[np.float32]
    """(features,)"""
    spread: NDArray[np.float32]
    """(features,)"""

    @classmethod
    def fit(cls, utterances: Iterable[Frames]) -> Self:
        """Measure (frames, features) utterances, one at a time. Raises `InputError` where there is no frame."""
        count = 0
        total = square = np.zeros(0)
        for frames in utterances:
            values = frames.astype(np.float64)
            if not count:
                total = square = np.zeros(values.shape[1])
            count += len(values)
            total = total + values.sum(axis=0)
            square = square + (values * values).sum(axis=0)
        if not count:
            raise InputError("frames: expected at least one to standardise by, got none. Give longer sounds.")
        mean = total / count
        spread = np.sqrt(np.maximum(square / count - mean * mean, SMALLEST**2))
        return cls(mean.astype(np.float32), spread.astype(np.float32))

    def __call__(self, frames: Frames) -> Frames:
        """(frames, features) -> the same, standardised."""
        return np.asarray((frames - self.mean) / self.spread, dtype=np.float32)

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        return {"mean": self.mean.tolist(), "spread": self.spread.tolist()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(np.array(values["mean"], np.float32), np.array(values["spread"], np.float32))

"""What a network reads of a recording: each feature on one scale, with its changes over time."""

import numpy as np

from hiddenstate.data.feature_files import Frames

REACH = 2
"""Frames to each side from which a change is estimated."""
SMALLEST = 1e-3
"""Scale of a feature that does not move, so that nothing is divided by 0."""


def scaled(frames: Frames) -> Frames:
    """Mean 0 and standard deviation 1 of each feature over the recording: another microphone matters less."""
    mean = frames.mean(axis=0, dtype=np.float64)
    deviation = np.maximum(frames.std(axis=0, dtype=np.float64), SMALLEST)
    return np.asarray((frames - mean) / deviation, dtype=np.float32)


def deltas(frames: Frames) -> Frames:
    """The slope of each feature by least squares over five frames; as HTK and Kaldi compute it.

    >>> deltas(np.arange(6, dtype=np.float32)[:, None])[2:4].ravel().tolist()
    [1.0, 1.0]
    """
    around = np.pad(frames, ((REACH, REACH), (0, 0)), mode="edge")
    length = len(frames)
    total = sum(
        lag * (around[REACH + lag : REACH + lag + length] - around[REACH - lag : REACH - lag + length])
        for lag in range(1, REACH + 1)
    )
    return np.asarray(total / (2 * sum(lag * lag for lag in range(1, REACH + 1))), dtype=np.float32)


def prepared(frames: Frames, *, with_deltas: bool) -> Frames:
    """(frames, features) -> (frames, features), three times as many with first and second changes."""
    if not with_deltas:
        return scaled(frames)
    first = deltas(frames)
    return np.concatenate([scaled(part) for part in (frames, first, deltas(first))], axis=1)

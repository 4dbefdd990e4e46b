"""How the features of a recording change over time."""

import numpy as np

from hiddenstate.data.sound import Frames

REACH = 2
"""Frames to each side from which a change is estimated."""


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


def with_changes(frames: Frames) -> Frames:
    """(frames, features) -> (frames, 3 · features): the features, their first and their second changes."""
    first = deltas(frames)
    return np.concatenate([frames, first, deltas(first)], axis=1)

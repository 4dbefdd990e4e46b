"""The slow part of each frame's spectrum: what the throat does, without most of what the voice's pitch does."""

from functools import lru_cache

import numpy as np

from hiddenstate.data.sound.frontend import Frames


def cepstra(frames: Frames, count: int) -> Frames:
    """(frames, bands) log-mel energies -> (frames, count): the first `count` of their orthonormal cosine transform.

    Number 0 is the loudness. Cut off are the quick changes from band to band, among them the harmonics of the voice.
    Source: Davis and Mermelstein (1980), "Comparison of parametric representations for monosyllabic word recognition".

    >>> (cepstra(np.full((1, 4), 3.0, np.float32), 2).round(3) + 0.0).tolist()
    [[6.0, 0.0]]
    """
    return np.asarray(frames @ _transform(frames.shape[1], count), dtype=np.float32)


@lru_cache(maxsize=8)
def _transform(bands: int, count: int) -> Frames:
    """(bands, count) the first columns of the transform."""
    places = (np.arange(bands)[:, np.newaxis] + 0.5) * np.arange(count)
    matrix = np.sqrt(2.0 / bands) * np.cos(np.pi * places / bands)
    matrix[:, 0] = np.sqrt(1.0 / bands)
    return np.asarray(matrix, dtype=np.float32)

"""Sequences of unequal lengths, forwards or from each one's own end, by passes over rows of equal length."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hiddenstate.errors import ShapeError
from hiddenstate.kernels.step_layer import Floats

Run = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""x (rows, time, input) and states (rows, state) -> y (rows, time, hidden) and the states after."""


def checked_lengths(lengths: ArrayLike, streams: int, steps: int) -> NDArray[np.int64]:
    """(streams,) whole numbers from 0 to `steps`. Raises `ShapeError` for anything else."""
    counts = np.asarray(lengths)
    fits = counts.shape == (streams,) and counts.dtype.kind in "iu"
    if not fits or (streams and not 0 <= counts.min() <= counts.max() <= steps):
        raise ShapeError(
            f"lengths: expected {streams} whole numbers from 0 to {steps}, got {counts.dtype} of shape "
            f"{counts.shape}, {counts.tolist()[:10] if counts.ndim else counts}. Count each row's real steps."
        )
    return counts.astype(np.int64)


def real_steps(lengths: NDArray[np.int64], steps: int) -> NDArray[np.bool_]:
    """(streams, time) whether a step is real."""
    answer: NDArray[np.bool_] = np.arange(steps) < lengths[:, None]
    return answer


def run_unequal(
    run: Run, x: Floats, states: Floats, lengths: NDArray[np.int64], reverse: bool, hidden: int
) -> tuple[Floats, Floats]:
    """The outputs, 0 after a sequence's end, and the states at each sequence's last step.

    All rows go together until the shortest ends, then the others until the next ends, and so on.
    """
    if reverse:
        x = turned(x, lengths)
    y = np.zeros((*x.shape[:2], hidden), np.float32)
    states = states.copy()
    begin = 0
    for end in np.unique(lengths[lengths > 0]):
        rows = np.flatnonzero(lengths >= end)
        inputs, before = np.ascontiguousarray(x[rows, begin:end]), np.ascontiguousarray(states[rows])
        y[rows, begin:end], states[rows] = run(inputs, before)
        begin = end
    return turned(y, lengths) if reverse else y, states


def turned(x: Floats, lengths: NDArray[np.int64]) -> Floats:
    """Each row's real steps from the last to the first; padding stays where it is.

    >>> turned(np.float32([[[1], [2], [3]], [[4], [5], [0]]]), np.array([3, 2]))[:, :, 0].tolist()
    [[3.0, 2.0, 1.0], [5.0, 4.0, 0.0]]
    """
    time = np.arange(x.shape[1])
    place = np.where(time < lengths[:, None], lengths[:, None] - 1 - time, time)
    return np.take_along_axis(x, place[:, :, None], axis=1)

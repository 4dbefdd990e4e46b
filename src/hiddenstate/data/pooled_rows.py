"""Which rows make a batch: those of about one length together, so that little is padded."""

import numpy as np
from numpy.typing import NDArray

BATCHES_PER_POOL = 8
"""Rows are sorted by length within pools of this many batches: the larger, the less padding and the less chance.

The recurrent kernels do not compute padding; what little there is costs only the layers around them."""

Rows = list[NDArray[np.int64]]


def rows_by_length(lengths: NDArray[np.int64], size: int) -> Rows:
    """Batches of `size` rows from the shortest to the longest, each row once.

    >>> [rows.tolist() for rows in rows_by_length(np.array([5, 1, 3]), 2)]
    [[1, 2], [0]]
    """
    return _cut(np.argsort(lengths, kind="stable"), size)


def pooled_rows(lengths: NDArray[np.int64], size: int, random: np.random.Generator) -> Rows:
    """Batches of `size` rows in random order, each row once; within a pool of batches rows are sorted by length."""
    order = random.permutation(len(lengths))
    batches: Rows = []
    for pool in _cut(order, size * BATCHES_PER_POOL):
        batches += _cut(pool[np.argsort(lengths[pool], kind="stable")], size)
    return [batches[place] for place in random.permutation(len(batches))]


def _cut(order: NDArray[np.int64], size: int) -> Rows:
    return [order[first : first + size] for first in range(0, len(order), size)]

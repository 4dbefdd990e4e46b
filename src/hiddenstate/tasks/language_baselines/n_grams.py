"""N-grams: what followed the last few units in the training text, counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.tasks.surprise import Nats

Numbers = NDArray[np.int64]
LARGEST_KEY = 2**62


@dataclass(frozen=True)
class _Counts:
    """How often each n-gram of one order stands there, and of each context how many and which follow."""

    grams: Numbers
    """Sorted keys of n-grams."""
    counts: Numbers
    contexts: Numbers
    """Sorted keys of all but their last units."""
    totals: Numbers
    kinds: Numbers
    """Different units that follow a context."""
    discount: float


@final
class NGrams:
    """Interpolated Kneser-Ney: p(w | c) = max(n(cw) - D, 0) / n(c) + D · kinds(c) / n(c) · p(w | shorter c).

    Below the highest order an n-gram counts once for each unit that stands before it somewhere. D = n1 / (n1 + 2 n2)
    from the n-grams that count once and twice. Source: Kneser & Ney (1995), "Improved backing-off for m-gram language
    modeling"; Chen & Goodman (1999), section 4.1.6 for the interpolated form.
    """

    def __init__(self, size: int, orders: Sequence[_Counts]) -> None:
        """Use `fit`."""
        self.size = size
        self.orders = tuple(orders)

    @classmethod
    def fit(cls, numbers: Numbers, *, size: int, order: int) -> Self:
        """Count the n-grams of `numbers`, which are below `size`; a high order is lowered to what keys can hold."""
        while order > 1 and size**order > LARGEST_KEY:
            order -= 1
        orders = []
        for length in range(1, order + 1):
            top = length == order
            longer = length if top else length + 1
            grams, counts = np.unique(_keys(numbers, size, longer), return_counts=True)
            if not top:  # by how many different units it is preceded
                grams, counts = np.unique(grams % size**length, return_counts=True)
            orders.append(_counted(grams, counts.astype(np.int64), size))
        return cls(size, orders)

    def nats(self, numbers: Numbers) -> Nats:
        """(n - 1,) surprise of each unit but the first."""
        share = np.full(len(numbers), 1.0 / self.size)
        for length, order in enumerate(self.orders, start=1):
            if len(numbers) < length:
                break
            keys = _keys(numbers, self.size, length)
            count = _looked_up(order.grams, order.counts, keys)
            total = _looked_up(order.contexts, order.totals, keys // self.size)
            kinds = _looked_up(order.contexts, order.kinds, keys // self.size)
            seen, below = total > 0, share[length - 1 :]
            found = np.maximum(count - order.discount, 0.0) + order.discount * kinds * below
            share[length - 1 :] = np.where(seen, found / np.maximum(total, 1), below)
        nats: Nats = -np.log(share[1:])
        return nats


def _keys(numbers: Numbers, size: int, length: int) -> Numbers:
    """(n - length + 1,) one number for each n-gram."""
    keys = np.zeros(max(len(numbers) - length + 1, 0), np.int64)
    for place in range(length):
        keys = keys * size + numbers[place : place + len(keys)]
    return keys


def _counted(grams: Numbers, counts: Numbers, size: int) -> _Counts:
    contexts, first, kinds = np.unique(grams // size, return_index=True, return_counts=True)
    totals = np.add.reduceat(counts, first) if len(counts) else counts
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    discount = once / (once + 2 * twice) if once and twice else 0.5
    return _Counts(grams, counts, contexts, totals, kinds.astype(np.int64), discount)


def _looked_up(keys: Numbers, values: Numbers, wanted: Numbers) -> Numbers:
    """The value of each wanted key, 0 where there is none."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found: Numbers = np.where(keys[place] == wanted, values[place], 0)
    return found

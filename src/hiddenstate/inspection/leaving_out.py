"""What becomes of an output when parts of the input are taken away: one by one, and more and more of them."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from hiddenstate.records import Faithfulness

Without = Callable[[NDArray[np.bool_]], NDArray[np.float64]]
"""(n, m) which of the m parts are taken away in each of n variants -> (n,) outputs."""

MOST_STEPS = 20
"""Of a deletion curve: more parts than that are taken away several at once."""
RANDOM_ORDERS = 40


def leave_one_out(without: Without, parts: int) -> NDArray[np.float64]:
    """(m,) by how much the output falls when each part is taken away alone: occlusion.

    Source: Zeiler & Fergus (2014), "Visualizing and understanding convolutional networks"; Li, Monroe & Jurafsky
    (2016), "Understanding neural networks through representation erasure".
    """
    variants = np.concatenate([np.zeros((1, parts), bool), np.eye(parts, dtype=bool)])
    values = without(variants)
    return np.asarray(values[0] - values[1:])


def faithfulness(
    without: Without,
    scores: Mapping[str, NDArray[np.float64]],
    *,
    output: str,
    random_orders: int = RANDOM_ORDERS,
    seed: int = 0,
) -> tuple[Faithfulness, ...]:
    """Deletion curves: parts are taken away in the order of each of `scores`, highest first, and at random.

    scores: method -> (m,). All methods are held against the same random orders.
    """
    names = list(scores)
    parts = len(next(iter(scores.values()), ()))
    random = np.random.default_rng(seed)
    orders = [np.argsort(-np.asarray(scores[name]), kind="stable") for name in names]
    orders += [random.permutation(parts) for _ in range(random_orders)]
    steps = min(parts, MOST_STEPS)
    removed = np.unique(np.rint(np.linspace(0, parts, steps + 1)).astype(np.int64))
    variants = np.stack([_first(order, count) for order in orders for count in removed])
    curves = without(variants).reshape(len(orders), len(removed))
    return tuple(
        Faithfulness(name, output, orders[place], removed, curves[place], curves[len(names) :])
        for place, name in enumerate(names)
    )


def _first(order: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    """The first `count` parts of an order."""
    taken = np.zeros(len(order), dtype=bool)
    taken[order[:count]] = True
    return taken


def rank_correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Spearman's: the correlation of the ranks, those of equal values averaged; NaN where one is constant.

    >>> round(rank_correlation(np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 15.0])), 6)
    0.5
    """
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean: NDArray[np.float64] = (last - (counts - 1) / 2)[places]
    return mean

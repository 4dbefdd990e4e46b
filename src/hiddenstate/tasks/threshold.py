"""From probabilities to answers, and the threshold of "none of these" below which no class is answered."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def fit_threshold(
    probabilities: NDArray[np.float64],
    truth: NDArray[np.int64],
    outside: NDArray[np.bool_],
    share: float,
) -> float | None:
    """The threshold on the highest probability, from validation rows.

    probabilities: (n, k); truth: (n,) class; outside: (n,) rows that belong to no class. With such rows:
    the threshold at which most rows are answered right, "none of these" being right outside. Without: the
    one that gives up `share` of the right answers; ``None`` where that is 0.

    >>> sure = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4]])
    >>> fit_threshold(sure, np.array([0, 0, -1]), np.array([False, False, True]), 0.0)
    0.7
    """
    confidence = probabilities.max(axis=1)
    right = (probabilities.argmax(axis=1) == truth) & ~outside
    if outside.any():
        ordered = np.unique(confidence)
        # Between two neighbours every threshold is as good: the middle is furthest from both.
        middles = (ordered[1:] + ordered[:-1]) / 2
        candidates = np.concatenate([[0.0], middles, [1.0]])
        scores = [
            (right & (confidence >= candidate)).sum() + (outside & (confidence < candidate)).sum()
            for candidate in candidates
        ]
        return round(float(candidates[int(np.argmax(scores))]), 6)
    if share == 0.0 or not right.any():
        return None
    return float(np.quantile(confidence[right], share))


def decide(
    probabilities: NDArray[np.float64], threshold: float | None = None, *, multi_label: bool = False
) -> NDArray[Any]:
    """The answers for probabilities (n, k): (n,) classes, -1 for none of them; with `multi_label` (n, k) bool.

    >>> decide(np.array([[0.9, 0.1], [0.45, 0.55]]), 0.6).tolist()
    [0, -1]
    """
    if multi_label:
        return np.asarray(probabilities >= 0.5)
    answer: NDArray[Any] = probabilities.argmax(axis=1)
    if threshold is not None:
        answer = np.where(probabilities.max(axis=1) < threshold, -1, answer)
    return answer

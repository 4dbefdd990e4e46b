"""Probabilities that mean what they say: one temperature, learnt on rows that the network was not fitted on."""

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import ShapeError

Probabilities = NDArray[np.float64]
TINY = 1e-12
RANGE = (0.05, 20.0)
"""Temperatures that are looked at; below 1 a network is surer than it was, above 1 less sure."""
BINS = 15


def soften(probabilities: Probabilities, temperature: float, *, multi_label: bool = False) -> Probabilities:
    """Probabilities (n, k) at a temperature: logits divided by it. The order of the classes stays.

    With `multi_label` each column is a question of its own.
    Source: Guo et al. (2017), "On calibration of modern neural networks", section 4.2.

    >>> soften(np.array([[0.8, 0.2]]), 2.0).round(3).tolist()
    [[0.667, 0.333]]
    """
    if multi_label:
        inside = probabilities.clip(TINY, 1 - TINY)
        answers: Probabilities = 1.0 / (1.0 + np.exp((np.log1p(-inside) - np.log(inside)) / temperature))
        return answers
    logits = np.log(probabilities.clip(TINY)) / temperature
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Probabilities = raised / raised.sum(axis=1, keepdims=True)
    return shares


def log_loss(probabilities: Probabilities, truth: NDArray[np.int64], *, multi_label: bool = False) -> float:
    """Mean negative log-likelihood; truth: (n,) indexes, or (n, k) of 0 and 1 with `multi_label`."""
    if multi_label:
        right = np.where(truth.astype(bool), probabilities, 1.0 - probabilities)
        return float(-np.log(right.clip(TINY)).mean())
    return float(-np.log(probabilities[np.arange(len(truth)), truth].clip(TINY)).mean())


def fit_temperature(
    probabilities: Probabilities, truth: NDArray[np.int64], *, multi_label: bool = False
) -> float:
    """The temperature at which these probabilities have the lowest log loss, by golden section.

    probabilities: (n, k) of validation rows; truth as in `log_loss`, all of them known. 1.0 without rows.
    """
    if len(probabilities) != len(truth):
        raise ShapeError(f"truth: expected {len(probabilities)} rows, got {len(truth)}. Give one each.")
    if not len(truth):
        return 1.0

    def loss(log_temperature: float) -> float:
        softened = soften(probabilities, float(np.exp(log_temperature)), multi_label=multi_label)
        return log_loss(softened, truth, multi_label=multi_label)

    low, high = (float(np.log(bound)) for bound in RANGE)
    shrink = (np.sqrt(5.0) - 1.0) / 2.0
    for _ in range(40):  # leaves 4e-9 of the range
        left, right = high - shrink * (high - low), low + shrink * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2.0))


def calibration_error(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], *, bins: int = BINS
) -> float:
    """Expected calibration error: how far confidence and accuracy are apart, on average over all answers.

    confidence: (n,) probability of each answer; right: (n,). Bins of equal width; NaN without answers.
    Source: Naeini, Cooper & Hauskrecht (2015), "Obtaining well calibrated probabilities".

    >>> calibration_error(np.array([0.9, 0.9]), np.array([True, False])).__round__(3)
    0.4
    """
    if not len(confidence):
        return float("nan")
    place = bin_of(confidence, bins)
    counts = np.bincount(place, minlength=bins)
    gap = np.bincount(place, confidence, bins) - np.bincount(place, right.astype(np.float64), bins)
    # Sums of equal numbers differ in the last bits: an error of 1e-15 is none.
    return round(float(np.abs(gap)[counts > 0].sum() / len(confidence)), 12)


def bin_of(confidence: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    """(n,) the bin of each confidence; the last one includes 1."""
    return np.minimum((confidence * bins).astype(np.int64), bins - 1)

"""How good labels and their probabilities are: accuracy, F1, calibration, each class, the confusion."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import InputError
from hiddenstate.records import Classification
from hiddenstate.tasks.temperature import BINS, bin_of, calibration_error, log_loss


@dataclass(frozen=True)
class ClassRow:
    """One class of the per-class table."""

    label: str
    precision: float
    """Of the texts that got this label, the share that has it; 0 where none got it."""
    recall: float
    """Of the texts that have this label, the share that got it; 0 where none has it."""
    f1: float
    count: int
    """Texts that have this label."""


@dataclass(frozen=True)
class ReliabilityBin:
    """The answers whose confidence lies in [low, high)."""

    low: float
    high: float
    confidence: float
    """Mean; NaN in an empty bin."""
    accuracy: float
    count: int


def classification_metrics(result: Classification) -> dict[str, float]:
    """The figures of a comparison table.

    One label a text: accuracy, macro_f1 (over the classes that truth or answers have), log_loss, ece,
    none_share. A label never seen in training counts as answered wrong, except by "none of these"; it is
    outside of log_loss and ece. Several labels a text: exact (all labels right), micro_f1, macro_f1,
    log_loss, ece.
    Raises `InputError` where the truth is not known.
    """
    truth = _truth(result)
    if result.multi_label:
        return _multi_label_metrics(result, truth)
    predicted = np.asarray(result.predicted)
    known = truth >= 0
    confidence = result.probabilities.max(axis=1)
    best = result.probabilities.argmax(axis=1)
    rows = [
        row for row in per_class(result) if row.count or (predicted == result.labels.index(row.label)).any()
    ]
    return {
        "accuracy": float((predicted == truth).mean()),
        "macro_f1": float(np.mean([row.f1 for row in rows])) if rows else float("nan"),
        "log_loss": log_loss(result.probabilities[known], truth[known]) if known.any() else float("nan"),
        "ece": calibration_error(confidence[known], best[known] == truth[known]),
        "none_share": float((predicted == -1).mean()),
    }


def per_class(result: Classification) -> tuple[ClassRow, ...]:
    """Precision, recall and F1 of each class. Raises `InputError` where the truth is not known."""
    truth = _truth(result)
    predicted: NDArray[np.int64] = np.asarray(result.predicted, dtype=np.int64)
    rows = []
    for number, label in enumerate(result.labels):
        has = truth[:, number] == 1 if result.multi_label else truth == number
        got = predicted[:, number] == 1 if result.multi_label else predicted == number
        both, given, count = int((has & got).sum()), int(got.sum()), int(has.sum())
        rows.append(
            ClassRow(label, _share(both, given), _share(both, count), _share(2 * both, given + count), count)
        )
    return tuple(rows)


def confusion(result: Classification) -> NDArray[np.int64]:
    """(k + 1, k + 1) counts: truth down, answers across; last come labels never seen and "none of these".

    Raises `InputError` with several labels a text, and where the truth is not known.
    """
    truth = _truth(result)
    if result.multi_label:
        raise InputError("confusion: expected one label a text, got several. Use the per-class table.")
    k = len(result.labels)
    table = np.zeros((k + 1, k + 1), dtype=np.int64)
    predicted: NDArray[np.int64] = np.asarray(result.predicted, dtype=np.int64)
    np.add.at(table, (np.where(truth < 0, k, truth), np.where(predicted < 0, k, predicted)), 1)
    return table


def reliability(result: Classification, bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """Confidence against accuracy in bins of equal width, over texts whose truth is a known class."""
    truth = _truth(result)
    if result.multi_label:
        confidence, right = _separate_answers(result, truth)
    else:
        known = truth >= 0
        confidence = result.probabilities.max(axis=1)[known]
        right = (result.probabilities.argmax(axis=1) == truth)[known]
    place = bin_of(confidence, bins)
    rows = []
    for number in range(bins):
        inside = place == number
        some = bool(inside.any())
        rows.append(
            ReliabilityBin(
                number / bins,
                (number + 1) / bins,
                float(confidence[inside].mean()) if some else float("nan"),
                float(right[inside].mean()) if some else float("nan"),
                int(inside.sum()),
            )
        )
    return tuple(rows)


def _multi_label_metrics(result: Classification, truth: NDArray[np.int64]) -> dict[str, float]:
    predicted = np.asarray(result.predicted, dtype=bool)
    has = truth.astype(bool)
    both = int((predicted & has).sum())
    confidence, right = _separate_answers(result, truth)
    return {
        "exact": float((predicted == has).all(axis=1).mean()),
        "micro_f1": _share(2 * both, int(predicted.sum() + has.sum())),
        "macro_f1": float(np.mean([row.f1 for row in per_class(result)])),
        "log_loss": log_loss(result.probabilities, truth, multi_label=True),
        "ece": calibration_error(confidence, right),
    }


def _separate_answers(
    result: Classification, truth: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Each label of each text as an answer of its own: its confidence, and whether it is right."""
    yes = result.probabilities >= 0.5
    confidence = np.where(yes, result.probabilities, 1.0 - result.probabilities)
    return confidence.ravel(), (yes == truth.astype(bool)).ravel()


def _truth(result: Classification) -> NDArray[np.int64]:
    if result.truth is None or not len(result.truth):
        raise InputError("metrics: expected texts with their labels, got none. Give the label column.")
    return np.asarray(result.truth)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0

"""How good labels and their probabilities are: accuracy, F1, calibration, each class, the confusion."""

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import InputError
from hiddenstate.records import Classification, ClassRow, ReliabilityBin
from hiddenstate.tasks.temperature import BINS, bin_of, calibration_error, log_loss


def classification_metrics(result: Classification) -> dict[str, float]:
    """The figures of a comparison table, as shares from 0 to 1 (log_loss aside).

    One label a text: accuracy, macro_f1 (over the classes that truth or answers have), log_loss, ece,
    none_share. A label never seen in training counts as answered wrong, except by "none of these"; it is
    outside of log_loss and ece. Several labels a text: exact (all labels right), micro_f1, macro_f1,
    log_loss, ece. A method that answers without probabilities has neither log_loss nor ece.
    Raises `InputError` where the truth is not known.
    """
    truth = _truth(result)
    if result.multi_label:
        return _multi_label_metrics(result, truth)
    predicted = np.asarray(result.predicted)
    rows = [
        row for row in per_class(result) if row.count or (predicted == result.labels.index(row.label)).any()
    ]
    figures = {
        "accuracy": float((predicted == truth).mean()),
        "macro_f1": float(np.mean([row.f1 for row in rows])) if rows else float("nan"),
    }
    if result.has_probabilities:
        known = truth >= 0
        probabilities, classes = result.probabilities[known], truth[known]
        right = probabilities.argmax(axis=1) == classes
        figures["log_loss"] = log_loss(probabilities, classes) if known.any() else float("nan")
        figures["ece"] = calibration_error(probabilities.max(axis=1), right)
    figures["none_share"] = float((predicted == -1).mean())
    return figures


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
    """Confidence against accuracy in bins of equal width, over texts whose truth is a known class.

    Raises `InputError` where the truth is not known or the method gave no probabilities.
    """
    truth = _truth(result)
    if not result.has_probabilities:
        raise InputError("reliability: expected probabilities, got a method without. Leave the curve out.")
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
    figures = {
        "exact": float((predicted == has).all(axis=1).mean()),
        "micro_f1": _share(2 * both, int(predicted.sum() + has.sum())),
        "macro_f1": float(np.mean([row.f1 for row in per_class(result)])),
    }
    if result.has_probabilities:
        figures["log_loss"] = log_loss(result.probabilities, truth, multi_label=True)
        figures["ece"] = calibration_error(*_separate_answers(result, truth))
    return figures


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

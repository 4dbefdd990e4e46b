"""What a classifier's training lowers: cross entropy, one question or several, classes weighed."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from hiddenstate.data.labels import UNSEEN, Labels


def level_loss(
    logits: Tensor, targets: Tensor, weights: Tensor | None, *, smoothing: float = 0.0, multi: bool = False
) -> Tensor:
    """Mean cross entropy of one level, a scalar.

    logits: (B, k); targets: (B,) classes, -1 where unknown (such rows count nothing), or (B, k) of 0 and 1
    with `multi`. weights: (k,) of the classes; with `multi`, how much a "yes" counts.
    """
    if multi:
        return binary_cross_entropy_with_logits(logits, targets.to(logits), pos_weight=weights)
    if bool((targets == UNSEEN).all()):
        return logits.sum() * 0.0  # cross_entropy's mean over nothing would be NaN
    return cross_entropy(logits, targets, weights, ignore_index=UNSEEN, label_smoothing=smoothing)


def class_weights(labels: Labels, targets: NDArray[np.int64]) -> list[Tensor | None]:
    """Weights with which every class counts the same, for each level; classes without a row get 1.

    With one label a text: rows / (classes x rows of the class), as in scikit-learn's "balanced". With
    several: rows without the label / rows with it.
    """
    if labels.multi:
        positive = targets.sum(axis=0)
        ratio = np.where(positive > 0, (len(targets) - positive) / np.maximum(positive, 1), 1.0)
        return [torch.from_numpy(ratio.clip(min=1e-3).astype(np.float32))]
    result: list[Tensor | None] = []
    for level, names in enumerate(labels.levels):
        counts = np.bincount(targets[:, level][targets[:, level] >= 0], minlength=len(names))
        weights = np.where(counts > 0, counts.sum() / (len(names) * np.maximum(counts, 1)), 1.0)
        result.append(torch.from_numpy(weights.astype(np.float32)))
    return result

"""Linear classifiers of sparse features: one label a text, or a yes and no for each label."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

ClassWeights = Literal["balanced"] | None


@dataclass(frozen=True)
class LinearKind:
    """A kind of linear classifier."""

    name: str
    build: Callable[[float, ClassWeights], Any]
    """A scikit-learn classifier of a strength C: the higher, the closer it follows the training rows."""
    strengths: tuple[float, ...]
    """Tried; the middle one where there are no validation rows to choose by."""
    has_probabilities: bool


class Answer(NamedTuple):
    """What a classifier says about n texts."""

    predicted: NDArray[np.int64]
    """(n,) class, or (n, k) marks."""
    probabilities: NDArray[np.float64] | None
    """(n, k)."""


class OneLabel:
    """One class of k for each text; classes without a row are never answered."""

    def __init__(self, kind: LinearKind, classes: int, strength: float, weights: ClassWeights) -> None:
        self._kind, self._classes = kind, classes
        self._model = kind.build(strength, weights)

    def fit(self, features: Any, targets: NDArray[np.int64]) -> "OneLabel":
        """features: (n, words) sparse; targets: (n,) of at least two classes."""
        self._model.fit(features, targets)
        return self

    def answer(self, features: Any) -> Answer:
        """The class of each text."""
        predicted = np.asarray(self._model.predict(features), dtype=np.int64)
        if not self._kind.has_probabilities:
            return Answer(predicted, None)
        probabilities = np.zeros((len(predicted), self._classes))
        probabilities[:, self._model.classes_] = self._model.predict_proba(features)
        return Answer(predicted, probabilities)


class EachLabel:
    """Yes or no for each of k labels, each by a classifier of its own ("one versus rest")."""

    def __init__(self, kind: LinearKind, classes: int, strength: float, weights: ClassWeights) -> None:
        self._kind = kind
        self._fresh = [kind.build(strength, weights) for _ in range(classes)]
        self._answers: list[Callable[[Any], NDArray[np.float64]]] = []

    def fit(self, features: Any, targets: NDArray[np.int64]) -> "EachLabel":
        """features: (n, words) sparse; targets: (n, k) of 0 and 1."""
        self._answers = [
            self._yes(model, features, column) for model, column in zip(self._fresh, targets.T, strict=True)
        ]
        return self

    def answer(self, features: Any) -> Answer:
        """The marks of each text."""
        columns = np.stack([answer(features) for answer in self._answers], axis=1)  # (n, k)
        predicted = (columns >= 0.5).astype(np.int64)
        return Answer(predicted, columns if self._kind.has_probabilities else None)

    def _yes(
        self, model: Any, features: Any, column: NDArray[np.int64]
    ) -> Callable[[Any], NDArray[np.float64]]:
        """A function of features: how much each text has the label, from 0 to 1; yes from 0.5 on."""
        if (column == column[0]).all():  # all rows have it, or none: there is nothing to ask
            return lambda features: np.full(features.shape[0], float(column[0]))
        model.fit(features, column)
        if self._kind.has_probabilities:
            return lambda features: np.asarray(model.predict_proba(features)[:, 1])
        return lambda features: np.asarray(model.predict(features), dtype=np.float64)


def _logistic_regression(strength: float, weights: ClassWeights) -> Any:
    """One question per class, the answers scaled to sum to 1: with 50 classes ten times as fast as one softmax."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    return OneVsRestClassifier(LogisticRegression(C=strength, class_weight=weights, solver="liblinear"))


def _linear_svm(strength: float, weights: ClassWeights) -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(C=strength, class_weight=weights, random_state=0)


LOGISTIC_REGRESSION = LinearKind("logistic regression", _logistic_regression, (3.0, 10.0, 30.0), True)
LINEAR_SVM = LinearKind("linear SVM", _linear_svm, (0.1, 0.3, 1.0), False)

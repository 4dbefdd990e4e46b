"""Mean and spread of each cepstrum over the whole recording, and a classical classifier on top.

Without any order in time: what a recurrent network gains over this, it gains by listening.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.sound.recordings import Recordings
from hiddenstate.data.text_table import TextTable
from hiddenstate.errors import InputError
from hiddenstate.records import Classification
from hiddenstate.tasks.text_baselines.baseline import LearningRows, answers


@dataclass(frozen=True)
class CepstraKind:
    """A kind of classifier."""

    name: str
    build: Callable[[float], Any]
    """A scikit-learn classifier of a strength C."""
    strengths: tuple[float, ...]
    """Tried; the middle one where there are no validation rows to choose by."""


def _logistic_regression(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, class_weight="balanced", max_iter=500)


def _svm(strength: float) -> Any:
    from sklearn.svm import SVC

    return SVC(C=strength, class_weight="balanced")


LOGISTIC_REGRESSION = CepstraKind(
    "MFCC mean and spread + logistic regression", _logistic_regression, (0.1, 1.0, 10.0)
)
SVM = CepstraKind("MFCC mean and spread + SVM (RBF)", _svm, (1.0, 10.0, 100.0))


@final
class CepstraBaseline:
    """Standardised mean and spread of each cepstrum with a classifier.

    The strength with the highest accuracy on the validation rows; then both parts are learnt together.
    """

    def __init__(self, kind: CepstraKind, recordings: Recordings) -> None:
        self._kind, self._recordings = kind, recordings
        self.name = kind.name

    def fit(self, rows: LearningRows) -> Self:
        """Choose, then learn. Raises `InputError` with one class only."""
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        self._labels = rows.labels
        train, targets = rows.learnt(rows.train)
        both, all_targets = rows.learnt(rows.everything())
        if len(set(targets.tolist())) < 2:
            raise InputError("its rows have fewer than two classes.")

        def fitted(strength: float, table: TextTable, classes: NDArray[np.int64]) -> Any:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # one that stops early is a rival all the same
                model = make_pipeline(StandardScaler(), self._kind.build(strength))
                return model.fit(self._features(table), classes)

        strength = self._kind.strengths[1]
        if len(rows.validation):
            held_out, truth = rows.learnt(rows.validation)
            values = {
                each: float(np.mean(fitted(each, train, targets).predict(self._features(held_out)) == truth))
                for each in self._kind.strengths
            }
            strength = max(values, key=lambda each: values[each])
        self._model = fitted(strength, both, all_targets)
        return self

    def predict(self, table: TextTable) -> Classification:
        """Answers without probabilities."""
        return answers(table, self._labels, np.asarray(self._model.predict(self._features(table))), None)

    def _features(self, table: TextTable) -> NDArray[np.float64]:
        """Mean and spread: (n, 2 · features)."""
        frames = [self._recordings.frames(file, kind="mfcc") for file in table.texts]
        return np.array(
            [np.concatenate([each.mean(axis=0), each.std(axis=0)]) for each in frames], dtype=np.float64
        )

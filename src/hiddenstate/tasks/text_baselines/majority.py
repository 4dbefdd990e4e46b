"""Always the most frequent label."""

from typing import Self, final

import numpy as np

from hiddenstate.data.text_table import TextTable
from hiddenstate.errors import InputError
from hiddenstate.records import Classification
from hiddenstate.tasks.text_baselines.baseline import LearningRows, answers


@final
class Majority:
    """Every text gets the most frequent class, with the shares of the classes as probabilities.

    Of several classes that are equally frequent it is the first by name. With several labels a text:
    every label that at least half of the texts have.
    """

    name = "most frequent label"

    def fit(self, rows: LearningRows) -> Self:
        """Count the classes. Raises `InputError` without rows."""
        _, targets = rows.learnt(rows.everything())
        if not len(targets):
            raise InputError("there is no row to learn from.")
        self._labels = rows.labels
        if rows.labels.multi:
            self._shares = targets.mean(axis=0)
        else:
            self._shares = np.bincount(targets, minlength=len(rows.labels.names)) / len(targets)
        return self

    def predict(self, table: TextTable) -> Classification:
        """The same answer for every text."""
        probabilities = np.tile(self._shares, (len(table), 1))  # (n, k)
        predicted = probabilities >= 0.5 if self._labels.multi else probabilities.argmax(axis=1)
        return answers(table, self._labels, predicted.astype(np.int64), probabilities)

"""What every baseline of text classification can do, and what it may learn from."""

from dataclasses import dataclass, field
from typing import Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.labels import Labels
from hiddenstate.data.text_table import TextTable
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.records import Classification

Targets = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class TextBaselineSettings:
    """How hard the baselines try."""

    tokens: TokenSettings = field(default_factory=TokenSettings)
    """How texts are cut: give the network's own settings, and both read the same words."""
    metric: Literal["accuracy", "macro_f1"] = "accuracy"
    """What is highest on the validation rows for the chosen strength; micro-F1 for "accuracy" of several labels."""
    letters: tuple[bool, ...] = (False,)
    """Tried without (False) and with (True) runs of 2 to 5 letters beside the words: slow, good with misspellings."""
    class_weights: tuple[Literal["balanced"] | None, ...] = (None, "balanced")
    """Tried: every text counts the same, every class counts the same."""


@dataclass(frozen=True)
class LearningRows:
    """What a baseline may learn from: the rows that the network learns from, and the classes that it knows.

    Rows of a class that the network does not know are left out.
    """

    train: TextTable
    validation: TextTable
    """Chooses the strength of a baseline; all of them learn from it at the end. May have no rows."""
    labels: Labels
    settings: TextBaselineSettings

    def learnt(self, table: TextTable) -> tuple[TextTable, Targets]:
        """The rows of known classes; their classes (n,), or marks (n, k) with several labels a text."""
        targets = targets_of(table, self.labels)
        if self.labels.multi:
            return table, targets
        known = np.flatnonzero(targets >= 0)
        return table.take(known), targets[known]

    def everything(self) -> TextTable:
        """Training and validation rows together."""
        if not len(self.validation):
            return self.train
        texts = self.train.texts + self.validation.texts
        return TextTable(texts, self.train.known_labels() + self.validation.known_labels(), self.train.source)


class TextBaseline(Protocol):
    """A plain method that labels texts, at the finest level of a hierarchy."""

    @property
    def name(self) -> str:
        """As printed in tables and verdicts."""
        ...

    def fit(self, rows: LearningRows) -> Self:
        """Learn; returns itself. Raises `InputError` where there is nothing to learn from."""
        ...

    def predict(self, table: TextTable) -> Classification:
        """Answers for the texts, beside the truth where the table has it."""
        ...


def targets_of(table: TextTable, labels: Labels) -> Targets:
    """(n,) class at the finest level, -1 where it is unknown; (n, k) marks with several labels a text."""
    numbers = labels.encode(table.known_labels())
    return numbers if labels.multi else numbers[:, -1]


def answers(
    table: TextTable, labels: Labels, predicted: NDArray[np.int64], probabilities: NDArray[np.float64] | None
) -> Classification:
    """The record of a method that looks at no single words; without `probabilities` they are NaN."""
    count, truth = len(table), None
    if table.labels is not None:
        truth = targets_of(table, labels)
    if probabilities is None:
        probabilities = np.full((count, len(labels.names)), np.nan)
    return Classification(
        labels=labels.names,
        probabilities=probabilities,
        predicted=predicted.astype(bool) if labels.multi else predicted,
        texts=table.texts,
        tokens=((),) * count,
        weights=(np.zeros(0, dtype=np.float32),) * count,
        truth=truth if truth is None or not labels.multi else truth.astype(bool),
        multi_label=labels.multi,
    )

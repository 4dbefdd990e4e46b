"""Words and pairs of words, weighted by how rare they are, and a linear classifier on top.

Without any order beyond two neighbours: what a recurrent network gains over this, it gains by reading.
Sources: Spärck Jones (1972), "A statistical interpretation of term specificity"; Wang & Manning (2012),
"Baselines and bigrams".
"""

import itertools
import warnings
from collections.abc import Sequence
from typing import Any, Self, final

import numpy as np

from hiddenstate.data.text_table import TextTable
from hiddenstate.data.tokens import TokenSettings, token_forms
from hiddenstate.errors import InputError
from hiddenstate.records import Classification
from hiddenstate.tasks.classification_metrics import classification_metrics
from hiddenstate.tasks.temperature import fit_temperature, soften
from hiddenstate.tasks.text_baselines.baseline import LearningRows, Targets, answers
from hiddenstate.tasks.text_baselines.linear import Answer, ClassWeights, EachLabel, LinearKind, OneLabel

Choice = tuple[bool, ClassWeights, float]
"""With letters, class weights, strength."""


@final
class TfidfLinear:
    """TF-IDF of words and pairs of words with a linear classifier.

    Features, class weights and strength C are those with the best figure on the validation rows; then
    training and validation rows are learnt together. Probabilities get a temperature from the validation
    rows, as those of the network do. One label a text, or a yes and no for each label.
    """

    def __init__(self, kind: LinearKind) -> None:
        self._kind = kind
        self.name = f"TF-IDF + {kind.name}"
        self.choice: Choice | None = None
        """What the validation rows chose; None before `fit`."""
        self.temperature = 1.0

    def fit(self, rows: LearningRows) -> Self:
        """Choose, then learn. Raises `InputError` without a word, or with one class only."""
        self._rows = rows
        table, targets = rows.learnt(rows.everything())
        if not rows.labels.multi and len(set(targets.tolist())) < 2:
            raise InputError("its rows have fewer than two classes.")
        with warnings.catch_warnings():
            # A classifier that stops early is a rival all the same: C is chosen by what it then can do.
            warnings.simplefilter("ignore", category=_convergence_warning())
            letters, weights, strength = self.choice = self._choose(rows)
            self._features = Features(rows.settings.tokens, letters=letters)
            features = self._features.fit(table.texts)
            self._classifier = self._build(strength, weights).fit(features, targets)
        return self

    def predict(self, table: TextTable) -> Classification:
        """The answers for the texts."""
        if not len(table):  # scikit-learn takes at least one row
            k = len(self._rows.labels.names)
            none = np.zeros((0, k) if self._rows.labels.multi else 0, dtype=np.int64)
            return answers(table, self._rows.labels, none, np.zeros((0, k)))
        answer = self._classifier.answer(self._features.of(table.texts))
        if answer.probabilities is None:
            return self._answers(table, answer)
        softened = soften(answer.probabilities, self.temperature, multi_label=self._rows.labels.multi)
        return self._answers(table, Answer(answer.predicted, softened))

    def _choose(self, rows: LearningRows) -> Choice:
        settings = rows.settings
        table, targets = rows.learnt(rows.train)
        validation, unseen = rows.learnt(rows.validation) if len(rows.validation) else (rows.validation, None)
        first = (settings.letters[0], settings.class_weights[0], self._kind.strengths[1])
        if unseen is None or not len(unseen) or not _learnable(targets):
            return first
        best, highest = first, -1.0
        for letters in settings.letters:
            features = Features(settings.tokens, letters=letters)
            seen, held_out = features.fit(table.texts), features.of(validation.texts)
            for weights, strength in itertools.product(settings.class_weights, self._kind.strengths):
                answer = self._build(strength, weights).fit(seen, targets).answer(held_out)
                value = self._value(validation, answer)
                if value > highest:
                    best, highest = (letters, weights, strength), value
                    self.temperature = self._temperature(validation, answer)
        return best

    def _temperature(self, table: TextTable, answer: Answer) -> float:
        truth = self._answers(table, answer).truth
        if answer.probabilities is None or truth is None:
            return 1.0
        return fit_temperature(
            answer.probabilities, truth.astype(np.int64), multi_label=self._rows.labels.multi
        )

    def _value(self, table: TextTable, answer: Answer) -> float:
        metric = self._rows.settings.metric
        if self._rows.labels.multi and metric == "accuracy":
            return classification_metrics(self._answers(table, answer))["micro_f1"]
        return classification_metrics(self._answers(table, answer))[metric]

    def _answers(self, table: TextTable, answer: Answer) -> Classification:
        return answers(table, self._rows.labels, answer.predicted, answer.probabilities)

    def _build(self, strength: float, weights: ClassWeights) -> OneLabel | EachLabel:
        build = EachLabel if self._rows.labels.multi else OneLabel
        return build(self._kind, len(self._rows.labels.names), strength, weights)


@final
class Features:
    """The TF-IDF weights of words and pairs of words, with `letters` also of runs of 2 to 5 letters."""

    def __init__(self, tokens: TokenSettings, *, letters: bool) -> None:
        self._tokens, self._letters = tokens, letters

    def fit(self, texts: Sequence[str]) -> Any:
        """(n, features) sparse. Raises `InputError` where no text has a word."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        words = token_forms(texts, self._tokens)
        if not any(words):
            raise InputError("none of its texts has a word.")
        self._by_word = TfidfVectorizer(analyzer=_words_and_pairs, sublinear_tf=True)
        blocks = [self._by_word.fit_transform(words)]
        if self._letters:
            self._by_letter = TfidfVectorizer(
                analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True
            )
            blocks.append(self._by_letter.fit_transform(texts))
        return _beside(blocks)

    def of(self, texts: Sequence[str]) -> Any:
        """(n, features) sparse, of the words that `fit` saw."""
        blocks = [self._by_word.transform(token_forms(texts, self._tokens))]
        if self._letters:
            blocks.append(self._by_letter.transform(texts))
        return _beside(blocks)


def _words_and_pairs(words: list[str]) -> list[str]:
    """The words, and every two neighbours as one.

    >>> _words_and_pairs(["who", "wrote", "it"])
    ['who', 'wrote', 'it', 'who wrote', 'wrote it']
    """
    return words + [f"{first} {second}" for first, second in itertools.pairwise(words)]


def _beside(blocks: list[Any]) -> Any:
    from scipy.sparse import hstack

    return blocks[0] if len(blocks) == 1 else hstack(blocks, format="csr")


def _learnable(targets: Targets) -> bool:
    return bool(len(targets)) and (targets.ndim == 2 or len(set(targets.tolist())) > 1)


def _convergence_warning() -> type[Warning]:
    from sklearn.exceptions import ConvergenceWarning

    return ConvergenceWarning  # type: ignore[no-any-return]

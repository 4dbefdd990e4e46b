"""Logistic regression on hand-made features of a word and of its neighbours: what was used before networks."""

import warnings
from collections.abc import Iterator, Sequence
from typing import Any, Self, final

from hiddenstate.data.spans import OUTSIDE
from hiddenstate.data.tagged_table import CASINGS, TaggedTable, Tags, casing_of
from hiddenstate.data.tokens import Token
from hiddenstate.errors import InputError
from hiddenstate.tasks.tag import marks_spans
from hiddenstate.tasks.tag_baselines.baseline import whole_spans

STEPS = 60
"""Steps of the solver: the answers hardly change afterwards."""
AFFIX = 3
"""Characters of the longest prefix and suffix."""
STRENGTHS = (1.0, 10.0)


@final
class WindowFeatures:
    """A linear tagger: each word for itself, from its letters, its casing and two neighbours on each side.

    The strength C is the one of `STRENGTHS` with most right words in the validation rows.
    """

    name = "logistic regression on hand features"

    def fit(self, train: TaggedTable, validation: TaggedTable) -> Self:
        """Learn from `train`. Raises `InputError` without two different tags."""
        from sklearn.feature_extraction import DictVectorizer
        from sklearn.linear_model import LogisticRegression

        self._spans = marks_spans(train)
        tags = [tag for row in train.known_tags() for tag in row]
        if len(set(tags)) < 2:
            raise InputError("its rows have fewer than two different tags.")
        self._columns = DictVectorizer()
        features = self._columns.fit_transform(dict.fromkeys(row, 1.0) for row in _features(train))
        held_out = [tag for row in validation.known_tags() for tag in row]
        best = -1.0
        for strength in STRENGTHS if held_out else STRENGTHS[:1]:
            classifier = LogisticRegression(C=strength, max_iter=STEPS, tol=1e-3)
            with warnings.catch_warnings():
                # A classifier that stops early is a rival all the same: C is chosen by what it then can do.
                warnings.simplefilter("ignore")
                classifier.fit(features, tags)
            value = float(classifier.score(self._of(validation), held_out)) if held_out else 0.0
            if value > best:
                best, self._classifier = value, classifier
        return self

    def predict(self, table: TaggedTable) -> Tags:
        """A tag for each word."""
        if not table.word_count:
            return tuple(() for _ in table.texts)
        answers = iter(self._classifier.predict(self._of(table)).tolist())
        rows = [[next(answers) for _ in words] for words in table.words]
        return whole_spans(rows, marks_spans=self._spans)

    def _of(self, table: TaggedTable) -> Any:
        return self._columns.transform(dict.fromkeys(row, 1.0) for row in _features(table))


def _features(table: TaggedTable) -> Iterator[list[str]]:
    """The features of every word, sentence after sentence."""
    for words in table.words:
        for place in range(len(words)):
            yield word_features(words, place)


def word_features(words: Sequence[Token], place: int) -> list[str]:
    """What is looked at for the word at `place`.

    >>> word_features([Token("fly", 0, 3), Token("home", 4, 8)], 0)[:4]
    ['word fly', 'casing lower', 'starts f', 'ends y']
    """
    form = words[place].form
    low = form.lower()
    features = [f"word {low}", f"casing {CASINGS[casing_of(form)]}"]
    for size in range(1, min(AFFIX, len(low)) + 1):
        features += [f"starts {low[:size]}", f"ends {low[-size:]}"]
    around = []
    for step in (-2, -1, 1, 2):
        inside = 0 <= place + step < len(words)
        around.append(words[place + step].form.lower() if inside else OUTSIDE)
        features.append(f"{step} {around[-1]}")
        if inside and abs(step) == 1:
            features.append(f"{step} ends {around[-1][-AFFIX:]}")
            features.append(f"{step} casing {CASINGS[casing_of(words[place + step].form)]}")
    return [*features, f"pair {around[1]} {low}", f"pair {low} {around[2]}"]

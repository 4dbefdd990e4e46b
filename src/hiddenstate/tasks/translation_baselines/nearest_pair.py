"""The translation of the training sentence that has most in common with the source."""

from collections.abc import Sequence
from typing import Any, Self, final

import numpy as np

from hiddenstate.data.pairs import PairTable

AT_ONCE = 256


@final
class NearestPair:
    """A translation memory: the target of the nearest training source.

    Near is the cosine of TF-IDF over words and pairs of words.
    """

    name = "most similar training pair"

    def __init__(self) -> None:
        self._targets: tuple[str, ...] = ()
        self._weigher: Any = None
        self._rows: Any = None

    def fit(self, train: PairTable) -> Self:
        """Weigh the words of the training sources."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._weigher = TfidfVectorizer(token_pattern=r"\w+|[^\w\s]", ngram_range=(1, 2), sublinear_tf=True)
        self._rows = self._weigher.fit_transform(train.sources)
        self._targets = train.targets
        return self

    def predict(self, sources: Sequence[str]) -> tuple[str, ...]:
        """A known target for each of `sources`; the first one where nothing is shared."""
        answers: list[str] = []
        for first in range(0, len(sources), AT_ONCE):
            alike = self._weigher.transform(sources[first : first + AT_ONCE]) @ self._rows.T
            nearest = np.asarray(alike.argmax(axis=1)).ravel()
            answers += [self._targets[int(row)] for row in nearest]
        return tuple(answers)

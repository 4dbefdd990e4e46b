"""What a transcriber must beat: the most frequent text, and the text of the most similar training recording."""

import itertools
from abc import ABC, abstractmethod
from collections import Counter
from typing import ClassVar, Self, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.sound import Frames, standardise_utterance
from hiddenstate.data.transcripts import Utterances

PARTS = 12


class TranscriptBaseline(ABC):
    """A plain method."""

    name: ClassVar[str]

    @abstractmethod
    def fit(self, train: Utterances) -> Self:
        """Learn from recordings with texts."""

    @abstractmethod
    def predict(self, table: Utterances) -> list[str]:
        """A text for each recording."""


@final
class MostFrequentTranscript(TranscriptBaseline):
    """Whatever is said most often, the first in the alphabet of several."""

    name = "most frequent text"

    def fit(self, train: Utterances) -> Self:
        """As `TranscriptBaseline.fit`."""
        counts = Counter(train.known_texts())
        self._text = min(counts, key=lambda text: (-counts[text], text))
        return self

    def predict(self, table: Utterances) -> list[str]:
        """As `TranscriptBaseline.predict`."""
        return [self._text] * len(table)


@final
class NearestRecording(TranscriptBaseline):
    """The text of the training recording whose means over twelve equal parts, and whose length, are closest."""

    name = "nearest training recording"

    def fit(self, train: Utterances) -> Self:
        """As `TranscriptBaseline.fit`."""
        self._texts = train.known_texts()
        self._seen = np.stack([_outline(frames) for frames in train.frames])
        return self

    def predict(self, table: Utterances) -> list[str]:
        """As `TranscriptBaseline.predict`."""
        nearest = [
            int(((self._seen - _outline(frames)) ** 2).sum(axis=1).argmin()) for frames in table.frames
        ]
        return [self._texts[row] for row in nearest]


def _outline(frames: Frames) -> NDArray[np.float64]:
    """(PARTS · features + 1,) means of the parts, and the logarithm of the length with the weight of a part."""
    own = standardise_utterance(frames).astype(np.float64)
    bounds = np.linspace(0, len(own), PARTS + 1).round().astype(int)
    means = [own[min(a, len(own) - 1) : max(b, a + 1)].mean(axis=0) for a, b in itertools.pairwise(bounds)]
    return np.append(np.concatenate(means), np.log(len(own)) * np.sqrt(own.shape[1]))

"""Neighbouring words as features: "how many" says more than "how" and "many" do apart."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Self, final

import numpy as np

from hiddenstate.data.ragged import Ragged

UNSEEN_PAIR = 0
"""The number of every pair that training never showed often enough, and of padding."""
FIRST_PAIR = 1
"""The number of the first pair that is known."""
START = ""
"""What stands before the first word."""


@final
class WordPairs:
    """The pairs of neighbouring words of the training texts, numbered from 1; 0 is every other one.

    Each word makes one pair with the word before it, the first one with the text's start.
    Source: Wang & Manning (2012), "Baselines and bigrams".

    >>> pairs = WordPairs.fit([["how", "many"], ["how", "many", "legs"]], min_count=2)
    >>> pairs.encode([["how", "many", "arms"]])[0].tolist()
    [1, 2, 0]
    """

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        """`pairs` in the order of their numbers."""
        self.pairs = tuple(pairs)
        self._numbers = {pair: number for number, pair in enumerate(self.pairs, start=FIRST_PAIR)}

    @classmethod
    def fit(cls, texts: Iterable[Sequence[str]], *, min_count: int = 1) -> Self:
        """Collect the pairs that occur `min_count` times."""
        counts = Counter(pair for text in texts for pair in pairs_of(text))
        kept = (pair for pair, count in counts.items() if count >= min_count)
        return cls(sorted(kept, key=lambda pair: (-counts[pair], pair)))

    def __len__(self) -> int:
        """Numbers in use, that of unseen pairs included."""
        return len(self.pairs) + FIRST_PAIR

    def encode(self, texts: Iterable[Sequence[str]]) -> Ragged:
        """The number of the pair that each word ends."""
        get = self._numbers.get
        return Ragged.of(
            [
                np.fromiter((get(pair, UNSEEN_PAIR) for pair in pairs_of(text)), np.int32, len(text))
                for text in texts
            ]
        )

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        return {"pairs": [list(pair) for pair in self.pairs]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls([(before, word) for before, word in values["pairs"]])


def pairs_of(text: Sequence[str]) -> Iterable[tuple[str, str]]:
    """The pair that each word ends.

    >>> list(pairs_of(["how", "many"]))
    [('', 'how'), ('how', 'many')]
    """
    return pairwise([START, *text])

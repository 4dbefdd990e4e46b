"""Words that tell the two sides of a file of pairs apart: a file with swapped columns is found by them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from hiddenstate.data.pairs import PairTable
from hiddenstate.errors import InputError

WORDS = 300
"""Words that are kept of each side."""
RARER = 5
"""A word tells the sides apart where one side has it so many times more often."""
FAR_APART = 2
"""A file is taken for swapped where words stand on the wrong side so many times more often."""


@dataclass(frozen=True)
class Sides:
    """The most frequent words that stand on one side only, or nearly so.

    >>> sides = Sides.fit(PairTable("", ("a dog", "a cat"), ("ein Hund", "eine Katze")))
    >>> sides.swapped(PairTable("", ("ein Hund",), ("a dog",)))
    True
    """

    sources: frozenset[str]
    targets: frozenset[str]

    @classmethod
    def fit(cls, table: PairTable) -> Self:
        """Collect the words of the training pairs."""
        own, other = _counted(table.sources), _counted(table.targets)
        return cls(_telling(own, other), _telling(other, own))

    def swapped(self, table: PairTable) -> bool:
        """Whether the columns of `table` stand the other way round than in training."""
        own, other = _counted(table.sources), _counted(table.targets)

        def count(words: Counter[str], telling: frozenset[str]) -> int:
            return sum(words[word] for word in telling)

        right = count(own, self.sources) + count(other, self.targets)
        wrong = count(own, self.targets) + count(other, self.sources)
        return wrong > FAR_APART * right

    def check(self, table: PairTable) -> None:
        """Raise `InputError` for a table whose columns are swapped."""
        if self.swapped(table):
            raise InputError(
                f"{table.source}: expected sources before the tab, as in the training file, got the other language "
                "there. Swap the two columns."
            )

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        return {"sources": sorted(self.sources), "targets": sorted(self.targets)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Sequence[str]]) -> Self:
        """The inverse of `to_dict`."""
        return cls(frozenset(values["sources"]), frozenset(values["targets"]))


def _counted(texts: Sequence[str]) -> Counter[str]:
    return Counter(word for text in texts for word in text.lower().split())


def _telling(own: Counter[str], other: Counter[str]) -> frozenset[str]:
    ranked = sorted(own, key=lambda word: (-own[word], word))
    return frozenset([word for word in ranked if own[word] > RARER * other[word]][:WORDS])

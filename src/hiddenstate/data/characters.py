"""Words as bags of character n-grams, so that a word never seen still looks like those it resembles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np

from hiddenstate.data.ragged import Ragged
from hiddenstate.data.vocabulary import Vocabulary
from hiddenstate.errors import SettingsError

LONGEST_WORD = 40
"""Characters of a word that are looked at: an address of a thousand characters says no more than its start."""


@dataclass(frozen=True, kw_only=True)
class CharacterSettings:
    """Which pieces of a word are its features; section ``[task.characters]``."""

    shortest: int = 2
    """Characters of the shortest piece, the marks of a word's two ends included."""
    longest: int = 4
    """Characters of the longest piece."""
    min_count: int = 2
    """Different words of the training text that must have a piece for it to count."""

    def __post_init__(self) -> None:
        if not 1 <= self.shortest <= self.longest:
            raise SettingsError(
                f"characters: expected 1 <= shortest <= longest, got {self.shortest} and {self.longest}. "
                "Use 2 and 4."
            )
        if self.min_count < 1:
            raise SettingsError(
                f"characters.min_count: expected 1 or more, got {self.min_count}. Correct it."
            )


@final
class Characters:
    """The n-grams of the training words, numbered from 0.

    A word is written with a mark at both ends, so that "<un" is a beginning. Pieces never seen in
    training are left out; a word may thus have none.
    Source: Bojanowski et al. (2017), "Enriching word vectors with subword information".

    >>> characters = Characters.fit(["who", "whom", "how"], CharacterSettings(shortest=3, longest=3))
    >>> [characters.grams[number] for number in characters.encode(["whose"])[0]]
    ['<wh', 'who']
    """

    def __init__(self, grams: Sequence[str], settings: CharacterSettings) -> None:
        self.grams = tuple(grams)
        self.settings = settings
        self._numbers = {gram: number for number, gram in enumerate(self.grams)}

    @classmethod
    def fit(cls, words: Iterable[str], settings: CharacterSettings) -> Self:
        """Collect the pieces of `words`, each given once."""
        pieces = (sorted(set(pieces_of(word, settings))) for word in words)
        return cls(Vocabulary.fit(pieces, min_count=settings.min_count).forms[2:], settings)

    def __len__(self) -> int:
        return len(self.grams)

    def encode(self, words: Iterable[str]) -> Ragged:
        """The numbers of the pieces of each word."""
        get = self._numbers.get
        return Ragged.of(
            [
                np.array([n for p in pieces_of(word, self.settings) if (n := get(p)) is not None], np.int32)
                for word in words
            ]
        )

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        return {"grams": list(self.grams)}

    @classmethod
    def from_dict(cls, values: dict[str, Any], settings: CharacterSettings) -> Self:
        """The inverse of `to_dict`."""
        return cls(values["grams"], settings)


def pieces_of(word: str, settings: CharacterSettings) -> list[str]:
    """All pieces of one word, short ones first.

    >>> pieces_of("is", CharacterSettings(shortest=3, longest=4))
    ['<is', 'is>', '<is>']
    """
    marked = f"<{word[:LONGEST_WORD]}>"
    return [
        marked[start : start + size]
        for size in range(settings.shortest, settings.longest + 1)
        for start in range(len(marked) - size + 1)
    ]

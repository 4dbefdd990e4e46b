"""The letters that a transcriber writes, and their numbers; 0 is "no letter"."""

from collections.abc import Iterable, Sequence
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import InputError

BLANK = 0


@final
class Alphabet:
    """The characters of the training texts in their order in Unicode, white space as one space.

    >>> alphabet = Alphabet.fit(["no", "on no"])
    >>> alphabet.letters, alphabet.encode("on?").tolist(), alphabet.unknown("on?")
    (' no', [3, 2], ['?'])
    """

    def __init__(self, letters: Sequence[str]) -> None:
        """`letters` in the order of their numbers, which begin at 1."""
        self.letters = "".join(letters)
        self._numbers = {letter: number for number, letter in enumerate(self.letters, BLANK + 1)}

    @classmethod
    def fit(cls, texts: Iterable[str]) -> Self:
        """Collect the characters. Raises `InputError` where there is none."""
        letters = sorted({letter for text in texts for letter in text})
        if not letters:
            raise InputError("texts: expected letters, got none. Write down what is said.")
        return cls(letters)

    def __len__(self) -> int:
        return len(self.letters)

    def encode(self, text: str) -> NDArray[np.int64]:
        """The numbers of the letters; characters that are not in the alphabet are left out, see `unknown`."""
        return np.array([self._numbers[letter] for letter in text if letter in self._numbers], dtype=np.int64)

    def decode(self, numbers: Iterable[int]) -> str:
        """The letters behind `numbers`."""
        return "".join(self.letters[number - 1] for number in numbers)

    def unknown(self, text: str) -> list[str]:
        """The characters of a text that are not in the alphabet, each as often as it stands there."""
        return [letter for letter in text if letter not in self._numbers]

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        return {"letters": self.letters}

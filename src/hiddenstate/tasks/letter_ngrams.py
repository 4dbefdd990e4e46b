"""A language model of letters: how likely each one is after the letters before it, counted in texts.

Source: Witten and Bell (1991), "The zero-frequency problem"; longer contexts fall back on shorter ones.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import SettingsError
from hiddenstate.tasks.alphabet import Alphabet

END = "\n"
"""Stands before and after each text; no text holds it."""


@final
class LetterNgrams:
    """p(c | h) = (n(h, c) + d(h) p(c | h')) / (n(h) + d(h)); d(h): how many different letters have followed h.

    h' is h without its first letter; without any context all letters and the end are equally likely.

    >>> model = LetterNgrams.fit(["aab", "aac"], Alphabet("abc"), order=3)
    >>> [int(model.log_probabilities(before).argmax()) for before in ("aa", "aab")]
    [2, 0]
    """

    def __init__(self, alphabet: Alphabet, order: int, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Use `fit`. counts: context -> letter -> how often."""
        self.alphabet = alphabet
        self.order = order
        self.counts = counts
        self._numbers = {END: 0} | {letter: number for number, letter in enumerate(alphabet.letters, 1)}
        self._known: dict[str, NDArray[np.float64]] = {}

    @classmethod
    def fit(cls, texts: Iterable[str], alphabet: Alphabet, *, order: int) -> Self:
        """Count letters with up to ``order - 1`` letters before them. Raises `SettingsError` for an order below 1."""
        if order < 1:
            raise SettingsError(f"order: expected 1 or more letters, got {order}. Correct it.")
        counts: dict[str, dict[str, int]] = {}
        for text in texts:
            whole = END + "".join(letter for letter in text if letter in alphabet.letters) + END
            for place in range(1, len(whole)):
                for size in range(min(order, place + 1)):
                    followers = counts.setdefault(whole[place - size : place], {})
                    followers[whole[place]] = followers.get(whole[place], 0) + 1
        return cls(alphabet, order, counts)

    def log_probabilities(self, before: str) -> NDArray[np.float64]:
        """(1 + letters,) of what may follow the text `before`; the end has number 0."""
        context = (END + before)[-(self.order - 1) :] if self.order > 1 else ""
        if context not in self._known:
            self._known[context] = np.log(self._mixed(context))
        return self._known[context]

    def _mixed(self, context: str) -> NDArray[np.float64]:
        size = len(self._numbers)
        lower = self._mixed(context[1:]) if context else np.full(size, 1.0 / size)
        followers = self.counts.get(context)
        if not followers:
            return lower
        own = np.zeros(size)
        for letter, count in followers.items():
            own[self._numbers[letter]] = count
        mixed: NDArray[np.float64] = (own + len(followers) * lower) / (own.sum() + len(followers))
        return mixed

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        return {"order": self.order, "counts": {h: dict(letters) for h, letters in self.counts.items()}}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], alphabet: Alphabet) -> Self:
        """The inverse of `to_dict`."""
        return cls(alphabet, values["order"], values["counts"])

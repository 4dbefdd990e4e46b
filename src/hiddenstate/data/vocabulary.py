"""Tokens to numbers: 0 is padding, 1 is every word that was not in the training text."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Self, final

import numpy as np

from hiddenstate.data.ragged import Ragged
from hiddenstate.errors import InputError

PADDING, UNKNOWN = 0, 1
PADDING_FORM, UNKNOWN_FORM = "<padding>", "<unknown>"


@final
class Vocabulary:
    """The words of the training text, most frequent first, ties in alphabetical order.

    >>> vocabulary = Vocabulary.fit([["to", "be", "or", "not", "to", "be"]], min_count=2)
    >>> vocabulary.encode([["to", "see"]])[0].tolist()
    [3, 1]
    >>> vocabulary.forms
    ('<padding>', '<unknown>', 'be', 'to')
    """

    def __init__(self, forms: Sequence[str]) -> None:
        """`forms` without padding and unknown, in the order of their numbers, which begin at 2."""
        self.forms = (PADDING_FORM, UNKNOWN_FORM, *forms)
        self._numbers = {form: number for number, form in enumerate(self.forms) if number > UNKNOWN}
        if len(self._numbers) != len(forms):
            raise InputError("vocabulary: expected each word once, got some twice. Remove the doubles.")

    @classmethod
    def fit(cls, texts: Iterable[Sequence[str]], *, min_count: int = 1, largest: int | None = None) -> Self:
        """Collect the words that occur `min_count` times, at most the `largest` most frequent ones."""
        counts = Counter(form for text in texts for form in text)
        kept = sorted(
            (form for form, count in counts.items() if count >= min_count),
            key=lambda form: (-counts[form], form),
        )
        return cls(kept[:largest])

    def __len__(self) -> int:
        return len(self.forms)

    def __contains__(self, form: str) -> bool:
        return form in self._numbers

    def number(self, form: str) -> int:
        """The number of a word; `UNKNOWN` for one never seen."""
        return self._numbers.get(form, UNKNOWN)

    def encode(self, texts: Iterable[Sequence[str]]) -> Ragged:
        """The numbers of the words of each text."""
        get = self._numbers.get
        return Ragged.of(
            [np.fromiter((get(form, UNKNOWN) for form in text), np.int32, len(text)) for text in texts]
        )

    def decode(self, numbers: Iterable[int]) -> list[str]:
        """The words behind `numbers`."""
        return [self.forms[number] for number in numbers]

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        return {"forms": list(self.forms[UNKNOWN + 1 :])}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(values["forms"])

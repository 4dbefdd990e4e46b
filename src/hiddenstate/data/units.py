"""A text as a row of units - characters, words or pieces of words - that joined together are the text again."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, final, get_args

import numpy as np
from numpy.typing import NDArray

from hiddenstate.choices import closest
from hiddenstate.data.subwords import Subwords
from hiddenstate.data.tokens import Token
from hiddenstate.data.vocabulary import PADDING, UNKNOWN, Vocabulary
from hiddenstate.errors import BundleError, InputError, SettingsError

Unit = Literal["char", "word", "subword"]
Unknown = Literal["refuse", "skip", "map"]
Numbers = NDArray[np.int64]
UNKNOWN_WAYS: dict[str, Unknown] = {way: way for way in get_args(Unknown)}
"""What may become of units never seen."""
SPECIAL = (PADDING, UNKNOWN)
"""Numbers that stand for no unit; a text never goes on with one of them."""
WORD = re.compile(r" ?\w+(?:['’]\w+)*| ?[^\w\s]+|\s")
"""A word or a run of marks, with one space before it, or a single blank: nothing of a text is lost."""


@dataclass(frozen=True, kw_only=True)
class UnitSettings:
    """What a text is cut into; section ``[task.units]`` of ``settings.toml``."""

    unit: Unit = "char"
    """char, word or subword."""
    min_count: int = 2
    """Rarer words are learnt as one word that is unknown, so that the network knows how often one comes."""
    largest: int = 10_000
    """Most words, or pieces of words, that are told apart."""

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit):
            raise SettingsError(
                f'unit: expected a unit of text, got "{self.unit}". {closest(self.unit, get_args(Unit))}'
            )
        for name in ("min_count", "largest"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name}: expected 1 or more, got {getattr(self, name)}. Correct it.")


@final
class Units:
    """The units of a training text and their numbers; 0 is padding, 1 a unit that training never showed.

    >>> units = Units.fit("to be or not to be", UnitSettings(unit="word", min_count=1))
    >>> units.cut("to be, or not")
    ['to', ' be', ',', ' or', ' not']
    >>> units.encode("to be").tolist() == [units.vocabulary.number(form) for form in ("to", " be")]
    True
    """

    def __init__(self, settings: UnitSettings, vocabulary: Vocabulary, subwords: Subwords | None) -> None:
        """Use `fit` or `from_dict`."""
        self.settings = settings
        self.vocabulary = vocabulary
        self.subwords = subwords

    @classmethod
    def fit(cls, text: str, settings: UnitSettings) -> Self:
        """Collect the units of `text`. Pieces of words need tokenizers; `ExtraError` without it."""
        if settings.unit == "char":
            return cls(settings, Vocabulary.fit([text]), None)
        words = WORD.findall(text)
        if settings.unit == "word":
            kept = Vocabulary.fit([words], min_count=settings.min_count, largest=settings.largest)
            return cls(settings, kept, None)
        subwords = Subwords.fit([[word for word in words if word.strip()]], count=settings.largest)
        draft = cls(settings, Vocabulary([]), subwords)
        return cls(settings, Vocabulary.fit([draft.cut(text)]), subwords)

    def __len__(self) -> int:
        """How many numbers there are, the two special ones counted."""
        return len(self.vocabulary)

    @property
    def forms(self) -> tuple[str, ...]:
        """The text of each number; nothing for the special ones."""
        return ("", "", *self.vocabulary.forms[UNKNOWN + 1 :])

    def cut(self, text: str) -> list[str]:
        """The units of a text; joined they are the text."""
        if self.settings.unit == "char":
            return list(text)
        words = WORD.findall(text)
        if self.subwords is None:
            return words
        pieces: dict[str, list[str]] = {}
        for word in set(words):
            found = self.subwords.cut(word, [Token(word, 0, len(word))]) if word.strip() else []
            pieces[word] = [word[piece.start : piece.stop] for piece in found] or [word]
        return [piece for word in words for piece in pieces[word]]

    def encode(self, text: str) -> Numbers:
        """(n,) the numbers of the units of a text; 1 for those never seen."""
        return self.numbers(self.cut(text))

    def numbers(self, cut: Sequence[str]) -> Numbers:
        """(n,) the numbers of units."""
        number = self.vocabulary.number
        return np.fromiter((number(unit) for unit in cut), np.int64, len(cut))

    def decode(self, numbers: Iterable[int]) -> str:
        """The text of numbers."""
        forms = self.forms
        return "".join(forms[number] for number in numbers)

    def unseen(self, text: str) -> dict[str, int]:
        """Units of a text that training never showed, and how often they stand in it, the most frequent first."""
        counts = Counter(unit for unit in self.cut(text) if unit not in self.vocabulary)
        return dict(counts.most_common())

    def read(self, text: str, unknown: Unknown, *, name: str = "prompt") -> Numbers:
        """The numbers of a text that a model goes on from.

        `unknown` says what becomes of units never seen: "refuse" raises `InputError`, "skip" leaves them out, "map"
        puts the same letter in the other case there, or a space. Raises `SettingsError` for another word.
        """
        if unknown not in get_args(Unknown):
            raise SettingsError(
                f'unknown: expected a way to treat what was never seen, got "{unknown}". '
                f"{closest(unknown, get_args(Unknown))}"
            )
        cut = self.cut(text)
        unseen = self.unseen(text)
        if unseen and unknown == "refuse":
            listing = ", ".join(f'"{unit}"' for unit in list(unseen)[:5])
            more = f" and {len(unseen) - 5} more" if len(unseen) > 5 else ""
            raise InputError(
                f"{name}: expected {self.settings.unit}s of the training text, got {listing}{more}. "
                "Leave them out with --unknown skip, or put the nearest ones there with --unknown map."
            )
        if unknown == "map":
            cut = [self._nearest(unit) for unit in cut]
        kept = [unit for unit in cut if unit in self.vocabulary]
        return self.numbers(kept)

    def _nearest(self, unit: str) -> str:
        """A unit that was seen: this one, in the other case, or a space."""
        ways = (unit, unit.lower(), unit.upper(), unit.capitalize(), f" {unit}", unit.strip(), " ")
        return next((way for way in ways if way in self.vocabulary), "")

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        subwords = {} if self.subwords is None else {"subwords": self.subwords.to_dict()}
        return {"vocabulary": self.vocabulary.to_dict(), **subwords}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], settings: UnitSettings) -> Self:
        """The inverse of `to_dict`. Raises `BundleError` for damaged values."""
        try:
            stored = values.get("subwords")
            subwords = None if stored is None else Subwords.from_dict(stored)
            return cls(settings, Vocabulary.from_dict(values["vocabulary"]), subwords)
        except (KeyError, TypeError, AttributeError) as error:
            raise BundleError(
                f"encoders.json: expected stored units of text, got damaged ones ({error!r}). Train again."
            ) from None

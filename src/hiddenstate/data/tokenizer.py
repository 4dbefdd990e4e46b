"""Text to tokens by the settings and by what was learnt from the training texts."""

from collections.abc import Iterable, Mapping
from typing import Any, Self, final

from hiddenstate.data.subwords import Subwords
from hiddenstate.data.tokens import Token, TokenSettings, tokenize


@final
class Tokenizer:
    """Cuts texts; made by `fit` from the training texts, or by `from_dict`.

    >>> cutter = Tokenizer.fit(["It reads."], TokenSettings())
    >>> [token.form for token in cutter.cut("It is read")]
    ['it', 'is', 'read']
    """

    def __init__(self, settings: TokenSettings, subwords: Subwords | None = None) -> None:
        """Use `fit`."""
        self.settings = settings
        self.subwords = subwords

    @classmethod
    def fit(cls, texts: Iterable[str], settings: TokenSettings) -> Self:
        """Learn the pieces of words where the settings ask for them. Raises `ExtraError` without tokenizers."""
        if settings.unit != "subword":
            return cls(settings)
        words = ([token.form for token in tokenize(text, settings)] for text in texts)
        return cls(settings, Subwords.fit(words, count=settings.subword_count))

    def cut(self, text: str) -> list[Token]:
        """The tokens of one text, at most ``settings.longest``."""
        tokens = tokenize(text, self.settings)
        return tokens if self.subwords is None else self.subwords.cut(text, tokens)[: self.settings.longest]

    def forms(self, texts: Iterable[str]) -> list[list[str]]:
        """The forms alone, for many texts."""
        return [[token.form for token in self.cut(text)] for text in texts]

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        return {} if self.subwords is None else {"subwords": self.subwords.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], settings: TokenSettings) -> Self:
        """The inverse of `to_dict`."""
        subwords = values.get("subwords")
        return cls(settings, None if subwords is None else Subwords.from_dict(subwords))

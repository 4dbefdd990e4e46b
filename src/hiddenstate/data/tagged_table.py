"""Texts with a tag for each word, and where there is one an intent for each text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.text_table import TextTable
from hiddenstate.data.tokens import Token, TokenSettings, tokenize
from hiddenstate.errors import InputError, SettingsError

LONGEST_SENTENCE = 2000

Tags = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class TagFileSettings:
    """Where words and tags stand; section ``[data]`` of ``settings.toml``."""

    column: str | None = None
    """The tags: a name of CoNLL-U ("upos", "xpos", "deprel") or the number of a column, counted from 1.
    Unless it is said, UPOS of CoNLL-U and the last column of other files."""
    word_column: int = 1
    """Column of the words in files that are not CoNLL-U."""
    longest_sentence: int = LONGEST_SENTENCE
    """Words of a sentence at most: more say that the blank lines between sentences are missing."""
    vectors: tuple[str, ...] = ()
    """Files of word vectors to begin with; several stand side by side."""

    def __post_init__(self) -> None:
        if self.word_column < 1:
            raise SettingsError(
                f"word_column: expected 1 or more, got {self.word_column}. Correct the value."
            )
        if self.longest_sentence < 1:
            raise SettingsError(
                f"longest_sentence: expected 1 or more, got {self.longest_sentence}. Correct the value."
            )


@dataclass(frozen=True, eq=False)
class TaggedTable:
    """n texts as words; every word knows where it stands in its text."""

    texts: tuple[str, ...]
    words: tuple[tuple[Token, ...], ...]
    """Of each text; a token's form is its own spelling."""
    tags: Tags | None
    """One for each word; None where they are to be found."""
    source: str
    intents: tuple[str, ...] | None = None
    """What is asked for in each text, where that is known."""
    notes: tuple[str, ...] = ()
    """What was repaired or deserves a look, in words."""

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def word_count(self) -> int:
        """Words of all texts."""
        return sum(map(len, self.words))

    def take(self, rows: NDArray[np.int64] | Sequence[int]) -> "TaggedTable":
        """The texts at `rows`, in that order."""
        return TaggedTable(
            tuple(self.texts[row] for row in rows),
            tuple(self.words[row] for row in rows),
            None if self.tags is None else tuple(self.tags[row] for row in rows),
            self.source,
            None if self.intents is None else tuple(self.intents[row] for row in rows),
        )

    def known_tags(self) -> Tags:
        """The tags; raises `InputError` where the table has none."""
        if self.tags is None:
            raise InputError(
                f"{self.source}: expected a tag for each word, got words only. Give a tagged file."
            )
        return self.tags

    def known_intents(self) -> tuple[str, ...]:
        """The intents; raises `InputError` where the table has none."""
        if self.intents is None:
            raise InputError(f'{self.source}: expected an intent for each text, got none. Give "intent".')
        return self.intents

    def plain(self) -> TextTable:
        """The texts and, as labels, their intents."""
        return TextTable(self.texts, self.intents, self.source)

    def with_tags(self, tags: Tags, notes: tuple[str, ...] = ()) -> "TaggedTable":
        """The same texts with other tags, and with further notes."""
        return replace(self, tags=tags, notes=self.notes + notes)


def table_of_words(
    sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[str]] | None, source: str
) -> TaggedTable:
    """Sentences that are cut into words already; their text is the words with a space between them.

    >>> table = table_of_words([["New", "York"]], [["B-LOC", "I-LOC"]], "words")
    >>> table.texts, table.words[0][1]
    (('New York',), Token(form='York', start=4, stop=8))
    """
    words = []
    for sentence in sentences:
        row, at = [], 0
        for word in sentence:
            row.append(Token(word, at, at + len(word)))
            at += len(word) + 1
        words.append(tuple(row))
    known = None if tags is None else tuple(tuple(row) for row in tags)
    return TaggedTable(tuple(" ".join(sentence) for sentence in sentences), tuple(words), known, source)


def table_of_texts(texts: Sequence[str], settings: TokenSettings, source: str = "texts") -> TaggedTable:
    """Texts to be tagged, cut as `settings` say; words keep the text's own spelling."""
    return TaggedTable(tuple(texts), tuple(words_of(text, settings) for text in texts), None, source)


def words_of(text: str, settings: TokenSettings) -> tuple[Token, ...]:
    """The words of a text in its own spelling."""
    return tuple(
        Token(text[token.start : token.stop], token.start, token.stop) for token in tokenize(text, settings)
    )


def joined_tables(first: TaggedTable, second: TaggedTable) -> TaggedTable:
    """The texts of both tables, which must be tagged."""
    both = first.intents is not None and second.intents is not None
    return TaggedTable(
        (*first.texts, *second.texts),
        (*first.words, *second.words),
        (*first.known_tags(), *second.known_tags()),
        first.source,
        (*first.known_intents(), *second.known_intents()) if both else None,
    )


Casing = Literal["lower", "capitalised", "upper", "mixed", "number", "with digits", "mark"]
CASINGS: tuple[Casing, ...] = ("lower", "capitalised", "upper", "mixed", "number", "with digits", "mark")


def casing_of(word: str) -> int:
    """How a word is written, as a place in `CASINGS`: what lower case would hide.

    >>> [CASINGS[casing_of(word)] for word in ("the", "York", "USA", "iPod", "1987", "3rd", "?")]
    ['lower', 'capitalised', 'upper', 'mixed', 'number', 'with digits', 'mark']
    """
    if word.isnumeric() or (word[:1].isnumeric() and not any(map(str.isalpha, word))):
        return 4
    if any(map(str.isnumeric, word)):
        return 5
    if not any(map(str.isalpha, word)):
        return 6
    if word.islower():
        return 0
    if word[0].isupper() and (word[1:].islower() or len(word) == 1):
        return 1
    return 2 if word.isupper() else 3

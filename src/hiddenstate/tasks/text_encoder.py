"""Texts to numbers: words, the vectors they have, their letters. Imports no torch: the runtime needs it too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.characters import Characters, CharacterSettings
from hiddenstate.data.ragged import Ragged
from hiddenstate.data.tokenizer import Tokenizer
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.data.vectors import Coverage, Vectors, embedding_matrix
from hiddenstate.data.vocabulary import UNKNOWN, Vocabulary
from hiddenstate.data.word_pairs import WordPairs
from hiddenstate.seeding import generator

if TYPE_CHECKING:
    from hiddenstate.data.text_table import TextTable
    from hiddenstate.models.embed import EmbedSizes


class ReadingSettings(Protocol):
    """What a task says about the words that it reads."""

    @property
    def tokens(self) -> TokenSettings:
        """How texts are cut."""
        ...

    @property
    def characters(self) -> CharacterSettings:
        """Which pieces of a word are its features."""
        ...

    @property
    def min_count(self) -> int:
        """Times that a word must stand in the training text to be known."""
        ...

    @property
    def largest_vocabulary(self) -> int | None:
        """Words at most."""
        ...


class EmbeddingSettings(Protocol):
    """What a network says about the words that it reads."""

    @property
    def embedding_size(self) -> int:
        """Numbers of a word vector where no vectors file sets it."""
        ...

    @property
    def character_size(self) -> int:
        """Numbers of the features that a word gets from its letters; 0: none."""
        ...


@final
class TextEncoder:
    """What turns texts into a network's numbers; made by `fit` from the training texts alone."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        vocabulary: Vocabulary,
        further: Sequence[str],
        characters: Characters | None,
        pairs: WordPairs | None = None,
    ) -> None:
        """`further`: words that only the vectors have; their numbers follow those of the vocabulary."""
        self.tokenizer = tokenizer
        self.vocabulary = vocabulary
        self.further = tuple(further)
        self.characters = characters
        self.pairs = pairs
        self._further = {form: number for number, form in enumerate(self.further, start=len(vocabulary))}

    @classmethod
    def fit(
        cls,
        table: TextTable,
        settings: ReadingSettings,
        network: EmbeddingSettings,
        vectors: Sequence[Vectors] = (),
        *,
        word_pairs: bool = False,
    ) -> Self:
        """Collect words and n-grams of the training texts, and the further words of `vectors`; pairs of words, too,
        with `word_pairs`.
        """
        tokenizer = Tokenizer.fit(table.texts, settings.tokens)
        forms = tokenizer.forms(table.texts)
        encoder = cls.of_forms(tokenizer, forms, settings, network, vectors)
        encoder.pairs = WordPairs.fit(forms) if word_pairs else None
        return encoder

    @classmethod
    def of_forms(
        cls,
        tokenizer: Tokenizer,
        forms: Sequence[Sequence[str]],
        settings: ReadingSettings,
        network: EmbeddingSettings,
        vectors: Sequence[Vectors] = (),
    ) -> Self:
        """As `fit`, of texts that are cut into `forms` already."""
        vocabulary = Vocabulary.fit(forms, min_count=settings.min_count, largest=settings.largest_vocabulary)
        characters = None
        if network.character_size:
            characters = Characters.fit(vocabulary.forms[UNKNOWN + 1 :], settings.characters)
        known = {form for source in vectors for form in source.forms}
        return cls(tokenizer, vocabulary, sorted(known.difference(vocabulary.forms)), characters)

    def sizes(self, network: EmbeddingSettings, vectors_size: int | None) -> EmbedSizes:
        """What the embedding has to hold; `vectors_size`: numbers per word of the vectors, None without."""
        from hiddenstate.models.embed import EmbedSizes

        return EmbedSizes(
            words=len(self.vocabulary),
            further=len(self.further),
            size=vectors_size or network.embedding_size,
            grams=len(self.characters) if self.characters else 0,
            gram_size=network.character_size if self.characters else 0,
            from_file=vectors_size is not None,
        )

    def matrix(self, vectors: Sequence[Vectors]) -> tuple[NDArray[np.float32], Coverage]:
        """(words + further, sizes of all vectors) to begin with, and how many words have a vector.

        Several sources stand side by side; a word counts as found where one of them has it.
        """
        parts = []
        best: Coverage | None = None
        for number, source in enumerate(vectors):
            random = generator(0, "vectors", number)  # the same words begin at the same place in every run
            known, coverage = embedding_matrix(self.vocabulary, source, random)
            rows = {form: row for row, form in enumerate(source.forms)}
            further = np.zeros((len(self.further), source.size), dtype=np.float32)
            for place, form in enumerate(self.further):
                if (row := rows.get(form)) is not None:
                    further[place] = source.matrix[row]
            parts.append(np.concatenate([known, further]))
            best = coverage if best is None or coverage.found > best.found else best
        assert best is not None, "called with vectors only"
        return np.concatenate(parts, axis=1), best

    def forms(self, texts: Sequence[str]) -> list[list[str]]:
        """The words of each text as the network sees them."""
        return self.tokenizer.forms(texts)

    def encode(self, forms: Sequence[Sequence[str]]) -> tuple[Ragged, Ragged | None, Ragged | None]:
        """Numbers of the words; with character features also which of the different words each is, and the
        n-grams of these.

        A word that neither training nor the vectors have, not in lower case either, is unknown.
        """
        numbers: dict[str, int] = {}
        places: dict[str, int] = {}
        for text in forms:
            for form in text:
                if form not in places:
                    places[form] = len(places)
                    numbers[form] = self._number(form)
        words = Ragged.of([[numbers[form] for form in text] for text in forms])
        if self.characters is None:
            return words, None, None
        return (
            words,
            Ragged.of([[places[form] for form in text] for text in forms]),
            self.characters.encode(places),
        )

    def numbers(self) -> dict[str, int]:
        """The number of every word that has one."""
        return {
            form: self.vocabulary.number(form) for form in self.vocabulary.forms[UNKNOWN + 1 :]
        } | self._further

    def _number(self, form: str) -> int:
        if form in self.vocabulary:
            return self.vocabulary.number(form)
        lowered = form.lower()
        return self._further.get(form, self._further.get(lowered, self.vocabulary.number(lowered)))

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        return {
            "tokenizer": self.tokenizer.to_dict(),
            "vocabulary": self.vocabulary.to_dict(),
            "further": list(self.further),
            "characters": self.characters.to_dict() if self.characters else None,
            "pairs": self.pairs.to_dict() if self.pairs else None,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], settings: ReadingSettings) -> Self:
        """The inverse of `to_dict`."""
        characters, pairs = values["characters"], values.get("pairs")
        return cls(
            Tokenizer.from_dict(values["tokenizer"], settings.tokens),
            Vocabulary.from_dict(values["vocabulary"]),
            values["further"],
            Characters.from_dict(characters, settings.characters) if characters else None,
            WordPairs.from_dict(pairs) if pairs else None,
        )

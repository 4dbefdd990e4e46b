"""Sentences of two languages as numbers of pieces that both share, and back to text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, final

from hiddenstate.data.ragged import Ragged
from hiddenstate.data.subwords import CONTINUED, Subwords
from hiddenstate.data.tokens import Token
from hiddenstate.data.vocabulary import UNKNOWN, Vocabulary
from hiddenstate.errors import BundleError

BEGIN, END = 2, 3
"""Numbers of the marks that stand before and after every sentence that is written."""
MARKS = ("<begin>", "<end>")
SPACE = "\u2581"
"""Stands for the space before a word, so that pieces can be put together again."""
WORD = re.compile(rf"{SPACE}?[^\W_]+|{SPACE}?[^{SPACE}]|{SPACE}")


@final
class JointPieces:
    """Pieces of words learnt from both sides of the training pairs together; made by `fit` or `from_dict`.

    Spaces belong to the word after them, so that `decode` gives text without any rule of a language:

    >>> pieces = JointPieces.fit(["a dog, a cat"], count=50)
    >>> pieces.decode(pieces.encode(["a cat, a dog"])[0])
    'a cat, a dog'
    """

    def __init__(self, subwords: Subwords, vocabulary: Vocabulary) -> None:
        """Use `fit`."""
        self.subwords = subwords
        self.vocabulary = vocabulary

    @classmethod
    def fit(cls, texts: Sequence[str], *, count: int) -> Self:
        """Learn at most `count` pieces from `texts`. Raises `ExtraError` without the package tokenizers."""
        marked = [_words(_marked(text)) for text in texts]
        subwords = Subwords.fit(([word.form for word in words] for words in marked), count=count)
        cut = [
            [piece.form for piece in subwords.cut(_marked(text), words)]
            for text, words in zip(texts, marked, strict=True)
        ]
        # Every character can stand where training never showed it: at the beginning of a word, and within.
        letters = sorted({letter for text in texts for letter in _marked(text)})
        found = Vocabulary.fit([*cut, [form for letter in letters for form in (letter, CONTINUED + letter)]])
        return cls(subwords, Vocabulary([*MARKS, *found.forms[UNKNOWN + 1 :]]))

    def __len__(self) -> int:
        """Pieces, with padding, unknown and the two marks."""
        return len(self.vocabulary)

    def cut(self, text: str) -> list[str]:
        """The pieces of a text as they are written in it; characters never seen stand for themselves."""
        return [_spelling(piece.form).replace(SPACE, " ") for piece in self._pieces(text)]

    def encode(self, texts: Iterable[str]) -> Ragged:
        """The numbers of the pieces of each text, without marks."""
        return self.vocabulary.encode([[piece.form for piece in self._pieces(text)] for text in texts])

    def unknown(self, text: str) -> list[str]:
        """What stands in `text` and was never seen in training, in its order."""
        return [
            _spelling(piece.form).replace(SPACE, "")
            for piece in self._pieces(text)
            if piece.form not in self.vocabulary
        ]

    def decode(self, numbers: Iterable[int]) -> str:
        """The text behind `numbers`; marks and unknown pieces are left out."""
        forms = self.vocabulary.decode(number for number in numbers if number > END)
        return "".join(map(_spelling, forms)).replace(SPACE, " ").strip()

    def shown(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """Each of `numbers` as it is written, with the space before it."""
        forms = self.vocabulary.forms
        return tuple(_spelling(forms[number]).replace(SPACE, " ") for number in numbers)

    def _pieces(self, text: str) -> list[Token]:
        """Pieces that training has shown; where merging ends at another one, its letters."""
        marked = _marked(text)
        pieces: list[Token] = []
        for piece in self.subwords.cut(marked, _words(marked)):
            pieces += [piece] if piece.form in self.vocabulary else _letters(piece)
        return pieces

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        return {"subwords": self.subwords.to_dict(), "vocabulary": self.vocabulary.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`. Raises `BundleError` for damaged values."""
        try:
            return cls(Subwords.from_dict(values["subwords"]), Vocabulary.from_dict(values["vocabulary"]))
        except (KeyError, TypeError) as error:
            raise BundleError(
                f"encoders.json: expected stored pieces, got damaged ones ({error!r}). Train again."
            ) from None


def _marked(text: str) -> str:
    """The text with one mark before each word that a space parts from the one before."""
    return "".join(SPACE + word for word in text.replace(SPACE, " ").split())


def _words(marked: str) -> list[Token]:
    return [Token(match.group(), match.start(), match.end()) for match in WORD.finditer(marked)]


def _letters(piece: Token) -> list[Token]:
    """The letters of a piece as pieces."""
    inside = piece.form.startswith(CONTINUED)
    return [
        Token((CONTINUED if inside or place else "") + letter, piece.start + place, piece.start + place + 1)
        for place, letter in enumerate(_spelling(piece.form))
    ]


def _spelling(form: str) -> str:
    return form.removeprefix(CONTINUED)

"""Words cut into pieces that are frequent in the training texts, by merging pairs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, final

from hiddenstate.data.tokens import Token
from hiddenstate.errors import BundleError
from hiddenstate.extras import needed

CONTINUED = "##"
"""Before a piece that does not begin its word: "reading" may be cut into "read" and "##ing"."""
UNKNOWN_PIECE = "<unknown>"
PURPOSE = "cutting text into subwords"


@final
class Subwords:
    """The pieces of the training words; made by `fit` or `from_dict`.

    Needs tokenizers (``pip install 'hiddenstate[text]'``); `ExtraError` without it. Its unigram model is not
    offered: it learns other pieces in each run.
    Source: Sennrich et al. (2016), "Neural machine translation of rare words with subword units".
    """

    def __init__(self, cutter: Any) -> None:
        """Use `fit`."""
        self._cutter = cutter

    @classmethod
    def fit(cls, texts: Iterable[Sequence[str]], *, count: int = 8000) -> Self:
        """Learn at most `count` pieces from texts that are cut into words; the same texts, the same pieces."""
        tokenizers = needed("tokenizers", extra="text", purpose=PURPOSE)
        cutter = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token=UNKNOWN_PIECE))
        # Every word counts as often as it stands; a line break parts them, which no word holds.
        cutter.pre_tokenizer = tokenizers.pre_tokenizers.Split("\n", "removed")
        # No mark within the trainer for pieces that go on: with one, equal counts are decided by chance.
        trainer = tokenizers.trainers.BpeTrainer(
            vocab_size=count, special_tokens=[UNKNOWN_PIECE], show_progress=False
        )
        cutter.train_from_iterator(("\n".join(text) for text in texts), trainer)
        return cls(cutter)

    def cut(self, text: str, words: Sequence[Token]) -> list[Token]:
        """The pieces of the `words` of `text`, with their places in it."""
        encoded = self._cutter.encode([word.form for word in words], is_pretokenized=True)
        pieces = []
        for number, (start, stop) in zip(encoded.word_ids, encoded.offsets, strict=True):
            word = words[number]
            places = _places(text[word.start : word.stop], len(word.form))
            form = ("" if start == 0 else CONTINUED) + word.form[start:stop]
            pieces.append(Token(form, word.start + places[start], word.start + places[stop - 1] + 1))
        return pieces

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``: plain JSON."""
        result: dict[str, Any] = json.loads(self._cutter.to_str())
        return result

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`. Raises `BundleError` for damaged values."""
        tokenizers = needed("tokenizers", extra="text", purpose=PURPOSE)
        try:
            return cls(tokenizers.Tokenizer.from_str(json.dumps(dict(values))))
        except Exception as error:  # the library raises nothing more precise
            raise BundleError(
                f"encoders.json: expected stored subwords, got: {error}. Train again."
            ) from None


def _places(spelling: str, length: int) -> Sequence[int]:
    """For each character of the form, `length` in all, where it stands in the user's own spelling.

    >>> _places("\u0130x", 3)  # this letter has two characters in lower case
    [0, 0, 1]
    """
    if len(spelling) == length:
        return range(length)
    return [place for place, character in enumerate(spelling) for _ in character.lower()]

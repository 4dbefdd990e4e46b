"""Texts as batches of tensors: rows of about one length together, so that little of a batch is padding."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hiddenstate.data.pooled_rows import pooled_rows, rows_by_length
from hiddenstate.data.ragged import Ragged
from hiddenstate.errors import InputError
from hiddenstate.seeding import generator


class TextBatch(NamedTuple):
    """B texts of at most T words."""

    words: Tensor
    """(B, T) int64; 0 is padding."""
    lengths: Tensor
    """(B,) int64 words of each text; 0 for an empty one."""
    targets: Tensor
    """(B, levels) int64 class at each level, -1 where unknown; with several labels a text (B, classes) of 0 and 1."""
    rows: Tensor
    """(B,) int64 where each text stands in the table."""
    forms: Tensor | None = None
    """(B, T) int64 which of the batch's different words stands there, for the character features."""
    grams: Tensor | None = None
    """(sum,) int64 character n-grams of the batch's different words, one word after the other."""
    gram_starts: Tensor | None = None
    """(different words,) int64 where each word's n-grams begin in `grams`."""
    casing: Tensor | None = None
    """(B, T) int64 how each word is written, a place in `tagged_table.CASINGS`; 0 in padding."""
    tags: Tensor | None = None
    """(B, T) int64 tag of each word; -1 in padding and where it is unknown."""
    pairs: Tensor | None = None
    """(B, T) int64 the pair that each word makes with the one before; 0 in padding and where it is unseen."""


@dataclass(frozen=True, eq=False)
class EncodedTexts:
    """A table as numbers; the arrays may be memory-mapped."""

    words: Ragged
    """Numbers of the words as the embedding knows them (n texts)."""
    targets: NDArray[np.int64]
    """(n, levels) or (n, classes), as in `TextBatch`."""
    forms: Ragged | None = None
    """Numbers of the words among all different words of this table, unknown ones included."""
    form_grams: Ragged | None = None
    """The character n-grams of each of these different words."""
    casing: Ragged | None = None
    """How each word is written."""
    tags: Ragged | None = None
    """The tag of each word, -1 where it is unknown."""
    pairs: Ragged | None = None
    """The pair that each word makes with the one before it."""


@final
class TextBatches:
    """Batches of texts, in another order in each epoch; the order depends on seed and epoch alone.

    Raises `InputError` where there is no text at all.
    """

    def __init__(self, encoded: EncodedTexts, *, batch_size: int, seed: int | None = None) -> None:
        """`seed` is the run's; ``None``: all texts by length, for prediction."""
        if not len(encoded.words):
            raise InputError("expected at least one text, got none. Give some.")
        self.encoded = encoded
        self.batch_size = batch_size
        self.seed = seed

    def __len__(self) -> int:
        return -(-len(self.encoded.words) // self.batch_size)

    def epoch(self, number: int) -> Iterator[TextBatch]:
        """The batches of one epoch, counted from 1."""
        for rows in self._rows(number):
            yield self._batch(rows)

    def _rows(self, number: int) -> list[NDArray[np.int64]]:
        """The rows of each batch."""
        lengths = self.encoded.words.lengths
        if self.seed is None:
            return rows_by_length(lengths, self.batch_size)
        return pooled_rows(lengths, self.batch_size, generator(self.seed, "shuffle", number))

    def _batch(self, rows: NDArray[np.int64]) -> TextBatch:
        part = self.encoded.words.take(rows)
        batch = TextBatch(
            words=_tensor(part.padded()),
            lengths=_tensor(part.lengths),
            targets=_tensor(self.encoded.targets[rows]),
            rows=_tensor(rows),
            casing=_padded(self.encoded.casing, rows),
            tags=_padded(self.encoded.tags, rows, fill=-1),
            pairs=_padded(self.encoded.pairs, rows),
        )
        if self.encoded.forms is None or self.encoded.form_grams is None:
            return batch
        forms = self.encoded.forms.take(rows)
        # Each different word's features are computed once per batch, however often it stands there.
        different, places = np.unique(forms.values, return_inverse=True)
        grams = self.encoded.form_grams.take(different.astype(np.int64))
        return batch._replace(
            forms=_tensor(Ragged(places.astype(np.int32), forms.offsets).padded()),
            grams=_tensor(grams.values),
            gram_starts=_tensor(grams.offsets[:-1]),
        )


def _padded(column: Ragged | None, rows: NDArray[np.int64], fill: int = 0) -> Tensor | None:
    return None if column is None else _tensor(column.take(rows).padded(fill))


def _tensor(array: NDArray[np.int64] | NDArray[np.int32]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array, dtype=np.int64))

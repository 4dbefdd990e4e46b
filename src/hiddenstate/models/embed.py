"""Words to vectors: learnt, or taken from a file; beside them, features of their letters."""

from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.data.text_batches import TextBatch
from hiddenstate.data.vocabulary import PADDING, UNKNOWN
from hiddenstate.errors import ShapeError
from hiddenstate.layers import Repeated
from hiddenstate.layers.dropout import check_share


@dataclass(frozen=True)
class EmbedSizes:
    """How much there is to embed."""

    words: int
    """Words of the training text, padding and unknown included."""
    further: int = 0
    """Words that only the vectors file has: their vectors stay as they are."""
    size: int = 100
    """Numbers of a word vector."""
    grams: int = 0
    """Different character n-grams."""
    gram_size: int = 0
    """Numbers of a word's character features; 0: none."""
    from_file: bool = False
    """Whether the word vectors were read from a file."""


@final
class Embed(nn.Module):
    """A vector for each word, beside it the mean of its character n-grams' vectors.

    `matrix`: (words + further, size) vectors to begin with; without one they are drawn. Rows of further
    words, and all rows with ``fine_tune=False``, are never changed. In training each word is taken for the
    unknown one with probability `word_dropout`: so that one learns to mean something, and no answer hangs
    on a single word. Its character features stay.

    Raises `ShapeError` for a matrix of another shape.
    """

    label = "Embedding"

    def __init__(
        self,
        sizes: EmbedSizes,
        *,
        matrix: NDArray[np.float32] | None = None,
        fine_tune: bool = True,
        word_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        check_share("word_dropout", word_dropout)
        shape = (sizes.words + sizes.further, sizes.size)
        if matrix is not None and matrix.shape != shape:
            raise ShapeError(f"matrix: expected shape {shape}, got {matrix.shape}. One row for each word.")
        self.sizes = sizes
        self.sparse_gradients = False
        """Whether the tables' gradients name only the rows that were read; set by the row-wise optimiser."""
        self.word_dropout = word_dropout
        if matrix is None:
            table = torch.randn(shape) * 0.1
            table[PADDING] = 0.0
        else:
            table = torch.from_numpy(matrix)
        # A copy of what training changes; the further words' rows are shared by all members.
        self.table = nn.Parameter(table[: sizes.words].clone(), requires_grad=fine_tune)
        self.further = nn.Parameter(table[sizes.words :], requires_grad=False) if sizes.further else None
        self.gram_table: nn.Parameter | None = None
        if sizes.gram_size and sizes.grams:
            self.gram_table = nn.Parameter(torch.randn(sizes.grams, sizes.gram_size) * 0.1)

    @property
    def output_size(self) -> int:
        """Features of each word."""
        return self.sizes.size + (self.sizes.gram_size if self.gram_table is not None else 0)

    def forward(self, batch: TextBatch) -> Tensor:
        """(B, T, output_size) the words of a batch; padding is zero."""
        return self._vectors(self._drop_words(batch.words), batch.forms, batch)

    def distinct(self, batch: TextBatch) -> Repeated:
        """The same as `forward`, with each different word once: a text repeats half of its words."""
        words, forms = self._drop_words(batch.words), batch.forms
        if forms is None:
            different, places = torch.unique(words, return_inverse=True)
            return Repeated(self._vectors(different, None, batch), places)
        most = int(forms.max()) + 1 if forms.numel() else 1
        pairs, places = torch.unique(words * most + forms, return_inverse=True)
        return Repeated(self._vectors(pairs // most, pairs % most, batch), places)

    def _drop_words(self, words: Tensor) -> Tensor:
        if not (self.training and self.word_dropout):
            return words
        hidden = torch.rand(words.shape) < self.word_dropout
        return words.masked_fill(hidden & (words != PADDING), UNKNOWN)

    def _vectors(self, words: Tensor, forms: Tensor | None, batch: TextBatch) -> Tensor:
        """(..., output_size) for words and forms of one shape (...)."""
        vectors = self._look_up(words)  # (..., size)
        if self.gram_table is None or forms is None or batch.grams is None:
            return vectors
        features = nn.functional.embedding_bag(
            batch.grams, self.gram_table, batch.gram_starts, mode="mean", sparse=self.sparse_gradients
        )  # (different forms, gram_size); zero for a word without a known n-gram
        return torch.cat([vectors, features[forms]], dim=-1)  # (..., size + gram_size)

    def _look_up(self, words: Tensor) -> Tensor:
        if self.further is None:
            return nn.functional.embedding(
                words, self.table, padding_idx=PADDING, sparse=self.sparse_gradients
            )
        beyond = words >= self.sizes.words
        vectors = nn.functional.embedding(
            words.masked_fill(beyond, PADDING), self.table, padding_idx=PADDING, sparse=self.sparse_gradients
        )
        if not bool(beyond.any()):
            return vectors
        places = (words - self.sizes.words).clamp(min=0)
        return torch.where(beyond.unsqueeze(-1), self.further[places], vectors)

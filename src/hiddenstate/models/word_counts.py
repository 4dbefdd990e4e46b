"""A linear answer from the words and pairs of a text, whatever their order: what a bag of words knows."""

from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor, nn

from hiddenstate.data.vocabulary import UNKNOWN
from hiddenstate.layers import valid_steps

SCALE = 10.0
"""What the mean over the words is multiplied with: about the words of a sentence, so that one word can decide."""


@final
class WordCounts(nn.Module):
    """Logits of every level: the mean over the words of a weight for each word and for each pair, and a bias.

    `words`, `pairs`: how many there are of each, the unknown ones included.
    Source: Cheng et al. (2016), "Wide & deep learning"; Wang & Manning (2012), "Baselines and bigrams".
    """

    label = "Words and pairs, linear"

    def __init__(self, words: int, pairs: int, classes: Sequence[int]) -> None:
        super().__init__()
        self.classes = tuple(classes)
        self.sparse_gradients = False
        """Whether the tables' gradients name only the rows that were read; set by the row-wise optimiser."""
        total = sum(classes)
        self.table = nn.Parameter(torch.zeros(words, total))
        self.pair_table = nn.Parameter(torch.zeros(pairs, total))
        self.bias = nn.Parameter(torch.zeros(total))

    def forward(self, words: Tensor, pairs: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        """words, pairs (B, T), lengths (B,) -> (B, classes) for each level.

        Words that only a vectors file has are unknown here.
        """
        alone, together = self._weights(words, pairs)
        weights = alone + together  # (B, T, total)
        real = valid_steps(lengths, words.shape[1]).unsqueeze(-1)
        mean = weights.masked_fill(~real, 0.0).sum(1) / lengths.clamp(min=1).unsqueeze(-1)
        return torch.split(SCALE * mean + self.bias, list(self.classes), dim=-1)

    def shares(self, words: Tensor, pairs: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """What each word, and each pair, adds to the finest level's logits: two of (B, T, classes).

        Summed over all of both, with the bias, they are the logits.
        """
        scale = SCALE / lengths.clamp(min=1).view(-1, 1, 1)
        real = valid_steps(lengths, words.shape[1]).unsqueeze(-1)
        alone, together = (
            scale * weights.masked_fill(~real, 0.0)[..., -self.classes[-1] :]
            for weights in self._weights(words, pairs)
        )
        return alone, together

    def _weights(self, words: Tensor, pairs: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T, total) of the words and of the pairs."""
        seen = words.masked_fill(words >= len(self.table), UNKNOWN)
        return self._look_up(seen, self.table), self._look_up(pairs, self.pair_table)

    def _look_up(self, numbers: Tensor, table: Tensor) -> Tensor:
        return nn.functional.embedding(numbers, table, sparse=self.sparse_gradients)

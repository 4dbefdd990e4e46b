"""Attention with queries: a decoder asks, the encoder's steps answer."""

from typing import final

from torch import Tensor, nn

from hiddenstate.attention.attend import Attended, attend, clear_padding
from hiddenstate.attention.scores import Score
from hiddenstate.errors import SettingsError


@final
class Attention(nn.Module):
    """Look up, for each query, the steps of a sequence that fit it.

    `score` is any score that takes queries (additive, dot, general). Raises `SettingsError` for one that
    takes none.

    >>> import torch
    >>> from hiddenstate.attention import GeneralScore
    >>> attention = Attention(GeneralScore(key_size=8, query_size=6))
    >>> context, weights = attention(torch.randn(2, 10, 8), torch.randn(2, 3, 6))
    >>> context.shape, weights.shape
    (torch.Size([2, 3, 8]), torch.Size([2, 3, 10]))
    """

    def __init__(self, score: Score) -> None:
        super().__init__()
        if score.query_size is None:
            raise SettingsError(
                f"score: expected one that takes queries, got {score.label.lower()}. Use AttentionPool for it."
            )
        self.score = score

    @property
    def label(self) -> str:
        """Name in tables."""
        return f"{self.score.label} attention"

    def forward(self, keys: Tensor, queries: Tensor, mask: Tensor | None = None) -> Attended:
        """Look at keys (batch, time, key) with queries (batch, queries, query).

        mask: (batch, time), true where a step is valid; None where all are.
        Returns contexts (batch, queries, key) and weights (batch, queries, time).
        """
        keys = clear_padding(keys, mask)
        return attend(self.score(keys, queries), keys, mask)

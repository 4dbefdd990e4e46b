"""How well a query fits each step: the four scores, and their table `SCORES`."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, final

import torch
from torch import Tensor, nn

from hiddenstate.errors import SettingsError, ShapeError


class Score(nn.Module, ABC):
    """How much each query should look at each key: a number for each pair, higher is more."""

    label: ClassVar[str]
    """Name in tables, before the word "attention"."""

    def __init__(self, key_size: int, query_size: int | None) -> None:
        super().__init__()
        for name, size in (("key_size", key_size), ("query_size", query_size)):
            if size is not None and size < 1:
                raise SettingsError(f"{name}: expected at least 1, got {size}. Give a positive whole number.")
        self.key_size = key_size
        self.query_size = query_size
        """Features of a query; None where the score asks none."""

    @abstractmethod
    def forward(self, keys: Tensor, queries: Tensor | None = None) -> Tensor:
        """Scores (batch, queries, time) of keys (batch, time, key_size) for queries (batch, queries, query_size)."""

    def _checked(self, keys: Tensor, queries: Tensor | None) -> Tensor:
        """The queries, after a look at both shapes."""
        if keys.ndim != 3 or keys.shape[2] != self.key_size:
            raise ShapeError(
                f"keys: expected shape (batch, time, {self.key_size}), got {tuple(keys.shape)}. "
                "Put the features on the last axis."
            )
        if queries is None or queries.ndim != 3 or queries.shape[2] != self.query_size:
            got = "none" if queries is None else str(tuple(queries.shape))
            raise ShapeError(
                f"queries: expected shape (batch, queries, {self.query_size}), got {got}. "
                "For a single query, unsqueeze(1)."
            )
        return queries


@final
class AdditiveScore(Score):
    """e = v · tanh(W q + U k), for a query q and a key k of any sizes.

    Source: Bahdanau, Cho & Bengio (2015), "Neural machine translation by jointly learning to align and
    translate", appendix A.1.2.
    """

    label = "Additive"

    def __init__(self, key_size: int, query_size: int, *, hidden_size: int | None = None) -> None:
        super().__init__(key_size, query_size)
        hidden_size = key_size if hidden_size is None else hidden_size
        if hidden_size < 1:
            raise SettingsError(
                f"hidden_size: expected at least 1, got {hidden_size}. Leave it out for key_size."
            )
        self.W = nn.Parameter(torch.empty(hidden_size, query_size))
        self.U = nn.Parameter(torch.empty(hidden_size, key_size))
        self.v = nn.Parameter(torch.empty(hidden_size))
        nn.init.xavier_uniform_(self.W)
        nn.init.xavier_uniform_(self.U)
        nn.init.uniform_(self.v, -1 / math.sqrt(hidden_size), 1 / math.sqrt(hidden_size))

    def forward(self, keys: Tensor, queries: Tensor | None = None) -> Tensor:
        """Scores (batch, queries, time) of keys (batch, time, key) for queries (batch, queries, query)."""
        queries = self._checked(keys, queries)
        W_q = (queries @ self.W.T).unsqueeze(2)  # (batch, queries, 1, hidden)
        U_k = (keys @ self.U.T).unsqueeze(1)  # (batch, 1, time, hidden)
        return torch.tanh(W_q + U_k) @ self.v  # (batch, queries, time)


@final
class DotScore(Score):
    """e = q · k / √n, for a query and a key of one size n; no parameters.

    `scaled=False` leaves out √n: the score of Luong, Pham & Manning (2015), eq. 8. The scale keeps the softmax
    from saturating when n is large: Vaswani et al. (2017), "Attention is all you need", section 3.2.1.
    """

    label = "Dot"

    def __init__(self, key_size: int, query_size: int, *, scaled: bool = True) -> None:
        super().__init__(key_size, query_size)
        if query_size != key_size:
            raise SettingsError(
                f"dot score: expected queries and keys of one size, got {query_size} and {key_size}. "
                "Use the general score."
            )
        self.scale = 1 / math.sqrt(key_size) if scaled else 1.0

    def forward(self, keys: Tensor, queries: Tensor | None = None) -> Tensor:
        """Scores (batch, queries, time) of keys (batch, time, key) for queries (batch, queries, key)."""
        queries = self._checked(keys, queries)
        return queries @ keys.transpose(1, 2) * self.scale  # (batch, queries, time)


@final
class GeneralScore(Score):
    """e = q · W k, for a query q and a key k of any sizes.

    Source: Luong, Pham & Manning (2015), "Effective approaches to attention-based neural machine
    translation", eq. 8.
    """

    label = "General"

    def __init__(self, key_size: int, query_size: int) -> None:
        super().__init__(key_size, query_size)
        self.W = nn.Parameter(torch.empty(query_size, key_size))
        nn.init.xavier_uniform_(self.W)

    def forward(self, keys: Tensor, queries: Tensor | None = None) -> Tensor:
        """Scores (batch, queries, time) of keys (batch, time, key) for queries (batch, queries, query)."""
        queries = self._checked(keys, queries)
        return (queries @ self.W) @ keys.transpose(1, 2)  # (batch, queries, time)


@final
class PerStepScore(Score):
    """e_t = tanh(w · k_t + b_t): one weight per feature, one bias per step, and no query.

    b_t lets it prefer a place in the sequence whatever stands there, so it is for sequences of a known
    greatest length, `time_steps`. 32 features over 10 steps take 32 + 10 = 42 parameters.

    >>> score = PerStepScore(key_size=32, time_steps=10)
    >>> score(torch.zeros(2, 10, 32)).shape
    torch.Size([2, 1, 10])
    """

    label = "Per-step"

    def __init__(self, key_size: int, time_steps: int) -> None:
        super().__init__(key_size, query_size=None)
        if time_steps < 1:
            raise SettingsError(
                f"time_steps: expected at least 1, got {time_steps}. Give the longest length."
            )
        self.time_steps = time_steps
        self.w = nn.Parameter(torch.empty(key_size))
        self.b = nn.Parameter(torch.zeros(time_steps))
        nn.init.xavier_uniform_(self.w.detach().unsqueeze(0))

    def forward(self, keys: Tensor, queries: Tensor | None = None) -> Tensor:
        """Scores (batch, 1, time) of keys (batch, time, key); raises `ShapeError` beyond `time_steps`."""
        if queries is not None:
            raise ShapeError(
                "per-step score: expected no queries, got some. Use the additive score for these."
            )
        if keys.ndim != 3 or keys.shape[2] != self.key_size or keys.shape[1] > self.time_steps:
            raise ShapeError(
                f"keys: expected shape (batch, up to {self.time_steps} steps, {self.key_size}), "
                f"got {tuple(keys.shape)}. Shorten the sequence or build the score with more time_steps."
            )
        return torch.tanh(keys @ self.w + self.b[: keys.shape[1]]).unsqueeze(1)  # (batch, 1, time)


SCORES: dict[str, Callable[[int, int], Score]] = {
    "additive": AdditiveScore,  # (key_size, query_size)
    "dot": DotScore,  # (key_size, query_size)
    "general": GeneralScore,  # (key_size, query_size)
    "per_step": PerStepScore,  # (key_size, time_steps)
}

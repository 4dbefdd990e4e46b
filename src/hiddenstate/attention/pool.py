"""From all steps of a sequence to one vector: attention without a query, last step, mean, maximum."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple, final

import torch
from torch import Tensor, nn

from hiddenstate.attention.attend import Attended, attend, check_mask, clear_padding
from hiddenstate.attention.scores import AdditiveScore, DotScore, GeneralScore, PerStepScore, Score
from hiddenstate.errors import SettingsError


class Pool(nn.Module, ABC):
    """One vector from a sequence, and the share of it that comes from each step."""

    @property
    @abstractmethod
    def label(self) -> str:
        """Name in tables."""

    @abstractmethod
    def forward(self, values: Tensor, mask: Tensor | None = None) -> Attended:
        """Context (batch, feature) and weights (batch, time) of values (batch, time, feature).

        mask: (batch, time), true where a step is valid, None where all are; valid steps come first. A row
        with nothing valid gives zeros.
        """


@final
class AttentionPool(Pool):
    """Attention that asks one learned question of every sequence, or none where the score takes none.

    Source: Yang et al. (2016), "Hierarchical attention networks for document classification", section 2.2.

    >>> pool = AttentionPool(PerStepScore(key_size=32, time_steps=10))
    >>> context, weights = pool(torch.randn(2, 10, 32))
    >>> context.shape, weights.shape
    (torch.Size([2, 32]), torch.Size([2, 10]))
    """

    def __init__(self, score: Score) -> None:
        super().__init__()
        self.score = score
        self.query: nn.Parameter | None = None
        if score.query_size is not None:
            bound = 1 / math.sqrt(score.query_size)
            self.query = nn.Parameter(torch.empty(score.query_size).uniform_(-bound, bound))

    @property
    def label(self) -> str:
        """Name in tables."""
        return f"{self.score.label} attention"

    def forward(self, values: Tensor, mask: Tensor | None = None) -> Attended:
        """Context (batch, feature) and weights (batch, time) of values (batch, time, feature)."""
        values = clear_padding(values, mask)
        queries = None if self.query is None else self.query.view(1, 1, -1)  # one question for all rows
        context, weights = attend(self.score(values, queries), values, mask)
        return Attended(context.squeeze(1), weights.squeeze(1))


@final
class LastStep(Pool):
    """What the network knows after each sequence's last step.

    The last `backward_size` features are those of a direction that reads backwards: its last step is the
    sequence's first one.
    """

    label = "Last step"

    def __init__(self, backward_size: int = 0) -> None:
        super().__init__()
        self.backward_size = backward_size

    def forward(self, values: Tensor, mask: Tensor | None = None) -> Attended:
        """Context (batch, feature) and weights (batch, time) of values (batch, time, feature)."""
        values = clear_padding(values, mask)
        mask = _mask_or_all(values, mask)
        time_steps, feature_size = values.shape[1:]
        ahead_size = feature_size - self.backward_size
        # (batch, time): one at the last valid step, or at the first, zero elsewhere and in empty rows
        is_last = mask & (torch.arange(1, time_steps + 1, device=values.device) == mask.sum(1, keepdim=True))
        is_first = mask & (torch.arange(time_steps, device=values.device) == 0)
        ahead = (values[..., :ahead_size] * is_last.unsqueeze(-1)).sum(1)
        back = (values[..., ahead_size:] * is_first.unsqueeze(-1)).sum(1)
        weights = (ahead_size * is_last.to(values) + self.backward_size * is_first) / feature_size
        return Attended(torch.cat([ahead, back], dim=-1), weights)


@final
class MeanOverTime(Pool):
    """The mean of all valid steps."""

    label = "Mean over time"

    def forward(self, values: Tensor, mask: Tensor | None = None) -> Attended:
        """Context (batch, feature) and weights (batch, time) of values (batch, time, feature)."""
        values = clear_padding(values, mask)
        mask = _mask_or_all(values, mask)
        weights = mask.to(values) / mask.sum(1, keepdim=True).clamp(min=1)  # (batch, time)
        context = (weights.unsqueeze(1) @ values).squeeze(1)  # (batch, feature)
        return Attended(context, weights)


@final
class MaxOverTime(Pool):
    """The greatest value of each feature; a step's weight is the share of features that are greatest there."""

    label = "Max over time"

    def forward(self, values: Tensor, mask: Tensor | None = None) -> Attended:
        """Context (batch, feature) and weights (batch, time) of values (batch, time, feature)."""
        mask = _mask_or_all(values, mask)
        check_mask(values, mask)
        if values.shape[1] == 0:
            return Attended(values.new_zeros(values.shape[::2]), values.new_zeros(values.shape[:2]))
        some_valid = mask.any(dim=1, keepdim=True)  # (batch, 1)
        candidates = values.masked_fill(~mask.unsqueeze(-1), -torch.inf)
        greatest, at_step = candidates.max(dim=1)  # (batch, feature) each
        context = greatest.masked_fill(~some_valid, 0.0)
        share = torch.ones_like(context) / values.shape[2] * some_valid
        weights = values.new_zeros(values.shape[:2]).scatter_add(1, at_step, share)
        return Attended(context, weights)


def _mask_or_all(values: Tensor, mask: Tensor | None) -> Tensor:
    return torch.ones(values.shape[:2], dtype=torch.bool, device=values.device) if mask is None else mask


class PoolSizes(NamedTuple):
    """What a model knows when it builds a pool by name."""

    features: int
    """Features of each step."""
    backward: int = 0
    """How many of them, at the end, were read backwards."""
    time_steps: int | None = None
    """The longest sequence; needed for per-step attention only."""


def _per_step(sizes: PoolSizes) -> Pool:
    if sizes.time_steps is None:
        raise SettingsError(
            "time_steps: expected the longest length for per-step attention, got none. "
            "Set it, or use additive attention."
        )
    return AttentionPool(PerStepScore(sizes.features, sizes.time_steps))


POOLS: dict[str, Callable[[PoolSizes], Pool]] = {
    "last": lambda sizes: LastStep(sizes.backward),
    "mean": lambda sizes: MeanOverTime(),
    "max": lambda sizes: MaxOverTime(),
    "additive": lambda sizes: AttentionPool(AdditiveScore(sizes.features, sizes.features)),
    "dot": lambda sizes: AttentionPool(DotScore(sizes.features, sizes.features)),
    "general": lambda sizes: AttentionPool(GeneralScore(sizes.features, sizes.features)),
    "per_step": _per_step,
}

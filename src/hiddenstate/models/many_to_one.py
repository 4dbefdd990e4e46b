"""One answer from a whole sequence: recurrent layers, a pool over time, a linear head."""

from typing import NamedTuple, final

from torch import Tensor, nn

from hiddenstate.attention import POOLS, PoolSizes
from hiddenstate.choices import choose
from hiddenstate.errors import SettingsError
from hiddenstate.layers import Stacked, valid_steps


class Answer(NamedTuple):
    """One answer for each sequence, and where it comes from."""

    values: Tensor
    """(batch, output) numbers or logits."""
    weights: Tensor
    """(batch, time) share of the pooled vector that comes from each step; 0 past a row's length."""


@final
class ManyToOne(nn.Module):
    """Read a sequence with recurrent layers, pool all their steps, answer with a linear layer.

    `pool` is a name in `attention.POOLS`: "last", "mean", "max", or a kind of attention ("additive", "dot",
    "general", "per_step"). Per-step attention needs `time_steps`, the longest length.

    Raises `SettingsError` for an unknown pool or an `output_size` below 1.

    >>> import torch
    >>> recurrent = Stacked("lstm", 64, hidden_size=32)
    >>> model = ManyToOne(recurrent, pool="per_step", time_steps=10, output_size=1)
    >>> answer = model(torch.randn(2, 10, 64))
    >>> answer.values.shape, answer.weights.shape
    (torch.Size([2, 1]), torch.Size([2, 10]))
    """

    def __init__(
        self, recurrent: Stacked, *, pool: str, output_size: int, time_steps: int | None = None
    ) -> None:
        super().__init__()
        if output_size < 1:
            raise SettingsError(
                f"output_size: expected at least 1, got {output_size}. Give what is to be answered."
            )
        features = recurrent.output_size
        backward = features // 2 if recurrent.bidirectional else 0
        self.recurrent = recurrent
        self.pool = choose(POOLS, pool, "pool")(PoolSizes(features, backward, time_steps))
        self.head = nn.Linear(features, output_size)

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Answer:
        """Answer for each row of x (batch, time, input); lengths: (batch,) real steps, None for all."""
        outputs, _ = self.recurrent(x, lengths)  # (batch, time, feature)
        mask = None if lengths is None else valid_steps(lengths.to(x.device), x.shape[1])
        context, weights = self.pool(outputs, mask)  # (batch, feature), (batch, time)
        return Answer(self.head(context), weights)

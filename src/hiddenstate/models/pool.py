"""From a text's hidden states to one vector: the pools of `attention`, and two side by side."""

from typing import final

import torch
from torch import Tensor, nn

from hiddenstate.attention import POOLS, Attended, Pool, PoolSizes
from hiddenstate.choices import choose, closest
from hiddenstate.errors import SettingsError

ATTENTIONS = ("additive", "dot", "general")
TEXT_POOLS = ("last", "mean", "max", "attention", "max+attention")


@final
class SideBySide(nn.Module):
    """Two pools of the same states, one after the other in one vector; the weights are the second's.

    The maximum says whether something was there at all, attention what it was.
    """

    def __init__(self, first: Pool, second: Pool) -> None:
        super().__init__()
        self.first = first
        self.second = second

    @property
    def label(self) -> str:
        """Name in tables."""
        return f"{self.first.label} + {self.second.label}"

    def forward(self, values: Tensor, mask: Tensor | None = None) -> Attended:
        """Context (batch, 2 · feature) and weights (batch, time) of values (batch, time, feature)."""
        first, second = self.first(values, mask), self.second(values, mask)
        return Attended(torch.cat([first.context, second.context], dim=-1), second.weights)


def build_pool(name: str, attention: str, sizes: PoolSizes) -> tuple[nn.Module, int]:
    """The pool called `name`, one of `TEXT_POOLS`, and how many features it gives.

    `attention` is the score that "attention" takes, one of `ATTENTIONS`.
    Raises `SettingsError` for an unknown name.
    """
    if name not in TEXT_POOLS:
        raise SettingsError(f'pool: expected a known pool, got "{name}". {closest(name, TEXT_POOLS)}')
    if attention not in ATTENTIONS:
        raise SettingsError(
            f'attention: expected a known score, got "{attention}". {closest(attention, ATTENTIONS)}'
        )
    pools = [attention if part == "attention" else part for part in name.split("+")]
    built = [choose(POOLS, part, "pool")(sizes) for part in pools]
    if len(built) == 1:
        return built[0], sizes.features
    return SideBySide(*built), 2 * sizes.features

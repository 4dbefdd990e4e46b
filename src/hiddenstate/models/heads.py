"""One linear answer for each level of the labels."""

from collections.abc import Sequence
from typing import final

from torch import Tensor, nn

from hiddenstate.errors import SettingsError


@final
class Heads(nn.Module):
    """Logits of every level from the same features: coarse and fine classes share all that is below.

    >>> import torch
    >>> heads = Heads(8, [6, 50])
    >>> [tuple(logits.shape) for logits in heads(torch.zeros(3, 8))]
    [(3, 6), (3, 50)]
    """

    label = "Heads"

    def __init__(self, features: int, classes: Sequence[int]) -> None:
        super().__init__()
        if not classes or min(classes) < 1:
            raise SettingsError(
                f"classes: expected at least one class at each level, got {list(classes)}. Check the labels."
            )
        self.levels = nn.ModuleList(nn.Linear(features, count) for count in classes)

    def forward(self, features: Tensor) -> tuple[Tensor, ...]:
        """(batch, features) -> (batch, classes) for each level."""
        return tuple(level(features) for level in self.levels)

"""Variational dropout: one mask per sequence, the same at every step."""

from dataclasses import dataclass, fields
from typing import final

import torch
from torch import Tensor, nn

from hiddenstate.errors import SettingsError
from hiddenstate.layers.repeated import Repeated


def check_share(name: str, share: float) -> None:
    """Raise `SettingsError` unless 0 <= share < 1; at 1 nothing would be left."""
    if not 0.0 <= share < 1.0:
        raise SettingsError(f"{name}: expected a share from 0 to below 1, got {share}. Use 0 for no dropout.")


@dataclass(frozen=True)
class DropoutSettings:
    """Share of units dropped in training, in [0, 1), at each of the three places in a stack of layers; and zoneout.

    Sources: Gal & Ghahramani (2016), "A theoretically grounded application of dropout in recurrent neural
    networks"; Krueger et al. (2017), "Zoneout".
    """

    inputs: float = 0.0
    """Of the features that enter the first layer."""
    between_layers: float = 0.0
    """Of what a layer hands to the next; a single layer has none to hand it to."""
    recurrent: float = 0.0
    """Of the hidden state as the gates see it at the next step."""
    zoneout: float = 0.0
    """Of the state: units that keep it for a step, drawn anew at each step; outside training all keep this share."""

    def __post_init__(self) -> None:
        for field in fields(self):
            check_share(field.name, getattr(self, field.name))


NO_DROPOUT = DropoutSettings()


def draw_mask(like: Tensor, share: float) -> Tensor:
    """A mask of the shape of `like`: 0 for a dropped unit, 1 / (1 - share) for a kept one."""
    return torch.empty_like(like).bernoulli_(1 - share).div_(1 - share)


@final
class VariationalDropout(nn.Module):
    """Drop the same features at every step of a sequence; different ones in each sequence and each call.

    Kept features are scaled by 1 / (1 - share), so the mean stays as it is. In eval mode, the identity.
    Source: Gal & Ghahramani (2016).

    >>> dropout = VariationalDropout(0.5)
    >>> dropped = dropout(torch.ones(1, 4, 8)) == 0
    >>> bool((dropped[0, 0] == dropped[0, 3]).all())
    True
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        check_share("dropout", share)
        self.share = share

    def forward(self, x: Tensor | Repeated) -> Tensor | Repeated:
        """x: (batch, time, feature) -> the same shape."""
        if not self.training or self.share == 0.0:
            return x
        x = x.steps() if isinstance(x, Repeated) else x  # the same word is dropped differently in each row
        return x * draw_mask(x[:, :1].detach(), self.share)  # one mask per row: (batch, 1, feature)

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        return f"share={self.share}"

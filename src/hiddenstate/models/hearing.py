"""The network that hears classes: a convolution over frames, recurrent layers, a pool over time, a head."""

from dataclasses import dataclass
from typing import NamedTuple, final

import torch
from torch import Tensor, nn

from hiddenstate.attention import PoolSizes
from hiddenstate.errors import SettingsError
from hiddenstate.layers import DropoutSettings, Stacked, valid_steps
from hiddenstate.layers.dropout import check_share
from hiddenstate.models.pool import build_pool


@dataclass(frozen=True, kw_only=True)
class HearingSettings:
    """The network; section ``[model]`` of ``settings.toml``."""

    cell: str = "gru"
    """One of `CELLS`."""
    hidden_size: int = 64
    """Units of each layer and direction."""
    num_layers: int = 2
    bidirectional: bool = True
    """Each frame is heard with all that comes before and after it; a stream cannot have that."""
    pool: str = "max+attention"
    """One of `TEXT_POOLS`."""
    attention: str = "additive"
    """The score of the pool's attention: "additive", "dot" or "general"."""
    context: int = 5
    """Frames that the convolution looks at."""
    stride: int = 2
    """Frames from one look to the next."""
    filters: int = 64
    """Numbers that the convolution makes of a look."""
    input_dropout: float = 0.1
    """Share of the convolution's outputs dropped in training."""
    between_layers_dropout: float = 0.3
    output_dropout: float = 0.4
    """Share of the pooled features dropped in training."""

    def __post_init__(self) -> None:
        for name in ("hidden_size", "num_layers", "context", "stride", "filters"):
            if getattr(self, name) < 1:
                raise SettingsError(
                    f"model.{name}: expected 1 or more, got {getattr(self, name)}. Correct the value."
                )
        for name in ("input_dropout", "output_dropout"):
            check_share(f"model.{name}", getattr(self, name))


class Heard(NamedTuple):
    """What the network says about B recordings."""

    logits: Tensor
    """(B, classes)"""
    attention: Tensor
    """(B, T) share of the pooled vector that comes from each step; 0 in padding."""


@final
class HearingNetwork(nn.Module):
    """Reads stacked frames (see `data.sound.stacking`) and answers with logits.

    >>> network = HearingNetwork(40, 10, HearingSettings(hidden_size=8))
    >>> heard = network(torch.zeros(3, 7, 5 * 40), torch.tensor([7, 4, 1]))
    >>> heard.logits.shape, heard.attention.shape
    (torch.Size([3, 10]), torch.Size([3, 7]))
    """

    def __init__(self, features: int, classes: int, settings: HearingSettings) -> None:
        """`features`: numbers of one frame."""
        super().__init__()
        self.convolution = nn.Linear(settings.context * features, settings.filters)
        self.input_dropout = nn.Dropout(settings.input_dropout)
        self.recurrent = Stacked(
            settings.cell,
            settings.filters,
            hidden_size=settings.hidden_size,
            num_layers=settings.num_layers,
            bidirectional=settings.bidirectional,
            dropout=DropoutSettings(between_layers=settings.between_layers_dropout),
        )
        size = self.recurrent.output_size
        backward = size // 2 if settings.bidirectional else 0
        self.pool, pooled = build_pool(settings.pool, settings.attention, PoolSizes(size, backward))
        self.output_dropout = nn.Dropout(settings.output_dropout)
        self.head = nn.Linear(pooled, classes)

    def forward(self, frames: Tensor, lengths: Tensor) -> Heard:
        """frames: (B, T, context · features); lengths: (B,)."""
        x = self.input_dropout(torch.relu(self.convolution(frames)))  # (B, T, filters)
        outputs, _ = self.recurrent(x, lengths)  # (B, T, size)
        context, weights = self.pool(outputs, valid_steps(lengths, outputs.shape[1]))  # (B, pooled), (B, T)
        return Heard(self.head(self.output_dropout(context)), weights)

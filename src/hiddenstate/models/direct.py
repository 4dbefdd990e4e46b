"""The direct forecaster: an encoder of the past, and a decoder that sees each future step's own features."""

from dataclasses import dataclass
from typing import Any, cast, final

import torch
from torch import Tensor, nn

from hiddenstate.cells import CELLS
from hiddenstate.cells.forget_bias import DEFAULT_FORGET_BIAS
from hiddenstate.choices import choose
from hiddenstate.errors import SettingsError
from hiddenstate.layers import DropoutSettings, Stacked
from hiddenstate.layers.dropout import check_share
from hiddenstate.models.forecast_windows import ForecastSizes, ForecastWindows


@dataclass(frozen=True)
class DirectSettings:
    """Section ``[direct]`` of ``settings.toml``."""

    cell: str = "gru"
    """One of `CELLS`, of encoder and decoder."""
    hidden_size: int = 64
    """Units of each layer and direction."""
    num_layers: int = 1
    """Layers of the decoder."""
    bidirectional: bool = True
    """The decoder reads the horizon in both directions: what is known of noon helps with 11 o'clock."""
    segment: int | None = None
    """Steps of the past that the encoder takes in at once; ``None``: one season (a day, say)."""
    embedding_size: int = 64
    """Numbers that a segment of the past is condensed to."""
    dropout: float = 0.4
    """Share of units dropped before the head and between encoder and decoder."""
    zoneout: float = 0.0
    """Share of each layer's state that a step leaves as it is. Such a model is not exported."""
    forget_bias: float | None = None
    """Where the bias of the gate that keeps starts; ``None``: 0, as each future step has features of its own
    and there is less to be remembered than in a long sequence. Not for a cell without such a gate."""
    shortcut: bool = True
    """A linear regression per lead step beside the decoder, which then learns what is not linear."""

    def __post_init__(self) -> None:
        for name in ("hidden_size", "num_layers", "embedding_size", "segment"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise SettingsError(f"direct.{name}: expected 1 or more, got {value}. Correct the value.")
        check_share("direct.dropout", self.dropout)
        check_share("direct.zoneout", self.zoneout)


@final
class DirectForecaster(nn.Module):
    """Forecasts every step of the horizon at once, as a correction of the seasonal reference.

    ::

        past segments ── embed ── recurrent encoder ─┐ initial state
        features of each future step ────────────────┴ recurrent decoder ── head ─┐
                                    └── one linear regression per lead step ──────┤
        seasonal reference ───────────────────────────────────────────────────────┴ sum

    The encoder reads whole segments (days) as single steps, so that weeks of half-hours cost a handful
    of recurrent steps. The decoder is never fed its own forecasts: each step sees what is known of it
    beforehand, and errors do not pile up along the horizon.

    Sources: Wen et al. (2017), "A multi-horizon quantile recurrent forecaster", for direct quantiles
    with known covariates per step; Lin et al. (2023), "SegRNN", for reading segments.

    >>> sizes = ForecastSizes(lookback=14, horizon=3, cycle=7, targets=1, past_features=2,
    ...                       future_features=5, levels=3)
    >>> network = DirectForecaster(sizes, DirectSettings(hidden_size=8))
    >>> batch = ForecastWindows(torch.zeros(4, 14, 1), torch.zeros(4, 14, 2), torch.zeros(4, 3, 5),
    ...                         torch.zeros(4, 3, 1), torch.zeros(4, 3, 1))
    >>> network(batch).shape
    torch.Size([4, 3, 1, 3])
    """

    def __init__(self, sizes: ForecastSizes, settings: DirectSettings) -> None:
        super().__init__()
        self.sizes = sizes
        self.segment = min(settings.segment or sizes.cycle, sizes.lookback)
        self.segments = sizes.lookback // self.segment
        hidden = settings.hidden_size
        width = self.segment * (sizes.targets + sizes.past_features)
        self.embed = nn.Sequential(nn.Linear(width, settings.embedding_size), nn.ReLU())
        forget_bias = settings.forget_bias
        if forget_bias is None:
            gated = len(choose(CELLS, settings.cell, "cell").blocks) > 1
            forget_bias = 0.0 if gated else DEFAULT_FORGET_BIAS
        self.encoder = Stacked(
            settings.cell,
            settings.embedding_size,
            hidden_size=hidden,
            dropout=DropoutSettings(zoneout=settings.zoneout),
            forget_bias=forget_bias,
        )
        self.decoder = Stacked(
            settings.cell,
            sizes.future_features,
            hidden_size=hidden,
            num_layers=settings.num_layers,
            bidirectional=settings.bidirectional,
            dropout=DropoutSettings(between_layers=settings.dropout, zoneout=settings.zoneout),
            forget_bias=forget_bias,
        )
        for stack in (self.encoder, self.decoder):
            _start_small(stack, hidden)
        self.directions = 2 if settings.bidirectional else 1
        self.state_parts = len(self._cell_of(self.decoder, 0).initial_state(0))
        parts = settings.num_layers * self.directions * self.state_parts
        self.start = nn.Linear(hidden, parts * hidden)
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Linear(self.decoder.output_size, sizes.targets * sizes.levels)
        self.shortcut = LeadRegression(sizes) if settings.shortcut else None

    def forward(self, windows: ForecastWindows) -> Tensor:
        """(B, H, C, Q) quantiles in scaled units."""
        outputs, _ = self.decoder(
            windows.future_features, state=self._start(windows)
        )  # (B, H, hidden·directions)
        change = self.head(self.dropout(outputs))  # (B, H, C·Q)
        change = change.unflatten(-1, (self.sizes.targets, self.sizes.levels))  # (B, H, C, Q)
        centre = windows.reference  # (B, H, C)
        if self.shortcut is not None:
            centre = centre + self.shortcut(windows.future_features)
        return cast(Tensor, centre.unsqueeze(-1) + change)

    def _start(self, windows: ForecastWindows) -> list[Any]:
        """What the decoder remembers of the past before its first step: one state per layer."""
        # The level is the reference's business: without it, a level never seen in training is no surprise.
        shape = windows.past_targets - windows.past_targets.mean(dim=1, keepdim=True)  # (B, L, C)
        past = torch.cat([shape, windows.past_features], dim=-1)  # (B, L, C + X)
        past = past[:, past.shape[1] - self.segments * self.segment :]  # whole segments, up to the origin
        segments = past.reshape(len(past), self.segments, -1)  # (B, segments, segment·(C + X))
        read, _ = self.encoder(self.embed(segments))  # (B, segments, hidden)
        start = torch.tanh(self.start(self.dropout(read[:, -1])))  # (B, parts·hidden)
        parts = iter(start.chunk(len(self.decoder.layers) * self.directions * self.state_parts, dim=-1))
        states: list[Any] = []
        for _ in self.decoder.layers:
            cell = self._cell_of(self.decoder, 0)
            both = [
                cell.make_state(*(next(parts) for _ in range(self.state_parts)))
                for _ in range(self.directions)
            ]
            states.append(tuple(both) if self.directions == 2 else both[0])
        return states

    @staticmethod
    def _cell_of(stack: Stacked, number: int) -> Any:
        layer: Any = stack.layers[number]
        return layer.forwards.cell if stack.bidirectional else layer.cell


def _start_small(stack: Stacked, hidden_size: int) -> None:
    """Weights uniform within ±1/√hidden, torch's own start, in place of orthogonal ones: what a day does not
    need to carry over is then noise that training has to unlearn. Better in validation.
    """
    bound = hidden_size**-0.5
    for parameter in stack.parameters():
        if parameter.ndim == 2:
            nn.init.uniform_(parameter, -bound, bound)


@final
class LeadRegression(nn.Module):
    """A linear regression of its own for every lead step; it starts at zero.

    Where all origins are at one local time, a lead step is a time of day.
    """

    def __init__(self, sizes: ForecastSizes) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(sizes.horizon, sizes.future_features, sizes.targets))
        self.bias = nn.Parameter(torch.zeros(sizes.horizon, sizes.targets))

    def forward(self, features: Tensor) -> Tensor:
        """features: (B, H, D) -> (B, H, C)."""
        return torch.einsum("bhd,hdc->bhc", features, self.weight) + self.bias

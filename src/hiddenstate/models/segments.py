"""The segment forecaster: reads each target column in segments, and forecasts all segments ahead at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast, final

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from hiddenstate.cells.forget_bias import DEFAULT_FORGET_BIAS
from hiddenstate.choices import choose
from hiddenstate.errors import SettingsError
from hiddenstate.layers import DropoutSettings, Stacked
from hiddenstate.layers.dropout import check_share
from hiddenstate.models.forecast_windows import ForecastSizes, ForecastWindows

SMALLEST_SPREAD = 0.01
"""In scaled units: a look-back that hardly moves is not blown up to noise."""

LEVELS: dict[str, Callable[[Tensor, int], Tensor]] = {
    "last": lambda past, cycle: past[..., -1:],
    "cycle": lambda past, cycle: past[..., -cycle:].mean(dim=-1, keepdim=True),
    "mean": lambda past, cycle: past.mean(dim=-1, keepdim=True),
}
"""(past (..., L), steps in a season) -> (..., 1): the level that a window is measured from."""


@dataclass(frozen=True)
class SegmentSettings:
    """Section ``[segments]`` of ``settings.toml``."""

    cell: str = "gru"
    """One of `CELLS`."""
    hidden_size: int = 128
    """Units of each layer, and numbers that a segment is condensed to."""
    num_layers: int = 1
    """Recurrent layers."""
    segment: int | None = None
    """Steps that are read, and forecast, at once; ``None``: two of the shortest season, 8 where there is none."""
    level: str = "last"
    """One of `LEVELS`: what is subtracted from a window and added to its forecast."""
    rescale: bool = False
    """Divides each window by its own spread, and multiplies its forecast by it."""
    dropout: float = 0.3
    """Share of units dropped before the head and between layers."""
    zoneout: float = 0.0
    """Share of each layer's state that a step leaves as it is. Such a model is not exported."""
    forget_bias: float = DEFAULT_FORGET_BIAS
    """Where the bias of the gate that keeps starts."""
    shortcut: bool = True
    """A linear forecast from the same step of earlier seasons, which the recurrent layers then correct."""

    def __post_init__(self) -> None:
        for name in ("hidden_size", "num_layers", "segment"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise SettingsError(f"segments.{name}: expected 1 or more, got {value}. Correct the value.")
        choose(LEVELS, self.level, "level")
        check_share("segments.dropout", self.dropout)
        check_share("segments.zoneout", self.zoneout)


@final
class SegmentForecaster(nn.Module):
    """Forecasts each target column by itself, with weights that all columns share.

    ::

        past - level ─┬─ segments ── embed ── recurrent layers ── state, once per segment ahead ─┐
                      │        position of that segment + column + its known features ── one step ── head ─┐
                      └─ linear forecast from the same step of earlier seasons ────────────────────────────┤
        level ─────────────────────────────────────────────────────────────────────────────────────────────┴ sum

    Reading segments cuts the recurrent steps from L to L / segment. All segments of the horizon are decoded
    side by side, each by a single step from the encoder's last state, so no forecast is fed on another and
    errors do not pile up. Subtracting the level lets a window at a level never seen before be forecast
    from its shape.

    Where a segment does not divide the look-back, zeros (the level) fill the oldest one up; where it does not
    divide the horizon, the surplus of the last one is cut off.

    Sources: Lin et al. (2023), "SegRNN: Segment recurrent neural network for long-term time series forecasting",
    for segments, the subtracted level and the parallel decoding; Lin et al. (2024), "SparseTSF", for the
    linear forecast; Kim et al. (2022), "Reversible instance normalization", for `rescale`.

    >>> sizes = ForecastSizes(lookback=60, horizon=30, cycle=24, targets=2, past_features=0,
    ...                       future_features=0, levels=3)
    >>> network = SegmentForecaster(sizes, SegmentSettings(hidden_size=8))
    >>> nothing = torch.zeros(4, 60, 0), torch.zeros(4, 30, 0)
    >>> batch = ForecastWindows(torch.zeros(4, 60, 2), *nothing, torch.zeros(4, 30, 2), torch.zeros(4, 30, 2))
    >>> network(batch).shape
    torch.Size([4, 30, 2, 3])
    """

    def __init__(self, sizes: ForecastSizes, settings: SegmentSettings) -> None:
        super().__init__()
        self.sizes, self.settings = sizes, settings
        wanted = settings.segment or (2 * sizes.cycle if sizes.cycle > 1 else 8)
        self.read_steps = min(wanted, sizes.lookback)
        self.write_steps = min(wanted, sizes.horizon)
        self.segments_ahead = -(-sizes.horizon // self.write_steps)
        hidden = settings.hidden_size
        self.embed = nn.Sequential(nn.Linear(self.read_steps * (1 + sizes.past_features), hidden), nn.ReLU())
        self.recurrent = Stacked(
            settings.cell,
            hidden,
            hidden_size=hidden,
            num_layers=settings.num_layers,
            dropout=DropoutSettings(between_layers=settings.dropout, zoneout=settings.zoneout),
            forget_bias=settings.forget_bias,
        )
        self.position = nn.Parameter(0.5 * torch.randn(self.segments_ahead, hidden))
        self.column = nn.Parameter(0.5 * torch.randn(sizes.targets, hidden))
        self.known: nn.Linear | None = None
        if sizes.future_features:
            self.known = nn.Linear(self.write_steps * sizes.future_features, hidden, bias=False)
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Linear(hidden, self.write_steps * sizes.levels)
        self.shortcut = SeasonalRegression(sizes) if settings.shortcut else None

    def forward(self, windows: ForecastWindows) -> Tensor:
        """(B, H, C, Q) quantiles in scaled units."""
        past = windows.past_targets.transpose(1, 2)  # (B, C, L)
        level = LEVELS[self.settings.level](past, self.sizes.cycle)  # (B, C, 1)
        spread = torch.ones_like(level)
        if self.settings.rescale:
            spread = past.std(dim=-1, keepdim=True, correction=0).clamp(min=SMALLEST_SPREAD)
        shape = (past - level) / spread  # (B, C, L)

        states = self._read(shape, windows.past_features)
        ahead = self._write(states, windows.future_features)  # (B, C, H, Q)
        if self.shortcut is not None:
            ahead = ahead + self.shortcut(shape).unsqueeze(-1)
        ahead = ahead * spread.unsqueeze(-1) + level.unsqueeze(-1)
        return ahead.transpose(1, 2)  # (B, H, C, Q)

    def _read(self, shape: Tensor, features: Tensor) -> tuple[Any, ...]:
        """The state of every layer, (B·C, hidden), after the look-back; features: (B, L, X) of the windows."""
        columns = shape.shape[1]
        steps = shape.unsqueeze(-1)  # (B, C, L, 1)
        if self.sizes.past_features:
            shared = features.unsqueeze(1).expand(-1, columns, -1, -1)  # (B, C, L, X)
            steps = torch.cat([steps, shared], dim=-1)
        missing = -steps.shape[2] % self.read_steps
        steps = pad(steps, (0, 0, missing, 0))  # (B, C, segments·segment, 1 + X)
        segments = steps.reshape(shape.shape[0] * columns, -1, self.read_steps * steps.shape[-1])
        _, states = self.recurrent(self.embed(segments))
        return cast(tuple[Any, ...], states)

    def _write(self, states: tuple[Any, ...], features: Tensor) -> Tensor:
        """(B, C, H, Q) what the recurrent layers forecast; features: (B, H, D) known of the steps ahead."""
        sizes, count = self.sizes, self.segments_ahead
        query = self.position + self.column.unsqueeze(1)  # (C, M, hidden) for M segments ahead
        query = query.expand(len(features), -1, -1, -1)  # (B, C, M, hidden)
        if self.known is not None:
            surplus = count * self.write_steps - sizes.horizon
            by_segment = pad(features, (0, 0, 0, surplus)).reshape(
                len(features), 1, count, -1
            )  # (B, 1, M, ·)
            query = query + self.known(by_segment)
        rows = query.reshape(-1, 1, query.shape[-1])  # (B·C·M, 1, hidden)
        started = [tuple(part.repeat_interleave(count, dim=0) for part in state) for state in states]
        outputs, _ = self.recurrent(rows, state=started)
        written: Tensor = self.head(self.dropout(outputs))  # (B·C·M, 1, segment·Q)
        ahead = written.reshape(len(features), sizes.targets, count * self.write_steps, sizes.levels)
        return ahead[:, :, : sizes.horizon]


@final
class SeasonalRegression(nn.Module):
    """A linear forecast of each step from the same step of earlier seasons; it starts at zero.

    One weight for each pair of a season read and a season ahead, whichever the step in the season, so that
    720 hours from 720 need 30 × 30 weights. Before that, each step is joined by a weighted sum of the season
    around it. Without a season (a cycle of 1) it is a linear regression from all steps to all steps.

    Source: Lin et al. (2024), "SparseTSF: Modeling long-term time series forecasting with 1k parameters".
    """

    def __init__(self, sizes: ForecastSizes) -> None:
        super().__init__()
        self.cycle, self.horizon = sizes.cycle, sizes.horizon
        read, ahead = -(-sizes.lookback // sizes.cycle), -(-sizes.horizon // sizes.cycle)
        self.weight = nn.Parameter(torch.zeros(ahead, read))
        self.around: nn.Conv1d | None = None
        if sizes.cycle > 1:
            half = sizes.cycle // 2
            self.around = nn.Conv1d(1, 1, 2 * half + 1, padding=half, bias=False)
            nn.init.zeros_(self.around.weight)

    def forward(self, shape: Tensor) -> Tensor:
        """(B, C, L) windows without their level -> (B, C, H)."""
        rows = shape.flatten(0, 1)  # (B·C, L)
        if self.around is not None:
            rows = rows + self.around(rows.unsqueeze(1)).squeeze(1)
        rows = pad(rows, (-rows.shape[1] % self.cycle, 0))
        seasons = rows.reshape(len(rows), -1, self.cycle)  # (B·C, seasons read, cycle)
        ahead = (self.weight @ seasons).flatten(1)  # (B·C, seasons ahead · cycle)
        return ahead[:, : self.horizon].reshape(*shape.shape[:2], self.horizon)

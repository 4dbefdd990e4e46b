"""What is to be forecast, and how: section ``[task]`` of ``settings.toml``."""

from dataclasses import dataclass
from typing import Literal

from hiddenstate.errors import SettingsError

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


@dataclass(frozen=True)
class ForecastSettings:
    """A forecasting task."""

    horizon: int
    """Steps to forecast."""
    family: Literal["direct", "segments"] = "direct"
    """Which network: see `DirectForecaster` and `SegmentForecaster`."""
    lookback: int | None = None
    """Steps before the origin that the network reads; ``None``: chosen from the seasons."""
    origin: str | None = None
    """Local time at which forecasts are made ("00:00"); ``None``: at any step."""
    levels: tuple[float, ...] = LEVELS
    """Quantile levels, ascending, in (0, 1)."""
    loss: Literal["pinball", "absolute", "squared"] = "pinball"
    """"absolute" and "squared" give a point forecast only."""
    scale: Literal["linear", "log"] = "linear"
    """"log": errors count in proportion to the level; for targets above zero."""
    train_stride: int | None = None
    """Steps between training windows; ``None``: every possible origin."""
    members: int = 1
    """Networks whose quantiles are averaged, each from a seed of its own."""

    def __post_init__(self) -> None:
        for name in ("horizon", "lookback", "train_stride", "members"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise SettingsError(f"{name}: expected 1 or more, got {value}. Correct the value.")
        ascending = all(a < b for a, b in zip(self.levels, self.levels[1:], strict=False))
        if not self.levels or not ascending or not 0.0 < self.levels[0] <= self.levels[-1] < 1.0:
            raise SettingsError(
                f"levels: expected ascending numbers between 0 and 1, got {list(self.levels)}. "
                "An example: [0.1, 0.5, 0.9]."
            )

    @property
    def output_levels(self) -> tuple[float, ...]:
        """The levels that the network gives: one for a point forecast."""
        return self.levels if self.loss == "pinball" else (0.5,)

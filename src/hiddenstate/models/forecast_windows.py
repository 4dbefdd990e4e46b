"""What every forecaster reads: a batch of windows as tensors, and the sizes that a network is built for."""

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor


@dataclass(frozen=True)
class ForecastSizes:
    """The axes of a forecasting network, in steps and columns."""

    lookback: int
    """L: steps before the origin that the network reads."""
    horizon: int
    """H: steps to forecast."""
    cycle: int
    """Steps in the shortest season; 1 where there is none."""
    targets: int
    """C: columns to forecast."""
    past_features: int
    """X: columns known of each step of the look-back, beside the targets."""
    future_features: int
    """D: columns known beforehand of each step of the horizon."""
    levels: int
    """Q: quantile levels (1 for a point forecast)."""


class ForecastWindows(NamedTuple):
    """B windows in scaled units, float32. Nothing but `targets` comes from the origin on, apart from
    what the user declared as known beforehand.
    """

    past_targets: Tensor
    """(B, L, C) complete; the last step is the one before the origin."""
    past_features: Tensor
    """(B, L, X) covariates of the same steps."""
    future_features: Tensor
    """(B, H, D) calendar, known covariates and aligned past targets of each step to forecast."""
    reference: Tensor
    """(B, H, C) what the season alone would say."""
    targets: Tensor
    """(B, H, C) the truth; NaN where unknown."""

"""Which earlier steps a forecast looks back to, chosen from the seasons of the time axis."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.clock import Clock
from hiddenstate.data.panel import Panel
from hiddenstate.errors import InputError
from hiddenstate.tasks.forecast_settings import ForecastSettings

Leads = TypeVar("Leads", int, NDArray[np.int64])
READ_CYCLES = 7
REFERENCE_CYCLES = 4
CLOCK_CHANGE_SECONDS = 2 * 3600


@dataclass(frozen=True)
class Lag:
    """A whole number of seasons back from a step, and further where that would not lie in the past.

    For the lead step h, counted from 0, a lag of m seasons of s steps is s · (m + h // s): the m-th
    earlier season of which the step is known at the origin.

    >>> Lag(season=48, times=1).steps(0), Lag(season=48, times=1).steps(50)
    (48, 96)
    """

    season: int
    """Steps in the season."""
    times: int
    """Seasons back."""

    def steps(self, lead: Leads) -> Leads:
        """Steps back from one lead step or an array of them, counted from 0."""
        return self.season * (self.times + lead // self.season)

    def reach(self, horizon: int) -> int:
        """Steps before the origin that the lag needs for any lead step."""
        return max(self.steps(lead) - lead for lead in range(horizon))


@dataclass(frozen=True)
class LookbackPlan:
    """How far a forecast looks back, and where to."""

    cycle: int
    """Steps in the shortest season; 1 where there is none."""
    lags: tuple[Lag, ...]
    """Past targets that each future step sees."""
    reference: tuple[Lag, ...]
    """Their mean is the seasonal reference; empty: the last value is."""
    read: int
    """L: steps that the network itself reads."""
    rows: int
    """Steps before the origin needed in all."""

    @property
    def known_cycles(self) -> tuple[int, ...]:
        """Seasons over which known covariates are averaged or looked up, in steps."""
        return (self.cycle,) if self.cycle > 1 else ()


def plan_lookback(panel: Panel, settings: ForecastSettings) -> LookbackPlan:
    """Choose lags and look-back for a panel; all series share one step.

    Half of the shortest series at most is spent on looking back: lags that need more are left out.
    Raises `InputError` for series too short for the horizon or the look-back that was asked for.
    """
    clock, shortest = panel.series[0].clock, min(series.observed for series in panel.series)
    horizon = settings.horizon
    affordable = max((shortest - horizon) // 2, 0)
    seasons = [steps for steps in clock.seasons().values() if steps + _margin(clock, steps) <= affordable]
    if settings.family == "segments":
        seasons, cycle = [], min(clock.seasons().values(), default=1)
    else:
        cycle = min(seasons, default=1)
    margin = _margin(clock, cycle)
    fits = [
        Lag(season, times)
        for season in seasons
        for times in range(1, REFERENCE_CYCLES + 1)
        if Lag(season, times).reach(horizon) + margin <= affordable
    ]
    lags = tuple(lag for lag in fits if lag.times <= 2)
    longest = max((lag.season for lag in fits), default=0)
    reference = tuple(lag for lag in fits if lag.season == longest)
    read = settings.lookback or min(READ_CYCLES * cycle if cycle > 1 else max(2 * horizon, 16), affordable)
    rows = max([read, *(lag.reach(horizon) + margin for lag in fits if lag in lags or lag in reference)])
    if read < 1 or rows + horizon > shortest:
        rows = max(rows, 2)
        raise InputError(
            f"{panel.source}: expected at least {rows + horizon} rows per series for a look-back of {rows} "
            f"and a horizon of {horizon} steps, got {shortest}. "
            "Shorten horizon or lookback, or give more data."
        )
    return LookbackPlan(cycle, lags, reference, read, rows)


def _margin(clock: Clock, cycle: int) -> int:
    """Steps by which a change of the clocks can move a lag further back."""
    if clock.timezone == "UTC" or not clock.step_seconds or clock.step_seconds > CLOCK_CHANGE_SECONDS:
        return 0
    return CLOCK_CHANGE_SECONDS // clock.step_seconds + cycle

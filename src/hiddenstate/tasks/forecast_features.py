"""What a forecast knows of each step: windows in scaled units, as NumPy arrays.

Everything is cut from the rows before the origin and from what is known beforehand, so nothing of the
truth can slip in, whatever the lags.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.calendar import features_at
from hiddenstate.data.panel import Panel, Values
from hiddenstate.data.windows import Origins, cut
from hiddenstate.tasks.forecast_plan import Lag, LookbackPlan
from hiddenstate.tasks.forecast_scalers import PanelScalers
from hiddenstate.tasks.forecast_settings import ForecastSettings

Steps = NDArray[np.int64]
DAY_SECONDS = 86_400


class WindowArrays(NamedTuple):
    """The fields of `ForecastWindows`, as NumPy arrays."""

    past_targets: Values
    past_features: Values
    future_features: Values
    reference: Values
    targets: Values


@dataclass(frozen=True, eq=False)
class FeatureBuilder:
    """Cuts and encodes windows as the plan says."""

    plan: LookbackPlan
    scalers: PanelScalers
    horizon: int
    calendar: tuple[str, ...]
    plain: bool
    """Past targets alone: neither calendar, covariates nor lags (the segment forecaster)."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], settings: ForecastSettings) -> Self:
        """Out of what `ForecastTask.to_dict` stores. Raises `KeyError` and the like where something is missing."""
        stored = values["plan"]
        lags, reference = (
            tuple(Lag(season, times) for season, times in stored[part]) for part in ("lags", "reference")
        )
        plan = LookbackPlan(stored["cycle"], lags, reference, stored["read"], stored["rows"])
        scalers = PanelScalers.from_dict(values["scalers"])
        calendar = tuple(values["calendar"])
        return cls(plan, scalers, settings.horizon, calendar, settings.family == "segments")

    def build(self, panel: Panel, origins: Origins) -> WindowArrays:
        """Encode the windows at `origins`."""
        batch = cut(panel, origins, self.plan.rows, self.horizon, ())
        known = np.concatenate([batch.past_known, batch.future_known], axis=1)  # (B, R + H, K)
        scaled = self.scalers.transform(panel, origins, batch.past_targets, known, batch.past_covariates)
        past = _without_hindsight(panel, origins, scaled.targets)  # (B, R, C)
        truth = self.scalers.transform_targets(panel, origins, batch.future_targets)  # (B, H, C)
        read = past[:, -self.plan.read :]  # (B, L, C)
        count, width = len(origins), truth.shape[2]
        if self.plain:
            return WindowArrays(
                read,
                np.zeros((count, self.plan.read, 0), np.float32),
                np.zeros((count, self.horizon, 0), np.float32),
                np.zeros((count, self.horizon, width), np.float32),
                truth,
            )
        reference = self._reference(panel, origins, past)
        future = [
            self._calendar(panel, origins),
            self._lead(count),
            self._lagged_targets(panel, origins, past, reference),
            self._known(panel, origins, scaled.known),
        ]
        # The season is in the past targets themselves: calendar waves there only invited overfitting.
        before = [
            scaled.known[:, self.plan.rows - self.plan.read : self.plan.rows],
            scaled.past[:, -self.plan.read :],
        ]
        return WindowArrays(read, _join(before), _join(future), reference, truth)

    def sources(self, panel: Panel, future_size: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Which column of the user's file each past feature (X) and each future feature (D) comes from.

        "calendar" stands for what the time stamps tell. `future_size` is D; the order is that of `build`.
        """
        if self.plain:
            return (), ()
        targets, known = panel.target_names, panel.known_names
        lagged = len(targets) * (1 + len(self.plan.lags) + (2 if self.plan.reference else 0))
        seasons = sum(lag.times == 1 for lag in self.plan.lags)
        means = 3 + seasons if self.plan.cycle > 1 else 0
        covariates = len(known) * (1 + seasons + means)
        future = ["calendar"] * (future_size - lagged - covariates)
        future += [targets[place % len(targets)] for place in range(lagged)]
        future += [known[place % len(known)] for place in range(covariates)]
        return (*known, *panel.past_names), tuple(future)

    def _calendar(self, panel: Panel, origins: Origins) -> Values:
        """(B, H, F) waves of the calendar and one flag per weekday."""
        steps = origins.position[:, None] + np.arange(self.horizon)  # (B, H)
        parts: list[Values | None] = [None] * len(origins)
        for number in np.unique(origins.series):
            clock = panel.series[number].clock
            rows = np.flatnonzero(origins.series == number)
            times = clock.at(steps[rows])
            features = features_at(clock, times, self.calendar)
            if "day_of_week" in self.calendar and (clock.step_seconds or DAY_SECONDS * 30) <= DAY_SECONDS:
                # 1970-01-01 was a Thursday.
                weekday = (clock.local(times).astype("datetime64[D]").astype(np.int64) + 3) % 7
                features = np.concatenate([features, np.eye(7, dtype=np.float32)[weekday]], axis=-1)
            for place, row in enumerate(rows):
                parts[row] = features[place]
        return np.stack([part for part in parts if part is not None]).astype(np.float32)

    def _lead(self, count: int) -> Values:
        """(B, H, 1) how far ahead a step lies, from -1 to 1."""
        lead = np.linspace(-1.0, 1.0, self.horizon, dtype=np.float32)
        return np.broadcast_to(lead[:, None], (count, self.horizon, 1))

    def _reference(self, panel: Panel, origins: Origins, past: Values) -> Values:
        """(B, H, C) mean of the same step in earlier seasons; the last value where there are none."""
        if not self.plan.reference:
            return np.repeat(past[:, -1:], self.horizon, axis=1)
        earlier = [
            _take(past, self._places(panel, origins, lag, known_ahead=False)) for lag in self.plan.reference
        ]
        return np.asarray(np.mean(earlier, axis=0), dtype=np.float32)

    def _lagged_targets(self, panel: Panel, origins: Origins, past: Values, reference: Values) -> Values:
        """(B, H, ·) aligned past targets, as differences to the reference, which does not drift with them;
        the level of the latest season and the last value, which are the same for every step.
        """
        parts = [reference]
        for lag in self.plan.lags:
            places = self._places(panel, origins, lag, known_ahead=False)
            parts.append(_take(past, places) - reference)
        if self.plan.reference:
            first = reference.mean(axis=1, keepdims=True)  # (B, 1, C)
            level = past[:, -self.plan.cycle :].mean(axis=1, keepdims=True)
            for constant in (level - first, past[:, -1:] - level):
                parts.append(np.repeat(constant, self.horizon, axis=1))
        return np.concatenate(parts, axis=-1)

    def _known(self, panel: Panel, origins: Origins, known: Values) -> Values:
        """(B, H, ·) known covariates of each step and one season before, and their running means: people and
        houses answer to the weather with delay.
        """
        if known.shape[2] == 0:
            return known[:, : self.horizon]
        places = [
            self._places(panel, origins, lag, known_ahead=True) for lag in self.plan.lags if lag.times == 1
        ]
        parts = [known[:, self.plan.rows :], *(_take(known, place) for place in places)]
        if self.plan.cycle > 1:
            for count in (max(self.plan.cycle // 8, 1), self.plan.cycle, 3 * self.plan.cycle):
                means = _running_mean(known, count)  # (B, R + H, K)
                parts.append(means[:, self.plan.rows :])
                if count == self.plan.cycle:
                    parts += [_take(means, place) for place in places]
        return np.concatenate(parts, axis=-1)

    def _places(self, panel: Panel, origins: Origins, lag: Lag, *, known_ahead: bool) -> Steps:
        """(B, H) places in the R rows before the origin (and, `known_ahead`, after it) of a lag, by the
        wall clock: on the day after a change of the clocks, noon yesterday is 23 or 25 hours ago.
        """
        leads = np.arange(self.horizon)
        back = lag.season * lag.times if known_ahead else lag.steps(leads)
        steps = origins.position[:, None] + leads  # (B, H)
        earlier = steps - back
        for number in np.unique(origins.series):
            rows = origins.series == number
            earlier[rows] += _clock_shift(panel, int(number), steps[rows], earlier[rows])
        if not known_ahead:
            first = origins.position[:, None]
            earlier = np.where(earlier >= first, earlier - self.plan.cycle, earlier)
        places: Steps = earlier - (origins.position[:, None] - self.plan.rows)
        return np.maximum(places, 0)


def _clock_shift(panel: Panel, number: int, steps: Steps, earlier: Steps) -> Steps:
    """Steps between the wall clock's offset at `steps` and at `earlier`, same shape."""
    clock = panel.series[number].clock
    if clock.timezone == "UTC" or clock.step_seconds is None:
        return np.zeros_like(steps)

    def offset(places: Steps) -> NDArray[np.int64]:
        times = clock.at(places)
        seconds: NDArray[np.int64] = (clock.local(times) - times).astype("timedelta64[s]").astype(np.int64)
        return seconds

    return np.rint((offset(steps) - offset(earlier)) / clock.step_seconds).astype(np.int64)


def _without_hindsight(panel: Panel, origins: Origins, past: Values) -> Values:
    """Past targets (B, R, C) without holes, and without what was filled in from beyond the origin.

    A short gap is filled with values from both of its sides: where it reaches the origin, that would tell
    of the truth. There, and in any hole, the last value measured is repeated.
    """
    past = past.copy()
    for row, (number, position) in enumerate(zip(origins.series, origins.position, strict=True)):
        filled = panel.series[number].filled
        gap = 0
        while gap < min(past.shape[1] - 1, position) and filled[position - 1 - gap]:
            gap += 1
        past[row, past.shape[1] - gap :] = np.nan
    if np.isnan(past).any():
        known_at = np.where(np.isnan(past), 0, np.arange(past.shape[1])[:, None])
        past = np.take_along_axis(past, np.maximum.accumulate(known_at, axis=1), axis=1)
    return np.nan_to_num(past, nan=0.0)  # a hole at the very beginning: the average


def _take(values: Values, places: Steps) -> Values:
    """Look values (B, R, C) up at places (B, H) -> (B, H, C)."""
    return np.take_along_axis(values, places[:, :, None], axis=1)


def _running_mean(values: Values, count: int) -> Values:
    """(B, T, K) mean of each step and the `count - 1` before it, of fewer at the beginning."""
    sums = np.cumsum(values, axis=1, dtype=np.float64)
    before = np.zeros_like(sums)
    before[:, count:] = sums[:, :-count] if count < sums.shape[1] else 0.0
    steps = np.minimum(np.arange(1, sums.shape[1] + 1), count)[None, :, None]
    return ((sums - before) / steps).astype(np.float32)


def _join(parts: list[Values]) -> Values:
    """Side by side on the last axis; what is unknown counts as average."""
    return np.nan_to_num(np.concatenate(parts, axis=-1), nan=0.0).astype(np.float32)

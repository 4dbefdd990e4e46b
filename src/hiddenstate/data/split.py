"""Train, validation and test by time, before anything is fitted."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.clock import zone
from hiddenstate.data.panel import Panel, Series
from hiddenstate.errors import InputError, SettingsError


@dataclass(frozen=True)
class SplitSettings:
    """Section ``[split]`` of ``settings.toml``: where validation and test begin."""

    validation: float | str = 0.15
    """Share of the observed time, or the first local date of the validation part."""
    test: float | str = 0.15
    """Share of the observed time, or the first local date of the test part."""
    refit: bool = True
    """After the number of epochs is chosen on the validation part, train anew on both parts together."""

    def __post_init__(self) -> None:
        for name, value in (("validation", self.validation), ("test", self.test)):
            if isinstance(value, float) and not 0.0 <= value < 1.0:
                raise SettingsError(
                    f"split.{name}: expected a share in [0, 1) or a date, got {value}. Correct it."
                )


@dataclass(frozen=True)
class Span:
    """A stretch of time: for each series the steps ``first[i] <= step < stop[i]``."""

    first: NDArray[np.int64]
    stop: NDArray[np.int64]

    def __len__(self) -> int:
        return int(np.maximum(self.stop - self.first, 0).sum())

    def until(self, other: "Span") -> "Span":
        """From the beginning of this one to the end of `other`."""
        return Span(self.first, other.stop)


@dataclass(frozen=True)
class Split:
    """Three stretches that follow each other."""

    train: Span
    validation: Span
    test: Span


def split_by_time(panel: Panel, settings: SplitSettings | None = None) -> Split:
    """Cut the panel at two instants, the same for every series.

    Shares are of the time from the first to the last observed target of all series together. A window
    belongs to a part when its whole horizon lies in it; its look-back may reach into the part before.
    Raises `InputError` for dates in the wrong order or outside the data, and for an empty part.
    """
    settings = settings or SplitSettings()
    starts = [series.clock.at(np.array([0]))[0] for series in panel.series]
    ends = [series.clock.at(np.array([series.observed]))[0] for series in panel.series]
    begin, end = min(starts), max(ends)
    length = end - begin
    test_at = _instant(settings.test, "test", end - _part(length, settings.test), panel)
    validation_at = _instant(
        settings.validation, "validation", test_at - _part(length, settings.validation), panel
    )
    if not begin < validation_at <= test_at <= end:
        raise InputError(
            f"{panel.source}: expected begin < validation < test < end, got data from {begin} to {end}, "
            f"validation from {validation_at} and test from {test_at} (UTC). Choose dates inside the data."
        )
    cuts = [np.array([0] * len(panel.series))]
    for instant in (validation_at, test_at):
        cuts.append(np.array([_first_step(series, instant) for series in panel.series]))
    cuts.append(np.array([series.observed for series in panel.series]))
    train, validation, test = (Span(a, b) for a, b in pairwise(cuts))
    return Split(train, validation, test)


def _part(length: np.timedelta64, share: float | str) -> np.timedelta64:
    if isinstance(share, str):
        return np.timedelta64(0, "s")
    return np.timedelta64(int(length.astype("timedelta64[s]").astype(np.int64) * share), "s")


def _instant(value: float | str, name: str, otherwise: np.datetime64, panel: Panel) -> np.datetime64:
    """The UTC instant of a local date or date and time; `otherwise` where `value` is a share."""
    if not isinstance(value, str):
        return otherwise
    try:
        local = np.datetime64(value, "s")
    except ValueError:
        raise SettingsError(
            f'split.{name}: expected a share or a date such as 2014-01-01, got "{value}". Correct it.'
        ) from None
    timezone = zone(panel.series[0].clock.timezone)
    moment = local.astype("datetime64[s]").item().replace(tzinfo=timezone)
    return np.datetime64(int(moment.timestamp()), "s")


def _first_step(series: Series, instant: np.datetime64) -> int:
    """The first step at or after `instant`, within the observed ones."""
    step = series.clock.index_of(instant)
    if series.clock.at(np.array([step]))[0] < instant:
        step += 1
    return int(np.clip(step, 0, series.observed))

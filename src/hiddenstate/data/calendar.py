"""Features of local time, as sine and cosine pairs in [-1, 1]."""

import numpy as np
from numpy.typing import NDArray

from hiddenstate.choices import closest
from hiddenstate.data.clock import DAY_SECONDS, WEEK_SECONDS, Clock, Times
from hiddenstate.data.panel import Values
from hiddenstate.errors import SettingsError

COLUMNS: dict[str, tuple[str, ...]] = {
    "time_of_day": ("sin of the day", "cos of the day", "sin of half a day", "cos of half a day"),
    "day_of_week": ("sin of the week", "cos of the week", "weekend"),
    "day_of_year": ("sin of the year", "cos of the year", "sin of half a year", "cos of half a year"),
}
YEAR_DAYS = 365.2425


def calendar_names(clock: Clock, names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the columns that `calendar_features` gives (F).

    Raises `SettingsError` for a feature that does not exist.
    """
    return tuple(column for name in _useful(clock, names) for column in COLUMNS[name])


def calendar_features(clock: Clock, first: int, count: int, names: tuple[str, ...]) -> Values:
    """(count, F) features of steps ``first .. first + count - 1``; see `features_at`."""
    return features_at(clock, clock.times(first, count), names)


def features_at(clock: Clock, times: Times, names: tuple[str, ...]) -> Values:
    """(..., F) features of UTC instants of any shape, by the wall clock of the clock's zone.

    Those that say nothing at the clock's step are left out: the time of day of daily values, the day
    of the week of monthly ones.
    """
    local = clock.local(times)
    seconds = local.astype("datetime64[s]").astype(np.int64)
    parts: list[NDArray[np.float64]] = []
    for name in _useful(clock, names):
        if name == "time_of_day":
            parts += _waves((seconds % DAY_SECONDS) / DAY_SECONDS)
        elif name == "day_of_week":
            # 1970-01-01 was a Thursday: three days on, the week begins on Monday.
            week = ((seconds + 3 * DAY_SECONDS) % WEEK_SECONDS) / WEEK_SECONDS
            parts += [*_waves(week)[:2], np.where(week >= 5 / 7, 1.0, -1.0)]
        else:
            year_start = local.astype("datetime64[Y]").astype("datetime64[s]").astype(np.int64)
            parts += _waves((seconds - year_start) / (YEAR_DAYS * DAY_SECONDS))
    if not parts:
        return np.zeros((*times.shape, 0), dtype=np.float32)
    return np.stack(parts, axis=-1).astype(np.float32)


def _waves(phase: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Sine and cosine of a phase in [0, 1), and of twice the frequency."""
    turn = 2 * np.pi * phase
    return [np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)]


def _useful(clock: Clock, names: tuple[str, ...]) -> list[str]:
    for name in names:
        if name not in COLUMNS:
            raise SettingsError(
                f'calendar: expected a calendar feature, got "{name}". {closest(name, COLUMNS)}'
            )
    step = clock.step_seconds or 30 * DAY_SECONDS * (clock.step_months or 1)
    useful = {
        "time_of_day": step < DAY_SECONDS,
        "day_of_week": step < WEEK_SECONDS,
        "day_of_year": step < 360 * DAY_SECONDS,
    }
    return [name for name in names if useful[name]]

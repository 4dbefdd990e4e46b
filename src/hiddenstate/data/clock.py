"""A regular time axis: a start, a step, and the zone in which days and hours are meant."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import InputError

Times = NDArray[np.datetime64]
DAY_SECONDS = 86_400
WEEK_SECONDS = 7 * DAY_SECONDS


@dataclass(frozen=True)
class Clock:
    """A regular time axis in UTC; the step is a fixed number of seconds or of calendar months.

    Steps of whole days or more are meant by the date on the wall, not by 24 hours: their `timezone`
    is UTC, so that a day of 23 hours does not shift the axis.

    >>> clock = Clock(np.datetime64("2013-12-31T13:00:00"), 1800, timezone="Australia/Melbourne")
    >>> str(clock.local(clock.times(0, 1))[0])
    '2014-01-01T00:00:00'
    >>> clock.seasons()
    {'day': 48, 'week': 336}
    """

    start: np.datetime64
    """UTC instant of step 0, ``datetime64[s]``."""
    step_seconds: int | None
    """Length of a step; ``None`` where `step_months` is set."""
    step_months: int | None = None
    timezone: str = "UTC"
    """IANA name."""

    def __post_init__(self) -> None:
        if (self.step_seconds is None) == (self.step_months is None):
            raise InputError("clock: expected a step in seconds or in months, got both or neither. Set one.")
        if (self.step_seconds or self.step_months or 0) < 1:
            raise InputError(f"clock: expected a step above 0, got {self.step_seconds or self.step_months}.")
        zone(self.timezone)

    def times(self, first: int, count: int) -> Times:
        """UTC instants of steps ``first .. first + count - 1``, (count,) ``datetime64[s]``."""
        steps = np.arange(first, first + count, dtype=np.int64)
        return self.at(steps)

    def at(self, steps: NDArray[np.int64]) -> Times:
        """UTC instants of any steps, same shape, ``datetime64[s]``."""
        start = self.start.astype("datetime64[s]")
        if self.step_seconds is not None:
            return np.asarray(start + steps * np.timedelta64(self.step_seconds, "s"))
        month = start.astype("datetime64[M]")
        day = start.astype("datetime64[D]")
        moved = month + steps * np.timedelta64(self.step_months or 1, "M")
        last_day = (moved + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
        if (month + 1).astype("datetime64[D]") - np.timedelta64(1, "D") == day:
            days = last_day  # the last day of a month stays the last
        else:
            days = np.minimum(moved.astype("datetime64[D]") + (day - month.astype("datetime64[D]")), last_day)
        return np.asarray(days.astype("datetime64[s]") + (start - day.astype("datetime64[s]")))

    def local(self, times: Times) -> Times:
        """What a wall clock in the zone shows at those UTC instants (same shape)."""
        if self.timezone == "UTC" or times.size == 0:
            return times.astype("datetime64[s]")
        seconds = times.astype("datetime64[s]").astype(np.int64)
        starts, offsets = offsets_between(self.timezone, int(seconds.min()), int(seconds.max()))
        local: Times = (seconds + offsets[np.searchsorted(starts, seconds, side="right") - 1]).astype(
            "datetime64[s]"
        )
        return local

    def index_of(self, time: np.datetime64) -> int:
        """The step at or just before a UTC instant."""
        time = time.astype("datetime64[s]")
        if self.step_seconds is not None:
            return int((time - self.start.astype("datetime64[s]")).astype(np.int64) // self.step_seconds)
        months = int((time.astype("datetime64[M]") - self.start.astype("datetime64[M]")).astype(np.int64))
        step = months // (self.step_months or 1)
        return step if self.at(np.array([step]))[0] <= time else step - 1

    def steps_per(self, season: str) -> int | None:
        """Steps in a "day", "week" or "year"; ``None`` where the step does not divide it.

        A year counts 365 days, 52 weeks or 12 months.
        """
        if self.step_months is not None:
            fits = season == "year" and 12 % self.step_months == 0
            return 12 // self.step_months if fits else None
        assert self.step_seconds is not None
        year = 52 * WEEK_SECONDS if self.step_seconds % WEEK_SECONDS == 0 else 365 * DAY_SECONDS
        length = {"day": DAY_SECONDS, "week": WEEK_SECONDS, "year": year}.get(season)
        if length is None or length % self.step_seconds:
            return None
        return length // self.step_seconds

    def seasons(self) -> dict[str, int]:
        """Seasons of more than one whole step, shortest first: what usually repeats at this step.

        Within a day these are the day and the week, for days the week, for weeks and months the year.
        """
        if self.step_months is not None or (self.step_seconds or 0) >= WEEK_SECONDS:
            candidates: tuple[str, ...] = ("year",)
        else:
            candidates = ("day", "week")
        found = {season: self.steps_per(season) for season in candidates}
        return {season: steps for season, steps in found.items() if steps is not None and steps > 1}

    def describe(self) -> str:
        """The step in words: "30 minutes", "1 hour", "3 months"."""
        if self.step_months is not None:
            return _count(self.step_months, "month")
        assert self.step_seconds is not None
        for length, unit in ((WEEK_SECONDS, "week"), (DAY_SECONDS, "day"), (3600, "hour"), (60, "minute")):
            if self.step_seconds % length == 0:
                return _count(self.step_seconds // length, unit)
        return _count(self.step_seconds, "second")


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name; raises `InputError` for one that does not exist."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(
            f'timezone: expected an IANA name such as "Europe/Berlin", got "{name}". Correct the name.'
        ) from None


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


@lru_cache(maxsize=64)
def _offsets_of_years(
    name: str, first_year: int, last_year: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Instants (UTC seconds) from which each offset (seconds) holds, over whole years."""
    info = zone(name)

    def offset(seconds: int) -> int:
        moment = datetime.fromtimestamp(seconds, UTC).astimezone(info).utcoffset()
        return int(moment.total_seconds()) if moment is not None else 0

    begin = int(np.datetime64(f"{first_year:04d}-01-01", "s").astype(np.int64))
    end = int(np.datetime64(f"{last_year + 1:04d}-01-01", "s").astype(np.int64))
    starts, values = [begin], [offset(begin)]
    for day in range(begin, end, DAY_SECONDS):
        if offset(day + DAY_SECONDS) != values[-1]:
            low, high = day, day + DAY_SECONDS  # the change lies in (low, high]
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == values[-1] else (low, middle)
            starts.append(high)
            values.append(offset(high))
    return np.array(starts), np.array(values)


def offsets_between(name: str, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Instants (UTC seconds) from which each offset of a zone (seconds) holds, around ``first .. last``."""
    years = np.array([first, last]).astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970
    return _offsets_of_years(name, int(years[0]) - 1, int(years[1]))

"""Local wall-clock time on an axis: which steps get a tick, and what it says.

Axes count forecast steps, evenly spaced in real time, and take only their labels from the local clock. A
day with 46 or 50 half-hours therefore keeps its true length, and no hour is drawn over another.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import SettingsError

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720)
DAY_COUNTS = (1, 2)
MONTH_COUNTS = (1, 2, 3, 6)
YEAR_COUNTS = (1, 2, 5, 10, 20, 50, 100)

Tick = tuple[int, list[str]]


def local_times(times: NDArray[np.datetime64], timezone: str) -> list[datetime]:
    """The wall-clock time in `timezone` of each UTC instant; raises `SettingsError` for an unknown zone."""
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(
            f'expected an IANA time zone such as "Australia/Melbourne", got "{timezone}".'
        ) from error
    seconds = np.asarray(times, dtype="datetime64[s]").astype(np.int64).ravel()
    return [datetime.fromtimestamp(int(second), UTC).astimezone(zone) for second in seconds]


def local_numbers(
    times: NDArray[np.datetime64], timezone: str, number: Callable[[datetime], int]
) -> NDArray[np.int64]:
    """A number of each local time, such as its hour, in the shape of `times`; equal times are asked once."""
    unique, place = np.unique(np.asarray(times, dtype="datetime64[s]"), return_inverse=True)
    numbers = np.array([number(moment) for moment in local_times(unique, timezone)], dtype=np.int64)
    return numbers[place].reshape(np.shape(times))


def date(moment: datetime) -> str:
    """A date that needs no locale: ``"Tue 14 Jan 2014"``."""
    return f"{WEEKDAYS[moment.weekday()]} {moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def clock(moment: datetime) -> str:
    """Hours and minutes: ``"14:30"``."""
    return f"{moment.hour:02d}:{moment.minute:02d}"


def stamps(moments: list[datetime]) -> list[str]:
    """One label per moment, with a time of day only where the moments differ within days.

    On a day when the clocks change, the offset from UTC is added, so that a repeated hour is told apart.
    """
    if _monthly(moments):
        return [" ".join(_month(moment)) for moment in moments]
    if all(map(_midnight, moments)):
        return [date(moment) for moment in moments]
    offsets = {moment.utcoffset() for moment in moments}
    ending = "" if len(offsets) == 1 else " (UTC%z)"
    return [f"{date(moment)}, {clock(moment)}{moment.strftime(ending)}" for moment in moments]


def span(moments: list[datetime]) -> str:
    """The days, or the months of monthly steps, that the moments cover, in words."""
    in_months = _monthly(moments)
    first, last = (" ".join(_month(end)) if in_months else date(end) for end in (moments[0], moments[-1]))
    return first if first == last else f"{first} to {last}"


def ticks(moments: list[datetime], most: int = 6) -> list[Tick]:
    """Steps with a tick and the lines of its label: the finest round cadence with at most `most` ticks."""
    for is_round, label in _cadences(moments):
        steps = [step for step, moment in enumerate(moments) if is_round(moment)]
        if 2 <= len(steps) <= most:
            return _without_repeats([(step, label(moments[step])) for step in steps])
    # No round time falls on the steps often enough: spread the ticks evenly.
    evenly = sorted({round(place) for place in np.linspace(0, len(moments) - 1, min(3, len(moments)))})
    if all(map(_midnight, moments)):
        return [(step, [date(moments[step])]) for step in evenly]
    return _without_repeats([(step, [clock(moments[step]), _day(moments[step])]) for step in evenly])


Cadence = tuple[Callable[[datetime], bool], Callable[[datetime], list[str]]]


def _cadences(moments: list[datetime]) -> list[Cadence]:
    """Round times from fine to coarse, none finer than the steps, each with how it is labelled."""
    many_days = (moments[-1] - moments[0]).total_seconds() > 25 * 3600

    def hours(moment: datetime) -> list[str]:
        return [clock(moment), _day(moment)] if many_days else [clock(moment)]

    def every_minutes(count: int) -> Callable[[datetime], bool]:
        return lambda moment: (moment.hour * 60 + moment.minute) % count == 0 and moment.second == 0

    def every_days(count: int) -> Callable[[datetime], bool]:
        return lambda moment: _midnight(moment) and moment.toordinal() % count == 0

    def every_months(count: int) -> Callable[[datetime], bool]:
        return lambda moment: _midnight(moment) and moment.day == 1 and (moment.month - 1) % count == 0

    def every_years(count: int) -> Callable[[datetime], bool]:
        return lambda moment: every_months(12)(moment) and moment.year % count == 0

    minutes: list[Cadence] = [(every_minutes(count), hours) for count in MINUTES]
    days: list[Cadence] = [
        *((every_days(count), lambda moment: [_day(moment)]) for count in DAY_COUNTS),
        (lambda moment: _midnight(moment) and moment.weekday() == 0, lambda moment: [_day(moment)]),
    ]
    months: list[Cadence] = [
        *((every_months(count), _month) for count in MONTH_COUNTS),
        *((every_years(count), lambda moment: [str(moment.year)]) for count in YEAR_COUNTS),
    ]
    if _monthly(moments):
        return months
    return days + months if all(map(_midnight, moments)) else minutes + days + months


def _without_repeats(found: list[Tick]) -> list[Tick]:
    """Say a date or a year below the first tick that falls into it, and not again."""
    result: list[Tick] = []
    said = None
    for step, lines in found:
        result.append((step, lines if len(lines) == 1 or lines[1] != said else lines[:1]))
        said = lines[1] if len(lines) > 1 else None
    return result


def _midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second) == (0, 0, 0)


def _monthly(moments: list[datetime]) -> bool:
    """Whether the steps are months or longer, each named by its first day."""
    return len(moments) > 1 and all(_midnight(moment) and moment.day == 1 for moment in moments)


def _day(moment: datetime) -> str:
    return f"{moment.day} {MONTHS[moment.month - 1]}"


def _month(moment: datetime) -> list[str]:
    return [MONTHS[moment.month - 1], str(moment.year)]

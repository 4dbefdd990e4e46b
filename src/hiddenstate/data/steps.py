"""The distance from one row to the next: inferred, or said by the user."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.clock import DAY_SECONDS, WEEK_SECONDS, Clock
from hiddenstate.data.stamps import Seconds
from hiddenstate.errors import InputError, SettingsError

UNITS = {"s": 1, "min": 60, "h": 3600, "d": DAY_SECONDS, "w": WEEK_SECONDS}
MONTHS = {"mo": 1, "q": 3, "y": 12}
SHORTEST_MONTH = 28 * DAY_SECONDS
MEAN_MONTH = 30.44 * DAY_SECONDS
BLOCK_ROWS = 1_000_000


@dataclass(frozen=True)
class Step:
    """A fixed number of seconds, or of calendar months."""

    seconds: int | None = None
    months: int | None = None

    @property
    def whole_days(self) -> bool:
        """Whether a step is a day or more, so that dates and not hours are meant."""
        return self.seconds is None or self.seconds % DAY_SECONDS == 0

    def clock(self, start: int, timezone: str) -> Clock:
        """The axis that begins at `start` (UTC seconds)."""
        return Clock(np.datetime64(start, "s"), self.seconds, self.months, timezone)

    def regular(self, times: Seconds) -> bool:
        """Whether instants, in order, follow each other at exactly this step."""
        if self.seconds is None:
            return False
        blocks = (times[first : first + BLOCK_ROWS + 1] for first in range(0, len(times), BLOCK_ROWS))
        return all(bool((np.diff(block) == self.seconds).all()) for block in blocks)

    def positions(self, times: Seconds, clock: Clock) -> tuple[NDArray[np.int64], int]:
        """The step nearest to each instant, and how many instants were off the axis."""
        start = int(clock.start.astype("datetime64[s]").astype(np.int64))
        if self.seconds is not None:
            steps = np.floor_divide(times - start + self.seconds // 2, self.seconds)
            return steps, int((start + steps * self.seconds != times).sum())
        months = times.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
        steps = (months - months[0]) // (self.months or 1)
        return steps, int((steps * (self.months or 1) != months - months[0]).sum())


def parse_step(text: str) -> Step:
    """A step as users write it: "30min", "1h", "1d", "1w", "1mo", "1q", "1y".

    >>> parse_step("30min"), parse_step("1q")
    (Step(seconds=1800, months=None), Step(seconds=None, months=3))
    """
    match = re.fullmatch(r"\s*(\d*)\s*([a-z]+)\s*", text.lower())
    count = int(match.group(1) or 1) if match else 0
    unit = match.group(2) if match else ""
    if count < 1 or unit not in {**UNITS, **MONTHS}:
        raise SettingsError(
            f'step: expected a length such as 30min, 1h, 1d, 1w or 1mo, got "{text}". Correct it.'
        )
    return Step(months=count * MONTHS[unit]) if unit in MONTHS else Step(seconds=count * UNITS[unit])


def step_text(clock: Clock) -> str:
    """The step of a clock as `parse_step` reads it.

    >>> step_text(Clock(np.datetime64("2014-01-01"), 1800))
    '30min'
    """
    if clock.step_months is not None:
        return f"{clock.step_months}mo"
    assert clock.step_seconds is not None
    for unit, seconds in sorted(UNITS.items(), key=lambda item: -item[1]):
        if clock.step_seconds % seconds == 0:
            return f"{clock.step_seconds // seconds}{unit}"
    raise AssertionError("a second divides every step")


def infer_step(series: Iterable[Seconds], source: str) -> Step:
    """The most common distance between neighbouring stamps of one series; of several, the shortest.

    `series` gives the instants of each series in order. Distances of a month or more are counted in
    calendar months. Raises `InputError` where no series has two different stamps.
    """
    counts: Counter[int] = Counter()
    for instants in series:
        for first in range(0, len(instants), BLOCK_ROWS):
            distances, times = np.unique(
                np.diff(instants[first : first + BLOCK_ROWS + 1]), return_counts=True
            )
            counts.update(dict(zip(distances.tolist(), times.tolist(), strict=True)))
    counts.pop(0, None)
    if not counts:
        raise InputError(f"{source}: expected rows at two times or more, got one. Give more rows.")
    common = min(counts, key=lambda distance: (-counts[distance], distance))
    if common < SHORTEST_MONTH:
        return Step(seconds=common)
    return Step(months=max(1, round(common / MEAN_MONTH)))

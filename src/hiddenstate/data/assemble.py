"""From a table to a panel, by the stated policy for imperfect data.

The policy, which `Repairs` counts and every report prints: rows are sorted; rows of one series with the
same stamp are averaged; the step is the most common distance; stamps off the axis move to the nearest
step. Steps without a row and empty values are filled where a gap is at most ``longest_gap`` steps: on the
straight line between the neighbours, but with the last value before in columns of whole numbers and in
covariates of the past. A filled target never counts as truth. Longer gaps stay missing and windows
avoid them. Rows at the end without a target are the future. Stamps with an offset are instants; stamps
without one are read on the clock of ``timezone``, days of 23 and 25 hours included: in the hour that is
repeated, rows come in order; a stamp in the hour that is skipped is refused.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.clock import Clock
from hiddenstate.data.disk import BLOCK_ROWS, allocate
from hiddenstate.data.files import Source, name_of
from hiddenstate.data.gaps import fill_gaps, whole_numbers
from hiddenstate.data.panel import Panel, Repairs, Series, Values
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.data.rows import Rows, read_rows
from hiddenstate.data.stamps import Seconds
from hiddenstate.data.steps import Step, infer_step, parse_step
from hiddenstate.data.zones import fixed_zone, likely_zone, to_utc
from hiddenstate.errors import InputError

MOST_MOVED = 0.05
"""Share of stamps off the axis beyond which the series is not regular at this step."""
MOST_STEPS_PER_ROW = 200
"""An axis this much longer than its rows comes from a wrong stamp, not from gaps."""


@dataclass
class _Counts:
    """What the policy did so far."""

    duplicates: int = 0
    moved: int = 0
    gap_steps: int = 0
    filled: dict[str, int] = field(default_factory=dict)
    left_missing: dict[str, int] = field(default_factory=dict)

    def add(self, table: dict[str, int], name: str, count: int) -> None:
        table[name] = table.get(name, 0) + count


def load_panel(source: Source, settings: SeriesSettings) -> Panel:
    """Read a file or data frame into a panel on regular time axes.

    Raises `InputError` naming file, line and column for data that the policy does not cover.
    """
    name = name_of(source)
    rows = read_rows(source, settings)
    seconds, timezone = _instants(rows, settings, name)
    chosen = _by_series_and_time(seconds, rows.series, len(rows.names))
    step = (
        parse_step(settings.step) if settings.step else infer_step((seconds[part] for part in chosen), name)
    )
    shown = timezone
    if step.whole_days and timezone != "UTC":
        # A day is meant by its date: on the clock of the zone, as if it were UTC.
        wall = Clock(np.datetime64(0, "s"), 1, timezone=timezone)
        seconds = wall.local(seconds.astype("datetime64[s]")).astype(np.int64)
        timezone = "UTC"
    counts = _Counts()
    series = [
        _Axis(rows, seconds[part], part, step, timezone, name, label).build(settings, counts)
        for label, part in zip(rows.names, chosen, strict=True)
    ]
    notes = [f"{len(seconds):,} rows, a step of {series[0].clock.describe()}, days in {shown}."]
    unzoned = settings.timezone is None and not rows.stamps.absolute and not step.whole_days
    if unzoned and counts.duplicates and counts.gap_steps:
        notes.append(
            "Repeated and missing hours may come from daylight saving: if so, name the zone (--timezone)."
        )
    repairs = Repairs(
        rows=len(seconds), unsorted=sum(_out_of_order(seconds, part) for part in chosen), duplicates=counts.duplicates,
        moved=counts.moved, gap_steps=counts.gap_steps, filled=counts.filled, left_missing=counts.left_missing,
        notes=(*notes, *_clock_changes(series)),
    )  # fmt: skip
    panel = Panel(tuple(series), settings.targets, settings.known, settings.past, repairs, name)
    _refuse_without_targets(panel)
    return panel


def refuse_constant(panel: Panel) -> None:
    """Raise `InputError` for a target that never changes: there is nothing to learn from it."""
    for column, name in enumerate(panel.target_names):
        if not any(_changes(series.targets[:, column]) for series in panel.series):
            raise InputError(
                f'{panel.source}, column "{name}": expected values that change, got the same value everywhere. '
                "Choose another target."
            )


def _changes(values: Values) -> bool:
    lowest, highest = np.fmin.reduce(values), np.fmax.reduce(values)
    return bool(np.isfinite(lowest) and lowest < highest)


def _refuse_without_targets(panel: Panel) -> None:
    for column, name in enumerate(panel.target_names):
        if not any(np.isfinite(np.fmax.reduce(series.targets[:, column])) for series in panel.series):
            raise InputError(
                f'{panel.source}, column "{name}": expected numbers, got only missing values. Choose another target.'
            )


def _instants(rows: Rows, settings: SeriesSettings, source: str) -> tuple[Seconds, str]:
    """UTC seconds of the rows, and the zone in which days and hours are meant."""
    stamps, column = rows.stamps, settings.time
    if not stamps.absolute:
        timezone = settings.timezone or "UTC"
        seconds, never = to_utc(stamps.seconds, timezone, rows.series)
        if never.any():
            row = int(never.argmax())
            shown = str(stamps.seconds[row].astype("datetime64[s]")).replace("T", " ")
            raise InputError(
                f'{rows.place_of(row)}, column "{column}": expected a time that clocks in {timezone} showed, got '
                f'"{shown}", in the hour that daylight saving skips. If the stamps keep standard time all year, '
                f"say so, for example --timezone {_standard(timezone, int(seconds[row]))}; else drop the row."
            )
        return seconds, timezone
    if settings.timezone or stamps.zone:
        return stamps.seconds, settings.timezone or stamps.zone or "UTC"
    if len(stamps.offsets) > 1:
        shown = " and ".join(_offset(offset) for offset in sorted(stamps.offsets)[:3])
        likely = likely_zone(stamps.offsets)
        guess = f"--timezone {likely}" if likely else "for example --timezone Europe/Berlin"
        raise InputError(
            f'{source}, column "{column}": expected time stamps of one offset from UTC, got {shown}. '
            f"Name the zone in which days and hours are meant: {guess}"
        )
    return stamps.seconds, fixed_zone(next(iter(stamps.offsets))) or "UTC"


def _offset(seconds: int) -> str:
    return f"{'-' if seconds < 0 else '+'}{abs(seconds) // 3600:02d}:{abs(seconds) % 3600 // 60:02d}"


def _standard(timezone: str, instant: int) -> str:
    """A zone that keeps the offset from before a change of the clock at `instant`."""
    clock = Clock(np.datetime64(0, "s"), 1, timezone=timezone)
    before = np.array([instant - 86_400]).astype("datetime64[s]")
    return fixed_zone(int((clock.local(before) - before).astype(np.int64)[0])) or "UTC"


Chosen = slice | NDArray[np.int64]
"""Rows of one series, by time; a slice where they stand so in the file."""


def _by_series_and_time(seconds: Seconds, series: NDArray[np.int64], count: int) -> list[Chosen]:
    """The rows of each series ordered by time, then by their place in the file."""
    if bool((series[1:] >= series[:-1]).all()):  # one series, or one after the other
        bounds = np.searchsorted(series, np.arange(count + 1)).tolist() if count > 1 else [0, len(seconds)]
        parts = [slice(first, stop) for first, stop in pairwise(bounds)]
        return [part if _in_order(seconds[part]) else _ordered(seconds, part) for part in parts]
    order = np.lexsort((seconds, series))
    bounds = np.searchsorted(series[order], np.arange(count + 1)).tolist()
    return [order[first:stop] for first, stop in pairwise(bounds)]


def _ordered(seconds: Seconds, part: slice) -> NDArray[np.int64]:
    order: NDArray[np.int64] = np.argsort(seconds[part], kind="stable")
    return order + int(part.start)


def _in_order(times: Seconds) -> bool:
    return bool((times[1:] >= times[:-1]).all())


def _out_of_order(seconds: Seconds, chosen: Chosen) -> int:
    """Rows of one series that stand after a later one."""
    if isinstance(chosen, slice):
        return 0
    times = seconds[np.sort(chosen)]
    return int((times < np.maximum.accumulate(times)).sum())


def _clock_changes(series: list[Series]) -> list[str]:
    """One line on the days that daylight saving makes longer or shorter, where there are any."""
    clock = series[0].clock
    per_day = clock.steps_per("day")
    if clock.timezone == "UTC" or not per_day or per_day < 2:
        return []
    longest = max(series, key=len)
    local = longest.clock.local(longest.clock.times(0, len(longest))).astype("datetime64[D]")
    counts = np.bincount((local - local[0]).astype(np.int64))
    odd = {int(count) for count in counts[1:-1] if count != per_day}
    if not odd:
        return []
    kinds = " or ".join(map(str, sorted(odd)))
    changed = int((counts[1:-1] != per_day).sum())
    return [
        f"{changed} of {len(counts)} days have {kinds} steps instead of {per_day}, by the clock of {clock.timezone}."
    ]


@dataclass(frozen=True, eq=False)
class _Axis:
    """The rows of one series on their way to a regular axis."""

    rows: Rows
    times: Seconds
    """(m,) in order."""
    chosen: Chosen
    """(m,) rows of this series."""
    step: Step
    timezone: str
    source: str
    name: str

    def build(self, settings: SeriesSettings, counts: _Counts) -> Series:
        """Put the rows on the axis, fill short gaps, and count what was done."""
        clock = self.step.clock(int(self.times[0]), self.timezone)
        if isinstance(self.chosen, slice) and self.step.regular(self.times):
            return self._series(clock, self.rows.values[self.chosen], settings, counts)
        steps, off_axis = self.step.positions(self.times, clock)
        label = f' of series "{self.name}"' if self.name else ""
        if off_axis > MOST_MOVED * len(steps):
            raise InputError(
                f'{self.source}, column "{settings.time}": expected stamps{label} every {clock.describe()}, got '
                f"{off_axis:,} of {len(steps):,} in between. Name the step, for example --step 1h."
            )
        length = int(steps[-1]) + 1
        if length > MOST_STEPS_PER_ROW * len(steps) + 1000:
            raise InputError(
                f'{self.source}, column "{settings.time}": expected rows{label} every {clock.describe()}, got '
                f"{len(steps):,} rows over {length:,} steps. Look for a wrong date, or name the step with --step."
            )
        different = 1 + int((steps[1:] != steps[:-1]).sum())
        counts.moved += off_axis
        counts.duplicates += len(steps) - different
        counts.gap_steps += length - different
        values = self._gather(steps, length, different)
        return self._series(clock, values, settings, counts)

    def _gather(self, steps: NDArray[np.int64], length: int, different: int) -> Values:
        """(length, columns) values on the axis; the mean where several rows meet."""
        values = allocate((length, self.rows.values.shape[1]), self.rows.large)
        if different == len(steps):
            rows = np.arange(len(self.rows.values))[self.chosen]
            for first in range(0, len(steps), BLOCK_ROWS):
                part = slice(first, first + BLOCK_ROWS)
                values[steps[part]] = self.rows.values[rows[part]]
            return values
        for column in range(values.shape[1]):
            read = np.asarray(self.rows.values[:, column])[self.chosen].astype(np.float64)
            known = np.isfinite(read)
            count = np.bincount(steps[known], minlength=length)
            total = np.bincount(steps[known], weights=read[known], minlength=length)
            mean = np.divide(total, count, out=np.full(length, np.nan), where=count > 0)
            values[:, column] = mean.astype(np.float32)
        return values

    def _series(self, clock: Clock, values: Values, settings: SeriesSettings, counts: _Counts) -> Series:
        first_known = len(settings.targets)
        first_past = first_known + len(settings.known)
        filled = np.zeros(len(values), dtype=bool)
        observed = len(values)
        for number, name in enumerate(settings.columns):
            column = values[:observed, number] if number >= first_past else values[:, number]
            carry = number >= first_past or (number >= first_known and whole_numbers(column))
            steps = fill_gaps(column, settings.longest_gap, "last" if carry else "line")
            if number < first_known:
                filled[steps] = True
            if number == first_known - 1:
                # Covariates of the past have no future: nothing is filled in after the last target.
                observed = _last_known(values[:, :first_known]) + 1
            counts.add(counts.filled, name, len(steps))
            counts.add(counts.left_missing, name, _holes(column))
        return Series(
            self.name, clock,
            targets=values[:, :first_known], known=values[:, first_known:first_past],
            past=values[:, first_past:], filled=filled,
        )  # fmt: skip


def _last_known(values: Values) -> int:
    """The last row of (n, columns) with a known value; -1 where there is none."""
    known: NDArray[np.bool_] = np.asarray(np.isfinite(values).any(axis=1))
    return len(known) - 1 - int(known[::-1].argmax()) if known.any() else -1


def _holes(column: Values) -> int:
    """Missing values between the first and the last known one."""
    known = np.isfinite(column)
    count = int(known.sum())
    return len(known) - int(known[::-1].argmax()) - int(known.argmax()) - count if count else 0

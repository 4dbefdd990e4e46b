"""One or many series on regular time axes, and what had to be repaired to get there."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.clock import Clock

Values = NDArray[np.float32]


@dataclass(frozen=True)
class Repairs:
    """Counts of what the policy for imperfect data did; all zero for a clean file."""

    rows: int = 0
    """Rows read."""
    unsorted: int = 0
    """Rows that stood before an earlier one of their series."""
    duplicates: int = 0
    """Rows whose time stamp another row of their series has: the mean of their values is used."""
    moved: int = 0
    """Rows whose stamp was off the regular axis and was moved to the nearest step."""
    gap_steps: int = 0
    """Steps for which the file has no row."""
    filled: dict[str, int] = field(default_factory=dict)
    """Values filled in from their neighbours, by column."""
    left_missing: dict[str, int] = field(default_factory=dict)
    """Values that stay missing, because their gap is too long, by column."""
    notes: tuple[str, ...] = ()
    """Anything else worth knowing: the step that was inferred, days of 46 or 50 half-hours."""

    def lines(self) -> list[str]:
        """What was read and what was done to it, one sentence a line."""
        lines: list[str] = []
        counts = (
            (self.unsorted, "{} out of order: sorted."),
            (self.duplicates, "{} with the time stamp of another: the mean is used."),
            (self.moved, "{} off the regular time axis: moved to the nearest step."),
        )
        lines += [text.format(_rows(count)) for count, text in counts if count]
        if self.gap_steps:
            lines.append(f"{_steps(self.gap_steps)} missing from the file altogether.")
        lines += [
            f"{name}: {count:,} missing values filled from their neighbours; they never count as truth."
            for name, count in self.filled.items()
            if count
        ]
        lines += [
            f"{name}: {count:,} values stay missing (gap too long); windows avoid them."
            for name, count in self.left_missing.items()
            if count
        ]
        return [*self.notes, *(lines or ["Nothing had to be repaired."])]


@dataclass(frozen=True, eq=False)
class Series:
    """One series of n steps. Arrays may be memory-mapped files."""

    name: str
    """From the series column; empty where the table holds one series."""
    clock: Clock
    targets: Values
    """(n, C) NaN where unknown: gaps too long to fill, and the future."""
    known: Values
    """(n, K) columns known for the future too; may go on after the last observed target."""
    past: Values
    """(n, P) columns known up to the moment of the forecast."""
    filled: NDArray[np.bool_]
    """(n,) True where a target was filled in: no truth to measure against."""

    def __len__(self) -> int:
        return len(self.targets)

    @cached_property
    def observed(self) -> int:
        """Number of steps up to and with the last one that has a target; the rest is future."""
        for stop in range(len(self.targets), 0, -100_000):
            first = max(0, stop - 100_000)
            finite = np.flatnonzero(np.isfinite(self.targets[first:stop]).any(axis=1))
            if len(finite):
                return first + int(finite[-1]) + 1
        return 0


@dataclass(frozen=True, eq=False)
class Panel:
    """Series with the same columns and the same step."""

    series: tuple[Series, ...]
    target_names: tuple[str, ...]
    known_names: tuple[str, ...]
    past_names: tuple[str, ...]
    repairs: Repairs
    source: str
    """Name of the file, for messages and reports."""

    @property
    def clock(self) -> Clock:
        """The clock of the first series; all have the same step and zone."""
        return self.series[0].clock

    @cached_property
    def earliest(self) -> Clock:
        """The clock of the series that begins first."""
        return min((series.clock for series in self.series), key=lambda clock: clock.start)

    def digest(self) -> str:
        """SHA-256 of all values and time axes: equal for equal data, whatever file they came from."""
        state = hashlib.sha256(repr((self.target_names, self.known_names, self.past_names)).encode())
        for series in self.series:
            state.update(repr((series.name, series.clock, len(series))).encode())
            for values in (series.targets, series.known, series.past):
                for first in range(0, len(values), 1_000_000):
                    state.update(np.ascontiguousarray(values[first : first + 1_000_000]).tobytes())
        return state.hexdigest()


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _steps(count: int) -> str:
    return f"{count:,} {'step' if count == 1 else 'steps'}"

"""Wall clocks and offsets: which instant a stamp without an offset means, and which zone uses given offsets."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.clock import DAY_SECONDS, offsets_between
from hiddenstate.data.stamps import Seconds

WELL_KNOWN = (
    "Europe/London", "Europe/Berlin", "Europe/Helsinki", "America/New_York", "America/Chicago", "America/Denver",
    "America/Los_Angeles", "America/Halifax", "America/Sao_Paulo", "Australia/Melbourne", "Australia/Adelaide",
    "Pacific/Auckland", "Asia/Jerusalem",
)  # fmt: skip
PARTS_OF_AN_HOUR = {
    12_600: "Asia/Tehran", 16_200: "Asia/Kabul", 19_800: "Asia/Kolkata", 20_700: "Asia/Kathmandu",
    23_400: "Asia/Yangon", 34_200: "Australia/Darwin", -34_200: "Pacific/Marquesas",
}  # fmt: skip
"""Zones of offsets that are no whole hours, without daylight saving at present."""


def to_utc(local: Seconds, timezone: str, series: NDArray[np.int64]) -> tuple[Seconds, NDArray[np.bool_]]:
    """Wall-clock seconds (n,) to UTC seconds (n,), and which stamps (n,) no clock in the zone ever showed.

    In the hour that is repeated when daylight saving ends, the first row of a series with a stamp is
    the first pass, and a later row with the same stamp the second.
    """
    if timezone == "UTC" or not len(local):
        return local, np.zeros(len(local), dtype=bool)
    starts, offsets = offsets_between(
        timezone, int(local.min()) - DAY_SECONDS, int(local.max()) + DAY_SECONDS
    )
    ends = np.append(starts[1:], 2**62)
    # Offsets hold one after the other: the first whose end the wall clock has not reached at this stamp,
    earlier = np.clip(np.searchsorted(ends + offsets, local, side="right"), 0, len(offsets) - 1)
    # and the last whose start it has. They differ only in the hour that is repeated or skipped.
    later = np.clip(np.searchsorted(starts + offsets, local, side="right") - 1, 0, len(offsets) - 1)
    twice, never = later > earlier, later < earlier
    second_pass = twice.copy()
    if twice.any():
        places = np.flatnonzero(twice)
        second_pass[places] = _seen_before(local[places], series[places])
    return local - offsets[np.where(second_pass, later, earlier)], never


def likely_zone(offsets: Mapping[int, tuple[int, int]]) -> str | None:
    """A well-known zone that uses each offset at its first and its last instant; ``None`` if there is none.

    Stamps in UTC among others say nothing about the zone.
    """
    local = {offset: instants for offset, instants in offsets.items() if offset} or offsets
    for table in (offsets, local):
        for name in WELL_KNOWN:
            if all(_uses(name, offset, instants) for offset, instants in table.items()):
                return name
    return None


def _uses(name: str, offset: int, instants: tuple[int, int]) -> bool:
    starts, values = offsets_between(name, min(instants), max(instants))
    return bool((values[np.searchsorted(starts, np.array(instants), side="right") - 1] == offset).all())


def fixed_zone(offset: int) -> str | None:
    """A zone that keeps the offset (seconds east of UTC) all year; ``None`` if there is none.

    >>> fixed_zone(36_000), fixed_zone(19_800)
    ('Etc/GMT-10', 'Asia/Kolkata')
    """
    if offset == 0:
        return "UTC"
    if offset % 3600:
        return PARTS_OF_AN_HOUR.get(offset)
    hours = offset // 3600
    # In these names the sign is that of POSIX: west of Greenwich counts upwards.
    return f"Etc/GMT{-hours:+d}" if -12 <= hours <= 14 else None


def _seen_before(local: Seconds, series: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether an earlier row of the same series has the same stamp."""
    order = np.lexsort((np.arange(len(local)), local, series))
    same = np.zeros(len(local), dtype=bool)
    same[1:] = (np.diff(local[order]) == 0) & (np.diff(series[order]) == 0)
    seen = np.zeros(len(local), dtype=bool)
    seen[order] = same
    return seen

"""What a stamp without an offset means, and which zone uses which offsets."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiddenstate.data.zones import fixed_zone, likely_zone, to_utc

ZONES = ["Australia/Melbourne", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
HALF_HOUR = 1800


@settings(max_examples=60)
@given(
    zone=st.sampled_from(ZONES), begin=st.integers(0, 2_000_000_000 // HALF_HOUR), days=st.integers(1, 400)
)
def test_wall_clock_stamps_in_order_give_back_every_instant(zone, begin, days):
    instants = HALF_HOUR * (begin + np.arange(0, days * 48, 1 + days // 20))
    info = ZoneInfo(zone)
    local = [
        datetime.fromtimestamp(int(s), UTC).astimezone(info).replace(tzinfo=UTC).timestamp() for s in instants
    ]
    found, never = to_utc(np.array(local, dtype=np.int64), zone, np.zeros(len(local), dtype=np.int64))
    assert not never.any()
    # An hour that is repeated but stands once in the rows is read as its first pass.
    early = instants - found
    assert set(early.tolist()) <= {0, 1800, 3600}
    if days <= 20:  # every half-hour is there
        complete = instants >= instants[0] + 3600
        assert (early[complete] == 0).all()


def test_the_repeated_hour_comes_in_the_order_of_the_rows_of_each_series():
    stamps = np.array(["2014-04-06T02:00", "2014-04-06T02:30"] * 2, dtype="datetime64[s]").astype(np.int64)
    local, series = np.concatenate([stamps, stamps]), np.repeat([0, 1], 4)
    found, _ = to_utc(local, "Australia/Melbourne", series)
    assert (np.diff(found[:4]) == HALF_HOUR).all()
    assert found[:4].tolist() == found[4:].tolist()
    assert str(found[:1].astype("datetime64[s]")[0]) == "2014-04-05T15:00:00"


@pytest.mark.parametrize(
    ("minute", "shown"), [("01:59", True), ("02:00", False), ("02:59", False), ("03:00", True)]
)
def test_the_skipped_hour_was_never_shown(minute, shown):
    local = np.array([f"2014-10-05T{minute}"], dtype="datetime64[s]").astype(np.int64)
    _, never = to_utc(local, "Australia/Melbourne", np.zeros(1, dtype=np.int64))
    assert never.tolist() == [not shown]


@pytest.mark.parametrize(
    "zone", ["Australia/Melbourne", "Europe/Berlin", "America/New_York", "Australia/Adelaide"]
)
def test_a_likely_zone_is_named_from_the_offsets(zone):
    offsets: dict[int, tuple[int, int]] = {}
    for day in range(365):
        moment = datetime(2014, 1, 1, tzinfo=UTC) + timedelta(days=day)
        offset = int(moment.astimezone(ZoneInfo(zone)).utcoffset().total_seconds())
        second = int(moment.timestamp())
        first, last = offsets.get(offset, (second, second))
        offsets[offset] = (min(first, second), max(last, second))
    assert likely_zone(offsets) == zone
    assert likely_zone({**offsets, 0: (0, 0)}) == zone  # a stray stamp in UTC


def test_offsets_that_no_zone_uses_name_none():
    assert likely_zone({3600: (0, 0), 45_000: (0, 0)}) is None


@pytest.mark.parametrize("hours", range(-12, 15))
def test_a_fixed_zone_keeps_its_offset(hours):
    name = fixed_zone(hours * 3600)
    assert name is not None
    for month in (1, 7):
        assert datetime(2014, month, 1, tzinfo=ZoneInfo(name)).utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize("seconds", [12_600, 16_200, 19_800, 20_700, 23_400, 34_200, -34_200])
def test_a_fixed_zone_of_half_hours_keeps_its_offset(seconds):
    name = fixed_zone(seconds)
    assert name is not None
    for month in (1, 7):
        assert datetime(2024, month, 1, tzinfo=ZoneInfo(name)).utcoffset() == timedelta(seconds=seconds)
    assert fixed_zone(seconds + 60) is None

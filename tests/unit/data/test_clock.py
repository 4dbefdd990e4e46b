"""The time axis: instants, wall clocks, daylight saving, months, seasons."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiddenstate.data.clock import Clock
from hiddenstate.errors import InputError


def at(text):
    return np.datetime64(text, "s")


@pytest.mark.parametrize(
    ("day", "steps"), [("2014-01-01", 48), ("2014-04-06", 50), ("2014-10-05", 46), ("2014-07-01", 48)]
)
def test_days_of_daylight_saving_have_46_and_50_half_hours(day, steps):
    clock = Clock(at("2013-12-31T13:00"), 1800, timezone="Australia/Melbourne")
    local = clock.local(clock.times(0, 17_520)).astype("datetime64[D]")
    assert int((local == np.datetime64(day)).sum()) == steps


@given(
    seconds=st.integers(0, 4_000_000_000),
    zone=st.sampled_from(
        ["Australia/Melbourne", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "UTC"]
    ),
)
@settings(max_examples=60)
def test_the_wall_clock_agrees_with_the_standard_library(seconds, zone):
    clock = Clock(np.datetime64(seconds, "s"), 60, timezone=zone)
    expected = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert clock.local(clock.times(0, 1))[0].item() == expected


@given(start=st.integers(0, 10**9), step=st.integers(1, 10**6), index=st.integers(-1000, 1000))
def test_index_of_is_the_inverse_of_times(start, step, index):
    clock = Clock(np.datetime64(start, "s"), step)
    assert clock.index_of(clock.times(index, 1)[0]) == index
    assert clock.index_of(clock.times(index, 1)[0] + np.timedelta64(step - 1, "s")) == index


def test_months_keep_their_day():
    clock = Clock(at("2014-01-15T06:00"), None, step_months=3)
    assert clock.times(0, 3).astype(str).tolist() == [
        "2014-01-15T06:00:00",
        "2014-04-15T06:00:00",
        "2014-07-15T06:00:00",
    ]
    assert clock.index_of(at("2014-04-15T05:59")) == 0
    assert clock.index_of(at("2014-04-15T06:00")) == 1


@pytest.mark.parametrize(
    ("seconds", "months", "expected"),
    [
        (1800, None, {"day": 48, "week": 336}),
        (3600, None, {"day": 24, "week": 168}),
        (86_400, None, {"week": 7}),
        (7 * 86_400, None, {"year": 52}),
        (None, 1, {"year": 12}),
        (None, 12, {}),
        (7000, None, {}),
    ],
)
def test_seasons_are_those_that_repeat_at_the_step(seconds, months, expected):
    assert Clock(at("2014-01-01"), seconds, months).seasons() == expected


@pytest.mark.parametrize(
    ("seconds", "months", "words"),
    [(1800, None, "30 minutes"), (3600, None, "1 hour"), (None, 3, "3 months"), (45, None, "45 seconds")],
)
def test_the_step_in_words(seconds, months, words):
    assert Clock(at("2014-01-01"), seconds, months).describe() == words


def test_impossible_clocks_are_refused():
    with pytest.raises(InputError, match='expected an IANA name such as "Europe/Berlin", got "Melborne"'):
        Clock(at("2014-01-01"), 60, timezone="Melborne")
    with pytest.raises(InputError, match="a step in seconds or in months, got both or neither"):
        Clock(at("2014-01-01"), None)
    with pytest.raises(InputError, match="expected a step above 0"):
        Clock(at("2014-01-01"), 0)

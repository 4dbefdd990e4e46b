import numpy as np
import pytest

from hiddenstate.errors import SettingsError
from hiddenstate.plots.time_axis import local_numbers, local_times, span, stamps, ticks

MELBOURNE = "Australia/Melbourne"


def moments(start, count, seconds, timezone="UTC"):
    return local_times(np.datetime64(start, "s") + np.arange(count) * np.timedelta64(seconds, "s"), timezone)


def test_a_day_is_labelled_by_the_local_clock():
    # Midnight in Melbourne on 15 January is 13:00 UTC the day before.
    day = moments("2014-01-14T13:00:00", 48, 1800, MELBOURNE)
    assert ticks(day) == [(0, ["00:00"]), (12, ["06:00"]), (24, ["12:00"]), (36, ["18:00"])]
    assert span(day) == "Wed 15 Jan 2014"
    assert stamps(day)[29] == "Wed 15 Jan 2014, 14:30"


def test_a_day_of_50_half_hours_keeps_its_length_and_tells_the_repeated_hour_apart():
    day = moments("2014-04-05T13:00:00", 50, 1800, MELBOURNE)
    assert dict(ticks(day))[14] == ["06:00"], "two half-hours later than on other days"
    said = stamps(day)
    assert len(set(said)) == 50
    assert said[4].endswith("02:00 (UTC+1100)")
    assert said[6].endswith("02:00 (UTC+1000)")


def test_a_day_of_46_half_hours():
    day = moments("2014-10-04T14:00:00", 46, 1800, MELBOURNE)
    assert dict(ticks(day))[10] == ["06:00"]


@pytest.mark.parametrize(
    ("start", "count", "seconds", "expected"),
    [
        ("2014-03-01", 168, 3600, [(24, ["2 Mar"]), (72, ["4 Mar"]), (120, ["6 Mar"])]),
        ("2014-03-01", 720, 3600, [(48, ["3 Mar"]), (216, ["10 Mar"]), (384, ["17 Mar"]), (552, ["24 Mar"])]),
        (
            "2014-03-01",
            48,
            3600,
            [(0, ["00:00", "1 Mar"]), (12, ["12:00"]), (24, ["00:00", "2 Mar"]), (36, ["12:00"])],
        ),
        ("2014-03-01T00:07", 3, 3600, [(0, ["00:07"]), (1, ["01:07"]), (2, ["02:07"])]),
        ("2014-03-01T00:07:30", 4, 3600, [(0, ["00:07", "1 Mar"]), (2, ["02:07"]), (3, ["03:07"])]),
        ("2014-03-01", 1, 86400, [(0, ["Sat 1 Mar 2014"])]),
    ],
)
def test_ticks_take_the_finest_round_cadence_that_fits(start, count, seconds, expected):
    assert ticks(moments(start, count, seconds)) == expected


def test_months_are_named_as_months():
    starts = (np.datetime64("2010-11", "M") + np.arange(12)).astype("datetime64[s]")
    year = local_times(starts, "UTC")
    assert span(year) == "Nov 2010 to Oct 2011"
    assert stamps(year)[1] == "Dec 2010"
    assert ticks(year)[:2] == [(0, ["Nov", "2010"]), (2, ["Jan", "2011"])]


def test_equal_times_are_numbered_alike_in_the_shape_of_the_times():
    times = np.array(
        [["2014-07-01T00:00", "2014-07-01T13:30"], ["2014-07-01T13:30", "2014-07-01T14:00"]], "M8[s]"
    )
    hours = local_numbers(times, MELBOURNE, lambda moment: moment.hour)
    np.testing.assert_array_equal(hours, [[10, 23], [23, 0]])


def test_an_unknown_zone_is_named():
    with pytest.raises(SettingsError, match='got "Mars/Olympus"'):
        local_times(np.array(["2014-01-01"], "M8[s]"), "Mars/Olympus")

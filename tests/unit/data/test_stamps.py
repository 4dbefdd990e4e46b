"""Ways to write a time stamp, and what is no time stamp."""

import datetime
import re

import numpy as np
import polars as pl
import pytest

from hiddenstate.data.places import Place
from hiddenstate.data.stamps import join, read_stamps
from hiddenstate.errors import InputError


def read(*values, dtype=None):
    column = pl.Series("time", values, dtype=dtype)
    return read_stamps(column, Place("a.csv", range(len(column)), lambda row: row + 2))


def shown(stamps):
    return [str(time) for time in stamps.seconds.astype("datetime64[s]")]


@pytest.mark.parametrize(
    ("text", "expected", "absolute"),
    [
        ("2014-04-06", "2014-04-06T00:00:00", False),
        ("2014-04", "2014-04-01T00:00:00", False),
        ("2014", "2014-01-01T00:00:00", False),
        (" 2014-04-06 02:30 ", "2014-04-06T02:30:00", False),
        ("2014-04-06T02:30:15", "2014-04-06T02:30:15", False),
        ("2014-04-06 02:30:15.250", "2014-04-06T02:30:15", False),
        ("2014/04/06 02:30", "2014-04-06T02:30:00", False),
        ("16.04.2014", "2014-04-16T00:00:00", False),
        ("16.04.2014 02:30", "2014-04-16T02:30:00", False),
        ("16/04/2014 02:30", "2014-04-16T02:30:00", False),
        ("04/16/2014 02:30", "2014-04-16T02:30:00", False),
        ("20140416", "2014-04-16T00:00:00", False),
        ("2014-04-06T02:30Z", "2014-04-06T02:30:00", True),
        ("2014-04-06T02:30:00.000+10:00", "2014-04-05T16:30:00", True),
        ("2014-04-06T02:30:00+1000", "2014-04-05T16:30:00", True),
        ("2014-04-06 02:30:00-05", "2014-04-06T07:30:00", True),
        ("2014-04-06 02:30 +0530", "2014-04-05T21:00:00", True),
        ("1396751400", "2014-04-06T02:30:00", True),
        ("1396751400500", "2014-04-06T02:30:00", True),
    ],
)
def test_a_stamp_is_read(text, expected, absolute):
    stamps = read(text, text)
    assert shown(stamps) == [expected] * 2
    assert stamps.absolute is absolute


def test_typed_columns_are_read():
    day = datetime.date(2014, 4, 6)
    assert shown(read(day)) == ["2014-04-06T00:00:00"]
    noon = datetime.datetime(2014, 4, 6, 12)
    assert not read(noon).absolute
    zoned = read(noon, dtype=pl.Datetime("us", "UTC")).seconds
    column = pl.Series("time", [noon], dtype=pl.Datetime("ns")).dt.replace_time_zone("Australia/Melbourne")
    stamps = read_stamps(column, Place("a", range(1)))
    assert stamps.zone == "Australia/Melbourne"
    assert zoned[0] - stamps.seconds[0] == 10 * 3600
    assert shown(read(2014, 2015)) == ["2014-01-01T00:00:00", "2015-01-01T00:00:00"]


def test_instants_before_1970_are_whole_seconds_too():
    assert shown(read("1969-12-31 23:59:59.5", "1900-01-01 00:00:00")) == [
        "1969-12-31T23:59:59",
        "1900-01-01T00:00:00",
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["2014-01-01", "soon"],
         'a.csv line 3, column "time": expected a time stamp such as 2014-01-01 00:30, got "soon". Correct it or drop'),
        (["2014-01-01", None], 'line 3, column "time": expected a time stamp, got nothing'),
        (["2014-01-01", "  "], 'line 3, column "time": expected a time stamp such as'),
        (["2014-02-28", "2014-02-30"], 'line 3, column "time": expected a time stamp such as'),
        (["2014-01-01 00:00", "2014-01-01"], 'line 3, column "time": expected a time stamp such as'),
        (["2014-01-01 00:00Z", "2014-01-01 00:00", "2014-01-01 00:00Z"],
         'line 3, column "time": expected time stamps all with or all without an offset from UTC, got "2014-01-01 0'),
        (["0014-01-01", "0014-01-02"], "expected a time stamp between the years 1800 and 2200"),
        (["01/02/2014", "02/01/2014"], "Is the day or the month first?"),
        (["01/13/2014", "01/14/2014", "15/01/2014"], 'a.csv line 4, column "time": expected a time stamp such as'),
        ([True, False], "expected time stamps, got Boolean"),
    ],
)  # fmt: skip
def test_what_is_no_stamp_is_named(values, message):
    with pytest.raises(InputError, match=re.escape(message)):
        read(*values)


def test_months_first_is_recognised_from_one_day_above_twelve_far_below():
    dates = [f"01/{1 + n % 12:02d}/2014" for n in range(1500)] + ["01/31/2014"]
    assert shown(read(*dates))[-1] == "2014-01-31T00:00:00"


def test_offsets_are_joined_over_batches_by_what_they_mean():
    first, second = read("2014-01-01 00:00+1100", "2014-01-01 00:30+11:00"), read("2014-07-01 00:00+10")
    joined = join([first, second], "a.csv", "time")
    summer = int(np.datetime64("2013-12-31T13:00:00").astype(int))
    assert joined.offsets[39_600] == (summer, summer + 1800)
    assert set(joined.offsets) == {36_000, 39_600}
    with pytest.raises(InputError, match="all with or all without an offset"):
        join([first, read("2014-01-01 00:00")], "a.csv", "time")

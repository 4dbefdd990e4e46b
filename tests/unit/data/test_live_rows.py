"""The latest rows of a stream: per series, in the order of time, the future replaced by what happened."""

import pytest

from hiddenstate.data import live_rows
from hiddenstate.data.live_rows import LiveRows
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.errors import InputError


def rows_of(**more):
    settings = SeriesSettings(time="t", targets=("y",), known=("k",), **more)
    return LiveRows(settings, 5, 2, ("a", "b"), "standard input")


def test_what_happened_replaces_what_was_known_of_it():
    live = rows_of()
    assert live.add({"t": "2024-01-01", "y": "1", "k": "0"}, 2) == ""
    assert live.add({"t": "2024-01-02", "y": "", "k": "5"}, 3) is None
    assert live.add({"t": "2024-01-03", "y": "", "k": "6"}, 4) is None
    assert live.add({"t": "2024-01-03", "y": "", "k": "7"}, 5) is None  # a newer forecast
    assert live.frame("")["k"].to_list() == [0, 5, 7]
    assert live.add({"t": "2024-01-03", "y": "3", "k": "8"}, 6) == ""
    frame = live.frame("")
    assert frame["t"].to_list() == ["2024-01-01", "2024-01-02", "2024-01-03"]
    assert frame["k"].to_list() == [0, 5, 8]  # the second never came: its known column stays
    assert str(frame["y"].to_list()) == "[1.0, nan, 3.0]"


def test_each_series_has_rows_of_its_own():
    live = rows_of(series="s")
    assert live.add({"s": "a", "t": "2024-01-02", "y": "1", "k": "0"}, 2) == "a"
    assert live.add({"s": "b", "t": "2024-01-01", "y": "2", "k": "0"}, 3) == "b"
    assert live.frame("a")["s"].to_list() == ["a"]
    with pytest.raises(
        InputError, match='line 4, column "s": expected a series the model was trained on, got "c"'
    ):
        live.add({"s": "c", "t": "2024-01-01", "y": "2", "k": "0"}, 4)


def test_the_hour_that_is_repeated_comes_twice():
    live = rows_of(timezone="Europe/Berlin")
    stamps = ["2024-10-27 01:00", "2024-10-27 02:00", "2024-10-27 02:00", "2024-10-27 03:00"]
    for line, stamp in enumerate(stamps, start=2):
        assert live.add({"t": stamp, "y": "1", "k": "0"}, line) == ""
    with pytest.raises(InputError, match='line 6, column "t": expected a time after "2024-10-27 03:00"'):
        live.add({"t": "2024-10-27 02:00", "y": "1", "k": "0"}, 6)
    with pytest.raises(InputError, match="in the hour that daylight saving skips"):
        live.add({"t": "2025-03-30 02:30", "y": "1", "k": "0"}, 7)


def test_a_decimal_comma_is_read_where_commas_do_not_separate():
    live = rows_of()
    live.add({"t": "2024-01-01", "y": "1,5", "k": "0"}, 2, decimal_comma=True)
    assert live.frame("")["y"].to_list() == [1.5]
    with pytest.raises(InputError, match='column "y": expected a number'):
        live.add({"t": "2024-01-02", "y": "1,5", "k": "0"}, 3)
    assert len(live.frame("")) == 1


def test_the_future_has_an_end(monkeypatch):
    monkeypatch.setattr(live_rows, "MOST_AHEAD", 1)
    live = rows_of()
    for day in range(1, 9):
        live.add({"t": f"2024-01-0{day}", "y": "", "k": "0"}, day)
    with pytest.raises(
        InputError, match='line 9, column "y": expected at most 8 rows without a target, got more'
    ):
        live.add({"t": "2024-01-09", "y": "", "k": "0"}, 9)

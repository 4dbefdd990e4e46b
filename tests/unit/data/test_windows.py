"""Windows: where they begin and end, what they may see, and which are left out."""

import numpy as np
import pytest

from hiddenstate.data import windows
from hiddenstate.data.calendar import calendar_features
from hiddenstate.data.clock import Clock
from hiddenstate.data.panel import Panel, Repairs, Series
from hiddenstate.data.split import Span, SplitSettings, split_by_time
from hiddenstate.data.windows import Origins, cut, last_origins, list_origins
from hiddenstate.errors import InputError, SettingsError


def make_series(length=100, name="", start="2014-01-01", future=0):
    """Targets count up from 0; the known column is 1000 + step, the past one 2000 + step."""
    steps = np.arange(length, dtype=np.float32)
    targets = steps.copy()
    if future:
        targets[-future:] = np.nan
    return Series(
        name=name,
        clock=Clock(np.datetime64(start, "s"), 3600),
        targets=targets[:, None],
        known=1000 + steps[:, None],
        past=2000 + steps[:, None],
        filled=np.zeros(length, dtype=bool),
    )


def make_panel(*series):
    return Panel(series or (make_series(),), ("y",), ("k",), ("p",), Repairs(), "test.csv")


def whole(panel):
    return Span(np.zeros(len(panel.series), int), np.array([s.observed for s in panel.series]))


def test_the_horizon_begins_at_the_origin_and_the_look_back_ends_before_it():
    window = cut(make_panel(), Origins(np.array([0]), np.array([10])), 3, 2, ())
    assert window.past_targets[0, :, 0].tolist() == [7, 8, 9]
    assert window.future_targets[0, :, 0].tolist() == [10, 11]
    assert window.past_known[0, :, 0].tolist() == [1007, 1008, 1009]
    assert window.future_known[0, :, 0].tolist() == [1010, 1011]
    assert window.past_covariates[0, :, 0].tolist() == [2007, 2008, 2009]


def test_windows_of_several_series_do_not_mix():
    panel = make_panel(make_series(name="a"), make_series(name="b", start="2014-03-01"))
    panel.series[1].targets[:] += 500
    window = cut(panel, Origins(np.array([1, 0, 1]), np.array([5, 6, 7])), 2, 1, ("time_of_day",))
    assert window.past_targets[:, :, 0].tolist() == [[503, 504], [4, 5], [505, 506]]


def test_steps_past_the_end_are_unknown():
    window = cut(make_panel(), Origins(np.array([0]), np.array([99])), 2, 3, ())
    assert window.future_targets[0, :, 0].tolist()[0] == 99
    assert np.isnan(window.future_targets[0, 1:]).all()
    assert np.isnan(window.future_known[0, 1:]).all()


def test_filled_steps_are_seen_but_are_no_truth():
    series = make_series()
    series.filled[[9, 11]] = True
    window = cut(make_panel(series), Origins(np.array([0]), np.array([10])), 2, 3, ())
    assert window.past_targets[0, :, 0].tolist() == [8, 9]
    assert np.isnan(window.future_targets[0, 1, 0])
    assert window.future_targets[0, [0, 2], 0].tolist() == [10, 12]


def test_the_calendar_is_that_of_the_step():
    window = cut(make_panel(), Origins(np.array([0]), np.array([24])), 1, 7, ("time_of_day",))
    known = window.future_known[0]  # (7, 1 + 4)
    np.testing.assert_allclose(known[0, 1:], [0, 1, 0, 1], atol=1e-6)  # midnight
    np.testing.assert_allclose(known[6, 1:3], [1, 0], atol=1e-6)  # six in the morning
    np.testing.assert_allclose(
        window.past_known[0, 0, 1:3], [np.sin(23 / 24 * 2 * np.pi), np.cos(23 / 24 * 2 * np.pi)], atol=1e-6
    )


def test_a_window_before_the_beginning_is_refused():
    with pytest.raises(InputError, match=r"test\.csv: expected 5 steps before each forecast, got 3"):
        cut(make_panel(), Origins(np.array([0]), np.array([3])), 5, 1, ())


def test_every_origin_is_listed_once_and_none_reaches_out():
    panel = make_panel()
    assert list_origins(panel, whole(panel), 10, 5).position.tolist() == list(range(10, 96))
    assert list_origins(panel, whole(panel), 10, 5, stride=40).position.tolist() == [10, 50, 90]


def test_origins_at_a_local_time():
    origins = list_origins(make_panel(), whole(make_panel()), 1, 1, at="06:00")
    assert origins.position.tolist() == [6, 30, 54, 78]


def test_windows_avoid_holes_in_the_look_back_and_horizons_without_truth():
    series = make_series()
    series.targets[50] = np.nan
    panel = make_panel(series)
    positions = list_origins(panel, whole(panel), 4, 1).position.tolist()
    assert 49 in positions
    assert not {50, 51, 52, 53, 54} & set(positions)  # 50 has no truth, 51-54 look back over the hole
    assert 55 in positions


def test_windows_avoid_an_unknown_known_column():
    series = make_series()
    series.known[50] = np.nan
    panel = make_panel(series)
    positions = set(list_origins(panel, whole(panel), 2, 3).position.tolist())
    assert not {48, 49, 50, 51, 52} & positions
    assert {47, 53} <= positions


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"horizon": 0}, "horizon: expected 1 step or more, got 0"),
        ({"lookback": 0}, "lookback: expected 1 step or more, got 0"),
        ({"stride": 0}, "stride: expected 1 step or more, got 0"),
        ({"at": "25:00"}, 'expected a time of day such as 00:00, got "25:00"'),
        ({"at": "noon"}, 'expected a time of day such as 00:00, got "noon"'),
    ],
)
def test_impossible_windows_are_refused(change, message):
    panel = make_panel()
    arguments = {"lookback": 1, "horizon": 1, **change}
    with pytest.raises(SettingsError, match=message):
        list_origins(panel, whole(panel), **arguments)


def test_the_last_origin_follows_the_last_observed_target():
    panel = make_panel(make_series(future=7))
    assert last_origins(panel, 10).position.tolist() == [93]
    with pytest.raises(InputError, match=r"expected at least 94 rows before the forecast, got 93"):
        last_origins(panel, 94)


def test_no_horizon_crosses_a_border_of_the_split():
    panel = make_panel()
    split = split_by_time(panel, SplitSettings(validation=0.2, test=0.2))
    assert (split.train.stop[0], split.validation.stop[0], split.test.stop[0]) == (60, 80, 100)
    assert list_origins(panel, split.train, 5, 10).position.max() == 50
    validation = list_origins(panel, split.validation, 5, 10).position
    assert (validation.min(), validation.max()) == (60, 70)


def test_the_split_takes_local_dates():
    panel = make_panel()
    split = split_by_time(panel, SplitSettings(validation="2014-01-03", test="2014-01-04"))
    assert (split.train.stop[0], split.validation.stop[0]) == (48, 72)


@pytest.mark.parametrize(
    ("validation", "test", "message"),
    [
        ("2014-01-04", "2014-01-03", "expected begin < validation < test < end"),
        ("2013-01-01", "2014-01-03", "expected begin < validation < test < end"),
        ("yesterday", 0.1, 'expected a share or a date such as 2014-01-01, got "yesterday"'),
    ],
)
def test_impossible_splits_are_refused(validation, test, message):
    with pytest.raises((InputError, SettingsError), match=message):
        split_by_time(make_panel(), SplitSettings(validation=validation, test=test))


def test_a_share_of_everything_is_refused():
    with pytest.raises(SettingsError, match=r"split\.test: expected a share in \[0, 1\) or a date, got 1\.0"):
        SplitSettings(test=1.0)


def test_no_window_ends_its_look_back_on_a_value_drawn_towards_the_future():
    series = make_series()
    series.filled[[49, 50]] = True  # drawn on the line from step 48 to step 51
    panel = make_panel(series)
    positions = set(list_origins(panel, whole(panel), 4, 2).position.tolist())
    assert not {50, 51} & positions
    assert not {49} & positions  # both steps of its horizon were filled
    assert {48, 52, 53} <= positions


def test_origins_are_the_same_in_blocks(monkeypatch):
    series = make_series()
    series.targets[[20, 57]] = np.nan
    series.known[33] = np.nan
    panel = make_panel(series)
    whole_list = list_origins(panel, whole(panel), 7, 3, stride=2).position.tolist()
    at_six = list_origins(panel, whole(panel), 7, 3, at="06:00").position.tolist()
    monkeypatch.setattr(windows, "BLOCK_STEPS", 11)
    assert list_origins(panel, whole(panel), 7, 3, stride=2).position.tolist() == whole_list
    assert list_origins(panel, whole(panel), 7, 3, at="06:00").position.tolist() == at_six


@pytest.mark.parametrize("table", [0, 2_000_000])
def test_every_window_has_the_calendar_of_its_own_time(monkeypatch, table):
    monkeypatch.setattr(windows, "LARGEST_TABLE", table)
    starts = ("2014-01-05T07:00", "2014-01-01", "2014-01-02T00:30")  # the last is off the others' axis
    panel = make_panel(*(make_series(start=start, name=start) for start in starts))
    origins = Origins(np.array([0, 1, 2, 1, 0]), np.array([9, 50, 8, 98, 70]))
    names = ("time_of_day", "day_of_week")
    window = cut(panel, origins, 5, 4, names)
    for row, (number, position) in enumerate(zip(origins.series, origins.position, strict=True)):
        expected = calendar_features(panel.series[number].clock, position - 5, 9, names)
        np.testing.assert_array_equal(window.past_known[row, :, 1:], expected[:5])
        np.testing.assert_array_equal(window.future_known[row, :, 1:], expected[5:])


def test_a_horizon_beyond_the_rows_of_the_series_is_unknown_but_has_a_calendar():
    window = cut(make_panel(), Origins(np.array([0, 0]), np.array([100, 103])), 5, 3, ("time_of_day",))
    assert np.isnan(window.future_targets).all()
    assert np.isnan(window.future_known[:, :, 0]).all()
    assert np.isfinite(window.future_known[:, :, 1:]).all()
    assert window.past_targets[0, :, 0].tolist() == [95, 96, 97, 98, 99]
    np.testing.assert_array_equal(window.past_covariates[1, :, 0], [2098, 2099, np.nan, np.nan, np.nan])

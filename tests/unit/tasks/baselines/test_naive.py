"""Seasonal naive, mean of same weekdays and last value: by hand."""

import numpy as np
import pytest

from hiddenstate.errors import InputError
from hiddenstate.tasks.baselines.repeat_last import RepeatLast
from hiddenstate.tasks.baselines.same_weekday_mean import SameWeekdayMean
from hiddenstate.tasks.baselines.seasonal_naive import SeasonalNaive

STEPS = np.arange(24 * 7 * 6, dtype=float)  # six weeks of hours: each value is its own position


def test_seasonal_naive_takes_the_value_one_season_ago(make_panel, at):
    panel, origins = make_panel(STEPS), at([200, 500])
    day = SeasonalNaive("day").fit(panel, origins, 3).predict(panel, origins, 3)
    assert day[:, :, 0].tolist() == [[176, 177, 178], [476, 477, 478]]
    week = SeasonalNaive("week").fit(panel, origins, 3).predict(panel, origins, 3)
    assert week[:, :, 0].tolist() == [[32, 33, 34], [332, 333, 334]]


def test_beyond_one_season_the_last_known_one_is_repeated(make_panel, at):
    panel, origins = make_panel(STEPS), at([240])
    forecast = SeasonalNaive("day").fit(panel, origins, 50).predict(panel, origins, 50)[0, :, 0]
    assert forecast.tolist() == [*range(216, 240), *range(216, 240), 216, 217]


def test_mean_of_the_last_four_same_weekdays(make_panel, at):
    panel, origins = make_panel(STEPS), at([800])
    forecast = SameWeekdayMean().fit(panel, origins, 2).predict(panel, origins, 2)[0, :, 0]
    expected = np.mean([800 - 168 * weeks for weeks in (1, 2, 3, 4)])
    assert forecast.tolist() == [expected, expected + 1]


def test_the_last_value_is_repeated(make_panel, at):
    panel, origins = make_panel(np.stack([STEPS, -STEPS], axis=1)), at([10, 31])
    forecast = RepeatLast().fit(panel, origins, 2).predict(panel, origins, 2)
    assert forecast.tolist() == [[[9, -9], [9, -9]], [[30, -30], [30, -30]]]


def test_each_window_reads_its_own_series(make_panel, at):
    panel = make_panel(STEPS, STEPS + 10_000)
    one, two = at([100]), at([90], series=1)
    both = type(one)(np.concatenate([two.series, one.series]), np.concatenate([two.position, one.position]))
    forecast = SeasonalNaive("day").fit(panel, both, 1).predict(panel, both, 1)
    assert forecast.ravel().tolist() == [10_066, 76]


@pytest.mark.parametrize("hole", ["missing", "filled"])
def test_holes_are_taken_from_the_season_before_never_from_what_was_filled_in(make_panel, at, hole):
    values, filled = STEPS.copy(), np.zeros(len(STEPS), dtype=bool)
    values[190] = np.nan if hole == "missing" else 1e6
    filled[190] = hole == "filled"
    panel = make_panel(values, filled=filled)
    forecast = SeasonalNaive("day").predict(panel, at([212]), 4)[0, :, 0]
    assert forecast.tolist() == [188, 189, 190 - 24, 191]


def test_a_record_that_only_just_began_gives_its_last_value(make_panel, at):
    values = STEPS.copy()
    values[:198] = np.nan
    forecast = SeasonalNaive("day").predict(make_panel(values), at([200]), 3)[0, :, 0]
    assert forecast.tolist() == [199, 199, 199]


def test_a_history_shorter_than_the_season_stays_before_the_origin(make_panel, at):
    forecast = SeasonalNaive("week").predict(make_panel(STEPS), at([30]), 24)
    assert forecast.max() < 30


def test_forecasts_of_the_future_need_no_rows_there(make_panel, at):
    panel = make_panel(STEPS)
    forecast = SeasonalNaive("day").predict(panel, at([len(STEPS)]), 2)[0, :, 0]
    assert forecast.tolist() == [len(STEPS) - 24, len(STEPS) - 23]


@pytest.mark.parametrize(
    ("clock", "season", "works"),
    [
        ({"step_seconds": 86_400}, "day", False),
        ({"step_seconds": 86_400}, "week", True),
        ({"step_seconds": None, "step_months": 1}, "week", False),
        ({"step_seconds": None, "step_months": 1}, "year", True),
        ({"step_seconds": 1800}, "day", True),
    ],
)
def test_seasons_that_the_step_does_not_have_are_left_out(make_panel, at, clock, season, works):
    panel, origins = make_panel(STEPS[:200], **clock), at([190])
    baseline = SeasonalNaive(season)
    reason = baseline.reason_to_leave_out(panel, origins, 5)
    if works:
        assert reason is None
        length = {"day": 48, "week": 7, "year": 12}[season]
        assert baseline.fit(panel, origins, 5).predict(panel, origins, 5)[0, 0, 0] == 190 - length
    else:
        assert "not a whole number of steps" in reason
        with pytest.raises(InputError, match="Leave it out"):
            baseline.fit(panel, origins, 5)


def test_too_short_a_history_is_a_reason(make_panel, at):
    panel = make_panel(STEPS)
    reason = SameWeekdayMean().reason_to_leave_out(panel, at([600]), 5)
    assert reason == "needs 672 steps before an origin (4 x week), the data have fewer"
    assert SameWeekdayMean().reason_to_leave_out(panel, at([672]), 5) is None

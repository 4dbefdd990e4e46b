import numpy as np
import pytest

from hiddenstate.tasks.baselines.cells import Cells
from hiddenstate.tasks.baselines.design import Design, choose_knots, fit_line
from hiddenstate.tasks.baselines.features import build_rows, choose_recipe, open_history, truth_of


def rows_of(panel, train, origins, leads, horizon):
    recipe = choose_recipe(panel, train, horizon)
    history, positions = open_history(panel, 0, np.asarray(origins), horizon, recipe)
    return recipe, history, build_rows(history, recipe, positions, np.asarray(leads))


def test_features_by_hand(make_panel, at):
    steps = np.arange(24.0 * 60)
    panel = make_panel(steps, known=np.stack([2 * steps, steps % 2], axis=1), past=-steps)
    recipe, _, rows = rows_of(panel, at([600, 1200]), [1000, 1000], [0, 30], 48)
    assert recipe.lags == ((24, 0), (24, 1), (168, 0), (168, 1))
    assert recipe.flags == (False, True)
    # lags, mean of the last day, last value, the value a day before that
    assert rows.own[0, 0].tolist() == [976, 952, 832, 664, np.arange(976, 1000).mean(), 999, 975]
    assert rows.own[1, 0, :4].tolist() == [1030 - 48, 1030 - 72, 1030 - 168, 1030 - 336]
    step, lag, week, mean, before = rows.known[1, 0]
    assert (step, lag, week) == (2060, 2 * 982, 2 * 862)
    assert mean == pytest.approx(2 * np.arange(1007, 1031).mean())
    assert before == pytest.approx(2 * np.arange(983, 1007).mean())
    assert rows.past[0].tolist() == [-976, -np.arange(976, 1000).mean()]
    assert (rows.time_of_day[1], rows.weekday[1]) == (1030 % 24, (1030 // 24) % 7)


def test_lags_longer_than_the_history_are_not_columns(make_panel, at):
    panel = make_panel(np.arange(24.0 * 20))
    assert choose_recipe(panel, at([200, 210, 220]), 24).lags == ((24, 0), (24, 1), (168, 0))
    assert choose_recipe(panel, at([12, 13]), 24).lags == ((1, 0),)


@pytest.mark.parametrize(
    ("clock", "lags"),
    [
        ({"step_seconds": 86_400}, ((1, 0), (1, 1), (7, 0), (7, 1))),
        ({"step_months": 1}, ((1, 0), (1, 1), (12, 0), (12, 1))),
        ({"step_seconds": 7 * 86_400}, ((1, 0), (1, 1), (52, 0), (52, 1))),
    ],
)
def test_lags_follow_the_step(make_panel, at, clock, lags):
    assert choose_recipe(make_panel(np.arange(300.0), **clock), at([200]), 3).lags == lags


@pytest.mark.parametrize(("days", "harmonics"), [(200, 0), (400, 1), (700, 3)])
def test_waves_of_the_year_need_years_of_data(make_panel, at, days, harmonics):
    panel = make_panel(np.arange(1000.0), step_seconds=86_400)
    assert choose_recipe(panel, at([30, 30 + days]), 1).harmonics == harmonics


def test_filled_steps_are_no_truth(make_panel, at):
    filled = np.zeros(500, dtype=bool)
    filled[300] = True
    _, history, _ = rows_of(make_panel(np.arange(500.0), filled=filled), at([290]), [290], [0], 24)
    place = len(history.truth) - 24
    assert np.isnan(truth_of(history, np.array([place + 9, place + 10, place + 11]))).ravel().tolist() == [
        False,
        True,
        False,
    ]


def test_cells_are_a_time_of_day_and_a_lead_step():
    times, leads = np.array([0, 0, 23, 12]), np.array([0, 30, 31, 3])
    assert len(np.unique(Cells("origin", 24, 48).keys(times, leads))) == 4
    # 0+30, 23+31 are 6 o'clock on day 2; 0+0 is midnight; 12+3 is 15 o'clock
    assert Cells("target", 24, 48).keys(times, leads).tolist() == [0, 6 * 3 + 1, 6 * 3 + 1, 15 * 3]
    assert Cells("all", 24, 48).keys(times, leads).tolist() == [0, 0, 0, 0]


def test_a_cell_without_a_regression_takes_the_nearest_time_of_day():
    cells = Cells("origin", 24, 48)
    fitted = cells.keys(np.zeros(48, dtype=np.int64), np.arange(48))  # fitted at midnight only
    noon_step_3 = int(cells.keys(np.array([12]), np.array([3]))[0])
    assert cells.nearest(noon_step_3, fitted) == 15  # 15 o'clock; of leads 15 and 39 the closer to 3


def test_the_day_is_a_circle():
    cells = Cells("target", 24, 24)
    one, evening, late = (int(cells.keys(np.array([time]), np.array([0]))[0]) for time in (1, 20, 23))
    assert cells.nearest(late, np.array([one, evening])) == one


def test_columns_are_counted_right_and_tell_weekdays_apart(make_panel, at):
    steps = np.arange(24.0 * 60)
    panel = make_panel(steps, known=np.stack([np.sin(steps), steps % 2], axis=1))
    recipe, _, rows = rows_of(panel, at([600, 1200]), [1008] * 3, [0, 24, 48], 72)
    for pooled_over in (None, 24):
        design = Design(recipe, ((0.0, 0.5),), weekly=True, pooled_over=pooled_over)
        columns = np.concatenate([design.own(rows, 0), design.shared(rows)], axis=1)
        assert columns.shape == (3, design.columns() - 1)
    one_of_seven = design.shared(rows)[:, :6]  # Monday is the one without a column
    assert one_of_seven.tolist() == [[0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]]


def test_fine_steps_share_a_quarter_of_an_hour():
    keys = Cells("origin", 1440, 10).keys(np.arange(1440), np.zeros(1440, dtype=np.int64))
    assert len(np.unique(keys)) == 96


def test_least_squares_finds_the_line_and_skips_unknown_rows():
    random = np.random.default_rng(0)
    x = random.normal(size=(200, 3)) * [1.0, 100.0, 0.0] + [0.0, 5.0, 7.0]  # the last column is constant
    y = 4.0 + 2.0 * x[:, 0] - 0.1 * x[:, 1]
    y[:5], x[5:9, 0] = np.nan, np.nan
    line = fit_line(x, y)
    np.testing.assert_allclose(line.predict(np.array([[1.0, 10.0, 7.0]])), [5.0], rtol=1e-4)
    np.testing.assert_allclose(line.predict(np.array([[np.nan, 10.0, 7.0]])), [3.0], atol=0.3)
    assert fit_line(x[:12], y[:12]) is None


def test_columns_that_repeat_each_other_do_no_harm():
    column = np.random.default_rng(1).normal(size=100)
    line = fit_line(np.stack([column] * 4, axis=1), 3.0 * column)
    np.testing.assert_allclose(line.predict(np.full((1, 4), 2.0)), [6.0], rtol=1e-4)
    assert np.abs(line.weights).max() < 1.0


def test_knots_are_distinct_quantiles():
    assert choose_knots(np.arange(101.0), 3) == (10.0, 50.0, 90.0)
    assert choose_knots(np.array([0.0] * 19 + [1.0]), 5) == (0.0,)
    assert choose_knots(np.array([np.nan]), 5) == ()
    assert choose_knots(np.arange(5.0), 0) == ()

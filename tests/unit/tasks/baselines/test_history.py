import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.tasks.baselines.history import History, RunningMean, carry_forward, recent, steps_within


def test_gaps_take_the_last_season_that_is_known(make_panel):
    nan = np.nan
    column = np.array([nan, 2, 3, 4, nan, nan, 7, nan, nan], dtype=float)[:, None]
    # season of three: rows (nan 2 3) (4 nan nan) (7 nan nan)
    assert carry_forward(column, 3).ravel()[1:].tolist() == [2, 3, 4, 2, 3, 7, 2, 3]
    assert np.isnan(carry_forward(column, 3)[0, 0])


@given(
    st.lists(st.one_of(st.none(), st.floats(-5, 5)), min_size=1, max_size=40), st.integers(1, 9), st.data()
)
def test_filling_never_looks_ahead(values, season, data):
    column = np.array([np.nan if value is None else value for value in values])[:, None]
    cut = data.draw(st.integers(1, len(column)))
    np.testing.assert_array_equal(carry_forward(column, season)[:cut], carry_forward(column[:cut], season))


def test_running_means_ignore_what_is_unknown():
    means = RunningMean(np.array([[1.0], [np.nan], [5.0], [9.0]]))
    assert means.before(np.array([4, 3, 1]), 2).ravel().tolist() == [7, 5, 1]
    assert np.isnan(means.before(np.array([2]), 1)).all()
    assert np.isnan(means.before(np.array([0]), 3)).all()


def test_steps_before_the_record_move_to_the_earliest_season():
    steps, origins = np.array([-30, -1, 5, -3]), np.array([40, 40, 40, 10])
    assert steps_within(steps, origins, 24).tolist() == [18, 23, 5, 9]


def test_a_part_of_a_series_keeps_its_clock(make_panel):
    panel = make_panel(np.arange(500.0))
    part, positions = recent(panel.series[0], np.array([300, 310]), 5, 100)
    assert positions.tolist() == [100, 110]
    assert part.targets[positions, 0].tolist() == [300, 310]
    assert len(part) == 115
    assert part.clock.times(100, 1) == panel.series[0].clock.times(300, 1)


def test_the_calendar_is_local(make_panel):
    panel = make_panel(np.arange(48.0), timezone="Australia/Melbourne", start="2024-12-31T13:00:00")
    history = History(panel.series[0], 60)
    assert len(history.weekday) == 60
    assert history.time_of_day[[0, 25]].tolist() == [0, 1]
    assert history.weekday[[0, 24]].tolist() == [2, 3]  # 1 January 2025 was a Wednesday
    assert history.day_of_year[[0, 47]].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("clock", "cycle"), [({"step_seconds": 1800}, 48), ({"step_seconds": 86_400}, 7), ({"step_months": 3}, 4)]
)
def test_the_cycle_is_the_shortest_season(make_panel, clock, cycle):
    assert History(make_panel(np.arange(100.0), **clock).series[0], 100).cycle == cycle

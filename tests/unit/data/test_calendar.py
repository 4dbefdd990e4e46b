"""Features of local time: in range, periodic, and only those that say something at the step."""

import numpy as np
import pytest

from hiddenstate.data.calendar import calendar_features, calendar_names, features_at
from hiddenstate.data.clock import Clock
from hiddenstate.errors import SettingsError

ALL = ("time_of_day", "day_of_week", "day_of_year")
HALF_HOURS = Clock(np.datetime64("2013-12-31T13:00:00"), 1800, timezone="Australia/Melbourne")


def test_features_lie_between_minus_one_and_one_and_have_names():
    features = calendar_features(HALF_HOURS, 0, 17_520, ALL)
    assert features.dtype == np.float32
    assert features.shape == (17_520, len(calendar_names(HALF_HOURS, ALL)))
    assert np.abs(features).max() <= 1
    assert (features.std(axis=0) > 0.1).all()  # none is constant


def test_the_time_of_day_is_that_on_the_wall():
    noon = [str(time).endswith("12:00:00") for time in HALF_HOURS.local(HALF_HOURS.times(0, 17_520))]
    features = calendar_features(HALF_HOURS, 0, 17_520, ("time_of_day",))[noon]
    assert len(features) == 365  # in summer and in winter
    np.testing.assert_allclose(features, np.tile([0, -1, 0, 1], (365, 1)), atol=1e-6)


def test_weekends_begin_and_end_at_local_midnight():
    weekend = calendar_features(HALF_HOURS, 0, 17_520, ("day_of_week",))[:, 2] > 0
    days = HALF_HOURS.local(HALF_HOURS.times(0, 17_520)).astype("datetime64[D]").astype(object)
    assert weekend.tolist() == [day.weekday() >= 5 for day in days]


def test_the_year_ends_where_the_next_begins():
    days = Clock(np.datetime64("2015-12-31"), 86_400)
    last, first = calendar_features(days, 0, 2, ("day_of_year",))
    assert np.abs(last - first).max() < 0.05
    np.testing.assert_allclose(first, [0, 1, 0, 1], atol=1e-6)


@pytest.mark.parametrize(
    ("clock", "columns"),
    [
        (HALF_HOURS, 11),
        (Clock(np.datetime64("2014-01-01"), 86_400), 7),
        (Clock(np.datetime64("2014-01-01"), 7 * 86_400), 4),
        (Clock(np.datetime64("2014-01-01"), None, 1), 4),
        (Clock(np.datetime64("2014-01-01"), None, 12), 0),
    ],
)
def test_features_that_never_change_at_the_step_are_left_out(clock, columns):
    assert calendar_features(clock, 0, 3, ALL).shape == (3, columns)
    assert len(calendar_names(clock, ALL)) == columns


def test_instants_of_any_shape_have_the_features_of_their_step():
    steps = np.array([[5, 700], [9000, 1]])
    expected = calendar_features(HALF_HOURS, 0, 9001, ALL)[steps]
    np.testing.assert_array_equal(features_at(HALF_HOURS, HALF_HOURS.at(steps), ALL), expected)


def test_an_unknown_feature_is_refused():
    with pytest.raises(SettingsError, match=r'got "day_of_weak"\. Did you mean "day_of_week"\?'):
        calendar_names(HALF_HOURS, ("day_of_weak",))

from dataclasses import replace

import numpy as np
import pytest

from hiddenstate.errors import SettingsError
from hiddenstate.plots import error_by_hour, error_by_lead, error_by_weekday
from hiddenstate.plots.error_profile import mean_errors


def values_of(chart, name):
    spec = chart.to_dict()
    rows = spec["datasets"][spec["layer"][0]["data"]["name"]]
    return [row["error"] for row in rows if row["name"] == name]


def test_mean_errors_by_group_leave_out_what_is_unknown():
    truth = np.array([[1.0, 2.0, np.nan], [4.0, 5.0, 6.0], [np.nan, 9.0, np.nan]])
    values = np.array([[2.0, 2.0, 9.0], [4.0, 8.0, np.nan], [5.0, 9.0, 1.0]])
    groups = np.array([[0, 1, 2], [0, 1, 2], [0, 1, 2]])
    np.testing.assert_array_equal(mean_errors(values, truth, groups, 4), [0.5, 1.0, np.nan, np.nan])


def test_hours_are_local_hours(demand):
    forecast, _ = demand
    error = np.zeros_like(forecast.truth)
    error[:, 36:38] = 7.0  # windows start at local midnight: steps 36 and 37 are 18:00 and 18:30
    shifted = replace(forecast, values=(forecast.truth + error)[..., None], levels=(0.5,))
    errors = values_of(error_by_hour(shifted, unit="MW"), "model")
    assert np.flatnonzero(np.asarray(errors) > 1e-9).tolist() == [18]
    assert errors[18] == pytest.approx(7.0)


def test_weekdays_are_local_weekdays(demand):
    forecast, _ = demand
    error = np.zeros_like(forecast.truth)
    error[0] = 5.0  # 22 January 2014 was a Wednesday in Melbourne, and began on Tuesday in UTC
    shifted = replace(forecast, values=(forecast.truth + error)[..., None], levels=(0.5,))
    errors = values_of(error_by_weekday(shifted), "model")
    assert np.flatnonzero(np.asarray(errors) > 1e-9).tolist() == [2]


@pytest.mark.parametrize(
    ("horizon", "step", "label", "first"),
    [
        (48, 1800, "hours", 0.5),
        (12, 300, "minutes", 5.0),
        (14, 86400, "days", 1.0),
        (1, 3600, "steps", 1.0),
    ],
)
def test_the_distance_has_a_handy_unit(regular, horizon, step, label, first):
    spec = error_by_lead(regular(2, horizon, step)).to_dict()
    x = spec["layer"][0]["encoding"]["x"]
    assert x["title"] == f"distance from the origin ({label})"
    assert spec["datasets"][spec["layer"][0]["data"]["name"]][0]["place"] == first


def test_months_are_counted_in_steps(regular):
    months = (np.datetime64("2010-01", "M") + np.arange(6)).astype("datetime64[s]").reshape(1, 6)
    spec = error_by_lead(replace(regular(1, 6, 3600), times=months)).to_dict()
    assert spec["layer"][0]["encoding"]["x"]["title"].endswith("(steps)")


def test_labels_and_description_compare_with_the_best_baseline(regular):
    forecast = regular(4, 24, 3600)  # the median is 1 too high everywhere
    close, far = forecast.truth + 1.5, forecast.truth + 3.0
    close = close.copy()
    close[:, :6] = forecast.truth[:, :6]
    spec = error_by_hour(forecast, {"far": far, "close": close}, unit="MW", model="GRU").to_dict()
    assert spec["layer"][0]["encoding"]["y"]["title"] == "mean absolute error (MW)"
    assert spec["layer"][0]["encoding"]["y"]["scale"]["zero"] is True
    assert spec["layer"][0]["encoding"]["x"]["title"] == "hour of day (UTC)"
    assert "below close, the best simple method on average, in 18 of 24 hours" in spec["description"]
    assert spec["layer"][0]["encoding"]["color"]["scale"]["domain"] == ["GRU", "far", "close"]


def test_without_truth_the_chart_says_so(regular):
    forecast = regular(2, 24, 3600)
    for nothing in (None, np.full_like(forecast.truth, np.nan)):
        chart = error_by_hour(replace(forecast, truth=nothing), {"naive": forecast.truth})
        assert "No truth is known" in chart.to_dict()["description"]


def test_one_step_and_an_unmeasured_baseline(regular):
    forecast = regular(3, 1, 86400)
    spec = error_by_lead(forecast, {"none": np.full_like(forecast.truth, np.nan)}, unit="t").to_dict()
    assert spec["layer"][0]["mark"]["type"] == "point"
    assert (
        spec["description"]
        == "The mean absolute error of the model is 1.00\N{NO-BREAK SPACE}t (1 step ahead)."
    )


def test_no_window_at_all(regular):
    assert "No truth" in error_by_lead(regular(0, 24, 3600)).to_dict()["description"]


def test_a_baseline_cannot_take_the_models_name(regular):
    forecast = regular(2, 24, 3600)
    with pytest.raises(SettingsError, match='got "LSTM"'):
        error_by_hour(forecast, {"LSTM": forecast.truth}, model="LSTM")

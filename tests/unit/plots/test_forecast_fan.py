from dataclasses import replace

import numpy as np
import pytest

from hiddenstate.errors import SettingsError
from hiddenstate.plots import error_by_hour, forecast_fan
from hiddenstate.plots.theme import BASELINE_COLOURS


def rows_of(chart, panel, layer):
    spec = chart.to_dict()
    return spec["datasets"][spec["hconcat"][panel]["layer"][layer]["data"]["name"]]


def layers_of(chart, panel=0):
    return chart.to_dict()["hconcat"][panel]["layer"]


def test_labels_carry_unit_day_and_errors(demand):
    forecast, baselines = demand
    spec = forecast_fan(forecast, baselines=baselines, unit="MW").to_dict()
    assert [panel["title"]["text"] for panel in spec["hconcat"]] == ["Typical day", "Best day", "Worst day"]
    for panel in spec["hconcat"]:
        day, own, other = panel["title"]["subtitle"]
        assert day.endswith(" 2014")
        assert own.startswith("forecast: mean error ")
        assert own.endswith("\N{NO-BREAK SPACE}MW")
        assert other.startswith("weekly naive: mean error ")
        for layer in panel["layer"][:-1]:
            assert layer["encoding"]["y"]["title"] == "demand (MW)"


def test_the_description_says_what_is_drawn(demand):
    forecast, baselines = demand
    text = forecast_fan(forecast, baselines=baselines, unit="MW").to_dict()["description"]
    for words in (
        "demand (MW)",
        "Australia/Melbourne",
        "80 % interval",
        "95 % interval",
        "weekly naive",
        "Worst day",
    ):
        assert words in text


def test_panels_share_one_vertical_range_that_holds_everything(demand):
    forecast, _ = demand
    chart = forecast_fan(forecast, windows={"a": 3, "b": 40})
    domains = [
        layer["encoding"]["y"]["scale"]["domain"] for panel in (0, 1) for layer in layers_of(chart, panel)[:2]
    ]
    assert all(domain == domains[0] for domain in domains)
    shown = np.concatenate([forecast.values[[3, 40]].ravel(), forecast.truth[[3, 40]].ravel()])
    assert domains[0][0] < shown.min()
    assert domains[0][1] > shown.max()


def test_bands_and_lines_hold_the_forecast(regular):
    forecast = regular(2, 3, 3600, levels=(0.025, 0.1, 0.5, 0.9, 0.975))
    chart = forecast_fan(forecast, windows={"second": 1})
    bands = [(row["name"], row["low"], row["high"]) for row in rows_of(chart, 0, 0) if row["step"] == 2]
    assert bands == [("95 % interval", 4.0, 8.0), ("80 % interval", 5.0, 7.0)]
    lines = [(row["name"], row["value"]) for row in rows_of(chart, 0, 1) if row["step"] == 2]
    assert lines == [("forecast (median)", 6.0), ("measured", 5.0)]


def test_what_is_read_out_at_a_step(regular):
    forecast = regular(1, 3, 3600)
    chart = forecast_fan(forecast, unit="m", baselines={"naive": forecast.truth + 4})
    nbsp = "\N{NO-BREAK SPACE}"
    assert rows_of(chart, 0, 2)[1]["say"] == (
        f"Sat 1 Mar 2014, 01:00 | measured 1.00{nbsp}m | forecast (median) 2.00{nbsp}m | naive 5.00{nbsp}m | "
        "80 %: 0 to 4.00"
    )


def test_unknown_truth_is_a_gap_not_a_zero(regular):
    forecast = regular(1, 3, 3600)
    truth = forecast.truth.copy()
    truth[0, 1] = np.nan
    chart = forecast_fan(replace(forecast, truth=truth))
    measured = [row["value"] for row in rows_of(chart, 0, 1) if row["name"] == "measured"]
    assert measured == [0.0, None, 2.0]


def test_a_forecast_of_the_future_has_no_measured_line(regular):
    chart = forecast_fan(replace(regular(2, 24, 3600), truth=None))
    assert "measured" not in str(chart.to_dict())
    assert chart.to_dict()["hconcat"][0]["title"]["subtitle"] == ["Sun 2 Mar 2014"]


def test_without_intervals_there_is_no_band(regular):
    marks = [layer["mark"]["type"] for layer in layers_of(forecast_fan(regular(1, 24, 3600, levels=(0.5,))))]
    assert marks == ["line", "rule"]


def test_a_single_step_is_drawn_as_points(regular):
    marks = [layer["mark"]["type"] for layer in layers_of(forecast_fan(regular(3, 1, 86400)))]
    assert marks == ["bar", "point", "rule"]


def test_no_window_says_so(regular):
    assert "holds no window" in forecast_fan(regular(0, 24, 3600)).to_dict()["description"]


def test_a_baseline_has_the_same_colour_in_every_chart(demand):
    forecast, baselines = demand
    fan = forecast_fan(forecast, baselines=baselines, show="least squares")
    scale = layers_of(fan)[1]["encoding"]["color"]["scale"]
    assert dict(zip(scale["domain"], scale["range"], strict=True))["least squares"] == BASELINE_COLOURS[1]
    profile = error_by_hour(forecast, baselines).to_dict()["layer"][0]["encoding"]["color"]["scale"]
    assert dict(zip(profile["domain"], profile["range"], strict=True))["least squares"] == BASELINE_COLOURS[1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"windows": {"x": 60}}, "from 0 to 59, got 60"),
        ({"windows": {"x": -1}}, "got -1"),
        ({"show": "weekly naif"}, 'Did you mean "weekly naive"'),
        ({"target": "demnad"}, 'Did you mean "demand"'),
    ],
)
def test_wrong_names_and_windows_are_refused(demand, options, words):
    forecast, baselines = demand
    with pytest.raises(SettingsError, match=words):
        forecast_fan(forecast, baselines=baselines, **options)


def test_a_baseline_cannot_hide_a_line_of_the_chart(demand):
    forecast, baselines = demand
    with pytest.raises(SettingsError, match="Rename it"):
        forecast_fan(forecast, baselines={"measured": baselines["weekly naive"]})

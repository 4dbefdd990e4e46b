import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hiddenstate.errors import ShapeError
from hiddenstate.records import Forecast
from hiddenstate.tasks.calibration import Interval
from hiddenstate.tasks.metrics import (
    METRICS,
    coverage,
    mean_absolute_scaled_error,
    measure,
    measure_point,
    pinball,
)

TRUTH = np.array([[[100.0, 10.0], [200.0, np.nan]]])  # (1, 2, 2)
POINT = np.array([[[110.0, 12.0], [170.0, 99.0]]])
cells = st.floats(1.0, 1e4)
blocks = arrays(np.float64, (2, 3, 2), elements=cells)


def forecast(levels=(0.1, 0.5, 0.9), truth=TRUTH, spread=(-20.0, 0.0, 5.0)):
    values = POINT[..., None] + np.asarray(spread)
    times = np.zeros((1, 2), dtype="datetime64[s]")
    return Forecast(("",), times, "UTC", ("a", "b"), levels, values, truth)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mae", (10 + 2 + 30) / 3),
        ("rmse", np.sqrt((100 + 4 + 900) / 3)),
        ("mape", 100 * (10 / 100 + 2 / 10 + 30 / 200) / 3),
        ("nd", 42 / 310),
    ],
)
def test_by_hand_with_an_unknown_cell(name, expected):
    assert METRICS[name].score(TRUTH, POINT) == pytest.approx(expected)


def test_pinball_by_hand():
    quantiles = np.array([8.0, 10.0, 13.0]).reshape(1, 1, 1, 3)
    # errors against 12: 4, 2, -1 at levels 0.1, 0.5, 0.9
    expected = (0.1 * 4 + 0.5 * 2 + 0.1 * 1) / 3
    assert pinball(np.full((1, 1, 1), 12.0), quantiles, (0.1, 0.5, 0.9)) == pytest.approx(expected)


def test_mase_by_hand_with_a_scale_per_target_and_per_window():
    expected = (10 / 5 + 2 / 4 + 30 / 5) / 3
    assert mean_absolute_scaled_error(TRUTH, POINT, [5.0, 4.0]) == pytest.approx(expected)
    assert mean_absolute_scaled_error(TRUTH, POINT, [[5.0, 4.0]]) == pytest.approx(expected)


def test_mase_with_one_scale_per_window_goes_by_window_and_not_by_lead_step():
    truth, point = np.zeros((2, 2, 1)), np.array([[[1.0], [1.0]], [[4.0], [4.0]]])
    assert mean_absolute_scaled_error(truth, point, np.array([[1.0], [2.0]])) == pytest.approx(1.5)


def test_mase_skips_a_constant_series():
    assert mean_absolute_scaled_error(TRUTH, POINT, [0.0, 4.0]) == pytest.approx(0.5)


def test_coverage_counts_the_bounds_as_inside_and_ignores_unknown_cells():
    truth = np.array([1.0, 2.0, 3.0, 4.0, np.nan]).reshape(5, 1, 1)
    quantiles = np.tile([1.0, 3.0], (5, 1, 1, 1))
    assert coverage(truth, quantiles, Interval(80, 0, 1)) == pytest.approx(75.0)


def test_mape_skips_zeros_and_says_how_many():
    truth, point = np.array([[[0.0], [0.0], [10.0]]]), np.array([[[5.0], [0.0], [11.0]]])
    scores = measure_point(truth, point)
    assert scores["mape"] == pytest.approx(10.0)
    assert scores["mape_skipped"] == 2
    assert scores["mae"] == pytest.approx(2.0)
    assert "mape_skipped" not in measure_point(TRUTH, POINT)


def test_measure_reports_every_metric_and_interval():
    scores = measure(forecast(), scale_for_mase=[5.0, 4.0])
    assert set(scores) == {"mae", "rmse", "mape", "nd", "mase", "pinball", "coverage_80"}
    assert scores["mae"] == pytest.approx(14.0)
    # 100 in [90, 115] yes, 10 in [-8, 17] yes, 200 in [150, 175] no
    assert scores["coverage_80"] == pytest.approx(200 / 3)


def test_a_point_forecast_has_no_pinball_and_without_a_scale_no_mase():
    assert set(measure(forecast((0.5,), spread=(0.0,)))) == {"mae", "rmse", "mape", "nd"}


def test_nothing_known_is_nan_and_not_an_error():
    assert all(np.isnan(value) for value in measure(forecast(truth=np.full((1, 2, 2), np.nan)), 1.0).values())


def test_the_future_cannot_be_measured():
    with pytest.raises(ShapeError, match="one of the future"):
        measure(forecast(truth=None))


def test_shapes_must_agree():
    with pytest.raises(ShapeError, match=r"\(1, 2, 2\) and \(1, 1, 2\)"):
        measure_point(TRUTH, POINT[:, :1])


@given(blocks, blocks, st.floats(0.1, 50.0))
def test_errors_scale_with_the_unit_and_ratios_do_not(truth, point, factor):
    before, after = (measure_point(k * truth, k * point, k * 3.0) for k in (1.0, factor))
    for name, value in before.items():
        scaled = value * factor if METRICS[name].unit == "target" else value
        assert after[name] == pytest.approx(scaled, rel=1e-9)


@given(blocks, blocks)
def test_a_perfect_forecast_scores_zero_and_rmse_is_never_below_mae(truth, point):
    assert all(value == 0.0 for value in measure_point(truth, truth, 1.0).values())
    scores = measure_point(truth, point)
    assert scores["rmse"] >= scores["mae"] * (1 - 1e-12)


@given(blocks, blocks)
def test_unknown_cells_count_as_if_they_were_not_there(truth, point):
    padded = np.concatenate([truth, np.full_like(truth, np.nan)])
    assert measure_point(padded, np.concatenate([point, point]), 2.0) == pytest.approx(
        measure_point(truth, point, 2.0)
    )


@given(blocks, blocks)
def test_pinball_at_the_median_is_half_the_absolute_error(truth, point):
    half = 0.5 * METRICS["mae"].score(truth, point)
    assert pinball(truth, point[..., None], (0.5,)) == pytest.approx(half)


def test_every_metric_names_its_source():
    for metric in METRICS.values():
        assert "Source:" in (inspect.getdoc(metric.score) or ""), metric.name

import subprocess
import sys

import numpy as np
import pytest

from hiddenstate.data.windows import Origins
from hiddenstate.errors import SettingsError
from hiddenstate.tasks.baselines import gradient_boosting
from hiddenstate.tasks.baselines.naive_error import seasonal_naive_error
from hiddenstate.tasks.baselines.registry import BASELINES, fit_baselines


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    monkeypatch.setitem(gradient_boosting.TREES, "max_iter", 5)


def test_every_baseline_has_its_own_name():
    assert len({build().name for build in BASELINES.values()}) == len(BASELINES)


def test_all_that_make_sense_are_fitted_and_the_rest_says_why(demand, midnights):
    rivals = fit_baselines(demand, midnights[0], 24)
    assert len(rivals.fitted) + len(rivals.left_out) == len(BASELINES)
    assert list(rivals.left_out) == ["seasonal naive (year)"]
    for rival in rivals.fitted:
        assert rival.seconds >= 0.0
        assert rival.baseline.predict(demand, midnights[1], 24).shape == (len(midnights[1]), 24, 1)


def test_no_forecast_depends_on_what_comes_after_its_origin(demand, midnights, make_panel):
    train, test = midnights
    rivals = fit_baselines(demand, train, 24)
    values = demand.series[0].targets.copy()
    values[test.position[0] :] = 1e6
    spiked = make_panel(values, known=demand.series[0].known)
    for rival in rivals.fitted:
        expected = rival.baseline.predict(demand, test[:1], 24)
        np.testing.assert_allclose(rival.baseline.predict(spiked, test[:1], 24), expected, rtol=1e-12)


def test_few_data_leave_the_learners_out(make_panel, at):
    rivals = fit_baselines(make_panel(np.arange(60.0)), at([40]), 5)
    assert {rival.baseline.name for rival in rivals.fitted} == {"repeat last value", "seasonal naive (day)"}
    assert "training windows" in rivals.left_out["least squares"]


def test_gaps_that_only_show_while_fitting_leave_a_baseline_out(make_panel, at):
    values = np.full(24 * 60, np.nan)
    values[: 24 * 20] = 1.0
    rivals = fit_baselines(make_panel(values), at(np.arange(30, 58) * 24), 24, names=["least_squares"])
    assert "gaps" in rivals.left_out["least squares"]


def test_an_unknown_baseline_is_named(demand, midnights):
    with pytest.raises(SettingsError, match='Did you mean "least_squares"'):
        fit_baselines(demand, midnights[0], 24, names=["least_sqares"])


def test_importing_loads_no_scikit_learn():
    code = "import sys, hiddenstate.tasks.baselines.registry; print(*(m in sys.modules for m in ('sklearn', 'torch')))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def test_the_scale_of_mase_by_hand(make_panel, at):
    days = np.repeat([0.0, 1.0, 3.0, 3.0, 100.0], 24)
    scale = seasonal_naive_error(make_panel(days), at([72]), 24)
    assert scale.shape == (1, 1)
    assert scale[0, 0] == pytest.approx((1 + 2 + 0) / 3)  # the last day is after the training windows
    daily = make_panel([1.0, 2.0, 4.0], step_seconds=86_400)
    assert seasonal_naive_error(daily, at([2]), 1)[0, 0] == pytest.approx(1.5)  # too short for a week


def test_the_scale_of_mase_is_per_series_and_skips_what_was_filled_in(make_panel):
    filled = np.zeros(72, dtype=bool)
    filled[30] = True
    values = np.repeat([0.0, 1.0, 3.0], 24)
    values[30] = 500.0
    panel = make_panel(values, values * 10, values, filled=filled)
    scale = seasonal_naive_error(panel, Origins(np.array([0, 1]), np.array([48, 48])), 24)
    assert scale[:, 0] == pytest.approx([(23 + 46) / 46, (230 + 460) / 46, np.nan], nan_ok=True)

"""Least squares and gradient boosting: what they find, and what they must not see."""

import numpy as np
import pytest

from hiddenstate.data.windows import Origins
from hiddenstate.errors import InputError
from hiddenstate.tasks.baselines import gradient_boosting, least_squares
from hiddenstate.tasks.baselines.design import fit_line
from hiddenstate.tasks.baselines.gradient_boosting import GradientBoosting
from hiddenstate.tasks.baselines.least_squares import LeastSquares
from hiddenstate.tasks.baselines.seasonal_naive import SeasonalNaive

H = 24


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    monkeypatch.setitem(gradient_boosting.TREES, "max_iter", 40)
    monkeypatch.setitem(gradient_boosting.TREES, "learning_rate", 0.25)


def error(baseline, panel, train, test, horizon=H):
    forecast = baseline.fit(panel, train, horizon).predict(panel, test, horizon)
    steps = test.position[:, None] + np.arange(horizon)
    truth = np.stack([panel.series[s].targets[row] for s, row in zip(test.series, steps, strict=True)])
    return np.abs(forecast - truth).mean()


@pytest.mark.parametrize(("learner", "most"), [(LeastSquares, 1.6), (GradientBoosting, 2.6)])
def test_covariates_weekends_and_bends_are_found(demand, midnights, learner, most):
    # The noise alone has a mean absolute size of 0.8; last week's value is off by several times that.
    naive = error(SeasonalNaive("week"), demand, *midnights)
    assert naive > 5.0
    assert error(learner(), demand, *midnights) < most


def test_hinges_find_both_heating_and_cooling(demand, midnights, monkeypatch):
    bent = error(LeastSquares(), demand, *midnights)
    monkeypatch.setattr("hiddenstate.tasks.baselines.least_squares.KNOTS", ())
    assert error(LeastSquares(), demand, *midnights) > 1.5 * bent


def test_the_last_change_helps_where_the_last_hour_wanders_by_itself(make_panel, at):
    # The level walks from day to day. Late hours carry a second, slow walk, so that the last value alone
    # does not show the level, but its change over a day shows how the level moved.
    random = np.random.default_rng(3)
    hours = np.arange(300 * 24)
    level = np.interp(hours / 24, np.arange(301), np.cumsum(10 * random.normal(size=301)))
    late = np.repeat(100 * np.sin(np.cumsum(random.normal(size=300)) / 30), 24) * (hours % 24 >= 20)
    panel = make_panel(level + late + random.normal(size=len(hours)))
    days = np.arange(21, 299) * 24
    train, test = at(days[:200]), at(days[200:])
    plain, changed = (error(LeastSquares(change=change), panel, train, test) for change in (False, True))
    assert changed < 0.95 * plain


BASELINES = [LeastSquares, lambda: LeastSquares(change=True), GradientBoosting]


@pytest.mark.parametrize("learner", BASELINES)
@pytest.mark.parametrize("where", ["targets", "past", "filled"])
def test_nothing_after_the_origin_is_seen(demand, midnights, make_panel, learner, where):
    train, test = midnights
    values = demand.series[0].targets.copy()
    past, filled = values[:, :1] * 0.5, np.zeros(len(values), dtype=bool)
    known = demand.series[0].known
    fitted = learner().fit(make_panel(values, known=known, past=past), train, H)
    origins = test[:5]
    before = fitted.predict(make_panel(values, known=known, past=past), origins, H)
    after = int(origins.position[0])
    if where == "targets":
        values[after:] = 1e6
    elif where == "past":
        past = past.copy()
        past[after:] = 1e6
    else:
        values[after:], filled[after:] = np.nan, True
    spiked = fitted.predict(make_panel(values, known=known, past=past, filled=filled), origins[:1], H)
    np.testing.assert_allclose(spiked[0], before[0], rtol=1e-12)


@pytest.mark.parametrize("learner", BASELINES)
def test_known_covariates_of_the_horizon_are_seen(demand, midnights, make_panel, learner):
    train, test = midnights
    fitted = learner().fit(demand, train, H)
    known = demand.series[0].known.copy()
    known[test.position[0] :, 0] += 30.0
    warmer = make_panel(demand.series[0].targets, known=known)
    assert np.abs(fitted.predict(warmer, test[:1], H) - fitted.predict(demand, test[:1], H)).mean() > 3.0


@pytest.mark.parametrize("learner", BASELINES)
def test_windows_do_not_depend_on_their_company(demand, midnights, learner):
    train, test = midnights
    fitted = learner().fit(demand, train, H)
    together = fitted.predict(demand, test, H)
    alone = fitted.predict(demand, test[30:31], H)
    np.testing.assert_allclose(alone[0], together[30], rtol=1e-6)


@pytest.mark.parametrize("learner", BASELINES)
@pytest.mark.parametrize(
    "clock", [{"step_seconds": 86_400}, {"step_months": 1}, {"step_seconds": 7 * 86_400}, {"step_seconds": 7}]
)
def test_any_step_works(make_panel, at, learner, clock):
    random = np.random.default_rng(1)
    steps = np.arange(400)
    values = 50 + 10 * np.sin(2 * np.pi * steps / 12) + random.normal(size=400)
    panel, train, test = make_panel(values, **clock), at(np.arange(110, 300)), at(np.arange(300, 390))
    assert error(learner(), panel, train, test, 10) < 4.0


@pytest.mark.parametrize("learner", BASELINES)
def test_series_of_different_size_are_forecast_apart(make_panel, learner):
    random = np.random.default_rng(2)
    hours = np.arange(60 * 24)
    shape = 10 + np.sin(2 * np.pi * hours / 24)
    panel = make_panel(shape + 0.1 * random.normal(size=len(hours)), 1000 * (30 - shape))
    days = np.repeat(np.arange(15, 50) * 24, 2)
    train = Origins(np.tile([0, 1], 35), days)
    test = Origins(np.array([1, 0]), np.array([55 * 24, 55 * 24]))
    forecast = learner().fit(panel, train, H).predict(panel, test, H)[..., 0]
    assert forecast[0] == pytest.approx(1000 * (30 - shape[:H]), rel=0.01)
    assert forecast[1] == pytest.approx(shape[:H], abs=0.35)


@pytest.mark.parametrize("learner", BASELINES)
def test_two_targets_are_forecast_apart(make_panel, at, learner):
    hours = np.arange(60 * 24)
    wave = np.sin(2 * np.pi * hours / 24) + 0.01 * np.random.default_rng(0).normal(size=len(hours))
    panel = make_panel(np.stack([wave, 100 - wave], axis=1))
    days = np.arange(15, 59) * 24
    forecast = learner().fit(panel, at(days[:-1]), H).predict(panel, at(days[-1:]), H)
    assert forecast[0, :, 0] == pytest.approx(wave[:H], abs=0.1)
    assert forecast[0, :, 1] == pytest.approx(100 - wave[:H], abs=0.1)


def test_origins_at_a_time_of_day_that_was_not_trained_work(demand, midnights, at):
    train, test = midnights
    noons = at(test.position + 12)
    baseline = LeastSquares().fit(demand, train, H)
    truth = demand.series[0].targets[noons.position[:-1, None] + np.arange(H), 0]
    assert np.abs(baseline.predict(demand, noons, H)[:-1, :, 0] - truth).mean() < 6.0


def test_gaps_in_training_and_before_the_origin_are_survived(demand, midnights, make_panel):
    train, test = midnights
    values = demand.series[0].targets.copy()
    values[24 * 60 : 24 * 64] = np.nan
    values[test.position[3] - 30 : test.position[3] - 2] = np.nan
    panel = make_panel(values, known=demand.series[0].known)
    for learner in BASELINES:
        forecast = learner().fit(panel, train, H).predict(panel, test, H)
        assert np.isfinite(forecast).all()


def test_unknown_covariates_of_the_horizon_still_give_a_forecast(demand, midnights, make_panel):
    train, test = midnights
    known = demand.series[0].known.copy()
    known[test.position[-1] :] = np.nan
    panel = make_panel(demand.series[0].targets, known=known)
    for learner in BASELINES:
        assert np.isfinite(learner().fit(demand, train, H).predict(panel, test[-1:], H)).all()


def test_few_windows_are_pooled_and_fewer_are_a_reason(make_panel, at):
    random = np.random.default_rng(4)
    hours = np.arange(40 * 24)
    panel = make_panel(100 + 10 * np.sin(2 * np.pi * hours / 24) + random.normal(size=len(hours)))
    days = np.arange(15, 40) * 24
    assert error(LeastSquares(), panel, at(days[:12]), at(days[12:24])) < 3.0
    reason = LeastSquares().reason_to_leave_out(panel, at(days[:4]), H)
    assert reason is not None
    assert "got 4" in reason
    with pytest.raises(InputError, match="got 4"):
        LeastSquares().fit(panel, at(days[:4]), H)
    assert "got 4" in GradientBoosting().reason_to_leave_out(panel, at(days[:4]), H)
    assert "got none" in LeastSquares().reason_to_leave_out(panel, at([]), H)


def columns_per_fit(monkeypatch, panel, train):
    shapes = []

    def watched(x, y):
        shapes.append(x.shape)
        return fit_line(x, y)

    monkeypatch.setattr(least_squares, "fit_line", watched)
    LeastSquares().fit(panel, train, H)
    return shapes


def test_hinges_and_regressions_grow_with_the_data(demand, midnights, monkeypatch):
    train, _ = midnights
    many, few = (columns_per_fit(monkeypatch, demand, train[:count]) for count in (130, 20))
    assert len(many) == H
    assert len(few) == 1
    # 20 windows: straight lines only (constant, 4 lags, mean and last value twice, weekdays, 4 + 3 covariate columns)
    assert few[0] == (20 * H, 4 + 4 + 6 + 4 + 3)


def test_huge_regressions_take_a_part_of_the_rows(demand, midnights, monkeypatch):
    monkeypatch.setattr(least_squares, "MOST_ROWS", 100)
    assert {rows for rows, _ in columns_per_fit(monkeypatch, demand, midnights[0])} == {100}


@pytest.mark.parametrize("learner", BASELINES)
def test_misuse_is_explained(demand, midnights, make_panel, learner):
    train, test = midnights
    with pytest.raises(InputError, match="at most the fitted 0 steps"):
        learner().predict(demand, test, H)
    fitted = learner().fit(demand, train, H)
    with pytest.raises(InputError, match="at most the fitted 24 steps, got 25"):
        fitted.predict(demand, test, 25)
    two = make_panel(demand.series[0].targets, demand.series[0].targets, known=demand.series[0].known)
    with pytest.raises(InputError, match='got "s1"'):
        fitted.predict(two, Origins(np.array([1]), test.position[:1]), H)


def test_a_shorter_horizon_is_the_beginning_of_a_longer_one(demand, midnights):
    train, test = midnights
    for learner in BASELINES:
        fitted = learner().fit(demand, train, H)
        whole = fitted.predict(demand, test, H)
        np.testing.assert_allclose(fitted.predict(demand, test, 7), whole[:, :7], rtol=1e-6)

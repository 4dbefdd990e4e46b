import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from hiddenstate.data.clock import Clock
from hiddenstate.data.panel import Panel, Repairs, Series
from hiddenstate.data.split import Span
from hiddenstate.data.windows import Origins
from hiddenstate.errors import BundleError, InputError, SettingsError
from hiddenstate.models.direct import DirectSettings
from hiddenstate.seeding import seed_everything
from hiddenstate.tasks.forecast import ForecastTask
from hiddenstate.tasks.forecast_batches import ForecastBatches
from hiddenstate.tasks.forecast_settings import ForecastSettings

DAY = 24
NETWORK = DirectSettings(hidden_size=8, embedding_size=8)
HOURLY = {"step_seconds": 3600}


def clock(timezone="UTC", start="2013-01-01", **step):
    step = step or HOURLY
    return Clock(np.datetime64(start, "s"), step.get("step_seconds"), step.get("step_months"), timezone)


def series(n, *, name="", targets=1, known=0, past=0, seed=0, on=None):
    noise = np.random.default_rng(seed)
    hours = np.arange(n)[:, None]
    values = 100 + 20 * np.sin(2 * np.pi * hours / DAY) + noise.normal(0, 1, (n, targets))
    return Series(
        name,
        on or clock(),
        values.astype(np.float32),
        noise.normal(10, 3, (n, known)).astype(np.float32),
        noise.normal(0, 1, (n, past)).astype(np.float32),
        np.zeros(n, dtype=bool),
    )


def panel(*parts):
    def names(kind, values):
        return tuple(f"{kind}{number}" for number in range(values.shape[1]))

    first = parts[0]
    return Panel(
        parts,
        names("target", first.targets),
        names("known", first.known),
        names("past", first.past),
        Repairs(),
        "demand.csv",
    )


def everything(data):
    count = len(data.series)
    return Span(np.zeros(count, np.int64), np.array([part.observed for part in data.series]))


def fit(data, network=NETWORK, **settings):
    return ForecastTask.fit(data, everything(data), ForecastSettings(**{"horizon": 12, **settings}), network)


def arrays(task, data, position, number=0):
    origins = Origins(np.array([number]), np.array([position]))
    return task.builder.build(data, origins)


def model_of(task):
    seed_everything(0, "weights")
    return task.build_model()


# What a step sees


def count_up(n, **options):
    """A panel in which the target of step i is i: every lag can be read off."""
    part = series(n, **options)
    return panel(replace(part, targets=np.arange(n, dtype=np.float32)[:, None]))


def lagged_steps(task, data, position, horizon=12):
    """(H, lags) steps that the lag columns look at, and (H,) the mean step of the reference."""
    windows = arrays(task, data, position)
    scaler = task.builder.scalers.by_name[""].targets
    reference = windows.reference[0]  # (H, 1)
    plan = task.builder.plan
    start = windows.future_features.shape[2] - _after_lags(task) - len(plan.lags)
    columns = windows.future_features[0, :, start : start + len(plan.lags)]  # (H, lags)
    return scaler.inverse(columns + reference), scaler.inverse(reference)[:, 0]


def _columns_per_known(task):
    lags = [lag for lag in task.builder.plan.lags if lag.times == 1]
    return 4 + 2 * len(lags)  # now, three running means, and lagged: itself and the mean


def _after_lags(task):
    known = len(task.columns["known"])
    return 2 + known * _columns_per_known(task)


def test_each_step_sees_the_same_step_of_earlier_days_and_weeks():
    data = count_up(24 * 60)
    task = fit(data)
    position = 24 * 50
    found, reference = lagged_steps(task, data, position)
    steps = position + np.arange(12)[:, None]
    np.testing.assert_allclose(found, steps - [24, 48, 168, 336], atol=0.01)
    np.testing.assert_allclose(reference, steps[:, 0] - (168 + 336 + 504 + 672) / 4, atol=0.01)


def test_a_horizon_longer_than_a_season_looks_back_to_what_is_known():
    data = count_up(24 * 120)
    task = fit(data, horizon=60)
    position = 24 * 100
    found, _ = lagged_steps(task, data, position, 60)
    steps = position + np.arange(60)
    days_ago = 24 * (1 + np.arange(60) // 24)
    np.testing.assert_allclose(found[:, 0], steps - days_ago, atol=0.01)
    assert (found < position).all()


@pytest.mark.parametrize(
    ("change", "hours"), [("2013-04-07T15:00", -1), ("2013-10-05T15:00", 1)], ids=["autumn", "spring"]
)
def test_lags_follow_the_wall_clock_over_a_change_of_the_clocks(change, hours):
    melbourne = clock("Australia/Melbourne")
    data = count_up(24 * 365, on=melbourne)
    task = fit(data)
    position = melbourne.index_of(np.datetime64(change, "s")) + 48
    found, _ = lagged_steps(task, data, position)
    steps = position + np.arange(12)
    weeks_ago = np.rint(found[:, 2]).astype(np.int64)
    before, after = (melbourne.local(melbourne.at(where)) for where in (weeks_ago, steps))
    np.testing.assert_array_equal(after - before, np.timedelta64(7 * 24 * 3600, "s"))
    assert np.unique(steps - weeks_ago - 168).tolist() == [-hours]


def test_on_the_short_day_no_lag_reaches_past_the_origin():
    melbourne = clock("Australia/Melbourne")
    data = count_up(24 * 365, on=melbourne)
    task = fit(data, horizon=24)
    midnight = melbourne.index_of(np.datetime64("2013-10-05T14:00", "s"))  # the day of 23 hours
    found, _ = lagged_steps(task, data, midnight, 24)
    assert (np.rint(found) < midnight).all()


@pytest.mark.parametrize("horizon", [1, 12, 30, 400])
def test_nothing_from_the_origin_on_is_seen_but_what_is_known_beforehand(horizon):
    part = series(24 * 120, targets=2, known=1, past=1)
    task = fit(panel(part), horizon=horizon)
    position = 24 * 90 + 5
    plain = arrays(task, panel(part), position)
    targets, past = part.targets.copy(), part.past.copy()
    targets[position:] += 1e4
    past[position:] += 1e4
    spiked = arrays(task, panel(replace(part, targets=targets, past=past)), position)
    for name in ("past_targets", "past_features", "future_features", "reference"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(spiked, name), err_msg=name)
    assert not np.allclose(plain.targets, spiked.targets)


def test_the_last_value_before_the_origin_is_seen():
    part = series(24 * 60, past=1)
    task, position = fit(panel(part)), 24 * 50
    targets, past = part.targets.copy(), part.past.copy()
    targets[position - 1] += 50
    past[position - 1] += 50
    plain = arrays(task, panel(part), position)
    changed = arrays(task, panel(replace(part, targets=targets, past=past)), position)
    for name in ("past_targets", "past_features"):
        different = np.flatnonzero((getattr(plain, name) != getattr(changed, name)).any(axis=(0, 2)))
        assert different.tolist() == [task.sizes.lookback - 1], name


def test_a_gap_that_was_filled_across_the_origin_tells_nothing_of_the_value_after_it():
    part = series(24 * 60)
    position = 24 * 50
    filled = part.filled.copy()
    filled[position - 3 : position + 2] = True
    task = fit(panel(part))
    windows = arrays(task, panel(replace(part, filled=filled)), position)
    last = windows.past_targets[0, -4:, 0]
    assert (last == last[0]).all()
    assert np.isnan(windows.targets[0, :2]).all()
    assert np.isfinite(windows.targets[0, 2:]).all()


def test_known_covariates_of_the_very_step_are_seen():
    part = series(24 * 60, known=2)
    task, position = fit(panel(part)), 24 * 50
    known = part.known.copy()
    known[position + 4, 1] += 30
    plain = arrays(task, panel(part), position).future_features[0]
    changed = arrays(task, panel(replace(part, known=known)), position).future_features[0]
    first = np.flatnonzero((plain != changed).any(axis=1))[0]
    assert first == 4
    column = plain.shape[1] - 2 * _columns_per_known(task) + 1
    scaler = task.builder.scalers.by_name[""].known
    np.testing.assert_allclose(
        changed[:, column] - plain[:, column], np.eye(12)[4] * 30 / scaler.spread[1], atol=1e-5
    )


def test_known_covariates_come_with_running_means_and_their_values_at_the_lags():
    part = series(24 * 60, known=1)
    data = panel(replace(part, known=np.arange(24 * 60, dtype=np.float32)[:, None]))
    task, position = fit(data), 24 * 50
    features = arrays(task, data, position).future_features[0, :, -_columns_per_known(task) :]
    found = (
        features * task.builder.scalers.by_name[""].known.spread + task.builder.scalers.by_name[""].known.mean
    )
    lags = [24, 168]
    back = [0, *lags, (3 - 1) / 2, (24 - 1) / 2, *(lag + (24 - 1) / 2 for lag in lags), (72 - 1) / 2]
    np.testing.assert_allclose(found, position + np.arange(12)[:, None] - back, atol=0.01)


def test_a_rare_flag_becomes_zero_and_one():
    part = series(24 * 60, known=1)
    flags = np.zeros((24 * 60, 1), dtype=np.float32)
    flags[::200] = 1.0
    task = fit(panel(replace(part, known=flags)))
    scaled = task.builder.scalers.by_name[""].known.transform(flags)
    assert np.unique(scaled).tolist() == [0.0, 1.0]


# From outputs to forecasts


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_an_untrained_shortcut_forecasts_the_reference_in_the_users_units(scale):
    data = panel(series(24 * 60, targets=2))
    task = fit(data, scale=scale)
    model = model_of(task)
    torch.nn.init.zeros_(model.head.weight)
    torch.nn.init.zeros_(model.head.bias)
    position = 24 * 50
    forecast = task.predict([model], data, Origins(np.array([0]), np.array([position])))
    weeks = np.stack([data.series[0].targets[position - back :][:12] for back in (168, 336, 504, 672)])
    mean = weeks.mean(axis=0) if scale == "linear" else np.exp(np.log(weeks).mean(axis=0))
    np.testing.assert_allclose(forecast.values[0], np.repeat(mean[..., None], 7, axis=-1), rtol=1e-5)
    np.testing.assert_array_equal(forecast.truth[0], data.series[0].targets[position : position + 12])
    assert forecast.times[0, 0] == data.series[0].clock.times(position, 1)[0]
    assert forecast.targets == ("target0", "target1")


def test_quantiles_ascend_and_are_averaged_over_members():
    data = panel(series(24 * 60))
    task = fit(data, members=2)
    origins = task.origins(data, everything(data))[:9]
    seed_everything(1)
    models = [task.build_model() for _ in range(2)]
    one, other, both = (task.predict(m, data, origins).values for m in (models[:1], models[1:], models))
    assert (np.diff(both, axis=-1) >= 0).all()
    np.testing.assert_allclose(both, (one + other) / 2, rtol=1e-5)
    assert not np.allclose(one, other)


def test_forecasts_do_not_depend_on_the_batch_size_or_on_training_mode():
    data = panel(series(24 * 60, known=1))
    task = fit(data)
    model, origins = model_of(task).train(), task.origins(data, everything(data))[:10]
    all_at_once = task.predict([model], data, origins)
    assert model.training
    by_three = task.predict([model.eval()], data, origins, batch_size=3)
    np.testing.assert_allclose(all_at_once.values, by_three.values, rtol=1e-4)  # float32


def test_a_forecast_of_the_future_needs_no_truth():
    part = series(24 * 60, known=1)
    targets = part.targets.copy()
    targets[-12:] = np.nan
    data = panel(replace(part, targets=targets))
    task = fit(data)
    origins = Origins(np.array([0]), np.array([24 * 60 - 12]))
    forecast = task.predict([model_of(task)], data, origins)
    assert forecast.truth is None
    assert np.isfinite(forecast.values).all()


def test_calibration_widens_intervals_until_they_hold():
    data = panel(series(24 * 200))
    task = fit(data, horizon=6)
    model = model_of(task)
    torch.nn.init.zeros_(model.head.weight)
    model.head.bias.data = torch.linspace(-1e-3, 1e-3, 7)
    origins = task.origins(data, everything(data))
    half = len(origins) // 2
    inside = []
    for _ in range(2):
        forecast = task.predict([model], data, origins[half:])
        low, high = forecast.values[..., 1], forecast.values[..., 5]
        inside.append(((forecast.truth >= low) & (forecast.truth <= high)).mean())
        task.calibrate([model], data, origins[:half])
    assert inside[0] < 0.1
    assert inside[1] == pytest.approx(0.8, abs=0.03)


def test_a_point_forecast_has_one_level_and_nothing_to_calibrate():
    data = panel(series(24 * 60))
    task = fit(data, loss="squared")
    origins = task.origins(data, everything(data))[:5]
    model = model_of(task)
    task.calibrate([model], data, origins)
    forecast = task.predict([model], data, origins)
    assert forecast.levels == (0.5,)
    assert forecast.values.shape == (5, 12, 1, 1)


# Many series, few columns, short series


def test_each_series_has_its_own_scale():
    small = series(24 * 60, name="a", seed=1)
    large = series(24 * 60, name="b", seed=2)
    large = replace(large, targets=large.targets * 1000)
    data = panel(small, large)
    task = fit(data)
    model = model_of(task)
    for number, level in ((0, 100), (1, 100_000)):
        assert abs(arrays(task, data, 24 * 50, number).past_targets.mean()) < 0.5
        forecast = task.predict([model], data, Origins(np.array([number]), np.array([24 * 50])))
        assert forecast.series == ("ab"[number],)
        assert level / 3 < forecast.median().mean() < level * 3


def test_windows_of_several_series_stand_in_the_order_of_their_origins():
    parts = [series(24 * 60, name=name, known=1, past=1, seed=n) for n, name in enumerate("abc")]
    data = panel(*parts)
    task = fit(data)
    origins = Origins(np.array([2, 0, 1, 0]), np.array([1200, 1201, 1300, 1299]))
    together = task.builder.build(data, origins)
    for row in range(4):
        alone = task.builder.build(data, origins[row : row + 1])
        for name, part in alone._asdict().items():
            np.testing.assert_array_equal(getattr(together, name)[row], part[0], err_msg=name)


def test_an_unknown_series_is_refused_with_the_closest_name():
    data = panel(series(24 * 60, name="north"), series(24 * 60, name="south"))
    task = fit(data)
    other = panel(series(24 * 60, name="nort"), series(24 * 60, name="south"))
    with pytest.raises(InputError, match=r'expected a series the model was trained on, got "nort".*"north"'):
        task.predict([model_of(task)], other, Origins(np.array([0]), np.array([24 * 50])))


def test_other_columns_are_refused():
    data = panel(series(24 * 60, known=1))
    task = fit(data)
    with pytest.raises(InputError, match=r"expected known columns known0, got \(none\)"):
        task.batches(panel(series(24 * 60)), Origins(np.array([0]), np.array([24 * 50])), batch_size=2)


@pytest.mark.parametrize(
    ("step", "rows", "horizon"),
    [
        ({"step_seconds": 60}, 400, 5),
        ({"step_seconds": 86_400}, 200, 14),
        ({"step_seconds": 86_400}, 40, 3),
        ({"step_months": 1}, 144, 12),
        ({"step_months": 3}, 30, 4),
        ({"step_seconds": 7}, 60, 1),
        ({"step_seconds": 7 * 86_400}, 260, 26),
    ],
    ids=["minutes", "days", "few days", "months", "quarters", "seconds", "weeks"],
)
def test_any_step_length_and_horizon(step, rows, horizon):
    data = panel(series(rows, on=clock(**step)))
    task = fit(data, horizon=horizon)
    origins = task.origins(data, everything(data))
    assert len(origins) > 0
    model = model_of(task)
    batch = next(task.batches(data, origins, batch_size=4, seed=0).epoch(1))
    assert torch.isfinite(task.loss(model, batch))
    assert np.isfinite(task.predict([model], data, origins[:3]).values).all()


def test_a_series_shorter_than_a_window_is_refused():
    message = r"demand.csv: expected at least {} rows per series .* horizon of {} steps, got 20"
    with pytest.raises(InputError, match=message.format(22, 20)):
        fit(panel(series(20)), horizon=20)
    with pytest.raises(InputError, match=message.format(27, 12)):
        fit(panel(series(20)), lookback=15)


def test_training_takes_every_stride_th_origin_and_forecasting_every_one_at_the_local_time():
    data = panel(series(24 * 60, on=clock("Europe/Berlin")))
    task = fit(data, origin="06:00", train_stride=3)
    every, third = (task.origins(data, everything(data), training=training) for training in (False, True))
    np.testing.assert_array_equal(third.position, every.position[::3])
    zone = data.series[0].clock
    assert set(zone.local(zone.at(every.position)).astype(str)) == {
        moment for moment in zone.local(zone.at(every.position)).astype(str) if "T06:00" in moment
    }


# Training on it


def test_missing_targets_do_not_count():
    part = series(24 * 60)
    filled = part.filled.copy()
    filled[1210:1216] = True
    data = panel(replace(part, filled=filled))
    task = fit(data)
    model = model_of(task)
    batch = next(task.batches(data, Origins(np.array([0]), np.array([1208])), batch_size=1).epoch(1))
    assert torch.isnan(batch.targets[0, :, 0]).nonzero().ravel().tolist() == [2, 3, 4, 5, 6, 7]
    changed = batch.targets.nan_to_num(99.0)
    assert task.loss(model, batch) < 10 < task.loss(model, batch._replace(targets=changed))


def test_batches_are_the_same_whether_windows_are_kept_in_memory_or_cut_anew():
    data = panel(series(24 * 50, known=1))
    task = fit(data)
    origins = task.origins(data, everything(data))
    kept, anew = (
        ForecastBatches(task.builder, data, origins, batch_size=100, seed=3, kept_bytes=kept_bytes)
        for kept_bytes in (2**30, 0)
    )
    for epoch in (1, 2):
        for one, other in zip(kept.epoch(epoch), anew.epoch(epoch), strict=True):
            for name in one._fields:
                torch.testing.assert_close(getattr(one, name), getattr(other, name), equal_nan=True)
    assert len(list(kept.epoch(1))) == len(kept) == 7
    assert anew._kept is None
    assert kept._kept is not None


def test_epochs_are_shuffled_by_seed_and_number():
    data = panel(series(24 * 60))
    task = fit(data)
    origins = task.origins(data, everything(data))

    def first(seed, epoch):
        batches = task.batches(data, origins, batch_size=8, seed=seed)
        return next(batches.epoch(epoch)).targets

    torch.testing.assert_close(first(1, 1), first(1, 1))
    assert not torch.equal(first(1, 1), first(1, 2))
    assert not torch.equal(first(1, 1), first(2, 1))
    in_order = next(task.batches(data, origins[:5], batch_size=5).epoch(1)).targets
    expected = [arrays(task, data, position).targets[0] for position in origins[:5].position]
    np.testing.assert_array_equal(in_order.numpy(), np.stack(expected))


def test_validation_is_the_loss_over_all_known_cells():
    data = panel(series(24 * 60))
    task = fit(data)
    model, origins = model_of(task).eval(), task.origins(data, everything(data))[:10]
    whole = next(task.batches(data, origins, batch_size=10).epoch(1))
    by_three = task.validator(data, origins, batch_size=3)(model)
    assert by_three == pytest.approx(task.loss(model, whole).item(), rel=1e-5)


def test_no_window_at_all_is_said_so():
    data = panel(series(24 * 60))
    nothing = Origins(np.zeros(0, np.int64), np.zeros(0, np.int64))
    with pytest.raises(InputError, match="expected at least one window"):
        fit(data).batches(data, nothing, batch_size=4)


# Stored and opened again


def test_a_stored_task_forecasts_the_same_without_the_training_panel():
    data = panel(
        series(24 * 60, name="a", known=1, past=1), series(24 * 60, name="b", known=1, past=1, seed=4)
    )
    task = fit(data, scale="log")
    model, origins = model_of(task), task.origins(data, everything(data))[::90]
    task.calibrate([model], data, origins)
    stored = json.loads(json.dumps(task.to_dict(), allow_nan=False))
    opened = ForecastTask.from_dict(stored, task.settings, task.network)
    assert opened.sizes == task.sizes
    again = opened.build_model()
    again.load_state_dict(model.state_dict())
    np.testing.assert_array_equal(
        opened.predict([again], data, origins).values, task.predict([model], data, origins).values
    )


def test_a_damaged_stored_task_is_refused():
    data = panel(series(24 * 60))
    task = fit(data)
    stored = task.to_dict()
    del stored["plan"]["lags"]
    with pytest.raises(BundleError, match=r"encoders.json: expected a stored forecasting task"):
        ForecastTask.from_dict(stored, task.settings, task.network)


# Settings


@pytest.mark.parametrize("name", ["horizon", "lookback", "train_stride", "members"])
def test_counts_below_one_are_refused_by_name(name):
    with pytest.raises(SettingsError, match=f"{name}: expected 1 or more, got 0"):
        ForecastSettings(**{"horizon": 1, name: 0})


@pytest.mark.parametrize("levels", [(), (0.5, 0.1), (0.0, 0.5), (0.5, 1.0), (0.5, 0.5)])
def test_levels_must_ascend_between_zero_and_one(levels):
    with pytest.raises(SettingsError, match="levels: expected ascending numbers"):
        ForecastSettings(horizon=1, levels=levels)


def test_a_logarithm_of_zero_is_refused():
    part = series(24 * 60)
    targets = part.targets.copy()
    targets[5] = 0
    with pytest.raises(InputError, match='expected targets above 0 for scale = "log", got 0'):
        fit(panel(replace(part, targets=targets)), scale="log")


def test_the_lookback_can_be_set():
    data = panel(series(24 * 60))
    assert fit(data).sizes.lookback == 7 * 24
    assert fit(data, lookback=48).sizes.lookback == 48


def test_the_day_of_the_year_is_learnt_from_a_whole_year_only():
    short, long = panel(series(DAY * 360)), panel(series(DAY * 366))
    assert fit(short).builder.calendar == ("time_of_day", "day_of_week")
    assert fit(long).builder.calendar == ("time_of_day", "day_of_week", "day_of_year")

import numpy as np
import pytest
import torch

from hiddenstate.data.clock import Clock
from hiddenstate.data.panel import Panel, Repairs, Series
from hiddenstate.data.split import Span
from hiddenstate.errors import InputError
from hiddenstate.inspection import ForecastPoint, forecast_evidence
from hiddenstate.models.direct import DirectSettings
from hiddenstate.models.segments import SegmentSettings
from hiddenstate.seeding import seed_everything
from hiddenstate.tasks.forecast import ForecastTask
from hiddenstate.tasks.forecast_settings import ForecastSettings
from hiddenstate.training import Trainer, TrainingSettings

HOURS = 24 * 40
NETWORKS = {
    "direct": DirectSettings(hidden_size=8, embedding_size=8),
    "segments": SegmentSettings(hidden_size=8),
}


@pytest.fixture(scope="module")
def panel():
    chance = np.random.default_rng(0)
    hours = np.arange(HOURS)[:, None]
    warm = chance.normal(10, 3, (HOURS, 1))
    targets = 100 + 20 * np.sin(2 * np.pi * hours / 24) + chance.normal(0, 1, (HOURS, 2))
    targets[:, :1] += 4 * (warm - 10)
    clock = Clock(np.datetime64("2013-01-01", "s"), 3600, None, "UTC")
    idle = chance.normal(0, 1, (HOURS, 1))
    parts = (array.astype(np.float32) for array in (targets, warm, idle))
    series = Series("", clock, *parts, np.zeros(HOURS, dtype=bool))
    return Panel((series,), ("load", "flow"), ("warm",), ("idle",), Repairs(), "demand.csv")


def fitted(panel, family, **settings):
    whole = Span(np.zeros(1, np.int64), np.array([HOURS]))
    forecast = ForecastSettings(horizon=12, family=family, **settings)
    task = ForecastTask.fit(panel, whole, forecast, NETWORKS[family])
    origins = task.origins(panel, whole)
    models = []
    for seed in (0, 1):
        seed_everything(seed)
        model = task.build_model()
        batches = task.batches(panel, origins[:300], batch_size=32, seed=0)
        Trainer(TrainingSettings(epochs=3, learning_rate=0.01)).fit(model, task.loss, batches, None)
        models.append(model.train())  # dropout is switched off by whoever looks
    return task, models, origins[400:401]


@pytest.fixture(scope="module", params=["direct", "segments", "log"])
def case(request, panel):
    if request.param == "log":
        return request.param, *fitted(panel, "direct", scale="log")
    return request.param, *fitted(panel, request.param)


def test_shares_are_complete_and_in_the_users_unit(case, panel):
    _, task, models, origin = case
    found = forecast_evidence(task, models, panel, origin, ForecastPoint(5, "flow", 0.9), unit="MW")
    forecast = task.predict(models, panel, origin).values[0, 4, 1]
    own = found.integrated
    assert own.output_value == pytest.approx(forecast[task.levels.index(0.9)], rel=1e-5)
    assert abs(own.gap) < 2e-3, "1e-4 of the spread of 14 MW"
    assert own.output.startswith("flow at 2013-01-")
    assert own.output.endswith(", quantile 0.9 (MW)")
    assert all(model.training for model in models)


def test_columns_and_steps_are_those_of_the_file(case, panel):
    family, task, models, origin = case
    found = forecast_evidence(task, models, panel, origin)
    if family == "segments":
        assert found.integrated.columns == ("load", "flow")
        assert abs(found.integrated.by_column()[1]) < 1e-9, "each column is forecast from itself"
    else:
        assert found.integrated.columns == ("load", "flow", "warm", "idle", "calendar")
        calendar = found.integrated.values[:, 4]
        known = np.isfinite(calendar)
        assert (known == (np.arange(len(known)) >= task.sizes.lookback)).all(), (
            "only the future has a calendar"
        )
        assert np.isnan(found.integrated.values[-1, 3]), "past covariates end at the origin"
    assert len(found.integrated.places) == task.sizes.lookback + 12
    first = panel.series[0].clock.times(int(origin.position[0]), 1)[0]
    assert found.integrated.places[task.sizes.lookback] == str(first).replace("T", " ")[:16]


def test_what_drives_the_target_counts_more_than_what_is_idle(panel):
    task, models, origin = fitted(panel, "direct")
    found = forecast_evidence(task, models, panel, origin)
    for attribution in (found.integrated, found.occlusion):
        size = dict(zip(attribution.columns, np.nansum(np.abs(attribution.values), axis=0), strict=True))
        assert size["load"] > size["idle"]
        assert size["warm"] > size["idle"]
    assert [curve.method for curve in found.faithfulness] == ["integrated gradients", "occlusion"]
    assert all(curve.score > 0 for curve in found.faithfulness)


def test_sources_name_every_feature(panel):
    task, _, origin = fitted(panel, "direct")
    windows = task.builder.build(panel, origin)
    past, future = task.builder.sources(panel, windows.future_features.shape[2])
    assert past == ("warm", "idle")
    assert len(future) == windows.future_features.shape[2]
    hot = panel.series[0].known.copy()
    # A known column that moves changes the features of its name, and no others.
    moved = Series(
        "",
        panel.series[0].clock,
        panel.series[0].targets,
        hot + 5,
        panel.series[0].past,
        panel.series[0].filled,
    )
    changed = task.builder.build(
        Panel((moved,), panel.target_names, panel.known_names, panel.past_names, Repairs(), ""), origin
    )
    differs = np.abs(changed.future_features - windows.future_features).max(axis=(0, 1)) > 1e-6
    assert differs.tolist() == [name == "warm" for name in future]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"step": 13}, "step: expected 1 to 12, the horizon, got 13"),
        ({"step": 0}, "step: expected 1 to 12"),
        ({"target": "laod"}, 'target: expected a target column, got "laod".*Did you mean "load"'),
        ({"level": 0.42}, "level: expected one of 0.025, .*, got 0.42"),
    ],
)
def test_what_is_not_there_is_refused(case, panel, wrong, message):
    _, task, models, origin = case
    with pytest.raises(InputError, match=message):
        forecast_evidence(task, models, panel, origin, ForecastPoint(**wrong))


def test_one_window_at_a_time(case, panel):
    _, task, models, _ = case
    with pytest.raises(InputError, match="origin: expected one window, got 2"):
        forecast_evidence(
            task, models, panel, task.origins(panel, Span(np.zeros(1, np.int64), np.array([HOURS])))[:2]
        )
    assert torch.is_grad_enabled()

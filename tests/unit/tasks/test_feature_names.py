"""Names of features stand in the order of the features themselves."""

import numpy as np
import pytest

from hiddenstate.data.clock import Clock
from hiddenstate.data.panel import Panel, Repairs, Series
from hiddenstate.data.split import Span
from hiddenstate.data.windows import Origins
from hiddenstate.models.direct import DirectSettings
from hiddenstate.models.segments import SegmentSettings
from hiddenstate.tasks.feature_names import future_feature_names
from hiddenstate.tasks.forecast import ForecastTask
from hiddenstate.tasks.forecast_settings import ForecastSettings


def fitted(step, targets=1, known=0, network=None, **settings):
    chance = np.random.default_rng(0)
    length = 24 * 60
    series = Series(
        "",
        Clock(np.datetime64("2013-01-01", "s"), step),
        chance.normal(100, 9, (length, targets)).astype(np.float32),
        chance.normal(10, 3, (length, known)).astype(np.float32),
        np.zeros((length, 0), np.float32),
        np.zeros(length, dtype=bool),
    )
    names = (tuple(f"load{n}" for n in range(targets)), tuple(f"warm{n}" for n in range(known)), ())
    panel = Panel((series,), *names, Repairs(), "demand.csv")
    span = Span(np.zeros(1, np.int64), np.array([length]))
    network = network or DirectSettings(hidden_size=8)
    return ForecastTask.fit(panel, span, ForecastSettings(horizon=12, **settings), network), panel


@pytest.mark.parametrize("step", [1800, 3600, 7200, 86_400, 7 * 86_400])
@pytest.mark.parametrize(("targets", "known"), [(1, 0), (2, 0), (1, 1), (2, 3)])
def test_there_is_a_name_for_each_feature(step, targets, known):
    task, panel = fitted(step, targets, known)
    names = future_feature_names(task.builder, panel)
    assert len(names) == task.sizes.future_features
    assert len(set(names)) == len(names)


def test_names_stand_where_the_values_are():
    task, panel = fitted(3600, known=2)
    names = future_feature_names(task.builder, panel)
    position = 1000
    made = task.builder.build(panel, Origins(np.zeros(1, np.int64), np.array([position])))
    values = dict(zip(names, made.future_features[0].T, strict=True))
    # Each named column moves with what it is named after, whatever the scaling.
    known = panel.series[0].known
    assert np.corrcoef(values["warm1"], known[position : position + 12, 1])[0, 1] > 0.999
    assert np.corrcoef(values["warm0, 24 steps back"], known[position - 24 : position - 12, 0])[0, 1] > 0.999
    assert len(np.unique(values["load0, last value"])) == 1
    np.testing.assert_allclose(values["lead"], np.linspace(-1, 1, 12), atol=1e-6)
    days = np.array([values[day][0] for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")])
    moment = panel.clock.at(np.array(position))
    weekday = (moment.astype("datetime64[D]").astype(int) + 3) % 7
    if weekday < 5:
        assert days.argmax() == weekday


def test_plain_windows_have_no_features():
    task, panel = fitted(3600, network=SegmentSettings(hidden_size=8), family="segments")
    assert future_feature_names(task.builder, panel) == ()
    assert task.sizes.future_features == 0

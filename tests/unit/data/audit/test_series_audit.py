"""A planted leak of each kind is found in series, and clean series give no finding."""

from dataclasses import replace

import numpy as np
import pytest

from hiddenstate.data.assemble import load_panel
from hiddenstate.data.audit.finding import Audit
from hiddenstate.data.audit.series import audit_series
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.data.split import Span, split_by_time
from hiddenstate.data.windows import Origins, list_origins

HOURS, LOOKBACK, HORIZON = 24 * 60, 48, 24


def panel_of(change=None, **roles):
    import polars as pl

    random = np.random.default_rng(0)
    hour = np.arange(HOURS)
    load = 100 + 20 * np.sin(hour * 2 * np.pi / 24) + random.normal(0, 2, HOURS)
    warm = 0.2 * load + random.normal(0, 3, HOURS)
    columns = {"load": load, "warm": warm, "wind": random.normal(5, 1, HOURS)}
    if change is not None:
        change(columns)
    times = [str(np.datetime64("2024-01-01T00:00") + n * np.timedelta64(1, "h")) for n in hour]
    frame = pl.DataFrame({"time": times, **columns})
    return load_panel(frame, SeriesSettings(time="time", targets=("load",), **roles))


def audited(panel, split=None, origins=None):
    split = split or split_by_time(panel, None)
    origins = origins or {
        name: list_origins(panel, span, LOOKBACK, HORIZON)
        for name, span in (("training", split.train), ("validation", split.validation), ("test", split.test))
    }
    found = audit_series(panel, split, origins, lookback=LOOKBACK, horizon=HORIZON)
    return {finding.check: finding for finding in Audit.of(found).findings}


def test_clean_series_give_no_finding():
    found = audited(panel_of(known=("warm",), past=("wind",)))
    assert {finding.level for finding in found.values()} == {"fine"}
    assert set(found) == {"order", "horizon overlap", "repeated stretches", "target in covariates"}


def test_parts_that_share_time_are_a_leak():
    panel = panel_of()
    split = split_by_time(panel, None)
    mixed = replace(split, train=Span(split.train.first, split.train.stop + 30))
    found = audited(panel, mixed)["order"]
    assert (found.level, found.count) == ("leak", 30)
    assert "Training and validation share 30 steps" in found.text


def test_a_horizon_that_reaches_into_the_next_part_is_a_leak():
    panel = panel_of()
    split = split_by_time(panel, None)
    last = int(split.train.stop[0])
    late = Origins(np.array([0, 0]), np.array([last - HORIZON, last - HORIZON + 1]))
    found = audited(panel, split, {"training": late})["horizon overlap"]
    assert (found.level, found.count) == ("leak", 1)


def test_days_that_repeat_are_a_leak_wherever_they_stood():
    def plant(columns):
        columns["load"][-96:] = columns["load"][77 : 77 + 96]

    found = audited(panel_of(plant))["repeated stretches"]
    assert found.level == "leak"
    assert found.count >= 3
    assert found.examples[0].startswith("2024-02-2")


def test_flat_days_are_no_repetition():
    def plant(columns):
        columns["load"][-240:] = 0.0
        columns["load"][:240] = 0.0

    assert audited(panel_of(plant))["repeated stretches"].level == "fine"


def test_a_known_column_that_is_the_target_is_a_leak():
    def plant(columns):
        columns["warm"] = 32 + 1.8 * columns["load"]

    found = audited(panel_of(plant, known=("warm",)))["target in covariates"]
    assert found.level == "leak"
    assert '"warm", said to be known beforehand, equals "load"' in found.text


@pytest.mark.parametrize("lead", [1, 7, 24])
def test_a_past_column_that_runs_ahead_is_a_leak(lead):
    def plant(columns):
        columns["wind"] = np.roll(columns["load"], -lead)

    found = audited(panel_of(plant, past=("wind",)))["target in covariates"]
    assert found.level == "leak"
    assert f'"wind" shows "load" {lead} steps before' in found.text


def test_the_target_itself_as_a_past_column_is_no_news():
    def plant(columns):
        columns["wind"] = np.roll(columns["load"], 3)  # it comes later than the target

    assert audited(panel_of(plant, past=("wind",)))["target in covariates"].level == "fine"

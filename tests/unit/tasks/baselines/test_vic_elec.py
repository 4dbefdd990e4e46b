"""Known figures on half-hourly demand of Victoria: all of 2014 at local midnight, trained on 2012-13.

Reference figures (MAPE in %): last day 7.81, last week 7.06, mean of four weekdays 6.60, one least
squares per half-hour 4.13, the same with the actual temperature 2.61.
"""

import numpy as np
import polars as pl
import pytest

from hiddenstate.data.clock import Clock
from hiddenstate.data.panel import Panel, Repairs, Series
from hiddenstate.data.windows import Origins
from hiddenstate.tasks.baselines.registry import BASELINES
from hiddenstate.tasks.metrics import measure_point

H = 48


@pytest.fixture
def windows(shared_data):
    """The panel with given known columns, training and test origins, and the truth."""
    table = pl.read_csv(shared_data / "vic_elec" / "vic_elec.csv.gz")
    demand = table["demand_mw"].to_numpy().astype(np.float32)[:, None]
    clock = Clock(np.datetime64("2011-12-31T13:00:00"), 1800, timezone="Australia/Melbourne")
    local = clock.local(clock.times(0, len(demand)))
    days = local.astype("datetime64[D]")
    midnights = np.flatnonzero(local == days)
    midnights = midnights[(midnights >= 14 * H) & (midnights + H <= len(demand))]
    year = days[midnights].astype("datetime64[Y]").astype(int) + 1970
    zero = np.zeros(len(midnights), dtype=np.int64)
    train, test = (Origins(zero[mask], midnights[mask]) for mask in (year < 2014, year == 2014))

    def panel(*known):
        columns = table.select(known).to_numpy().astype(np.float32)
        nothing, measured = np.zeros((len(demand), 0), np.float32), np.zeros(len(demand), bool)
        return Panel(
            (Series("", clock, demand, columns, nothing, measured),),
            ("demand_mw",),
            known,
            (),
            Repairs(),
            "vic",
        )

    truth = demand[test.position[:, None] + np.arange(H)].astype(np.float64)
    return panel, train, test, truth


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "known", "mape", "within"),
    [
        ("seasonal_naive_day", ("holiday",), 7.81, 0.01),
        ("seasonal_naive_week", ("holiday",), 7.06, 0.01),
        ("same_weekday_mean", ("holiday",), 6.60, 0.01),
        ("least_squares", ("holiday",), 4.13, 0.05),
        ("least_squares", ("holiday", "temperature_c"), 2.61, 0.15),
        ("least_squares_change", ("holiday",), 3.66, 0.05),
        ("least_squares_change", ("holiday", "temperature_c"), 2.35, 0.05),
    ],
)
def test_known_figures_are_met(windows, name, known, mape, within):
    panel, train, test, truth = windows
    data = panel(*known)
    forecast = BASELINES[name]().fit(data, train, H).predict(data, test, H)
    assert len(test) == 365
    assert measure_point(truth, forecast)["mape"] == pytest.approx(mape, abs=within)

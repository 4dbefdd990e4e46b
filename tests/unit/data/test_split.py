"""Train, validation and test follow each other in time, for all series at the same instants."""

import numpy as np
import pytest

from hiddenstate.data.clock import Clock
from hiddenstate.data.panel import Panel, Repairs, Series
from hiddenstate.data.split import SplitSettings, split_by_time
from hiddenstate.data.windows import cut, list_origins
from hiddenstate.errors import InputError


def make_panel(*starts_and_lengths, timezone="UTC", step=3600):
    """Targets are seconds since 2014, so that every value tells when it was."""
    series = []
    for start, length in starts_and_lengths:
        clock = Clock(np.datetime64(start, "s"), step, timezone=timezone)
        seconds = (clock.times(0, length) - np.datetime64("2014-01-01", "s")).astype(np.float32)
        none = np.zeros((length, 0), dtype=np.float32)
        series.append(Series(start, clock, seconds[:, None], none, none, np.zeros(length, dtype=bool)))
    return Panel(tuple(series), ("y",), (), (), Repairs(), "a.csv")


def test_no_target_of_a_part_lies_in_another_and_only_the_look_back_reaches_over():
    panel = make_panel(("2014-01-01", 400), ("2014-01-06", 300))
    split = split_by_time(panel, SplitSettings(validation=0.2, test=0.3))
    horizons, lookbacks = [], []
    for span in (split.train, split.validation, split.test):
        window = cut(panel, list_origins(panel, span, 24, 6), 24, 6, ())
        horizons.append((window.future_targets.min(), window.future_targets.max()))
        lookbacks.append(window.past_targets.min())
    assert horizons[0][1] < horizons[1][0]
    assert horizons[1][1] < horizons[2][0]
    assert lookbacks[1] == horizons[1][0] - 24 * 3600
    assert horizons[2][1] == max(series.targets.max() for series in panel.series)


def test_parts_are_cut_at_the_same_instant_in_every_series():
    panel = make_panel(
        ("2014-01-01", 240), ("2014-01-03", 240), ("2014-01-20", 24), ("2014-01-01T00:30", 240)
    )
    split = split_by_time(panel, SplitSettings(validation="2014-01-07", test="2014-01-09"))
    assert split.train.stop.tolist() == [144, 96, 0, 144]
    assert split.validation.stop.tolist() == [192, 144, 0, 192]
    assert split.test.stop.tolist() == [240, 240, 24, 240]


def test_a_date_is_midnight_on_the_wall():
    panel = make_panel(("2014-03-31T13:00:00", 48 * 20), timezone="Australia/Melbourne", step=1800)
    split = split_by_time(panel, SplitSettings(validation="2014-04-05", test="2014-04-07"))
    assert split.validation.first.tolist() == [4 * 48]
    assert split.test.first.tolist() == [4 * 48 + 48 + 50]  # the 6th had 50 half-hours


def test_shares_are_of_the_observed_time():
    panel = make_panel(("2014-01-01", 100))
    panel.series[0].targets[80:] = np.nan
    split = split_by_time(panel, SplitSettings(validation=0.25, test=0.25))
    assert (split.train.stop[0], split.validation.stop[0], split.test.stop[0]) == (40, 60, 80)
    assert len(split.train) == 40
    assert split.train.until(split.validation).stop.tolist() == [60]


def test_dates_outside_the_data_are_refused():
    with pytest.raises(InputError, match=r"a\.csv: expected begin < validation < test < end"):
        split_by_time(make_panel(("2014-01-01", 100)), SplitSettings(validation=0.1, test="2015-01-01"))

from dataclasses import replace

import numpy as np
import pytest

from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.plots.windows import column_of, pick_windows, target_index, window_title


def with_errors(forecast, errors):
    """The forecast with a constant error per window."""
    values = forecast.truth[..., None] + np.asarray(errors, float)[:, None, None, None]
    return replace(forecast, values=np.broadcast_to(values, forecast.values.shape))


def test_typical_best_and_worst_are_picked_by_their_error(regular):
    forecast = with_errors(regular(5, 24, 3600), [3, -9, 1, 4, 2])
    assert pick_windows(forecast) == {"Typical day": 0, "Best day": 2, "Worst day": 1}


def test_a_window_that_is_not_a_day_is_called_window(regular):
    forecast = with_errors(regular(3, 12, 3600), [3, 2, 1])
    assert pick_windows(forecast) == {"Typical window": 1, "Best window": 2, "Worst window": 0}


def test_windows_with_little_truth_take_no_part(regular):
    forecast = with_errors(regular(4, 24, 3600), [1, 2, 3, 4])
    truth = forecast.truth.copy()
    truth[0, :13] = np.nan
    assert 0 not in pick_windows(replace(forecast, truth=truth)).values()
    truth[:] = np.nan
    assert pick_windows(replace(forecast, truth=truth)) == {"Latest forecast": 3}


def test_few_windows_and_no_truth(regular):
    assert pick_windows(regular(0, 24, 3600)) == {}
    assert pick_windows(regular(1, 24, 3600)) == {"Tested day": 0}
    assert pick_windows(with_errors(regular(2, 24, 3600), [2, 1])) == {"Best day": 1, "Worst day": 0}
    assert pick_windows(replace(regular(3, 24, 3600), truth=None)) == {"Latest forecast": 2}


def test_a_wrong_target_gets_the_closest_name(regular):
    with pytest.raises(SettingsError, match='Did you mean "flow"'):
        target_index(regular(1, 2, 3600), "flwo")


def test_a_baseline_of_another_shape_is_refused(regular):
    forecast = regular(2, 3, 3600)
    with pytest.raises(ShapeError, match=r"\(2, 3, 1\), got \(2, 3\)"):
        column_of(np.zeros((2, 3)), forecast, 0, 'baseline "naive"')


def test_the_series_is_named_where_there_are_many(regular):
    forecast = replace(regular(1, 24, 3600), series=("store 12",))
    assert window_title(forecast, 0) == "store 12, Sat 1 Mar 2014"

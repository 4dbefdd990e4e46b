"""Records are plain NumPy."""

import numpy as np

from hiddenstate.records import Forecast


def test_the_median_is_the_level_closest_to_one_half():
    values = np.arange(3.0).reshape(1, 1, 1, 3)
    times = np.zeros((1, 1), dtype="datetime64[s]")
    forecast = Forecast(("",), times, "UTC", ("y",), (0.1, 0.45, 0.9), values)
    assert forecast.median().shape == (1, 1, 1)
    assert forecast.median().item() == 1.0

from dataclasses import replace

import numpy as np
import pytest

from hiddenstate.plots import coverage, measured_coverage
from hiddenstate.plots.coverage import intervals


def test_intervals_are_central_pairs_the_widest_first():
    assert intervals((0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)) == [(0.95, 0, 6), (0.8, 1, 5), (0.5, 2, 4)]
    assert intervals((0.5,)) == []
    assert intervals((0.1, 0.5, 0.8)) == []


def test_coverage_counts_known_truths_and_the_bounds(regular):
    forecast = regular(1, 8, 3600)  # interval: truth - 1 to truth + 3
    truth = forecast.truth.copy()
    truth[0, 0] -= 1.0  # on the lower bound: inside
    truth[0, 1] -= 1.5  # outside
    truth[0, 3] += 3.0  # on the upper bound: inside
    truth[0, 2] = np.nan
    assert measured_coverage(replace(forecast, truth=truth)) == {0.8: pytest.approx(6 / 7)}


def test_labels_and_words_say_whether_the_promise_was_held(regular):
    forecast = regular(10, 10, 3600, levels=(0.025, 0.1, 0.5, 0.9, 0.975))
    truth = forecast.truth.copy()
    truth.ravel()[:5] += 100.0
    spec = coverage(replace(forecast, truth=truth)).to_dict()
    assert (
        "the 95 % interval held 95.0 % of the truths (+0.0 points: as promised)"
        in spec["description"].lower()
    )
    assert "the 80 % interval held 95.0 % of the truths (+15.0 points: too wide)" in spec["description"]
    assert spec["layer"][0]["encoding"]["x"]["title"] == "truths inside the interval (%)"
    truth.ravel()[:40] += 100.0
    assert (
        "60.0 % of the truths (-20.0 points: too narrow)"
        in coverage(replace(forecast, truth=truth)).description
    )


def test_the_axis_reaches_every_mark(demand):
    forecast, _ = demand
    far = coverage(replace(forecast, truth=forecast.truth + 1e6)).to_dict()
    assert far["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0.0, 100]
    near = coverage(forecast).to_dict()["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert 0 < near[0] <= 47, "the 50 % interval's zone begins at 47"


def test_the_caption_names_two_intervals_and_the_description_all(demand):
    forecast, _ = demand
    spec = coverage(forecast).to_dict()
    assert "50 % interval" in spec["description"]
    assert "50 % interval" not in spec["usermeta"]["caption"]
    assert "80 % interval" in spec["usermeta"]["caption"]


def test_nothing_to_cover(regular):
    for forecast in (
        replace(regular(2, 2, 60), truth=None),
        regular(2, 2, 60, levels=(0.5,)),
        regular(0, 2, 60),
    ):
        assert "no interval was forecast" in coverage(forecast).to_dict()["description"]

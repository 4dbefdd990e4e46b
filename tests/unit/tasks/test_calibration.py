import json
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.errors import BundleError, InputError, ShapeError
from hiddenstate.tasks.calibration import Calibration, intervals_from_levels
from hiddenstate.tasks.metrics import coverage

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
NORMAL = np.array([NormalDist().inv_cdf(level) for level in LEVELS])


def windows(seed, count, *, spread, leads=24, targets=1, noise=None):
    """Forecasts whose quantiles are `spread` times as wide as the normal noise of the truth."""
    random = np.random.default_rng(seed)
    centre = random.normal(size=(count, leads, targets)) * 10 + 50
    width = random.uniform(0.5, 4.0, size=(count, leads, targets))  # easy and hard hours, known to the model
    noise = random.normal(size=centre.shape) if noise is None else noise(random, centre.shape)
    values = centre[..., None] + spread * width[..., None] * NORMAL
    return values, centre + width * noise


def shares(values, truth):
    return [coverage(truth, values, interval) for interval in intervals_from_levels(LEVELS)]


@pytest.mark.parametrize("spread", [0.4, 1.0, 2.5])
def test_intervals_reach_their_nominal_coverage_on_later_data(spread):
    values, truth = windows(0, 150, spread=spread)
    later, later_truth = windows(1, 800, spread=spread)
    calibrated = Calibration.fit(values, truth, LEVELS).apply(later)
    assert shares(calibrated, later_truth) == pytest.approx([80.0, 95.0], abs=2.0)
    if spread != 1.0:
        assert shares(later, later_truth) != pytest.approx([80.0, 95.0], abs=4.0)


def test_each_tail_is_calibrated_by_itself():
    skewed = {"noise": lambda random, shape: random.exponential(size=shape) - np.log(2)}
    values, truth = windows(2, 300, spread=1.0, **skewed)
    later, later_truth = windows(3, 1500, spread=1.0, **skewed)
    calibrated = Calibration.fit(values, truth, LEVELS).apply(later)
    below = [(later_truth < calibrated[..., place]).mean() for place in (0, 1, 3, 4)]
    assert below == pytest.approx([0.025, 0.1, 0.9, 0.975], abs=0.012)


def test_lead_steps_are_calibrated_apart_where_windows_are_many():
    def growing(random, shape):
        return random.normal(size=shape) * np.linspace(0.5, 3.0, shape[1])[None, :, None]

    values, truth = windows(4, 1600, spread=1.0, noise=growing)
    later, later_truth = windows(5, 1600, spread=1.0, noise=growing)
    calibration = Calibration.fit(values, truth, LEVELS)
    assert calibration.groups.tolist() == list(range(24))
    calibrated = calibration.apply(later)
    for leads in (slice(0, 4), slice(20, 24)):  # pooled factors would cover nearly all here, and half there
        assert shares(calibrated[:, leads], later_truth[:, leads]) == pytest.approx([80.0, 95.0], abs=3.0)


def test_neighbouring_lead_steps_are_pooled_where_windows_are_few():
    values, truth = windows(6, 100, spread=1.0, leads=48)
    groups = Calibration.fit(values, truth, LEVELS).groups
    assert (np.diff(groups) >= 0).all()
    sizes = np.bincount(groups)
    assert sizes.min() * 100 * 0.025 >= 40
    assert len(sizes) == 3
    values, truth = windows(6, 3, spread=1.0, leads=48)
    assert Calibration.fit(values, truth, LEVELS).groups.max() == 0


def test_the_finite_sample_rank_is_the_conformal_one():
    # 10 scores and level 0.9: rank ceil(11 * 0.9) = 10, the largest; without the correction the ninth.
    truth = np.arange(1.0, 11.0).reshape(10, 1, 1)
    values = np.tile([-1.0, 0.0, 1.0], (10, 1, 1, 1))
    calibration = Calibration.fit(values, truth, (0.1, 0.5, 0.9))
    assert calibration.factors[0, 0, 2] == pytest.approx(10.0)


def test_quantiles_that_would_cross_are_put_in_order():
    levels = (0.5, 0.8, 0.9)
    values = np.tile([0.0, 1.0, 4.0], (50, 1, 1, 1))
    calibration = Calibration.fit(values, np.full((50, 1, 1), 3.0), levels)  # factors 1, 3 and 0.75
    assert calibration.apply(np.array([0.0, 2.0, 2.0]).reshape(1, 1, 1, 3)).ravel().tolist() == [0, 1.5, 6]


def test_targets_are_calibrated_apart():
    values, truth = windows(7, 200, spread=1.0, targets=2)
    truth[..., 1] = values[..., 1, 2] + 5.0 * (truth[..., 1] - values[..., 1, 2])
    factors = Calibration.fit(values, truth, LEVELS).factors.mean(axis=0)
    assert factors[0, 3] == pytest.approx(1.0, abs=0.2)
    assert factors[1, 3] == pytest.approx(5.0, abs=1.0)


@given(st.integers(0, 10_000), st.floats(0.05, 5.0), st.floats(-30.0, 30.0))
def test_order_is_kept_and_the_median_untouched(seed, spread, shift):
    values, truth = windows(seed, 12, spread=spread, leads=6)
    calibrated = Calibration.fit(values, truth + shift, LEVELS).apply(values)
    assert (np.diff(calibrated, axis=-1) >= 0).all()
    np.testing.assert_allclose(calibrated[..., 2], values[..., 2], rtol=1e-12)


def test_levels_without_a_median_are_stretched_from_their_middle():
    values, truth = windows(8, 300, spread=0.5)
    outer = (0.1, 0.9)
    calibrated = Calibration.fit(values[..., [1, 3]], truth, outer).apply(values[..., [1, 3]])
    inside = (truth >= calibrated[..., 0]) & (truth <= calibrated[..., 1])
    assert inside.mean() == pytest.approx(0.8, abs=0.02)


def test_unknown_truth_is_ignored():
    values, truth = windows(9, 200, spread=0.5)
    holes = truth.copy()
    holes[::2] = np.nan
    values_seen, seen = values[1::2], truth[1::2]
    with_holes, without = Calibration.fit(values, holes, LEVELS), Calibration.fit(values_seen, seen, LEVELS)
    assert with_holes.factors.mean(axis=0) == pytest.approx(without.factors.mean(axis=0), rel=0.1)


def test_a_level_without_any_width_is_left_alone():
    values = np.zeros((20, 2, 1, 3))
    calibrated = Calibration.fit(values, np.ones((20, 2, 1)), (0.1, 0.5, 0.9)).apply(values)
    assert (calibrated == 0.0).all()


def test_survives_json():
    values, truth = windows(10, 50, spread=0.7, targets=2)
    calibration = Calibration.fit(values, truth, LEVELS)
    again = Calibration.from_dict(json.loads(json.dumps(calibration.to_dict())))
    np.testing.assert_array_equal(again.apply(values), calibration.apply(values))
    assert again.windows == 50


@pytest.mark.parametrize(
    "damage",
    [
        lambda stored: stored.pop("factors"),
        lambda stored: stored.update(groups=[7] * 24),
        lambda stored: stored.update(levels=[0.1]),
        lambda stored: stored.update(factors="none"),
    ],
)
def test_a_damaged_record_is_refused(damage):
    stored = Calibration.fit(*windows(11, 20, spread=1.0), LEVELS).to_dict()
    damage(stored)
    with pytest.raises(BundleError, match="calibration"):
        Calibration.from_dict(stored)


def test_shapes_that_do_not_fit_are_refused():
    values, truth = windows(12, 20, spread=1.0)
    with pytest.raises(ShapeError, match="5 levels"):
        Calibration.fit(values[..., :3], truth, LEVELS)
    with pytest.raises(ShapeError, match="Fit it again"):
        Calibration.fit(values, truth, LEVELS).apply(values[:, :5])
    with pytest.raises(InputError, match="known targets"):
        Calibration.fit(values, np.full_like(truth, np.nan), LEVELS)


def test_intervals_from_levels():
    assert [interval.percent for interval in intervals_from_levels((0.005, 0.25, 0.5, 0.75, 0.995))] == [
        50,
        99,
    ]
    assert intervals_from_levels((0.1, 0.5, 0.8)) == ()
    (interval,) = intervals_from_levels((0.0005, 0.9995))
    assert (interval.percent, interval.low, interval.high) == (99.9, 0, 1)

import numpy as np
import pytest

from hiddenstate.errors import InputError, ShapeError
from hiddenstate.records import Forecast
from hiddenstate.tasks.verdict import blocks_of, judge, window_errors

DAYS = np.arange(120)
HARD = np.random.default_rng(0).uniform(1.0, 40.0, len(DAYS))  # some days are hard for everyone


def noise(seed, scale=0.05):
    return 1.0 + scale * np.random.default_rng(seed).normal(size=len(DAYS))


def test_a_small_but_steady_gain_is_seen_because_windows_are_compared_in_pairs():
    errors = {"naive": 2 * HARD, "LSTM": 0.95 * HARD * noise(1), "least squares": HARD * noise(2)}
    verdict = judge("LSTM", errors, DAYS)
    assert verdict.level == "better"
    assert verdict.best_baseline == "least squares"
    assert verdict.gain == pytest.approx(0.05, abs=0.015)
    assert 0 < verdict.low < verdict.gain < verdict.high < 0.1
    assert verdict.text.startswith("The LSTM beats the best baseline (least squares) by ")
    assert " % in MAE (95 % interval " in verdict.text


def test_a_better_baseline_is_recommended():
    verdict = judge("GRU", {"GRU": 1.25 * HARD, "seasonal naive (week)": HARD}, DAYS, metric="pinball loss")
    assert verdict.level == "worse"
    assert verdict.gain == pytest.approx(-0.25)
    assert verdict.text == (
        "Do not use a recurrent network here: seasonal naive (week) is better; the GRU's pinball loss is "
        "25 % higher (95 % interval 25 to 25 %)."
    )


def test_no_clear_difference_says_so():
    verdict = judge("LSTM", {"LSTM": HARD * noise(3, scale=0.3), "naive": HARD * noise(4, scale=0.3)}, DAYS)
    assert verdict.level == "same"
    assert verdict.low < 0 < verdict.high
    turned = judge("LSTM", {"LSTM": HARD * noise(4, scale=0.3), "naive": HARD * noise(3, scale=0.3)}, DAYS)
    assert turned.level == "same"  # whichever of the two happens to be ahead
    assert "use the simpler one" in verdict.text
    assert "lower to " in verdict.text
    assert verdict.text.endswith("higher).")


def test_windows_of_one_day_are_one_piece_of_evidence():
    model, naive = HARD * noise(5, scale=0.3), HARD * noise(6, scale=0.3)
    once = judge("m", {"m": model, "n": naive}, DAYS)
    repeated = {"m": np.repeat(model, 8), "n": np.repeat(naive, 8)}
    many = judge("m", repeated, np.repeat(DAYS, 8))
    assert (many.low, many.high) == pytest.approx((once.low, once.high))
    naively = judge("m", repeated, np.arange(8 * len(DAYS)))
    assert naively.high - naively.low < 0.5 * (once.high - once.low)


def test_the_interval_has_its_coverage():
    inside = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        errors = {"m": 0.9 * random.exponential(size=80), "n": random.exponential(size=80)}
        verdict = judge("m", errors, np.arange(80))
        inside += verdict.low <= 0.1 <= verdict.high
    assert 52 <= inside <= 59


def test_a_short_test_gives_no_verdict():
    verdict = judge("LSTM", {"LSTM": np.full(90, 1.0), "naive": np.full(90, 2.0)}, np.repeat([0, 1, 2], 30))
    assert verdict.level == "same"
    assert verdict.gain == pytest.approx(0.5)
    assert "only 3 independent stretches" in verdict.text
    assert "50 % lower than that of naive" in verdict.text


def test_windows_unknown_to_anyone_do_not_count():
    model, naive = np.full(50, 1.0), np.full(50, 2.0)
    model[0], naive[0], naive[1] = 1000.0, np.nan, np.nan
    assert judge("m", {"m": model, "n": naive}, np.arange(50)).gain == pytest.approx(0.5)


def test_a_perfect_baseline_can_only_be_equalled():
    zero, one = np.zeros(20), np.ones(20)
    assert judge("m", {"m": zero, "n": zero}, np.arange(20)).level == "same"
    assert judge("m", {"m": one, "n": zero}, np.arange(20)).level == "worse"


def test_the_same_errors_always_give_the_same_verdict():
    errors = {"m": HARD * noise(7), "n": HARD * noise(8)}
    assert judge("m", errors, DAYS) == judge("m", errors, DAYS)
    assert judge("m", errors, DAYS) != judge("m", errors, DAYS, seed=1)


def test_bad_input():
    with pytest.raises(InputError, match="of a baseline"):
        judge("m", {"m": HARD}, DAYS)
    with pytest.raises(InputError, match="known truth"):
        judge("m", {"m": HARD * np.nan, "n": HARD}, DAYS)
    with pytest.raises(ShapeError, match='"n"'):
        judge("m", {"m": HARD, "n": HARD[:5]}, DAYS)


def test_window_errors_by_hand():
    truth = np.array([[[1.0, 10.0], [2.0, np.nan]], [[np.nan, np.nan], [np.nan, np.nan]]])
    point = np.array([[[2.0, 14.0], [5.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]])
    np.testing.assert_allclose(window_errors(truth, point), [(1 + 4 + 3) / 3, np.nan])
    np.testing.assert_allclose(window_errors(truth, point, [1.0, 4.0])[0], (1 + 1 + 3) / 3)
    np.testing.assert_allclose(window_errors(truth, point, np.array([[1.0, 2.0], [1.0, 1.0]]))[0], 2.0)


def forecast(starts, horizon, step, series=None):
    times = np.asarray(starts, dtype="datetime64[s]")[:, None] + np.arange(horizon) * np.timedelta64(
        step, "s"
    )
    series = series or ("",) * len(starts)
    return Forecast(series, times, "UTC", ("y",), (0.5,), np.zeros((len(starts), horizon, 1, 1)))


def test_blocks_are_days_or_as_long_as_the_horizon():
    hourly = np.datetime64("2024-01-01T00:00:00") + np.arange(240) * np.timedelta64(3600, "s")
    assert len(np.unique(blocks_of(forecast(hourly, 24, 3600)))) == 10
    assert (np.bincount(blocks_of(forecast(hourly, 24, 3600))) == 24).all()
    assert len(np.unique(blocks_of(forecast(hourly, 48, 3600)))) == 5


def test_series_with_one_origin_share_a_block_unless_there_is_nothing_else():
    days = np.datetime64("2024-01-01T00:00:00") + np.arange(6) * np.timedelta64(86400, "s")
    both = forecast([*days, *days], 24, 3600, ("a",) * 6 + ("b",) * 6)
    assert blocks_of(both).tolist() == [*range(6), *range(6)]
    once = forecast([days[0]] * 7, 24, 3600, tuple("abcdefg"))
    assert len(np.unique(blocks_of(once))) == 7

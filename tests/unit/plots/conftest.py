"""Half-hourly demand that looks real, with forecasts of known quality: material for the tests of charts."""

import numpy as np
import pytest

from hiddenstate.records import Classification, Epoch, Forecast, History, Score

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
NORMAL = np.array([-1.96, -1.2816, -0.6745, 0.0, 0.6745, 1.2816, 1.96])
MELBOURNE = "Australia/Melbourne"


def demand_truth(days: int = 60, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """(days, 48) UTC times of local days from 15 January 2014 (UTC+11), and demand in MW."""
    chance = np.random.default_rng(seed)
    start = np.datetime64("2014-01-14T13:00:00", "s")
    times = start + np.arange(days * 48).reshape(days, 48) * np.timedelta64(1800, "s")
    hour = np.arange(48) / 2
    shape = 4300 - 900 * np.cos((hour - 4) / 24 * 2 * np.pi) + 420 * np.exp(-((hour - 18) ** 2) / 6)
    weekend = (np.arange(days) + 2) % 7 >= 5
    heat = np.clip(chance.normal(0, 1, days).cumsum() * 0.25, -1, 2.2)
    bend = np.exp(-((hour - 15.5) ** 2) / 22)
    truth = shape * (1 - 0.13 * weekend[:, None]) + 1100 * heat[:, None].clip(0) * bend
    noise = chance.normal(0, 60, (days, 48))
    return times, truth + 0.5 * noise + 0.5 * np.roll(noise, 1, axis=1)


def demand_forecast(days: int = 60, seed: int = 1) -> tuple[Forecast, dict[str, np.ndarray]]:
    """A forecast with calibrated intervals and two baselines (n, h, 1) on the same windows."""
    times, truth = demand_truth(days + 7, seed)
    chance = np.random.default_rng(seed + 1)
    daily = chance.normal(0, 1, (days, 1)) * (50 + 70 * np.sin(np.arange(48) / 48 * np.pi) ** 2)
    median = truth[7:] + daily + chance.normal(0, 30, (days, 48))
    spread = 70 + 80 * np.sin(np.arange(48) / 48 * np.pi) ** 2
    values = median[:, :, None] + spread[None, :, None] * NORMAL
    forecast = Forecast(
        series=("",) * days,
        times=times[7:],
        timezone=MELBOURNE,
        targets=("demand",),
        levels=LEVELS,
        values=values[:, :, None, :],
        truth=truth[7:][:, :, None],
    )
    weekly = truth[:-7][:, :, None]
    squares = (0.6 * truth[7:] + 0.4 * truth[6:-1] + chance.normal(0, 60, (days, 48)))[:, :, None]
    return forecast, {"weekly naive": weekly, "least squares": squares}


def demand_history(epochs: int = 22, best: int = 14) -> History:
    """A learning curve that turns up again after the best epoch."""
    numbers = np.arange(1, epochs + 1)
    train = 0.11 + 0.35 * np.exp(-numbers / 4)
    validation = 0.15 + 0.31 * np.exp(-numbers / 3.5) + 0.0009 * np.maximum(numbers - best, 0) ** 1.2
    return History(
        epochs=tuple(
            Epoch(int(number), float(a), float(b), 2e-3 * 0.5 ** (int(number) // 8), 4.0, 1.2)
            for number, a, b in zip(numbers, train, validation, strict=True)
        ),
        best_epoch=best,
        stopped="no better validation loss for 8 epochs",
    )


def demand_scores() -> list[Score]:
    """One model and four baselines, with a figure that was not measured."""
    return [
        Score("weekly naive", {"mae": 331.2, "rmse": 470.1, "mape": 7.06, "mase": 1.21}, seconds=0.01),
        Score("daily naive", {"mae": 352.8, "rmse": 501.6, "mape": 7.6, "mase": 1.29}, seconds=0.01),
        Score(
            "mean of last 4 same weekdays",
            {"mae": 287.4, "rmse": 402.2, "mape": 6.1, "mase": 1.05},
            seconds=0.02,
        ),
        Score("least squares", {"mae": 193.5, "rmse": 268.0, "mape": 4.13, "mase": 0.71}, seconds=1.4),
        Score(
            "LSTM, direct",
            {
                "mae": 171.9,
                "rmse": 244.6,
                "mape": 3.68,
                "mase": 0.63,
                "pinball": 48.2,
                "coverage_80": 79.1,
                "coverage_95": 93.8,
            },
            is_model=True,
            seconds=96.0,
        ),
    ]


def regular_forecast(
    count, horizon, step, *, levels=(0.1, 0.5, 0.9), timezone="UTC", start="2014-03-01T00:00"
):
    """Forecasts of regular steps of `step` seconds whose truth is 0, 1, 2 ... and whose median is 1 too high."""
    first = np.datetime64(start, "s")
    times = first + np.arange(count * horizon).reshape(count, horizon) * np.timedelta64(step, "s")
    truth = np.arange(count * horizon, dtype=float).reshape(count, horizon, 1)
    spread = np.linspace(-2.0, 2.0, len(levels)) if len(levels) > 1 else np.zeros(1)
    values = truth[..., None] + 1.0 + spread
    return Forecast(("",) * count, times, timezone, ("flow",), tuple(levels), values, truth)


def labelled_questions(count: int = 60, seed: int = 1) -> Classification:
    """Questions of three kinds with attention on their first word; about one in five answered wrong."""
    chance = np.random.default_rng(seed)
    labels, firsts = ("HUM", "LOC", "NUM"), ("Who", "Where", "When")
    truth = chance.integers(0, 3, count)
    logits = chance.normal(0, 1.2, (count, 3))
    logits[np.arange(count), truth] += 2.5
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    tokens = tuple((firsts[kind], "was", f"it{row}", "?") for row, kind in enumerate(truth))
    return Classification(
        labels=labels,
        probabilities=probabilities,
        predicted=probabilities.argmax(axis=1),
        texts=tuple(" ".join(words) for words in tokens),
        tokens=tokens,
        weights=(np.array([0.7, 0.2, 0.1, 0.0], dtype=np.float32),) * count,
        truth=truth,
    )


@pytest.fixture(scope="session")
def questions():
    """Labelled questions as a model answered them."""
    return labelled_questions()


@pytest.fixture(scope="session")
def demand():
    """A forecast of 60 days and its baselines by name."""
    return demand_forecast()


@pytest.fixture(scope="session")
def history():
    return demand_history()


@pytest.fixture(scope="session")
def scores():
    return demand_scores()


@pytest.fixture
def regular():
    """The builder `regular_forecast`."""
    return regular_forecast

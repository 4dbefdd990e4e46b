"""Is the recurrent network worth it? The model beside the best plain baseline, said in words.

Errors are compared window by window on the same windows. How far the comparison can be trusted comes
from a paired block bootstrap: whole blocks of days are drawn, since windows that overlap, or share a
day's weather, are not independent evidence.

>>> import numpy as np
>>> errors = {"LSTM": np.full(50, 9.0), "least squares": np.full(50, 10.0)}
>>> judge("LSTM", errors, np.arange(50)).text
'The LSTM beats the best baseline (least squares) by 10 % in MAE (95 % interval 10 to 10 %).'
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hiddenstate.errors import InputError, ShapeError
from hiddenstate.records import Forecast
from hiddenstate.seeding import generator

Array = NDArray[np.float64]
DRAWS = 2000
FEWEST_BLOCKS = 5  # with fewer, resampling says next to nothing about another year
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Verdict:
    """The outcome of the comparison with the best baseline."""

    text: str
    level: Literal["better", "same", "worse"]
    gain: float
    """How much better the model is; negative is worse. Of errors: the part of the best baseline's that the
    model saves, 0.12 is 12 % less error. Of shares such as accuracy: the difference, 0.012 is 1.2 points."""
    low: float
    """Lower end of the 95 % interval of the gain."""
    high: float
    """Upper end of it."""
    best_baseline: str


def judge(
    model: str, errors: Mapping[str, Array], blocks: NDArray[np.int64], *, metric: str = "MAE", seed: int = 0
) -> Verdict:
    """Compare the model with the best baseline.

    errors: per-window mean errors (n,) by name, the model's own under `model`; windows that are NaN
    for anyone do not count. blocks: (n,) number of the stretch of days that a window belongs to (see
    `blocks_of`). `metric` is the word for the error in the text.
    Raises `InputError` if there is no baseline or no window, `ShapeError` if lengths differ.
    """
    table = _common_windows(model, errors, blocks)
    names = [name for name in errors if name != model]
    known = np.isfinite(table).all(axis=0)
    table, blocks = table[:, known], blocks[known]
    if not known.any():
        raise InputError(
            "verdict: expected windows that model and baselines forecast, got none with known truth."
        )
    means = table.mean(axis=1)  # (1 + baselines,) the model first
    place = int(np.argmin(means[1:]))
    best = names[place]
    gain, low, high = _gain_with_interval(table[0], table[1 + place], blocks, seed)
    count = len(np.unique(blocks))
    if count < FEWEST_BLOCKS:
        text = (
            f"Too short a test to tell: only {count} independent {'stretch' if count == 1 else 'stretches'} "
            f"of days. There the {model}'s {metric} is {_difference(gain)} than that of {best}."
        )
        return Verdict(text, "same", gain, low, high, best)
    level: Literal["better", "same", "worse"] = "better" if low > 0 else "worse" if high < 0 else "same"
    return Verdict(_words(level, model, best, metric, (gain, low, high)), level, gain, low, high, best)


def window_errors(truth: Array, point: Array, scale: ArrayLike = 1.0) -> Array:
    """(n,) mean absolute error of each window; truth and point: (n, h, c), NaN truth ignored.

    `scale` divides the errors, one number, (c,) or (n, c): with targets of different units give the
    scale of MASE, so that no target drowns the others. A window without truth gives NaN.
    """
    scales = np.asarray(scale, dtype=np.float64)
    scales = scales[:, None, :] if scales.ndim == 2 else scales
    error = np.abs(truth - point) / np.where(scales > 0.0, scales, np.nan)
    known = np.isfinite(error)
    count = known.sum(axis=(1, 2))
    total = np.where(known, error, 0.0).sum(axis=(1, 2))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def blocks_of(forecast: Forecast) -> NDArray[np.int64]:
    """(n,) block of each window: windows of the same block are not independent evidence.

    A block is a stretch of days, as many as a horizon spans and at least one, counted by the windows'
    origins; windows of different series with the same origin share it. Where the test is too short for
    that (many series forecast once), each series is a block.
    """
    seconds = forecast.times.astype("datetime64[s]").astype(np.int64)  # (n, h)
    if not seconds.size:
        return np.zeros(len(seconds), dtype=np.int64)
    horizon = seconds[:, -1] - seconds[:, 0]  # without the length of the last step
    days = max(1, int(np.ceil(np.median(horizon) / DAY_SECONDS)))
    by_time: NDArray[np.int64] = (seconds[:, 0] - seconds[:, 0].min()) // (days * DAY_SECONDS)
    _, by_series = np.unique(np.asarray(forecast.series), return_inverse=True)
    if len(np.unique(by_time)) < FEWEST_BLOCKS <= len(np.unique(by_series)):
        return by_series.astype(np.int64)
    return by_time


def _common_windows(model: str, errors: Mapping[str, Array], blocks: NDArray[np.int64]) -> Array:
    """(1 + baselines, n) errors, the model's first."""
    if model not in errors or len(errors) < 2:
        raise InputError(f'verdict: expected errors of "{model}" and of a baseline, got {list(errors)}.')
    for name, row in errors.items():
        if row.shape != blocks.shape:
            raise ShapeError(f'expected one error per window {blocks.shape} for "{name}", got {row.shape}.')
    return np.stack([errors[model], *(row for name, row in errors.items() if name != model)])


def _gain_with_interval(
    model: Array, baseline: Array, blocks: NDArray[np.int64], seed: int
) -> tuple[float, float, float]:
    """1 - model / baseline, with the 95 % percentile interval over blocks drawn with replacement."""
    _, member = np.unique(blocks, return_inverse=True)
    sums = np.stack([np.bincount(member, weights=row) for row in (model, baseline)])  # (2, blocks)
    count = sums.shape[1]
    random = generator(seed, "verdict")
    drawn = random.multinomial(count, np.full(count, 1.0 / count), size=DRAWS)  # (draws, blocks) times drawn
    model_sums, baseline_sums = drawn @ sums[0], drawn @ sums[1]
    gains = np.array([_gain(m, b) for m, b in zip(model_sums, baseline_sums, strict=True)])
    low, high = np.quantile(gains, [0.025, 0.975])
    return _gain(sums[0].sum(), sums[1].sum()), float(low), float(high)


def _gain(model: float, baseline: float) -> float:
    """Part of the baseline's error saved; a baseline without error can only be equalled."""
    if baseline > 0.0:
        return float(1.0 - model / baseline)
    return 0.0 if model <= 0.0 else -1.0


def _words(level: str, model: str, best: str, metric: str, gains: tuple[float, float, float]) -> str:
    gain, low, high = gains
    if level == "better":
        return (
            f"The {model} beats the best baseline ({best}) by {_percent(gain)} % in {metric} "
            f"(95 % interval {_percent(low)} to {_percent(high)} %)."
        )
    if level == "worse":
        return (
            f"Do not use a recurrent network here: {best} is better; the {model}'s {metric} is "
            f"{_percent(-gain)} % higher (95 % interval {_percent(-high)} to {_percent(-low)} %)."
        )
    return (
        f"No clear difference between the {model} and {best}: use the simpler one. "
        f"The {model}'s {metric} is {_difference(gain)} "
        f"(95 % interval: {_difference(high)} to {_difference(low)})."
    )


def _difference(gain: float) -> str:
    """The model's error against the baseline's: "3 % lower", "2 % higher"."""
    return f"{_percent(abs(gain))} % {'lower' if gain >= 0 else 'higher'}"


def _percent(share: float) -> str:
    """Whole percents from 10 on, one decimal below: "12", "3.4"."""
    value = 100.0 * share
    text = f"{value:.0f}" if abs(value) >= 9.95 else f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text

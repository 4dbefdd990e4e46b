"""ETTh1, all seven columns: mean squared error of the segment forecaster at horizons 96, 192, 336 and 720.

    python benchmarks/etth1.py --data DIR [--seeds 3] [--horizons 96,192,336,720] [--resume FILE] [--threads 2]

DIR holds etth1/ETTh1.csv.gz. Rows 0-8,639 train, 8,640-11,519 validate, 11,520-14,399 test; the rest is unused.
Every column is standardised by its training rows and the error is measured in those units, over all columns and
every window whose horizon lies in the test rows, its look-back may begin before them. The epoch is chosen on
every fourth validation window; the test windows are read once, after that.
"""

import argparse
import dataclasses
import hashlib
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import torch
from numpy.typing import NDArray
from torch import nn

from hiddenstate.data.assemble import load_panel
from hiddenstate.data.panel import Panel
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.data.split import Split, SplitSettings, split_by_time
from hiddenstate.data.windows import Origins
from hiddenstate.models.segments import SegmentSettings
from hiddenstate.seeding import derive, seed_everything
from hiddenstate.tasks.baselines.repeat_last import RepeatLast
from hiddenstate.tasks.forecast import ForecastTask
from hiddenstate.tasks.forecast_settings import ForecastSettings
from hiddenstate.training import RichWatcher, Trainer, TrainingSettings

COLUMNS = ("HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT")
HORIZONS = (96, 192, 336, 720)
TRAIN_ROWS, VALIDATION_ROWS, TEST_ROWS = 8640, 2880, 2880
SPLIT = SplitSettings(validation="2017-06-26", test="2017-10-24")  # midnights of rows 8,640 and 11,520
LOOKBACK = 720
VALIDATION_STRIDE = 4
MEMBERS = 3
SHORT = SegmentSettings(hidden_size=128, segment=48, dropout=0.3, level="last")
NETWORKS = {
    96: SHORT,
    192: SHORT,
    336: SegmentSettings(hidden_size=64, segment=48, dropout=0.5, level="mean"),
    720: SegmentSettings(hidden_size=16, segment=48, dropout=0.5, level="mean", rescale=True),
}
"""By horizon. The long ones were chosen on two validation folds, rows 5,760-8,639 (after training on the rows
before them) and 8,640-11,519, by the geometric mean of their errors: the second alone favours large networks."""
LONG_RATE = 2e-3
"""Learning rate of the long horizons."""
"""From this horizon on windows are divided by their own spread: better there on the validation rows."""
TRAINING = TrainingSettings(
    epochs=16,
    steps_per_epoch=20,
    batch_size=24,
    learning_rate=1e-3,
    warmup_epochs=2,
    average_decay=0.99,
    patience=5,
)
RIDGE_LOOKBACK = 336
RIDGE_STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Shares of the mean square of a look-back step."""

Array = NDArray[np.float64]


def read(folder: Path) -> tuple[Panel, Split]:
    """The 14,400 rows in use, and their three parts."""
    table = pl.read_csv(folder / "etth1/ETTh1.csv.gz").head(TRAIN_ROWS + VALIDATION_ROWS + TEST_ROWS)
    panel = load_panel(table, SeriesSettings(time="date", targets=COLUMNS))
    split = split_by_time(panel, SPLIT)
    sizes = tuple(len(part) for part in (split.train, split.validation, split.test))
    assert sizes == (TRAIN_ROWS, VALIDATION_ROWS, TEST_ROWS), sizes
    return panel, split


def fit_task(panel: Panel, split: Split, horizon: int) -> ForecastTask:
    settings = ForecastSettings(
        horizon=horizon, family="segments", lookback=LOOKBACK, loss="squared", members=MEMBERS
    )
    return ForecastTask.fit(panel, split.train, settings, NETWORKS.get(horizon, SHORT))


def train(task: ForecastTask, panel: Panel, split: Split, seed: int) -> tuple[list[nn.Module], float]:
    """The members, trained, and their mean validation error."""
    validate = task.validator(panel, task.origins(panel, split.validation)[::VALIDATION_STRIDE])
    origins = task.origins(panel, split.train, training=True)
    models: list[nn.Module] = []
    for member in range(task.settings.members):
        rate = TRAINING.learning_rate if task.settings.horizon < 336 else LONG_RATE
        settings = dataclasses.replace(TRAINING, learning_rate=rate, seed=derive(seed, "member", member))
        seed_everything(settings.seed, "weights")
        model = task.build_model()
        batches = task.batches(panel, origins, batch_size=settings.batch_size, seed=settings.seed)
        Trainer(settings, watcher=RichWatcher()).fit(model, task.loss, batches, validate)
        models.append(model)
    return models, float(np.mean([validate(model) for model in models]))


def test_origins(task: ForecastTask, panel: Panel, split: Split) -> Origins:
    """Every window of the test rows: none is dropped."""
    origins = task.origins(panel, split.test)
    assert len(origins) == TEST_ROWS - task.settings.horizon + 1, len(origins)
    return origins


def standardised_error(task: ForecastTask, panel: Panel, origins: Origins, values: Array) -> float:
    """Mean squared error of forecasts (n, H, C) in the user's units, in units of the training rows' spread."""
    scaler = task.builder.scalers.by_name[panel.series[0].name].targets
    steps = origins.position[:, None] + np.arange(task.settings.horizon)  # (n, H)
    truth = panel.series[0].targets[steps]  # (n, H, C)
    return float(np.mean(((values - truth) / scaler.spread) ** 2))


def run(panel: Panel, split: Split, horizon: int, seed: int) -> dict[str, float]:
    """Train, choose on validation, then read the test windows once."""
    task = fit_task(panel, split, horizon)
    models, validation = train(task, panel, split, seed)
    origins = test_origins(task, panel, split)
    forecast = task.predict(models, panel, origins)
    test = standardised_error(task, panel, origins, forecast.values[..., 0])
    return {"mse": test, "validation_mse": validation}


def run_baselines(panel: Panel, split: Split, horizon: int) -> dict[str, float]:
    """The same windows, forecast by the last value and by a linear regression."""
    task = fit_task(panel, split, horizon)
    origins = test_origins(task, panel, split)
    last = RepeatLast().fit(panel, origins[:1], horizon).predict(panel, origins, horizon)
    return {
        "repeat last value": standardised_error(task, panel, origins, last),
        "ridge regression": ridge_error(task, panel, split, origins),
    }


def ridge_error(task: ForecastTask, panel: Panel, split: Split, origins: Origins) -> float:
    """Ridge regression from the look-back to the horizon, both as differences to the last value.

    One for all columns, as the network; its strength is chosen on the validation windows.
    """
    horizon = task.settings.horizon
    scaler = task.builder.scalers.by_name[panel.series[0].name].targets
    scaled = ((panel.series[0].targets - scaler.mean) / scaler.spread).astype(np.float64)  # (n, C)
    windows = np.lib.stride_tricks.sliding_window_view(
        scaled, RIDGE_LOOKBACK + horizon, axis=0
    )  # (n, C, L + H)

    def parts(positions: NDArray[np.int64]) -> tuple[Array, Array]:
        rows = windows[positions - RIDGE_LOOKBACK].reshape(-1, RIDGE_LOOKBACK + horizon)
        rows = rows - rows[:, RIDGE_LOOKBACK - 1 : RIDGE_LOOKBACK]
        return rows[:, :RIDGE_LOOKBACK], rows[:, RIDGE_LOOKBACK:]

    def error(positions: NDArray[np.int64], weights: Array) -> float:
        totals = []
        for first in range(0, len(positions), 256):
            past, ahead = parts(positions[first : first + 256])
            totals.append(((past @ weights - ahead) ** 2).sum() / ahead[0].size / len(COLUMNS))
        return float(np.sum(totals) / len(positions))

    train_positions = task.origins(panel, split.train).position
    gram, cross = np.zeros((RIDGE_LOOKBACK, RIDGE_LOOKBACK)), np.zeros((RIDGE_LOOKBACK, horizon))
    for first in range(0, len(train_positions), 256):
        past, ahead = parts(train_positions[first : first + 256])
        gram += past.T @ past
        cross += past.T @ ahead
    size = np.trace(gram) / RIDGE_LOOKBACK
    fits = [
        np.linalg.solve(gram + strength * size * np.eye(RIDGE_LOOKBACK), cross)
        for strength in RIDGE_STRENGTHS
    ]
    validation = task.origins(panel, split.validation).position[::VALIDATION_STRIDE]
    best = min(fits, key=lambda weights: error(validation, weights))
    return error(origins.position, best)


class Finished:
    """Numbers of finished runs, kept in a JSON file where one is given; never those of other settings."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.values: dict[str, dict[str, float]] = {}
        if file is not None and file.exists():
            self.values = json.loads(file.read_text(encoding="utf-8"))
        text = repr(
            (
                LOOKBACK,
                VALIDATION_STRIDE,
                MEMBERS,
                NETWORKS,
                TRAINING,
                LONG_RATE,
                RIDGE_LOOKBACK,
                RIDGE_STRENGTHS,
            )
        )
        self.settings = hashlib.sha256(text.encode()).hexdigest()[:12]

    def get(self, name: str, run: Callable[[], Mapping[str, float]]) -> dict[str, float]:
        """The numbers of a finished run, or of `run()`, which are then kept."""
        key = f"{name}, settings {self.settings}"
        kept = key in self.values
        if not kept:
            started = time.monotonic()
            numbers = dict(run())
            self.values[key] = {**numbers, "seconds": time.monotonic() - started}
            if self.file is not None:
                self.file.parent.mkdir(parents=True, exist_ok=True)
                beside = self.file.with_name(self.file.name + ".part")
                beside.write_text(json.dumps(self.values, indent=1), encoding="utf-8")
                beside.replace(self.file)
        shown = "  ".join(f"{part} {value:.4g}" for part, value in self.values[key].items())
        print(f"{name}: {shown}{' (kept)' if kept else ''}", file=sys.stderr, flush=True)
        return self.values[key]


def mean_and_error(values: Sequence[float]) -> tuple[float, float | None]:
    """Mean and standard error; that of a single run is not known."""
    error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
    return float(np.mean(values)), error


def show(
    horizons: Sequence[int],
    runs: Mapping[int, list[dict[str, float]]],
    rivals: Mapping[int, dict[str, float]],
) -> None:
    """The table, then the JSON line."""
    figures = {}
    print(
        f"ETTh1, 7 columns, mean squared error, standardised; look-back {LOOKBACK} (ridge {RIDGE_LOOKBACK})"
    )
    print("horizon  segments    s.e.  ridge  repeat last  windows  s/run")
    for horizon in horizons:
        mean, error = mean_and_error([part["mse"] for part in runs[horizon]])
        figures[f"mse_{horizon}"] = {"mean": round(mean, 4), "se": None if error is None else round(error, 4)}
        rival, seconds = rivals[horizon], np.mean([part["seconds"] for part in runs[horizon]])
        shown = "-" if error is None else f"{error:.4f}"
        print(
            f"{horizon:>7}  {mean:>8.4f}  {shown:>6}  {rival['ridge regression']:.3f}"
            f"  {rival['repeat last value']:>11.3f}  {TEST_ROWS - horizon + 1:>7}  {seconds:>5.0f}"
        )
    print(json.dumps({"benchmark": "etth1", "seeds": len(runs[horizons[0]]), "figures": figures}))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds etth1/ETTh1.csv.gz")
    parser.add_argument("--seeds", type=int, default=3, help="runs per horizon, with seeds 0, 1, ...")
    parser.add_argument("--horizons", default=",".join(map(str, HORIZONS)), help="separated by commas")
    parser.add_argument("--resume", type=Path, help="file that keeps finished runs; they are not run again")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    horizons = [int(part) for part in options.horizons.split(",")]

    panel, split = read(options.data)
    finished = Finished(options.resume)
    runs: dict[int, list[dict[str, float]]] = {}
    rivals = {}
    for horizon in horizons:
        rivals[horizon] = finished.get(
            f"baselines, horizon {horizon}", lambda horizon=horizon: run_baselines(panel, split, horizon)
        )
        runs[horizon] = [
            finished.get(
                f"seed {seed}, horizon {horizon}",
                lambda horizon=horizon, seed=seed: run(panel, split, horizon, seed),
            )
            for seed in range(options.seeds)
        ]
    show(horizons, runs, rivals)


if __name__ == "__main__":
    main()

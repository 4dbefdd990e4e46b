"""Half-hourly electricity demand of Victoria, 2014, forecast at each local midnight for 48 steps.

    python benchmarks/vic_elec.py --data DIR [--seeds 3] [--variants without_weather,actual_temperature]

DIR holds vic_elec/vic_elec.csv.gz. Trained on 2012 and 2013: first on the part before `VALIDATION`, to choose
the number of epochs and to calibrate the intervals, then on both years. 2014 is read once, to measure. The
weather is the temperature that was measured later: a bound on what a weather forecast could give. Networks
and baselines are those of ``hiddenstate train``, on the same windows.
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from hiddenstate.data.assemble import load_panel
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.data.split import SplitSettings, split_by_time
from hiddenstate.models.direct import DirectSettings
from hiddenstate.records import Score
from hiddenstate.tasks.baselines.naive_error import seasonal_naive_error
from hiddenstate.tasks.forecast_settings import ForecastSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.forecasts.comparison import compare
from hiddenstate.workflows.forecasts.fit import fit_forecaster, learnt_span
from hiddenstate.workflows.forecasts.run_settings import ForecastRun

VALIDATION, TEST = "2013-07-01", "2014-01-01"
VARIANTS = {
    "without_weather": ("holiday",),
    "actual_temperature": ("temperature_c", "holiday"),
}
NETWORK = DirectSettings()
TASK = ForecastSettings(horizon=48, origin="00:00", scale="log", members=3)
TRAINING = TrainingSettings(
    epochs=32,
    batch_size=32,
    learning_rate=6e-3,
    weight_decay=0.5,
    warmup_epochs=4.0,
    average_decay=0.99,
    patience=None,
)
COLUMNS = {"mape": "MAPE %", "mae": "MAE MW", "rmse": "RMSE MW", "nd": "ND"}


def settings(known: tuple[str, ...], seed: int) -> ForecastRun:
    """What ``hiddenstate train`` would be given."""
    return ForecastRun(
        data=SeriesSettings(
            time="time_utc", targets=("demand_mw",), known=known, timezone="Australia/Melbourne"
        ),
        task=TASK,
        split=SplitSettings(validation=VALIDATION, test=TEST, refit=True),
        direct=NETWORK,
        training=replace(TRAINING, seed=seed),
    )


def measure(file: Path, known: tuple[str, ...], seeds: int) -> tuple[list[Score], list[Score]]:
    """(one score for each seed of the network, one for each baseline)."""
    models: list[Score] = []
    baselines: list[Score] = []
    for seed in range(seeds):
        run = settings(known, seed)
        panel = load_panel(file, run.data)
        split = split_by_time(panel, run.split)
        begin = time.perf_counter()
        fitted = fit_forecaster(panel, split, run)
        seconds = time.perf_counter() - begin
        test = fitted.task.origins(panel, split.test)
        learnt = fitted.task.origins(panel, learnt_span(split, run))
        comparison = compare(
            panel,
            test,
            fitted.task.predict(fitted.models, panel, test),
            name=run.label,
            scale=seasonal_naive_error(panel, learnt, run.task.horizon),
            learn_from=learnt if seed == 0 else None,  # baselines have no seed
            seconds=seconds,
        )
        models.append(comparison.model)
        baselines = baselines or list(comparison.scores[1:])
        print(f"seed {seed}: {_show(comparison.model.metrics)}, {seconds:.0f} s", flush=True)
    return models, baselines


def table(title: str, models: list[Score], baselines: list[Score]) -> None:
    """The mean of the seeds, then the baselines, best first."""
    print(f"\n{title.replace('_', ' ')}, {len(models)} seed(s), {TASK.members} networks each")
    print(
        f"{'':34s}" + "".join(f"{head:>10s}" for head in COLUMNS.values()) + f"{'80 % in':>9s}{'95 % in':>9s}"
    )
    mean = {name: float(np.mean([score.metrics[name] for score in models])) for name in models[0].metrics}
    rows = [(models[0].name, mean), *((score.name, score.metrics) for score in baselines)]
    for name, metrics in [rows[0], *sorted(rows[1:], key=lambda row: row[1]["mape"])]:
        cells = "".join(f"{metrics[column]:10.{4 if column == 'nd' else 2}f}" for column in COLUMNS)
        covered = (metrics.get(f"coverage_{percent}") for percent in (80, 95))
        cells += "".join("        -" if share is None else f"{share:9.1f}" for share in covered)
        print(f"{name:34s}{cells}")


def figure(values: list[float]) -> dict[str, float]:
    """Mean and its standard error over the seeds."""
    spread = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    return {"mean": round(float(np.mean(values)), 4), "se": round(spread, 4)}


def _show(metrics: dict[str, float]) -> str:
    return (
        f"MAPE {metrics['mape']:.2f} %, {metrics['coverage_80']:.1f} % in the 80 % interval, "
        f"{metrics['coverage_95']:.1f} % in the 95 % interval"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--variants", default=",".join(VARIANTS))
    options = parser.parse_args()
    figures: dict[str, dict[str, float]] = {}
    for variant in options.variants.split(","):
        file = options.data / "vic_elec" / "vic_elec.csv.gz"
        models, baselines = measure(file, VARIANTS[variant], options.seeds)
        table(variant, models, baselines)
        ending = "_weather" if variant == "actual_temperature" else ""
        figures[f"mape{ending or '_no_weather'}"] = figure([score.metrics["mape"] for score in models])
        for percent in (80, 95):
            # The plain names are those of the model that can be used without knowing the weather.
            name = f"coverage_{percent}"
            figures[name + ending] = figure([score.metrics[name] for score in models])
    print(json.dumps({"benchmark": "vic_elec", "seeds": options.seeds, "figures": figures}))


if __name__ == "__main__":
    main()

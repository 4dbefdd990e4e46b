"""What weights rounded to int8 cost a saved model, on a file that it has not learnt from.

    python benchmarks/int8_loss.py MODEL FILE

The networks are measured twice, with their own weights and with those that generated C of ``--weights int8`` computes
with. The last line is JSON.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from hiddenstate.data.assemble import load_panel
from hiddenstate.data.split import Span
from hiddenstate.data.text_table import load_texts
from hiddenstate.export.c_model import to_c
from hiddenstate.tasks.classification_metrics import classification_metrics
from hiddenstate.workflows.classes.saved import SavedClassifier, open_classifier
from hiddenstate.workflows.forecasts.saved import SavedForecaster, open_forecaster
from hiddenstate.workflows.kinds import kind_of
from hiddenstate.workflows.subject import open_subject


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    subject = open_subject(options.model).subject
    exact, rounded = (to_c(subject.program, subject.weights, kind=kind) for kind in ("float32", "int8"))
    classifies = kind_of(options.model).task == "classify"
    saved = (open_classifier if classifies else open_forecaster)(options.model)
    measure = accuracy if classifies else mean_absolute_error
    before = measure(saved, options.file)
    for number, model in enumerate(saved.models):
        prefix = f"member{number}."
        weights = {name: rounded.weights.get(prefix + name) for name in model.state_dict()}
        own = {name: torch.from_numpy(value) for name, value in weights.items() if value is not None}
        model.load_state_dict(own, strict=False)
    after = measure(saved, options.file)
    figures = {
        "measure": "accuracy" if classifies else "MAE",
        "float32": before,
        "int8": after,
        "loss": before - after if classifies else after / before - 1,
        "times_smaller": exact.flash_bytes / rounded.flash_bytes,
    }
    print(f"{figures['measure']}: float32 {before:.5g}, int8 {after:.5g}, loss {100 * figures['loss']:.3f} %")
    print(json.dumps(figures))


def accuracy(saved: SavedClassifier, file: Path) -> float:
    table = load_texts(file, saved.run.data)
    return float(classification_metrics(saved.task.predict(saved.models, table))["accuracy"])


def mean_absolute_error(saved: SavedForecaster, file: Path) -> float:
    panel = load_panel(file, saved.run.data)
    count = len(panel.series)
    everything = Span(np.zeros(count, np.int64), np.array([series.observed for series in panel.series]))
    forecast = saved.task.predict(saved.models, panel, saved.task.origins(panel, everything))
    return float(np.nanmean(np.abs(forecast.median() - forecast.truth)))


if __name__ == "__main__":
    main()

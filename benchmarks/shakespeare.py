"""Tiny shakespeare: nats a character on the last 10 %, the memory carried and in windows of 256 from nothing.

    python benchmarks/shakespeare.py --data DIR [--seeds 3] [--resume FILE] [--only network,short,baselines]

DIR holds tinyshakespeare/input.txt. Learnt from is the first 90 %, as nanoGPT cuts it. The recipe was chosen on the
last 50,000 characters of that part, learning from the rest; then it learns from all of it for a fixed number of
epochs: eight, or three for those who have five minutes (``short``). The last 10 % are read once, at the end.
``train_seconds`` is the time of training alone.
"""

import time
from dataclasses import replace
from functools import partial

from text_run import Runs, arguments, chosen, json_line, table

from hiddenstate.data.book import Book, BookParts, BookSplitSettings, cut_book, read_book
from hiddenstate.data.units import Units, UnitSettings
from hiddenstate.models.language_model import LanguageSettings
from hiddenstate.tasks.generate_settings import GenerateSettings
from hiddenstate.tasks.language_baselines.registry import fit_language_baselines
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.writers.fit import fit_writer

CHOSEN_ON = 50_000
TASK = GenerateSettings()
NETWORK = LanguageSettings(hidden_size=384, dropout=0.1)
TRAINING = TrainingSettings(
    epochs=8, batch_size=32, learning_rate=6e-3, warmup_epochs=0.1, clip_norm=1.0, patience=None
)


EPOCHS = {"network": TRAINING.epochs, "short": 3}


def run(parts: BookParts, threads: int, epochs: int, seed: int) -> dict[str, float]:
    started = time.monotonic()
    training = replace(TRAINING, epochs=epochs, seed=seed, threads=threads)
    fitted = fit_writer(parts, task=TASK, network=NETWORK, training=training)
    seconds = time.monotonic() - started
    metrics = fitted.task.measure(fitted.model, parts.test).metrics()
    numbers = {key: round(metrics[key], 5) for key in ("nats_per_char", "nats_per_char_windows")}
    return {**numbers, "train_seconds": round(seconds, 1)}


def baselines(parts: BookParts) -> dict[str, float]:
    """Nats a character of the plain methods; the order of the n-grams is chosen on the end of the training part."""
    units = Units.fit(parts.train, UnitSettings())
    rivals = fit_language_baselines(units, parts.train[:-CHOSEN_ON], parts.train[-CHOSEN_ON:])
    return {rival.name: rival.measure(units, parts.test).metrics()["nats_per_char"] for rival in rivals}


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    book: Book = read_book(options.data / "tinyshakespeare" / "input.txt")
    parts = cut_book(book, BookSplitSettings(validation=0.0, test=0.1))
    print(", ".join(f"{count:,} {name}" for name, count in parts.characters.items()))
    runs = Runs(options.resume)
    rows, figures = [], {}
    if chosen(options, "baselines"):
        numbers = dict(runs.get("baselines", partial(baselines, parts)))
        seconds = numbers.pop("seconds")
        rows += [(f"nats_per_char {name}", [value], [seconds]) for name, value in numbers.items()]
    for name, epochs in EPOCHS.items():
        if not chosen(options, name):
            continue
        done = [
            runs.get(f"{name} seed {seed}", partial(run, parts, options.threads, epochs, seed))
            for seed in range(options.seeds)
        ]
        for key in ("nats_per_char", "nats_per_char_windows"):
            values = [numbers[key] for numbers in done]
            figures[key if name == "network" else f"{key}_{name}"] = values
            seconds = [numbers["train_seconds"] for numbers in done]
            rows.append((f"{key} LSTM, {epochs} epochs", values, seconds))
    table(sorted(rows), "nats")
    json_line("shakespeare", options.seeds, figures)


if __name__ == "__main__":
    main()

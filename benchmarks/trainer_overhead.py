"""What our trainer costs on top of the bare loop: forward, backward, optimiser step.

    python benchmarks/trainer_overhead.py [--threads 1,2] [--repeats 9] [--epochs 3]

The bare loop takes batches that were cut before, and torch's own AdamW in its fastest form ("fused"). The trainer cuts
its batches, sets the rate of each step, clips the gradients, checks that loss and norm are finite, shields the step
from Ctrl-C and tells a watcher; with averaged weights it also keeps those. Both train networks of the same settings
on the same rows; they take turns, and a row shows the median of the differences of a turn. Run it on an idle machine.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from hiddenstate.data.ragged import Ragged
from hiddenstate.data.text_batches import EncodedTexts, TextBatches
from hiddenstate.models.embed import EmbedSizes
from hiddenstate.models.text_classifier import TextClassifier, TextModelSettings
from hiddenstate.training import Trainer, TrainingSettings
from hiddenstate.training.threads import limited_threads

TEXTS, WORDS, CLASSES = 2000, 8000, 6


@dataclass(frozen=True)
class Shape:
    """A text classifier: a BiLSTM with attention."""

    name: str
    hidden_size: int
    mean_length: float
    batch_size: int


SHAPES = (
    Shape("questions of 10 words, 64 units, batches of 50", 64, 10, 50),
    Shape("questions of 10 words, 128 units, batches of 32", 128, 10, 32),
    Shape("reviews of 19 words, 128 units, batches of 32", 128, 19, 32),
)


def rows_of(shape: Shape) -> EncodedTexts:
    """Texts of random words, as long as real ones."""
    random = np.random.default_rng(0)
    lengths = np.clip(random.gamma(5.0, shape.mean_length / 5.0, TEXTS), 2, 60).round().astype(int)
    texts = Ragged.of([random.integers(2, WORDS, length).tolist() for length in lengths])
    return EncodedTexts(texts, random.integers(0, CLASSES, (TEXTS, 1)))


def network_of(shape: Shape) -> TextClassifier:
    """The same weights each time."""
    torch.manual_seed(0)
    settings = TextModelSettings(cell="lstm", hidden_size=shape.hidden_size, pool="attention")
    return TextClassifier(EmbedSizes(words=WORDS, size=100), (CLASSES,), settings)


def loss_of(model: nn.Module, batch: Any) -> Tensor:
    """Cross-entropy of the classes."""
    return nn.functional.cross_entropy(model(batch).logits[0], batch.targets[:, 0])


def bare(shape: Shape, epochs: int) -> Callable[[], None]:
    """Nothing but the three parts of a step."""
    model = network_of(shape).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.0, fused=True)
    batches = TextBatches(rows_of(shape), batch_size=shape.batch_size, seed=0)
    cut = [list(batches.epoch(number + 1)) for number in range(epochs)]

    def run() -> None:
        for epoch in cut:
            for batch in epoch:
                optimiser.zero_grad(set_to_none=True)
                loss_of(model, batch).backward()  # type: ignore[no-untyped-call]
                optimiser.step()

    return run


def trained(shape: Shape, epochs: int, average_decay: float | None) -> Callable[[], None]:
    """Our trainer, as the workflows call it; no validation, whose cost depends on its rows."""
    batches = TextBatches(rows_of(shape), batch_size=shape.batch_size, seed=0)
    model = network_of(shape)
    settings = TrainingSettings(
        epochs=epochs, learning_rate=1e-3, average_decay=average_decay, threads=torch.get_num_threads()
    )

    def run() -> None:
        Trainer(settings).fit(model, loss_of, batches, None)

    return run


def seconds(run: Callable[[], None]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def measure(shape: Shape, repeats: int, epochs: int) -> dict[str, float]:
    """Median overhead in percent of the bare loop: the trainer alone, and with averaged weights."""
    runs = {
        "bare": bare(shape, epochs),
        "trainer": trained(shape, epochs, None),
        "averaged": trained(shape, epochs, 0.99),
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(repeats + 1):
        for name, run in runs.items():
            taken = seconds(run)
            if turn:  # the first turn warms up
                times[name].append(taken)
    return {
        name: 100.0
        * statistics.median(own / base - 1 for own, base in zip(times[name], times["bare"], strict=True))
        for name in ("trainer", "averaged")
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()
    figures: dict[str, float] = {}
    print(f"{'overhead, %':60} {'trainer':>9} {'averaged':>9}")
    for threads in map(int, options.threads.split(",")):
        for shape in SHAPES:
            with limited_threads(threads):
                own = measure(shape, options.repeats, options.epochs)
            print(
                f"{f'{threads} threads, {shape.name}':60} {own['trainer']:9.1f} {own['averaged']:9.1f}",
                flush=True,
            )
            figures[f"{threads} threads, {shape.name}"] = round(own["trainer"], 1)
    print(json.dumps({"benchmark": "trainer_overhead", "percent": figures}))


if __name__ == "__main__":
    main()

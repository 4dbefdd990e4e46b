"""Multi30k, English to German: BLEU on test2016 by three protocols, and the same network without attention.

Chosen on the validation part alone; the test part is read once for each trained network. Searched with a beam of 5.
``bleu_moses_lc``: Moses tokens in lower case by our own few rules (``hiddenstate.tasks.moses``), ``bleu_sacre``: 13a
tokens in lower case. Both sides of the training text are in lower case, as in the papers.
With --resume FILE finished runs are kept in FILE and checkpoints of an unfinished one in the folder FILE.training.
"""

import gzip
import sys
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

from text_run import Runs, arguments, chosen, json_line, table

from hiddenstate.data.pairs import PairTable
from hiddenstate.models.beam_settings import BeamSettings
from hiddenstate.models.encoder_decoder import TranslatorSettings
from hiddenstate.records import Epoch, History
from hiddenstate.tasks.translate_settings import TranslateSettings
from hiddenstate.tasks.translation_metrics import signatures, translation_metrics
from hiddenstate.training.threads import limited_threads
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.translations.fit import RECIPE, fit_translator, without_attention

TASK = TranslateSettings(pieces=4000, lower_case="both")
NETWORK = TranslatorSettings()
TRAINING = replace(RECIPE, epochs=14)
SEARCH = BeamSettings(beam=5)
BANDS = (0, 9, 13, 17, 1000)
"""Words of a source: where the bands of BLEU by length end."""


class EpochLines:
    """A line on standard error for each epoch."""

    def on_start(self, epochs: int, steps_per_epoch: int, done: int) -> None:
        """How far the run is."""
        print(f"{epochs} epochs of {steps_per_epoch} steps, {done} done", file=sys.stderr, flush=True)

    def on_step(self, epoch: int, step: int, loss: float) -> None:
        """Every hundredth step."""
        if step % 100 == 0:
            print(f"epoch {epoch} step {step} loss {loss:.3f}", file=sys.stderr, flush=True)

    def on_epoch(self, epoch: Epoch, best: bool) -> None:
        """What the epoch came to."""
        print(epoch, file=sys.stderr, flush=True)

    def on_end(self, history: History) -> None:
        """Why it ended."""
        print(history.stopped, file=sys.stderr, flush=True)


def read(folder: Path, part: str) -> PairTable:
    """The two files of a part, line by line."""
    sides = []
    for language in ("en", "de"):
        with gzip.open(folder / f"multi30k/{part}.{language}.gz", "rt", encoding="utf-8") as file:
            sides.append(tuple(" ".join(line.split()) for line in file))
    return PairTable(part, sides[0], sides[1])


def run(
    parts: dict[str, PairTable], threads: int, folder: Path | None, attention: bool, seed: int
) -> dict[str, float]:
    network = NETWORK if attention else without_attention(NETWORK)
    checkpoints = folder and folder / f"{network.attention}{seed}"
    with limited_threads(threads):
        fitted = fit_translator(
            parts["train"],
            parts["val"],
            task=TASK,
            network=network,
            training=replace(TRAINING, seed=seed, threads=threads),
            fitting=Fitting(
                EpochLines(), checkpoints, resume=checkpoints is not None and checkpoints.exists()
            ),
        )
        numbers = {"epochs": float(fitted.history.best_epoch or 0)}
        for part, prefix in (("val", "val_"), ("test_2016_flickr", "")):
            result = fitted.task.translate(fitted.model, parts[part].sources, SEARCH)
            truth = [text.lower() for text in parts[part].targets]
            metrics = translation_metrics(result.targets, truth)
            numbers[f"{prefix}bleu_moses_lc"] = 100.0 * metrics["bleu_moses"]
            numbers[f"{prefix}bleu_sacre"] = 100.0 * metrics["bleu_lower"]
            numbers[f"{prefix}chrf"] = 100.0 * metrics["chrf"]
    words = [text.count(" ") + 1 for text in parts["test_2016_flickr"].sources]
    for low, high in pairwise(BANDS):
        rows = [row for row, count in enumerate(words) if low < count <= high]
        own = translation_metrics([result.targets[row] for row in rows], [truth[row] for row in rows])
        numbers[f"bleu_moses_lc_to_{high}_words"] = 100.0 * own["bleu_moses"]
    print(" ".join(signatures(result.targets, truth)), file=sys.stderr)
    return numbers


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    parts = {name: read(options.data, name) for name in ("train", "val", "test_2016_flickr")}
    print(", ".join(f"{len(part):,} {name}" for name, part in parts.items()))
    runs = Runs(options.resume)
    folder = options.resume and options.resume.with_name(options.resume.name + ".training")
    rows, figures = [], {}
    for name, attention in (("attention", True), ("no attention", False)):
        if not chosen(options, name.replace(" ", "_")):
            continue
        done = [
            runs.get(f"{name} seed {seed}", partial(run, parts, options.threads, folder, attention, seed))
            for seed in range(options.seeds)
        ]
        seconds = [numbers["seconds"] for numbers in done]
        for key in done[0]:
            if "bleu" in key or "chrf" in key:
                rows.append((f"{key}, {name}", [numbers[key] for numbers in done], seconds))
        if attention:
            for key in ("bleu_moses_lc", "bleu_sacre"):
                figures[key] = [numbers[key] for numbers in done]
        else:
            figures["bleu_no_attention"] = [numbers["bleu_moses_lc"] for numbers in done]
    table(rows, "percent")
    json_line("multi30k", options.seeds, figures)


if __name__ == "__main__":
    main()

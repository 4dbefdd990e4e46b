"""yesno (OpenSLR 1): word error on the half of its 60 files that was not learnt from; from sound.

    python benchmarks/yesno.py --data DIR [--seeds 3] [--resume FILE] [--threads 1]

DIR holds yesno with its WAV files, whose names say what is spoken: eight words, 1 for yes and 0 for no. Files are
split by seed 0: 30 to test on, 5 to choose on, 25 to learn from.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from text_run import Runs, arguments, json_line, table

from hiddenstate.data.recordings import read_frames
from hiddenstate.data.sound import FrontendSettings
from hiddenstate.data.transcripts import Utterances
from hiddenstate.data.utterance_batches import AugmentSettings
from hiddenstate.models.transcriber import TranscriberSettings
from hiddenstate.seeding import generator
from hiddenstate.tasks.transcribe_settings import TranscribeSettings
from hiddenstate.tasks.transcription_metrics import transcription_metrics
from hiddenstate.workflows.transcripts.fit import RECIPE, fit_transcripts

FRONTEND = FrontendSettings(rate=8000)
TEST, CHOSEN_ON = 30, 5


def read(folder: Path) -> Utterances:
    paths = sorted(folder.rglob("*_*.wav"))
    texts = [" ".join("YES" if mark == "1" else "NO" for mark in path.stem.split("_")) for path in paths]
    frames = tuple(read_frames(path, FRONTEND) for path in paths)
    return Utterances(tuple(path.name for path in paths), frames, tuple(texts), "yesno")


def run(everything: Utterances, seed: int) -> dict[str, float]:
    order: np.ndarray = generator(0, "yesno").permutation(len(everything))
    test, chosen_on = everything.take(order[:TEST]), everything.take(order[TEST : TEST + CHOSEN_ON])
    fitted = fit_transcripts(
        everything.take(order[TEST + CHOSEN_ON :]),
        chosen_on,
        task=TranscribeSettings(deltas=False, order=3),
        network=TranscriberSettings(hidden_size=64, num_layers=2, dropout=0.1),
        augment=AugmentSettings(widest_feature_mask=8, longest_time_mask=10),
        training=replace(RECIPE, epochs=30, batch_size=2, learning_rate=3e-3, average_decay=0.95, seed=seed),
    )
    numbers = {}
    for prefix, part in (("dev_", chosen_on), ("", test)):
        answers = fitted.task.predict(fitted.models, part).texts
        metrics = transcription_metrics(part.known_texts(), answers)
        numbers |= {f"{prefix}{key}": round(100.0 * metrics[key], 3) for key in ("wer", "cer")}
    return numbers


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    everything = read(options.data / "yesno")
    print(f"{len(everything)} files")
    runs = Runs(options.resume)
    done = [runs.get(f"seed {seed}", partial(run, everything, seed)) for seed in range(options.seeds)]
    figures = {key: [numbers[key] for numbers in done] for key in ("wer", "cer")}
    table([(key, values, [n["seconds"] for n in done]) for key, values in figures.items()], "percent")
    json_line("yesno", options.seeds, {"wer": figures["wer"]})


if __name__ == "__main__":
    main()

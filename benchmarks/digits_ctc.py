"""Strings of digits: 3 to 7 recordings of the Free Spoken Digit Dataset with random gaps, written down by CTC.

    python benchmarks/digits_ctc.py --data DIR [--seeds 3] [--resume FILE] [--threads 1]

DIR holds fsdd/recordings. Official split: recordings 0-4 of each digit and speaker make the test strings (300 digits in
strings of one speaker, each recording once), 5-9 those that choose the epoch, 10-49 those that are learnt from, glued
anew into STRINGS strings. Gaps of 0 to 0.3 s hold faint noise. A text is one letter a digit: the figure is the share of
digits that are wrong, missing or too many. There is no language model: every string is as likely as any other.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from text_run import Runs, arguments, json_line, table

from hiddenstate.data.sound import Frontend, FrontendSettings, read_sound
from hiddenstate.data.transcripts import Utterances
from hiddenstate.data.utterance_batches import AugmentSettings
from hiddenstate.models.transcriber import TranscriberSettings
from hiddenstate.seeding import generator
from hiddenstate.tasks.transcribe_settings import TranscribeSettings
from hiddenstate.tasks.transcription_metrics import transcription_metrics
from hiddenstate.workflows.transcripts.fit import RECIPE, fit_transcripts

FRONTEND = FrontendSettings(rate=8000)
STRINGS = 1500
LONGEST_GAP = 0.3
FAINT = 1e-3
PARTS = {"train": range(10, 50), "dev": range(5, 10), "test": range(5)}
Clip = tuple[str, str, np.ndarray]
"""Speaker, digit, samples."""


def read(folder: Path) -> dict[str, list[Clip]]:
    parts: dict[str, list[Clip]] = {part: [] for part in PARTS}
    for path in sorted(folder.glob("*.wav")):
        digit, speaker, index = path.stem.split("_")
        part = next(name for name, indices in PARTS.items() if int(index) in indices)
        parts[part].append((speaker, digit, read_sound(path).samples))
    return parts


def strings(clips: list[Clip], part: str, times: int) -> Utterances:
    """Every clip `times` times, in strings of one speaker."""
    random = generator(0, "strings", part)
    frontend = Frontend(FRONTEND)
    frames, texts, speakers = [], [], []
    for speaker in sorted({clip[0] for clip in clips}):
        own = [clip for clip in clips if clip[0] == speaker]
        for _ in range(times):
            order = [own[place] for place in random.permutation(len(own))]
            while order:
                count = int(random.integers(3, 8))
                count = (
                    len(order) if len(order) - count < 3 and len(order) <= 7 else min(count, len(order) - 3)
                )
                taken, order = order[:count], order[count:]
                pieces = []
                for _, _, samples in taken:
                    gap = int(random.uniform(0, LONGEST_GAP) * FRONTEND.rate)
                    pieces += [random.normal(0, FAINT, gap).astype(np.float32), samples]
                frames.append(frontend.frames(np.concatenate(pieces)))
                texts.append("".join(digit for _, digit, _ in taken))
                speakers.append(speaker)
    files = tuple(f"{part} {row}" for row in range(len(texts)))
    return Utterances(files, tuple(frames), tuple(texts), "FSDD", tuple(speakers))


def run(parts: dict[str, Utterances], seed: int) -> dict[str, float]:
    fitted = fit_transcripts(
        parts["train"],
        parts["dev"],
        task=TranscribeSettings(deltas=False, order=0, beam=1),
        network=TranscriberSettings(hidden_size=96, num_layers=2),
        augment=AugmentSettings(widest_feature_mask=6, longest_time_mask=8),
        training=replace(RECIPE, epochs=14, batch_size=16, learning_rate=3e-3, seed=seed),
    )
    numbers = {}
    for prefix, name in (("dev_", "dev"), ("", "test")):
        answers = fitted.task.predict(fitted.models, parts[name]).texts
        metrics = transcription_metrics(parts[name].known_texts(), answers)
        numbers[f"{prefix}digit_error"] = round(100.0 * metrics["cer"], 3)
    return numbers


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    clips = read(options.data / "fsdd" / "recordings")
    times = max(1, round(STRINGS * 5 / len(clips["train"])))
    parts = {part: strings(own, part, times if part == "train" else 1) for part, own in clips.items()}
    print(", ".join(f"{len(part):,} strings of {name}" for name, part in parts.items()))
    runs = Runs(options.resume)
    done = [runs.get(f"seed {seed}", partial(run, parts, seed)) for seed in range(options.seeds)]
    figures = {key: [numbers[key] for numbers in done] for key in ("digit_error", "dev_digit_error")}
    table([(key, values, [n["seconds"] for n in done]) for key, values in figures.items()], "percent")
    json_line("digits_ctc", options.seeds, {"digit_error": figures["digit_error"]})


if __name__ == "__main__":
    main()

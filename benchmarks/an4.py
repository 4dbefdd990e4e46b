"""AN4: letter and word error on its ten test speakers, from the 13 cepstra that come with it.

    python benchmarks/an4.py --data DIR [--seeds 3] [--resume FILE] [--threads 1]

DIR holds an4/etc and an4/feat (948 recordings of 74 speakers, 130 of 10 others). A tenth of the training speakers'
recordings, whole speakers, chooses the epoch and the language model's weight. The language model counts letters of
the training transcripts; neither the dictionary nor the unigram model of the data set is used.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

from text_run import Runs, arguments, json_line, table

from hiddenstate.data.recordings import read_frames
from hiddenstate.data.sound import FrontendSettings
from hiddenstate.data.transcripts import Utterances
from hiddenstate.data.utterance_batches import AugmentSettings
from hiddenstate.data.utterance_split import UtteranceSplitSettings, split_utterances
from hiddenstate.models.transcriber import TranscriberSettings
from hiddenstate.tasks.transcribe_settings import TranscribeSettings
from hiddenstate.tasks.transcription_metrics import transcription_metrics
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.transcripts.fit import RECIPE, fit_transcripts

NETWORK = TranscriberSettings(hidden_size=128, num_layers=2, dropout=0.3)
TRAINING: TrainingSettings = replace(RECIPE, epochs=35)


def read(folder: Path, part: str) -> Utterances:
    files = (folder / "etc" / f"an4_{part}.fileids").read_text().split()
    lines = (folder / "etc" / f"an4_{part}.transcription").read_text().splitlines()
    frames = tuple(read_frames(folder / "feat" / f"{file}.mfc", FrontendSettings()) for file in files)
    texts = tuple(line.rsplit("(", 1)[0].strip() for line in lines)
    speakers = tuple(file.split("/")[1] for file in files)
    return Utterances(tuple(files), frames, texts, "AN4", speakers)


def run(train: Utterances, test: Utterances, seed: int) -> dict[str, float]:
    learnt, chosen_on, _ = split_utterances(train, UtteranceSplitSettings(validation=0.1, test=0.0))
    parts = {"dev_": train.take(chosen_on), "": test}
    fitted = fit_transcripts(
        train.take(learnt),
        parts["dev_"],
        task=TranscribeSettings(),
        network=NETWORK,
        augment=AugmentSettings(),
        training=replace(TRAINING, seed=seed),
    )
    numbers = {}
    for prefix, part in parts.items():
        answers = fitted.task.predict(fitted.models, part).texts
        metrics = transcription_metrics(part.known_texts(), answers)
        for key in ("cer", "wer"):
            numbers[prefix + key] = round(100.0 * metrics[key], 3)
    return numbers


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    train, test = (read(options.data / "an4", part) for part in ("train", "test"))
    print(f"{len(train)} training recordings, {len(test)} to test on")
    runs = Runs(options.resume)
    done = [runs.get(f"seed {seed}", partial(run, train, test, seed)) for seed in range(options.seeds)]
    figures = {key: [numbers[key] for numbers in done] for key in ("cer", "wer", "dev_cer", "dev_wer")}
    table([(key, values, [n["seconds"] for n in done]) for key, values in figures.items()], "percent")
    json_line("an4", options.seeds, {key: figures[key] for key in ("cer", "wer")})


if __name__ == "__main__":
    main()

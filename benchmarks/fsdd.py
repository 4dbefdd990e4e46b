"""FSDD: spoken digits of six speakers; accuracy on the official split and leaving out one speaker after the other.

    python benchmarks/fsdd.py --data DIR [--seeds 3] [--resume FILE] [--only official,leave_speaker_out,baselines]

DIR holds fsdd/recordings. Official split: recordings 0 to 4 of each digit and speaker are the test (300), the others
(2,700) are learnt from. There are no validation recordings: every network is trained for all epochs of the recipe.
That was chosen by learning from four speakers and looking at the other two (theo and george; jackson and lucas).
"""

from functools import partial
from pathlib import Path

from hear_run import Corpus, mean_of
from text_run import Runs, arguments, chosen, json_line, table

from hiddenstate.workflows.hearing.run_settings import TELEPHONE


def read(folder: Path) -> Corpus:
    files = sorted((folder / "fsdd" / "recordings").glob("*.wav"))
    names = [file.stem.split("_") for file in files]
    return Corpus(files, [name[0] for name in names], [name[1] for name in names], TELEPHONE)


def official(corpus: Corpus):
    test = [row for row, file in enumerate(corpus.table.texts) if int(Path(file).stem.split("_")[2]) < 5]
    train = sorted(set(range(len(corpus.table))) - set(test))
    return corpus.table.take(train), corpus.table.take(test)


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    corpus, runs = read(options.data), Runs(options.resume)
    parts = official(corpus)
    print(f"{len(parts[0]):,} train, {len(parts[1])} test; {len(corpus.speakers)} speakers")
    figures, rows = {}, []
    if chosen(options, "baselines"):
        for name, fold in corpus.baselines(*parts).items():
            rows.append((f"official {name}", [fold["accuracy"]], [0.0]))
        folds = [corpus.baselines(*corpus.without(speaker)) for speaker in corpus.speakers]
        for name in folds[0]:
            value = mean_of([fold[name] for fold in folds], "accuracy")
            rows.append((f"leave_speaker_out {name}", [value], [0.0]))
    if chosen(options, "official"):
        done = [
            runs.get(f"official seed {seed}", partial(corpus.network, *parts, seed))
            for seed in range(options.seeds)
        ]
        figures["accuracy_official"] = [numbers["accuracy"] for numbers in done]
        rows.append(
            ("official BiGRU", figures["accuracy_official"], [numbers["seconds"] for numbers in done])
        )
    if chosen(options, "leave_speaker_out"):
        values, seconds = [], []
        for seed in range(options.seeds):
            folds = [
                runs.get(
                    f"without {speaker} seed {seed}", partial(corpus.network, *corpus.without(speaker), seed)
                )
                for speaker in corpus.speakers
            ]
            values.append(mean_of(folds, "accuracy"))
            seconds.append(mean_of(folds, "seconds"))
        figures["accuracy_leave_speaker_out"] = values
        rows.append(("leave_speaker_out BiGRU", values, seconds))
    table(rows, "percent")
    json_line("fsdd", options.seeds, figures)


if __name__ == "__main__":
    main()

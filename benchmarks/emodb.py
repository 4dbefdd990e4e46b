"""EmoDB: four emotions of ten actors, leaving out one actor after the other; unweighted average recall.

    python benchmarks/emodb.py --data DIR [--seeds 3] [--resume FILE] [--only network,baselines]

DIR holds emodb/wav: anger, neutral, happiness, sadness (339 files). The figure is the mean
of the ten actors' own figures. Every network is trained for all epochs of the recipe. That and what "tone" means were
chosen by learning from eight actors and looking at the other two (03 and 08; 13 and 15).
"""

from functools import partial
from pathlib import Path

from hear_run import Corpus, mean_of
from text_run import Runs, arguments, chosen, json_line, table

from hiddenstate.data.sound import FrontendSettings
from hiddenstate.workflows.hearing.run_settings import complete

RUN = complete({"task": {"cue": "tone"}}, 305)
"""What a user gets for nine actors' recordings with ``--set task.cue=tone``."""


def read(folder: Path) -> Corpus:
    files = sorted((folder / "emodb" / "wav").glob("*.wav"))
    return Corpus(
        files, [file.stem[5] for file in files], [file.stem[:2] for file in files], FrontendSettings()
    )


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    corpus, runs = read(options.data), Runs(options.resume)
    print(f"{len(corpus.table)} recordings, {len(corpus.speakers)} speakers")
    figures, rows = {}, []
    key = "unweighted_average_recall"
    if chosen(options, "baselines"):
        folds = [corpus.baselines(*corpus.without(speaker)) for speaker in corpus.speakers]
        rows += [(name, [mean_of([fold[name] for fold in folds], key)], [0.0]) for name in folds[0]]
    if chosen(options, "network"):
        values, seconds = [], []
        for seed in range(options.seeds):
            folds = [
                runs.get(
                    f"without {speaker} seed {seed}",
                    partial(
                        corpus.network, *corpus.without(speaker), seed, ear=RUN.ear, training=RUN.training
                    ),
                )
                for speaker in corpus.speakers
            ]
            values.append(mean_of(folds, key))
            seconds.append(mean_of(folds, "seconds"))
        figures[key] = values
        rows.append(("BiGRU", values, seconds))
    table(rows, "UAR %")
    json_line("emodb", options.seeds, figures)


if __name__ == "__main__":
    main()

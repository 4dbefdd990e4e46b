"""Sentiment of tweets to airlines (positive, neutral, negative): macro-F1 over five folds.

    python benchmarks/airline.py --data DIR [--seeds 1] [--resume FILE] [--threads 2]

DIR holds twitter_airline/tweets.tsv.gz and glove/glove.6B.*.cut.txt.gz. Folds are stratified, equal tweets
lie in one fold. Of each fold's training rows a tenth is held out, on which the network chooses its epoch and
the baselines their features and strength; each seed cuts the folds anew.
"""

from dataclasses import replace
from functools import partial

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold
from text_baselines import macro_f1, majority, tfidf
from text_run import Runs, arguments, json_line, read_glove, table

from hiddenstate.data.text_split import TextSplitSettings, split_texts
from hiddenstate.data.text_table import TextSettings, TextTable, load_texts
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.data.vectors import Vectors
from hiddenstate.models.text_classifier import TextModelSettings
from hiddenstate.tasks.classify_settings import ClassifySettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.classes.fit import fit_classes

FOLDS = 5
TASK = ClassifySettings(tokens=TokenSettings(fold_digits=True), label_smoothing=0.1, watch="error", members=2)
NETWORK = TextModelSettings(
    cell="lstm", hidden_size=64, pool="max+attention", character_size=200, word_dropout=0.1, word_pairs=True
)
TRAINING = TrainingSettings(
    epochs=6, batch_size=50, learning_rate=2e-3, clip_norm=5.0, average_decay=0.995, patience=2
)


def folds(tweets: TextTable, seed: int) -> list[tuple[TextTable, TextTable]]:
    """(training rows, test rows) of each fold."""
    groups = [" ".join(text.casefold().split()) for text in tweets.texts]
    cut = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    parts = cut.split(np.zeros(len(tweets)), tweets.known_labels(), groups)
    return [(tweets.take(train), tweets.take(test)) for train, test in parts]


def run(train: TextTable, test: TextTable, vectors: list[Vectors], seed: int) -> dict[str, float]:
    """Macro-F1 in percent of the network and the baselines on one fold."""
    split = split_texts(train, TextSplitSettings(validation=0.1, seed=seed))
    fitted = fit_classes(
        split.train,
        split.validation,
        task=TASK,
        network=NETWORK,
        training=replace(TRAINING, seed=seed),
        vectors=vectors,
    )
    task, models = fitted.task, fitted.models
    result = task.predict(models, test)
    answers = [result.labels[number] for number in result.predicted]
    return {
        "BiLSTM": macro_f1(list(test.known_labels()), answers),
        "majority": majority(train, test, macro_f1),
        **tfidf(split.train, split.validation, test, macro_f1),
    }


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    tweets = load_texts(
        options.data / "twitter_airline/tweets.tsv.gz", TextSettings(text="text", target="label")
    )
    vectors = read_glove(options.data, True)
    runs = Runs(options.resume)
    done = [
        runs.get(f"seed {seed} fold {number}", partial(run, train, test, vectors, seed))
        for seed in range(options.seeds)
        for number, (train, test) in enumerate(folds(tweets, seed))
    ]
    names = [name for name in done[0] if name != "seconds"]
    table(
        [(name, [run[name] for run in done], [run["seconds"] for run in done]) for name in names], "macro-F1"
    )
    gains = [run["BiLSTM"] - max(run[name] for name in names if name != "BiLSTM") for run in done]
    json_line("airline", options.seeds, {"macro_f1": [run["BiLSTM"] for run in done], "macro_f1_gain": gains})


if __name__ == "__main__":
    main()

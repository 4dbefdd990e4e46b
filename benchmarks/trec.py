"""TREC question classification, 6 coarse and 50 fine classes, with and without word vectors.

    python benchmarks/trec.py --data DIR [--seeds 5] [--resume FILE] [--only vectors,...] [--threads 2]

DIR holds trec/train.label, trec/test.label and glove/glove.6B.*.cut.txt.gz. Settings, the number of epochs
among them, were chosen on tenths of the training rows held out with seeds 100 to 102; the networks that are
tested learn from all training rows for that number of epochs. The 500 test questions are read once, at the
end. One network with two heads learns coarse and fine labels together, so both figures of a row come from
one run; the probabilities of three such networks are averaged.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

from text_baselines import accuracy, majority, tfidf
from text_run import Runs, arguments, chosen, json_line, read_glove, table

from hiddenstate.data.labels import LabelSettings
from hiddenstate.data.text_split import TextSplitSettings, find_leak, split_texts
from hiddenstate.data.text_table import TextTable, load_trec
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.data.vectors import Vectors
from hiddenstate.models.text_classifier import TextModelSettings
from hiddenstate.tasks.classification_metrics import classification_metrics
from hiddenstate.tasks.classify_settings import ClassifySettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.classes.fit import fit_classes

# The file is cut by spaces already; capitals tell names from other words.
TASK = ClassifySettings(
    tokens=TokenSettings(unit="whitespace", lowercase=False),
    labels=LabelSettings(hierarchy=":"),
    label_smoothing=0.1,
    watch="error",
    members=3,
)
NETWORK = TextModelSettings(
    cell="gru",
    hidden_size=128,
    pool="max+attention",
    embedding_size=50,
    character_size=200,
    word_dropout=0.1,
    word_pairs=True,
)
TRAINING = TrainingSettings(
    epochs=10, batch_size=50, learning_rate=5e-3, clip_norm=5.0, average_decay=0.99, patience=4
)


def run(train: TextTable, test: TextTable, vectors: list[Vectors], seed: int) -> dict[str, float]:
    """Test accuracy in percent of both levels, and how far the probabilities are from what they promise."""
    fitted = fit_classes(
        train, None, task=TASK, network=NETWORK, training=replace(TRAINING, seed=seed), vectors=vectors
    )
    six, fifty = (classification_metrics(level) for level in fitted.task.predict_levels(fitted.models, test))
    return {
        "trec6": 100.0 * six["accuracy"],
        "trec50": 100.0 * fifty["accuracy"],
        "ece50": 100.0 * fifty["ece"],
    }


def coarse(table: TextTable) -> TextTable:
    """The same questions with their coarse labels."""
    return TextTable(table.texts, tuple(label.split(":")[0] for label in table.known_labels()), table.source)


def baselines(train: TextTable, test: TextTable) -> dict[str, float]:
    split = split_texts(train, TextSplitSettings(validation=0.1, seed=0))
    return {
        "majority": majority(train, test, accuracy),
        **tfidf(split.train, split.validation, test, accuracy),
    }


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    folder: Path = options.data
    train, test = load_trec(folder / "trec/train.label"), load_trec(folder / "trec/test.label")
    print(f"{len(train):,} training questions, {len(test)} test questions; {find_leak(train, test)}")
    runs = Runs(options.resume)
    rows, figures = [], {}
    if chosen(options, "baselines"):
        for level, parts in (("trec6", (coarse(train), coarse(test))), ("trec50", (train, test))):
            numbers = dict(runs.get(f"{level} baselines", partial(baselines, *parts)))
            seconds = numbers.pop("seconds")
            rows += [(f"{level} {name}", [value], [seconds]) for name, value in numbers.items()]
    for name in ("no_vectors", "vectors"):
        if not chosen(options, name):
            continue
        vectors = read_glove(folder, name == "vectors")
        done = [
            runs.get(f"{name} seed {seed}", partial(run, train, test, vectors, seed))
            for seed in range(options.seeds)
        ]
        seconds_each = [numbers["seconds"] for numbers in done]
        for level in ("trec6", "trec50"):
            figures[f"{level}_{name}"] = [numbers[level] for numbers in done]
            rows.append((f"{level} BiGRU, {name}", figures[f"{level}_{name}"], seconds_each))
    table(sorted(rows), "accuracy")
    json_line("trec", options.seeds, figures)


if __name__ == "__main__":
    main()

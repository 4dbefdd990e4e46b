"""Stanford Sentiment Treebank, two and five classes, with and without word vectors.

    python benchmarks/sst.py --data DIR [--seeds 5] [--resume FILE] [--only sst2_vectors,...] [--threads 2]

DIR holds sst/trees.{train,dev,test}.txt.gz and glove/glove.6B.*.cut.txt.gz. Trained on all phrases of the
training trees (each different one once; for two classes without the neutral ones), the epoch chosen on the
sentences of the official development part; the test sentences are read once, at the end.
"""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from text_baselines import accuracy, majority, tfidf
from text_run import Runs, arguments, chosen, json_line, read_glove, table

from hiddenstate.data.text_table import TextTable, table_of
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.data.vectors import Vectors
from hiddenstate.models.text_classifier import TextModelSettings
from hiddenstate.tasks.classification_metrics import classification_metrics
from hiddenstate.tasks.classify_settings import ClassifySettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.classes.fit import fit_classes

TASK = ClassifySettings(tokens=TokenSettings(unit="whitespace"), watch="error", members=2)
NETWORK = TextModelSettings(cell="lstm", hidden_size=128, pool="max+attention", character_size=0)
TRAINING = TrainingSettings(
    epochs=3, batch_size=64, learning_rate=1.5e-3, clip_norm=5.0, average_decay=0.998, patience=2
)
BRACKETS = {"-LRB-": "(", "-RRB-": ")"}
BINARY = {"0": "negative", "1": "negative", "3": "positive", "4": "positive"}


def phrases(line: str) -> Iterator[tuple[str, str]]:
    """(words, label) of every phrase of a tree, the whole sentence last."""
    open_phrases: list[tuple[str, list[str]]] = []
    for piece in line.replace("(", " ( ").replace(")", " ) ").split():
        if piece == "(":
            open_phrases.append(("", []))
        elif piece == ")":
            label, words = open_phrases.pop()
            if open_phrases:
                open_phrases[-1][1].extend(words)
            yield " ".join(words), label
        elif not open_phrases[-1][0]:
            open_phrases[-1] = (piece, [])
        else:
            open_phrases[-1][1].append(BRACKETS.get(piece, piece.replace("\\/", "/")))


def read_trees(path: Path, *, binary: bool, whole_sentences: bool) -> TextTable:
    """Sentences of a file of trees, or all their different phrases."""
    rows: dict[str, str] = {}
    sentences = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            parts = list(phrases(line))
            rows.update({words.lower(): label for words, label in parts})
            sentences.append(parts[-1])
    pairs = sentences if whole_sentences else list(rows.items())
    if binary:
        pairs = [(words, BINARY[label]) for words, label in pairs if label in BINARY]
    return table_of([words for words, _ in pairs], [label for _, label in pairs], source=str(path))


def run(parts: dict[str, TextTable], vectors: list[Vectors], seed: int) -> dict[str, float]:
    fitted = fit_classes(
        parts["train"],
        parts["dev"],
        task=TASK,
        network=NETWORK,
        training=replace(TRAINING, seed=seed),
        vectors=vectors,
    )
    task, models = fitted.task, fitted.models
    validated = classification_metrics(task.predict(models, parts["dev"]))
    tested = classification_metrics(task.predict(models, parts["test"]))
    return {
        "accuracy": 100.0 * tested["accuracy"],
        "dev": 100.0 * validated["accuracy"],
        "ece": 100.0 * tested["ece"],
    }


def baselines(folder: Path, parts: dict[str, TextTable], binary: bool) -> dict[str, float]:
    """On whole sentences, which serve bags of words better than phrases do."""
    train = read_trees(folder / "trees.train.txt.gz", binary=binary, whole_sentences=True)
    return {
        "majority": majority(train, parts["test"], accuracy),
        **tfidf(train, parts["dev"], parts["test"], accuracy),
    }


def read_parts(folder: Path, task: str) -> dict[str, TextTable]:
    """Phrases to train on, sentences to choose the epoch on and to test."""
    parts = {
        part: read_trees(
            folder / f"trees.{part}.txt.gz", binary=task == "sst2", whole_sentences=part != "train"
        )
        for part in ("train", "dev", "test")
    }
    print(f"{task}: " + ", ".join(f"{len(table):,} {part}" for part, table in parts.items()))
    return parts


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    runs = Runs(options.resume)
    rows, figures = [], {}
    for task in ("sst2", "sst5"):
        wanted = [
            name for name in ("baselines", "no_vectors", "vectors") if chosen(options, f"{task}_{name}")
        ]
        parts = read_parts(options.data / "sst", task) if wanted else {}
        for name in wanted:
            if name == "baselines":
                key = f"{task} baselines"
                numbers = dict(runs.get(key, partial(baselines, options.data / "sst", parts, task == "sst2")))
                seconds = numbers.pop("seconds")
                rows += [(f"{task} {baseline}", [value], [seconds]) for baseline, value in numbers.items()]
                continue
            vectors = read_glove(options.data, name == "vectors")
            done = [
                runs.get(f"{task}_{name} seed {seed}", partial(run, parts, vectors, seed))
                for seed in range(options.seeds)
            ]
            figures[f"{task}_{name}"] = [numbers["accuracy"] for numbers in done]
            seconds_each = [numbers["seconds"] for numbers in done]
            rows.append((f"{task} BiLSTM, {name}", figures[f"{task}_{name}"], seconds_each))
    table(rows, "accuracy")
    json_line("sst", options.seeds, figures)


if __name__ == "__main__":
    main()

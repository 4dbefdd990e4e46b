"""ATIS: slots (F1 by conlleval) and intents of 893 questions to an airline, without pretrained vectors.

    python benchmarks/atis.py --data DIR [--seeds 3] [--resume FILE] [--only network,baselines] [--threads 1]

DIR holds atis/train, atis/valid and atis/test (4,478 / 500 / 893). A text with several intents is learnt with its
first one; an answer is right if it is any of them. Settings were chosen on the validation part alone.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

from text_run import Runs, arguments, chosen, json_line, table

from hiddenstate.data.intents import read_atis
from hiddenstate.data.tagged_table import TaggedTable
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.models.intent_slots import IntentHeadSettings
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.tasks.intent import command_metrics
from hiddenstate.tasks.intent_settings import IntentSettings
from hiddenstate.tasks.span_f1 import count_spans, f1_of
from hiddenstate.tasks.tag_baselines.registry import fit_tag_baselines
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.intents.fit import fit_intents

TASK = TagSettings(tokens=TokenSettings(unit="whitespace", fold_digits=True), members=1)
INTENTS = IntentSettings(separator="#")
NETWORK = TaggerSettings(hidden_size=128, character_size=100, casing_size=0, embedding_dropout=0.3)
HEAD = IntentHeadSettings()
TRAINING = TrainingSettings(
    epochs=25, batch_size=20, learning_rate=3e-3, clip_norm=5.0, average_decay=0.99, patience=6
)


def run(parts: dict[str, TaggedTable], seed: int) -> dict[str, float]:
    fitted = fit_intents(
        parts["train"],
        parts["valid"],
        task=(TASK, INTENTS),
        network=(NETWORK, HEAD),
        training=replace(TRAINING, seed=seed),
    )
    numbers = {}
    for prefix, name in (("dev_", "valid"), ("", "test")):
        metrics = command_metrics(fitted.task.predict(fitted.models, parts[name]))
        for key in ("slot_f1", "intent_accuracy", "command_accuracy"):
            numbers[prefix + key] = round(100.0 * metrics[key], 3)
    numbers["epochs"] = float(fitted.history.best_epoch or 0)
    return numbers


def baselines(parts: dict[str, TaggedTable]) -> dict[str, float]:
    """F1 of the slots by the plain methods."""
    test = parts["test"]
    rivals = fit_tag_baselines(parts["train"], parts["valid"]).fitted
    return {
        rival.baseline.name: 100.0 * f1_of(count_spans(test.known_tags(), rival.baseline.predict(test)))[2]
        for rival in rivals
    }


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    folder: Path = options.data
    parts = {name: read_atis(folder / "atis" / name) for name in ("train", "valid", "test")}
    print(", ".join(f"{len(part):,} {name}" for name, part in parts.items()))
    runs = Runs(options.resume)
    rows, figures = [], {}
    if chosen(options, "baselines"):
        numbers = dict(runs.get("baselines", partial(baselines, parts)))
        seconds = numbers.pop("seconds")
        rows += [(f"slot_f1 {name}", [value], [seconds]) for name, value in numbers.items()]
    if chosen(options, "network"):
        done = [runs.get(f"network seed {seed}", partial(run, parts, seed)) for seed in range(options.seeds)]
        for key in ("slot_f1", "intent_accuracy", "command_accuracy"):
            figures[key] = [numbers[key] for numbers in done]
            rows.append((f"{key} BiLSTM", figures[key], [numbers["seconds"] for numbers in done]))
    table(sorted(rows), "percent")
    json_line("atis", options.seeds, figures)


if __name__ == "__main__":
    main()

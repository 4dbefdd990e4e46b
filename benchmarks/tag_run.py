"""What the benchmarks of tagging share: the parts of a corpus, networks by seed, baselines, the table."""

from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from hand_crf import NAME as CRF
from hand_crf import crf_tags
from text_run import Runs, arguments, chosen, json_line, read_glove, table

from hiddenstate.data.tagged_files import load_tagged
from hiddenstate.data.tagged_table import TagFileSettings, TaggedTable, Tags
from hiddenstate.data.vectors import Vectors
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.tasks.span_f1 import tagging_metrics
from hiddenstate.tasks.tag import TagTask
from hiddenstate.tasks.tag_baselines.registry import fit_tag_baselines
from hiddenstate.tasks.tag_set import in_bio
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.tags.fit import fit_tags

Parts = dict[str, TaggedTable]


@dataclass(frozen=True, kw_only=True)
class TagBenchmark:
    """A tagged corpus, the figure that is reported for it, and how its networks are trained."""

    name: str
    files: dict[str, str]
    """train, dev and test, below the folder of the data."""
    figure: str
    metric: str
    """The figure's name among the metrics of a tagger."""
    task: TagSettings
    network: TaggerSettings
    training: TrainingSettings
    vectors: bool = False
    """Whether the network begins with GloVe vectors."""


def run(benchmark: TagBenchmark, parts: Parts, vectors: list[Vectors], seed: int) -> dict[str, float]:
    """The figure on dev and test, in percent."""
    fitted = fit_tags(
        parts["train"],
        parts["dev"],
        task=benchmark.task,
        network=benchmark.network,
        training=replace(benchmark.training, seed=seed),
        vectors=vectors,
    )
    numbers = {}
    for part, key in (("dev", f"dev_{benchmark.figure}"), ("test", benchmark.figure)):
        metrics = tagging_metrics(fitted.task.predict(fitted.models, parts[part]))
        numbers[key] = round(100.0 * metrics[benchmark.metric], 3)
    return {**numbers, "epochs": float(fitted.history.best_epoch or 0)}


def baselines(benchmark: TagBenchmark, parts: Parts) -> dict[str, float]:
    """The figure of the plain methods on the test part."""
    task = TagTask.fit(parts["train"], benchmark.task, benchmark.network)
    result = {}
    for rival in fit_tag_baselines(parts["train"], parts["dev"]).fitted:
        tagging = task.tagging(parts["test"], rival.baseline.predict(parts["test"]))
        result[rival.baseline.name] = round(100.0 * tagging_metrics(tagging)[benchmark.metric], 3)
    return result


def crf(benchmark: TagBenchmark, parts: Parts) -> dict[str, float]:
    """The figure of a CRF on hand features on the test part; its penalties are chosen on the development part."""
    task = TagTask.fit(parts["train"], benchmark.task, benchmark.network)

    def measured(part: str, tags: Tags) -> float:
        return tagging_metrics(task.tagging(parts[part], tags))[benchmark.metric]

    tags, (l1, l2) = crf_tags(parts, measured)
    return {CRF: round(100.0 * measured("test", tags), 3), "L1": l1, "L2": l2}


def main(benchmark: TagBenchmark, description: str) -> None:
    options = arguments(description)
    folder: Path = options.data
    parts = {
        part: in_bio(load_tagged(folder / file, TagFileSettings())) for part, file in benchmark.files.items()
    }
    print(", ".join(f"{len(part):,} {name} sentences" for name, part in parts.items()))
    for part in parts.values():
        for note in part.notes:
            print(f"{part.source}: {note}")
    runs = Runs(options.resume)
    rows, figures = [], {}
    if chosen(options, "baselines"):
        numbers = dict(runs.get("baselines", partial(baselines, benchmark, parts)))
        seconds = numbers.pop("seconds")
        rows += [(name, [value], [seconds]) for name, value in numbers.items()]
    if chosen(options, "crf"):
        if find_spec("pycrfsuite") is None:
            print("crf: left out, because python-crfsuite is not installed")
        else:
            numbers = runs.get("crf", partial(crf, benchmark, parts))
            rows.append(
                (f"{CRF} (L1 {numbers['L1']}, L2 {numbers['L2']})", [numbers[CRF]], [numbers["seconds"]])
            )
            figures[CRF] = [numbers[CRF]]
    if chosen(options, "network"):
        vectors = read_glove(folder, benchmark.vectors)
        done = [
            runs.get(f"network seed {seed}", partial(run, benchmark, parts, vectors, seed))
            for seed in range(options.seeds)
        ]
        figures[benchmark.figure] = [numbers[benchmark.figure] for numbers in done]
        rows.append(("network", figures[benchmark.figure], [numbers["seconds"] for numbers in done]))
    table(rows, benchmark.figure)
    json_line(benchmark.name, options.seeds, figures)

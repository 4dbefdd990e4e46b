"""Candidates for tagging: the same sentences and words, another network each time."""

import hashlib
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray
from torch import nn

from hiddenstate.cells import CELLS
from hiddenstate.choices import choose
from hiddenstate.data.files import Source
from hiddenstate.data.tagged_files import load_tagged
from hiddenstate.data.tagged_table import TaggedTable
from hiddenstate.data.text_split import folded
from hiddenstate.data.vectors import Vectors
from hiddenstate.errors import InputError
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.records import History, Tagging
from hiddenstate.seeding import generator
from hiddenstate.settings import to_toml
from hiddenstate.tasks.span_f1 import count_spans, right_words
from hiddenstate.tasks.tag import TagTask
from hiddenstate.tasks.tag_baselines.registry import fit_tag_baselines
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.classes.vectors import gather_vectors
from hiddenstate.workflows.comparing.arena import (
    Answer,
    Arena,
    Bench,
    Candidate,
    Metric,
    Order,
    candidates_of,
)
from hiddenstate.workflows.comparing.reach import reach_of
from hiddenstate.workflows.kind import Values
from hiddenstate.workflows.tags.fit import fit_tags
from hiddenstate.workflows.tags.parts import TaggedParts, read_tagged_parts
from hiddenstate.workflows.tags.run_settings import complete

AT_ONCE = 64
METRICS = {
    "token_accuracy": Metric("token_accuracy", "right words", True),
    "sentence_accuracy": Metric("sentence_accuracy", "sentences without a fault", True),
    "span_f1": Metric("span_f1", "span F1", True),
}
Counted = tuple[NDArray[np.float64], NDArray[np.float64]]
"""(n,) faults of each row, and what they are counted against."""


class TaggedArena(Arena):
    """What comparisons on tagged sentences share."""

    step = "word"
    with_attention: bool
    """Whether the task has a place for attention."""

    def __init__(self, run: Any, parts: TaggedParts, vectors: Sequence[Vectors], metric: Metric) -> None:
        """Use `read`."""
        self.metric = metric
        self.epochs = run.training.epochs
        self.hidden_size = run.model.hidden_size
        self._run, self._parts, self._vectors = run, parts, vectors
        rows = ", ".join(f"{count:,} {name}" for name, count in parts.rows.items())
        self.facts = {"file": parts.train.source, "rows": rows}

    @classmethod
    def read(cls, source: Source, run: Any, metric: Metric, load: Callable[[Source], TaggedTable]) -> Self:
        """Cut what `load` reads. Raises `InputError` without validation rows."""
        parts = read_tagged_parts(source, run.split, load)
        if not len(parts.validation):
            raise InputError(
                f"{parts.train.source}: expected validation rows to compare on, got none. "
                "Give --validation a share."
            )
        vectors = gather_vectors(run.data.vectors, parts.train.texts, run.task.tokens, seed=run.training.seed)
        return cls(replace(run, task=replace(run.task, members=1)), parts, vectors, metric)

    @property
    def candidates(self) -> Sequence[Candidate]:
        """All of them."""
        return candidates_of(
            {name: cell.label for name, cell in CELLS.items()}, attention=self.with_attention
        )

    @cached_property
    def blocks(self) -> NDArray[np.int64]:
        """Equal texts are one block."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(folded(text), len(numbers)) for text in self._parts.test.texts])

    def identity(self) -> str:
        """Of settings and all rows."""
        digest = hashlib.sha256(to_toml(self._run).encode())
        for table in (self._parts.train, self._parts.validation, self._parts.test):
            digest.update(repr((table.texts, table.tags, table.intents)).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def bench(self, candidate: Candidate, hidden_size: int) -> Bench:
        """As `Arena.bench`; words are collected once for all candidates."""
        task = self.task_of(candidate, hidden_size)
        batches, answers = self._batches
        return Bench(
            task.build_model,
            task.loss,
            batches,
            len(batches),
            answers,
            lambda batch: int(batch.lengths.sum()),
        )

    @cached_property
    def _batches(self) -> tuple[Any, Any]:
        size, seed = self._run.training.batch_size, self._run.training.seed
        task = self.task_of(self.candidates[0], self.hidden_size)
        train = task.batches(self._parts.train, batch_size=size, seed=seed)
        return train, task.batches(self._parts.test, batch_size=AT_ONCE)

    def network(self, candidate: Candidate, hidden_size: int) -> TaggerSettings:
        """The network of a candidate."""
        own: TaggerSettings = replace(
            self._run.model,
            cell=candidate.cell,
            bidirectional=candidate.bidirectional,
            num_layers=candidate.num_layers,
            hidden_size=hidden_size,
        )
        return own

    def run(self, order: Order) -> Answer:
        """As `Arena.run`; the network does not learn from the validation rows."""
        training = replace(
            self._run.training, epochs=order.epochs, max_minutes=order.minutes, seed=order.seed
        )
        training = replace(training, warmup_epochs=min(training.warmup_epochs, order.epochs / 4))
        started = time.perf_counter()
        history, model, measure = self.fit(order, self._part(order.share), training)
        seconds = time.perf_counter() - started
        if history.stopped.startswith("interrupted"):
            raise KeyboardInterrupt
        validation = min((epoch.validation_loss for epoch in history.epochs), default=float("nan"))
        faults, of = measure()
        whole = order.share >= 1.0  # a part of the rows has other words
        bench = self.bench(order.candidate, order.hidden_size)
        reach = reach_of(bench, model) if whole else None
        return Answer(faults, seconds, validation, len(history.epochs), history.stopped, of, reach)

    def _part(self, share: float) -> TaggedTable:
        """A share of the training rows, drawn once for all candidates and seeds."""
        train = self._parts.train
        if share >= 1.0:
            return train
        order = generator(self._run.split.seed, "share of the training rows").permutation(len(train))
        return train.take(np.sort(order[: max(2, int(share * len(train)))]))

    @abstractmethod
    def task_of(self, candidate: Candidate, hidden_size: int) -> Any:
        """The task with the network of a candidate."""

    @abstractmethod
    def fit(
        self, order: Order, train: TaggedTable, training: TrainingSettings
    ) -> tuple[History, nn.Module, Callable[[], Counted]]:
        """Train a candidate; the last part measures it on the test rows."""


@final
class TagArena(TaggedArena):
    """As `Arena`, for taggers."""

    with_attention = False

    @classmethod
    def of(cls, source: Source, values: Values, metric: str | None) -> Self:
        """Read and cut the sentences. Raises `SettingsError` for a metric that the file's tags do not have."""
        run = complete(values)
        table = load_tagged(source, run.data)
        spans = any(tag[:2] in ("B-", "I-") for row in table.known_tags() for tag in row)
        metrics = METRICS if spans else {name: METRICS[name] for name in METRICS if name != "span_f1"}
        usual = "span_f1" if spans else "token_accuracy"
        chosen = choose(metrics, metric or usual, "metric of this task")
        return cls.read(source, run, chosen, lambda file: load_tagged(file, run.data))

    @cached_property
    def _task(self) -> TagTask:
        return TagTask.fit(self._parts.train, self._run.task, self._run.model, self._vectors)

    def task_of(self, candidate: Candidate, hidden_size: int) -> TagTask:
        """As `TaggedArena.task_of`."""
        return self._task.with_network(self.network(candidate, hidden_size))

    def fit(
        self, order: Order, train: TaggedTable, training: TrainingSettings
    ) -> tuple[History, nn.Module, Callable[[], Counted]]:
        """As `TaggedArena.fit`."""
        fitted = fit_tags(
            train,
            self._parts.validation,
            task=self._run.task,
            network=self.network(order.candidate, order.hidden_size),
            training=training,
            vectors=self._vectors,
        )
        return (
            fitted.history,
            fitted.models[0],
            lambda: faults_of(fitted.task.predict(fitted.models, self._parts.test), self.metric.key),
        )

    def rivals(self) -> Mapping[str, Answer]:
        """The plain baselines."""
        answers = {}
        for rival in fit_tag_baselines(self._parts.train, self._parts.validation).fitted:
            result = self._task.tagging(self._parts.test, rival.baseline.predict(self._parts.test))
            faults, of = faults_of(result, self.metric.key)
            answers[rival.baseline.name] = Answer(faults, rival.seconds, of=of)
        return answers


def faults_of(result: Tagging, metric: str) -> Counted:
    """(n,) faults of each sentence and what they are counted against: 1 - F1 is (missed + invented) of
    (true + answered) spans.
    """
    if metric == "span_f1":
        counts = count_spans(result.truth or (), result.tags)
        of = counts.answered + counts.true
        return np.asarray(of - 2 * counts.right, dtype=np.float64), of.astype(np.float64)
    right, total = right_words(result)
    if metric == "sentence_accuracy":
        return (right != total).astype(np.float64), np.ones(len(total))
    return (total - right).astype(np.float64), total.astype(np.float64)

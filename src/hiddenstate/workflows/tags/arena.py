"""Candidates for tagging: the same sentences and words, another network each time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Self, final

import numpy as np
from torch import nn

from hiddenstate.choices import choose
from hiddenstate.data.files import Source
from hiddenstate.data.tagged_files import load_tagged
from hiddenstate.data.tagged_table import TaggedTable
from hiddenstate.errors import InputError
from hiddenstate.records import History, Tagging
from hiddenstate.tasks.span_f1 import count_spans, right_words
from hiddenstate.tasks.tag import TagTask
from hiddenstate.tasks.tag_baselines.registry import fit_tag_baselines
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.classes.vectors import gather_vectors
from hiddenstate.workflows.comparing.arena import Answer, Candidate, Metric, Order
from hiddenstate.workflows.comparing.row_arena import Counted, RowArena
from hiddenstate.workflows.kind import Values
from hiddenstate.workflows.tags.fit import fit_tags
from hiddenstate.workflows.tags.parts import read_tagged_parts
from hiddenstate.workflows.tags.run_settings import complete

METRICS = {
    "token_accuracy": Metric("token_accuracy", "right words", True),
    "sentence_accuracy": Metric("sentence_accuracy", "sentences without a fault", True),
    "span_f1": Metric("span_f1", "span F1", True),
}


class TaggedArena(RowArena):
    """What comparisons on tagged sentences share."""

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

    def columns(self, table: TaggedTable) -> tuple[Any, ...]:
        """As `RowArena.columns`."""
        return table.texts, table.tags, table.intents


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
        """As `RowArena.task_of`."""
        return self._task.with_network(self.network(candidate, hidden_size))

    def fit(
        self, order: Order, train: TaggedTable, training: TrainingSettings
    ) -> tuple[History, nn.Module, Callable[[], Counted]]:
        """As `RowArena.fit`."""
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

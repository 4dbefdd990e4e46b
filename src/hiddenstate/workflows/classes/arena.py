"""Candidates for labelling texts: the same words, the same rows, another network each time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray
from torch import nn

from hiddenstate.choices import choose
from hiddenstate.data.files import Source
from hiddenstate.data.text_table import TextTable, load_texts
from hiddenstate.errors import InputError
from hiddenstate.records import Classification, History
from hiddenstate.tasks.classify import ClassifyTask
from hiddenstate.tasks.text_baselines.baseline import TextBaselineSettings
from hiddenstate.tasks.text_baselines.registry import fit_text_baselines
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.classes.fit import fit_classes
from hiddenstate.workflows.classes.parts import read_parts
from hiddenstate.workflows.classes.run_settings import complete
from hiddenstate.workflows.classes.vectors import gather_vectors
from hiddenstate.workflows.comparing.arena import Answer, Candidate, Metric, Order
from hiddenstate.workflows.comparing.row_arena import Counted, RowArena
from hiddenstate.workflows.kind import Values

METRICS = {
    "accuracy": Metric("accuracy", "accuracy", True),
    "log_loss": Metric("log_loss", "log loss", False),
}
SMALLEST_PROBABILITY = 1e-12


@final
class ClassArena(RowArena):
    """As `Arena`, for labelled texts."""

    with_attention = True
    """The pool's."""
    pools = True

    @classmethod
    def of(cls, source: Source, values: Values, metric: str | None) -> Self:
        """Read and cut the texts. Raises `InputError` without test rows, `SettingsError` for an unknown metric."""
        chosen = choose(METRICS, metric or "accuracy", "metric of this task")
        table = load_texts(source, complete(values).data)
        run = complete(values, len(table))
        parts = read_parts(table, run)
        if not len(parts.test) or not len(parts.validation):
            raise InputError(
                f"{table.source}: expected validation and test rows to compare on, got none. Give them a share."
            )
        vectors = gather_vectors(run.data.vectors, parts.train.texts, run.task.tokens, seed=run.training.seed)
        run = replace(run, task=replace(run.task, members=1))
        return cls(run, parts, vectors, chosen)

    def columns(self, table: TextTable) -> tuple[Any, ...]:
        """As `RowArena.columns`."""
        return table.texts, table.labels

    @cached_property
    def _task(self) -> ClassifyTask:
        return ClassifyTask.fit(self._parts.train, self._run.task, self._run.model, self._vectors)

    def task_of(self, candidate: Candidate, hidden_size: int) -> ClassifyTask:
        """As `RowArena.task_of`."""
        return self._task.with_network(self.network(candidate, hidden_size))

    def fit(
        self, order: Order, train: TextTable, training: TrainingSettings
    ) -> tuple[History, nn.Module, Callable[[], Counted]]:
        """As `RowArena.fit`."""
        fitted = fit_classes(
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
            lambda: (self._losses(fitted.task.predict(fitted.models, self._parts.test)), None),
        )

    def rivals(self) -> Mapping[str, Answer]:
        """The plain baselines; they choose their strength on the validation rows and then learn from these too."""
        rivals = fit_text_baselines(
            self._parts.train,
            self._parts.validation,
            self._task.labels,
            settings=TextBaselineSettings(tokens=self._run.task.tokens),
        )
        answers = {}
        for rival in rivals.fitted:
            result = rival.baseline.predict(self._parts.test)
            if self.metric.share or result.has_probabilities:
                answers[rival.baseline.name] = Answer(self._losses(result), rival.seconds)
        return answers

    def _losses(self, result: Classification) -> NDArray[np.float64]:
        truth = np.asarray(result.truth)
        if self.metric.key == "accuracy":
            wrong = truth != np.asarray(result.predicted)
            return np.asarray((wrong.any(axis=1) if result.multi_label else wrong), dtype=np.float64)
        right = np.clip(result.probabilities, SMALLEST_PROBABILITY, 1.0 - SMALLEST_PROBABILITY)
        if result.multi_label:
            return np.asarray(-np.where(truth, np.log(right), np.log1p(-right)).mean(axis=1))
        chosen = right[np.arange(len(truth)), np.maximum(truth, 0)]
        return -np.log(np.where(truth >= 0, chosen, SMALLEST_PROBABILITY))

"""Candidates for hearing: the same recordings, another network each time."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray
from torch import nn

from hiddenstate.choices import choose
from hiddenstate.data.files import Source
from hiddenstate.data.sound.batches import SoundBatch, SoundBatches
from hiddenstate.data.sound.recordings import Recordings
from hiddenstate.data.sound.table import load_recordings
from hiddenstate.data.text_table import TextTable
from hiddenstate.errors import InputError
from hiddenstate.records import Classification, History
from hiddenstate.tasks.hear import HearTask
from hiddenstate.tasks.sound_baselines.registry import fit_sound_baselines
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.comparing.arena import Answer, Candidate, Metric, Order
from hiddenstate.workflows.comparing.row_arena import (
    AT_ONCE,
    Counted,
    RowArena,
    about_groups,
    blocks_of,
    step_of,
)
from hiddenstate.workflows.hearing.fit import fit_hearing
from hiddenstate.workflows.hearing.parts import SoundParts, read_sound_parts
from hiddenstate.workflows.hearing.run_settings import HearingRun, complete
from hiddenstate.workflows.kind import Values

METRICS = {
    "accuracy": Metric("accuracy", "accuracy", True),
    "unweighted_average_recall": Metric("unweighted_average_recall", "unweighted average recall", True),
}


@final
class HearArena(RowArena):
    """As `Arena`, for recordings."""

    with_attention = True
    """The pool's."""
    pools = True
    things = "test recordings"

    def __init__(self, run: HearingRun, parts: SoundParts, recordings: Recordings, metric: Metric) -> None:
        """Use `of`."""
        super().__init__(run, parts, (), metric)
        self.step = step_of(run.model.stride)
        self.facts = {**self.facts, "rows": f"{self.facts['rows']} recordings"}
        self._recordings = recordings
        self.notes = (*parts.notes, *about_groups(parts.test.groups))

    @classmethod
    def of(cls, source: Source, values: Values, metric: str | None) -> Self:
        """Read and cut the recordings; no group stands in two parts.

        Raises `InputError` without validation or test recordings, `SettingsError` for an unknown metric.
        """
        chosen = choose(METRICS, metric or "accuracy", "metric of this task")
        table = load_recordings(source, complete(values).data)
        run = complete(values, len(table))
        parts = read_sound_parts(source, run)
        if not len(parts.validation):
            raise InputError(
                f"{table.source}: expected validation recordings to compare on, got none. Give --validation a share."
            )
        run = replace(run.at_rate_of(parts.train.texts), task=replace(run.task, members=1))
        return cls(run, parts, run.recordings(), chosen)

    @cached_property
    def blocks(self) -> NDArray[np.int64]:
        """The recordings of a speaker are one block, where enough speak; else each recording is."""
        return blocks_of(self._parts.test.groups, self._parts.test.texts)

    def columns(self, table: TextTable) -> tuple[Any, ...]:
        """As `RowArena.columns`."""
        return table.texts, table.labels, [Path(file).stat().st_size for file in table.texts]

    @cached_property
    def _task(self) -> HearTask:
        return HearTask.fit(self._parts.train, self._recordings, self._run.task, self._run.model)

    @cached_property
    def _batches(self) -> tuple[SoundBatches, SoundBatches]:
        training = self._run.training
        train = self._task.training_batches(
            self._parts.train,
            self._recordings,
            self._run.augment,
            batch_size=training.batch_size,
            seed=training.seed,
        )
        return train, self._task.batches(self._parts.test, self._recordings, batch_size=AT_ONCE)

    def inputs_of(self, batch: SoundBatch) -> tuple[Any, ...]:
        """As `RowArena.inputs_of`."""
        return batch.frames, batch.lengths

    def task_of(self, candidate: Candidate, hidden_size: int) -> HearTask:
        """As `RowArena.task_of`."""
        return self._task.with_network(self.network(candidate, hidden_size))

    def fit(
        self, order: Order, train: TextTable, training: TrainingSettings
    ) -> tuple[History, nn.Module, Callable[[], Counted]]:
        """As `RowArena.fit`."""
        network = self.network(order.candidate, order.hidden_size)
        fitted = fit_hearing(
            train,
            self._parts.validation,
            self._recordings,
            replace(self._run, model=network).ear,
            training=training,
        )
        return (
            fitted.history,
            fitted.models[0],
            lambda: self._faults(fitted.task.predict(fitted.models, self._parts.test, self._recordings)),
        )

    def rivals(self) -> Mapping[str, Answer]:
        """The plain baselines."""
        answers = {}
        parts = self._parts
        for rival in fit_sound_baselines(
            parts.train, parts.validation, self._task.labels, self._recordings
        ).fitted:
            faults, of = self._faults(rival.baseline.predict(parts.test))
            answers[rival.baseline.name] = Answer(faults, rival.seconds, of=of)
        return answers

    @cached_property
    def _truth(self) -> list[str | None]:
        """The label of each test recording; None: not one that training showed."""
        known = self._task.labels
        return _named(known.encode(self._parts.test.known_labels())[:, 0], known.names)

    def _faults(self, result: Classification) -> Counted:
        """(n,) 1 for a wrong label, and what it counts: the same for each recording, or for each class.

        Labels are compared by name, since a network that learns from a part may know fewer of them.
        """
        answers = _named(np.asarray(result.predicted), result.labels)
        wrong = np.array([one != other for one, other in zip(self._truth, answers, strict=True)], dtype=float)
        if self.metric.key == "accuracy":
            return wrong, None
        counts = Counter(self._truth)
        of = np.array([0.0 if label is None else 1.0 / counts[label] for label in self._truth])
        return wrong * of, of


def _named(numbers: NDArray[np.int64], names: tuple[str, ...]) -> list[str | None]:
    return [None if number < 0 else names[number] for number in numbers.tolist()]

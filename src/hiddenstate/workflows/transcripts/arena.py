"""Candidates for writing down recordings: the same recordings, another network each time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray
from torch import nn

from hiddenstate.choices import choose
from hiddenstate.data.files import Source
from hiddenstate.data.transcripts import Utterances
from hiddenstate.data.utterance_batches import UtteranceBatch, UtteranceBatches
from hiddenstate.errors import InputError
from hiddenstate.models.transcriber import steps_of
from hiddenstate.records import History
from hiddenstate.tasks.transcribe import TranscribeTask
from hiddenstate.tasks.transcription_metrics import letter_errors, word_errors
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.comparing.arena import Answer, Candidate, Metric, Order
from hiddenstate.workflows.comparing.row_arena import (
    AT_ONCE,
    Counted,
    RowArena,
    about_groups,
    answers_of,
    blocks_of,
    step_of,
)
from hiddenstate.workflows.kind import Values
from hiddenstate.workflows.transcripts.comparison import BASELINES
from hiddenstate.workflows.transcripts.fit import fit_transcripts
from hiddenstate.workflows.transcripts.parts import TranscriptParts, read_transcript_parts
from hiddenstate.workflows.transcripts.run_settings import TranscriptRun, complete

METRICS = {
    "word_accuracy": Metric("word_accuracy", "word accuracy", True),
    "letter_accuracy": Metric("letter_accuracy", "letter accuracy", True),
}
"""1 - WER and 1 - CER: of more wrong words than were said they are below 0."""
ERRORS = {"word_accuracy": word_errors, "letter_accuracy": letter_errors}


@final
class TranscribeArena(RowArena):
    """As `Arena`, for recordings with texts."""

    with_attention = False
    """CTC says for every step which letter it is; there is nothing to look for."""
    things = "test recordings"

    def __init__(self, run: TranscriptRun, parts: TranscriptParts, metric: Metric) -> None:
        """Use `of`."""
        super().__init__(run, parts, (), metric)
        self.step = step_of(run.model.stack)
        self.facts = {**self.facts, "rows": f"{self.facts['rows']} recordings"}
        self.notes = about_groups(parts.test.groups)

    @classmethod
    def of(cls, source: Source, values: Values, metric: str | None) -> Self:
        """Read and cut the recordings; no group stands in two parts.

        Raises `InputError` without validation or test recordings, `SettingsError` for an unknown metric.
        """
        chosen = choose(METRICS, metric or "word_accuracy", "metric of this task")
        run = complete(values)
        parts = read_transcript_parts(source, run.data, run.frontend, run.split)
        if not len(parts.validation):
            raise InputError(
                f"{parts.train.source}: expected validation recordings to compare on, got none. "
                "Give --validation a share."
            )
        return cls(replace(run, task=replace(run.task, members=1)), parts, chosen)

    @cached_property
    def blocks(self) -> NDArray[np.int64]:
        """The recordings of a speaker are one block, where enough speak; else those of one text are."""
        return blocks_of(self._parts.test.groups, self._parts.test.known_texts())

    def columns(self, table: Utterances) -> tuple[Any, ...]:
        """As `RowArena.columns`."""
        return table.files, table.texts, [len(frames) for frames in table.frames]

    @cached_property
    def _task(self) -> TranscribeTask:
        return TranscribeTask.fit(self._parts.train, self._run.task, self._run.model)

    @cached_property
    def _batches(self) -> tuple[UtteranceBatches, UtteranceBatches]:
        training = self._run.training
        rows, _ = self._task.fitting_rows(self._parts.train)
        train = self._task.batches(
            rows, batch_size=training.batch_size, seed=training.seed, augment=self._run.augment
        )
        return train, self._task.batches(self._parts.test, batch_size=AT_ONCE)

    def steps_of(self, batch: UtteranceBatch) -> int:
        """Steps of the network, over all recordings."""
        return int(steps_of(batch.lengths, self._run.model.stack).sum())

    def task_of(self, candidate: Candidate, hidden_size: int) -> TranscribeTask:
        """As `RowArena.task_of`."""
        return self._task.with_network(self.network(candidate, hidden_size))

    def fit(
        self, order: Order, train: Utterances, training: TrainingSettings
    ) -> tuple[History, nn.Module, Callable[[], Counted]]:
        """As `RowArena.fit`."""
        fitted = fit_transcripts(
            train,
            self._parts.validation,
            task=self._run.task,
            network=self.network(order.candidate, order.hidden_size),
            augment=self._run.augment,
            training=training,
        )
        return (
            fitted.history,
            fitted.models[0],
            lambda: self._errors(fitted.task.predict(fitted.models, self._parts.test).texts),
        )

    def rivals(self) -> Mapping[str, Answer]:
        """The plain baselines."""
        test = self._parts.test
        return answers_of(BASELINES, self._parts.train, lambda fitted: self._errors(fitted.predict(test)))

    def _errors(self, answers: Sequence[str]) -> Counted:
        """(n,) wrong words or letters of each recording, and how many were said."""
        wrong, said = ERRORS[self.metric.key](self._parts.test.known_texts(), answers).astype(np.float64).T
        return wrong, said

"""Candidates for translation: the same pairs, another network each time."""

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
from hiddenstate.data.pair_batches import PairBatch
from hiddenstate.data.pairs import PairTable
from hiddenstate.data.text_split import folded
from hiddenstate.errors import InputError
from hiddenstate.models.encoder_decoder import TranslatorSettings
from hiddenstate.records import History
from hiddenstate.tasks.translate import TranslateTask
from hiddenstate.tasks.translation_metrics import sentence_chrf
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.comparing.arena import Answer, Candidate, Metric, Order
from hiddenstate.workflows.comparing.row_arena import Counted, RowArena, answers_of
from hiddenstate.workflows.kind import Values
from hiddenstate.workflows.translations.comparison import BASELINES
from hiddenstate.workflows.translations.fit import fit_translator
from hiddenstate.workflows.translations.parts import read_pair_parts
from hiddenstate.workflows.translations.run_settings import complete

METRICS = {"chrf": Metric("chrf", "chrF", True)}
"""The mean of the sentences: unlike BLEU it is a sum over them, which a paired bootstrap needs."""


@final
class TranslateArena(RowArena):
    """As `Arena`, for pairs of sentences."""

    step = "piece"
    things = "test sentences"
    with_attention = True
    """From decoder to encoder, which always reads both ways."""

    @classmethod
    def of(cls, source: Source, values: Values, metric: str | None) -> Self:
        """Read and cut the pairs. Raises `InputError` without validation or test pairs, `SettingsError` for an
        unknown metric.
        """
        chosen = choose(METRICS, metric or "chrf", "metric of this task")
        run = complete(values)
        parts = read_pair_parts(source, run)
        if not len(parts.validation):
            raise InputError(
                f"{parts.train.source}: expected validation pairs to compare on, got none. Give --validation a share."
            )
        arena = cls(run, parts, (), chosen)
        arena.notes = parts.notes
        return arena

    @property
    def candidates(self) -> Sequence[Candidate]:
        """LSTM and GRU, with and without attention, and with an encoder of two layers."""
        return tuple(
            Candidate(
                CELLS[cell].label
                + (f", {layers} layers" if layers > 1 else "")
                + (" + attention" if look else ""),
                cell,
                bidirectional=False,
                num_layers=layers,
                attention=look,
            )
            for layers in (1, 2)
            for look in (True, False)
            for cell in ("lstm", "gru")
        )

    @cached_property
    def blocks(self) -> NDArray[np.int64]:
        """Equal sources are one block."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(folded(text), len(numbers)) for text in self._parts.test.sources])

    def columns(self, table: PairTable) -> tuple[Any, ...]:
        """As `RowArena.columns`."""
        return table.sources, table.targets

    def steps_of(self, batch: PairBatch) -> int:
        """Pieces that are read, and pieces that are written."""
        return int(batch.source_lengths.sum() + batch.target_lengths.sum())

    @cached_property
    def _task(self) -> TranslateTask:
        return TranslateTask.fit(self._parts.train, self._run.task, self._run.model)

    def task_of(self, candidate: Candidate, hidden_size: int) -> TranslateTask:
        """As `RowArena.task_of`."""
        return self._task.with_network(self.network(candidate, hidden_size))

    def network(self, candidate: Candidate, hidden_size: int) -> TranslatorSettings:
        """As `RowArena.network`; attention stands between encoder and decoder."""
        score = self._run.model.attention
        own: TranslatorSettings = replace(
            self._run.model,
            cell=candidate.cell,
            num_layers=candidate.num_layers,
            attention=("additive" if score == "none" else score) if candidate.attention else "none",
            hidden_size=hidden_size,
        )
        return own

    def fit(
        self, order: Order, train: PairTable, training: TrainingSettings
    ) -> tuple[History, nn.Module, Callable[[], Counted]]:
        """As `RowArena.fit`."""
        fitted = fit_translator(
            train,
            self._parts.validation,
            task=self._run.task,
            network=self.network(order.candidate, order.hidden_size),
            training=training,
        )

        def measure() -> Counted:
            written = fitted.task.translate(fitted.model, self._parts.test.sources, self._run.search)
            return self._losses(written.targets), None

        return fitted.history, fitted.model, measure

    def rivals(self) -> Mapping[str, Answer]:
        """The plain baselines."""
        return answers_of(
            BASELINES,
            self._parts.train,
            lambda fitted: (self._losses(fitted.predict(self._parts.test.sources)), None),
        )

    def _losses(self, answers: Sequence[str]) -> NDArray[np.float64]:
        cased = self._task.settings.cased
        truth = [cased(text, "target") for text in self._parts.test.targets]
        return 1.0 - np.array(sentence_chrf([cased(text, "target") for text in answers], truth))

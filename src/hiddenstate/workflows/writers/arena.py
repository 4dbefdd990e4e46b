"""Candidates for going on with a text: the same book, another network each time."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Self, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.cells import CELLS
from hiddenstate.choices import choose
from hiddenstate.data.book import BookParts, cut_book
from hiddenstate.data.files import Source
from hiddenstate.data.text_streams import TextStreams
from hiddenstate.errors import InputError
from hiddenstate.models.language_model import LanguageSettings
from hiddenstate.program.operations import CELL_STATES
from hiddenstate.settings import to_toml
from hiddenstate.tasks.generate import GenerateTask
from hiddenstate.tasks.language_baselines.registry import fit_language_baselines
from hiddenstate.tasks.language_verdict import BLOCK
from hiddenstate.tasks.surprise import Surprise
from hiddenstate.workflows.comparing.arena import (
    Answer,
    Arena,
    Bench,
    Candidate,
    Metric,
    Order,
    candidates_of,
)
from hiddenstate.workflows.comparing.one_run import timed
from hiddenstate.workflows.comparing.reach import reach_of
from hiddenstate.workflows.kind import Values
from hiddenstate.workflows.writers.comparison import measured_text
from hiddenstate.workflows.writers.fit import fit_writer
from hiddenstate.workflows.writers.run_settings import WriterRun, complete
from hiddenstate.workflows.writers.train import book_of

METRICS = ("nats_per_unit", "bits_per_char")
UNITS = {"char": "character", "word": "word", "subword": "piece of a word"}
AT_ONCE = 64


@final
class WriterArena(Arena):
    """As `Arena`, for texts; what is answered is each unit of the test text."""

    def __init__(self, run: WriterRun, parts: BookParts, metric: str) -> None:
        """Use `of`."""
        unit = UNITS[run.task.units.unit]
        labels = {"nats_per_unit": f"nats per {unit}", "bits_per_char": "bits per character"}
        self.metric = Metric(metric, labels[metric], False)
        self.epochs, self.hidden_size = run.training.epochs, run.model.hidden_size
        self.step, self.things = unit, f"{unit}s of the test text"
        self._run, self._parts = run, parts
        self._task = GenerateTask.fit(parts.train, run.task, run.model)
        self._text, unseen = measured_text(self._task, parts.test)
        self.notes = (*parts.notes, *unseen)
        rows = ", ".join(f"{count:,} {name}" for name, count in parts.characters.items())
        self.facts = {"file": parts.source, "rows": f"{rows} characters"}

    @classmethod
    def of(cls, source: Source, values: Values, metric: str | None) -> Self:
        """Read and cut the text.

        Raises `InputError` where a part is too short to train, to choose or to measure on, `SettingsError` for an
        unknown metric.
        """
        chosen = metric or "nats_per_unit"
        choose(dict.fromkeys(METRICS), chosen, "metric of this task")
        run = complete(values)
        parts = cut_book(book_of(source), run.split)
        arena = cls(run, parts, chosen)
        if arena._task.validator(parts.validation) is None:
            raise InputError(
                f"{parts.source}: expected a validation text to compare on, got {len(parts.validation)} characters. "
                "Give --validation a larger share."
            )
        if len(arena._numbers) <= run.task.window:
            raise InputError(
                f"{parts.source}: expected a test text that is longer than a window of {run.task.window} units, got "
                f"{len(arena._numbers)}. Give --test a larger share, or shorten task.window."
            )
        return arena

    @property
    def candidates(self) -> Sequence[Candidate]:
        """All of them: a text that is written cannot be read backwards."""
        labels = {name: CELLS[name].label for name in CELL_STATES}
        return candidates_of(labels, attention=False, both=False)

    @cached_property
    def _numbers(self) -> NDArray[np.int64]:
        return self._task.units.encode(self._text)

    @cached_property
    def blocks(self) -> NDArray[np.int64]:
        """Stretches of the test text, as the verdict of a single model takes them."""
        return np.arange(len(self._numbers) - 1) // BLOCK

    def identity(self) -> str:
        """Of settings and texts."""
        digest = hashlib.sha256(to_toml(self._run).encode())
        for text in (self._parts.train, self._parts.validation, self._parts.test):
            digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
        return digest.hexdigest()

    def bench(self, candidate: Candidate, hidden_size: int) -> Bench:
        """As `Arena.bench`."""
        task = self._task.with_network(self._network(candidate, hidden_size))
        batches, answers = self._batches
        return Bench(
            task.build_model,
            task.loss,
            batches,
            len(batches),
            answers,
            lambda batch: batch.inputs.numel(),
            lambda batch: (batch.inputs,),
        )

    @cached_property
    def _batches(self) -> tuple[TextStreams, TextStreams]:
        size, seed = self._run.training.batch_size, self._run.training.seed
        return (
            self._task.batches(self._parts.train, batch_size=size, seed=seed),
            self._task.batches(self._text, batch_size=AT_ONCE, seed=seed),
        )

    def _network(self, candidate: Candidate, hidden_size: int) -> LanguageSettings:
        return replace(
            self._run.model, cell=candidate.cell, num_layers=candidate.num_layers, hidden_size=hidden_size
        )

    def run(self, order: Order) -> Answer:
        """As `Arena.run`; a share of the training text is its latest stretch, with the units of the whole."""
        length = int(len(self._parts.train) * order.share)
        parts = replace(self._parts, train=self._parts.train[len(self._parts.train) - length :])
        network = self._network(order.candidate, order.hidden_size)
        found = timed(
            order,
            self._run.training,
            lambda training: fit_writer(
                parts, task=self._run.task, network=network, training=training, units=self._task.units
            ),
            lambda fitted: fitted.history,
        )
        model = found.fitted.model
        losses, of = self._losses(self._task.carried(model, self._text))
        reach = reach_of(self.bench(order.candidate, order.hidden_size), model)
        return Answer(
            losses, found.seconds, found.validation, found.epochs, found.stopped, of=of, reach=reach
        )

    def rivals(self) -> Mapping[str, Answer]:
        """The plain baselines."""
        units = self._task.units
        answers = {}
        for rival in fit_language_baselines(units, self._parts.train, self._parts.validation):
            losses, of = self._losses(rival.measure(units, self._text))
            answers[rival.name] = Answer(losses, rival.seconds, of=of)
        return answers

    def _losses(self, surprise: Surprise) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
        """(n,) surprise of each unit, and what it is counted against."""
        if self.metric.key == "nats_per_unit":
            return surprise.nats, None
        return surprise.nats / np.log(2), np.array([len(unit) for unit in surprise.units], dtype=np.float64)

"""Candidates for labelling texts: the same words, the same rows, another network each time."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Self, final

import numpy as np
from numpy.typing import NDArray
from torch import nn

from hiddenstate.cells import CELLS
from hiddenstate.choices import choose
from hiddenstate.data.files import Source
from hiddenstate.data.text_batches import TextBatches
from hiddenstate.data.text_split import folded
from hiddenstate.data.text_table import TextTable, load_texts
from hiddenstate.data.vectors import Vectors
from hiddenstate.errors import InputError
from hiddenstate.models.text_classifier import TextModelSettings
from hiddenstate.records import Classification
from hiddenstate.seeding import generator
from hiddenstate.settings import to_toml
from hiddenstate.tasks.classify import ClassifyTask
from hiddenstate.tasks.text_baselines.baseline import TextBaselineSettings
from hiddenstate.tasks.text_baselines.registry import fit_text_baselines
from hiddenstate.workflows.classes.fit import fit_classes
from hiddenstate.workflows.classes.parts import Parts, read_parts
from hiddenstate.workflows.classes.run_settings import ClassRun, complete
from hiddenstate.workflows.classes.vectors import gather_vectors
from hiddenstate.workflows.comparing.arena import (
    Answer,
    Arena,
    Bench,
    Candidate,
    Metric,
    Order,
    Reach,
    candidates_of,
)
from hiddenstate.workflows.comparing.reach import reach_of
from hiddenstate.workflows.kind import Values

METRICS = {
    "accuracy": Metric("accuracy", "accuracy", True),
    "log_loss": Metric("log_loss", "log loss", False),
}
SMALLEST_PROBABILITY = 1e-12
PLAIN_POOL, LOOKING_POOL = "max", "max+attention"
"""From words to one vector, without and with attention."""
AT_ONCE = 64


@final
class ClassArena(Arena):
    """As `Arena`, for labelled texts."""

    step = "word"

    def __init__(self, run: ClassRun, parts: Parts, vectors: Sequence[Vectors], metric: Metric) -> None:
        """Use `of`."""
        self.metric = metric
        self.epochs = run.training.epochs
        self.hidden_size = run.model.hidden_size
        self._run, self._parts, self._vectors = run, parts, vectors
        rows = ", ".join(f"{count:,} {name}" for name, count in parts.rows.items())
        self.facts = {"file": parts.train.source, "rows": rows}

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

    @property
    def candidates(self) -> Sequence[Candidate]:
        """All of them; attention is the pool's."""
        return candidates_of({name: cell.label for name, cell in CELLS.items()}, attention=True)

    @cached_property
    def blocks(self) -> NDArray[np.int64]:
        """Equal texts are one block."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(folded(text), len(numbers)) for text in self._parts.test.texts])

    def identity(self) -> str:
        """Of settings and all rows."""
        digest = hashlib.sha256(to_toml(self._run).encode())
        for table in (self._parts.train, self._parts.validation, self._parts.test):
            digest.update(repr((table.texts, table.labels)).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    @cached_property
    def _task(self) -> ClassifyTask:
        return ClassifyTask.fit(self._parts.train, self._run.task, self._run.model, self._vectors)

    def bench(self, candidate: Candidate, hidden_size: int) -> Bench:
        """As `Arena.bench`; words are collected once for all candidates."""
        task = self._task.with_network(self._network(candidate, hidden_size))
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
    def _batches(self) -> tuple[TextBatches, TextBatches]:
        size, seed = self._run.training.batch_size, self._run.training.seed
        train = self._task.batches(self._parts.train, batch_size=size, seed=seed)
        return train, self._task.batches(self._parts.test, batch_size=AT_ONCE)

    def _network(self, candidate: Candidate, hidden_size: int) -> TextModelSettings:
        return replace(
            self._run.model,
            cell=candidate.cell,
            bidirectional=candidate.bidirectional,
            num_layers=candidate.num_layers,
            pool=LOOKING_POOL if candidate.attention else PLAIN_POOL,
            hidden_size=hidden_size,
        )

    def run(self, order: Order) -> Answer:
        """As `Arena.run`; the network does not learn from the validation rows."""
        train = self._part(order.share)
        training = replace(
            self._run.training, epochs=order.epochs, max_minutes=order.minutes, seed=order.seed
        )
        training = replace(training, warmup_epochs=min(training.warmup_epochs, order.epochs / 4))
        started = time.perf_counter()
        fitted = fit_classes(
            train,
            self._parts.validation,
            task=self._run.task,
            network=self._network(order.candidate, order.hidden_size),
            training=training,
            vectors=self._vectors,
        )
        seconds = time.perf_counter() - started
        history = fitted.history
        if history.stopped.startswith("interrupted"):
            raise KeyboardInterrupt
        validation = min((epoch.validation_loss for epoch in history.epochs), default=float("nan"))
        losses = self._losses(fitted.task.predict(fitted.models, self._parts.test))
        return Answer(
            losses,
            seconds,
            validation,
            len(history.epochs),
            history.stopped,
            reach=self._reach(order, fitted.models[0]),
        )

    def _reach(self, order: Order, model: nn.Module) -> Reach | None:
        whole = order.share >= 1.0  # a part of the rows has other words
        return reach_of(self.bench(order.candidate, order.hidden_size), model) if whole else None

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

    def _part(self, share: float) -> TextTable:
        """A share of the training rows, drawn once for all candidates and seeds."""
        train = self._parts.train
        if share >= 1.0:
            return train
        order = generator(self._run.split.seed, "share of the training rows").permutation(len(train))
        return train.take(np.sort(order[: max(2, int(share * len(train)))]))

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

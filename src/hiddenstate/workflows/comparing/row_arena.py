"""What comparisons on tables share: labelled texts, tagged sentences, commands, recordings, pairs of sentences."""

import hashlib
import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from hiddenstate.cells import CELLS
from hiddenstate.data.text_split import folded
from hiddenstate.data.vectors import Vectors
from hiddenstate.records import History
from hiddenstate.seeding import generator
from hiddenstate.settings import to_toml
from hiddenstate.training import TrainingSettings
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

AT_ONCE = 64
PLAIN_POOL, LOOKING_POOL = "max", "max+attention"
"""From steps to one vector, without and with attention."""
Counted = tuple[NDArray[np.float64], NDArray[np.float64] | None]
"""(n,) losses of each row, and what they are counted against; None: each row is one."""
ENOUGH_GROUPS = 10
"""Groups (speakers, say) in the test part from which on they are drawn whole."""


def blocks_of(groups: Sequence[str] | None, own: Sequence[str]) -> NDArray[np.int64]:
    """(n,) block of each row: its group where there are `ENOUGH_GROUPS`, else what is equal in `own`.

    A row without a group is one by itself.
    """
    names = [group or f"\0{row}" for row, group in enumerate(groups or ("",) * len(own))]
    names = names if len(set(names)) >= ENOUGH_GROUPS else list(own)
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def step_of(frames: int) -> str:
    """What one step of a network that reads sound is called.

    >>> step_of(1), step_of(2)
    ('frame', 'step of 2 frames')
    """
    return "frame" if frames == 1 else f"step of {frames} frames"


def about_groups(groups: Sequence[str] | None) -> list[str]:
    """What a reader of intervals has to know where there are too few groups to draw from."""
    found = set(groups or ())
    if not found or len(found) >= ENOUGH_GROUPS:
        return []
    return [
        f"The test recordings come from {len(found)} of the groups, too few to draw from: intervals are over "
        "recordings, and another speaker may differ by more than they say."
    ]


def answers_of(kinds: Iterable[Any], train: Any, measure: Callable[[Any], Counted]) -> dict[str, Answer]:
    """The baselines `kinds`, each fitted on `train`, by name; `measure` is given the fitted one."""
    answers = {}
    for kind in kinds:
        started = time.perf_counter()
        fitted = kind().fit(train)
        seconds = time.perf_counter() - started
        losses, of = measure(fitted)
        answers[kind.name] = Answer(losses, seconds, of=of)
    return answers


class RowArena(Arena):
    """The same rows, another network each time."""

    step = "word"
    both = True
    """Whether the task can read backwards, too."""
    with_attention: bool
    """Whether the task has a place for attention."""
    pools = False
    """Whether that place is the pool over the steps."""

    def __init__(self, run: Any, parts: Any, vectors: Sequence[Vectors], metric: Metric) -> None:
        """Subclasses read and cut."""
        self.metric = metric
        self.epochs = run.training.epochs
        self.hidden_size = run.model.hidden_size
        self._run, self._parts, self._vectors = run, parts, vectors
        rows = ", ".join(f"{count:,} {name}" for name, count in parts.rows.items())
        self.facts = {"file": parts.train.source, "rows": rows}

    @property
    def candidates(self) -> Sequence[Candidate]:
        """All of them."""
        labels = {name: cell.label for name, cell in CELLS.items()}
        return candidates_of(labels, attention=self.with_attention, both=self.both)

    @cached_property
    def blocks(self) -> NDArray[np.int64]:
        """Equal texts are one block."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(folded(text), len(numbers)) for text in self._parts.test.texts])

    def identity(self) -> str:
        """Of settings and all rows."""
        digest = hashlib.sha256(to_toml(self._run).encode())
        for table in (self._parts.train, self._parts.validation, self._parts.test):
            digest.update(repr(self.columns(table)).encode("utf-8", "surrogatepass"))
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
            self.steps_of,
            self.inputs_of,
        )

    def network(self, candidate: Candidate, hidden_size: int) -> Any:
        """The settings of a candidate's network."""
        pool = {"pool": LOOKING_POOL if candidate.attention else PLAIN_POOL} if self.pools else {}
        return replace(
            self._run.model,
            cell=candidate.cell,
            bidirectional=candidate.bidirectional,
            num_layers=candidate.num_layers,
            hidden_size=hidden_size,
            **pool,
        )

    def steps_of(self, batch: Any) -> int:
        """Steps through time in a batch, over all rows."""
        return int(batch.lengths.sum())

    def inputs_of(self, batch: Any) -> tuple[Any, ...]:
        """What the network takes of a batch."""
        return (batch,)

    @cached_property
    def _batches(self) -> tuple[Any, Any]:
        size, seed = self._run.training.batch_size, self._run.training.seed
        task = self.task_of(self.candidates[0], self.hidden_size)
        train = task.batches(self._parts.train, batch_size=size, seed=seed)
        return train, task.batches(self._parts.test, batch_size=AT_ONCE)

    def run(self, order: Order) -> Answer:
        """As `Arena.run`; the network does not learn from the validation rows."""
        run = timed(
            order,
            self._run.training,
            lambda training: self.fit(order, self._part(order.share), training),
            lambda fitted: fitted[0],
        )
        _, model, measure = run.fitted
        losses, of = measure()
        whole = order.share >= 1.0  # a part of the rows has other words
        bench = self.bench(order.candidate, order.hidden_size)
        reach = reach_of(bench, model) if whole else None
        return Answer(losses, run.seconds, run.validation, run.epochs, run.stopped, of, reach)

    def _part(self, share: float) -> Any:
        """A share of the training rows, drawn once for all candidates and seeds."""
        train = self._parts.train
        if share >= 1.0:
            return train
        order = generator(self._run.split.seed, "share of the training rows").permutation(len(train))
        return train.take(np.sort(order[: max(2, int(share * len(train)))]))

    @abstractmethod
    def columns(self, table: Any) -> tuple[Any, ...]:
        """What a table holds, for `identity`."""

    @abstractmethod
    def task_of(self, candidate: Candidate, hidden_size: int) -> Any:
        """The task with the network of a candidate."""

    @abstractmethod
    def fit(
        self, order: Order, train: Any, training: TrainingSettings
    ) -> tuple[History, nn.Module, Callable[[], Counted]]:
        """Train a candidate; the last part measures it on the test rows."""

"""Who can remember: cells trained side by side on a task that needs a long memory."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np
import torch
from torch import Tensor, nn

from hiddenstate.choices import choose
from hiddenstate.errors import SettingsError
from hiddenstate.models.last_steps import LastSteps
from hiddenstate.records import History, MemoryRun
from hiddenstate.seeding import generator, seed_everything
from hiddenstate.tasks.memory_tasks import MEMORY_TASKS, MemoryBatch, MemoryTask
from hiddenstate.training import Trainer, TrainingSettings, Watcher
from hiddenstate.workflows.lab_cells import Start, chosen_starts

MEASURED = 500
"""Sequences on which an error is measured."""
SHARES = (1 / 8, 1 / 4, 1 / 2, 1, 2)
"""Lengths at which the trained network is measured, as multiples of the one asked for."""


@dataclass(frozen=True, kw_only=True)
class MemoryLab:
    """What is run. Raises `SettingsError` for an unknown task or cell, and values out of their range."""

    task: str = "adding"
    """A key of `MEMORY_TASKS`."""
    length: int = 200
    """T, in steps."""
    cells: tuple[str, ...] | None = None
    """Keys of `STARTS`; None: all."""
    steps: int = 3000
    """Training steps at most; a cell that has solved the task stops earlier."""
    hidden_size: int | None = None
    """Units of each cell; None: what the task needs."""
    batch_size: int = 32
    learning_rate: float = 1e-2
    seed: int = 0
    check_every: int = field(default=100)
    """Training steps between two measurements of the error."""

    def __post_init__(self) -> None:
        for name in ("steps", "batch_size", "check_every", "hidden_size"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise SettingsError(f"{name}: expected 1 or more, got {value}. Correct the value.")
        self.build_task()
        chosen_starts(self.cells)
        self.training()

    def training(self) -> TrainingSettings:
        """How each cell is trained; an epoch is what lies between two measurements."""
        return TrainingSettings(
            epochs=-(-self.steps // self.check_every),
            batch_size=self.batch_size,
            optimiser="adam",
            learning_rate=self.learning_rate,
            clip_norm=1.0,
            schedule="constant",
            patience=None,
            stop_below=self.build_task().solved_error,
            seed=self.seed,
        )

    def build_task(self) -> MemoryTask:
        """The task at its full length."""
        return choose(MEMORY_TASKS, self.task, "task").create(self.length)


@final
class FreshBatches:
    """Sequences that never repeat; each batch is of one length, drawn between the task's shortest and T.

    Short ones show what the task is, long ones demand the memory. Without them the gradient of a long one
    finds nothing to begin with, for any cell.
    """

    def __init__(self, lab: MemoryLab) -> None:
        self.lab = lab
        self.kind = choose(MEMORY_TASKS, lab.task, "task")

    def __len__(self) -> int:
        return self.lab.check_every

    def epoch(self, number: int) -> Iterator[MemoryBatch]:
        """The batches between two measurements, counted from 1."""
        random = generator(self.lab.seed, "memory", self.lab.task, number)
        for _ in range(len(self)):
            length = int(random.integers(self.kind.shortest, self.lab.length + 1))
            yield self.kind.create(length).draw(random, self.lab.batch_size)


def run_memory_lab(
    lab: MemoryLab, watch: Callable[[str], Watcher | None] = lambda name: None
) -> list[MemoryRun]:
    """Train every cell on the same sequences; ``watch(name)`` gives the watcher of each training."""
    return [run_cell(lab, start, watch(start.name)) for start in chosen_starts(lab.cells)]


def run_cell(lab: MemoryLab, start: Start, watcher: Watcher | None = None) -> MemoryRun:
    """Train one cell until it has solved the task or the steps are used up."""
    task = lab.build_task()
    seed_everything(lab.seed, "weights", start.name)
    model = LastSteps(
        start.build(task.input_size, lab.hidden_size or task.hidden_size, task.steps),
        answers=task.answers,
        output_size=task.output_size,
    )
    begun = time.process_time()
    history = _train(lab, task, model, watcher)
    seconds = time.process_time() - begun
    lengths = sorted({max(task.shortest, round(share * lab.length)) for share in SHARES})
    kind = type(task)
    return MemoryRun(
        task=lab.task,
        length=lab.length,
        name=start.name,
        seed=lab.seed,
        steps=lab.check_every * np.array([epoch.number for epoch in history.epochs], dtype=np.int64),
        errors=np.array([epoch.validation_loss for epoch in history.epochs], dtype=np.float64),
        lengths=np.array(lengths, dtype=np.int64),
        errors_by_length=np.array([measure(kind.create(length), model, lab.seed) for length in lengths]),
        chance=task.chance_error,
        solved_below=task.solved_error,
        error_name=task.error_name,
        seconds=seconds,
        parameters=sum(parameter.numel() for parameter in model.parameters()),
    )


def _train(lab: MemoryLab, task: MemoryTask, model: nn.Module, watcher: Watcher | None) -> History:
    def loss(network: nn.Module, batch: Any) -> Tensor:
        kind: MemoryTask = task
        return kind.loss(network(batch.inputs), batch.targets)

    return Trainer(lab.training(), watcher=watcher).fit(
        model, loss, FreshBatches(lab), lambda network: measure(task, network, lab.seed)
    )


def measure(task: MemoryTask, model: nn.Module, seed: int) -> float:
    """The error on sequences that training never draws."""
    batch = task.draw(generator(seed, "measured", task.name, task.length), MEASURED)
    with torch.no_grad():
        return task.error(model(batch.inputs), batch.targets)

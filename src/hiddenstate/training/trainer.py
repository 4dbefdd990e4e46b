"""The training loop: epochs of steps, validation, the best weights kept, ready to be cut off anywhere."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from math import isfinite, nan
from pathlib import Path
from typing import Any, final

import torch
from torch import nn

from hiddenstate.errors import SettingsError, TrainingError
from hiddenstate.records import Epoch, History
from hiddenstate.settings import to_dict
from hiddenstate.training.batches import Batches
from hiddenstate.training.checkpoint import (
    CHECKPOINT,
    Checkpoint,
    check_identity,
    read_checkpoint,
    write_checkpoint,
)
from hiddenstate.training.interrupt import CtrlC
from hiddenstate.training.run import Loss, Run
from hiddenstate.training.settings import TrainingSettings
from hiddenstate.training.stopping import INTERRUPTED, out_of_time, reason_to_stop, time_is_up
from hiddenstate.training.threads import limited_threads
from hiddenstate.training.watcher import SilentWatcher, Watcher
from hiddenstate.training.weights import frozen_digest, shapes

Validate = Callable[[Any], float]
"""(model) -> validation loss, lower is better."""


@dataclass(frozen=True)
class _Job:
    """What one call of `Trainer.fit` trains on."""

    loss: Loss
    batches: Batches
    validate: Validate | None
    identity: Mapping[str, Mapping[str, Any]]


@final
class Trainer:
    """Trains any model by gradient descent.

    With `checkpoints`, a folder, the state is saved there after each epoch, and ``fit(resume=True)``
    goes on from it: the final weights equal those of an uninterrupted run bit for bit (same machine,
    same number of threads). `identity` is anything else that must be the same on resuming, for
    example the model's settings; plain values by name.
    """

    def __init__(
        self,
        settings: TrainingSettings,
        *,
        watcher: Watcher | None = None,
        checkpoints: Path | None = None,
        identity: Mapping[str, Any] | None = None,
    ) -> None:
        self.settings = settings
        self.watcher: Watcher = watcher or SilentWatcher()
        self.checkpoints = checkpoints
        self.identity = identity or {}

    def fit(
        self,
        model: nn.Module,
        loss: Loss,
        batches: Batches,
        validate: Validate | None,
        *,
        resume: bool = False,
    ) -> History:
        """Train `model` in place; at the end it has the best weights and is in evaluation mode.

        ``loss(model, batch)`` returns a scalar tensor; ``batches.epoch(number)`` the batches of an
        epoch, counted from 1; ``validate(model)`` a number, lower is better, and is called in
        evaluation mode without gradients; with None the last weights are kept. Python's, NumPy's and
        torch's global generators are seeded at the start of each epoch. With `resume` and no
        checkpoint yet, training starts at epoch 1.

        Ctrl-C ends training with the best weights so far; a second one raises ``KeyboardInterrupt``.
        Raises `TrainingError` for a loss that is not finite (the best weights are then in the model),
        for a model or batches with nothing to train on, and for a checkpoint that does not fit.
        Raises `OutputError` when a checkpoint cannot be written.
        """
        run, job = self._prepare(model, loss, batches, validate)
        if resume:
            self._resume(run, job)
        self.watcher.on_start(self.settings.epochs, run.steps_per_epoch, len(run.epochs))
        stopped = ""
        with CtrlC() as ctrl_c, limited_threads(self.settings.threads):
            try:
                stopped = self._train(run, job, ctrl_c)
            except KeyboardInterrupt:
                stopped = INTERRUPTED
                if ctrl_c.presses > 1:
                    raise
            except Exception as error:
                stopped = str(error)
                raise
            finally:
                ctrl_c.finish()
                run.keep_best()
                history = run.history(stopped)
                self.watcher.on_end(history)
        return history

    def _prepare(
        self, model: nn.Module, loss: Loss, batches: Batches, validate: Validate | None
    ) -> tuple[Run, _Job]:
        steps = min(len(batches), self.settings.steps_per_epoch or len(batches))
        if steps == 0:
            raise TrainingError("expected at least one batch per epoch, got none. Give more training data.")
        identity = {
            # Time is no part of what is learnt: a run that ran out of it may go on with more.
            "settings": {k: v for k, v in to_dict(self.settings).items() if k != "max_minutes"},
            "model": shapes(model),
            "frozen parameters": {"SHA-256": frozen_digest(model)},
            "data": {"steps per epoch": steps},
            "run": dict(self.identity),
        }
        plain = json.loads(json.dumps(identity))  # tuples become lists, as in the file
        return Run(model, self.settings, steps), _Job(loss, batches, validate, plain)

    def _resume(self, run: Run, job: _Job) -> None:
        if self.checkpoints is None:
            raise SettingsError("resume: expected a folder for checkpoints, got none. Give checkpoints=.")
        saved = read_checkpoint(self.checkpoints)
        if saved is not None:
            check_identity(self.checkpoints / CHECKPOINT, saved.identity, job.identity)
            run.go_on(saved.facts, saved.tensors)

    def _train(self, run: Run, job: _Job, ctrl_c: CtrlC) -> str:
        """Epoch after epoch until there is a reason to stop; the reason in words."""
        while not (reason := reason_to_stop(run.epochs, self.settings)):
            epoch, whole = self._epoch(run, job, ctrl_c)
            with ctrl_c.shielded():
                improved = run.record(epoch)
                if whole:  # a part of an epoch cannot be gone on from: a resumed run repeats it
                    run.schedule.observe(epoch.validation_loss if job.validate else epoch.train_loss)
                    self._save(run, job)
            self.watcher.on_epoch(epoch, improved)
            if not whole:
                return out_of_time(self.settings)
        return reason

    def _epoch(self, run: Run, job: _Job, ctrl_c: CtrlC) -> tuple[Epoch, bool]:
        """One epoch and its validation; False beside it when the time limit cut it short."""
        started = time.monotonic()
        run.begin_epoch()
        losses = norms = 0.0
        whole = True
        for batch in islice(job.batches.epoch(run.number), run.steps_per_epoch):
            if run.step_in_epoch and time_is_up(run.epochs, time.monotonic() - started, self.settings):
                whole = False
                break
            with ctrl_c.shielded():
                train_loss, gradient_norm = run.advance(batch, job.loss)
            losses += train_loss
            norms += gradient_norm
            self.watcher.on_step(run.number, run.step_in_epoch, train_loss)
        steps = run.step_in_epoch
        if steps == 0:
            raise TrainingError(
                f"epoch {run.number}: expected {run.steps_per_epoch} batches, got none. "
                "batches.epoch(number) must begin anew each time."
            )
        epoch = Epoch(
            number=run.number,
            train_loss=losses / steps,
            validation_loss=self._validate(run, job.validate),
            learning_rate=run.rate,
            seconds=time.monotonic() - started,
            gradient_norm=norms / steps,
        )
        return epoch, whole

    def _validate(self, run: Run, validate: Validate | None) -> float:
        if validate is None:
            return nan
        run.model.eval()
        with torch.no_grad(), run.weights_to_keep():
            value = float(validate(run.model))
        if not isfinite(value):
            raise TrainingError(
                f"epoch {run.number}: expected a finite validation loss, got {value:g}. Lower learning_rate "
                f"(now {run.rate:g}) and look for NaN or huge values in the validation data."
            )
        return value

    def _save(self, run: Run, job: _Job) -> None:
        if self.checkpoints is not None:
            write_checkpoint(self.checkpoints, Checkpoint(job.identity, run.facts(), run.tensors()))

"""The search: the user's own settings first, then what promises more, until trials or time are used up."""

import hashlib
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Any, final

from hiddenstate.errors import InputError, SettingsError, TrainingError
from hiddenstate.records import Epoch, History
from hiddenstate.settings import to_dict, to_toml
from hiddenstate.workflows.tuning.ground import Ground
from hiddenstate.workflows.tuning.space import SPACES, Space, Value, around, at, with_choice
from hiddenstate.workflows.tuning.study import Study

LEAST_SHARE = 0.5
"""No trial begins with less time left than this share of a usual one."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long to search; whichever is reached first."""

    budget: float | None = None
    """Seconds of training."""
    trials: int | None = None

    def __post_init__(self) -> None:
        if self.budget is None and self.trials is None:
            raise SettingsError("--budget: expected a time or --trials, got neither. Say how long to search.")
        if self.trials is not None and self.trials < 1:
            raise SettingsError(f"--trials: expected 1 or more, got {self.trials}. Correct it.")


@dataclass(frozen=True)
class Trial:
    """One training run that ended."""

    number: int
    """Counted from 1; the first one is the settings that the search began with."""
    choice: Mapping[str, Value]
    loss: float | None
    """The lowest validation loss; None where the run was cut short."""
    seconds: float
    note: str = ""
    """Why it was cut short."""


@dataclass(frozen=True)
class Found:
    """Everything that a search found."""

    ground: Ground
    space: Space
    trials: tuple[Trial, ...]
    importances: Mapping[str, float]
    values: Mapping[str, Any]
    """All settings that the search began with."""

    @property
    def whole(self) -> tuple[Trial, ...]:
        """The runs that were not cut short."""
        return tuple(trial for trial in self.trials if trial.loss is not None)

    @property
    def first(self) -> Trial:
        """The run with the settings that the search began with."""
        return self.trials[0]

    @property
    def best(self) -> Trial:
        """The one with the lowest validation loss, the first of equals."""
        return min(self.whole, key=lambda trial: (trial.loss, trial.number))

    @property
    def gain(self) -> float:
        """Share of the first trial's validation loss that the best one saves."""
        first, best = self.first.loss, self.best.loss
        return (first - best) / first if first and best is not None else 0.0

    @property
    def toml(self) -> str:
        """The best settings, for ``train --settings``."""
        return to_toml(self.ground.run(with_choice(self.values, self.best.choice)))


Show = Callable[[Trial, Trial, float], None]
"""(trial, best so far, seconds left)."""


def search(ground: Ground, values: dict[str, Any], limits: Limits, folder: Path, show: Show) -> Found:
    """Search until `limits`; trials that stand in `folder` are taken over.

    Raises `InputError` for a budget in which not one run fits, `TrainingError` where none ends well.
    """
    run = ground.run(values)
    whole = to_dict(run)
    space = around(SPACES[ground.space], whole)
    identity = hashlib.sha256(f"{to_toml(run)} {ground.digest()} {ground.metric}".encode()).hexdigest()
    study = Study.open(folder, identity, space, run.training.seed)
    try:
        hunt = _Hunt(ground, whole, space, limits, study)
        hunt.go(show)
        trials = tuple(_trial(number, one) for number, one in enumerate(study.trials, start=1))
        return Found(ground, space, trials, study.importances(), whole)
    finally:
        study.close()


@final
class _Hunt:
    def __init__(
        self, ground: Ground, values: dict[str, Any], space: Space, limits: Limits, study: Study
    ) -> None:
        self.ground, self.values, self.space = ground, values, space
        self.limits, self.study = limits, study
        self.failures = 0

    @property
    def left(self) -> float:
        return inf if self.limits.budget is None else self.limits.budget - self.study.spent

    def go(self, show: Show) -> None:
        while self._another():
            self._try()
            trials = [_trial(number, one) for number, one in enumerate(self.study.trials, start=1)]
            done = [trial for trial in trials if trial.loss is not None]
            if done:
                show(trials[-1], min(done, key=lambda trial: trial.loss or 0.0), self._seconds_left())

    def _another(self) -> bool:
        done = self.study.trials
        if self.limits.trials is not None and len(done) >= self.limits.trials:
            return False
        if not done:
            return True
        usual = statistics.median(one.user_attrs["seconds"] for one in done)
        return bool(self.left > LEAST_SHARE * usual)

    def _seconds_left(self) -> float:
        done = self.study.trials
        if self.limits.trials is None:
            return max(self.left, 0.0)
        usual = statistics.mean(one.user_attrs["seconds"] for one in done)
        return float(min(self.left, usual * (self.limits.trials - len(done))))

    def _try(self) -> None:
        first = not self.study.trials
        trial = self.study.ask({place: at(self.values, place) for place in self.space})
        run = self.ground.run(with_choice(self.values, trial.params))
        epochs = run.training.epochs
        own = run.training.max_minutes or inf
        if self.left < inf:
            minutes = min(own, max(self.left, 0.01) / 60)
            run = replace(run, training=replace(run.training, max_minutes=minutes))
        watcher = _Judge(self.study, trial, epochs, self.limits.budget if first else None)
        started = time.monotonic()
        try:
            history = self.ground.fit(run, watcher)
        except _CutShort as cut:
            self.study.tell(trial, None, time.monotonic() - started, str(cut))
        except TrainingError as error:
            self._failed(trial, time.monotonic() - started, error, first)
        except BaseException:
            self.study.drop(trial, time.monotonic() - started)
            raise
        else:
            self._ended(trial, history, time.monotonic() - started, own)

    def _failed(self, trial: Any, seconds: float, error: TrainingError, first: bool) -> None:
        self.failures += 1
        if first:  # the settings that the user began with
            self.study.drop(trial, seconds)
            raise error
        self.study.tell(trial, None, seconds, f"failed: {error}")

    def _ended(self, trial: Any, history: History, seconds: float, own: float) -> None:
        if history.stopped.startswith("interrupted"):
            self.study.drop(trial, seconds)
            raise KeyboardInterrupt
        losses = [epoch.validation_loss for epoch in history.epochs]
        out_of_time = history.stopped.startswith("time limit") and seconds < 60 * own
        if out_of_time and self.study.whole:
            self.study.tell(trial, None, seconds, "the budget ended")
        else:
            self.study.tell(trial, min(losses), seconds)


class _CutShort(Exception):  # noqa: N818 - no mistake
    """The run does worse than the others did by then."""


@final
class _Judge:
    """Looks on while a trial trains, and ends it where it does worse than most."""

    def __init__(self, study: Study, trial: Any, epochs: int, budget: float | None) -> None:
        self._study, self._trial, self._epochs, self._budget = study, trial, epochs, budget

    def on_start(self, epochs: int, steps_per_epoch: int, done: int) -> None:
        """Nothing."""

    def on_step(self, epoch: int, step: int, loss: float) -> None:
        """Nothing."""

    def on_epoch(self, epoch: Epoch, best: bool) -> None:
        """Refuse a budget in which the first run does not fit; cut a bad run short."""
        need = epoch.seconds * self._epochs
        # The first epoch pays for compiling; only where nothing but it fits can it be judged by.
        judged = epoch.number == min(2, self._epochs) or (self._budget or inf) < epoch.seconds
        if self._budget is not None and judged and need > self._budget:
            fits = int(self._budget / epoch.seconds)
            what = (
                f"{fits} epoch{'s fit' if fits > 1 else ' fits'}: raise the budget, or use --set training.epochs={fits}"
                if fits
                else "Not one epoch fits: raise the budget"
            )
            raise InputError(
                f"--budget: expected time for one run of {self._epochs} epochs, about {need:.0f} s, "
                f"got {self._budget:g} s. {what}."
            )
        if self._study.report(self._trial, epoch.validation_loss, epoch.number):
            raise _CutShort(f"cut short after epoch {epoch.number}")

    def on_end(self, history: History) -> None:
        """Nothing."""


def _trial(number: int, one: Any) -> Trial:
    seconds, note = one.user_attrs["seconds"], one.user_attrs.get("note", "")
    return Trial(number, one.params, one.value if not note else None, seconds, note)

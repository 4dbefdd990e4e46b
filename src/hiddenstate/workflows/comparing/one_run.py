"""What every training run of a comparison has in common, whatever the task."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from hiddenstate.records import History
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.comparing.arena import Order

Fitted = TypeVar("Fitted")


@dataclass(frozen=True)
class Timed(Generic[Fitted]):
    """What a run gave and what it took."""

    fitted: Fitted
    seconds: float
    validation: float
    """The lowest loss on the validation rows; NaN without an epoch."""
    epochs: int
    stopped: str


def timed(
    order: Order,
    training: TrainingSettings,
    fit: Callable[[TrainingSettings], Fitted],
    history: Callable[[Fitted], History],
) -> Timed[Fitted]:
    """Train as `order` says. Raises `KeyboardInterrupt` where the user stopped it: half a run is none."""
    training = replace(training, epochs=order.epochs, max_minutes=order.minutes, seed=order.seed)
    training = replace(training, warmup_epochs=min(training.warmup_epochs, order.epochs / 4))
    started = time.perf_counter()
    fitted = fit(training)
    seconds = time.perf_counter() - started
    told = history(fitted)
    if told.stopped.startswith("interrupted"):
        raise KeyboardInterrupt
    validation = min((epoch.validation_loss for epoch in told.epochs), default=float("nan"))
    return Timed(fitted, seconds, validation, len(told.epochs), told.stopped)

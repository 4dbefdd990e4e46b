"""When training ends, and which epoch was the best: both follow from the learning curve alone."""

from collections.abc import Sequence
from math import isfinite

from hiddenstate.records import Epoch
from hiddenstate.training.settings import TrainingSettings

INTERRUPTED = "interrupted by Ctrl-C; the best weights so far are kept"


def best_epoch(epochs: Sequence[Epoch]) -> Epoch | None:
    """The epoch with the lowest validation loss, the first of equals; ``None`` before any has ended.

    Without a validation the latest epoch is the one to keep.
    """
    measured = [epoch for epoch in epochs if isfinite(epoch.validation_loss)]
    return min(measured or epochs[-1:], key=lambda epoch: epoch.validation_loss, default=None)


def reason_to_stop(epochs: Sequence[Epoch], settings: TrainingSettings) -> str:
    """Why no further epoch should begin, in words; empty while one should."""
    best = best_epoch(epochs)
    if best and settings.stop_below is not None and best.validation_loss < settings.stop_below:
        return f"validation loss below {settings.stop_below:g}"
    if len(epochs) >= settings.epochs:
        return f"all {settings.epochs} epochs done"
    if best and settings.patience is not None and epochs[-1].number - best.number >= settings.patience:
        return f"no better validation loss in the last {settings.patience} epochs"
    if time_is_up(epochs, 0.0, settings):
        return out_of_time(settings)
    return ""


def time_is_up(epochs: Sequence[Epoch], seconds: float, settings: TrainingSettings) -> bool:
    """Whether the epochs so far and `seconds` in the present one use up ``max_minutes``."""
    if settings.max_minutes is None:
        return False
    return sum(epoch.seconds for epoch in epochs) + seconds >= 60 * settings.max_minutes


def out_of_time(settings: TrainingSettings) -> str:
    """The reason in words."""
    return f"time limit of {settings.max_minutes:g} minutes reached"

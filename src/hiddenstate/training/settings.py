"""How a model is trained: the fields become the section [training] of settings.toml."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from hiddenstate.choices import choose
from hiddenstate.errors import SettingsError
from hiddenstate.training.optimisers import OPTIMISERS
from hiddenstate.training.schedules import SCHEDULES


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """What the trainer and the batches obey. ``None`` means "not set".

    Raises `SettingsError` for a value out of its range or a name that is not in a registry.

    >>> TrainingSettings(learning_rate=3e-3).optimiser
    'adamw'
    """

    epochs: int = 30
    """Passes over the training data, at most."""
    batch_size: int = 64
    """Rows per step; whatever cuts the batches reads it."""
    steps_per_epoch: int | None = None
    """Ends an epoch after this many steps; ``None``: all batches."""
    optimiser: str = "adamw"
    """One of `OPTIMISERS`."""
    learning_rate: float = 1e-3
    """The highest one; the schedule and the warm-up only lower it."""
    momentum: float | None = None
    """How much of the running mean of gradients is kept (beta_1 in Adam); ``None``: 0.9, in RMSprop 0."""
    weight_decay: float = 0.0
    """Pull of weight matrices towards zero; biases are left alone."""
    clip_norm: float | None = 1.0
    """Largest norm of all gradients together; longer ones are scaled down to it."""
    schedule: str = "cosine"
    """One of `SCHEDULES`."""
    warmup_epochs: float = 0.0
    """Epochs in which the learning rate rises from near zero; parts of an epoch count."""
    final_rate: float = 0.01
    """The lowest learning rate that a schedule goes down to, as a fraction of `learning_rate`."""
    decay_factor: float = 0.5
    """What ``step`` and ``plateau`` multiply the learning rate by."""
    decay_epochs: int = 5
    """``step``: epochs between two cuts. ``plateau``: epochs without improvement before a cut."""
    average_decay: float | None = None
    """Decay per step of the averaged weights (0.99 to 0.9999), which are then validated and kept."""
    patience: int | None = 10
    """Stops after this many epochs without a better validation loss."""
    stop_below: float | None = None
    """Stops once the validation loss is below this: good enough."""
    max_minutes: float | None = None
    """Stops after this time, in the middle of an epoch if need be; a resumed run goes on counting."""
    threads: int = 1
    """Cores that torch may use. More than one pays for large layers only; the threads of small ones spend
    their time waiting for each other, and minutes of it where the machine has other work."""
    seed: int = 0
    """Of shuffling and dropout; the caller seeds the initial weights with it, too."""

    def __post_init__(self) -> None:
        choose(OPTIMISERS, self.optimiser, "known optimiser")
        choose(SCHEDULES, self.schedule, "known schedule")
        for name in ("epochs", "batch_size", "steps_per_epoch", "decay_epochs", "patience", "threads"):
            _check(name, getattr(self, name), "1 or more", lambda value: value >= 1)
        for name in ("learning_rate", "clip_norm", "max_minutes"):
            _check(name, getattr(self, name), "a number above 0", lambda value: 0 < value < math.inf)
        for name in ("weight_decay", "warmup_epochs", "seed"):
            _check(name, getattr(self, name), "0 or more", lambda value: 0 <= value < math.inf)
        for name in ("momentum", "average_decay"):
            _check(name, getattr(self, name), "at least 0 and below 1", lambda value: 0 <= value < 1)
        for name in ("final_rate", "decay_factor"):
            _check(name, getattr(self, name), "above 0 and at most 1", lambda value: 0 < value <= 1)
        if self.warmup_epochs >= self.epochs:
            raise SettingsError(
                f"warmup_epochs: expected fewer than the {self.epochs} epochs, got {self.warmup_epochs:g}. "
                "Shorten the warm-up or train for longer."
            )


def _check(name: str, value: float | None, expected: str, holds: Callable[[float], bool]) -> None:
    if value is not None and not holds(value):
        raise SettingsError(f"{name}: expected {expected}, got {value}. Correct the value.")

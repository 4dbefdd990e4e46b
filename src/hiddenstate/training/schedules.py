"""How the learning rate moves during training: one class per schedule, no torch.

A rate depends only on the number of the step and, for the plateau, on the validation losses so far;
so a run that resumes goes on exactly where it was.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from hiddenstate.training.settings import TrainingSettings

State = dict[str, float | None]


class Schedule(ABC):
    """Learning rate by step: the highest rate times a rise (warm-up) times a fall (the schedule)."""

    def __init__(self, settings: TrainingSettings, steps_per_epoch: int) -> None:
        self.settings = settings
        self.steps_per_epoch = steps_per_epoch
        self.total_steps = settings.epochs * steps_per_epoch
        self.warm_steps = round(settings.warmup_epochs * steps_per_epoch)

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0 over the whole run."""
        return self.settings.learning_rate * self.rise(step) * self.fall(step)

    def rise(self, step: int) -> float:
        """Warm-up: a straight line that reaches 1 with the last warm-up step."""
        return min(1.0, (step + 1) / self.warm_steps) if self.warm_steps else 1.0

    @abstractmethod
    def fall(self, step: int) -> float:
        """What the schedule leaves of the rate, between ``final_rate`` and 1."""

    def observe(self, validation_loss: float) -> None:  # noqa: B027  most have nothing to remember
        """Told once at the end of each epoch; only the plateau listens."""

    def state(self) -> State:
        """What must be saved so that `restore` can go on."""
        return {}

    def restore(self, state: Mapping[str, float | None]) -> None:  # noqa: B027
        """Go on from a saved `state`."""

    def _cosine(self, step: int) -> float:
        """Half a cosine from 1, where the rise ends, down to ``final_rate`` at the last step."""
        length = max(1, self.total_steps - 1 - self.warm_steps)
        passed = min(1.0, max(0.0, (step - self.warm_steps) / length))
        final_rate = self.settings.final_rate
        return final_rate + (1 - final_rate) * (1 + math.cos(math.pi * passed)) / 2


@final
class Constant(Schedule):
    """Stays at the learning rate after the warm-up."""

    def fall(self, step: int) -> float:
        """Always 1."""
        return 1.0


@final
class Cosine(Schedule):
    """Falls along half a cosine (Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983)."""

    def fall(self, step: int) -> float:
        """From 1 after the warm-up to ``final_rate`` at the last step."""
        return self._cosine(step)


@final
class OneCycle(Schedule):
    """Rises and falls along half cosines (Smith and Topin 2018, https://arxiv.org/abs/1708.07120).

    The rise takes the warm-up where one is set, else 30 % of the run, and begins at 1/25.
    """

    LOWEST = 1 / 25

    def __init__(self, settings: TrainingSettings, steps_per_epoch: int) -> None:
        super().__init__(settings, steps_per_epoch)
        self.warm_steps = self.warm_steps or round(0.3 * self.total_steps)

    def rise(self, step: int) -> float:
        """From 1/25 to 1."""
        passed = min(1.0, step / self.warm_steps) if self.warm_steps else 1.0
        return self.LOWEST + (1 - self.LOWEST) * (1 - math.cos(math.pi * passed)) / 2

    def fall(self, step: int) -> float:
        """From 1 after the rise to ``final_rate`` at the last step."""
        return self._cosine(step)


@final
class StepDecay(Schedule):
    """Is cut by ``decay_factor`` every ``decay_epochs`` epochs."""

    def fall(self, step: int) -> float:
        """Powers of ``decay_factor``, never below ``final_rate``."""
        cuts = step // self.steps_per_epoch // self.settings.decay_epochs
        return max(self.settings.final_rate, self.settings.decay_factor**cuts)


@final
class Plateau(Schedule):
    """Is cut by ``decay_factor`` after ``decay_epochs`` epochs without a better validation loss."""

    def __init__(self, settings: TrainingSettings, steps_per_epoch: int) -> None:
        super().__init__(settings, steps_per_epoch)
        self._best: float | None = None
        self._waited = 0
        self._cuts = 0

    def fall(self, step: int) -> float:
        """Powers of ``decay_factor``, never below ``final_rate``."""
        return max(self.settings.final_rate, self.settings.decay_factor**self._cuts)

    def observe(self, validation_loss: float) -> None:
        """Count the epochs since the best one; after a cut the count begins again."""
        if self._best is None or validation_loss < self._best:
            self._best, self._waited = validation_loss, 0
            return
        self._waited += 1
        if self._waited >= self.settings.decay_epochs:
            self._cuts, self._waited = self._cuts + 1, 0

    def state(self) -> State:
        """Best validation loss, epochs since, number of cuts."""
        return {"best": self._best, "waited": self._waited, "cuts": self._cuts}

    def restore(self, state: Mapping[str, float | None]) -> None:
        """Go on from a saved `state`."""
        self._best = state["best"]
        self._waited, self._cuts = int(state["waited"] or 0), int(state["cuts"] or 0)


SCHEDULES: dict[str, type[Schedule]] = {
    "constant": Constant,
    "cosine": Cosine,
    "one_cycle": OneCycle,
    "step": StepDecay,
    "plateau": Plateau,
}

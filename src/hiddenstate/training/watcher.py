"""Who looks on while a model trains. The trainer tells; a watcher shows, logs, or stays silent."""

from typing import Protocol, final

from hiddenstate.records import Epoch, History


class Watcher(Protocol):
    """Told about a run as it happens. An exception from a watcher ends the run."""

    def on_start(self, epochs: int, steps_per_epoch: int, done: int) -> None:
        """Training begins; `done` epochs were read from a checkpoint."""

    def on_step(self, epoch: int, step: int, loss: float) -> None:
        """A step was taken; both numbers are counted from 1."""

    def on_epoch(self, epoch: Epoch, best: bool) -> None:
        """An epoch was validated; `best`: its weights are the ones to keep so far."""

    def on_end(self, history: History) -> None:
        """Training is over, for whatever reason: ``history.stopped`` says which."""


@final
class SilentWatcher:
    """Shows nothing."""

    def on_start(self, epochs: int, steps_per_epoch: int, done: int) -> None:
        """Nothing."""

    def on_step(self, epoch: int, step: int, loss: float) -> None:
        """Nothing."""

    def on_epoch(self, epoch: Epoch, best: bool) -> None:
        """Nothing."""

    def on_end(self, history: History) -> None:
        """Nothing."""

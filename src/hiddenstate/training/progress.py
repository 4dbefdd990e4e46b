"""Progress on a terminal: a bar with epoch, losses and the time left; one plain line per epoch elsewhere."""

from __future__ import annotations

import sys
import time
from math import isfinite
from typing import TYPE_CHECKING, TextIO, final

from hiddenstate.records import Epoch, History

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

REFRESH_SECONDS = 0.2
"""Drawing costs milliseconds: five times a second is smooth and takes less than one percent."""


@final
class RichWatcher:
    """Shows a run on `stream` (standard error by default, so that results can be piped).

    The time left is an upper bound: training may stop early.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._epochs = self._steps_per_epoch = 0
        self._first_step = self._steps = 0
        self._started = self._drawn = 0.0
        self._validation = ""

    def on_start(self, epochs: int, steps_per_epoch: int, done: int) -> None:
        """Begin the bar; a resumed run begins where it stopped."""
        self._epochs, self._steps_per_epoch = epochs, steps_per_epoch
        self._first_step = self._steps = done * steps_per_epoch
        self._started = time.monotonic()
        if done:
            self._print(f"resumed after epoch {done}")
        if self._stream.isatty():
            self._start_bar()

    def on_step(self, epoch: int, step: int, loss: float) -> None:
        """Move the bar, at most a few times per second."""
        self._steps = (epoch - 1) * self._steps_per_epoch + step
        if self._progress is not None and time.monotonic() - self._drawn >= REFRESH_SECONDS:
            self._draw(epoch, f"loss {loss:.4g}")

    def on_epoch(self, epoch: Epoch, best: bool) -> None:
        """Show the validation loss."""
        mark = " (best)" if best else ""
        self._validation = f"validation {epoch.validation_loss:.4g}{mark}" if validated(epoch) else ""
        loss = f"loss {epoch.train_loss:.4g}"
        if self._progress is not None:
            self._draw(epoch.number, loss)
        else:
            left = clock_time(self._seconds_left())
            place = f"epoch {epoch.number}/{self._epochs}"
            parts = (place, loss, self._validation, f"{epoch.seconds:.1f} s", f"ETA {left}")
            self._print("  ".join(part for part in parts if part))

    def on_end(self, history: History) -> None:
        """Close the bar and say why training ended and which epoch was kept."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
        best = next((e for e in history.epochs if e.number == history.best_epoch), None)
        kept = ""
        if best and validated(best):
            kept = f"; best epoch {best.number}, validation {best.validation_loss:.4g}"
        self._print(f"{history.stopped}{kept}")

    def _start_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[losses]}"),
            TextColumn("ETA {task.fields[left]}"),
            console=Console(file=self._stream),
            auto_refresh=False,  # drawn from on_step: no second thread beside the training
        )
        total = self._epochs * self._steps_per_epoch
        place = f"epoch {self._steps // self._steps_per_epoch + 1}/{self._epochs}"
        self._task = self._progress.add_task(place, total=total, completed=self._steps, losses="", left="?")
        self._progress.start()

    def _draw(self, epoch: int, loss: str) -> None:
        if self._progress is None or self._task is None:
            return
        self._drawn = time.monotonic()
        self._progress.update(
            self._task,
            description=f"epoch {epoch}/{self._epochs}",
            completed=self._steps,
            losses=f"{loss}  {self._validation}".rstrip(),
            left=clock_time(self._seconds_left()),
            refresh=True,
        )

    def _seconds_left(self) -> float:
        """At the mean pace of this session, validation included."""
        taken = max(1, self._steps - self._first_step)
        left = self._epochs * self._steps_per_epoch - self._steps
        return (time.monotonic() - self._started) / taken * left

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


def validated(epoch: Epoch) -> bool:
    """Whether the epoch ended with a validation."""
    return isfinite(epoch.validation_loss)


def clock_time(seconds: float) -> str:
    """Seconds as minutes and seconds, with hours where there are any.

    >>> clock_time(75), clock_time(3675)
    ('1:15', '1:01:15')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"

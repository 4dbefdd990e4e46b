"""A search as it goes on: a bar with the time left and the best so far; one line a trial where nobody looks on."""

import sys
from types import TracebackType
from typing import Any, Self, final

from hiddenstate.plots.numerals import number
from hiddenstate.training.progress import clock_time
from hiddenstate.workflows.tuning.search import Limits, Trial


@final
class Progress:
    """Shows trials on standard error."""

    def __init__(self, limits: Limits, *, quiet: bool) -> None:
        self._limits, self._quiet = limits, quiet
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                TextColumn("{task.description}"), BarColumn(), TextColumn("ETA {task.fields[left]}"),
                console=Console(file=sys.stderr), auto_refresh=False,
            )  # fmt: skip
            self._task = self._bar.add_task("the first trial", total=1.0, left="?")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, trial: Trial, best: Trial, seconds_left: float) -> None:
        """Move on."""
        if self._quiet:
            return
        left = clock_time(seconds_left)
        of = f" of {self._limits.trials}" if self._limits.trials else ""
        told = f"trial {trial.number}{of}: " + (trial.note or number(trial.loss or 0.0))
        told += f", best {number(best.loss or 0.0)} (trial {best.number})"
        if self._bar is None:
            print(f"{told}  ETA {left}", file=sys.stderr, flush=True)
            return
        done = trial.number / self._limits.trials if self._limits.trials else 0.0
        if self._limits.budget:
            done = max(done, 1.0 - seconds_left / self._limits.budget)
        self._bar.update(self._task, description=told, completed=done, left=left, refresh=True)

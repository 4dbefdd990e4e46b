"""Where and how training reports and saves on its way, the same for every kind of model."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hiddenstate.training import RichWatcher, Watcher
from hiddenstate.workflows.kind import Saving

Announce = Callable[[str], None]


def say(text: str) -> None:
    """A line on standard error, beside the progress bars."""
    print(text, file=sys.stderr, flush=True)


def silent(text: str) -> None:
    """Says nothing."""


@dataclass(frozen=True)
class Fitting:
    """Progress and checkpoints of a training run that may have several stages."""

    watcher: Watcher | None = None
    checkpoints: Path | None = None
    resume: bool = False
    announce: Announce = silent

    @classmethod
    def of(cls, saving: Saving) -> Self:
        """Checkpoints stand in ``OUT.training`` until the model is saved."""
        checkpoints = saving.out.with_name(saving.out.name + ".training")
        if saving.quiet:
            return cls(None, checkpoints, saving.resume)
        return cls(RichWatcher(), checkpoints, saving.resume, say)

    def folder(self, stage: str) -> Path | None:
        """The checkpoints of one stage."""
        return None if self.checkpoints is None else self.checkpoints / stage

    def clear(self) -> None:
        """Remove all checkpoints: the model is saved."""
        if self.checkpoints is not None:
            shutil.rmtree(self.checkpoints, ignore_errors=True)

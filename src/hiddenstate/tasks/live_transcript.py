"""A recording that is still going on: frames come in, the text so far comes out; nothing but the text grows."""

from typing import Any, final

import numpy as np
import torch

from hiddenstate.data.sound import Frames
from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.models.transcriber import Transcriber
from hiddenstate.tasks.alphabet import BLANK
from hiddenstate.tasks.transcribe import TranscribeTask


@final
class LiveTranscript:
    """The most likely letter of each step, as the frames arrive; the search and the language model need the end.

    Raises `SettingsError` for a network of both directions, and for features that need what comes later.
    """

    def __init__(self, task: TranscribeTask, model: Transcriber) -> None:
        if task.network.bidirectional or task.settings.deltas or task.settings.standardise != "training":
            raise SettingsError(
                "live transcript: expected a network that needs nothing of the future, got one that does. Train with "
                "--one-directional --set task.deltas=false --set task.standardise=training."
            )
        self.task = task
        self.model = model.eval()
        self.text = ""
        """What was heard so far."""
        self._waiting = np.zeros((0, task.features), dtype=np.float32)
        self._state: Any = None
        self._last = BLANK

    def accept(self, frames: Frames) -> str:
        """(n, features) frames more -> the text so far; up to ``model.stack - 1`` frames wait for the next ones.

        Raises `ShapeError` for another number of features than in training.
        """
        if frames.ndim != 2 or frames.shape[1] != self.task.features:
            raise ShapeError(
                f"frames: expected (frames, {self.task.features}) as in training, got {frames.shape}. "
                "Compute them as for training."
            )
        waiting = np.concatenate([self._waiting, frames])
        ready = len(waiting) - len(waiting) % self.model.stack
        self._read(waiting[:ready])
        self._waiting = waiting[ready:]
        return self.text

    def finish(self) -> str:
        """The whole text: frames that waited are read, too."""
        self._read(self._waiting)
        self._waiting = self._waiting[:0]
        return " ".join(self.text.split())

    def _read(self, frames: Frames) -> None:
        if not len(frames):
            return
        with torch.no_grad():
            own = torch.from_numpy(self.task.prepared(frames)).unsqueeze(0)
            logs, self._state = self.model.read(own, None, self._state)
        for letter in logs[0].argmax(dim=1).tolist():
            if letter not in (BLANK, self._last):
                self.text += self.task.alphabet.decode([letter])
            self._last = letter

"""A recording that is still going on: frames come in, the text so far comes out; nothing but the text grows."""

from typing import Any, final

import numpy as np

from hiddenstate.data.sound import Frames
from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.tasks.alphabet import BLANK
from hiddenstate.tasks.long_recordings import Read
from hiddenstate.tasks.transcript_coder import TranscriptCoder


@final
class LiveTranscript:
    """The most likely letter of each step, as the frames arrive; the search and the language model need the end.

    Raises `SettingsError` for a network of `both` directions, and for features that need what comes later.
    """

    def __init__(self, coder: TranscriptCoder, read: Read, *, both: bool) -> None:
        if both or coder.why_not_live is not None:
            raise SettingsError(
                "live transcript: expected a network that needs nothing of the future, got one that does. Train with "
                "--one-directional --set task.deltas=false --set task.standardise=training."
            )
        self.coder = coder
        self.text = ""
        """What was heard so far."""
        self._read_on = read
        self._waiting = np.zeros((0, coder.features), dtype=np.float32)
        self._state: Any = None
        self._last = BLANK

    def accept(self, frames: Frames) -> str:
        """(n, features) frames more -> the text so far; what does not fill a step waits for the next ones.

        Raises `ShapeError` for another number of features than in training.
        """
        if frames.ndim != 2 or frames.shape[1] != self.coder.features:
            raise ShapeError(
                f"frames: expected (frames, {self.coder.features}) as in training, got {frames.shape}. "
                "Compute them as for training."
            )
        waiting = np.concatenate([self._waiting, frames])
        ready = len(waiting) - len(waiting) % self.coder.stack
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
        logs, self._state = self._read_on(self.coder.prepared(frames), self._state)
        for letter in logs.argmax(axis=1).tolist():
            if letter not in (BLANK, self._last):
                self.text += self.coder.alphabet.decode([letter])
            self._last = letter

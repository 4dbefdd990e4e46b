"""Answers for a stream of raw samples, for ever; no torch."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import final

import numpy as np

from hiddenstate.bundle import open_bundle
from hiddenstate.data.sound import Resampler
from hiddenstate.runtime.listening import ListenSettings, Moment, open_listener

HEADER = "seconds,label,probability\n"
CHUNK_SECONDS = 0.1
Read = Callable[[int], bytes]


@final
class Listening:
    """A model at a stream of 16-bit little-endian samples of one channel; counts how long that takes.

    Raises as `Listener` does, and `SettingsError` for a rate below 1.
    """

    def __init__(
        self, folder: Path, *, rate: int | None = None, settings: ListenSettings | None = None
    ) -> None:
        """`rate`: samples a second of the stream, None: the model's own."""
        self.listener = open_listener(open_bundle(folder), settings)
        self.rate = self.listener.frontend.rate if rate is None else rate
        self._resampler = Resampler(self.rate, self.listener.frontend.rate)
        self.samples = 0
        self.working = 0.0
        """Seconds of processor time."""

    def moments(self, read: Read) -> Iterator[Moment]:
        """Frames and events until `read`, given a number of bytes, gives none."""
        size, rest = max(1, round(CHUNK_SECONDS * self.rate)) * 2, b""
        while data := read(size):
            data = rest + data
            whole = len(data) // 2 * 2
            rest = data[whole:]
            samples = np.frombuffer(data[:whole], dtype="<i2").astype(np.float32) / np.float32(32768)
            self.samples += len(samples)
            yield from self._timed(samples, last=False)
        yield from self._timed(np.zeros(0, np.float32), last=True)

    def _timed(self, samples: np.ndarray, *, last: bool) -> list[Moment]:
        started = time.process_time()
        found = list(self.listener.accept(self._resampler.accept(samples, last=last)))
        if last:
            found += self.listener.finish()
        self.working += time.process_time() - started
        return found

    @property
    def said(self) -> str:
        """How much was heard, and the real-time factor: seconds of work for a second of sound."""
        seconds = self.samples / self.rate
        factor = self.working / seconds if seconds else 0.0
        return f"{seconds:,.1f} s of sound in {self.working:.2f} s of work: real-time factor {factor:.4f}."


def line_of(moment: Moment) -> str:
    """A row of CSV; labels with commas or quotes are quoted."""
    label = moment.label
    if any(mark in label for mark in ',"\n'):
        label = '"' + label.replace('"', '""') + '"'
    return f"{moment.seconds:.3f},{label},{moment.probability:.4f}\n"

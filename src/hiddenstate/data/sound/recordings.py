"""The frames of many recordings, each file read once and kept."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import final

import numpy as np

from hiddenstate.data.sound import features
from hiddenstate.data.sound.features import read_features
from hiddenstate.data.sound.frontend import Frames, Frontend, FrontendSettings
from hiddenstate.data.sound.reading import Samples, read_sound
from hiddenstate.data.sound.resampling import change_speed, resample
from hiddenstate.data.sound.table import SoundFileSettings
from hiddenstate.errors import InputError


@final
class Recordings:
    """Samples and frames by file.

    `notes` tells what was found in the files that were read: other rates, clipping, silence.
    """

    def __init__(self, files: SoundFileSettings, frontend: FrontendSettings) -> None:
        self.files = files
        self.frontend = frontend
        self._samples: dict[str, Samples] = {}
        self._frames: dict[tuple[str, float, str], Frames] = {}
        self._rates: set[int] = set()
        self._clipped: list[str] = []
        self._silent: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found, in sentences."""
        lines = []
        if others := sorted(self._rates - {self.frontend.rate}):
            listing = ", ".join(f"{rate:,}" for rate in others)
            lines.append(
                f"recordings with {listing} samples a second were converted to {self.frontend.rate:,}"
            )
        for names, what in ((self._clipped, "are clipped: recorded too loud"), (self._silent, "are silent")):
            if names:
                lines.append(f"{len(names)} recording(s) {what}, the first is {names[0]}")
        return tuple(lines)

    def frames(self, file: str, *, speed: float = 1.0, kind: str | None = None) -> Frames:
        """(frames, features) of a file played `speed` times as fast; `kind`: of another kind than the front end's.

        Ready-made features have neither. Raises `InputError` for what cannot be read, and for sound that is
        shorter than one frame.
        """
        own = kind or self.frontend.kind
        key = (file, speed, own)
        if key not in self._frames:
            self._frames[key] = self._made(file, speed, own)
        return self._frames[key]

    def _made(self, file: str, speed: float, kind: str) -> Frames:
        if Path(file).suffix.lower() in features.ENDINGS:
            return read_features(file, features=self.files.cepstra)
        front = Frontend(replace(self.frontend, kind=kind))
        samples = self.samples(file)
        frames = front.frames(change_speed(samples, speed))
        if len(frames):
            return frames
        # Only a faster copy can be too short here: `samples` refuses what is shorter than a frame.
        return front.frames(samples)

    def samples(self, file: str) -> Samples:
        """(time,) at the front end's rate. Raises `InputError` as `frames` does."""
        if file not in self._samples:
            sound = read_sound(file, longest_seconds=self.files.longest_seconds)
            self._rates.add(sound.rate)
            if sound.clipped:
                self._clipped.append(file)
            if sound.silent:
                self._silent.append(file)
            same = resample(sound, self.frontend.rate)
            if len(same.samples) < self.frontend.window:
                raise InputError(
                    f"{file}: expected at least {self.frontend.window_ms:g} ms of sound, got {len(sound.samples)} "
                    f"sample(s), which last {1000 * sound.seconds:.3g} ms. Leave the file out."
                )
            self._samples[file] = same.samples
        return self._samples[file]


def lowest_rate(files: Iterable[str], *, at_most: int) -> int:
    """The lowest number of samples a second among sound files: what all of them have. `at_most` without any."""
    from hiddenstate.extras import needed

    rates = [at_most]
    for file in files:
        if Path(file).suffix.lower() not in features.ENDINGS:
            soundfile = needed("soundfile", extra="audio", purpose="reading sound")
            try:
                rates.append(int(soundfile.info(file).samplerate))
            except (soundfile.LibsndfileError, TypeError):
                read_sound(file)  # says what is wrong with it
    return min(rates)


def loudness(frames: Frames) -> float:
    """The level of the loudest frame: the mean of its log-mel bands."""
    return float(np.max(frames.mean(axis=1)))

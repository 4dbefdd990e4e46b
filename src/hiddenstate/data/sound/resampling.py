"""From one number of samples a second to another, whole or as the samples come."""

from typing import Any, final

import numpy as np

from hiddenstate.data.sound.reading import Samples, Sound
from hiddenstate.errors import SettingsError
from hiddenstate.extras import needed

PURPOSE = "another sample rate"


def resample(sound: Sound, rate: int) -> Sound:
    """The same sound with `rate` samples a second (soxr, high quality)."""
    if sound.rate == rate:
        return sound
    soxr = needed("soxr", extra="audio", purpose=PURPOSE)
    return Sound(np.asarray(soxr.resample(sound.samples, sound.rate, rate), dtype=np.float32), rate)


def change_speed(samples: Samples, speed: float) -> Samples:
    """`samples` played `speed` times as fast, at the same rate: shorter and higher above 1."""
    if speed == 1.0:
        return samples
    soxr = needed("soxr", extra="audio", purpose="augmentation by speed")
    return np.asarray(soxr.resample(samples, speed, 1.0), dtype=np.float32)


@final
class Resampler:
    """Pieces of a stream from one rate to another; memory does not grow.

    Raises `SettingsError` for a rate below 1.
    """

    def __init__(self, from_rate: int, to_rate: int) -> None:
        for rate in (from_rate, to_rate):
            if rate < 1:
                raise SettingsError(f"rate: expected samples a second, got {rate}. Give 8000 or 16000.")
        self._stream: Any = None
        if from_rate != to_rate:
            soxr = needed("soxr", extra="audio", purpose=PURPOSE)
            self._stream = soxr.ResampleStream(from_rate, to_rate, 1, dtype="float32")

    def accept(self, samples: Samples, *, last: bool = False) -> Samples:
        """(n,) samples -> the samples that are ready now; with `last` also what was held back."""
        if self._stream is None:
            return samples
        return np.asarray(self._stream.resample_chunk(samples, last=last), dtype=np.float32)

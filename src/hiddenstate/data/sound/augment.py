"""New recordings out of old ones: masks, loudness, voices and noise, on frames; other speeds, on samples."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hiddenstate.data.sound.frontend import Frames
from hiddenstate.errors import SettingsError

Random = np.random.Generator
NATS_PER_DB = np.log(10) / 10
HISS_DB = (20.0, 60.0)
"""How far a hiss lies below the loudest number of the frames: from, to."""


@dataclass(frozen=True, kw_only=True)
class AugmentSettings:
    """How training recordings are varied; section ``[augment]`` of ``settings.toml``. 0 turns a part off."""

    time_masks: int = 2
    time_share: float = 0.15
    """Longest share of the frames that a mask hides."""
    frequency_masks: int = 2
    frequency_share: float = 0.2
    """Largest share of the features that a mask hides."""
    speed: float = 0.1
    """Copies of each recording so much slower and faster, which also lowers and raises the voice."""
    warp: float = 0.1
    """How far the frequency axis is stretched at most: throats of other lengths. For log-mel frames."""
    gain_db: float = 6.0
    """Louder or quieter by so much at most. For log-mel frames."""
    tilt_db: float = 2.0
    """How much brighter or darker the highest band gets, one standard deviation: microphones. For log-mel frames."""
    hiss: float = 0.7
    """Share of the recordings that get a steady hiss, `HISS_DB` below their loudest number. For log-mel frames."""
    pause: int = 8
    """Frames of quiet before and after at most. For log-mel frames."""
    noise: str | None = None
    """Folder of the user's own background sounds, mixed into half of the recordings. For log-mel frames."""
    noise_db: float = 10.0
    """How far the noise lies below the recording at least; at most 20 dB more."""

    def __post_init__(self) -> None:
        for name in ("time_masks", "frequency_masks", "gain_db", "tilt_db", "pause"):
            if getattr(self, name) < 0:
                raise SettingsError(
                    f"augment.{name}: expected 0 or more, got {getattr(self, name)}. Correct it."
                )
        for name in ("time_share", "frequency_share", "speed", "warp"):
            if not 0.0 <= getattr(self, name) < 0.5:
                raise SettingsError(
                    f"augment.{name}: expected from 0 to below 0.5, got {getattr(self, name)}. Correct it."
                )

        if not 0.0 <= self.hiss <= 1.0:
            raise SettingsError(f"augment.hiss: expected a share from 0 to 1, got {self.hiss}. Correct it.")

    @property
    def speeds(self) -> tuple[float, ...]:
        """Those of the copies, 1 first."""
        return (1.0, 1.0 - self.speed, 1.0 + self.speed) if self.speed else (1.0,)


def vary_sound(
    frames: Frames, settings: AugmentSettings, random: Random, noise: Sequence[Frames] = ()
) -> Frames:
    """Another voice, loudness and background for log-mel frames (time, bands), before they are standardised."""
    if settings.warp:
        frames = warp_bands(frames, 1.0 + settings.warp * random.uniform(-1, 1))
    if settings.pause:
        frames = pause(
            frames, int(random.integers(settings.pause + 1)), int(random.integers(settings.pause + 1))
        )
    if noise and random.random() < 0.5:
        frames = mix(
            frames, noise[int(random.integers(len(noise)))], settings.noise_db + random.uniform(0, 20), random
        )
    if settings.hiss and random.random() < settings.hiss:
        frames = hiss(frames, random.uniform(*HISS_DB), random)
    if settings.gain_db:
        frames = frames + np.float32(settings.gain_db * random.uniform(-1, 1) * NATS_PER_DB)
    if settings.tilt_db:
        frames = frames + settings.tilt_db * NATS_PER_DB * random.normal() * _slope(frames)
    return np.asarray(frames, dtype=np.float32)


def pause(frames: Frames, before: int, after: int) -> Frames:
    """So many frames more, as quiet as each band ever is."""
    quiet = frames.min(axis=0, keepdims=True)
    return np.concatenate([np.repeat(quiet, before, axis=0), frames, np.repeat(quiet, after, axis=0)])


def hiss(frames: Frames, below_db: float, random: Random) -> Frames:
    """A steady noise of some colour, `below_db` below the loudest number; its energies scatter as those of noise do."""
    level = frames.max() - below_db * NATS_PER_DB + random.normal() * _slope(frames)
    # The logarithm of an energy of Gaussian noise: a Gumbel variable turned round, narrower for a band of many lines.
    noise = level - 0.4 * random.gumbel(size=frames.shape)
    return np.asarray(np.logaddexp(frames, noise), dtype=np.float32)


def _slope(frames: Frames) -> Frames:
    """(bands,) from -1 to 1."""
    return np.linspace(-1.0, 1.0, frames.shape[1], dtype=np.float32)


def warp_bands(frames: Frames, factor: float) -> Frames:
    """Band b takes what stood at b · factor; between two bands it is interpolated, beyond the last it stays.

    >>> warp_bands(np.array([[0.0, 2.0, 4.0]], np.float32), 0.5).tolist()
    [[0.0, 1.0, 2.0]]
    """
    bands = frames.shape[1]
    places = np.minimum(np.arange(bands) * factor, bands - 1)
    low = places.astype(np.int64)
    high = np.minimum(low + 1, bands - 1)
    share = (places - low).astype(np.float32)
    return np.asarray(frames[:, low] * (1 - share) + frames[:, high] * share, dtype=np.float32)


def mix(frames: Frames, noise: Frames, below_db: float, random: Random) -> Frames:
    """Sound and noise together: their energies add. `below_db`: how far the noise's mean lies below the sound's."""
    start = int(random.integers(len(noise)))
    rows = (start + np.arange(len(frames))) % len(noise)
    shift = frames.mean() - noise.mean() - below_db * NATS_PER_DB
    return np.asarray(np.logaddexp(frames, noise[rows] + shift), dtype=np.float32)


def mask(frames: Frames, settings: AugmentSettings, random: Random) -> Frames:
    """Stretches of time and of frequency set to 0, the mean of standardised frames.

    Source: Park et al. (2019), "SpecAugment", section 2.
    """
    frames = frames.copy()
    time, features = frames.shape
    for _ in range(settings.time_masks):
        width = int(random.uniform(0, settings.time_share) * time)
        start = int(random.integers(time - width + 1))
        frames[start : start + width] = 0.0
    for _ in range(settings.frequency_masks):
        width = int(random.uniform(0, settings.frequency_share) * features)
        start = int(random.integers(features - width + 1))
        frames[:, start : start + width] = 0.0
    return frames

"""Recordings glued to one long stream, with quiet and noise between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hiddenstate.data.sound.reading import Samples

SHORTEST_GAP, LONGEST_GAP = 1.0, 4.0
"""Seconds between two recordings."""
FLOOR_DB = 60.0
"""How far the hiss that is always there lies below the recordings."""
BURSTS = 0.5
"""Share of the gaps in which a noise stands out."""
BURST_DB = (-20.0, 0.0)
"""Its level beside that of the recordings."""
BURST_SHARE = 0.4
"""Of the gap, in its middle."""


@dataclass(frozen=True)
class Span:
    """Where a sound of a stream begins and ends, in seconds."""

    begin: float
    end: float
    label: str | None
    """None: a sound of no class."""


@dataclass(frozen=True)
class Glued:
    """A stream, and what there is to be heard in it."""

    samples: Samples
    """(time,)"""
    spans: tuple[Span, ...]
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate


def glue(
    sounds: Sequence[Samples],
    labels: Sequence[str | None],
    rate: int,
    random: np.random.Generator,
    noise: Sequence[Samples] = (),
) -> Glued:
    """The sounds in their order, each after a gap: hiss `FLOOR_DB` below them and, in half of the gaps, a noise.

    The noise is a stretch of one of `noise`, or pink noise without any, `BURST_DB` beside the sounds.
    """
    level = float(np.median([_level(sound) for sound in sounds])) if len(sounds) else 0.0
    parts: list[Samples] = []
    spans, length = [], 0
    for sound, label in zip(sounds, labels, strict=True):
        gap = _gap(rate, level, random, noise)
        parts += [gap, sound]
        length += len(gap)
        spans.append(Span(length / rate, (length + len(sound)) / rate, label))
        length += len(sound)
    parts.append(_gap(rate, level, random, noise))
    samples = np.concatenate(parts)
    hiss = level * 10 ** (-FLOOR_DB / 20) * random.standard_normal(len(samples))
    return Glued((samples + hiss).astype(np.float32).clip(-1, 1), tuple(spans), rate)


def _level(sound: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(sound.astype(np.float64))))) if len(sound) else 0.0


def _gap(rate: int, level: float, random: np.random.Generator, noise: Sequence[Samples]) -> Samples:
    gap = np.zeros(int(rate * random.uniform(SHORTEST_GAP, LONGEST_GAP)), dtype=np.float32)
    if random.random() >= BURSTS:
        return gap
    count = int(len(gap) * BURST_SHARE)
    burst = _taken(noise, count, random) if len(noise) else _pink(count, random)
    wanted = level * 10 ** (random.uniform(*BURST_DB) / 20)
    first = (len(gap) - count) // 2
    gap[first : first + count] = burst * np.hanning(count) * wanted / max(_level(burst), 1e-9)
    return gap


def _taken(noise: Sequence[Samples], count: int, random: np.random.Generator) -> Samples:
    """A stretch of one of the noises, which go round."""
    chosen = noise[int(random.integers(len(noise)))]
    start = int(random.integers(len(chosen)))
    return np.asarray(chosen[(start + np.arange(count)) % len(chosen)])


def _pink(count: int, random: np.random.Generator) -> Samples:
    """Noise whose energy falls by 3 dB an octave, as that of rooms and streets does about."""
    spectrum = np.fft.rfft(random.standard_normal(count))
    shaped = spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1.0))
    return np.asarray(np.fft.irfft(shaped, count), dtype=np.float32)

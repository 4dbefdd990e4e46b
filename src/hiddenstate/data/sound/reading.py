"""Sound files (WAV, FLAC, OGG and what else libsndfile reads) to samples."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.files import check_file
from hiddenstate.errors import InputError
from hiddenstate.extras import needed

Samples = NDArray[np.float32]
ENDINGS = (".wav", ".flac", ".ogg", ".oga", ".opus", ".aif", ".aiff", ".au")
"""Names that are taken for sound where a folder is looked through."""
CLIPPED = 0.999
"""Samples at least as large stand at the end of the range of the file."""
CLIPPED_SHARE = 0.01
"""From this share of clipped samples on there is a note."""
SILENT = 1e-5
"""A file whose largest sample stays below (-100 dB of full scale) is silent."""
BLOCK_SECONDS = 30.0


@dataclass(frozen=True, eq=False)
class Sound:
    """One channel of sound."""

    samples: Samples
    """(time,) from -1 to 1"""
    rate: int
    """Samples a second."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate

    @property
    def clipped(self) -> bool:
        """Whether a good part of the samples stands at the end of the range: it was recorded too loud."""
        return bool(len(self.samples)) and float((np.abs(self.samples) >= CLIPPED).mean()) > CLIPPED_SHARE

    @property
    def silent(self) -> bool:
        """Whether there is nothing to hear."""
        return not len(self.samples) or float(np.abs(self.samples).max()) < SILENT


def read_sound(path: Path | str, *, longest_seconds: float | None = None) -> Sound:
    """All samples of a file at its own rate; several channels are averaged.

    Raises `InputError` for a file that is missing, is not sound, has no samples or values that are not numbers,
    ends before its header says, or lasts longer than `longest_seconds`.
    """
    path = Path(path)
    soundfile = _soundfile()
    with _opened(soundfile, path) as file:
        if longest_seconds is not None and file.frames > longest_seconds * file.samplerate:
            length = _clock(file.frames / file.samplerate)
            raise InputError(
                f"{path}: expected at most {longest_seconds:g} s of sound, got {length}. "
                "Cut it into pieces, or raise data.longest_seconds."
            )
        samples = _read(soundfile, file, path, -1)
        _check(path, len(samples), file.frames)
        return Sound(samples, int(file.samplerate))


def read_blocks(path: Path | str, *, seconds: float = BLOCK_SECONDS) -> Iterator[Sound]:
    """The samples of a file in pieces of `seconds`, so that hours of it need no more memory than a piece.

    Raises `InputError` as `read_sound` does.
    """
    path = Path(path)
    soundfile = _soundfile()
    with _opened(soundfile, path) as file:
        size, count = max(1, round(seconds * file.samplerate)), 0
        while len(samples := _read(soundfile, file, path, size)):
            count += len(samples)
            yield Sound(samples, int(file.samplerate))
        _check(path, count, file.frames)


def _soundfile() -> Any:
    return needed("soundfile", extra="audio", purpose="reading sound")


def _opened(soundfile: Any, path: Path) -> Any:
    check_file(path)
    try:
        return soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, TypeError) as error:
        reason = getattr(error, "error_string", str(error)).strip().rstrip(".")
        raise InputError(
            f"{path}: expected a sound file (WAV, FLAC, OGG), got one that cannot be read: {reason}. Convert it to WAV."
        ) from None


def _read(soundfile: Any, file: Any, path: Path, count: int) -> Samples:
    """(at most `count`,) samples, the mean of all channels."""
    start = file.tell()
    try:
        channels = file.read(count, dtype="float32", always_2d=True)  # (time, channel)
    except soundfile.LibsndfileError as error:
        reason = error.error_string.strip().rstrip(".")
        raise InputError(
            f"{path}: expected {file.frames:,} samples, got a damaged file after {start:,}: {reason}. Copy it again."
        ) from None
    samples: Samples = channels[:, 0] if channels.shape[1] == 1 else channels.mean(axis=1, dtype=np.float32)
    bad = np.flatnonzero(~np.isfinite(samples))
    if len(bad):
        place = start + int(bad[0])
        raise InputError(
            f"{path}: expected numbers, got {len(bad):,} sample(s) that are none, the first at "
            f"{place / file.samplerate:.3f} s. Repair the recording."
        )
    return np.ascontiguousarray(samples)


def _check(path: Path, count: int, promised: int) -> None:
    if not count:
        raise InputError(f"{path}: expected sound, got a file without samples. Leave it out.")
    if count < promised:
        raise InputError(
            f"{path}: expected {promised:,} samples as its header says, got {count:,}. Copy the file again."
        )


def _clock(seconds: float) -> str:
    """3725.0 -> "1:02:05"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"

"""A recording as frames: computed from sound, or read where somebody has computed them already."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hiddenstate.data.sound import Frames, Frontend, FrontendSettings, Resampler, read_blocks, read_features
from hiddenstate.data.sound.features import ENDINGS as FEATURE_ENDINGS
from hiddenstate.data.sound.reading import BLOCK_SECONDS
from hiddenstate.data.sound.reading import ENDINGS as SOUND_ENDINGS
from hiddenstate.errors import InputError

ENDINGS = (*FEATURE_ENDINGS, *SOUND_ENDINGS)
"""Names that are taken for a recording; another file is a table of them."""


def read_frames(path: Path, frontend: FrontendSettings) -> Frames:
    """(frames, features) of one recording; sound is read piece by piece, so that hours of it fit.

    Raises `InputError` as `read_features` and `read_blocks` do, and for sound shorter than one frame.
    """
    pieces = list(stream_frames(path, frontend))
    frames = np.concatenate(pieces) if pieces else np.zeros((0, frontend.features), dtype=np.float32)
    if not len(frames):
        raise InputError(
            f"{path}: expected at least {frontend.window_ms:g} ms of sound, one frame, got less. Leave it out."
        )
    return frames


def stream_frames(
    path: Path, frontend: FrontendSettings, *, seconds: float = BLOCK_SECONDS
) -> Iterator[Frames]:
    """The frames of one recording as they would come, after every `seconds` of sound; ready-made features at once.

    Raises `InputError` as `read_features` and `read_blocks` do.
    """
    if path.suffix.lower() in FEATURE_ENDINGS:
        yield read_features(path)
        return
    stream = Frontend(frontend).stream()
    resampler: Resampler | None = None
    for sound in read_blocks(path, seconds=seconds):
        resampler = resampler or Resampler(sound.rate, frontend.rate)
        yield stream.accept(resampler.accept(sound.samples))
    if resampler is not None:
        yield stream.accept(resampler.accept(np.zeros(0, dtype=np.float32), last=True))

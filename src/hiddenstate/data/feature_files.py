"""Features that somebody has computed already: one vector for each frame of a recording, in a file."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import InputError

Frames = NDArray[np.float32]
"""(frames, features)"""

CEPSTRA = 13
"""Features of a frame in CMU's files, which do not say how many there are."""
ENDINGS = (".npy", ".mfc")


def read_frames(path: Path) -> Frames:
    """The frames in a NumPy array (``.npy``) or a file of CMU Sphinx (``.mfc``): (frames, features).

    Raises `InputError` for another ending, a damaged file, no frames, and values that are not finite.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise InputError(f'{path}: expected features in .npy or .mfc, got "{ending}". Convert the file.')
    try:
        frames = _sphinx(path) if ending == ".mfc" else _numpy(path)
    except OSError as error:
        raise InputError(f"{path}: expected a readable file, got: {error.strerror}. Check it.") from None
    if not len(frames):
        raise InputError(f"{path}: expected frames, got none. Leave the recording out.")
    if not np.isfinite(frames).all():
        bad = int(np.flatnonzero(~np.isfinite(frames).all(axis=1))[0])
        raise InputError(
            f"{path}: expected finite features, got NaN or infinity in frame {bad}. Compute them again."
        )
    return frames


def _sphinx(path: Path) -> Frames:
    """An int32 with the number of values, then the values as float32; both big-endian in most files."""
    data = path.read_bytes()
    for order in (">", "<"):
        count = int(np.frombuffer(data[:4], f"{order}i4")[0]) if len(data) >= 4 else -1
        if count >= 0 and 4 + 4 * count == len(data) and count % CEPSTRA == 0:
            values = np.frombuffer(data, f"{order}f4", offset=4)
            return values.astype(np.float32).reshape(-1, CEPSTRA)
    raise InputError(
        f"{path}: expected a count and so many values, {CEPSTRA} for each frame, got {len(data):,} bytes. "
        "Check that the file is whole."
    )


def _numpy(path: Path) -> Frames:
    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise InputError(f"{path}: expected a NumPy array, got: {error}. Save it with numpy.save.") from None
    if not isinstance(array, np.ndarray) or array.ndim != 2 or array.dtype.kind not in "fiu":
        shape = getattr(array, "shape", type(array).__name__)
        raise InputError(f"{path}: expected numbers (frames, features), got {shape}. Save a table of them.")
    return np.ascontiguousarray(array, dtype=np.float32)

"""Frames that were made elsewhere: NumPy's .npy and the .mfc of CMU Sphinx."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hiddenstate.data.files import check_file
from hiddenstate.data.sound.frontend import Frames
from hiddenstate.errors import InputError

ENDINGS = (".npy", ".mfc")
CEPSTRA = 13
"""Numbers of a frame in an .mfc file, which does not say it itself."""


def read_features(path: Path | str, *, features: int = CEPSTRA) -> Frames:
    """(frames, features) of a file; `features` is what .mfc files have in a frame.

    .npy: an array of two axes. .mfc: a big-endian int32 that counts the numbers, then so many float32, frame after
    frame. Raises `InputError` for anything else, and for values that are not numbers.
    """
    path = Path(path)
    check_file(path)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise InputError(f'{path}: expected features in .npy or .mfc, got "{ending}". Convert the file.')
    frames = _npy(path) if ending == ".npy" else _mfc(path, features)
    if not len(frames):
        raise InputError(f"{path}: expected frames, got none. Leave the file out.")
    bad = np.flatnonzero(~np.isfinite(frames).all(axis=1))
    if len(bad):
        raise InputError(
            f"{path}: expected numbers, got {len(bad):,} frame(s) with values that are none, the first is frame "
            f"{int(bad[0])}. Make the features again."
        )
    return frames


def check_features(files: Sequence[str], frames: Sequence[Frames], expected: int | None = None) -> None:
    """Refuse frames of several sizes, naming the first file that differs. Raises `InputError`."""
    for file, each in zip(files, frames, strict=True):
        expected = expected or each.shape[1]
        if each.shape[1] != expected:
            raise InputError(
                f"{file}: expected frames of {expected} numbers as the others have, got {each.shape[1]}. "
                "Use one kind of features."
            )


def _npy(path: Path) -> Frames:
    try:
        values = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise InputError(
            f"{path}: expected an array of NumPy, got a damaged file ({error}). Write it again."
        ) from None
    if not isinstance(values, np.ndarray) or values.ndim != 2 or values.dtype.kind not in "fiu":
        shape = getattr(values, "shape", "none")
        raise InputError(
            f"{path}: expected numbers of shape (frames, features), got the shape {shape}. Write it so."
        )
    return np.ascontiguousarray(values, dtype=np.float32)


def _mfc(path: Path, features: int) -> Frames:
    data = path.read_bytes()
    count = int.from_bytes(data[:4], "big", signed=True)
    if len(data) < 4 or len(data) != 4 + 4 * count:
        raise InputError(
            f"{path}: expected 4 bytes for each of the {max(count, 0):,} numbers that it counts, got {len(data) - 4:,} "
            "bytes. Copy the file again."
        )
    if count % features:
        raise InputError(
            f"{path}: expected frames of {features} numbers, got {count:,} numbers in all. Check what a frame has."
        )
    return np.frombuffer(data, dtype=">f4", offset=4).astype(np.float32).reshape(-1, features)

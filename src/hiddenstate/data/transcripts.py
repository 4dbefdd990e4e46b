"""Recordings with what is said in them: a table of files and texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.files import Source, name_of, read_batches
from hiddenstate.data.recordings import read_frames
from hiddenstate.data.sound import Frames, FrontendSettings
from hiddenstate.errors import InputError

LINES_BEFORE_FIRST_ROW = 2
LISTED = 20
"""Missing files that a message names; the others are counted."""


@dataclass(frozen=True, kw_only=True)
class TranscriptSettings:
    """Where recordings and texts stand; section ``[data]`` of ``settings.toml``."""

    file: str = "file"
    """Column of paths, relative to the table."""
    text: str = "text"
    """Column of what is said."""
    group: str | None = None
    """Column of speakers or the like: recordings of one stay in one part."""


@dataclass(frozen=True, eq=False)
class Utterances:
    """n recordings as frames, and the text of each where it is known."""

    files: tuple[str, ...]
    """As the table names them."""
    frames: tuple[Frames, ...]
    """(frames, features) each."""
    texts: tuple[str, ...] | None
    source: str
    groups: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
    """What was noticed, in words."""

    def __len__(self) -> int:
        return len(self.files)

    def take(self, rows: NDArray[np.int64] | Sequence[int]) -> "Utterances":
        """The recordings at `rows`, in that order."""
        texts = None if self.texts is None else tuple(self.texts[row] for row in rows)
        groups = None if self.groups is None else tuple(self.groups[row] for row in rows)
        files = tuple(self.files[row] for row in rows)
        return Utterances(files, tuple(self.frames[row] for row in rows), texts, self.source, groups)

    def known_texts(self) -> tuple[str, ...]:
        """The texts; raises `InputError` where there are none."""
        if self.texts is None:
            raise InputError(f"{self.source}: expected a text for each recording, got none. Add the column.")
        return self.texts


def load_transcripts(
    source: Source, settings: TranscriptSettings, frontend: FrontendSettings, *, with_texts: bool = True
) -> Utterances:
    """Read the table and every recording in it.

    Raises `InputError` for missing files, all of them in one message, an empty text, and as `read_frames`;
    also where recordings differ in how many features a frame has.
    """
    columns = [settings.file, *([settings.text] if with_texts else [])]
    if with_texts and settings.group is not None:
        columns.append(settings.group)
    values: dict[str, list[str]] = {column: [] for column in columns}
    for _, frame in read_batches(source, columns):
        for column in columns:
            values[column] += ["" if value is None else str(value) for value in frame[column].to_list()]
    name = name_of(source)
    files = values[settings.file]
    texts = [" ".join(text.split()) for text in values[settings.text]] if with_texts else None
    if texts is not None:
        _refuse_empty(name, settings.text, texts)
    beside = Path(name).parent if isinstance(source, Path | str) else Path()
    paths = [beside / file for file in files]
    _refuse_missing(name, paths)
    frames = tuple(read_frames(path, frontend) for path in paths)
    _check_sizes(paths, frames)
    groups = tuple(values[settings.group]) if with_texts and settings.group is not None else None
    return Utterances(tuple(files), frames, None if texts is None else tuple(texts), name, groups)


def load_recording(path: Path, frontend: FrontendSettings) -> Utterances:
    """One recording, whose text nobody knows. Raises `InputError` as `read_frames`."""
    return Utterances((str(path),), (read_frames(path, frontend),), None, str(path))


def _refuse_empty(source: str, column: str, texts: Sequence[str]) -> None:
    empty = [row for row, text in enumerate(texts) if not text]
    if empty:
        raise InputError(
            f'{source} line {empty[0] + LINES_BEFORE_FIRST_ROW}, column "{column}": expected what is said, got '
            f"nothing ({len(empty)} such rows). Write it down, or leave the rows out."
        )


def _refuse_missing(source: str, paths: Sequence[Path]) -> None:
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        more = f" and {len(missing) - LISTED} more" if len(missing) > LISTED else ""
        raise InputError(
            f"{source}: expected {len(paths)} files, found none at {len(missing)} of the paths: "
            f"{', '.join(missing[:LISTED])}{more}. Paths are read from the folder of the table."
        )


def _check_sizes(paths: Sequence[Path], frames: Sequence[Frames]) -> None:
    for path, own in zip(paths, frames, strict=True):
        if own.shape[1] != frames[0].shape[1]:
            raise InputError(
                f"{path}: expected {frames[0].shape[1]} features a frame as in {paths[0]}, got {own.shape[1]}. "
                "Compute all of them alike."
            )

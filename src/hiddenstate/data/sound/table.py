"""Which recordings there are, and what they are: a folder for each label, or a table of files."""

from dataclasses import dataclass, replace
from pathlib import Path

from hiddenstate.data.files import Source
from hiddenstate.data.sound import features
from hiddenstate.data.sound.reading import ENDINGS
from hiddenstate.data.text_table import TextSettings, TextTable, load_texts
from hiddenstate.errors import InputError, SettingsError

LISTED = 10
"""Missing files that a message names."""


@dataclass(frozen=True, kw_only=True)
class SoundFileSettings:
    """Where recordings and labels stand; section ``[data]`` of ``settings.toml``."""

    file: str = "file"
    """Column of the files of a table; a relative path begins at the table's folder."""
    target: str = "label"
    """Column of the labels of a table; of a folder, the folders in it are the labels."""
    group: str | None = None
    """Column of who speaks, or whatever must not stand in two parts of the split."""
    longest_seconds: float = 60.0
    """A longer recording is refused: it is no single word or sentence."""
    cepstra: int = 13
    """Numbers of a frame in .mfc files."""

    def __post_init__(self) -> None:
        if self.longest_seconds <= 0:
            raise SettingsError(
                f"data.longest_seconds: expected more than 0, got {self.longest_seconds:g}. Correct the value."
            )


def load_recordings(source: Source, settings: SoundFileSettings, *, labelled: bool = True) -> TextTable:
    """The files as texts of a table, with labels and groups; nothing of the sound is read yet.

    A folder holds a folder for each label; a table (CSV, TSV, Parquet, JSON Lines) has a row for each file.
    Raises `InputError` where there is none, and for missing files, all of them at once.
    """
    if isinstance(source, Path | str) and Path(source).is_dir():
        return _folder(Path(source), settings, labelled)
    if isinstance(source, Path | str) and is_recording(Path(source)):
        if not labelled:
            return TextTable((str(source),), None, str(source))
        raise InputError(
            f"{source}: expected a folder or a table of recordings, got one recording. Name the folder."
        )
    columns = TextSettings(
        text=settings.file,
        target=settings.target if labelled else None,
        group=settings.group if labelled else None,
    )
    table = load_texts(source, columns)
    base = Path(source).parent if isinstance(source, Path | str) else Path()
    files = tuple(str(base / name) for name in table.texts)
    missing = [name for name in files if not Path(name).is_file()]
    if missing:
        listing = ", ".join(missing[:LISTED]) + (", ..." if len(missing) > LISTED else "")
        raise InputError(
            f"{table.source}: expected {len(files):,} files, found {len(missing):,} of them missing: {listing}. "
            f'Correct the column "{settings.file}".'
        )
    return replace(table, texts=files)


def is_recording(path: Path) -> bool:
    """Whether a name is that of sound or of ready-made features."""
    return path.suffix.lower() in (*ENDINGS, *features.ENDINGS)


def _folder(folder: Path, settings: SoundFileSettings, labelled: bool) -> TextTable:
    found = sorted(path for path in folder.rglob("*") if path.is_file() and is_recording(path))
    if not labelled:
        if not found:
            raise InputError(f"{folder}: expected recordings, found none. Name another folder.")
        return TextTable(tuple(map(str, found)), None, str(folder))
    if settings.group is not None:
        raise InputError(
            f'{folder}: expected a table with a column "{settings.group}", got a folder. '
            f"Write a CSV with the columns {settings.file}, {settings.target} and {settings.group}."
        )
    inside = [path for path in found if path.parent != folder]
    if not inside:
        raise InputError(
            f"{folder}: expected a folder for each label with recordings in it, found none. "
            f"Sort the files into folders, or give a CSV with the columns {settings.file} and {settings.target}."
        )
    loose = len(found) - len(inside)
    notes = (f"{loose} recording(s) that stand in no folder of a label were left out",) if loose else ()
    labels = tuple(path.relative_to(folder).parts[0] for path in inside)
    return TextTable(tuple(map(str, inside)), labels, str(folder), notes)

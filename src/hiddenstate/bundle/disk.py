"""Files and folders that are on the disk whole or not at all.

Everything is written beside its place under another name, flushed to the disk and then renamed; a
rename is one indivisible act of the file system. A failure (disk full, no permission, Ctrl-C) takes
the unfinished part away and leaves what stood there before untouched.
"""

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from hiddenstate.errors import OutputError


def write_file(path: Path, data: bytes) -> None:
    """Write one file whole, replacing what stands there; folders on the way are made.

    Raises `OutputError` when it cannot be written; the earlier file is then untouched.
    """
    # A fixed name: what a killed run leaves behind is overwritten by the next write.
    partial = path.with_name(f".{path.name}.partial")
    made = _make_folders(path.parent)
    try:
        _write_through(partial, data)
        partial.replace(path)
        _flush_folder(path.parent)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        _remove_folders(made)
        if isinstance(error, OSError):
            raise OutputError(_complaint(path, error)) from error
        raise


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files whole; a folder that stands there is swapped out, then removed.

    Whether it may be replaced is the caller's question. Raises `OutputError` when the new folder
    cannot be written; the earlier one is then untouched.
    """
    folder = folder.resolve()  # through links, so that the link stays and its target is replaced
    token = secrets.token_hex(4)  # two runs that save to the same place never write into one another
    partial = folder.with_name(f".{folder.name}.{token}.partial")
    made = _make_folders(folder.parent)
    try:
        partial.mkdir()
        for name, data in files.items():
            _write_through(partial / name, data)
        _flush_folder(partial)
        _swap_in(partial, folder, folder.with_name(f".{folder.name}.{token}.previous"))
        _flush_folder(folder.parent)
    except BaseException as error:
        shutil.rmtree(partial, ignore_errors=True)
        if not folder.exists():
            _remove_folders(made)
        if isinstance(error, OSError):
            raise OutputError(_complaint(folder, error)) from error
        raise


def check_writable(folder: Path) -> None:
    """Find out by trying whether `folder` could be created, before hours of work depend on it.

    Raises `OutputError` naming the place where nothing can be written.
    """
    place = folder.resolve().parent
    while not place.exists():
        place = place.parent
    probe = place / f".{folder.name}.{secrets.token_hex(4)}.partial"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise OutputError(_complaint(folder, error)) from error


def left_behind(folder: Path) -> list[Path]:
    """Earlier versions of `folder` that a process killed in the middle of a swap left beside it."""
    folder = folder.resolve()
    return sorted(folder.parent.glob(f".{folder.name}.*.previous"))


def _swap_in(partial: Path, folder: Path, previous: Path) -> None:
    """Rename `partial` to `folder`; what stood there waits as `previous` until that has worked."""
    if not folder.exists():
        partial.rename(folder)
        return
    try:
        folder.rename(previous)
        partial.rename(folder)
    except BaseException:
        if previous.exists() and not folder.exists():
            previous.rename(folder)
        raise
    finally:
        if folder.exists():
            shutil.rmtree(previous, ignore_errors=True)


def _write_through(path: Path, data: bytes) -> None:
    """Write and wait until the bytes are on the disk, not only in the system's memory."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make the names in a folder durable. Windows cannot open folders and does this by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_folders(folder: Path) -> list[Path]:
    """Create `folder` and its missing parents; the ones that were created, innermost last."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    made: list[Path] = []
    for place in reversed(missing):
        try:
            place.mkdir(exist_ok=True)
        except OSError as error:
            _remove_folders(made)
            raise OutputError(_complaint(place, error)) from error
        made.append(place)
    return made


def _remove_folders(made: list[Path]) -> None:
    for place in reversed(made):
        try:
            place.rmdir()
        except OSError:  # somebody put a file there meanwhile: it is theirs
            return


def _complaint(path: Path, error: OSError) -> str:
    return (
        f"{path}: expected to be able to write here, got: {error.strerror or error}. "
        "Free some space or choose another place; what was there before is untouched."
    )

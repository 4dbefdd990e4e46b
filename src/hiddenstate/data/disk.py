"""Arrays larger than memory: files in a temporary folder, mapped into memory, gone when the program ends."""

import atexit
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np

from hiddenstate.data.panel import Values
from hiddenstate.errors import OutputError

BLOCK_ROWS = 1_000_000


def allocate(shape: tuple[int, int], on_disk: bool) -> Values:
    """An array of NaN (rows, columns), in memory or in a ``.npy`` file that is removed at the end."""
    if not on_disk:
        return np.full(shape, np.nan, dtype=np.float32)
    try:
        handle, place = tempfile.mkstemp(suffix=".npy", dir=_folder())
        os.close(handle)
        array: Values = np.lib.format.open_memmap(place, mode="w+", dtype=np.float32, shape=shape)
        for first in range(0, shape[0], BLOCK_ROWS):
            array[first : first + BLOCK_ROWS] = np.nan
    except OSError as error:
        raise _no_room(error) from None
    return array


class Spool:
    """Rows that arrive in parts and become one array (rows, columns); parts on disk are not kept in memory."""

    def __init__(self, columns: int, on_disk: bool) -> None:
        self._columns = columns
        self._parts: list[Values] = []
        self._path: Path | None = None
        if on_disk:
            handle, name = tempfile.mkstemp(suffix=".float32", dir=_folder())
            os.close(handle)
            self._path = Path(name)

    def add(self, part: Values) -> None:
        """Append rows."""
        if self._path is None:
            self._parts.append(part)
            return
        try:
            with self._path.open("ab") as file:
                part.tofile(file)
        except OSError as error:
            raise _no_room(error) from None

    def array(self) -> Values:
        """All rows so far."""
        if self._path is None:
            return self._parts[0] if len(self._parts) == 1 else np.concatenate(self._parts)
        whole = np.memmap(self._path, dtype=np.float32, mode="r+")
        return whole.reshape(-1, self._columns)


@lru_cache(maxsize=1)
def _folder() -> str:
    """The folder of this run; TMPDIR says where it is made."""
    folder = tempfile.mkdtemp(prefix="hiddenstate-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _no_room(error: OSError) -> OutputError:
    return OutputError(
        f"{tempfile.gettempdir()}: expected room for the values of a large file, got: {error.strerror}. "
        "Make room, or set TMPDIR to a larger disk."
    )

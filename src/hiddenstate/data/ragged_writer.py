"""Sequences laid end to end while they come, in memory or, when there are many, in a file."""

from array import array
from collections.abc import Iterable
from typing import IO, final

import numpy as np

from hiddenstate.data import text_store
from hiddenstate.data.ragged import Ragged
from hiddenstate.data.temporary_folder import TemporaryFolder


@final
class RaggedWriter:
    """Takes one sequence of int32 after the other and gives them back as one `Ragged`.

    Beyond `text_store.IN_MEMORY` bytes they go to a file in the temporary folder, which the result maps
    into memory; the file is removed with the result.

    >>> writer = RaggedWriter()
    >>> writer.append([1, 2]); writer.append([]); writer.append([3])
    >>> writer.finish().padded().tolist()
    [[1, 2], [0, 0], [3, 0]]
    """

    def __init__(self) -> None:
        self._buffer = array("i")
        self._lengths = array("q")
        self._folder: TemporaryFolder | None = None
        self._file: IO[bytes] | None = None

    def append(self, sequence: Iterable[int]) -> None:
        """Lay one sequence behind the others."""
        before = len(self._buffer)
        self._buffer.extend(sequence)
        self._lengths.append(len(self._buffer) - before)
        if len(self._buffer) * self._buffer.itemsize > text_store.IN_MEMORY:
            self._spill()

    def finish(self) -> Ragged:
        """All sequences; the writer takes no more."""
        offsets = np.zeros(len(self._lengths) + 1, dtype=np.int64)
        np.cumsum(np.frombuffer(self._lengths, dtype=np.int64), out=offsets[1:])
        if self._file is None:
            return Ragged(np.array(self._buffer, dtype=np.int32), offsets)
        self._spill()
        self._file.close()
        values = np.memmap(self._file.name, dtype=np.int32, mode="r")
        return Ragged(values, offsets, keep=self._folder)

    def _spill(self) -> None:
        if self._file is None:
            self._folder = TemporaryFolder("words")
            self._file = (self._folder.path / "words").open("wb")
        self._buffer.tofile(self._file)
        del self._buffer[:]

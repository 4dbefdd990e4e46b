"""Texts that need not fit into memory: beyond a size they move to a file and are decoded when they are read."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Self, final, overload

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.temporary_folder import TemporaryFolder

IN_MEMORY = 256 * 2**20
"""Bytes of text, or of encoded words, that are kept in memory; more goes to a file in the temporary folder."""


@final
class TextStore(Sequence[str]):
    """n texts as UTF-8 in one file, mapped into memory: only what is read is loaded.

    The file lives in the temporary folder for as long as a store reads it, and is removed with the last one.
    """

    def __init__(
        self,
        data: NDArray[np.uint8],
        starts: NDArray[np.int64],
        stops: NDArray[np.int64],
        folder: TemporaryFolder,
    ) -> None:
        """Use `collect`. Text i stands at ``data[starts[i]:stops[i]]``."""
        self._data = data
        self._starts = starts
        self._stops = stops
        self._folder = folder

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, row: int) -> str: ...

    @overload
    def __getitem__(self, row: slice) -> "TextStore": ...

    def __getitem__(self, row: int | slice) -> "str | TextStore":
        if isinstance(row, slice):
            return self.take(np.arange(len(self))[row])
        return self._data[self._starts[row] : self._stops[row]].tobytes().decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return (self[row] for row in range(len(self)))

    def take(self, rows: NDArray[np.int64]) -> Self:
        """The texts at `rows`, in that order, on the same file."""
        return type(self)(self._data, self._starts[rows], self._stops[rows], self._folder)


Texts = tuple[str, ...] | TextStore


def collect(pieces: Iterable[Sequence[str]]) -> Texts:
    """All texts of `pieces`, one piece after the other: in memory, or in a file beyond `IN_MEMORY` bytes.

    >>> collect([["one", "two"], ["three"]])
    ('one', 'two', 'three')
    """
    kept: list[str] = []
    size = 0
    pieces = iter(pieces)
    for piece in pieces:
        kept += piece
        size += sum(map(len, piece))
        if size > IN_MEMORY:
            return _to_file(kept, pieces)
    return tuple(kept)


def take_texts(texts: Texts, rows: NDArray[np.int64] | Sequence[int]) -> Texts:
    """The texts at `rows`, in that order."""
    if isinstance(texts, TextStore):
        return texts.take(np.asarray(rows, dtype=np.int64))
    return tuple(texts[row] for row in rows)


def _to_file(kept: Sequence[str], pieces: Iterable[Sequence[str]]) -> TextStore:
    folder = TemporaryFolder("texts")
    path = folder.path / "texts"
    lengths: list[NDArray[np.int64]] = []
    with path.open("wb") as file:
        for piece in (kept, *pieces):
            encoded = [text.encode("utf-8", "surrogatepass") for text in piece]
            file.writelines(encoded)
            lengths.append(np.array([len(text) for text in encoded], dtype=np.int64))
    stops = np.cumsum(np.concatenate(lengths))
    starts = np.concatenate([[0], stops[:-1]])
    return TextStore(np.memmap(path, dtype=np.uint8, mode="r"), starts, stops, folder)

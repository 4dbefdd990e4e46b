"""Sequences of different lengths, one after the other: no padding anywhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import ShapeError

Ids = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Ragged:
    """n sequences of int32, laid end to end. `values` may be a memory-mapped file.

    >>> rows = Ragged.of([[1, 2], [], [3]])
    >>> rows.lengths.tolist(), rows[2].tolist(), rows.padded().tolist()
    ([2, 0, 1], [3], [[1, 2], [0, 0], [3, 0]])
    """

    values: Ids
    """(sum of lengths,)"""
    offsets: NDArray[np.int64]
    """(n + 1,) where each sequence begins; the last entry is the end of the last one."""
    keep: object = None
    """What must live as long as `values`: the folder of a mapped file."""

    def __post_init__(self) -> None:
        if self.offsets.ndim != 1 or not len(self.offsets) or int(self.offsets[-1]) != len(self.values):
            raise ShapeError(
                f"offsets: expected (n + 1,) numbers ending at {len(self.values)}, got {self.offsets!r}. "
                "Build it with Ragged.of."
            )

    @classmethod
    def of(cls, sequences: Sequence[Sequence[int] | Ids]) -> "Ragged":
        """Lay `sequences` end to end."""
        offsets = np.zeros(len(sequences) + 1, dtype=np.int64)
        np.cumsum([len(sequence) for sequence in sequences], out=offsets[1:])
        values = np.empty(int(offsets[-1]), dtype=np.int32)
        for sequence, start, stop in zip(sequences, offsets[:-1], offsets[1:], strict=True):
            values[start:stop] = sequence
        return cls(values, offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> Ids:
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        row %= len(self)
        return self.values[self.offsets[row] : self.offsets[row + 1]]

    def __iter__(self) -> Iterator[Ids]:
        return (self[row] for row in range(len(self)))

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(n,) number of entries of each sequence."""
        return np.diff(self.offsets)

    def take(self, rows: NDArray[np.int64]) -> "Ragged":
        """The sequences at `rows`, in that order, copied."""
        lengths = self.lengths[rows]
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        # Position within its own sequence, plus where that sequence begins in self.values.
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
        return Ragged(self.values[np.repeat(self.offsets[:-1][rows], lengths) + within], offsets)

    def padded(self, fill: int = 0) -> Ids:
        """(n, longest) with `fill` after the end of each sequence."""
        lengths = self.lengths
        longest = int(lengths.max(initial=0))
        result = np.full((len(self), longest), fill, dtype=np.int32)
        result[np.arange(longest) < lengths[:, None]] = self.values
        return result

    def save(self, folder: Path) -> None:
        """Write both arrays as .npy files that `Ragged.open` maps into memory."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "values.npy", self.values)
        np.save(folder / "offsets.npy", self.offsets)

    @classmethod
    def open(cls, folder: Path) -> "Ragged":
        """Map what `save` wrote: only the sequences that are read come into memory."""
        return cls(np.load(folder / "values.npy", mmap_mode="r"), np.load(folder / "offsets.npy"))

"""Columns to comparable numbers and back: mean 0, spread 1, by the training part alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hiddenstate.errors import ShapeError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StandardScaler:
    """Subtracts a column's mean and divides by its standard deviation; NaN stays NaN.

    A column that never changes in the training part is only shifted: its spread counts as 1.

    >>> scaler = StandardScaler.fit(np.array([[1.0, 5.0], [3.0, 5.0]]))
    >>> scaler.transform(np.array([[5.0, 5.0]])).tolist()
    [[3.0, 0.0]]
    """

    mean: Array
    """(columns,) in the user's units."""
    spread: Array
    """(columns,) in the user's units, above 0."""

    @classmethod
    def fit(cls, values: ArrayLike) -> Self:
        """Learn from the rows (n, columns) of the training part; unknown values (NaN) do not count.

        Sums run in blocks, in float64, so that a memory-mapped file is never read whole.
        """
        rows = np.asanyarray(values)
        if rows.ndim != 2:
            raise ShapeError(
                f"values: expected shape (rows, columns), got {rows.shape}. Give one row per step."
            )
        mean = _mean(rows, np.zeros(rows.shape[1]), power=1)
        spread = np.sqrt(_mean(rows, mean, power=2))
        tiny = 1e-7 * np.maximum(np.abs(mean), 1e-30)  # what float32 rounding alone makes of a constant
        return cls(mean, np.where(spread > tiny, spread, 1.0))

    def transform(self, values: ArrayLike) -> NDArray[np.float32]:
        """(..., columns) in the user's units to scaled ones."""
        return ((np.asarray(values, dtype=np.float64) - self.mean) / self.spread).astype(np.float32)

    def inverse(self, values: ArrayLike) -> Array:
        """(..., columns) scaled values back to the user's units."""
        restored: Array = np.asarray(values, dtype=np.float64) * self.spread + self.mean
        return restored

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        return {"mean": self.mean.tolist(), "spread": self.spread.tolist()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(np.array(values["mean"], dtype=np.float64), np.array(values["spread"], dtype=np.float64))


def _mean(rows: NDArray[Any], center: Array, power: int, block: int = 1_000_000) -> Array:
    """Mean of (value - center) ** power of the known values of each column; 0 where none is known."""
    total, count = np.zeros(rows.shape[1]), np.zeros(rows.shape[1])
    for first in range(0, len(rows), block):
        part = np.asarray(rows[first : first + block], dtype=np.float64)
        known = np.isfinite(part)
        total += np.where(known, (part - center) ** power, 0.0).sum(axis=0)
        count += known.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), 0.0)

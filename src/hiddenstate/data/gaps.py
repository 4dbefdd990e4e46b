"""Short gaps are filled from their neighbours; long ones stay."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.panel import Values


def fill_gaps(values: Values, longest: int, how: Literal["line", "last"] = "line") -> NDArray[np.int64]:
    """Fill gaps of at most `longest` values of one column (n,), in place; returns the steps that were filled.

    "line" draws a straight line between the neighbours; values before the first and after the last known
    one stay missing. "last" repeats the last known value, at the end too.

    >>> values = np.array([np.nan, 1, np.nan, 3, np.nan, np.nan], dtype=np.float32)
    >>> fill_gaps(values, longest=2).tolist(), values.tolist()
    ([2], [nan, 1.0, 2.0, 3.0, nan, nan])
    """
    missing = np.flatnonzero(~np.isfinite(values))
    if not len(missing):
        return missing
    ends_here = np.append(np.diff(missing) > 1, True)
    last = missing[ends_here]  # of each gap
    lengths = np.diff(np.flatnonzero(ends_here), prepend=-1)
    first = last - lengths + 1
    fits = (lengths <= longest) & (first > 0)
    if how == "line":
        fits &= last < len(values) - 1
    steps: NDArray[np.int64] = missing[np.repeat(fits, lengths)]
    left, right = (np.repeat(side[fits], lengths[fits]) for side in (first - 1, last + 1))
    before = values[left].astype(np.float64)
    if how == "line":
        values[steps] = before + (steps - left) / (right - left) * (values[right] - before)
    else:
        values[steps] = before
    return steps


def whole_numbers(values: Values, block: int = 1_000_000) -> bool:
    """Whether all known values are whole: flags and counts, between which no line is drawn."""
    for first in range(0, len(values), block):
        part = np.asarray(values[first : first + block])
        part = part[np.isfinite(part)]
        if (part != np.round(part)).any():
            return False
    return True

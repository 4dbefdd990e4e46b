"""Where a model looked: shares of attention. They are not importance; the record says how far they agree."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOT_IMPORTANCE = "Attention says where the model looked, not what its answer rests on."


@dataclass(frozen=True, eq=False)
class AttentionMap:
    """Shares of attention of one example: one row for each thing that asked, one column for each looked at."""

    sources: tuple[str, ...]
    """What was looked at: tokens, time stamps, audio frames (s)."""
    targets: tuple[str, ...]
    """What asked: the words of a translation; a single empty name for a model that asks once (t)."""
    weights: NDArray[np.float64]
    """(t, s); each row sums to 1, or is zero where there was nothing to look at."""
    kind: str = "tokens"
    """What the sources are: "tokens", "time steps" or "audio frames"."""
    agreement: float | None = None
    """Spearman's rank correlation with the size of each source's effect when it is left out, in [-1, 1];
    NaN where it is not defined (fewer than two sources, all alike), None where it was not measured."""

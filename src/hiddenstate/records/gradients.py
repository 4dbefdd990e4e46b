"""How far the gradient of a loss reaches back through a recurrent layer."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Fate = Literal["vanishes", "explodes", "carries", "unknown"]

THREE_DECADES = 1e-3
"""What is left when three decades are lost: too little to learn from beside the noise of other steps."""
GROWN = 10.0
"""More than ten times as large as where it began: it explodes."""


@dataclass(frozen=True, eq=False)
class GradientFlow:
    """Norm of d loss / d state, k steps before the last one, of one recurrent layer in one direction.

    The reference is k = 1: at k = 0 stands what the loss itself puts in, which has not gone through time yet.
    """

    name: str
    """What a reader calls the layer: "LSTM, forget bias 1" or "recurrent.layers.0, backward"."""
    cell: str
    """Label of the cell: "LSTM"."""
    weights: str
    """How the weights stand, in words: "fresh weights", "after training", or nothing."""
    norms: Mapping[str, NDArray[np.float64]]
    """Symbol of the state ("h", and "C" for an LSTM) -> (K + 1,) mean over the sequences of the norm over the
    units, for k = 0 .. K; NaN where no sequence is that long."""
    sequences: int
    """How many were averaged."""
    keep_bias: tuple[float, float] | None = None
    """The smallest and the largest bias of the gate that keeps; None for a cell without one."""
    largest_eigenvalue: float | None = None
    """Of U, by size, where there is no gate that keeps: below 1 it forgets by itself, above 1 it may explode."""
    entering: Literal["all", "last"] = "all"
    """Whether the loss may read every step, or only what goes through the last one is counted."""

    @property
    def start(self) -> str:
        """What the weights say about the memory: "forget bias 0.4 to 2.1", "largest |λ| of U 1.00"."""
        if self.keep_bias is None:
            size = self.largest_eigenvalue
            return "" if size is None else f"largest |λ| of U {size:.2f}"
        low, high = self.keep_bias
        return f"forget bias {low:.1f}" if high - low < 0.05 else f"forget bias {low:.1f} to {high:.1f}"

    @property
    def carrier(self) -> str:
        """The state that carries: C for an LSTM, h for a cell that has nothing else."""
        return "C" if "C" in self.norms else "h"

    @property
    def distance(self) -> int:
        """K: the longest distance that was measured, in steps."""
        known = np.flatnonzero(np.isfinite(self.norms["h"]))
        return int(known[-1]) if len(known) else 0

    def relative(self, state: str | None = None) -> NDArray[np.float64]:
        """(K,) the norms at k = 1 .. K as multiples of the one at k = 1; NaN where that is zero.

        Here and below, `state` is a symbol in `norms`; by default the state that carries.
        """
        norms = self.norms[state or self.carrier][1 : self.distance + 1]
        if not len(norms) or not norms[0] > 0:
            return np.full(len(norms), np.nan)
        ratio: NDArray[np.float64] = norms / norms[0]
        return ratio

    def decades_lost(self, within: int, state: str | None = None) -> float:
        """Powers of ten by which the norm is smaller at k = `within` (or the longest k) than at k = 1.

        Infinite where nothing is left, negative where it has grown, NaN where there is nothing to compare.
        """
        ratio = self.relative(state)[:within]
        if not len(ratio) or not math.isfinite(ratio[-1]):
            return math.nan
        return math.inf if ratio[-1] == 0 else -math.log10(ratio[-1])

    def reach(self, share: float = THREE_DECADES, state: str | None = None) -> int | None:
        """The first k at which no more than `share` of the norm at k = 1 is left; None where it always is."""
        below = np.flatnonzero(self.relative(state) <= share)
        return int(below[0]) + 1 if len(below) else None

    def growth(self, state: str | None = None) -> float:
        """The largest norm as a multiple of the one at k = 1; NaN where there is nothing to compare."""
        ratio = self.relative(state)
        return float(np.nanmax(ratio)) if np.isfinite(ratio).any() else math.nan

    @property
    def fate(self) -> Fate:
        """Whether the gradient vanishes, explodes or carries, over the distance that was measured."""
        return self.fate_along()

    def fate_along(self, state: str | None = None) -> Fate:
        """The same along one state."""
        if not np.isfinite(self.relative(state)).any():
            return "unknown"
        if self.growth(state) > GROWN:
            return "explodes"
        return "vanishes" if self.reach(state=state) is not None else "carries"

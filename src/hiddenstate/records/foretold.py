"""A text as a language model read it: how much each unit surprised it, and what it had expected instead."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Shares = tuple[tuple[str, float], ...]
"""Units with their probabilities, the likeliest first."""


@dataclass(frozen=True, eq=False)
class Foretold:
    """One text of n units, read from an empty memory."""

    units: tuple[str, ...]
    """The text of each unit (n); joined they are the text."""
    nats: NDArray[np.float64]
    """(n,) surprise: -log of the probability that the unit got; NaN for the first, before which nothing stands."""
    expected: tuple[Shares, ...]
    """What was likeliest in the place of each unit (n); nothing for the first."""
    following: Shares
    """What is likeliest after the last one."""

    @property
    def nats_per_character(self) -> float:
        """Mean over the characters of all units but the first; NaN where there is only one."""
        characters = sum(map(len, self.units[1:]))
        return float(self.nats[1:].sum()) / characters if characters else float("nan")

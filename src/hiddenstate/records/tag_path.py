"""How a conditional random field came to the tags of one sentence: every number that its best path adds up."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TagPath:
    """The path with the highest score through the tags of T words."""

    words: tuple[str, ...]
    tags: tuple[str, ...]
    """As the network writes them, in its own scheme."""
    emissions: Numbers
    """(T,) what each word says for its tag."""
    transitions: Numbers
    """(T,) what the step from the tag before says; the first is that of beginning with the tag."""
    end: float
    """What ending with the last tag says."""
    log_partition: float
    """log Z: of the sum of exp(score) over all paths."""

    @property
    def sums(self) -> Numbers:
        """(T,) the score of the path up to and with each word, without the end."""
        total: Numbers = np.cumsum(self.emissions + self.transitions)
        return total

    @property
    def score(self) -> float:
        """The score of the whole path."""
        return float((self.emissions + self.transitions).sum()) + self.end

    @property
    def probability(self) -> float:
        """Of this path among all: exp(score - log Z)."""
        return math.exp(min(self.score - self.log_partition, 0.0))

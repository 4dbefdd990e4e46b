"""How much each unit of a text surprises a model, and the figures that follow from it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import ShapeError

Nats = NDArray[np.float64]


@dataclass(frozen=True)
class Surprise:
    """-log of the probability that each unit of a text got, the first unit left out: nothing stands before it."""

    units: tuple[str, ...]
    """The text of each unit (n)."""
    nats: Nats
    """(n,) with the memory of all that stands before."""
    window_nats: Nats | None = None
    """(n,) with an empty memory every so many units; None for methods that were not measured so."""

    def __post_init__(self) -> None:
        if len(self.units) != len(self.nats):
            raise ShapeError(f"expected one figure a unit, got {len(self.nats)} for {len(self.units)}.")

    @property
    def characters(self) -> int:
        """How many characters the units have."""
        return sum(map(len, self.units))

    def metrics(self) -> dict[str, float]:
        """Bits and nats a character, and perplexity a unit; those of the windows end in ``_windows``.

        >>> Surprise(("a", "b"), np.log([2.0, 8.0])).metrics()["bits_per_char"]
        2.0
        """
        found = self._figures(self.nats, "")
        return found if self.window_nats is None else found | self._figures(self.window_nats, "_windows")

    def _figures(self, nats: Nats, ending: str) -> dict[str, float]:
        total = float(nats.sum())
        each = total / max(self.characters, 1)
        return {
            f"bits_per_char{ending}": each / math.log(2),
            f"nats_per_char{ending}": each,
            f"perplexity{ending}": math.exp(min(total / max(len(nats), 1), 700.0)),
        }

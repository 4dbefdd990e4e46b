"""How long the units of recurrent layers remember, and which of them are stuck."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class LayerMemory:
    """One layer and direction, measured on the steps of one batch; arrays have one entry for each unit."""

    name: str
    """What a reader calls this layer."""
    cell: str
    keeper: str
    """The symbol of what is kept from step to step: "f", "z", or "∂h" for a cell without a gate that keeps."""
    kept: Numbers
    """(hidden,) mean share of a unit's own state that the next step keeps."""
    half_life: Numbers
    """(hidden,) steps until half is lost, ln 2 / -ln kept; infinite where nothing is, 0 where nothing is kept."""
    low: Mapping[str, Numbers]
    """Gate -> (hidden,) share of steps at which it was below 0.05: as good as closed."""
    high: Mapping[str, Numbers]
    """Gate -> (hidden,) share of steps at which it was above 0.95: as good as open."""
    driver: NDArray[np.int64]
    """(hidden,) the input that moves the unit most; -1 where nothing moved or the weights are not known."""
    driver_share: Numbers
    """(hidden,) its share of the variance of what feeds the unit, in [0, 1]; NaN where not known."""
    steps: int
    """How many steps were measured."""
    inputs: tuple[str, ...] = ()
    """Names of the layer's inputs; () where they have only numbers."""

    def input_name(self, number: int) -> str:
        """An input, in words; a dash for -1."""
        if number < 0:
            return "–"
        return self.inputs[number] if number < len(self.inputs) else f"input {number}"

    def carriers(self, count: int = 10) -> NDArray[np.int64]:
        """The units that carry farthest, the farthest first; units that were never measured are left out."""
        ranked = np.argsort(-np.nan_to_num(self.half_life, nan=-1.0), kind="stable")
        return ranked[np.isfinite(self.kept[ranked])][:count]


@dataclass(frozen=True, eq=False)
class Memory:
    """All layers of a model."""

    layers: tuple[LayerMemory, ...]

"""Cells unrolled over time: one direction, both, and stacked, with dropout that is locked in time."""

from hiddenstate.layers.bidirectional import Bidirectional, BothStates
from hiddenstate.layers.dropout import DropoutSettings, VariationalDropout
from hiddenstate.layers.lengths import valid_steps
from hiddenstate.layers.recurrent import Path, Recurrent
from hiddenstate.layers.repeated import Repeated
from hiddenstate.layers.stacked import Stacked

__all__ = [
    "Bidirectional",
    "BothStates",
    "DropoutSettings",
    "Path",
    "Recurrent",
    "Repeated",
    "Stacked",
    "VariationalDropout",
    "valid_steps",
]

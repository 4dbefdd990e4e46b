"""Recurrent cells in textbook notation: one step each, with every gate in the open.

Each cell is one final class in one file, on the abstract ones of `cell`, `keeping` and `lstm_family`. `CELLS` names
them; a new cell is one file and one line here.
"""

from typing import Any

from hiddenstate.cells.cell import Cell
from hiddenstate.cells.elman import ElmanCell, ElmanGates, ElmanState
from hiddenstate.cells.forget_bias import ForgetBias
from hiddenstate.cells.gru import GRUCell, GRUGates, GRUState
from hiddenstate.cells.layer_norm import LayerNormLSTMCell
from hiddenstate.cells.lstm import LSTMCell
from hiddenstate.cells.lstm_family import LSTMGates, LSTMState
from hiddenstate.cells.peephole import PeepholeLSTMCell

__all__ = [
    "CELLS",
    "Cell",
    "ElmanCell",
    "ElmanGates",
    "ElmanState",
    "ForgetBias",
    "GRUCell",
    "GRUGates",
    "GRUState",
    "LSTMCell",
    "LSTMGates",
    "LSTMState",
    "LayerNormLSTMCell",
    "PeepholeLSTMCell",
]

CELLS: dict[str, type[Cell[Any, Any]]] = {
    "rnn": ElmanCell,
    "lstm": LSTMCell,
    "gru": GRUCell,
    "lstm-peephole": PeepholeLSTMCell,
    "lstm-layernorm": LayerNormLSTMCell,
}

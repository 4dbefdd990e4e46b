"""Cells unrolled over time: one direction, both, and stacked, with dropout that is locked in time."""

from hiddenstate.layers.bidirectional import Bidirectional, BothStates
from hiddenstate.layers.dropout import DropoutSettings, VariationalDropout
from hiddenstate.layers.from_keras import stack_from_keras
from hiddenstate.layers.from_onnx import layers_from_onnx
from hiddenstate.layers.from_torch import stack_from_torch
from hiddenstate.layers.lengths import valid_steps
from hiddenstate.layers.like_torch import GRU, LSTM, RNN
from hiddenstate.layers.recurrent import Path, Recurrent
from hiddenstate.layers.repeated import Repeated
from hiddenstate.layers.stacked import Stacked

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Bidirectional",
    "BothStates",
    "DropoutSettings",
    "Path",
    "Recurrent",
    "Repeated",
    "Stacked",
    "VariationalDropout",
    "layers_from_onnx",
    "stack_from_keras",
    "stack_from_torch",
    "valid_steps",
]

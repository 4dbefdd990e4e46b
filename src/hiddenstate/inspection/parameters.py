"""The parameters of one layer and direction, wherever they come from, in the textbook's notation."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from hiddenstate.cells import Cell, ElmanCell, GRUCell, LSTMCell
from hiddenstate.records import LayerWeights

TORCH_KINDS: dict[str, str] = {"LSTM": "lstm", "GRU": "gru", "RNN_TANH": "rnn", "RNN_RELU": "rnn_relu"}
"""`mode` of a torch.nn module -> kind of cell."""
BLOCKS: dict[str, tuple[str, ...]] = {
    "lstm": LSTMCell.blocks,
    "gru": GRUCell.blocks,
    "rnn": ElmanCell.blocks,
    "rnn_relu": ElmanCell.blocks,
}
OUR_KINDS: dict[type[Cell[Any, Any]], str] = {LSTMCell: "lstm", GRUCell: "gru", ElmanCell: "rnn"}


@dataclass(frozen=True)
class Parameters:
    """W, U and b of one cell whose equations are known; see `records.LayerWeights`."""

    kind: str
    """A key of `BLOCKS`."""
    W: Tensor
    """(blocks · hidden, input)"""
    U: Tensor
    """(blocks · hidden, hidden)"""
    b: Tensor
    """(blocks · hidden,)"""
    b_hn: Tensor | None = None
    """(hidden,) for "gru"."""

    @property
    def hidden_size(self) -> int:
        """Units."""
        return self.U.shape[1]

    @classmethod
    def of_cell(cls, cell: Cell[Any, Any]) -> "Parameters | None":
        """Those of one of our cells; None for a cell whose equations are not known here."""
        kind = OUR_KINDS.get(type(cell))
        if kind is None:
            return None
        b_hn = cell.b_hn.detach() if isinstance(cell, GRUCell) else None
        return cls(kind, cell.W.detach(), cell.U.detach(), cell.b.detach(), b_hn)

    @classmethod
    def of_torch(cls, module: nn.RNNBase, suffix: str) -> "Parameters":
        """Those of one layer and direction of a torch.nn module; `suffix` as in ``weight_ih_l0_reverse``."""
        kind = TORCH_KINDS[module.mode]
        W = getattr(module, f"weight_ih{suffix}").detach()
        U = getattr(module, f"weight_hh{suffix}").detach()
        if module.bias:
            b_ih = getattr(module, f"bias_ih{suffix}").detach()
            b_hh = getattr(module, f"bias_hh{suffix}").detach()
        else:
            b_ih = b_hh = W.new_zeros(len(W))
        if kind != "gru":
            return cls(kind, W, U, b_ih + b_hh)
        gate_rows = 2 * module.hidden_size  # r and z add both biases; the candidate does not
        b = torch.cat([b_ih[:gate_rows] + b_hh[:gate_rows], b_ih[gate_rows:]])
        return cls(kind, W, U, b, b_hh[gate_rows:])

    def record(self) -> LayerWeights:
        """A copy in NumPy, which later training does not change."""
        W, U, b, b_hn = (
            None if part is None else part.numpy(force=True).copy()
            for part in (self.W, self.U, self.b, self.b_hn)
        )
        assert W is not None
        assert U is not None
        assert b is not None
        return LayerWeights(BLOCKS[self.kind], W, U, b, b_hn)

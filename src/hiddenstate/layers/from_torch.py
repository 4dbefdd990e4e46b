"""Our layers with the weights of torch.nn.LSTM, GRU and RNN, sizes and kind read off the weights."""

from collections.abc import Mapping

from torch import Tensor

from hiddenstate.cells import CELLS
from hiddenstate.errors import ShapeError
from hiddenstate.layers.stacked import Stacked


def stack_from_torch(weights: Mapping[str, Tensor]) -> Stacked:
    """The layers that compute what a torch.nn.LSTM, GRU or RNN (tanh) does; pass its ``state_dict()``.

    The inputs of ours are always (batch, time, feature). Raises `ShapeError` for anything else.

    >>> import torch
    >>> twin = torch.nn.GRU(3, 5, num_layers=2, bidirectional=True, batch_first=True)
    >>> stack, x = stack_from_torch(twin.state_dict()), torch.randn(2, 7, 3)
    >>> bool(torch.allclose(stack(x)[0], twin(x)[0], atol=1e-6))
    True
    """
    if "weight_ih_l0" not in weights or "weight_hh_l0" not in weights:
        raise ShapeError(
            "weights: expected the state dict of a torch.nn.LSTM, GRU or RNN (weight_ih_l0, ...), got "
            f"{', '.join(weights) or 'nothing'}. Pass layer.state_dict()."
        )
    rows, hidden_size = weights["weight_hh_l0"].shape
    kinds = [
        name for name, kind in CELLS.items() if kind.has_torch_twin and len(kind.blocks) * hidden_size == rows
    ]
    if not kinds:
        raise ShapeError(
            f"weight_hh_l0: expected 1, 3 or 4 blocks of {hidden_size} rows (RNN, GRU, LSTM), got {rows} rows. "
            "A projection (proj_size) has no counterpart here."
        )
    layers = sum(name.startswith("weight_ih_l") and not name.endswith("_reverse") for name in weights)
    stack = Stacked(
        kinds[0],
        weights["weight_ih_l0"].shape[1],
        hidden_size=hidden_size,
        num_layers=layers,
        bidirectional="weight_ih_l0_reverse" in weights,
    )
    stack.load_torch_weights(weights)
    return stack

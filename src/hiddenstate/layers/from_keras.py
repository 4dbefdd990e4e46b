"""Our layers with the weights of Keras' LSTM, GRU and SimpleRNN, given as arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from hiddenstate.choices import choose
from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.layers.from_torch import stack_from_torch
from hiddenstate.layers.stacked import Stacked

Array = NDArray[Any]

ORDER = {"rnn": (0,), "lstm": (0, 1, 2, 3), "gru": (1, 0, 2)}
"""Cell -> which of Keras' blocks stands at each place of ours: Keras has i, f, c, o and z, r, h."""


def stack_from_keras(cell: str, layers: Sequence[Sequence[ArrayLike]]) -> Stacked:
    """The layers that compute what stacked Keras layers do.

    `layers` holds ``layer.get_weights()`` of each, bottom first: kernel (input, blocks · units), recurrent
    kernel (units, blocks · units) and bias, or no bias; for ``Bidirectional(...)`` (``merge_mode="concat"``)
    those of both directions one after the other. Activations must be Keras' defaults, a GRU's ``reset_after``
    true, as it is by default.

    Raises `ShapeError` for other arrays, `SettingsError` for a GRU with ``reset_after=False``.
    """
    order = choose(ORDER, cell, "cell")
    weights: dict[str, Tensor] = {}
    for number, given in enumerate(layers):
        arrays = [np.asarray(array, dtype=np.float32) for array in given]
        for array, suffix in zip(_directions(arrays), (f"_l{number}", f"_l{number}_reverse"), strict=False):
            weights |= _torch_names(cell, order, array, suffix)
    if not weights:
        raise ShapeError(
            "layers: expected the weights of at least one layer, got none. Pass layer.get_weights()."
        )
    return stack_from_torch(weights)


def _directions(arrays: list[Array]) -> list[list[Array]]:
    """The arrays of each direction. A direction has two matrices and, where it has one, a bias."""
    counts = {2: 1, 3: 1, 4: 2, 6: 2}
    if len(arrays) not in counts:
        raise ShapeError(
            f"layer: expected 2 or 3 arrays, or twice as many for both directions, got {len(arrays)}. "
            "Pass layer.get_weights()."
        )
    size = len(arrays) // counts[len(arrays)]
    return [arrays[first : first + size] for first in range(0, len(arrays), size)]


def _torch_names(cell: str, order: Sequence[int], arrays: list[Array], suffix: str) -> dict[str, Tensor]:
    kernel, recurrent, *biases = arrays
    if kernel.ndim != 2 or recurrent.shape != (recurrent.shape[0], len(order) * recurrent.shape[0]):
        raise ShapeError(
            f"layer: expected a kernel (input, {len(order)} · units) and a recurrent kernel (units, "
            f"{len(order)} · units) for the {cell}, got {kernel.shape} and {recurrent.shape}. Check the cell."
        )
    columns = recurrent.shape[1]
    bias = biases[0] if biases else np.zeros((2, columns) if cell == "gru" else columns, dtype=np.float32)
    if cell == "gru" and bias.shape == (columns,):
        raise SettingsError(
            "gru: expected a bias (2, 3 · units) of a layer with reset_after=True, got one of reset_after=False, "
            "which applies the reset gate before the product. Train it with reset_after=True."
        )
    both = bias if cell == "gru" else np.stack([bias, np.zeros_like(bias)])
    parts = {"weight_ih": kernel.T, "weight_hh": recurrent.T, "bias_ih": both[0], "bias_hh": both[1]}
    return {name + suffix: torch.from_numpy(_reorder(part, order)) for name, part in parts.items()}


def _reorder(rows: Array, order: Sequence[int]) -> Array:
    blocks = np.split(rows, len(order))
    return np.ascontiguousarray(np.concatenate([blocks[place] for place in order]))

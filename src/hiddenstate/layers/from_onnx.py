"""Our layers with the weights of the LSTM, GRU and RNN nodes of an ONNX model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hiddenstate.cells import CELLS, Cell
from hiddenstate.errors import BundleError, SettingsError
from hiddenstate.layers.bidirectional import Bidirectional
from hiddenstate.layers.recurrent import Recurrent

if TYPE_CHECKING:
    import onnx

Array = NDArray[Any]
KINDS = {"LSTM": "lstm", "GRU": "gru", "RNN": "rnn"}
ORDER = {"rnn": (0,), "lstm": (0, 2, 3, 1), "gru": (1, 0, 2)}
"""Cell -> which of ONNX's blocks stands at each place of ours: ONNX has i, o, f, c and z, r, h."""
DEFAULT_ACTIVATIONS = {"LSTM": [b"Sigmoid", b"Tanh", b"Tanh"], "GRU": [b"Sigmoid", b"Tanh"], "RNN": [b"Tanh"]}
HARMLESS = frozenset({"hidden_size", "direction", "layout", "activations", "linear_before_reset"})


def layers_from_onnx(model: onnx.ModelProto | Path | str) -> list[Recurrent | Bidirectional]:
    """One layer for each LSTM, GRU or RNN node, in the order of the graph; a node's direction is kept.

    Whatever the node's layout, inputs of ours are (batch, time, feature). Weights must be constants of the graph.
    Raises `SettingsError` for what our cells do not compute: peepholes, clipping, other activations, coupled
    gates, a GRU that resets before the product (``linear_before_reset`` 0); `BundleError` without such a node.
    """
    import onnx
    from onnx import numpy_helper

    if not isinstance(model, onnx.ModelProto):
        model = onnx.load(str(model))
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    layers = [layer_from_node(node, constants) for node in model.graph.node if node.op_type in KINDS]
    if not layers:
        raise BundleError("onnx: expected an LSTM, GRU or RNN node, got none. Check the model.")
    return layers


def layer_from_node(node: onnx.NodeProto, constants: Mapping[str, Array]) -> Recurrent | Bidirectional:
    """The layer of one node; `constants` holds its W, R and B by name."""
    from onnx import helper

    options = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    refused = why_not(node, options)
    if refused:
        raise SettingsError(
            f"onnx {node.op_type}: expected what our cells compute, got {refused}. Use another model."
        )
    names = [*node.input, "", "", ""]
    try:
        W, R = constants[names[1]], constants[names[2]]
        B = constants[names[3]] if names[3] else np.zeros((W.shape[0], 2 * W.shape[1]), dtype=W.dtype)
    except KeyError as missing:
        raise SettingsError(
            f"onnx {node.op_type}: expected weights that are constants of the graph, got {missing} computed by it."
        ) from None
    directions = [_cell(node.op_type, W[place], R[place], B[place]) for place in range(len(W))]
    if len(directions) == 2:
        return Bidirectional(*directions)
    return Recurrent(directions[0], reverse=options.get("direction") == b"reverse")


def why_not(node: onnx.NodeProto, options: Mapping[str, Any]) -> str | None:
    """What a node asks for that our cells do not compute, in words; None where nothing."""
    if len(node.input) > 7 and node.input[7]:
        return "peepholes"
    if node.op_type == "GRU" and not options.get("linear_before_reset", 0):
        return "linear_before_reset = 0: it resets before the product"
    if options.get("input_forget", 0):
        return "coupled input and forget gates"
    default = DEFAULT_ACTIVATIONS[node.op_type]
    if options.get("activations", default) not in (default, default * 2):
        return f"activations {b', '.join(options['activations']).decode()}"
    others = sorted(set(options) - HARMLESS - {"input_forget"})
    return f"the attribute {others[0]}" if others else None


def _cell(operator: str, W: Array, R: Array, B: Array) -> Cell[Any, Any]:
    """W (rows, input), R (rows, hidden), B (2 · rows)."""
    kind = KINDS[operator]
    cell = CELLS[kind].create(W.shape[1], R.shape[1])
    first, second = np.split(B, 2)
    parts = {"weight_ih": W, "weight_hh": R, "bias_ih": first, "bias_hh": second}
    cell.load_torch_weights({name: _reorder(kind, part) for name, part in parts.items()}, suffix="")
    return cell


def _reorder(kind: str, rows: Array) -> Tensor:
    blocks = np.split(rows, len(ORDER[kind]))
    return torch.from_numpy(np.concatenate([blocks[place] for place in ORDER[kind]]))

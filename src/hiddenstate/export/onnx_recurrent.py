"""One direction of one layer as ONNX's LSTM, GRU or RNN.

Rows of W, U and b go from torch's order (LSTM i, f, C̃, o; GRU r, z, n) to ONNX's (i, o, f, c; z, r, h). ONNX
adds two bias vectors; ours is the first, and of the second only the GRU's candidate is not zero, which
``linear_before_reset`` puts where our cell has it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.export.onnx_graph import Graph
from hiddenstate.program.operations import CELL_STATES

Array = NDArray[Any]
OPERATORS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
ORDER = {"rnn": (0,), "lstm": (0, 3, 1, 2), "gru": (1, 0, 2)}
"""Cell -> which of our blocks stands at each place of ONNX's."""


def onnx_weights(cell: str, weights: Mapping[str, Array]) -> tuple[Array, Array, Array]:
    """W (1, rows, input), R (1, rows, hidden) and B (1, 2·rows) of an ONNX node of one direction."""
    W, U, b = (_reorder(cell, weights[role]) for role in ("W", "U", "b"))
    second = np.zeros_like(b)
    if cell == "gru":
        second[-len(weights["b_hn"]) :] = weights["b_hn"]
    return W[np.newaxis], U[np.newaxis], np.concatenate([b, second])[np.newaxis]


def _reorder(cell: str, rows: Array) -> Array:
    blocks = np.split(rows, len(ORDER[cell]))
    return np.concatenate([blocks[place] for place in ORDER[cell]])


def recurrent(
    graph: Graph,
    inputs: Mapping[str, str],
    weights: Mapping[str, Array],
    options: Mapping[str, Any],
    name: str,
) -> dict[str, str]:
    """Nodes of the operation "recurrent"; `name` leads the names of its weights.

    ONNX gives no final state for a row of length 0: it is the initial one.
    """
    cell = options["cell"]
    parts = CELL_STATES[cell]
    arrays = zip(("W", "R", "B"), onnx_weights(cell, weights), strict=True)
    W, R, B = (graph.weight(f"{name}.{role}", array) for role, array in arrays)
    lengths = inputs.get("lengths", "")
    sequence_lens = graph.node("Cast", lengths, to=6) if lengths else ""  # 6: int32
    initial = [
        graph.node("Unsqueeze", inputs[part], graph.whole(0)) if part in inputs else "" for part in parts
    ]
    attributes: dict[str, Any] = {"hidden_size": weights["U"].shape[1]}
    if options["reverse"]:
        attributes["direction"] = "reverse"
    if cell == "gru":
        attributes["linear_before_reset"] = 1
    x = graph.node("Transpose", inputs["x"], perm=[1, 0, 2])  # (T, B, F)
    given = [x, W, R, B, sequence_lens, *initial]
    while not given[-1]:
        given.pop()
    Y, *final = graph.nodes_with(OPERATORS[cell], given, 1 + len(parts), **attributes)
    sequence = graph.node("Transpose", graph.node("Squeeze", Y, graph.whole(1)), perm=[1, 0, 2])
    states = [graph.node("Squeeze", state, graph.whole(0)) for state in final]
    if lengths:
        empty = graph.node("Unsqueeze", graph.node("Equal", lengths, graph.whole(0)), graph.whole(1))
        before = [inputs.get(part, graph.floats(0.0)) for part in parts]
        states = [graph.node("Where", empty, *pair) for pair in zip(before, states, strict=True)]
        valid = graph.node("Unsqueeze", graph.valid(inputs["x"], lengths), graph.whole(2))
        sequence = graph.node("Where", valid, sequence, graph.floats(0.0))
    return {"sequence": sequence, **dict(zip(parts, states, strict=True))}

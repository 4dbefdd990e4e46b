"""Operations on whole arrays as ONNX nodes."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.export.onnx_graph import Graph
from hiddenstate.program.numpy_arrays import TINY

Array = NDArray[Any]
Names = Mapping[str, str]
Weights = Mapping[str, Array]
Options = Mapping[str, Any]
Rule = Callable[[Graph, Names, Weights, Options, str], str]

FUNCTIONS = {"tanh": "Tanh", "sigmoid": "Sigmoid", "relu": "Relu", "exp": "Exp"}
OPERATORS = {"add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div"}


def _embedding(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    parts = [weights["table"], *([weights["further"]] if "further" in weights else [])]
    return graph.node("Gather", graph.weight(f"{name}.table", np.concatenate(parts)), inputs["x"])


def _gram_mean(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    grams = inputs["x"]  # (B, T, G)
    known = graph.node("GreaterOrEqual", grams, graph.whole(0))
    rows = graph.node(
        "Gather", graph.weight(f"{name}.table", weights["table"]), graph.node("Max", grams, graph.whole(0))
    )
    found = graph.node("Where", graph.node("Unsqueeze", known, graph.whole(3)), rows, graph.floats(0.0))
    total = graph.node("ReduceSum", found, graph.whole(2), keepdims=0)  # (B, T, F)
    count = graph.node("ReduceSum", graph.node("Cast", known, to=1), graph.whole(2), keepdims=1)
    return graph.node("Div", total, graph.node("Max", count, graph.floats(1.0)))


def _linear(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    y = graph.node("MatMul", inputs["x"], graph.weight(f"{name}.weight", weights["weight"].T))
    return graph.node("Add", y, graph.weight(f"{name}.bias", weights["bias"])) if "bias" in weights else y


def _activation(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    function = options["function"]
    if function == "softmax":
        return graph.node("Softmax", inputs["x"], axis=-1)
    if function == "log_softmax":
        return graph.node("LogSoftmax", inputs["x"], axis=-1)
    if function == "log":
        return graph.node("Log", graph.node("Max", inputs["x"], graph.floats(TINY)))
    return graph.node(FUNCTIONS[function], inputs["x"])


def _concat(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    return graph.node("Concat", *inputs.values(), axis=options["axis"])


def _reshape(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    # 0 copies the size of a named axis, -1 takes the batch's rows.
    sizes = [0 if isinstance(size, str) else size for size in options["shape"][1:]]
    return graph.node("Reshape", inputs["x"], graph.whole(-1, *sizes))


def _transpose(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    return graph.node("Transpose", inputs["x"], perm=options["axes"])


def _slice(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    ends = (graph.whole(options[key]) for key in ("start", "stop", "axis"))
    return graph.node("Slice", inputs["x"], *ends)


def _pad(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    axes = len(options["shape"])
    before, after = [0] * axes, [0] * axes
    before[options["axis"]], after[options["axis"]] = options["before"], options["after"]
    return graph.node("Pad", inputs["x"], graph.whole(*before, *after), graph.floats(0.0))


def _mean(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    return graph.node("ReduceMean", inputs["x"], axes=[options["axis"]], keepdims=1)


def _spread(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    off = graph.node("Sub", inputs["x"], _mean(graph, inputs, weights, options, name))
    square = graph.node("ReduceMean", graph.node("Mul", off, off), axes=[options["axis"]], keepdims=1)
    return graph.node("Max", graph.node("Sqrt", square), graph.floats(options["smallest"]))


def _repeat(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    axis, times, shape = options["axis"], options["times"], options["shape"]
    apart = graph.node("Unsqueeze", inputs["x"], graph.whole(axis + 1))
    tiles = [1] * (len(shape) + 1)
    tiles[axis + 1] = times
    sizes = [size * times if place == axis else size for place, size in enumerate(shape)]
    return graph.node("Reshape", graph.node("Tile", apart, graph.whole(*tiles)), graph.whole(-1, *sizes[1:]))


def _parameter(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    value = weights["value"]
    shape = graph.node("Concat", graph.size(inputs["x"], 0), graph.whole(*value.shape), axis=0)
    return graph.node("Expand", graph.weight(f"{name}.value", value[np.newaxis]), shape)


def _arithmetic(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    return graph.node(OPERATORS[options["operator"]], inputs["x"], inputs["y"])


def _scale(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    y = inputs["x"]
    if options["factor"] != 1.0:
        y = graph.node("Mul", y, graph.floats(options["factor"]))
    return (
        graph.node("Add", y, graph.floats(options["offset"]))
        if options["offset"]
        else graph.node("Identity", y)
    )


def _lead_regression(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    weight = graph.weight(f"{name}.weight", weights["weight"])
    by_step = graph.node("MatMul", graph.node("Transpose", inputs["x"], perm=[1, 0, 2]), weight)  # (H, B, C)
    y = graph.node("Transpose", by_step, perm=[1, 0, 2])
    return graph.node("Add", y, graph.weight(f"{name}.bias", weights["bias"]))


def _convolution(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    half = weights["weight"].shape[2] // 2
    x = graph.node("Unsqueeze", inputs["x"], graph.whole(1))
    y = graph.node("Conv", x, graph.weight(f"{name}.weight", weights["weight"]), pads=[half, half])
    return graph.node("Squeeze", y, graph.whole(1))


def _sort(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    count = options["shape"][-1]
    return graph.nodes_with("TopK", [inputs["x"], graph.whole(count)], 2, axis=-1, largest=0)[0]


def _clear(graph: Graph, inputs: Names, weights: Weights, options: Options, name: str) -> str:
    if "lengths" not in inputs:
        return graph.node("Identity", inputs["x"])
    valid = graph.node("Unsqueeze", graph.valid(inputs["x"], inputs["lengths"]), graph.whole(2))
    return graph.node("Where", valid, inputs["x"], graph.floats(0.0))


ARRAY_RULES: dict[str, Rule] = {
    "embedding": _embedding,
    "gram_mean": _gram_mean,
    "linear": _linear,
    "activation": _activation,
    "concat": _concat,
    "reshape": _reshape,
    "transpose": _transpose,
    "slice": _slice,
    "pad": _pad,
    "mean": _mean,
    "spread": _spread,
    "repeat": _repeat,
    "parameter": _parameter,
    "arithmetic": _arithmetic,
    "scale": _scale,
    "lead_regression": _lead_regression,
    "convolution": _convolution,
    "sort": _sort,
    "clear": _clear,
}
"""Kind of operation -> nodes that compute it."""

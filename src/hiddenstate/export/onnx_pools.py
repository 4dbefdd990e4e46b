"""Pools over time as ONNX nodes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.export.onnx_graph import Graph

Array = NDArray[Any]
LOWEST = -3.0e38
"""In place of minus infinity: a softmax over a row without valid steps stays a number, and is then set to zero."""


def pool(
    graph: Graph,
    inputs: Mapping[str, str],
    weights: Mapping[str, Array],
    options: Mapping[str, Any],
    name: str,
) -> dict[str, str]:
    """Nodes of the operation "pool"."""
    x, valid = _cleared(graph, inputs)
    rule = {"last": _last, "mean": _mean, "max": _max}[options["how"]]
    context, shares = rule(graph, x, valid, int(options["backward"]), options["features"])
    return {"context": context, "weights": shares}


def attention(
    graph: Graph,
    inputs: Mapping[str, str],
    weights: Mapping[str, Array],
    options: Mapping[str, Any],
    name: str,
) -> dict[str, str]:
    """Nodes of the operation "attention"; what does not depend on an input is multiplied out here."""
    x, valid = _cleared(graph, inputs)
    score = options["score"]
    if "query" in inputs:
        scores = _asked_scores(graph, x, inputs["query"], weights, score, name)
    else:
        scores = _scores(graph, x, weights, score, name)
    if options["scale"] != 1.0:
        scores = graph.node("Mul", scores, graph.floats(options["scale"]))
    shares = graph.node("Softmax", graph.node("Where", valid, scores, graph.floats(LOWEST)), axis=-1)
    shares = graph.node("Where", valid, shares, graph.floats(0.0))
    return {"context": _weighed(graph, shares, x), "weights": shares}


def _asked_scores(
    graph: Graph, x: str, query: str, weights: Mapping[str, Array], score: str, name: str
) -> str:
    """(B, T) of a question (B, Q) that the caller asks."""
    if score == "additive":
        keys = graph.node("MatMul", x, graph.weight(f"{name}.U", weights["U"].T))
        asked = graph.node("MatMul", query, graph.weight(f"{name}.W", weights["W"].T))
        together = graph.node("Add", keys, graph.node("Unsqueeze", asked, graph.whole(1)))
        return graph.node("MatMul", graph.node("Tanh", together), graph.weight(f"{name}.v", weights["v"]))
    if score == "general":
        query = graph.node("MatMul", query, graph.weight(f"{name}.W", weights["W"]))
    found = graph.node("MatMul", x, graph.node("Unsqueeze", query, graph.whole(2)))
    return graph.node("Squeeze", found, graph.whole(2))


def _scores(graph: Graph, x: str, weights: Mapping[str, Array], score: str, name: str) -> str:
    """(B, T)."""
    if score == "additive":
        keys = graph.node("MatMul", x, graph.weight(f"{name}.U", weights["U"].T))
        asked = graph.weight(f"{name}.W_query", weights["W"] @ weights["query"])
        return graph.node(
            "MatMul",
            graph.node("Tanh", graph.node("Add", keys, asked)),
            graph.weight(f"{name}.v", weights["v"]),
        )
    if score == "dot":
        return graph.node("MatMul", x, graph.weight(f"{name}.query", weights["query"]))
    if score == "general":
        return graph.node("MatMul", x, graph.weight(f"{name}.query_W", weights["query"] @ weights["W"]))
    found = graph.node("MatMul", x, graph.weight(f"{name}.w", weights["w"]))
    bias = np.append(weights["b"], np.float32(0))  # one more: every sequence has a step of padding here
    places = graph.weight(f"{name}.b", bias)
    steps = graph.node("Slice", places, graph.whole(0), graph.size(x, 1), graph.whole(0))
    return graph.node("Tanh", graph.node("Add", found, steps))


def _cleared(graph: Graph, inputs: Mapping[str, str]) -> tuple[str, str]:
    """The input with zeros past each row's length, and (B, T) where it is valid."""
    x = inputs["x"]
    if "lengths" in inputs:
        valid = graph.valid(x, inputs["lengths"])
    else:
        row = graph.node("ReduceSum", x, graph.whole(2), keepdims=0)
        valid = graph.node("Equal", row, row)
    return graph.node("Where", graph.node("Unsqueeze", valid, graph.whole(2)), x, graph.floats(0.0)), valid


def _count(graph: Graph, valid: str) -> str:
    """(B, 1) int64 valid steps."""
    return graph.node("ReduceSum", graph.node("Cast", valid, to=7), graph.whole(1), keepdims=1)


def _last(graph: Graph, x: str, valid: str, backward: int, features: int) -> tuple[str, str]:
    steps = graph.steps(x)
    is_last = graph.node("Equal", graph.node("Add", steps, graph.whole(1)), _count(graph, valid))
    is_first = graph.node("And", valid, graph.node("Equal", steps, graph.whole(0)))
    last, first = (graph.node("Cast", place, to=1) for place in (graph.node("And", valid, is_last), is_first))
    ahead = features - backward
    parts = [
        graph.node("Slice", _weighed(graph, last, x), graph.whole(0), graph.whole(ahead), graph.whole(1))
    ]
    shares = graph.node("Mul", last, graph.floats(ahead / features))
    if backward:
        back = _weighed(graph, first, x)
        parts.append(graph.node("Slice", back, graph.whole(ahead), graph.whole(features), graph.whole(1)))
        shares = graph.node("Add", shares, graph.node("Mul", first, graph.floats(backward / features)))
    return graph.node("Concat", *parts, axis=1), shares


def _mean(graph: Graph, x: str, valid: str, backward: int, features: int) -> tuple[str, str]:
    count = graph.node("Max", graph.node("Cast", _count(graph, valid), to=1), graph.floats(1.0))
    shares = graph.node("Div", graph.node("Cast", valid, to=1), count)
    return _weighed(graph, shares, x), shares


def _max(graph: Graph, x: str, valid: str, backward: int, features: int) -> tuple[str, str]:
    some = graph.node("Greater", _count(graph, valid), graph.whole(0))
    candidates = graph.node("Where", graph.node("Unsqueeze", valid, graph.whole(2)), x, graph.floats(LOWEST))
    greatest = graph.node("ReduceMax", candidates, axes=[1], keepdims=0)
    place = graph.node("ArgMax", candidates, axis=1, keepdims=0)  # (B, F)
    hits = graph.node("OneHot", place, graph.size(x, 1), graph.floats(0.0, 1.0), axis=1)  # (B, T, F)
    shares = graph.node("ReduceMean", hits, axes=[2], keepdims=0)
    zero = graph.floats(0.0)
    return graph.node("Where", some, greatest, zero), graph.node("Where", some, shares, zero)


def _weighed(graph: Graph, shares: str, x: str) -> str:
    """(B, F) the steps of x (B, T, F) weighed by shares (B, T)."""
    row = graph.node("MatMul", graph.node("Unsqueeze", shares, graph.whole(1)), x)
    return graph.node("Squeeze", row, graph.whole(1))

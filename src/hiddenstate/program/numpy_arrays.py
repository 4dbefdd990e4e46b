"""The operations on whole arrays in NumPy: tables, dense layers, shapes, element-wise arithmetic."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.program.numpy_recurrent import sigmoid

Array = NDArray[Any]
Inputs = Mapping[str, Array]
Options = Mapping[str, Any]
TINY = 1e-12
"""What the logarithm takes at least."""


def softmax(x: Array) -> Array:
    """Shares over the last axis."""
    raised = np.exp(x - x.max(axis=-1, keepdims=True))
    shares: Array = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def log_softmax(x: Array) -> Array:
    """The logarithm of `softmax`, also of shares that are too small for a float."""
    below = x - x.max(axis=-1, keepdims=True)
    logs: Array = below - np.log(np.exp(below).sum(axis=-1, keepdims=True))
    return logs


FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "relu": lambda x: np.maximum(x, 0),
    "softmax": softmax,
    "log_softmax": log_softmax,
    "log": lambda x: np.log(np.maximum(x, x.dtype.type(TINY))),
    "exp": np.exp,
}
OPERATORS: dict[str, Callable[[Array, Array], Array]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
}


def _embedding(inputs: Inputs, weights: Inputs, options: Options) -> Array:
    table = weights["table"]
    if "further" in weights:
        table = np.concatenate([table, weights["further"]])
    return np.asarray(table[inputs["x"]])


def _gram_mean(inputs: Inputs, weights: Inputs, options: Options) -> Array:
    grams, table = inputs["x"], weights["table"]
    known = grams >= 0  # (B, T, G)
    total = np.where(known[..., np.newaxis], table[np.maximum(grams, 0)], 0).sum(axis=2)
    return np.asarray(total / np.maximum(known.sum(axis=2), 1)[..., np.newaxis].astype(table.dtype))


def _linear(inputs: Inputs, weights: Inputs, options: Options) -> Array:
    y: Array = inputs["x"] @ weights["weight"].T
    return y + weights["bias"] if "bias" in weights else y


def _reshape(inputs: Inputs, weights: Inputs, options: Options) -> Array:
    # Named axes keep their size; the axis of rows takes what is left: the batch.
    x, shape = inputs["x"], options["shape"]
    sizes = [size for size in shape[1:] if not isinstance(size, str)]
    if len(sizes) == len(shape) - 1:
        return np.reshape(x, (_rows(x.size, sizes, options, x), *sizes))
    same: Array = x.reshape(x.shape[0], x.shape[1], *shape[2:])
    return same


def _rows(size: int, sizes: list[int], options: Options, x: Array) -> int:
    inner = int(np.prod(sizes, dtype=np.int64))
    return size // inner if inner else x.shape[0] * options["shape"][0]


def _convolution(inputs: Inputs, weights: Inputs, options: Options) -> Array:
    x, taps = inputs["x"], weights["weight"][0, 0]
    half = len(taps) // 2
    padded = np.pad(x, ((0, 0), (half, half)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(taps), axis=1)  # (B, L, K)
    return np.asarray(windows @ taps)


def _pad(inputs: Inputs, weights: Inputs, options: Options) -> Array:
    widths = [(0, 0)] * inputs["x"].ndim
    widths[options["axis"]] = (options["before"], options["after"])
    return np.pad(inputs["x"], widths)


def _slice(inputs: Inputs, weights: Inputs, options: Options) -> Array:
    part: Array = np.take(inputs["x"], range(options["start"], options["stop"]), axis=options["axis"])
    return part


def _spread(inputs: Inputs, weights: Inputs, options: Options) -> Array:
    x = inputs["x"]
    found: Array = np.maximum(x.std(axis=options["axis"], keepdims=True), x.dtype.type(options["smallest"]))
    return found


def _parameter(inputs: Inputs, weights: Inputs, options: Options) -> Array:
    value = weights["value"]
    return np.broadcast_to(value, (inputs["x"].shape[0], *value.shape))


def _scale(inputs: Inputs, weights: Inputs, options: Options) -> Array:
    kind = inputs["x"].dtype.type
    return np.asarray(inputs["x"] * kind(options["factor"]) + kind(options["offset"]))


def _lead_regression(inputs: Inputs, weights: Inputs, options: Options) -> Array:
    return np.asarray(np.einsum("bhd,hdc->bhc", inputs["x"], weights["weight"]) + weights["bias"])


def _clear(inputs: Inputs, weights: Inputs, options: Options) -> Array:
    x = inputs["x"]
    if "lengths" not in inputs:
        return x
    valid = np.arange(x.shape[1]) < inputs["lengths"][:, np.newaxis]
    return np.where(valid[..., np.newaxis], x, 0)


def _only(
    rule: Callable[[Inputs, Inputs, Options], Array],
) -> Callable[[Inputs, Inputs, Options], dict[str, Array]]:
    """A rule with a single output, under its role."""
    return lambda inputs, weights, options: {"y": rule(inputs, weights, options)}


ARRAY_RULES: dict[str, Callable[[Inputs, Inputs, Options], dict[str, Array]]] = {
    kind: _only(rule)
    for kind, rule in {
        "embedding": _embedding,
        "gram_mean": _gram_mean,
        "linear": _linear,
        "activation": lambda inputs, weights, options: FUNCTIONS[options["function"]](inputs["x"]),
        "concat": lambda inputs, weights, options: np.concatenate(
            list(inputs.values()), axis=options["axis"]
        ),
        "reshape": _reshape,
        "transpose": lambda inputs, weights, options: inputs["x"].transpose(options["axes"]),
        "slice": _slice,
        "pad": _pad,
        "mean": lambda inputs, weights, options: inputs["x"].mean(axis=options["axis"], keepdims=True),
        "spread": _spread,
        "repeat": lambda inputs, weights, options: inputs["x"].repeat(options["times"], axis=options["axis"]),
        "parameter": _parameter,
        "arithmetic": lambda inputs, weights, options: OPERATORS[options["operator"]](
            inputs["x"], inputs["y"]
        ),
        "scale": _scale,
        "lead_regression": _lead_regression,
        "convolution": _convolution,
        "sort": lambda inputs, weights, options: np.sort(inputs["x"], axis=-1),
        "clear": _clear,
    }.items()
}
"""Kind -> its rule."""

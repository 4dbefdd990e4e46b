"""What each kind of operation takes and gives: the one table that writers, checks and backends agree on.

B rows, T steps, F features. The first axis of every shape counts rows (see `shapes.Shape`).

==============  =======================================================================================
embedding       row x of `table`, beyond its end of `further`: (B, T) whole -> (B, T, F)
gram_mean       mean of the rows of `table` that x names, -1 for none: (B, T, G) whole -> (B, T, F)
linear          x · weightᵀ + bias over the last axis
activation      tanh, sigmoid, relu, softmax and log_softmax (last axis), log (of at least 1e-12) or exp
recurrent       a cell of `CELL_BLOCKS` through time, as `layers.Recurrent`; `reverse` reads from each row's end
pool            last, mean or max over the valid steps of (B, T, F); `backward` features were read backwards
attention       one question to each sequence: additive, dot, general or per_step; the weight `query` or an input
concat          side by side along `axis`
reshape         the same numbers, row-major, as `shape`
transpose       axes in the order `axes`
slice           `start` to `stop` along `axis`
pad             `before` and `after` zeros along `axis`
mean            over `axis`, which stays with size 1
spread          standard deviation over `axis`, at least `smallest`; the axis stays with size 1
repeat          each entry along `axis` `times` times, one beside the other
parameter       `value` for each row of x
arithmetic      x and y by `operator` (add, subtract, multiply, divide); sizes of 1 are repeated
scale           x · `factor` + `offset`
lead_regression a linear map of its own for each step: (B, H, D), weight (H, D, C), bias (H, C) -> (B, H, C)
convolution     rows (B, L) with one filter (1, 1, odd K), zeros beyond the ends -> (B, L)
sort            ascending along the last axis
clear           zeros beyond each row's length: (B, T, F)
==============  =======================================================================================
"""

from collections.abc import Callable, Mapping
from typing import Any

from hiddenstate.choices import choose
from hiddenstate.errors import BundleError
from hiddenstate.program.shapes import Shape, Size, elements, known, together

CELL_BLOCKS = {"rnn": 1, "lstm": 4, "gru": 3}
"""Cell -> blocks of rows in its W, U and b (torch's order)."""
CELL_STATES = {"rnn": ("h",), "lstm": ("h", "C"), "gru": ("h",)}
"""Cell -> the parts of its state."""
ACTIVATIONS = ("tanh", "sigmoid", "relu", "softmax", "log_softmax", "log", "exp")
ARITHMETIC = ("add", "subtract", "multiply", "divide")
POOL_KINDS = ("last", "mean", "max")
SCORE_KINDS = ("additive", "dot", "general", "per_step")

Shapes = Mapping[str, Shape]
Weights = Mapping[str, tuple[int, ...]]
Options = Mapping[str, Any]
Rule = Callable[[Shapes, Weights, Options], dict[str, Shape]]


def infer(kind: str, inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    """The shape of each output. Raises `BundleError` for an unknown kind and for inputs that do not fit."""
    rule = choose(OPERATIONS, kind, "operation", BundleError)
    try:
        return rule(inputs, weights, options)
    except (KeyError, IndexError, TypeError) as error:
        raise BundleError(f'program: expected a complete "{kind}", got one without {error}.') from None


def _embedding(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    return {"y": (*inputs["x"], weights["table"][1])}


def _gram_mean(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    return {"y": (*inputs["x"][:-1], weights["table"][1])}


def _linear(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    x, (rows, columns) = inputs["x"], weights["weight"]
    _expect(x[-1] == columns, f"linear: expected {columns} features, got {x[-1]}")
    return {"y": (*x[:-1], rows)}


def _activation(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    _expect(options["function"] in ACTIVATIONS, f"activation: got {options['function']}")
    return {"y": inputs["x"]}


def _recurrent(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    x, (rows, hidden) = inputs["x"], weights["U"]
    blocks = choose(CELL_BLOCKS, options["cell"], "cell", BundleError)
    _expect(rows == blocks * hidden, f"recurrent: expected {blocks} blocks of {hidden} rows, got {rows} rows")
    _expect(len(x) == 3 and weights["W"] == (rows, x[2]), f"recurrent: {x} does not fit W {weights['W']}")
    state: Shape = (x[0], hidden)
    for part in CELL_STATES[options["cell"]]:
        _expect(
            inputs.get(part, state) == state,
            f"recurrent: expected a state of {state}, got {inputs.get(part)}",
        )
    return {"sequence": (*x[:2], hidden)} | dict.fromkeys(CELL_STATES[options["cell"]], state)


def _pool(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    rows, steps, features = inputs["x"]
    _expect(options["how"] in POOL_KINDS, f"pool: got {options['how']}")
    return {"context": (rows, features), "weights": (rows, steps)}


def _attention(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    rows, steps, features = inputs["x"]
    score, asked = options["score"], inputs.get("query")
    _expect(score in SCORE_KINDS, f"attention: got {score}")
    _expect(
        asked is None or (len(asked) == 2 and asked[0] == rows and score != "per_step"),
        f"attention: the {score} score has no place for a question of {asked}",
    )
    return {"context": (rows, features), "weights": (rows, steps)}


def _concat(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    axis, parts = options["axis"], list(inputs.values())
    others = {(*part[:axis], *part[axis + 1 :]) for part in parts}
    _expect(len(others) == 1, f"concat: expected shapes that differ along axis {axis} alone, got {parts}")
    total = sum(known(part[axis]) for part in parts)
    return {"y": (*parts[0][:axis], total, *parts[0][axis + 1 :])}


def _reshape(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    shape: Shape = tuple(options["shape"])
    x = inputs["x"]
    if [size for size in x if isinstance(size, str)] == [size for size in shape if isinstance(size, str)]:
        fixed = [[size for size in part if not isinstance(size, str)] for part in (x, shape)]
        _expect(elements(fixed[0]) == elements(fixed[1]), f"reshape: {x} does not fit {shape}")
        return {"y": shape}
    raise BundleError(f"program: reshape: expected the same named axes, got {x} and {shape}.")


def _transpose(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    axes = options["axes"]
    _expect(axes[0] == 0, "transpose: the axis of rows stays in front")
    return {"y": tuple(inputs["x"][axis] for axis in axes)}


def _slice(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    size = known(inputs["x"][options["axis"]])
    _expect(0 <= options["start"] < options["stop"] <= size, f"slice: {options} is out of {size}")
    return {"y": _with(inputs["x"], options["axis"], options["stop"] - options["start"])}


def _pad(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    size = known(inputs["x"][options["axis"]])
    return {"y": _with(inputs["x"], options["axis"], size + options["before"] + options["after"])}


def _reduced(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    _expect(0 < options["axis"] < len(inputs["x"]), f"mean: no axis {options['axis']}")
    known(inputs["x"][options["axis"]])
    return {"y": _with(inputs["x"], options["axis"], 1)}


def _repeat(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    size = known(inputs["x"][options["axis"]])
    return {"y": _with(inputs["x"], options["axis"], size * options["times"])}


def _parameter(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    return {"y": (inputs["x"][0], *weights["value"])}


def _arithmetic(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    _expect(options["operator"] in ARITHMETIC, f"arithmetic: got {options['operator']}")
    return {"y": together(inputs["x"], inputs["y"])}


def _scale(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    float(options["factor"]), float(options["offset"])
    return {"y": inputs["x"]}


def _lead_regression(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    x, (steps, features, targets) = inputs["x"], weights["weight"]
    _expect(x[1:] == (steps, features), f"lead_regression: {x} does not fit {weights['weight']}")
    return {"y": (x[0], steps, targets)}


def _convolution(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    _expect(
        len(inputs["x"]) == 2 and weights["weight"][2] % 2 == 1,
        "convolution: expected rows and an odd filter",
    )
    return {"y": inputs["x"]}


def _same(inputs: Shapes, weights: Weights, options: Options) -> dict[str, Shape]:
    return {"y": inputs["x"]}


def _with(shape: Shape, axis: int, size: Size) -> Shape:
    return (*shape[:axis], size, *shape[axis + 1 :])


def _expect(fits: bool, message: str) -> None:
    if not fits:
        raise BundleError(f"program: {message}. Train the model again.")


OPERATIONS: dict[str, Rule] = {
    "embedding": _embedding,
    "gram_mean": _gram_mean,
    "linear": _linear,
    "activation": _activation,
    "recurrent": _recurrent,
    "pool": _pool,
    "attention": _attention,
    "concat": _concat,
    "reshape": _reshape,
    "transpose": _transpose,
    "slice": _slice,
    "pad": _pad,
    "mean": _reduced,
    "spread": _reduced,
    "repeat": _repeat,
    "parameter": _parameter,
    "arithmetic": _arithmetic,
    "scale": _scale,
    "lead_regression": _lead_regression,
    "convolution": _convolution,
    "sort": _same,
    "clear": _same,
}

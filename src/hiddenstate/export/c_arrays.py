"""Operations on whole arrays as C."""

from collections.abc import Callable

from hiddenstate.export.c_code import Code, count
from hiddenstate.export.c_layers import attention, embedding, gram_mean, linear, pool, recurrent
from hiddenstate.program.numpy_arrays import TINY
from hiddenstate.program.program import Operation
from hiddenstate.program.shapes import Shape, elements, known

OPERATORS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}


def _activation(code: Code, operation: Operation) -> None:
    x, y, function = operation.inputs["x"], operation.outputs["y"], operation.options["function"]
    shape = code.shapes[x]
    if function in ("softmax", "log_softmax"):
        code.call(function, code.at(x), count(shape[:-1]), shape[-1], code.at(y))
        return
    kernel = {"tanh": "hyperbolic", "sigmoid": "sigmoid"}.get(function)
    if kernel:
        code.kernels.add(kernel)
        _each(code, y, f"{kernel}(({code.at(x)})[i])")
    elif function == "exp":  # of the library: ours, made for gates, ends at 88
        _each(code, y, f"expf(({code.at(x)})[i])")
    elif function == "relu":
        _each(code, y, f"({code.at(x)})[i] > 0.0f ? ({code.at(x)})[i] : 0.0f")
    else:
        tiny = code.number(TINY)
        _each(code, y, f"logf(({code.at(x)})[i] > {tiny} ? ({code.at(x)})[i] : {tiny})")


def _scale(code: Code, operation: Operation) -> None:
    factor, offset = code.number(operation.options["factor"]), code.number(operation.options["offset"])
    _each(code, operation.outputs["y"], f"({code.at(operation.inputs['x'])})[i] * {factor} + {offset}")


def _each(code: Code, y: str, expression: str) -> None:
    """One statement for each number of y."""
    code.write(
        f"for (size_t i = 0; i < {count(code.shapes[y])}; i++) {{",
        f"    ({code.at(y)})[i] = {expression};",
        "}",
    )


def _arithmetic(code: Code, operation: Operation) -> None:
    x, y, out = operation.inputs["x"], operation.inputs["y"], operation.outputs["y"]
    sign = OPERATORS[operation.options["operator"]]
    shape = code.shapes[out]
    if code.shapes[x] == code.shapes[y]:
        _each(code, out, f"({code.at(x)})[i] {sign} ({code.at(y)})[i]")
        return
    letters = "ijkl"[: len(shape)]
    for depth, (letter, size) in enumerate(zip(letters, shape, strict=True)):
        head = f"for (size_t {letter} = 0; {letter} < {count((size,))}; {letter}++) {{"
        code.write("    " * depth + head)
    places = [_place(letters, code.shapes[name], shape) for name in (out, x, y)]
    left, one, other = (
        f"({code.at(name)})[{place}]" for name, place in zip((out, x, y), places, strict=True)
    )
    code.write("    " * len(letters) + f"{left} = {one} {sign} {other};")
    for depth in reversed(range(len(letters))):
        code.write("    " * depth + "}")


def _place(letters: str, shape: Shape, whole: Shape) -> str:
    """The index of an element of `shape` where sizes of 1 are repeated."""
    terms = [
        letter + (f" * ({count(shape[axis + 1 :])})" if count(shape[axis + 1 :]) != "1" else "")
        for axis, letter in enumerate(letters)
        if shape[axis] != 1
    ]
    return " + ".join(terms) or "0"


def _reshape(code: Code, operation: Operation) -> None:
    code.alias(operation.outputs["y"], operation.inputs["x"])


def _clear(code: Code, operation: Operation) -> None:
    # A row is computed at its own length: there is nothing beyond it.
    code.alias(operation.outputs["y"], operation.inputs["x"])


def _concat(code: Code, operation: Operation) -> None:
    axis, y = operation.options["axis"], operation.outputs["y"]
    whole, first = code.shapes[y], "0"
    for x in operation.inputs.values():
        size = count(code.shapes[x][axis:])
        target = code.at(y) + (f" + {first}" if first != "0" else "")
        code.call("copy_parts", code.at(x), size, target, count(whole[axis:]), count(whole[:axis]), size)
        first = size if first == "0" else f"{first} + {size}"


def _slice(code: Code, operation: Operation) -> None:
    x, y, axis = operation.inputs["x"], operation.outputs["y"], operation.options["axis"]
    size, inner = code.shapes[x], elements(code.shapes[x][axis + 1 :])
    begin = f"{code.at(x)} + {operation.options['start'] * inner}"
    part = count(code.shapes[y][axis:])
    code.call("copy_parts", begin, count(size[axis:]), code.at(y), part, count(size[:axis]), part)


def _pad(code: Code, operation: Operation) -> None:
    x, y, axis = operation.inputs["x"], operation.outputs["y"], operation.options["axis"]
    size = code.shapes[x]
    begin = f"{code.at(y)} + {operation.options['before'] * elements(size[axis + 1 :])}"
    part = count(size[axis:])
    code.write(f"memset({code.at(y)}, 0, {count(code.shapes[y])} * sizeof(float));")
    code.call("copy_parts", code.at(x), part, begin, count(code.shapes[y][axis:]), count(size[:axis]), part)


def _transpose(code: Code, operation: Operation) -> None:
    x, y, axes = operation.inputs["x"], operation.outputs["y"], operation.options["axes"]
    shape = [known(size) for size in code.shapes[x]]
    distance = [elements(shape[axis + 1 :]) for axis in range(len(shape))]
    fill = 4 - len(axes)
    sizes = [1] * fill + [shape[axis] for axis in axes]
    steps = [0] * fill + [distance[axis] for axis in axes]
    lists = (f"(const size_t[]){{{', '.join(map(str, values))}}}" for values in (sizes, steps))
    code.call("transpose", code.at(x), *lists, code.at(y))


def _reduced(code: Code, operation: Operation) -> None:
    x, y, axis = operation.inputs["x"], operation.outputs["y"], operation.options["axis"]
    size = code.shapes[x]
    sizes = (count(size[:axis]), size[axis], count(size[axis + 1 :]))
    smallest = [code.number(operation.options["smallest"])] if operation.kind == "spread" else []
    code.call(operation.kind, code.at(x), *sizes, *smallest, code.at(y))


def _repeat(code: Code, operation: Operation) -> None:
    x, y, axis = operation.inputs["x"], operation.outputs["y"], operation.options["axis"]
    size = code.shapes[x]
    sizes = (count(size[: axis + 1]), count(size[axis + 1 :]))
    code.call("repeat", code.at(x), *sizes, operation.options["times"], code.at(y))


def _parameter(code: Code, operation: Operation) -> None:
    y, value = operation.outputs["y"], code.array(operation, "value")
    rows = known(code.shapes[y][0])
    code.call("repeat", code.vector(operation, "value"), 1, value.size, rows, code.at(y))


def _lead_regression(code: Code, operation: Operation) -> None:
    x, y = operation.inputs["x"], operation.outputs["y"]
    steps, features, targets = code.array(operation, "weight").shape
    vectors = code.vector(operation, "weight"), code.vector(operation, "bias")
    sizes = (code.shapes[x][0], steps, features, targets)
    code.call("lead_regression", code.at(x), *sizes, *vectors, code.at(y))


def _convolution(code: Code, operation: Operation) -> None:
    x, y, taps = operation.inputs["x"], operation.outputs["y"], code.array(operation, "weight").size
    code.call("convolution", code.at(x), *code.shapes[x], code.vector(operation, "weight"), taps, code.at(y))


def _sort(code: Code, operation: Operation) -> None:
    x, y = operation.inputs["x"], operation.outputs["y"]
    *outer, size = code.shapes[x]
    code.call("sort", code.at(x), count(outer), size, code.at(y))


RULES: dict[str, Callable[[Code, Operation], None]] = {
    "embedding": embedding,
    "gram_mean": gram_mean,
    "linear": linear,
    "recurrent": recurrent,
    "pool": pool,
    "attention": attention,
    "activation": _activation,
    "scale": _scale,
    "arithmetic": _arithmetic,
    "reshape": _reshape,
    "concat": _concat,
    "slice": _slice,
    "pad": _pad,
    "transpose": _transpose,
    "mean": _reduced,
    "spread": _reduced,
    "repeat": _repeat,
    "parameter": _parameter,
    "lead_regression": _lead_regression,
    "convolution": _convolution,
    "sort": _sort,
    "clear": _clear,
}
"""Kind of operation -> statements that compute it."""

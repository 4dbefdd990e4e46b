"""One C function that computes a program for one row, and the structures that it takes."""

from collections.abc import Mapping
from dataclasses import dataclass

from hiddenstate.export.c_arrays import RULES
from hiddenstate.export.c_code import Code, Weights, count, scratch_of
from hiddenstate.export.c_memory import Memory, Need, plan_memory
from hiddenstate.program import Program
from hiddenstate.program.shapes import Shape, elements

INDENT = "    "
ALIASES = ("reshape", "clear")
"""Kinds whose output is their input under another name."""


@dataclass(frozen=True)
class Limits:
    """What the caller's memory is laid out for."""

    steps: int
    """The longest sequence."""
    grams: int = 32
    """n-grams of the word with most."""


@dataclass(frozen=True)
class Function:
    """A generated function."""

    structures: str
    """C text of its structures."""
    text: str
    kernels: frozenset[str]
    work_bytes: int
    signature: str


def field_name(name: str) -> str:
    """A value's name as a C identifier.

    >>> field_name("layer0.h")
    'layer0_h'
    """
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def write_function(name: str, program: Program, weights: Weights, limits: Limits) -> Function:
    """``int NAME(const NAME_inputs *, [model_state *,] NAME_outputs *, NAME_work *)``."""
    shapes = program.shapes()
    memory = _plan(program, shapes, limits)
    places = {
        given: f"state->{field_name(given)}" if given in program.states else f"inputs->{field_name(given)}"
        for given in program.inputs
    }
    code = Code(weights, shapes, places, memory)
    for operation in program.operations:
        RULES[operation.kind](code, operation)
    _copy_out(code, program)
    state = "model_state *state, " if program.states else ""
    signature = f"int {name}(const {name}_inputs *inputs, {state}{name}_outputs *outputs, {name}_work *work)"
    body = [*_checks(program), *code.lines, "return MODEL_OK;"]
    head = ["float *const arena = work->arena;"]
    if program.variable_time:
        head.append("const size_t steps = inputs->steps;")
    if any("grams" in shape for shape in shapes.values()):
        head.append("const size_t grams = inputs->grams_per_word;")
    text = "\n".join([signature, "{", *(INDENT + line for line in [*head, *body]), "}", ""])
    return Function(
        structures=_structures(name, program, shapes, memory, limits),
        text=text,
        kernels=frozenset(code.kernels),
        work_bytes=4 * memory.size,
        signature=signature,
    )


def fixed(shape: Shape, limits: Limits) -> Shape:
    """A shape at its largest."""
    largest = {"time": limits.steps, "grams": limits.grams}
    return tuple(largest[size] if isinstance(size, str) else size for size in shape)


def _plan(program: Program, shapes: Mapping[str, Shape], limits: Limits) -> Memory:
    """Lives of all values; one that is another in a new shape lengthens that one's life."""
    root = {name: name for name in program.inputs}
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    sizes: dict[str, int] = {}
    weights = program.weights
    for number, operation in enumerate(program.operations):
        for name in operation.inputs.values():
            last[root[name]] = number
        for name in operation.outputs.values():
            root[name] = root[operation.inputs["x"]] if operation.kind in ALIASES else name
            if root[name] == name:
                first[name] = last[name] = number
                sizes[name] = elements(fixed(shapes[name], limits))
        if scratch := scratch_of(operation, shapes, weights):
            name = f"{next(iter(operation.outputs.values()))} scratch"
            first[name] = last[name] = number
            sizes[name] = scratch
    for output in program.outputs.values():
        last[root[output.value]] = len(program.operations)
    return plan_memory([Need(name, sizes[name], first[name], last[name]) for name in first])


def _checks(program: Program) -> list[str]:
    lines = ["(void)arena;"]
    if program.variable_time:
        lines += ["if (steps > MODEL_MAX_STEPS) {", f"{INDENT}return MODEL_TOO_LONG;", "}"]
    for name, given in program.inputs.items():
        if given.whole and given.largest is not None:
            lowest = -1 if "grams" in given.shape else 0
            place = f"inputs->{field_name(name)}[i]"
            lines += [
                f"for (size_t i = 0; i < {count(given.shape)}; i++) {{",
                f"{INDENT}if ({place} < {lowest} || {place} >= {given.largest}) {{",
                f"{INDENT * 2}return MODEL_BAD_NUMBER;",
                f"{INDENT}}}",
                "}",
            ]
    return lines


def _copy_out(code: Code, program: Program) -> None:
    following = {output: state for state, output in program.states.items()}
    for name, output in program.outputs.items():
        target = (
            f"state->{field_name(following[name])}" if name in following else f"outputs->{field_name(name)}"
        )
        size = count(code.shapes[output.value])
        code.write(f"memcpy({target}, {code.at(output.value)}, {size} * sizeof(float));")


def _structures(
    name: str, program: Program, shapes: Mapping[str, Shape], memory: Memory, limits: Limits
) -> str:
    fields = [
        f"const {'int32_t' if given.whole else 'float'} *{field_name(key)}; /* {_words(given.shape)} */"
        for key, given in program.inputs.items()
        if key not in program.states and key != "lengths"
    ]
    if program.variable_time:
        fields.append("size_t steps; /* 0 to MODEL_MAX_STEPS */")
    if any("grams" in given.shape for given in program.inputs.values()):
        fields.append("size_t grams_per_word; /* n-grams given of each word, filled up with -1 */")
    carried = set(program.states.values())
    outputs = [
        f"float {field_name(key)}[{_most(shapes[output.value])}]; /* {_words(shapes[output.value])} */"
        for key, output in program.outputs.items()
        if key not in carried
    ]
    parts = {"inputs": fields, "outputs": outputs, "work": [f"float arena[{memory.size}];"]}
    return "\n".join(
        "\n".join(["typedef struct {", *(INDENT + line for line in lines), f"}} {name}_{part};", ""])
        for part, lines in parts.items()
    )


def _most(shape: Shape) -> str:
    return count(shape).replace("steps", "MODEL_MAX_STEPS")


def _words(shape: Shape) -> str:
    names = {"time": "steps"}
    sizes = [names.get(size, size) if isinstance(size, str) else str(size) for size in shape[1:]]
    return " by ".join(sizes) or "1"

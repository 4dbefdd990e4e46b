"""From a program for whole sequences to one that takes a step at a time and carries its state in the open."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hiddenstate.errors import SettingsError
from hiddenstate.program.operations import CELL_STATES
from hiddenstate.program.program import Input, Operation, Output, Program
from hiddenstate.program.shapes import Shape

STEPWISE = frozenset(
    {
        "embedding",
        "gram_mean",
        "linear",
        "activation",
        "arithmetic",
        "scale",
        "concat",
        "sort",
        "reshape",
        "clear",
    }
)
"""Kinds that look at each step by itself."""


def why_not_streaming(program: Program, *, pools: Sequence[str] = ("last",)) -> str | None:
    """Why a model cannot answer after each step, in words; None where it can.

    `pools`: those that can be computed as the steps come; programs of one step (ONNX, C) know the last step alone.
    """
    shapes = program.shapes()
    for operation in program.operations:
        steps = any("time" in shapes[name] for name in operation.inputs.values())
        if operation.kind == "recurrent" and not steps:
            return "it reads windows of a fixed length, not a stream"
        if not steps:
            continue
        if operation.kind == "recurrent" and operation.options["reverse"]:
            return "it is bidirectional: a layer reads each sequence from its end"
        if operation.kind == "pool" and operation.options["how"] not in pools:
            return f"its {operation.options['how']} over time needs the whole sequence"
        if operation.kind == "attention":
            return "its attention weighs all steps of the whole sequence"
        if operation.kind not in STEPWISE | {"recurrent", "pool"}:
            return f"its {operation.kind} needs the whole sequence"
    if not program.variable_time:
        return "it reads windows of a fixed length, not a stream"
    return None


def check_can_stream(program: Program) -> None:
    """Raise `SettingsError` with the reason and the ways out where a model cannot stream."""
    reason = why_not_streaming(program)
    if reason is not None:
        raise SettingsError(
            f"expected a model that can stream, got one that cannot: {reason}. Train with bidirectional = false "
            'and pool = "last", or give whole sequences (chunks with some steps of look-ahead, say).'
        )


def carry_states(program: Program) -> Program:
    """The same program with every layer's state as a named input ("layer0.h") and output ("layer0.h.next").

    A layer that has an initial state of its own keeps it.
    """
    inputs, outputs, states = dict(program.inputs), dict(program.outputs), dict(program.states)
    shapes = program.shapes()
    operations: list[Operation] = []
    layer = 0
    for operation in program.operations:
        if operation.kind == "recurrent" and "h" not in operation.inputs:
            taken = dict(operation.inputs)
            for part in CELL_STATES[operation.options["cell"]]:
                name, value = f"layer{layer}.{part}", operation.outputs[part]
                inputs[name] = Input(shapes[value])
                outputs[f"{name}.next"] = Output(value)
                states[name] = f"{name}.next"
                taken[part] = name
            operation = replace(operation, inputs=taken)
            layer += 1
        operations.append(operation)
    return replace(program, inputs=inputs, operations=tuple(operations), outputs=outputs, states=states)


def step_program(program: Program) -> Program:
    """The program of one step: each sequence input holds one step, states come in and go out.

    Raises `SettingsError` where the model cannot stream.
    """
    check_can_stream(program)
    carried = carry_states(program)
    shapes = carried.shapes()
    gone = shares_of_steps(carried)
    operations = tuple(
        _one_step(operation, shapes)
        for operation in carried.operations
        if not gone & set(operation.inputs.values())
    )
    inputs = {
        name: replace(given, shape=tuple(1 if size == "time" else size for size in given.shape))
        for name, given in carried.inputs.items()
        if name != "lengths"
    }
    outputs = {name: output for name, output in carried.outputs.items() if output.value not in gone}
    return replace(carried, inputs=inputs, operations=operations, outputs=outputs)


def shares_of_steps(program: Program, *, pools: Sequence[str] = ("last", "mean", "max")) -> set[str]:
    """The values that say how much each step counts in such pools, and what is made of them: the mean of several
    networks' shares. They need the whole sequence, whatever the pool.
    """
    found: set[str] = set()
    for operation in program.operations:
        if operation.kind == "pool" and operation.options["how"] in pools:
            found.add(operation.outputs["weights"])
        elif found & set(operation.inputs.values()):
            found |= set(operation.outputs.values())
    return found


def _one_step(operation: Operation, shapes: Mapping[str, Shape]) -> Operation:
    """Without lengths; the last step of one step is that step."""
    inputs = {role: name for role, name in operation.inputs.items() if role != "lengths"}
    if operation.kind == "pool":
        shape = list(shapes[operation.outputs["context"]])
        return Operation("reshape", inputs, {"y": operation.outputs["context"]}, {}, {"shape": shape})
    options: dict[str, Any] = dict(operation.options)
    if operation.kind == "reshape":
        options["shape"] = [1 if size == "time" else size for size in options["shape"]]
    return replace(operation, inputs=inputs, options=options)

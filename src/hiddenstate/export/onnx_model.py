"""A program as an ONNX model: dynamic batch and time, lengths and states as named inputs."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from hiddenstate import __version__
from hiddenstate.export.onnx_arrays import ARRAY_RULES
from hiddenstate.export.onnx_graph import IR_VERSION, OPSET, Graph
from hiddenstate.export.onnx_pools import attention, pool
from hiddenstate.export.onnx_recurrent import recurrent
from hiddenstate.program import Program
from hiddenstate.program.program import Operation
from hiddenstate.program.shapes import Shape

Array = NDArray[Any]
RULES = {"recurrent": recurrent, "pool": pool, "attention": attention}
"""Kinds with several outputs; all others are in `ARRAY_RULES`."""


def to_onnx(program: Program, weights: Mapping[str, Array]) -> onnx.ModelProto:
    """The model, checked with full shape inference; its metadata say what labels, units and scalers there are.

    Sequences of no step at all need no care of the caller's: within the graph each gets one of padding.
    """
    program.check_weights(weights)
    shapes = program.shapes()
    graph = Graph()
    names = {name: _with_padding(graph, name, given.shape) for name, given in program.inputs.items()}
    for number, operation in enumerate(program.operations):
        found = _write(graph, operation, names, weights, shapes, f"{operation.kind}{number}")
        names |= {value: found[role] for role, value in operation.outputs.items() if role in found}
    time = next((name for name, given in program.inputs.items() if "time" in given.shape), None)
    outputs = []
    for name, output in program.outputs.items():
        value, shape = names[output.value], shapes[output.value]
        if "time" in shape:
            ends = (graph.whole(0), graph.size(str(time), 1), graph.whole(1))
            value = graph.node("Slice", value, *ends)
        graph.nodes.append(helper.make_node("Identity", [value], [name], name=f"output {name}"))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, _axes(shape)))
    inputs = [
        helper.make_tensor_value_info(
            name, TensorProto.INT64 if given.whole else TensorProto.FLOAT, _axes(given.shape)
        )
        for name, given in program.inputs.items()
    ]
    made = helper.make_graph(graph.nodes, program.kind, inputs, outputs, list(graph.constants.values()))
    model = helper.make_model(
        made,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="hiddenstate",
        producer_version=__version__,
    )
    helper.set_model_props(model, metadata_of(program))
    onnx.checker.check_model(model, full_check=True)
    return model


def metadata_of(program: Program) -> dict[str, str]:
    """What the graph itself cannot say, as JSON texts by name."""
    columns = {name: list(given.columns) for name, given in program.inputs.items() if given.columns}
    scalers = {
        name: {"mean": given.scaling.mean, "spread": given.scaling.spread}
        for name, given in program.inputs.items()
        if given.scaling is not None
    }
    outputs = program.outputs.items()
    found: dict[str, Any] = {
        "kind": program.kind,
        "columns": columns,
        "scalers": scalers,
        "labels": {name: list(output.labels) for name, output in outputs if output.labels},
        "units": {name: output.unit for name, output in outputs if output.unit},
        "states": dict(program.states),
        "facts": dict(program.facts),
    }
    return {name: json.dumps(value, ensure_ascii=False) for name, value in found.items() if value}


def _write(
    graph: Graph,
    operation: Operation,
    names: Mapping[str, str],
    weights: Mapping[str, Array],
    shapes: Mapping[str, Shape],
    name: str,
) -> dict[str, str]:
    inputs = {role: names[value] for role, value in operation.inputs.items()}
    arrays = {role: np.asarray(weights[key], dtype=np.float32) for role, key in operation.weights.items()}
    shape = shapes[next(iter(operation.inputs.values()))]
    options = {"features": shape[-1], **operation.options}
    if operation.kind in RULES:
        return RULES[operation.kind](graph, inputs, arrays, options, name)
    if operation.kind != "reshape":
        options["shape"] = shape
    return {"y": ARRAY_RULES[operation.kind](graph, inputs, arrays, options, name)}


def _with_padding(graph: Graph, name: str, shape: Shape) -> str:
    """An input with one more step at the end, where it has an axis of steps."""
    if "time" not in shape:
        return name
    ends = [0] * len(shape) + [int(size == "time") for size in shape]
    whole = "grams" in shape or len(shape) == 2
    fill = graph.weight("padding", np.array(0, dtype=np.int64)) if whole else graph.floats(0.0)
    return graph.node("Pad", name, graph.whole(*ends), fill)


def _axes(shape: Shape) -> list[int | str]:
    return ["batch", *shape[1:]]

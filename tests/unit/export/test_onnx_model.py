"""ONNX graphs: names, dynamic axes, metadata."""

import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("onnx", reason="the extra 'export' is not installed")

from hiddenstate.export.onnx_model import to_onnx
from hiddenstate.export.onnx_recurrent import onnx_weights
from hiddenstate.parity.models import subject_of
from hiddenstate.parity.specimens import specimen
from hiddenstate.program import step_program
from hiddenstate.program.program import Output, Scaling


def axes(values):
    return {
        value.name: [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim]
        for value in values
    }


def test_states_lengths_batch_and_time_are_named():
    subject = subject_of(specimen("stacked lstm x1"), "example")
    model = to_onnx(subject.program, subject.weights)
    assert axes(model.graph.input) == {
        "x": ["batch", "time", 3],
        "lengths": ["batch"],
        "layer0.h": ["batch", 5],
        "layer0.C": ["batch", 5],
    }
    assert axes(model.graph.output) == {
        "outputs": ["batch", "time", 5],
        "layer0.h.next": ["batch", 5],
        "layer0.C.next": ["batch", 5],
    }
    step = to_onnx(step_program(subject.program), subject.weights)
    assert axes(step.graph.input) == {
        "x": ["batch", 1, 3],
        "layer0.h": ["batch", 5],
        "layer0.C": ["batch", 5],
    }
    assert json.loads({entry.key: entry.value for entry in step.metadata_props}["states"]) == {
        "layer0.h": "layer0.h.next",
        "layer0.C": "layer0.C.next",
    }


def test_metadata_carry_labels_units_and_scalers():
    subject = subject_of(specimen("text, max+attention"), "example")
    program = subject.program
    output = Output(program.outputs["logits0"].value, ("a", "b", "c", "größer"), unit="%")
    program = replace(program, outputs={**program.outputs, "logits0": output}, facts={"threshold": 0.4})
    given = replace(program.inputs["words"], scaling=Scaling((1.0,), (2.0,)), columns=("word",))
    program = replace(program, inputs={**program.inputs, "words": given})
    model = to_onnx(program, subject.weights)
    found = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    assert found["labels"] == {"logits0": ["a", "b", "c", "größer"]}
    assert found["units"] == {"logits0": "%"}
    assert found["facts"] == {"threshold": 0.4}
    assert found["scalers"] == {"words": {"mean": [1.0], "spread": [2.0]}}
    assert found["columns"] == {"words": ["word"]}
    assert model.producer_name == "hiddenstate"


def test_rows_go_into_the_order_of_onnx():
    b = np.arange(4.0)
    W = U = np.arange(4.0)[:, np.newaxis]
    _, _, B = onnx_weights("lstm", {"W": W, "U": U, "b": b})
    assert B.tolist() == [[0, 3, 1, 2, 0, 0, 0, 0]]  # i, o, f, c of i, f, c, o
    W = U = np.arange(3.0)[:, np.newaxis]
    _, R, B = onnx_weights("gru", {"W": W, "U": U, "b": np.arange(3.0), "b_hn": np.array([9.0])})
    assert R[0, :, 0].tolist() == [1, 0, 2]  # z, r, h of r, z, n
    assert B.tolist() == [[1, 0, 2, 0, 0, 9]]

"""ONNX's own test cases of LSTM, GRU and RNN on our cells: those they cover pass, the others are named."""

import importlib

import numpy as np
import pytest
import torch

pytest.importorskip("onnx", reason="the extra 'export' is not installed")
from onnx import helper

from hiddenstate.errors import SettingsError
from hiddenstate.layers import Bidirectional
from hiddenstate.layers.from_onnx import layer_from_node

NOT_COVERED = {
    "test_lstm_with_peepholes": "peepholes",
    "test_gru_seq_length": "linear_before_reset = 0",
    "test_gru_reverse": "linear_before_reset = 0",
    "test_gru_bidirectional": "linear_before_reset = 0",
}
"""Case -> why our cells do not compute it."""
SAME_IN_ONE_STEP = {"test_gru_defaults", "test_gru_with_initial_bias", "test_gru_batchwise"}
"""GRUs that reset before the product, but over a single step from a zero state, where nothing is there to reset."""


def collected():
    nodes = importlib.import_module("onnx.backend.test.case.node")
    for name in ("lstm", "gru", "rnn"):
        importlib.import_module(f"onnx.backend.test.case.node.{name}")
    kinds = {"LSTM", "GRU", "RNN"}
    return {case.name: case for case in nodes._NodeTestCases if case.model.graph.node[0].op_type in kinds}


CASES = collected()


def test_all_cases_are_there():
    assert len(CASES) >= 18
    assert set(NOT_COVERED) | SAME_IN_ONE_STEP <= set(CASES)


@pytest.mark.parametrize("name", sorted(set(CASES) - set(NOT_COVERED)))
@pytest.mark.parametrize("path", ["loop", "auto"])
def test_the_case_passes(name, path):
    case = CASES[name]
    node = case.model.graph.node[0]
    (inputs, expected), *_ = case.data_sets
    given = dict(zip([value for value in node.input if value], inputs, strict=True))
    if name in SAME_IN_ONE_STEP:
        node.attribute.append(helper.make_attribute("linear_before_reset", 1))
    options = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    layer = layer_from_node(node, given)
    x = torch.from_numpy(given["X"])
    x = x if options.get("layout") else x.transpose(0, 1)  # ours is (batch, time, feature)
    for each in (layer.forwards, layer.backwards) if isinstance(layer, Bidirectional) else (layer,):
        each.path = path
    with torch.no_grad():
        outputs, state = layer(x)
    directions = state if isinstance(layer, Bidirectional) else (state,)
    parts = {
        "Y_h": torch.stack([direction.h for direction in directions]),
        "Y": outputs.unflatten(-1, (len(directions), -1)).permute(1, 2, 0, 3),
    }
    if node.op_type == "LSTM":
        parts["Y_c"] = torch.stack([direction.C for direction in directions])
    if options.get("layout"):
        parts["Y_h"] = parts["Y_h"].transpose(0, 1)
        parts["Y"] = parts["Y"].permute(2, 0, 1, 3)
    names = [value for value in node.output if value]
    assert len(names) == len(expected)
    for value, wanted in zip(names, expected, strict=True):
        np.testing.assert_allclose(parts[value].numpy(), wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", sorted(NOT_COVERED))
def test_what_is_not_covered_is_refused_with_the_reason(name):
    case = CASES[name]
    node = case.model.graph.node[0]
    given = dict(zip([value for value in node.input if value], case.data_sets[0][0], strict=True))
    with pytest.raises(SettingsError, match=NOT_COVERED[name]):
        layer_from_node(node, given)
